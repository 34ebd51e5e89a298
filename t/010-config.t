# The configuration: what is refused, with which words, what is accepted, and
# what a level of it takes from the one above.

use FindBin;
use lib "$FindBin::Bin/support";

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 435;

defaults(
    http_config => 'session_security_zone cookie=sessionid zone=sessions:1m;',
    config      => '',
);

# "--- refused": nginx does not start, and says this, all of it.
add_block_preprocessor(sub {
    my $block = shift;
    defined(my $message = $block->refused) or return;
    $message =~ s/\s+\z//;
    $block->set_value(must_die => 1);
    $block->set_value(suppress_stderr => 1);
    $block->set_value(error_log => qr/\[emerg\] .*?: \Q$message\E(?: in \S+:\d+)?$/);
});

# "--- accepted": nginx starts, without a warning.
add_block_preprocessor(sub {
    my $block = shift;
    defined $block->accepted or return;
    my $config = ($block->config // '') . "\nlocation = /t { return 204; }";
    # a zone that nothing uses is warned of
    $config .= "\nlocation = /used { session_security zone=sessions; }"
        unless defined $block->http_config;
    $block->set_value(config => $config);
    $block->set_value(request => 'GET /t');
    $block->set_value(error_code => 204);
    $block->set_value(no_error_log => qr/\[(?:warn|error|crit|alert|emerg)\]/);
});

run_tests();

__DATA__

=== zone: without a key and a name
--- http_config
    session_security_zone;
--- refused
invalid number of arguments in "session_security_zone" directive



=== zone: without a name
--- http_config
    session_security_zone cookie=sessionid;
--- refused
invalid number of arguments in "session_security_zone" directive



=== zone: key that is neither a cookie nor has variables
--- http_config
    session_security_zone sessionid zone=sessions:1m;
--- refused
invalid key "sessionid" in "session_security_zone"; write cookie=NAME or a value with variables



=== zone: empty key
--- http_config
    session_security_zone "" zone=sessions:1m;
--- refused
invalid key "" in "session_security_zone"; write cookie=NAME or a value with variables



=== zone: key and name in the wrong order
--- http_config
    session_security_zone zone=sessions:1m cookie=sessionid;
--- refused
invalid key "zone=sessions:1m" in "session_security_zone"; write cookie=NAME or a value with variables



=== zone: key with an unknown variable
--- http_config
    session_security_zone $no_such_variable zone=sessions:1m;
--- refused
unknown "no_such_variable" variable



=== zone: empty cookie name
--- http_config
    session_security_zone cookie= zone=sessions:1m;
--- refused
invalid cookie name in "cookie=" of "session_security_zone"; write cookie=NAME with the name of the backend's session cookie



=== zone: every cookie there is
--- http_config
    session_security_zone cookie=* zone=sessions:1m;
--- refused
invalid cookie name in "cookie=*" of "session_security_zone"; write cookie=NAME with the name of the backend's session cookie



=== zone: cookie name with a blank
--- http_config
    session_security_zone "cookie=session id" zone=sessions:1m;
--- refused
invalid cookie name in "cookie=session id" of "session_security_zone"; write cookie=NAME with the name of the backend's session cookie



=== zone: cookie name with a semicolon
--- http_config
    session_security_zone "cookie=a;b" zone=sessions:1m;
--- refused
invalid cookie name in "cookie=a;b" of "session_security_zone"; write cookie=NAME with the name of the backend's session cookie



=== zone: cookie name with a comma
--- http_config
    session_security_zone cookie=a,b zone=sessions:1m;
--- refused
invalid cookie name in "cookie=a,b" of "session_security_zone"; write cookie=NAME with the name of the backend's session cookie



=== zone: cookie name with "="
--- http_config
    session_security_zone cookie=a=b zone=sessions:1m;
--- refused
invalid cookie name in "cookie=a=b" of "session_security_zone"; write cookie=NAME with the name of the backend's session cookie



=== zone: cookie name with a quote
--- http_config
    session_security_zone 'cookie=a"b' zone=sessions:1m;
--- refused
invalid cookie name in "cookie=a"b" of "session_security_zone"; write cookie=NAME with the name of the backend's session cookie



=== zone: second parameter that is none
--- http_config
    session_security_zone cookie=sessionid sessions:1m;
--- refused
invalid parameter "sessions:1m" in "session_security_zone"; write zone=NAME:SIZE and perhaps file=PATH, and until=CHARACTER after cookie=NAME



=== zone: name without a size
--- http_config
    session_security_zone cookie=sessionid zone=sessions;
--- refused
invalid zone "sessions" in "session_security_zone"; write zone=NAME:SIZE



=== zone: size without a name
--- http_config
    session_security_zone cookie=sessionid zone=:1m;
--- refused
invalid zone ":1m" in "session_security_zone"; write zone=NAME:SIZE



=== zone: file without a zone
--- http_config
    session_security_zone cookie=sessionid file=sessions;
--- refused
no zone in "session_security_zone"; write zone=NAME:SIZE



=== zone: two of them
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m zone=others:1m;
--- refused
invalid parameter "zone=others:1m" in "session_security_zone"; write zone=NAME:SIZE and perhaps file=PATH, and until=CHARACTER after cookie=NAME



=== zone: empty file
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m file=;
--- refused
invalid file "" in "session_security_zone"; write file=PATH, without variables



=== zone: file with a variable
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m file=/tmp/$host;
--- refused
invalid file "/tmp/$host" in "session_security_zone"; write file=PATH, without variables



=== zone: two files
--- http_config
    session_security_zone cookie=sessionid file=one file=two;
--- refused
invalid parameter "file=two" in "session_security_zone"; write zone=NAME:SIZE and perhaps file=PATH, and until=CHARACTER after cookie=NAME



=== zone: the same file for two of them
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m file=/tmp/no-such-zone;
    session_security_zone cookie=other file=/tmp/no-such-zone zone=others:1m;
--- refused
file "/tmp/no-such-zone" of "session_security_zone" conflicts with "/tmp/no-such-zone" of zone "sessions" (a new file is made as PATH.new); name another one



=== zone: a file where another one's is made
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m file=/tmp/no-such-zone;
    session_security_zone cookie=other zone=others:1m file=/tmp/no-such-zone.new;
--- refused
file "/tmp/no-such-zone.new" of "session_security_zone" conflicts with "/tmp/no-such-zone" of zone "sessions" (a new file is made as PATH.new); name another one



=== zone: a file that is made where another one is
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m file=/tmp/no-such-zone.new;
    session_security_zone cookie=other zone=others:1m file=/tmp/no-such-zone;
--- refused
file "/tmp/no-such-zone" of "session_security_zone" conflicts with "/tmp/no-such-zone.new" of zone "sessions" (a new file is made as PATH.new); name another one



=== zone: in a file
--- http_config
    session_security_zone cookie=sessionid file=logs/sessions.zone zone=sessions:1m;
--- config
    session_security zone=sessions;
--- accepted



=== zone: empty size
--- http_config
    session_security_zone cookie=sessionid zone=sessions:;
--- refused
invalid size "" of zone "sessions" in "session_security_zone"; write it as 512k or 10m



=== zone: size that is none
--- http_config
    session_security_zone cookie=sessionid zone=sessions:many;
--- refused
invalid size "many" of zone "sessions" in "session_security_zone"; write it as 512k or 10m



=== zone: negative size
--- http_config
    session_security_zone cookie=sessionid zone=sessions:-1m;
--- refused
invalid size "-1m" of zone "sessions" in "session_security_zone"; write it as 512k or 10m



=== zone: too small, and how large it has to be
--- http_config
    session_security_zone cookie=sessionid zone=sessions:64k;
--- must_die
--- suppress_stderr
--- error_log eval
qr/\[emerg\] .*?: zone "sessions" of "session_security_zone" is too small; make it \d+k or larger in \S+:\d+$/



=== zone: twice
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone cookie=sessionid zone=sessions:1m;
--- refused
zone "sessions" of "session_security_zone" is already bound to key "cookie=sessionid"; give this one another name



=== zone: twice, with another key
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone $http_authorization zone=sessions:1m;
--- refused
zone "sessions" of "session_security_zone" is already bound to key "cookie=sessionid"; give this one another name



=== zone: twice, with another size
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone cookie=sessionid zone=sessions:2m;
--- refused
the size 2097152 of shared memory zone "sessions" conflicts with already declared size 1048576



=== zone: name that another module's zone has
--- http_config
    limit_req_zone $host zone=sessions:1m rate=1r/s;
    session_security_zone cookie=sessionid zone=sessions:1m;
--- refused
the shared memory zone "sessions" is already declared for a different use



=== zone: in a server
--- config
    session_security_zone cookie=sessionid zone=other:1m;
--- refused
"session_security_zone" directive is not allowed here



=== session_security: without a parameter
--- config
    session_security;
--- refused
invalid number of arguments in "session_security" directive



=== session_security: two parameters
--- config
    session_security zone=sessions on;
--- refused
invalid number of arguments in "session_security" directive



=== session_security: on
--- config
    session_security on;
--- refused
invalid parameter "on" in "session_security"; write zone=NAME or off



=== session_security: bare name
--- config
    session_security sessions;
--- refused
invalid parameter "sessions" in "session_security"; write zone=NAME or off



=== session_security: empty name
--- config
    session_security zone=;
--- refused
invalid parameter "zone=" in "session_security"; write zone=NAME or off



=== session_security: unknown zone
--- config
    session_security zone=others;
--- refused
unknown zone "others" in "session_security"; declare it with "session_security_zone cookie=NAME zone=others:10m"



=== session_security: unknown zone in a location
--- config
    location /a/ { session_security zone=others; }
--- refused
unknown zone "others" in "session_security"; declare it with "session_security_zone cookie=NAME zone=others:10m"



=== session_security: another module's zone
--- http_config
    limit_req_zone $host zone=sessions:1m rate=1r/s;
--- config
    session_security zone=sessions;
--- refused
the shared memory zone "sessions" is already declared for a different use



=== session_security: twice
--- config
    session_security zone=sessions;
    session_security zone=sessions;
--- refused
"session_security" directive is duplicate



=== session_security: off and on
--- config
    session_security off;
    session_security zone=sessions;
--- refused
"session_security" directive is duplicate



=== session_security: in an "if"
--- config
    location / { if ($arg_a) { session_security off; } }
--- refused
"session_security" directive is not allowed here



=== session_security: outside of http
--- main_config
    session_security off;
--- refused
"session_security" directive is not allowed here



=== expire_after: no time
--- config
    session_security_expire_after soon;
--- refused
invalid time "soon" in "session_security_expire_after"; write it as 15m, 30s or 1500ms, above 0 and up to 365d



=== expire_after: zero
--- config
    session_security_expire_after 0;
--- refused
invalid time "0" in "session_security_expire_after"; write it as 15m, 30s or 1500ms, above 0 and up to 365d



=== expire_after: zero milliseconds
--- config
    session_security_expire_after 0ms;
--- refused
invalid time "0ms" in "session_security_expire_after"; write it as 15m, 30s or 1500ms, above 0 and up to 365d



=== expire_after: negative
--- config
    session_security_expire_after -5m;
--- refused
invalid time "-5m" in "session_security_expire_after"; write it as 15m, 30s or 1500ms, above 0 and up to 365d



=== expire_after: empty
--- config
    session_security_expire_after "";
--- refused
invalid time "" in "session_security_expire_after"; write it as 15m, 30s or 1500ms, above 0 and up to 365d



=== expire_after: off
--- config
    session_security_expire_after off;
--- refused
invalid time "off" in "session_security_expire_after"; write it as 15m, 30s or 1500ms, above 0 and up to 365d



=== expire_after: more than a year
--- config
    session_security_expire_after 366d;
--- refused
invalid time "366d" in "session_security_expire_after"; write it as 15m, 30s or 1500ms, above 0 and up to 365d



=== expire_after: more than can be counted
--- config
    session_security_expire_after 99999999999999999999d;
--- refused
invalid time "99999999999999999999d" in "session_security_expire_after"; write it as 15m, 30s or 1500ms, above 0 and up to 365d



=== expire_after: without a time
--- config
    session_security_expire_after;
--- refused
invalid number of arguments in "session_security_expire_after" directive



=== expire_after: twice
--- config
    session_security_expire_after 10m;
    session_security_expire_after 15m;
--- refused
"session_security_expire_after" directive is duplicate



=== expire_after: unknown variable
--- config
    session_security_expire_after $no_such_variable;
--- refused
unknown "no_such_variable" variable



=== warn_after: no time
--- config
    session_security_warn_after 5x;
--- refused
invalid time "5x" in "session_security_warn_after"; write it as 15m, 30s or 1500ms, above 0 and up to 365d



=== warn_after: zero
--- config
    session_security_warn_after 0s;
--- refused
invalid time "0s" in "session_security_warn_after"; write it as 15m, 30s or 1500ms, above 0 and up to 365d



=== warn_after: twice
--- config
    session_security_warn_after 5m;
    session_security_warn_after 6m;
--- refused
"session_security_warn_after" directive is duplicate



=== warn_after: as late as expire_after
--- config
    session_security zone=sessions;
    session_security_warn_after 15m;
    session_security_expire_after 15m;
--- refused
"session_security_warn_after" of 15m is not below "session_security_expire_after" of 15m; lower the one or raise the other



=== warn_after: later than expire_after
--- config
    session_security zone=sessions;
    session_security_expire_after 10s;
    session_security_warn_after 1500ms;
    location /a/ { session_security_warn_after 11s; }
--- refused
"session_security_warn_after" of 11s is not below "session_security_expire_after" of 10s; lower the one or raise the other



=== warn_after: later than the default of expire_after
--- config
    session_security zone=sessions;
    session_security_warn_after 10m;
--- refused
"session_security_warn_after" of 10m is not below "session_security_expire_after" of 10m, its default; lower the one or raise the other



=== warn_after: later than what a location sets expire_after to
--- config
    session_security zone=sessions;
    session_security_expire_after 30m;
    session_security_warn_after 25m;
    location /short/ { session_security_expire_after 5m; }
--- refused
"session_security_warn_after" of 25m is not below "session_security_expire_after" of 5m; lower the one or raise the other



=== max_lifetime: no time
--- config
    session_security_max_lifetime day;
--- refused
invalid time "day" in "session_security_max_lifetime"; write it as 15m, 30s or 1500ms, up to 365d



=== max_lifetime: more than a year
--- config
    session_security_max_lifetime 2y;
--- refused
invalid time "2y" in "session_security_max_lifetime"; write it as 15m, 30s or 1500ms, up to 365d



=== max_lifetime: twice
--- config
    session_security_max_lifetime 8h;
    session_security_max_lifetime 8h;
--- refused
"session_security_max_lifetime" directive is duplicate



=== passive_urls: none
--- config
    session_security_passive_urls;
--- refused
invalid number of arguments in "session_security_passive_urls" directive



=== passive_urls: no path
--- config
    session_security_passive_urls /a poll;
--- refused
invalid pattern "poll" in "session_security_passive_urls"; write /path, /prefix*, ~regex or ~*regex



=== passive_urls: empty
--- config
    session_security_passive_urls "";
--- refused
invalid pattern "" in "session_security_passive_urls"; write /path, /prefix*, ~regex or ~*regex



=== passive_urls: a star alone
--- config
    session_security_passive_urls *;
--- refused
invalid pattern "*" in "session_security_passive_urls"; write /path, /prefix*, ~regex or ~*regex



=== passive_urls: a star in the middle
--- config
    session_security_passive_urls /a/* /a/*/b;
--- refused
invalid pattern "/a/*/b" in "session_security_passive_urls"; write /path, /prefix*, ~regex or ~*regex



=== passive_urls: empty regular expression
--- config
    session_security_passive_urls ~;
--- refused
invalid pattern "~" in "session_security_passive_urls"; write /path, /prefix*, ~regex or ~*regex



=== passive_urls: empty caseless regular expression
--- config
    session_security_passive_urls ~*;
--- refused
invalid pattern "~*" in "session_security_passive_urls"; write /path, /prefix*, ~regex or ~*regex



=== passive_urls: broken regular expression
--- config
    session_security_passive_urls ~^/(a;
--- must_die
--- suppress_stderr
--- error_log eval
qr/\[emerg\] .*?: pcre2?_compile\(\) failed: missing (?:closing parenthesis|\)) in "\^\/\(a" .*in "session_security_passive_urls" in \S+:\d+$/



=== passive: without a value
--- config
    session_security_passive;
--- refused
invalid number of arguments in "session_security_passive" directive



=== logout_url: empty
--- config
    session_security_logout_url "";
--- refused
invalid URL "" in "session_security_logout_url"; write /path, https://host/path, or a variable



=== logout_url: relative path
--- config
    session_security_logout_url logout/;
--- refused
invalid URL "logout/" in "session_security_logout_url"; write /path, https://host/path, or a variable



=== logout_url: another scheme
--- config
    session_security_logout_url javascript:alert(1);
--- refused
invalid URL "javascript:alert(1)" in "session_security_logout_url"; write /path, https://host/path, or a variable



=== logout_url: unknown variable
--- config
    session_security_logout_url /logout/?next=$no_such_variable;
--- refused
unknown "no_such_variable" variable



=== logout_url: twice
--- config
    session_security_logout_url /a/;
    session_security_logout_url /b/;
--- refused
"session_security_logout_url" directive is duplicate



=== activity: no such word
--- config
    session_security_activity often;
--- refused
invalid value "often" in "session_security_activity"; write requests, navigations or user



=== activity: empty
--- config
    session_security_activity "";
--- refused
invalid value "" in "session_security_activity"; write requests, navigations or user



=== activity: a word that begins so
--- config
    session_security_activity request;
--- refused
invalid value "request" in "session_security_activity"; write requests, navigations or user



=== activity: without a value
--- config
    session_security_activity;
--- refused
invalid number of arguments in "session_security_activity" directive



=== activity: two values
--- config
    session_security_activity requests navigations;
--- refused
invalid number of arguments in "session_security_activity" directive



=== activity: twice
--- config
    session_security_activity requests;
    session_security_activity requests;
--- refused
"session_security_activity" directive is duplicate



=== activity: in an "if"
--- config
    location / { if ($arg_a) { session_security_activity requests; } }
--- refused
"session_security_activity" directive is not allowed here



=== unknown: no such word
--- config
    session_security_unknown often;
--- refused
invalid value "often" in "session_security_unknown"; write track or expired



=== unknown: empty
--- config
    session_security_unknown "";
--- refused
invalid value "" in "session_security_unknown"; write track or expired



=== unknown: a word that begins so
--- config
    session_security_unknown tracks;
--- refused
invalid value "tracks" in "session_security_unknown"; write track or expired



=== unknown: without a value
--- config
    session_security_unknown;
--- refused
invalid number of arguments in "session_security_unknown" directive



=== unknown: two values
--- config
    session_security_unknown track expired;
--- refused
invalid number of arguments in "session_security_unknown" directive



=== unknown: twice
--- config
    session_security_unknown track;
    session_security_unknown track;
--- refused
"session_security_unknown" directive is duplicate



=== unknown: in an "if"
--- config
    location / { if ($arg_a) { session_security_unknown track; } }
--- refused
"session_security_unknown" directive is not allowed here



=== connections: no such word
--- config
    session_security_connections often;
--- refused
invalid value "often" in "session_security_connections"; write passive, active or off



=== connections: empty
--- config
    session_security_connections "";
--- refused
invalid value "" in "session_security_connections"; write passive, active or off



=== connections: a word that begins so
--- config
    session_security_connections passives;
--- refused
invalid value "passives" in "session_security_connections"; write passive, active or off



=== connections: without a value
--- config
    session_security_connections;
--- refused
invalid number of arguments in "session_security_connections" directive



=== connections: two values
--- config
    session_security_connections passive active;
--- refused
invalid number of arguments in "session_security_connections" directive



=== connections: twice
--- config
    session_security_connections passive;
    session_security_connections passive;
--- refused
"session_security_connections" directive is duplicate



=== connections: in an "if"
--- config
    location / { if ($arg_a) { session_security_connections passive; } }
--- refused
"session_security_connections" directive is not allowed here



=== login_url: empty
--- config
    session_security_login_url "";
--- refused
invalid URL "" in "session_security_login_url"; write /path, https://host/path, or a variable



=== login_url: relative path
--- config
    session_security_login_url login/;
--- refused
invalid URL "login/" in "session_security_login_url"; write /path, https://host/path, or a variable



=== login_url: another scheme
--- config
    session_security_login_url javascript:alert(1);
--- refused
invalid URL "javascript:alert(1)" in "session_security_login_url"; write /path, https://host/path, or a variable



=== login_url: unknown variable
--- config
    session_security_login_url /login/?next=$no_such_variable;
--- refused
unknown "no_such_variable" variable



=== login_url: without a URL
--- config
    session_security_login_url;
--- refused
invalid number of arguments in "session_security_login_url" directive



=== login_url: twice
--- config
    session_security_login_url /a/;
    session_security_login_url /b/;
--- refused
"session_security_login_url" directive is duplicate



=== login_url: beside a logout URL
--- config
    session_security_logout_url /logout/;
    session_security_login_url /login/;
--- refused
"session_security_login_url" directive excludes the other of "session_security_logout_url" and "session_security_login_url"; write only one of them here



=== login_url: with a key that is no cookie
--- http_config
    session_security_zone $http_authorization zone=tokens:1m;
--- config
    session_security zone=tokens;
    session_security_login_url /login/;
--- refused
"session_security_login_url" needs a zone with cookie=NAME, the key of zone "tokens" cannot be withheld from the login page; write session_security_logout_url



=== login_url: with such a key further in
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone $http_authorization zone=tokens:1m;
    session_security_login_url /login/;
--- config
    session_security zone=sessions;
    location /api/ { session_security zone=tokens; }
--- refused
"session_security_login_url" needs a zone with cookie=NAME, the key of zone "tokens" cannot be withheld from the login page; write session_security_logout_url



=== login_url: with such a key, where there is a logout URL, or it is not watched
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone $http_authorization zone=tokens:1m;
    session_security_login_url /login/;
--- config
    session_security zone=sessions;
    location /api/ {
        session_security zone=tokens;
        session_security_logout_url /api/logout/;
    }
    location /public/ { session_security off; }
--- accepted



=== logout_url: beside a login page
--- config
    location /a/ {
        session_security_login_url /login/;
        session_security_logout_url /logout/;
    }
--- refused
"session_security_logout_url" directive excludes the other of "session_security_logout_url" and "session_security_login_url"; write only one of them here



=== cookie: a word that is none
--- config
    session_security_cookie secure httponly;
--- refused
invalid parameter "httponly" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie



=== cookie: a path that is none
--- config
    session_security_cookie secure path=app;
--- refused
invalid parameter "path=app" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie



=== cookie: an empty path
--- config
    session_security_cookie secure path=;
--- refused
invalid parameter "path=" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie



=== cookie: an empty domain
--- config
    session_security_cookie secure domain=;
--- refused
invalid parameter "domain=" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie



=== cookie: a path with another attribute
--- config
    session_security_cookie secure "path=/a; Secure";
--- refused
invalid parameter "path=/a; Secure" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie



=== cookie: a path with a semicolon
--- config
    session_security_cookie secure "path=/a;b";
--- refused
invalid parameter "path=/a;b" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie



=== cookie: a path that no cookie can have
--- config
    session_security_cookie path=/ü;
--- refused
invalid parameter "path=/ü" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie



=== cookie: a domain with a blank
--- config
    session_security_cookie secure "domain=a b";
--- refused
invalid parameter "domain=a b" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie



=== cookie: a word with a value
--- config
    session_security_cookie secure secure=on;
--- refused
invalid parameter "secure=on" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie



=== cookie: a path in capitals
--- config
    session_security_cookie secure Path=/app;
--- refused
invalid parameter "Path=/app" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie



=== cookie: two of path
--- config
    session_security_cookie path=/a path=/b;
--- refused
"session_security_cookie" directive has a duplicate parameter



=== cookie: two of domain
--- config
    session_security_cookie domain=a.example.com domain=b.example.com;
--- refused
"session_security_cookie" directive has a duplicate parameter



=== cookie: unknown variable
--- config
    session_security_cookie path=$no_such_variable;
--- refused
unknown "no_such_variable" variable



=== cookie: without a parameter
--- config
    session_security_cookie;
--- refused
invalid number of arguments in "session_security_cookie" directive



=== cookie: twice
--- config
    session_security_cookie path=/a;
    session_security_cookie secure;
--- refused
"session_security_cookie" directive is duplicate



=== expired_status: no error
--- config
    session_security_expired_status 200;
--- refused
invalid status "200" in "session_security_expired_status"; write an error between 400 and 599



=== expired_status: redirect
--- config
    session_security_expired_status 399;
--- refused
invalid status "399" in "session_security_expired_status"; write an error between 400 and 599



=== expired_status: out of range
--- config
    session_security_expired_status 600;
--- refused
invalid status "600" in "session_security_expired_status"; write an error between 400 and 599



=== expired_status: no number
--- config
    session_security_expired_status 4o1;
--- refused
invalid status "4o1" in "session_security_expired_status"; write an error between 400 and 599



=== expired_status: twice
--- config
    session_security_expired_status 401;
    session_security_expired_status 403;
--- refused
"session_security_expired_status" directive is duplicate



=== ping: without a zone
--- config
    location = /ping/ { session_security_ping; }
--- refused
no zone for "session_security_ping"; add "session_security zone=NAME" to its location or server



=== ping: where the module is off
--- config
    session_security zone=sessions;
    location = /ping/ { session_security_ping; session_security off; }
--- refused
no zone for "session_security_ping"; add "session_security zone=NAME" to its location or server



=== ping: with a parameter
--- config
    location = /ping/ { session_security_ping on; }
--- refused
invalid number of arguments in "session_security_ping" directive



=== ping: twice
--- config
    location = /ping/ { session_security_ping; session_security_ping; }
--- refused
"session_security_ping" directive is duplicate



=== ping: in a server
--- config
    session_security zone=sessions;
    session_security_ping;
--- refused
"session_security_ping" directive is not allowed here



=== accepted: every directive in http
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security zone=sessions;
    session_security_warn_after 5m;
    session_security_expire_after 10m;
    session_security_max_lifetime 8h;
    session_security_passive_urls /poll /poll/* ~^/a/\d+$ ~*\.png$;
    session_security_passive $arg_auto $http_x_auto;
    session_security_logout_url /logout/;
    session_security_expired_status 403;
    session_security_activity navigations;
    session_security_unknown expired;
    session_security_connections active;
    session_security_cookie path=/app domain=example.com secure partitioned;
--- accepted



=== accepted: every directive in a server
--- config
    session_security zone=sessions;
    session_security_warn_after 5m;
    session_security_expire_after 10m;
    session_security_max_lifetime 8h;
    session_security_passive_urls /poll /poll/* ~^/a/\d+$ ~*\.png$;
    session_security_passive $arg_auto $http_x_auto;
    session_security_logout_url /logout/;
    session_security_expired_status 403;
    session_security_activity navigations;
    session_security_unknown expired;
    session_security_connections active;
    session_security_cookie path=/app domain=example.com secure partitioned;
--- accepted



=== accepted: every directive in a location
--- config
    location /a/ {
        session_security zone=sessions;
        session_security_warn_after 5m;
        session_security_expire_after 10m;
        session_security_max_lifetime 8h;
        session_security_passive_urls /poll /poll/* ~^/a/\d+$ ~*\.png$;
        session_security_passive $arg_auto $http_x_auto;
        session_security_logout_url /logout/;
        session_security_expired_status 403;
        session_security_activity navigations;
        session_security_unknown expired;
        session_security_connections active;
        session_security_cookie path=/app domain=example.com secure partitioned;
        location /a/ping/ { session_security_ping; }
    }
--- accepted



=== accepted: cookie with a prefix of RFC 6265bis
--- http_config
    session_security_zone cookie=__Host-id zone=sessions:1m;
--- config
    session_security zone=sessions;
--- accepted



=== accepted: split cookies
--- http_config
    session_security_zone cookie=_oauth2_proxy* zone=sessions:1m;
--- config
    session_security zone=sessions;
--- accepted



=== accepted: keys that are no cookie
--- http_config
    session_security_zone $http_authorization zone=a:1m;
    session_security_zone $binary_remote_addr$http_user_agent zone=b:1m;
    session_security_zone token-$arg_token zone=c:1m;
--- config
    session_security zone=a;
    location /b/ { session_security zone=b; }
    location /c/ { session_security zone=c; }
--- accepted



=== accepted: several zones with one key
--- http_config
    session_security_zone cookie=sessionid zone=a:1m;
    session_security_zone cookie=sessionid zone=b:1m;
--- config
    session_security zone=a;
    location /b/ { session_security zone=b; }
--- accepted



=== accepted: zone that is declared after its use
--- http_config
    session_security zone=sessions;
    session_security_zone cookie=sessionid zone=sessions:1m;
--- accepted



=== accepted: a warning that is too late counts only where there are sessions
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
--- config
    session_security_warn_after 15m;
    location /other { return 200; }
    location /short {
        session_security_expire_after 30m;
        session_security zone=sessions;
    }
--- accepted



=== zone without a use
--- config
    session_security_expire_after 5m;
    location = /t { return 204; }
--- request
GET /t
--- error_code: 204
--- error_log
"session_security_zone" has no effect; add "session_security zone=sessions" to a server
--- no_error_log
[error]
[emerg]



=== accepted: smallest zone that the message names
--- http_config
    session_security_zone cookie=sessionid zone=sessions:512k;
--- config
    session_security zone=sessions;
--- accepted



=== accepted: the shortest and the longest times
--- config
    session_security_expire_after 365d;
    location /a/ {
        session_security_warn_after 1ms;
        session_security_expire_after 2ms;
        session_security_max_lifetime 0;
    }
    location /b/ { session_security_max_lifetime 365d; }
--- accepted



=== accepted: times by map
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    map $host $expire { default 10m; admin.example.com 5m; }
    map $host $warn { default 9m; admin.example.com 4m; }
--- config
    session_security zone=sessions;
    session_security_expire_after $expire;
    session_security_warn_after $warn;
    session_security_max_lifetime ${expire};
--- accepted



=== accepted: a fixed warn_after cannot be compared with a variable one
--- config
    session_security_warn_after 20m;
    session_security_expire_after $arg_expire;
--- accepted



=== accepted: the default of warn_after goes with any expire_after
--- config
    session_security_expire_after 1s;
    location /a/ { session_security_expire_after 1h; }
--- accepted



=== origins: none
--- config
    session_security_origins;
--- refused
invalid number of arguments in "session_security_origins" directive



=== origins: app.example.com
--- config
    session_security_origins https://a.example "app.example.com";
--- refused
invalid origin "app.example.com" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: https://app.example.com/
--- config
    session_security_origins https://a.example "https://app.example.com/";
--- refused
invalid origin "https://app.example.com/" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: https://app.example.com/path
--- config
    session_security_origins https://a.example "https://app.example.com/path";
--- refused
invalid origin "https://app.example.com/path" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: https://*.example.com
--- config
    session_security_origins https://a.example "https://*.example.com";
--- refused
invalid origin "https://*.example.com" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: https://$host
--- config
    session_security_origins https://a.example "https://$host";
--- refused
invalid origin "https://$host" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: https://user@app.example.com
--- config
    session_security_origins https://a.example "https://user@app.example.com";
--- refused
invalid origin "https://user@app.example.com" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: https://app.example.com:0
--- config
    session_security_origins https://a.example "https://app.example.com:0";
--- refused
invalid origin "https://app.example.com:0" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: https://app.example.com:https
--- config
    session_security_origins https://a.example "https://app.example.com:https";
--- refused
invalid origin "https://app.example.com:https" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: https://
--- config
    session_security_origins https://a.example "https://";
--- refused
invalid origin "https://" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: //app.example.com
--- config
    session_security_origins https://a.example "//app.example.com";
--- refused
invalid origin "//app.example.com" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: null
--- config
    session_security_origins https://a.example "null";
--- refused
invalid origin "null" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: off
--- config
    session_security_origins https://a.example "off";
--- refused
invalid origin "off" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: empty
--- config
    session_security_origins https://a.example "";
--- refused
invalid origin "" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== origins: https://bücher.example
--- config
    session_security_origins https://a.example "https://bücher.example";
--- refused
invalid origin "https://bücher.example" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable



=== accepted: origins, over several lines and levels
--- config
    session_security_origins https://app.example.com http://app.example.com:8080;
    session_security_origins https://[::1]:8443 capacitor://localhost https://xn--bcher-kva.example;
    location /a/ { session_security_origins HTTPS://A.example:443; }
--- accepted



=== accepted: kinds of logout URLs
--- config
    location /a/ { session_security_logout_url /logout/?next=$session_security_return_url; }
    location /b/ { session_security_logout_url https://sso.example.com/logout; }
    location /c/ { session_security_logout_url HTTP://sso.example.com; }
    location /d/ { session_security_logout_url $arg_logout; }
--- accepted



=== accepted: every word there is, in any case
--- config
    session_security_activity requests;
    session_security_unknown track;
    session_security_connections passive;
    location /a/ {
        session_security_activity Navigations;
        session_security_unknown EXPIRED;
        session_security_connections active;
        location /a/b/ {
            session_security_activity user;
            session_security_connections off;
        }
    }
--- accepted



=== accepted: kinds of login pages
--- config
    location /a/ { session_security_login_url /login/?next=$session_security_return_url; }
    location /b/ { session_security_login_url https://sso.example.com/login; }
    location /c/ { session_security_login_url HTTP://sso.example.com; }
    location /d/ { session_security_login_url $arg_login; }
--- accepted



=== accepted: a login page within a logout URL, and the other way
--- config
    session_security_logout_url /logout/;
    location /a/ {
        session_security_login_url /login/;
        location /a/b/ { session_security_logout_url /a/b/logout/; }
    }
--- accepted



=== accepted: what a cookie may have
--- config
    session_security_cookie path=/;
    location /a/ { session_security_cookie domain=example.com; }
    location /b/ { session_security_cookie domain=.example.com path=/b; }
    location /c/ { session_security_cookie secure; }
    location /d/ { session_security_cookie partitioned secure; }
    location /e/ { session_security_cookie path=$arg_path domain=$host; }
    location /f/ { session_security_cookie path=/$arg_path; }
    location /g/ { session_security_cookie domain=a.$host; }
--- accepted



=== accepted: first and last status
--- config
    session_security_expired_status 400;
    location /a/ { session_security_expired_status 599; }
--- accepted



=== accepted: off without a zone anywhere
--- http_config
--- config
    session_security off;
    session_security_logout_url /logout/;
    location /a/ { session_security off; }
--- accepted



=== a location takes everything from its server
--- also_http
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    session_security_expire_after 1h;
    session_security_max_lifetime 2h;
    session_security_passive_urls /poll*;
    session_security_passive $arg_auto;
    session_security_logout_url /logout/;
    session_security_expired_status 403;
    add_header X-State $session_security_state always;
    add_header X-Idle $session_security_idle always;
    add_header X-Remaining $session_security_remaining always;
    location / {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
--- steps
GET /
  Cookie: sessionid=new
= 200 [sessionid=new]
  X-State: new
  X-Idle: 0
  X-Remaining: 3600

GET /ping/?idleFor=3600
  Cookie: sessionid=dead
= 200 "logout"

GET /page
  Cookie: sessionid=dead
  Sec-Fetch-Mode: navigate
= 302
  Location: http://localhost:$ServerPort/logout/

GET /api
  Cookie: sessionid=dead
= 403

GET /ping/?idleFor=900
  Cookie: sessionid=idle
= 200 900

GET /poll/1
  Cookie: sessionid=idle
= 200

GET /?auto=1
  Cookie: sessionid=idle
= 200

GET /ping/
  Cookie: sessionid=idle
= 200 ~ ^9\d\d$



=== a location sets everything anew
--- also_http
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    session_security_expire_after 1h;
    session_security_passive_urls /own*;
    session_security_passive $arg_auto;
    session_security_logout_url /logout/;
    session_security_expired_status 403;
    location = /ping/ { session_security_ping; }
    location /own/ {
        session_security_expire_after 30m;
        session_security_passive_urls /own/poll;
        session_security_passive $arg_own;
        session_security_logout_url /own/logout/;
        session_security_expired_status 418;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location = /own/ping/ { session_security_ping; }
    }
--- steps
GET /own/ping/?idleFor=1799
  Cookie: sessionid=live
= 200 1799

GET /ping/?idleFor=1800
  Cookie: sessionid=dead
= 200 1800

GET /own/page
  Cookie: sessionid=dead
  Sec-Fetch-Mode: navigate
= 302
  Location: http://localhost:$ServerPort/own/logout/

GET /own/api
  Cookie: sessionid=dead
= 418

GET /own/ping/?idleFor=900
  Cookie: sessionid=a
= 200 900

GET /own/poll?auto=1
  Cookie: sessionid=a
= 200

GET /own/else?own=1
  Cookie: sessionid=a
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^9\d\d$

GET /own/else?auto=1
  Cookie: sessionid=a
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d\d?$



=== a location takes from its server what counts, what is known, and the cookie
--- also_http
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    session_security_activity user;
    session_security_unknown expired;
    session_security_cookie path=/app;
    session_security_login_url /login/;
    location = /ping/ {
        session_security_unknown track;
        session_security_ping;
    }
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location /own/ {
        session_security_activity requests;
        session_security_unknown track;
        session_security_cookie path=/own;
        session_security_login_url /own/login/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /own/
  Cookie: sessionid=a
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$

GET /
  Cookie: sessionid=b
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/login/
  Set-Cookie: sessionid=; Path=/app; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly

GET /own/
  Cookie: sessionid=c
= 200 [sessionid=c]

GET /ping/?idleFor=600
  Cookie: sessionid=d
= 200 "logout"

GET /own/
  Cookie: sessionid=d
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/own/login/
  Set-Cookie: sessionid=; Path=/own; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly



=== a location that is off knows no sessions, and one inside it may again
--- also_http
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location = /ping/ { session_security_ping; }
    location /off/ {
        session_security off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location /off/on/ {
            session_security zone=sessions;
            proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        }
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=dead
= 200 "logout"

GET /off/
  Cookie: sessionid=dead
= 200 [sessionid=dead]
  X-State: none

GET /off/on/
  Cookie: sessionid=dead
= 200 []
  X-State: closed



=== servers and locations with zones of their own
--- http_config
    session_security_zone cookie=a zone=a:1m;
    session_security_zone cookie=b zone=b:1m;
    session_security zone=a;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        session_security off;
        return 200 "[$http_cookie]";
    }
--- config
    location = /a/ping/ { session_security_ping; }
    location /a/ { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location /b/ {
        session_security zone=b;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location = /b/ping/ { session_security_ping; }
    }
--- steps
GET /a/ping/?idleFor=600
  Cookie: a=1; b=1
= 200 "logout"

GET /a/
  Cookie: a=1; b=1
= 200 [b=1]

GET /b/
  Cookie: a=1; b=1
= 200 [a=1; b=1]

GET /b/ping/?idleFor=600
  Cookie: a=1; b=2
= 200 "logout"

GET /b/
  Cookie: a=1; b=2
= 200 [a=1]
