# The configuration: what is refused, with which words, what is accepted, and
# what a level of it takes from the one above.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps 'defaults';

plan tests => 442;

defaults(
    http_config => 'session_security_zone cookie=sessionid zone=sessions:1m;',
    config      => '',
);

# "--- accepted": nginx starts with this configuration, without a warning.
add_block_preprocessor(sub {
    my $block = shift;
    defined(my $accepted = $block->accepted) or return;
    my $config = ($block->config // '') . $accepted . "\nlocation = /t { return 204; }";
    # a zone that nothing uses is warned of
    $config .= "\nlocation = /used { session_security zone=sessions; }"
        unless defined $block->http_config;
    $block->set_value(config => $config);
    $block->set_value(request => 'GET /t');
    $block->set_value(error_code => 204);
    $block->set_value(no_error_log => qr/\[(?:warn|error|crit|alert|emerg)\]/);
});

# "--- every": each directive that may stand there (http, server, location), but
# for this one.
my %value = (
    session_security                => 'zone=sessions',
    session_security_activity       => 'navigations',
    session_security_connections    => 'active',
    session_security_cookie         => 'path=/app domain=example.com secure partitioned',
    session_security_expire_after   => '10m',
    session_security_expired_status => '403',
    session_security_inject         => 'on lang=de',
    session_security_login_url      => '/login/',
    session_security_logout_url     => '/logout/',
    session_security_max_lifetime   => '8h',
    session_security_no_store       => 'on',
    session_security_origins        => 'https://app.example.com',
    session_security_passive        => '$arg_auto $http_x_auto',
    session_security_passive_urls   => '/poll /poll/* ~^/a/\d+$ ~*\.png$',
    session_security_ping           => undef,
    session_security_script         => undef,
    session_security_unknown        => 'expired',
    session_security_warn_after     => '5m',
    session_security_zone           => 'cookie=sessionid zone=sessions:1m',
);

my %where = do {
    open my $in, '<', "$FindBin::Bin/../ngx_http_session_security_module.c"
        or die "no table of directives: $!";
    local $/;
    <$in> =~ /ngx_string\("(session_security\w*)"\),\s*([\w|]+),/g;
};

is("@{[sort keys %value]}", "@{[sort keys %where]}", 'every directive of the table has a value');

add_block_preprocessor(sub {
    my $block = shift;
    my ($level, $other) = split ' ', $block->every // return;
    my %flag = (http => 'HTTP_MAIN', server => 'HTTP_SRV', location => 'HTTP_LOC');
    my @here = grep { $where{$_} =~ /NGX_$flag{$level}_CONF/ && $_ ne $other } sort keys %where;
    my $all = CORE::join "\n", map { defined $value{$_} ? "$_ $value{$_};"
                                                       : "location /a/$_/ { $_; }" } @here;
    $block->set_value(http_config => $all)                      if $level eq 'http';
    $block->set_value(config => $all)                           if $level eq 'server';
    $block->set_value(config => "location /a/ {\n$all\n}")      if $level eq 'location';
});

run_tests();

__DATA__

=== zone: WHAT
--- each
WHAT                     | ARGS
without a key and a name |
without a name           | cookie=sessionid
--- http_config: session_security_zone ARGS;
--- refused: invalid number of arguments in "session_security_zone" directive

=== zone: WHAT
--- each
WHAT                                           | VALUE
key that is neither a cookie nor has variables | sessionid
empty key                                      | ""
--- http_config: session_security_zone VALUE zone=sessions:1m;
--- refused: invalid key "VALUE" in "session_security_zone"; write cookie=NAME or a value with variables

=== zone: key and name in the wrong order
--- http_config: session_security_zone zone=sessions:1m cookie=sessionid;
--- refused: invalid key "zone=sessions:1m" in "session_security_zone"; write cookie=NAME or a value with variables

=== zone: key with an unknown variable
--- http_config: session_security_zone $no_such_variable zone=sessions:1m;
--- refused: unknown "no_such_variable" variable

=== zone: WHAT
--- each
WHAT                         | VALUE
empty cookie name            | cookie=
every cookie there is        | cookie=*
cookie name with a blank     | "cookie=session id"
cookie name with a semicolon | "cookie=a;b"
cookie name with a comma     | cookie=a,b
cookie name with "="         | cookie=a=b
cookie name with a quote     | 'cookie=a"b'
--- http_config: session_security_zone VALUE zone=sessions:1m;
--- refused: invalid cookie name in "VALUE" of "session_security_zone"; write cookie=NAME with the name of the backend's session cookie

=== zone: second parameter that is none
--- http_config: session_security_zone cookie=sessionid sessions:1m;
--- refused: invalid parameter "sessions:1m" in "session_security_zone"; write zone=NAME:SIZE and perhaps file=PATH, and until=CHARACTER after cookie=NAME

=== zone: WHAT
--- each
WHAT                | VALUE
name without a size | sessions
size without a name | :1m
--- http_config: session_security_zone cookie=sessionid zone=VALUE;
--- refused: invalid zone "VALUE" in "session_security_zone"; write zone=NAME:SIZE

=== zone: file without a zone
--- http_config: session_security_zone cookie=sessionid file=sessions;
--- refused: no zone in "session_security_zone"; write zone=NAME:SIZE

=== zone: WHAT
--- each
WHAT        | BEFORE           | VALUE
two of them | zone=sessions:1m | zone=others:1m
two files   | file=one         | file=two
--- http_config: session_security_zone cookie=sessionid BEFORE VALUE;
--- refused: invalid parameter "VALUE" in "session_security_zone"; write zone=NAME:SIZE and perhaps file=PATH, and until=CHARACTER after cookie=NAME

=== zone: WHAT
--- each
WHAT                 | VALUE
empty file           |
file with a variable | /tmp/$host
--- http_config: session_security_zone cookie=sessionid zone=sessions:1m file=VALUE;
--- refused: invalid file "VALUE" in "session_security_zone"; write file=PATH, without variables

=== zone: the same file for two of them
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m file=/tmp/no-such-zone;
    session_security_zone cookie=other file=/tmp/no-such-zone zone=others:1m;
--- refused: file "/tmp/no-such-zone" of "session_security_zone" conflicts with "/tmp/no-such-zone" of zone "sessions" (a new file is made as PATH.new); name another one

=== zone: a file where another one's is made
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m file=/tmp/no-such-zone;
    session_security_zone cookie=other zone=others:1m file=/tmp/no-such-zone.new;
--- refused: file "/tmp/no-such-zone.new" of "session_security_zone" conflicts with "/tmp/no-such-zone" of zone "sessions" (a new file is made as PATH.new); name another one

=== zone: a file that is made where another one is
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m file=/tmp/no-such-zone.new;
    session_security_zone cookie=other zone=others:1m file=/tmp/no-such-zone;
--- refused: file "/tmp/no-such-zone" of "session_security_zone" conflicts with "/tmp/no-such-zone.new" of zone "sessions" (a new file is made as PATH.new); name another one

=== zone: in a file
--- http_config: session_security_zone cookie=sessionid file=logs/sessions.zone zone=sessions:1m;
--- accepted: session_security zone=sessions;

=== zone: WHAT
--- each
WHAT              | VALUE
empty size        |
size that is none | many
negative size     | -1m
--- http_config: session_security_zone cookie=sessionid zone=sessions:VALUE;
--- refused: invalid size "VALUE" of zone "sessions" in "session_security_zone"; write it as 512k or 10m

=== zone: too small, and how large it has to be
--- http_config: session_security_zone cookie=sessionid zone=sessions:64k;
--- must_die
--- suppress_stderr
--- error_log eval
qr/\[emerg\] .*?: zone "sessions" of "session_security_zone" is too small; make it \d+k or larger in \S+:\d+$/

=== zone: WHAT
--- each
WHAT                    | VALUE
twice                   | cookie=sessionid
twice, with another key | $http_authorization
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone VALUE zone=sessions:1m;
--- refused: zone "sessions" of "session_security_zone" is already bound to key "cookie=sessionid"; give this one another name

=== zone: twice, with another size
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone cookie=sessionid zone=sessions:2m;
--- refused: the size 2097152 of shared memory zone "sessions" conflicts with already declared size 1048576

=== zone: name that another module's zone has
--- http_config
    limit_req_zone $host zone=sessions:1m rate=1r/s;
    session_security_zone cookie=sessionid zone=sessions:1m;
--- refused: the shared memory zone "sessions" is already declared for a different use

=== zone: in a server
--- config: session_security_zone cookie=sessionid zone=other:1m;
--- refused: "session_security_zone" directive is not allowed here

=== session_security: without a parameter
--- config: session_security;
--- refused: invalid number of arguments in "session_security" directive

=== session_security: two parameters
--- config: session_security zone=sessions on;
--- refused: invalid number of arguments in "session_security" directive

=== session_security: WHAT
--- each
WHAT       | VALUE
on         | on
bare name  | sessions
empty name | zone=
--- config: session_security VALUE;
--- refused: invalid parameter "VALUE" in "session_security"; write zone=NAME or off

=== session_security: WHAT
--- each
WHAT                       | CONFIG
unknown zone               | session_security zone=others;
unknown zone in a location | location /a/ { session_security zone=others; }
--- config: CONFIG
--- refused: unknown zone "others" in "session_security"; declare it with "session_security_zone cookie=NAME zone=others:10m"

=== session_security: another module's zone
--- http_config: limit_req_zone $host zone=sessions:1m rate=1r/s;
--- config: session_security zone=sessions;
--- refused: the shared memory zone "sessions" is already declared for a different use

=== session_security: twice
--- config
    session_security zone=sessions;
    session_security zone=sessions;
--- refused: "session_security" directive is duplicate

=== session_security: off and on
--- config
    session_security off;
    session_security zone=sessions;
--- refused: "session_security" directive is duplicate

=== session_security: in an "if"
--- config: location / { if ($arg_a) { session_security off; } }
--- refused: "session_security" directive is not allowed here

=== session_security: outside of http
--- main_config
    session_security off;
--- refused: "session_security" directive is not allowed here

=== WHICH: WHAT
--- each
WHICH        | WHAT                     | VALUE
expire_after | no time                  | soon
expire_after | zero                     | 0
expire_after | zero milliseconds        | 0ms
expire_after | negative                 | -5m
expire_after | empty                    | ""
expire_after | off                      | off
expire_after | more than a year         | 366d
expire_after | more than can be counted | 99999999999999999999d
warn_after   | no time                  | 5x
warn_after   | zero                     | 0s
--- config: session_security_WHICH VALUE;
--- refused: invalid time "VALUE" in "session_security_WHICH"; write it as 15m, 30s or 1500ms, above 0 and up to 365d

=== WHICH: WHAT
--- each
WHICH        | WHAT                | ARGS
expire_after | without a time      |
passive_urls | none                |
passive      | without a value     |
activity     | without a value     |
activity     | two values          | requests navigations
unknown      | without a value     |
unknown      | two values          | track expired
connections  | without a value     |
connections  | two values          | passive active
login_url    | without a URL       |
cookie       | without a parameter |
origins      | none                |
--- config: session_security_WHICH ARGS;
--- refused: invalid number of arguments in "session_security_WHICH" directive

=== WHICH: WHAT
--- each
WHICH          | WHAT  | ONE      | TWO
expire_after   | twice | 10m      | 15m
warn_after     | twice | 5m       | 6m
max_lifetime   | twice | 8h       | 8h
logout_url     | twice | /a/      | /b/
activity       | twice | requests | requests
unknown        | twice | track    | track
connections    | twice | passive  | passive
login_url      | twice | /a/      | /b/
cookie         | twice | path=/a  | secure
expired_status | twice | 401      | 403
--- config
    session_security_WHICH ONE;
    session_security_WHICH TWO;
--- refused: "session_security_WHICH" directive is duplicate

=== WHICH: unknown variable
--- each
WHICH        | VALUE
expire_after | $no_such_variable
logout_url   | /logout/?next=$no_such_variable
login_url    | /login/?next=$no_such_variable
cookie       | path=$no_such_variable
--- config: session_security_WHICH VALUE;
--- refused: unknown "no_such_variable" variable

=== warn_after: as late as expire_after
--- config
    session_security zone=sessions;
    session_security_warn_after 15m;
    session_security_expire_after 15m;
--- refused: "session_security_warn_after" of 15m is not below "session_security_expire_after" of 15m; lower the one or raise the other

=== warn_after: later than expire_after
--- config
    session_security zone=sessions;
    session_security_expire_after 10s;
    session_security_warn_after 1500ms;
    location /a/ { session_security_warn_after 11s; }
--- refused: "session_security_warn_after" of 11s is not below "session_security_expire_after" of 10s; lower the one or raise the other

=== warn_after: later than the default of expire_after
--- config
    session_security zone=sessions;
    session_security_warn_after 10m;
--- refused: "session_security_warn_after" of 10m is not below "session_security_expire_after" of 10m, its default; lower the one or raise the other

=== warn_after: later than what a location sets expire_after to
--- config
    session_security zone=sessions;
    session_security_expire_after 30m;
    session_security_warn_after 25m;
    location /short/ { session_security_expire_after 5m; }
--- refused: "session_security_warn_after" of 25m is not below "session_security_expire_after" of 5m; lower the one or raise the other

=== max_lifetime: WHAT
--- each
WHAT             | VALUE
no time          | day
more than a year | 2y
--- config: session_security_max_lifetime VALUE;
--- refused: invalid time "VALUE" in "session_security_max_lifetime"; write it as 15m, 30s or 1500ms, up to 365d

=== passive_urls: WHAT
--- each
WHAT                              | ARGS        | VALUE
no path                           | /a poll     | poll
empty                             | ""          |
a star alone                      | *           | *
a star in the middle              | /a/* /a/*/b | /a/*/b
empty regular expression          | ~           | ~
empty caseless regular expression | ~*          | ~*
--- config: session_security_passive_urls ARGS;
--- refused: invalid pattern "VALUE" in "session_security_passive_urls"; write /path, /prefix*, ~regex or ~*regex

=== passive_urls: broken regular expression
--- config: session_security_passive_urls ~^/(a;
--- must_die
--- suppress_stderr
--- error_log eval
qr/\[emerg\] .*?: pcre2?_compile\(\) failed: missing (?:closing parenthesis|\)) in "\^\/\(a" .*in "session_security_passive_urls" in \S+:\d+$/

=== WHICH: WHAT
--- each
WHICH      | WHAT           | VALUE
logout_url | empty          | ""
logout_url | relative path  | logout/
logout_url | another scheme | javascript:alert(1)
login_url  | empty          | ""
login_url  | relative path  | login/
login_url  | another scheme | javascript:alert(1)
--- config: session_security_WHICH VALUE;
--- refused: invalid URL "VALUE" in "session_security_WHICH"; write /path, https://host/path, or a variable

=== WHICH: WHAT
--- each
WHICH       | WHAT                  | VALUE    | WORDS
activity    | no such word          | often    | requests, navigations or user
activity    | empty                 | ""       | requests, navigations or user
activity    | a word that begins so | request  | requests, navigations or user
unknown     | no such word          | often    | track or expired
unknown     | empty                 | ""       | track or expired
unknown     | a word that begins so | tracks   | track or expired
connections | no such word          | often    | passive, active or off
connections | empty                 | ""       | passive, active or off
connections | a word that begins so | passives | passive, active or off
--- config: session_security_WHICH VALUE;
--- refused: invalid value "VALUE" in "session_security_WHICH"; write WORDS

=== WHICH: in an "if"
--- each
WHICH       | VALUE
activity    | requests
unknown     | track
connections | passive
--- config: location / { if ($arg_a) { session_security_WHICH VALUE; } }
--- refused: "session_security_WHICH" directive is not allowed here

=== login_url: beside a logout URL
--- config
    session_security_logout_url /logout/;
    session_security_login_url /login/;
--- refused: "session_security_login_url" directive excludes the other of "session_security_logout_url" and "session_security_login_url"; write only one of them here

=== login_url: with a key that is no cookie
--- http_config: session_security_zone $http_authorization zone=tokens:1m;
--- config
    session_security zone=tokens;
    session_security_login_url /login/;
--- refused: "session_security_login_url" needs a zone with cookie=NAME, the key of zone "tokens" cannot be withheld from the login page; write session_security_logout_url

=== login_url: with such a key further in
--- also_http
    session_security_zone $http_authorization zone=tokens:1m;
    session_security_login_url /login/;
--- config
    session_security zone=sessions;
    location /api/ { session_security zone=tokens; }
--- refused: "session_security_login_url" needs a zone with cookie=NAME, the key of zone "tokens" cannot be withheld from the login page; write session_security_logout_url

=== login_url: with such a key, where there is a logout URL, or it is not watched
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone $http_authorization zone=tokens:1m;
    session_security_login_url /login/;
--- accepted
    session_security zone=sessions;
    location /api/ { session_security zone=tokens; session_security_logout_url /api/logout/; }
    location /public/ { session_security off; }

=== logout_url: beside a login page
--- config
    location /a/ { session_security_login_url /login/; session_security_logout_url /logout/; }
--- refused: "session_security_logout_url" directive excludes the other of "session_security_logout_url" and "session_security_login_url"; write only one of them here

=== cookie: WHAT
--- each
WHAT                          | VALUE
a word that is none           | httponly
a path that is none           | path=app
an empty path                 | path=
an empty domain               | domain=
a path with another attribute | "path=/a; Secure"
a path with a semicolon       | "path=/a;b"
a domain with a blank         | "domain=a b"
a word with a value           | secure=on
a path in capitals            | Path=/app
--- config: session_security_cookie secure VALUE;
--- refused: invalid parameter "VALUE" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie

=== cookie: a path that no cookie can have
--- config: session_security_cookie path=/ü;
--- refused: invalid parameter "path=/ü" in "session_security_cookie"; write path=/PATH, domain=DOMAIN, secure or partitioned, as the backend sets its cookie

=== cookie: WHAT
--- each
WHAT          | VALUE
two of path   | path=/a path=/b
two of domain | domain=a.example.com domain=b.example.com
--- config: session_security_cookie VALUE;
--- refused: "session_security_cookie" directive has a duplicate parameter

=== expired_status: WHAT
--- each
WHAT         | VALUE
no error     | 200
redirect     | 399
out of range | 600
no number    | 4o1
--- config: session_security_expired_status VALUE;
--- refused: invalid status "VALUE" in "session_security_expired_status"; write an error between 400 and 599

=== ping: without a zone
--- config: location = /ping/ { session_security_ping; }
--- refused: no zone for "session_security_ping"; add "session_security zone=NAME" to its location or server

=== ping: where the module is off
--- config
    session_security zone=sessions;
    location = /ping/ { session_security_ping; session_security off; }
--- refused: no zone for "session_security_ping"; add "session_security zone=NAME" to its location or server

=== ping: with a parameter
--- config: location = /ping/ { session_security_ping on; }
--- refused: invalid number of arguments in "session_security_ping" directive

=== ping: twice
--- config: location = /ping/ { session_security_ping; session_security_ping; }
--- refused: "session_security_ping" directive is duplicate

=== ping: in a server
--- config
    session_security zone=sessions;
    session_security_ping;
--- refused: "session_security_ping" directive is not allowed here

=== accepted: every directive in LEVEL, but OTHER
--- each
LEVEL    | OTHER
http     | session_security_login_url
http     | session_security_logout_url
server   | session_security_login_url
server   | session_security_logout_url
location | session_security_login_url
location | session_security_logout_url
--- every: LEVEL OTHER
--- accepted

=== accepted: cookie with a prefix of RFC 6265bis
--- http_config: session_security_zone cookie=__Host-id zone=sessions:1m;
--- accepted: session_security zone=sessions;

=== accepted: split cookies
--- http_config: session_security_zone cookie=_oauth2_proxy* zone=sessions:1m;
--- accepted: session_security zone=sessions;

=== accepted: keys that are no cookie
--- http_config
    session_security_zone $http_authorization zone=a:1m;
    session_security_zone $binary_remote_addr$http_user_agent zone=b:1m;
    session_security_zone token-$arg_token zone=c:1m;
--- accepted
    session_security zone=a;
    location /b/ { session_security zone=b; }
    location /c/ { session_security zone=c; }

=== accepted: several zones with one key
--- http_config
    session_security_zone cookie=sessionid zone=a:1m;
    session_security_zone cookie=sessionid zone=b:1m;
--- accepted
    session_security zone=a;
    location /b/ { session_security zone=b; }

=== accepted: zone that is declared after its use
--- http_config
    session_security zone=sessions;
    session_security_zone cookie=sessionid zone=sessions:1m;
--- accepted

=== accepted: a warning that is too late counts only where there are sessions
--- http_config: session_security_zone cookie=sessionid zone=sessions:1m;
--- accepted
    session_security_warn_after 15m;
    location /other { return 200; }
    location /short { session_security_expire_after 30m; session_security zone=sessions; }

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
--- http_config: session_security_zone cookie=sessionid zone=sessions:512k;
--- accepted: session_security zone=sessions;

=== accepted: the shortest and the longest times
--- accepted
    session_security_expire_after 365d;
    location /a/ {
        session_security_warn_after 1ms;
        session_security_expire_after 2ms;
        session_security_max_lifetime 0;
    }
    location /b/ { session_security_max_lifetime 365d; }

=== accepted: times by map
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    map $host $expire { default 10m; admin.example.com 5m; }
    map $host $warn { default 9m; admin.example.com 4m; }
--- accepted
    session_security zone=sessions;
    session_security_expire_after $expire;
    session_security_warn_after $warn;
    session_security_max_lifetime ${expire};

=== accepted: a fixed warn_after cannot be compared with a variable one
--- accepted
    session_security_warn_after 20m;
    session_security_expire_after $arg_expire;

=== accepted: the default of warn_after goes with any expire_after
--- accepted
    session_security_expire_after 1s;
    location /a/ { session_security_expire_after 1h; }

=== origins: WHAT
--- each
WHAT                          | VALUE
app.example.com               | app.example.com
https://app.example.com/      | https://app.example.com/
https://app.example.com/path  | https://app.example.com/path
https://*.example.com         | https://*.example.com
https://$host                 | https://$host
https://user@app.example.com  | https://user@app.example.com
https://app.example.com:0     | https://app.example.com:0
https://app.example.com:https | https://app.example.com:https
https://                      | https://
//app.example.com             | //app.example.com
null                          | null
off                           | off
empty                         |
https://bücher.example       | https://bücher.example
--- config: session_security_origins https://a.example "VALUE";
--- refused: invalid origin "VALUE" in "session_security_origins"; write https://HOST or https://HOST:PORT, without a path, a star or a variable

=== accepted: origins, over several lines and levels
--- accepted
    session_security_origins https://app.example.com http://app.example.com:8080;
    session_security_origins https://[::1]:8443 capacitor://localhost https://xn--bcher-kva.example;
    location /a/ { session_security_origins HTTPS://A.example:443; }

=== accepted: kinds of logout URLs
--- accepted
    location /a/ { session_security_logout_url /logout/?next=$session_security_return_url; }
    location /b/ { session_security_logout_url https://sso.example.com/logout; }
    location /c/ { session_security_logout_url HTTP://sso.example.com; }
    location /d/ { session_security_logout_url $arg_logout; }

=== accepted: every word there is, in any case
--- accepted
    session_security_activity requests;
    session_security_unknown track;
    session_security_connections passive;
    location /a/ {
        session_security_activity Navigations;
        session_security_unknown EXPIRED;
        session_security_connections active;
        location /a/b/ { session_security_activity user; session_security_connections off; }
    }

=== accepted: kinds of login pages
--- accepted
    location /a/ { session_security_login_url /login/?next=$session_security_return_url; }
    location /b/ { session_security_login_url https://sso.example.com/login; }
    location /c/ { session_security_login_url HTTP://sso.example.com; }
    location /d/ { session_security_login_url $arg_login; }

=== accepted: a login page within a logout URL, and the other way
--- accepted
    session_security_logout_url /logout/;
    location /a/ {
        session_security_login_url /login/;
        location /a/b/ { session_security_logout_url /a/b/logout/; }
    }

=== accepted: what a cookie may have
--- accepted
    session_security_cookie path=/;
    location /a/ { session_security_cookie domain=example.com; }
    location /b/ { session_security_cookie domain=.example.com path=/b; }
    location /c/ { session_security_cookie secure; }
    location /d/ { session_security_cookie partitioned secure; }
    location /e/ { session_security_cookie path=$arg_path domain=$host; }
    location /f/ { session_security_cookie path=/$arg_path; }
    location /g/ { session_security_cookie domain=a.$host; }

=== accepted: first and last status
--- accepted
    session_security_expired_status 400;
    location /a/ { session_security_expired_status 599; }

=== accepted: off without a zone anywhere
--- http_config
--- accepted
    session_security off;
    session_security_logout_url /logout/;
    location /a/ { session_security off; }

=== a location takes everything from its server
--- also_http
    server {
        listen backend;
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
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
new: GET / => 200 new [sessionid=new] | X-Idle: 0 | X-Remaining: 3600
dead: ping 3600                            => "logout"
dead: GET /page | Sec-Fetch-Mode: navigate => 302 | to /logout/
dead: GET /api                             => 403
idle is idle for 900
idle: GET /poll/1                          => 200
idle: GET /?auto=1                         => 200
idle: ping                                 => ~ ^9\d\d$

=== a location sets everything anew
--- also_http
    server {
        listen backend;
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
        proxy_pass http://backend;
        location = /own/ping/ { session_security_ping; }
    }
--- steps
live: GET /own/ping/?idleFor=1799              => 200 1799
dead is idle for 1800
dead: GET /own/page | Sec-Fetch-Mode: navigate => 302 | to /own/logout/
dead: GET /own/api                             => 418
a: GET /own/ping/?idleFor=900                  => 200 900
a: GET /own/poll?auto=1                        => 200
a: GET /own/else?own=1                         => 200
a: ping                                        => ~ ^9\d\d$
a: GET /own/else?auto=1                        => 200
a: ping                                        => ~ ^\d\d?$

=== a location takes from its server what counts, what is known, and the cookie
--- also_http
    server {
        listen backend;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    session_security_activity user;
    session_security_unknown expired;
    session_security_cookie path=/app;
    session_security_login_url /login/;
    location = /ping/ { session_security_unknown track; session_security_ping; }
    location / { proxy_pass http://backend; }
    location /own/ {
        session_security_activity requests;
        session_security_unknown track;
        session_security_cookie path=/own;
        session_security_login_url /own/login/;
        proxy_pass http://backend;
    }
--- steps
a is idle for 300
a: GET /      => 200 [sessionid=a]
a: ping       => about 300
a: GET /own/  => 200
a: ping       => about 0
b: PAGE /     => 302 | to /login/ | deleted in /app
c: GET /own/  => 200 [sessionid=c]
d has ended
d: PAGE /own/ => 302 | to /own/login/ | deleted in /own

=== a location that is off knows no sessions, and one inside it may again
--- also_http
    server {
        listen backend;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location = /ping/ { session_security_ping; }
    location /off/ {
        session_security off;
        proxy_pass http://backend;
        location /off/on/ { session_security zone=sessions; proxy_pass http://backend; }
    }
--- steps
dead has ended
dead: GET /off/    => 200 none [sessionid=dead]
dead: GET /off/on/ => 200 closed []

=== servers and locations with zones of their own
--- cookie: a
--- http_config
    session_security_zone cookie=a zone=a:1m;
    session_security_zone cookie=b zone=b:1m;
    session_security zone=a;
    server {
        listen backend;
        session_security off;
        return 200 "[$http_cookie]";
    }
--- config
    location = /a/ping/ { session_security_ping; }
    location /a/ { proxy_pass http://backend; }
    location /b/ {
        session_security zone=b;
        proxy_pass http://backend;
        location = /b/ping/ { session_security_ping; }
    }
--- steps
1; b=1: GET /a/ping/?idleFor=600 => 200 "logout"
1; b=1: GET /a/                  => 200 [b=1]
1; b=1: GET /b/                  => 200 [a=1; b=1]
1; b=2: GET /b/ping/?idleFor=600 => 200 "logout"
1; b=2: GET /b/                  => 200 [a=1]
