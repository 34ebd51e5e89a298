# The test harness itself, with nothing but plain nginx behind it: every kind
# of section that the other suites may use. It has to pass alike with the
# stand-in in t/lib and with the real Test::Nginx::Socket.

use Test::Nginx::Socket;

repeat_each(2);
no_shuffle();
no_long_string();
worker_connections(128);

plan tests => 6 + repeat_each() * 130 + 2;

is(repeat_each(), 2, 'repeat_each() gives what was set');
is(worker_connections(), 128, 'worker_connections() gives what was set');
is(workers(), 1, 'one worker by default');
is(server_addr(), '127.0.0.1', 'the server is on loopback');
like(server_port(), qr/^\d+$/, 'server_port() is a number');
is(html_dir(), server_root() . '/html', 'html_dir() is in server_root()');

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();
$ENV{TEST_NGINX_GREETING} = 'hello, world';

# A section of the suite's own: "--- answer: text" stands for a whole config.
add_block_preprocessor(sub {
    my $block = shift;
    if (defined(my $answer = $block->answer)) {
        $block->set_value(config => "location = /t { return 200 '$answer'; }");
        $block->set_value(request => 'GET /t');
    }
});

run_tests();

__DATA__

=== TEST 1: body, default status
--- config
    location = /t { return 200 "one\ntwo\n"; }
--- request
GET /t
--- response_body
one
two

=== TEST 2: status, headers present, absent and empty
--- config
    location = /t {
        add_header X-One 1 always;
        add_header X-Two a always;
        add_header X-Two b always;
        return 418 "teapot";
    }
--- request
GET /t
--- error_code: 418
--- response_headers
X-One: 1
X-Two: a, b
!X-Three
X-Four:
--- response_body chomp
teapot

=== TEST 3: patterns for headers and body
--- config
    location = /t { add_header X-Time $msec; return 200 "at $msec"; }
--- request
GET /t
--- error_code_like: ^20\d$
--- response_headers_like
X-Time: \d+\.\d{3}
Server: [A-Za-z]+/[0-9].*
--- response_body_like: ^at \d+\.\d+$
--- raw_response_headers_like: ^HTTP/1\.1 200 OK\r\nServer: [A-Za-z]+/
--- raw_response_headers_unlike: X-Nothing

=== TEST 4: body without a pattern, body by regex
--- config
    location = /t { return 200 "abc"; }
--- request eval
["GET /t", "GET /t"]
--- response_body eval
["abc", qr/^a.c$/]

=== TEST 5: unwanted body
--- config
    location = /t { return 200 "abc"; }
--- request
GET /t
--- response_body_unlike: d

=== TEST 6: several requests, every expectation an array
--- config
    location = /a { add_header X-Who a; return 200 "A"; }
    location = /b { add_header X-Who b always; return 404 "B"; }
--- request eval
["GET /a", "GET /b", "HEAD /a"]
--- more_headers eval
["X-Any: 1", "", "X-Any: 3"]
--- error_code eval
[200, 404, 200]
--- response_headers eval
["X-Who: a", "X-Who: b\n!X-Any", "X-Who: a"]
--- response_body eval
["A", "B", ""]

=== TEST 7: request headers, method and a body with its length
--- config
    location = /t { proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/up; }
    location = /up {
        return 200 "$request_method $http_content_length $http_x_one $http_x_two";
    }
--- request
PUT /t
hello
--- more_headers
X-One: 1
# X-Two: not this one
X-Two: 2
--- response_body chomp
PUT 5 1 2

=== TEST 8: host, version and own connection header
--- config
    location = /t { return 200 "$host $server_protocol $http_connection"; }
--- request
GET /t HTTP/1.0
--- more_headers
Host: example.com
Connection: x-nothing
--- response_body chomp
example.com HTTP/1.0 x-nothing

=== TEST 9: access log, with the body of a request
--- http_config
    log_format body '<$request_body>';
--- config
    location = /t {
        access_log $TEST_NGINX_SERVER_ROOT/logs/access.log body;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/up;
    }
    location = /up { access_log off; return 200 "ok"; }
--- request
POST /t
two
lines
--- response_body: ok
--- access_log
<two\x0Alines>
--- no_access_log
<two>

