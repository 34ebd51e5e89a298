# The configuration of the browser's side: what is refused, with which words,
# what is accepted, and what a level of it takes from the one above.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps 'defaults';

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

plan tests => 169;

defaults(
    page        => 'Sec-Fetch-Mode: navigate',
    http_config => 'session_security_zone cookie=sessionid zone=sessions:1m;',
    config      => '',
);

# "--- accepted": nginx starts with this configuration, without a warning.
add_block_preprocessor(sub {
    my $block = shift;
    defined(my $accepted = $block->accepted) or return;
    $block->set_value(config => ($block->config // '') . $accepted . "\nlocation = /t { return 204; }");
    $block->set_value(request => 'GET /t');
    $block->set_value(error_code => 204);
    $block->set_value(no_error_log => qr/\[(?:warn|error|crit|alert|emerg)\]/);
});

# "--- without_effect": nginx starts with this, and says so.
add_block_preprocessor(sub {
    my $block = shift;
    defined(my $config = $block->without_effect) or return;
    $block->set_value(config => $config . "\nlocation = /t { return 204; }");
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
    $block->set_value(config => ($block->config // '') . <<'END');
    location = /ping/ { session_security_ping; }
    location = /script.js { session_security_script; }
END
});

run_tests();

__DATA__

=== WHERE
--- each
WHERE               | CONFIG                                                     | WHICH
script: in a server | session_security_script;                                   | script
script: in an if    | location / { if ($arg_a) { session_security_script; } }    | script
inject: in an if    | location / { if ($arg_a) { session_security_inject on; } } | inject
no_store: in an if  | location / { if ($arg_a) { session_security_no_store on; } } | no_store
--- config: CONFIG
--- refused: "session_security_WHICH" directive is not allowed here

=== script: in http
--- http_config: session_security_script;
--- refused: "session_security_script" directive is not allowed here

=== script: with a parameter
--- config: location = /script.js { session_security_script on; }
--- refused: invalid number of arguments in "session_security_script" directive

=== script: twice
--- config: location = /script.js { session_security_script; session_security_script; }
--- refused: "session_security_script" directive is duplicate

=== script: with an unknown zone
--- config: location = /script.js { session_security zone=others; session_security_script; }
--- refused: unknown zone "others" in "session_security"; declare it with "session_security_zone cookie=NAME zone=others:10m"

=== script: without a zone
--- http_config
--- accepted: location = /script.js { session_security_script; }

=== script: something else answers in its location
--- config
    session_security zone=sessions;
    location = /script.js { session_security_script; proxy_pass http://127.0.0.1:1; }
--- refused: "session_security_script" needs a location of its own, "/script.js" has another handler; move one of them

=== ping: something else answers in its location
--- config
    session_security zone=sessions;
    location = /ping/ { session_security_ping; empty_gif; }
--- refused: "session_security_ping" needs a location of its own, "/ping/" has another handler; move one of them

=== script: wherever no page has to name it
--- accepted
    session_security zone=sessions;
    location ~ \.js$ { session_security_script; }
    location @script { session_security_script; }
    location /two/ { session_security_script; }

=== WHICH: WHAT
--- each
WHICH    | WHAT                | ARGS
inject   | without a parameter |
no_store | without a parameter |
no_store | two parameters      | on off
--- config: session_security_WHICH ARGS;
--- refused: invalid number of arguments in "session_security_WHICH" directive

=== WHICH: WHAT
--- each
WHICH  | WHAT                 | VALUE    | WORDS
inject | neither on nor off   | yes      | off, or on and its options
inject | in capitals          | On       | off, or on and its options
inject | empty                | ""       | off, or on and its options
inject | an option without on | forms=on | off, or on and its options
inject | a variable           | $arg_a   | off, or on and its options
--- config: session_security_WHICH VALUE;
--- refused: invalid value "VALUE" in "session_security_WHICH"; write WORDS

=== inject: WHAT
--- each
WHAT               | VALUE
off with an option | extend=button
off and on         | on
--- config: session_security_inject off VALUE;
--- refused: invalid value "VALUE" in "session_security_inject"; write off, or on and its options

=== inject: off with two options
--- config: session_security_inject off extend=button forms=on;
--- refused: invalid value "extend=button" in "session_security_inject"; write off, or on and its options

=== inject: WHAT
--- each
WHAT                      | VALUE
on and on                 | on
an option without a value | forms
an option without a name  | =on
an empty option           | ""
a beginning of an option  | form=on
more than an option       | formset=on
an option in capitals     | Forms=on
--- config: session_security_inject on VALUE;
--- refused: invalid parameter "VALUE" in "session_security_inject"; there are extend=, forms=, title=, events=, lang= and nonce=

=== inject: an option that there is not
--- config: session_security_inject on forms=on colour=red;
--- refused: invalid parameter "colour=red" in "session_security_inject"; there are extend=, forms=, title=, events=, lang= and nonce=

=== inject: WHAT
--- each
WHAT               | VALUE                  | WORDS
extend             | extend=always          | activity or button
extend, empty      | extend=                | activity or button
extend, and more   | extend=buttons         | activity or button
forms              | forms=yes              | on or off
title              | title=ON               | on or off
events, empty      | events=                | the names of events, with commas between them
events with blanks | "events=change, input" | the names of events, with commas between them
lang, empty        | lang=                  | a language, such as pt-BR
nonce, empty       | nonce=                 | a variable
--- config: session_security_inject on VALUE;
--- refused: invalid value in "VALUE" of "session_security_inject"; write WORDS

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
--- config: session_security_inject on lang=de forms=on lang=fr;
--- refused: "session_security_inject" directive has a duplicate parameter

=== script: where the ping is
--- config
    location /x/ { session_security zone=sessions; session_security_ping; session_security_script; }
--- refused: "session_security_script" directive needs a location other than the ping's

=== ping: where the script is
--- config
    location /x/ { session_security zone=sessions; session_security_script; session_security_ping; }
--- refused: "session_security_ping" directive needs a location other than the script's

=== inject: an unknown variable
--- config
    session_security zone=sessions;
    session_security_inject on nonce=$no_such_variable;
--- with_locations
--- refused: unknown "no_such_variable" variable

=== WHICH: WHAT
--- each
WHICH    | WHAT                       | ONE | TWO
inject   | twice                      | on  | on lang=de
inject   | off and on, each in a line | off | on
no_store | twice                      | on  | off
--- config
    session_security_WHICH ONE;
    session_security_WHICH TWO;
--- refused: "session_security_WHICH" directive is duplicate

=== inject: outside of http
--- main_config
    session_security_inject on;
--- refused: "session_security_inject" directive is not allowed here

=== inject: every option
--- with_locations
--- accepted
    session_security zone=sessions;
    session_security_inject on extend=activity forms=on title=on events=change,my:event lang=zh-Hant nonce=abc;
    location /a/ { session_security_inject on extend=button forms=off title=off; }
    location /b/ { session_security_inject on extend=$arg_a forms=$arg_b title=$arg_c events=$arg_d lang=$arg_e nonce=$arg_f; }

=== inject: without a ping
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location = /script.js { session_security_script; }

=== inject: without a script
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location = /ping/ { session_security_ping; }

=== inject: without either, in a location
--- accepted: location / { session_security zone=sessions; session_security_inject on; }

=== inject: a ping with a regular expression for its location
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location ~ ^/ping/$ { session_security_ping; }
    location = /script.js { session_security_script; }

=== inject: a ping in a regular expression that looks like a path
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location ~* /ping/ { session_security_ping; }
    location = /script.js { session_security_script; }

=== inject: a ping in a named location
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location @ping { session_security_ping; }
    location = /script.js { session_security_script; }

=== inject: a script with a regular expression for its location
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location = /ping/ { session_security_ping; }
    location ~ /script\.js$ { session_security_script; }

=== inject: a script in a named location
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location = /ping/ { session_security_ping; }
    location @script { session_security_script; }

=== inject: a ping of another zone
--- also_http: session_security_zone cookie=admin zone=admins:1m;
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location = /ping/ { session_security zone=admins; session_security_inject off; session_security_ping; }
    location = /script.js { session_security_script; }

=== inject: one location of another zone than all the others
--- also_http: session_security_zone cookie=admin zone=admins:1m;
--- with_locations
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location /admin/ { session_security zone=admins; }

=== inject: the ping and the script of another server
--- also_http
    session_security zone=sessions;
    server {
        listen backend;
        server_name other.example;
        session_security_inject on;
    }
--- with_locations
--- accepted

=== inject: two zones in a server, and a ping of neither
--- also_http: session_security_zone cookie=admin zone=admins:1m;
--- config
    session_security zone=sessions;
    session_security_inject on;
    location /admin/ { session_security zone=admins; }
--- refused: "session_security_inject" in server "localhost" is on for the zones "sessions" and "admins", but the built-in ping serves one zone; add "location = /ping-of-admins/ { session_security zone=admins; session_security_ping; }"

=== inject: likewise, and the ping of the first by hand where the built-in one is
--- also_http: session_security_zone cookie=admin zone=admins:1m;
--- config
    session_security zone=sessions;
    session_security_inject on;
    location = /session_security/ping/ { session_security_ping; }
    location /admin/ { session_security zone=admins; }
--- refused: "session_security_inject" in server "localhost" is on for the zones "sessions" and "admins", but the built-in ping serves one zone; add "location = /ping-of-admins/ { session_security zone=admins; session_security_ping; }"

=== inject: likewise, with what the message says
--- also_http: session_security_zone cookie=admin zone=admins:1m;
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location = /session_security/ping/ { session_security_ping; }
    location /admin/ { session_security zone=admins; }
    location = /ping-of-admins/ { session_security zone=admins; session_security_ping; }

=== inject: in http, for a server that has neither
--- also_http
    session_security zone=sessions;
    session_security_inject on;
    server {
        listen backend;
        return 301 https://$host$request_uri;
    }
--- with_locations
--- accepted

=== inject: in http, and off for such a server
--- also_http
    session_security zone=sessions;
    session_security_inject on;
    server {
        listen backend;
        session_security_inject off;
        return 301 https://$host$request_uri;
    }
    server {
        listen backend_2;
        session_security off;
    }
--- with_locations
--- accepted

=== inject: on without a zone there
--- without_effect
    session_security_inject on;
    location /a/ { session_security off; }
    location /b/ { session_security_inject on extend=button; }

=== inject: in http, without any zone
--- http_config: session_security_inject on;
--- without_effect

=== inject: off where the zone is, without a ping
--- without_effect
    session_security_inject on;
    location /a/ { session_security zone=sessions; session_security_inject off; }

=== inject: a ping and a script anywhere in the server
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location /outer/ {
        location /outer/inner/ { session_security_inject on lang=de; }
        location ^~ /outer/ping/ { session_security_ping; }
        location /outer/script { session_security_script; }
    }

=== inject: a ping of each zone
--- also_http: session_security_zone cookie=admin zone=admins:1m;
--- with_locations
--- accepted
    session_security zone=sessions;
    session_security_inject on;
    location /admin/ { session_security zone=admins; }
    location /admin/ping/ { session_security zone=admins; session_security_ping; }

=== no_store: neither on nor off
--- config: session_security_no_store yes;
--- refused: invalid value "yes" in "session_security_no_store" directive, it must be "on" or "off"

=== no_store: without a zone, without a tag
--- http_config: session_security_no_store on;
--- accepted
    session_security_no_store off;
    location /a/ { session_security_no_store on; }

=== inheritance: from http to a server to a location
--- also_http
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
a: PAGE /page
    => 200 ~ ^<script defer src="/script\.js\?v=\w{16}" data-ping="/ping/" [^>]* data-idle="0" data-lang="en" async></script><noscript>.*</noscript>p$
a: PAGE /a/page   => 200 p
a: PAGE /a/b/page => 200 ~ ^<script [^>]* data-idle="0" data-lang="fr" async></script>
a: PAGE /a/c/page => 200 p
a: PAGE /d/page   => 200 ~ ^<script [^>]* data-idle="0" async></script>
a: PAGE /e/page   => 200 p

=== inheritance: off in http, on in a location
--- also_http
    session_security_inject off;
    session_security_no_store on;
--- config
    session_security zone=sessions;
    default_type text/html;
    root $TEST_NGINX_HTML_DIR;
    location /a/ { session_security_inject on; session_security_no_store off; }
--- with_locations
--- user_files
>>> page
p
>>> a/page
p
--- steps
a: PAGE /page => 200 p | Cache-Control: no-store
a: PAGE /a/page
    => 200 ~ ^<script defer src="/script\.js\?v=\w{16}" data-ping="/ping/" | no Cache-Control
