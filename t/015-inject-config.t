# The configuration of the browser's side: what is refused, with which words,
# what is accepted, and what a level of it takes from the one above.

use FindBin;
use lib "$FindBin::Bin/support";

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

plan tests => 169;

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
    $block->set_value(config => ($block->config // '') . "\nlocation = /t { return 204; }");
    $block->set_value(request => 'GET /t');
    $block->set_value(error_code => 204);
    $block->set_value(no_error_log => qr/\[(?:warn|error|crit|alert|emerg)\]/);
});

# "--- without_effect": nginx starts, and says so.
add_block_preprocessor(sub {
    my $block = shift;
    defined $block->without_effect or return;
    $block->set_value(config => ($block->config // '') . "\nlocation = /t { return 204; }");
    $block->set_value(request => 'GET /t');
    $block->set_value(error_code => 204);
    $block->set_value(no_error_log => qr/\[(?:error|crit|alert|emerg)\]/);
    $block->set_value(error_log =>
        '"session_security_inject" has no effect; add "session_security zone=NAME" to its server');
});

# "--- with_locations": the ping and the script are there.
add_block_preprocessor(sub {
    my $block = shift;
    defined $block->with_locations or return;
    $block->set_value(config => $block->config . <<'END');
    location = /ping/ { session_security_ping; }
    location = /script.js { session_security_script; }
END
});

run_tests();

__DATA__

=== script: in a server
--- config
    session_security_script;
--- refused
"session_security_script" directive is not allowed here



=== script: in http
--- http_config
    session_security_script;
--- refused
"session_security_script" directive is not allowed here



=== script: in an if
--- config
    location / { if ($arg_a) { session_security_script; } }
--- refused
"session_security_script" directive is not allowed here



=== script: with a parameter
--- config
    location = /script.js { session_security_script on; }
--- refused
invalid number of arguments in "session_security_script" directive



=== script: twice
--- config
    location = /script.js { session_security_script; session_security_script; }
--- refused
"session_security_script" directive is duplicate



=== script: with an unknown zone
--- config
    location = /script.js { session_security zone=others; session_security_script; }
--- refused
unknown zone "others" in "session_security"; declare it with "session_security_zone cookie=NAME zone=others:10m"



=== script: without a zone
--- http_config
--- config
    location = /script.js { session_security_script; }
--- accepted



=== script: something else answers in its location
--- config
    session_security zone=sessions;
    location = /script.js {
        session_security_script;
        proxy_pass http://127.0.0.1:1;
    }
--- refused
"session_security_script" needs a location of its own, "/script.js" has another handler; move one of them



=== ping: something else answers in its location
--- config
    session_security zone=sessions;
    location = /ping/ {
        session_security_ping;
        empty_gif;
    }
--- refused
"session_security_ping" needs a location of its own, "/ping/" has another handler; move one of them



=== script: wherever no page has to name it
--- config
    session_security zone=sessions;
    location ~ \.js$ { session_security_script; }
    location @script { session_security_script; }
    location /two/ { session_security_script; }
--- accepted



=== inject: without a parameter
--- config
    session_security_inject;
--- refused
invalid number of arguments in "session_security_inject" directive



=== inject: neither on nor off
--- config
    session_security_inject yes;
--- refused
invalid value "yes" in "session_security_inject"; write off, or on and its options



=== inject: in capitals
--- config
    session_security_inject On;
--- refused
invalid value "On" in "session_security_inject"; write off, or on and its options



=== inject: empty
--- config
    session_security_inject "";
--- refused
invalid value "" in "session_security_inject"; write off, or on and its options



=== inject: an option without on
--- config
    session_security_inject forms=on;
--- refused
invalid value "forms=on" in "session_security_inject"; write off, or on and its options



=== inject: a variable
--- config
    session_security_inject $arg_a;
--- refused
invalid value "$arg_a" in "session_security_inject"; write off, or on and its options



=== inject: off with an option
--- config
    session_security_inject off extend=button;
--- refused
invalid value "extend=button" in "session_security_inject"; write off, or on and its options



=== inject: off with two options
--- config
    session_security_inject off extend=button forms=on;
--- refused
invalid value "extend=button" in "session_security_inject"; write off, or on and its options



=== inject: off and on
--- config
    session_security_inject off on;
--- refused
invalid value "on" in "session_security_inject"; write off, or on and its options



=== inject: on and on
--- config
    session_security_inject on on;
--- refused
invalid parameter "on" in "session_security_inject"; there are extend=, forms=, title=, events=, lang= and nonce=



=== inject: an option that there is not
--- config
    session_security_inject on forms=on colour=red;
--- refused
invalid parameter "colour=red" in "session_security_inject"; there are extend=, forms=, title=, events=, lang= and nonce=



=== inject: an option without a value
--- config
    session_security_inject on forms;
--- refused
invalid parameter "forms" in "session_security_inject"; there are extend=, forms=, title=, events=, lang= and nonce=



=== inject: an option without a name
--- config
    session_security_inject on =on;
--- refused
invalid parameter "=on" in "session_security_inject"; there are extend=, forms=, title=, events=, lang= and nonce=



=== inject: an empty option
--- config
    session_security_inject on "";
--- refused
invalid parameter "" in "session_security_inject"; there are extend=, forms=, title=, events=, lang= and nonce=



=== inject: a beginning of an option
--- config
    session_security_inject on form=on;
--- refused
invalid parameter "form=on" in "session_security_inject"; there are extend=, forms=, title=, events=, lang= and nonce=



=== inject: more than an option
--- config
    session_security_inject on formset=on;
--- refused
invalid parameter "formset=on" in "session_security_inject"; there are extend=, forms=, title=, events=, lang= and nonce=



=== inject: an option in capitals
--- config
    session_security_inject on Forms=on;
--- refused
invalid parameter "Forms=on" in "session_security_inject"; there are extend=, forms=, title=, events=, lang= and nonce=



=== inject: extend
--- config
    session_security_inject on extend=always;
--- refused
invalid value in "extend=always" of "session_security_inject"; write activity or button



=== inject: extend, empty
--- config
    session_security_inject on extend=;
--- refused
invalid value in "extend=" of "session_security_inject"; write activity or button



=== inject: extend, and more
--- config
    session_security_inject on extend=buttons;
--- refused
invalid value in "extend=buttons" of "session_security_inject"; write activity or button



=== inject: forms
--- config
    session_security_inject on forms=yes;
--- refused
invalid value in "forms=yes" of "session_security_inject"; write on or off



=== inject: title
--- config
    session_security_inject on title=ON;
--- refused
invalid value in "title=ON" of "session_security_inject"; write on or off



=== inject: events, empty
--- config
    session_security_inject on events=;
--- refused
invalid value in "events=" of "session_security_inject"; write the names of events, with commas between them



=== inject: events with blanks
--- config
    session_security_inject on "events=change, input";
--- refused
invalid value in "events=change, input" of "session_security_inject"; write the names of events, with commas between them



=== inject: lang, empty
--- config
    session_security_inject on lang=;
--- refused
invalid value in "lang=" of "session_security_inject"; write a language, such as pt-BR



=== inject: lang with a tab
--- config eval
qq(session_security_inject on "lang=a\tb";)
--- refused eval
qq(invalid value in "lang=a\tb" of "session_security_inject"; write a language, such as pt-BR)



=== inject: lang that is not ASCII
--- config eval
qq(session_security_inject on "lang=\xc3\xa4";)
--- refused eval
qq(invalid value in "lang=\xc3\xa4" of "session_security_inject"; write a language, such as pt-BR)



=== inject: one option twice
--- config
    session_security_inject on lang=de forms=on lang=fr;
--- refused
"session_security_inject" directive has a duplicate parameter



=== script: where the ping is
--- config
    location /x/ { session_security zone=sessions; session_security_ping; session_security_script; }
--- refused
"session_security_script" directive needs a location other than the ping's



=== ping: where the script is
--- config
    location /x/ { session_security zone=sessions; session_security_script; session_security_ping; }
--- refused
"session_security_ping" directive needs a location other than the script's



=== inject: nonce, empty
--- config
    session_security_inject on nonce=;
--- refused
invalid value in "nonce=" of "session_security_inject"; write a variable



=== inject: an unknown variable
--- config
    session_security zone=sessions;
    session_security_inject on nonce=$no_such_variable;
--- with_locations
--- refused
unknown "no_such_variable" variable



=== inject: twice
--- config
    session_security_inject on;
    session_security_inject on lang=de;
--- refused
"session_security_inject" directive is duplicate



=== inject: off and on, each in a line
--- config
    session_security_inject off;
    session_security_inject on;
--- refused
"session_security_inject" directive is duplicate



=== inject: in an if
--- config
    location / { if ($arg_a) { session_security_inject on; } }
--- refused
"session_security_inject" directive is not allowed here



=== inject: outside of http
--- main_config
    session_security_inject on;
--- refused
"session_security_inject" directive is not allowed here



=== inject: every option
--- config
    session_security zone=sessions;
    session_security_inject on extend=activity forms=on title=on events=change,my:event lang=zh-Hant nonce=abc;
    location /a/ { session_security_inject on extend=button forms=off title=off; }
    location /b/ { session_security_inject on extend=$arg_a forms=$arg_b title=$arg_c events=$arg_d lang=$arg_e nonce=$arg_f; }
--- with_locations
--- accepted



=== inject: without a ping
--- config
    session_security zone=sessions;
    session_security_inject on;
    location = /script.js { session_security_script; }
--- accepted



=== inject: without a script
--- config
    session_security zone=sessions;
    session_security_inject on;
    location = /ping/ { session_security_ping; }
--- accepted



=== inject: without either, in a location
--- config
    location / { session_security zone=sessions; session_security_inject on; }
--- accepted



=== inject: a ping with a regular expression for its location
--- config
    session_security zone=sessions;
    session_security_inject on;
    location ~ ^/ping/$ { session_security_ping; }
    location = /script.js { session_security_script; }
--- accepted



=== inject: a ping in a regular expression that looks like a path
--- config
    session_security zone=sessions;
    session_security_inject on;
    location ~* /ping/ { session_security_ping; }
    location = /script.js { session_security_script; }
--- accepted



=== inject: a ping in a named location
--- config
    session_security zone=sessions;
    session_security_inject on;
    location @ping { session_security_ping; }
    location = /script.js { session_security_script; }
--- accepted



=== inject: a script with a regular expression for its location
--- config
    session_security zone=sessions;
    session_security_inject on;
    location = /ping/ { session_security_ping; }
    location ~ /script\.js$ { session_security_script; }
--- accepted



=== inject: a script in a named location
--- config
    session_security zone=sessions;
    session_security_inject on;
    location = /ping/ { session_security_ping; }
    location @script { session_security_script; }
--- accepted



=== inject: a ping of another zone
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone cookie=admin zone=admins:1m;
--- config
    session_security zone=sessions;
    session_security_inject on;
    location = /ping/ { session_security zone=admins; session_security_inject off; session_security_ping; }
    location = /script.js { session_security_script; }
--- accepted



=== inject: one location of another zone than all the others
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone cookie=admin zone=admins:1m;
--- config
    session_security zone=sessions;
    session_security_inject on;
    location /admin/ { session_security zone=admins; }
--- with_locations
--- accepted



=== inject: the ping and the script of another server
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security zone=sessions;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        server_name other.example;
        session_security_inject on;
    }
--- config
--- with_locations
--- accepted



=== inject: two zones in a server, and a ping of neither
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone cookie=admin zone=admins:1m;
--- config
    session_security zone=sessions;
    session_security_inject on;
    location /admin/ { session_security zone=admins; }
--- refused
"session_security_inject" in server "localhost" is on for the zones "sessions" and "admins", but the built-in ping serves one zone; add "location = /ping-of-admins/ { session_security zone=admins; session_security_ping; }"




=== inject: likewise, and the ping of the first by hand where the built-in one is
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone cookie=admin zone=admins:1m;
--- config
    session_security zone=sessions;
    session_security_inject on;
    location = /session_security/ping/ { session_security_ping; }
    location /admin/ { session_security zone=admins; }
--- refused
"session_security_inject" in server "localhost" is on for the zones "sessions" and "admins", but the built-in ping serves one zone; add "location = /ping-of-admins/ { session_security zone=admins; session_security_ping; }"



=== inject: likewise, with what the message says
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone cookie=admin zone=admins:1m;
--- config
    session_security zone=sessions;
    session_security_inject on;
    location = /session_security/ping/ { session_security_ping; }
    location /admin/ { session_security zone=admins; }
    location = /ping-of-admins/ { session_security zone=admins; session_security_ping; }
--- accepted



=== inject: in http, for a server that has neither
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security zone=sessions;
    session_security_inject on;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 301 https://$host$request_uri;
    }