=== TEST 10: chunked response
--- config
    location = /t {
        default_type text/html;
        sub_filter it them;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/up;
    }
    location = /up { default_type text/html; return 200 "take it"; }
--- request
GET /t
--- response_headers
Transfer-Encoding: chunked
--- response_body chomp
take them

=== TEST 11: pause within a request
--- config
    location = /t { return 200 "$request_time"; }
--- request eval
[["GE", {value => "T /t", delay_before => 1.3}, " HTTP/1.1\n"]]
--- response_body_like: ^(?:0\.[2-9]|[1-9])

=== TEST 12: pause between requests
--- http_config
    limit_req_zone $host zone=rate:32k rate=1r/s;
--- config
    location = /t {
        limit_req zone=rate;
        limit_req_status 429;
        try_files /index.html =404;
    }
--- request eval
[
    ["", {value => "GET /t", delay_before => 1.2}],
    ["", {value => "GET /t", delay_before => 1.2}],
]
--- error_code eval
[200, 200]

=== TEST 13: pieces of a request with a body
--- config
    location = /t { proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/up; }
    location = /up { return 200 "$http_content_length"; }
--- request eval
[["POST /t\n", {value => "abc", delay_before => 0.05}, "def"]]
--- response_body chomp
6

=== TEST 14: raw request
--- config
    location = /t { return 200 "$http_x_raw"; }
--- raw_request eval
"GET /t HTTP/1.1\r\nHost: a\r\nX-Raw: yes\r\nConnection: close\r\n\r\n"
--- response_body chomp
yes

=== TEST 15: raw request in pieces
--- config
    location = /t { return 200 "$http_x_raw"; }
--- raw_request eval
["GET /t HTTP/1.1\r\nHost: a\r\nX-Raw", ": yes\r\nConnection: close\r\n\r\n"]
--- raw_request_middle_delay: 0.05
--- response_body chomp
yes

=== TEST 16: pipelined requests
--- config
    location = /a { return 200 "A"; }
    location = /b { return 201 "B"; }
--- pipelined_requests eval
["GET /a", "GET /b", "GET /a"]
--- error_code eval
[200, 201, 200]
--- response_body eval
["A", "B", "A"]

=== TEST 17: a connection closed without a response
--- config
    location = /t { return 444; }
--- request
GET /t
--- error_code:
--- response_body:

=== TEST 18: log lines that come and such that do not
--- config
    location /t { root $TEST_NGINX_HTML_DIR; }
--- request
GET /t/nothing
--- error_code: 404
--- response_body_like: Not Found
--- error_log
html/t/nothing" failed
[error]
--- no_error_log
[alert]
nonsense

=== TEST 19: log checks by regex, after each request anew
--- config
    location /t { root $TEST_NGINX_HTML_DIR; }