--- config
--- with_locations
--- accepted



=== inject: in http, and off for such a server
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security zone=sessions;
    session_security_inject on;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        session_security_inject off;
        return 301 https://$host$request_uri;
    }
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
        session_security off;
    }
--- config
--- with_locations
--- accepted



=== inject: on without a zone there
--- config
    session_security_inject on;
    location /a/ { session_security off; }
    location /b/ { session_security_inject on extend=button; }
--- without_effect



=== inject: in http, without any zone
--- http_config
    session_security_inject on;
--- without_effect



=== inject: off where the zone is, without a ping
--- config
    session_security_inject on;
    location /a/ { session_security zone=sessions; session_security_inject off; }
--- without_effect



=== inject: a ping and a script anywhere in the server
--- config
    session_security zone=sessions;
    session_security_inject on;
    location /outer/ {
        location /outer/inner/ { session_security_inject on lang=de; }
        location ^~ /outer/ping/ { session_security_ping; }
        location /outer/script { session_security_script; }
    }
--- accepted



=== inject: a ping of each zone
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone cookie=admin zone=admins:1m;
--- config
    session_security zone=sessions;
    session_security_inject on;
    location /admin/ { session_security zone=admins; }
    location /admin/ping/ { session_security zone=admins; session_security_ping; }