--- request eval
["GET /t/one", "GET /t/two"]
--- error_code eval
[404, 404]
--- error_log eval
qr{html/t/(?:one|two)" failed}
--- no_error_log eval
[qr/\[crit\]/, "[alert]"]

=== TEST 20: excerpts of the log
--- config
    location /t { root $TEST_NGINX_HTML_DIR; }
--- request
GET /t/nothing
--- error_code: 404
--- grep_error_log eval
qr{html/t/\w+" failed|\[crit\]}
--- grep_error_log_out
html/t/nothing" failed

=== TEST 21: log level of a block
--- config
    location /t { root $TEST_NGINX_HTML_DIR; }
--- request
GET /t/nothing
--- log_level: crit
--- error_code: 404
--- no_error_log
[error]
[debug]
[notice]

=== TEST 22: the server's port in expectations
--- config
    location = /t { return 301 /u; }
--- request
GET /t
--- error_code: 301
--- response_headers
Location: http://localhost:$ServerPort/u
--- response_body_like: 301 Moved

=== TEST 23: bad configuration
--- config
    location = /t { no_such_directive on; }
--- must_die
--- suppress_stderr
--- error_log
unknown directive "no_such_directive"
[emerg]
--- no_error_log
[crit]

=== TEST 24: bad configuration, exit code
--- main_config
    no_such_directive on;
--- config
--- must_die: 1
--- suppress_stderr
--- error_log eval
[qr/unknown directive "no_such_directive" in \S+:\d+/, "[emerg]"]

=== TEST 25: user files
--- config
    location /f/ { root $TEST_NGINX_HTML_DIR; }
--- user_files
>>> f/one.txt
first file
of two lines
>>> f/two.txt 202001020304.05
$TEST_NGINX_GREETING
--- request eval
["GET /f/one.txt", "GET /f/two.txt"]
--- response_headers eval
["Content-Length: 24", "Last-Modified: Thu, 02 Jan 2020 03:04:05 GMT"]
--- response_body eval
["first file\nof two lines\n", "hello, world\n"]

=== TEST 26: user files by Perl
--- config
    location /f/ { root $TEST_NGINX_HTML_DIR; }
--- user_files eval
[["f/zeros", "0" x 100_000], ["f/empty"]]
--- request eval
["GET /f/zeros", "GET /f/empty"]
--- response_body eval
["0" x 100_000, ""]

=== TEST 27: environment in config and expected body, index page
--- config
    location = /t { return 200 "$TEST_NGINX_GREETING\n"; }
--- request
GET /t
--- response_body
$TEST_NGINX_GREETING

=== TEST 28: page of the default location
--- config
--- request
GET /
--- response_body_like: It works!

=== TEST 29: another server on the same port, told apart by its name
--- http_config
    server { listen $TEST_NGINX_SERVER_PORT; server_name other; return 200 "other"; }
--- config
    location = /t { return 200 "own"; }
--- request eval
["GET /t", "GET /t"]
--- more_headers eval
["Host: other", ""]
--- response_body eval
["other", "own"]

=== TEST 30: server on a port of its own
--- http_config
    server { listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1; return 200 "upstream"; }
--- config
    location = /t { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- request
GET /t
--- response_body: upstream

=== TEST 31: response of no interest
--- config
    location = /t { root $TEST_NGINX_HTML_DIR; }
--- request
GET /t
--- ignore_response
--- error_log
html/t" failed

=== TEST 32: client that goes away
--- config
    location = /t {
        limit_rate 1;
        root $TEST_NGINX_HTML_DIR;
    }
--- user_files
>>> t
123
--- request
GET /t
--- timeout: 100ms
--- abort
--- ignore_response
--- no_error_log
[error]

=== TEST 33: kept connection, given up by the client
--- config
    location = /t { return 200 "kept"; }
--- raw_request eval
"GET /t HTTP/1.1\r\nHost: a\r\n\r\n"
--- timeout eval
$ENV{VALGRIND} ? 10 : 0.1
--- abort
--- response_headers
Connection: keep-alive
--- response_body: kept

=== TEST 34: wait before the log is read
--- config
    location = /t { return 200 "ok"; }
--- request
GET /t
--- wait: 0.05
--- response_body: ok
--- no_error_log
[error]

=== TEST 35: section made by the suite
--- answer: forty-two
--- response_body: forty-two

=== TEST 36: skipped by version
--- config
--- request
GET /
--- skip_nginx: 2: < 99.0.0: too old
--- response_body: never

=== TEST 37: not skipped by version
--- config
--- request
GET /
--- skip_nginx: 1: < 1.0.0

=== TEST 38: skipped by code
--- config
--- request
GET /
--- skip_eval: 2: 1 + 1 == 2
--- response_body: never

=== TEST 39: work to be done
--- config
--- request
GET /
--- todo: 1: not yet
--- error_code: 999

=== TEST 40: left out
--- SKIP
--- config
--- request
GET /nowhere

=== TEST 41: same server for all rounds of a block
--- http_config
    limit_req_zone $host zone=rate:32k rate=1r/m;
--- config
    location = /t {
        limit_req zone=rate burst=1 nodelay;
        limit_req_status 429;
        try_files /index.html =404;
    }
--- request
GET /t
--- grep_error_log: limiting requests
--- grep_error_log_out eval
["", ""]

=== TEST 42: the server's end in its log
--- config
    location = /t { return 200 "ok"; }
--- request
GET /t
--- shutdown_error_log eval
qr/\[notice\] .*exit/
--- no_shutdown_error_log
[alert]
--- response_body: ok

=== TEST 43: fresh server for every block
--- http_config
    limit_req_zone $host zone=rate:32k rate=1r/m;
--- config
    location = /t {
        limit_req zone=rate burst=1 nodelay;
        try_files /index.html =404;
    }
--- request
GET /t