--- with_locations
--- accepted



=== no_store: without a parameter
--- config
    session_security_no_store;
--- refused
invalid number of arguments in "session_security_no_store" directive



=== no_store: neither on nor off
--- config
    session_security_no_store yes;
--- refused
invalid value "yes" in "session_security_no_store" directive, it must be "on" or "off"



=== no_store: two parameters
--- config
    session_security_no_store on off;
--- refused
invalid number of arguments in "session_security_no_store" directive



=== no_store: twice
--- config
    session_security_no_store on;
    session_security_no_store off;
--- refused
"session_security_no_store" directive is duplicate



=== no_store: in an if
--- config
    location / { if ($arg_a) { session_security_no_store on; } }
--- refused
"session_security_no_store" directive is not allowed here



=== no_store: without a zone, without a tag
--- http_config
    session_security_no_store on;
--- config
    session_security_no_store off;
    location /a/ { session_security_no_store on; }
--- accepted



=== inheritance: from http to a server to a location
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security zone=sessions;
    session_security_inject on lang=en;
--- config
    default_type text/html;
    root $TEST_NGINX_HTML_DIR;
    location /a/ {
        session_security_inject off;
        location /a/b/ { session_security_inject on lang=fr; }
        location /a/c/ { }
    }
    location /d/ { session_security_inject on; }
    location /e/ { session_security off; }
--- with_locations
--- user_files
>>> page
p
>>> a/page
p
>>> a/b/page
p
>>> a/c/page
p
>>> d/page
p
>>> e/page
p
--- steps
GET /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 ~ ^<script defer src="/script\.js\?v=\w{16}" data-ping="/ping/" [^>]* data-idle="0" data-lang="en" async></script><noscript>.*</noscript>p$

GET /a/page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 p

GET /a/b/page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 ~ ^<script [^>]* data-idle="0" data-lang="fr" async></script>

GET /a/c/page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 p

GET /d/page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 ~ ^<script [^>]* data-idle="0" async></script>

GET /e/page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 p



=== inheritance: off in http, on in a location
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_inject off;
    session_security_no_store on;
--- config
    session_security zone=sessions;
    default_type text/html;
    root $TEST_NGINX_HTML_DIR;
    location /a/ {
        session_security_inject on;
        session_security_no_store off;
    }
--- with_locations
--- user_files
>>> page
p
>>> a/page
p
--- steps
GET /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 p
  Cache-Control: no-store

GET /a/page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 ~ ^<script defer src="/script\.js\?v=\w{16}" data-ping="/ping/"
  !Cache-Control
