# Beside nginx's other modules: each request is judged once, whatever becomes
# of it, and what is withheld is withheld from everything.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps 'defaults';

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

plan tests => 514;

# A session that is judged twice would be "new" no longer, and a POST that is
# judged twice would have been told. A ping that reports more than ten minutes
# ends any session: with the logout URL it is expired, under /closed/ closed.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        add_header X-Accel-Redirect $http_x_accel;
        add_header X-Cookie "[$http_cookie]";
        add_header Set-Cookie $http_x_set always;
        location / { return 200 "[$http_cookie]"; }
        location /auth/ { return 204; }
        location /missing/ { return 404; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    add_header X-State $session_security_state always;
    root $TEST_NGINX_HTML_DIR;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
    location = /closed/ping/ { session_security_logout_url $arg_none; session_security_ping; }
END
    no_error_log => qr/\[(?:crit|alert|emerg)\]/,
);

run_tests();

__DATA__

=== error_page: a named location, where the cookie stays withheld
--- without
root
location / {
location = /closed/ping/ {
--- also
    location /app/ { error_page 401 = @refused; proxy_pass http://backend; }
    location @refused { proxy_pass http://backend; }
--- steps
a has ended
a; other=1: POST /app/ => 200 expired [other=1] | no Set-Cookie
a: GET /app/           => 200 expired []

=== error_page: a page of one's own
--- also
    error_page 401 /401.html;
    location = /401.html { internal; }
--- user_files
>>> 401.html
Your session has ended.
--- steps
a has ended
a: GET /api                => 401 expired Your session has ended. | Cache-Control: no-store
a: HEAD /api               => 401
a: POST /other | body: a=b => 200 []
a: PAGE /page              => 302

=== error_page: elsewhere
--- also: error_page 401 https://sso.example.com/login;
--- steps
a has ended
a: GET /api => 302 | to https://sso.example.com/login

=== error_page: of another status has no part in it
--- also: error_page 403 404 500 /500.html;
--- steps
a has ended
a: GET /api => 401 {"error":"session_expired"}

=== error_page: for a backend's error, judged once
--- also
    location /missing/ {
        proxy_pass http://backend;
        proxy_intercept_errors on;
        error_page 404 = /fallback;
    }
--- steps
a: GET /missing/                 => 200 new [sessionid=a]
b: GET /closed/ping/?idleFor=600 => 200 "logout"
b; other=1: PAGE /missing/       => 200 closed [other=1] | deleted

=== error_page: for an error before the session is looked at
--- also
    location /early/ {
        error_page 403 = /late;
        if ($arg_a) { return 403; }
        proxy_pass http://backend;
    }
--- steps
a has ended
b: GET /early/?a=1 => 200 new [sessionid=b]
a: GET /early/?a=1 => 401 expired

=== try_files: a named location behind it
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    root $TEST_NGINX_HTML_DIR;
    location / { try_files $uri @app; }
    location @app { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- user_files
>>> there
a file
--- steps
a: GET /app           => 200 new [sessionid=a]
b: GET /there         => 200 new a file
c has ended
c; other=1: PAGE /app => 200 closed [other=1] | deleted
c: PAGE /there        => 200 closed a file | deleted

=== try_files: another URI behind it
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    root $TEST_NGINX_HTML_DIR;
    location / { try_files $uri /index.php?$args; }
    location = /index.php { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
a: GET /app          => 200 new [sessionid=a]
b has ended
b; other=1: GET /app => 200 closed [other=1]

=== try_files: a location behind it that is off, or on
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    root $TEST_NGINX_HTML_DIR;
    location /on/ { try_files $uri @off; }
    location @off { session_security off; proxy_pass http://backend; }
    location /off/ { session_security off; try_files $uri @on; }
    location @on { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
a has ended
a: PAGE /on/  => 200 closed [] | deleted
a: PAGE /off/ => 200 closed [] | deleted

=== index
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { root $TEST_NGINX_HTML_DIR; index home.html; }
    location = /ping/ { session_security_ping; }
--- user_files
>>> home.html
home
--- steps
a: GET /         => 200 new home
b has ended
b: PAGE /        => 200 closed home | deleted
b: PAGE /nothing => 404 closed | deleted

=== X-Accel-Redirect
--- also
    location /files/ { internal; }
    location /again/ {
        internal;
        proxy_pass http://backend;
        proxy_set_header X-Accel "";
    }
--- user_files
>>> files/one
the file
--- steps
a: GET /download | X-Accel: /files/one => 200 new the file
b: GET /download | X-Accel: /again/    => 200 new [sessionid=b]
c: GET /closed/ping/?idleFor=600       => 200 "logout"
c: PAGE /download | X-Accel: /again/   => 200 closed [] | deleted
c: GET /download | X-Accel: /files/one | X-Set: sessionid=c
    => 200 closed the file | Set-Cookie: sessionid=c
c: GET /                               => 200 live [sessionid=c]

=== rewrite: judged where it ends
--- also
    location /old/ { rewrite ^/old/(.*) /new/$1 last; }
    location /new/ { session_security_passive_urls /new/poll; proxy_pass http://backend; }
--- steps
a is idle for 300
a: GET /old/poll => 200 live [sessionid=a]
a: ping          => about 300

=== return: nothing is judged
--- also: location /return/ { return 200 "[$http_cookie]"; }
--- steps
a has ended
a: GET /return/ => 200 none [sessionid=a] | no Set-Cookie
b: GET /return/ => 200 none [sessionid=b]
b: GET /        => 200 new

=== auth_request: the dead session's cookie is not authenticated
--- also
    location /app/ {
        auth_request /auth/;
        auth_request_set $auth_cookie $upstream_http_x_cookie;
        add_header X-Auth-Cookie $auth_cookie always;
        add_header X-State $session_security_state always;
        proxy_pass http://backend;
        proxy_hide_header X-Cookie;
    }
    location = /auth/ {
        internal;
        proxy_pass http://backend;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
    }
--- steps
a; other=1: GET /app/ => 200 new [sessionid=a; other=1] | X-Auth-Cookie: [sessionid=a; other=1]
b: GET /closed/ping/?idleFor=600 => 200 "logout"
b; other=1: PAGE /app/           => 200 closed [other=1] | X-Auth-Cookie: [other=1] | deleted
c has ended
c: GET /app/                     => 401 {"error":"session_expired"} | no X-Auth-Cookie

=== auth_request: a request that it refuses deletes the cookie too
--- also
    location /app/ { auth_request /missing/; proxy_pass http://backend; }
    location = /missing/ { internal; return 403; }
--- steps
a: GET /closed/ping/?idleFor=600 => 200 "logout"
a: PAGE /app/                    => 403 closed | deleted

=== satisfy any is no way around
--- also
    location /app/ {
        satisfy any;
        allow all;
        auth_basic closed;
        proxy_pass http://backend;
    }
--- steps
a has ended
a: GET /app/                     => 401 {"error":"session_expired"} | no WWW-Authenticate
b: GET /closed/ping/?idleFor=600 => 200 "logout"
b: GET /app/                     => 200 closed []

=== access rules are for judged requests: denied ones are activity, too
--- also: location /denied/ { deny all; }
--- steps
a has ended
a: GET /denied/ => 401
b: GET /denied/ => 403 new

=== SSI: the parts of a page are one request
--- also
    location /page.html { ssi on; ssi_types text/plain; }
    location /off/ { session_security off; proxy_pass http://backend; }
--- user_files
>>> page.html
<!--# echo var="session_security_state" --> <!--# include virtual="/one" --> <!--# include virtual="/off/" --> <!--# include virtual="/ping/" -->
--- steps
a; other=1: GET /page.html       => 200 new new [sessionid=a; other=1] [sessionid=a; other=1] 0
b: GET /closed/ping/?idleFor=600 => 200 "logout"
b; other=1: PAGE /page.html      => 200 closed closed [other=1] [other=1] "logout" | deleted
GET /page.html                   => 200 none none [] [] "logout"

=== SSI: a part that would be a logout or passive is not looked at
--- also
    session_security_passive_urls /poll;
    location /page.html { ssi on; ssi_types text/plain; }
--- user_files
>>> page.html
<!--# include virtual="/logout/" --><!--# include virtual="/poll" -->
--- steps
a is idle for 300
a: GET /page.html => 200 [sessionid=a][sessionid=a]
a: ping           => about 0

=== SSI: in a page that is off its parts count for nothing
--- also
    location /page.html {
        session_security off;
        ssi on;
        ssi_types text/plain;
    }
--- user_files
>>> page.html
<!--# include virtual="/one" --> <!--# include virtual="/ping/?idleFor=600" -->
--- steps
a: GET /page.html => 200 none [sessionid=a] "logout"
a: GET /          => 200 new

=== addition
--- also
    location /page.html {
        addition_types text/plain;
        add_before_body /before;
        add_after_body /after;
    }
--- user_files
>>> page.html
page
--- steps
a: GET /page.html                => 200 new ~ ^\[sessionid=a\]page\n\[sessionid=a\]$
b: GET /closed/ping/?idleFor=600 => 200 "logout"
b: GET /page.html                => 200 closed ~ ^\[\]page\n\[\]$

=== mirror
--- also
    location /app/ { mirror /mirror; proxy_pass http://backend; }
    location = /mirror { internal; proxy_pass http://backend_2; }
--- also_http
    log_format cookie '<$http_cookie>';
    server {
        listen backend_2;
        access_log $TEST_NGINX_SERVER_ROOT/logs/mirror.log cookie;
        location / { add_header Set-Cookie sessionid=b; return 200; }
    }
--- steps
b: GET /closed/ping/?idleFor=600 => 200 "logout"
b; other=1: PAGE /app/           => 200 [other=1] | deleted
b: GET /app/                     => 200 closed []

=== add_header: a cookie that nginx sets is one that the backend sets
--- also
    location /login/ { add_header Set-Cookie "sessionid=$arg_id; Path=/"; return 200 ok; }
    location /renew/ {
        add_header Set-Cookie "sessionid=$arg_id; Path=/";
        proxy_pass http://backend;
    }
--- steps
GET /login/?id=a                 => 200 ok | Set-Cookie: sessionid=a; Path=/
a: GET /                         => 200 live [sessionid=a]
b: GET /closed/ping/?idleFor=600 => 200 "logout"
b: GET /login/?id=b              => 200 ok
b: GET /                         => 200 closed []
b: GET /renew/?id=b              => 200 [] | Set-Cookie: sessionid=b; Path=/
b: GET /                         => 200 live [sessionid=b]

=== expires and add_header leave the redirect out of caches
--- also
    location /cached/ {
        expires 1h;
        add_header Cache-Control public;
        proxy_pass http://backend;
    }
--- request eval
['GET /ping/?idleFor=600', 'GET /cached/', 'GET /cached/']
--- more_headers eval
['Cookie: sessionid=a', "Cookie: sessionid=a\nAccept: text/html", 'Cookie: sessionid=a']
--- error_code eval
[200, 302, 401]
--- raw_response_headers_like eval
['', 'Cache-Control: [^\r\n]*no-store', 'Cache-Control: no-store']

=== proxy_cache keeps no deletion of a cookie
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    proxy_cache_path $TEST_NGINX_SERVER_ROOT/cache keys_zone=cache:1m;
    server {
        listen backend;
        return 200 "[$http_cookie]";
    }
--- also
    location /cached/ {
        proxy_cache cache;
        proxy_cache_valid any 1m;
        add_header X-Cache $upstream_cache_status;
        proxy_pass http://backend;
    }
--- steps
a: GET /closed/ping/?idleFor=600 => 200 "logout"
a: PAGE /cached/                 => 200 [] | X-Cache: MISS | deleted
b: GET /cached/                  => 200 [] | X-Cache: HIT | no Set-Cookie

=== a connection that is kept carries one session after another
--- pipelined_requests eval
['GET /ping/?idleFor=600', "POST /a\nsome=body", 'GET /b', "POST /c\nsome=body", 'GET /d', 'GET /e']
--- more_headers eval
['Cookie: sessionid=a', 'Cookie: sessionid=a', 'Cookie: sessionid=b',
 'Cookie: sessionid=a', 'Cookie: sessionid=a', 'Cookie: sessionid=b']
--- error_code eval
[200, 401, 200, 200, 401, 200]
--- response_headers eval
['', 'X-State: expired', 'X-State: new', 'X-State: expired', 'X-State: expired', 'X-State: live']
--- response_body_like eval
['logout', 'session_expired', '\[sessionid=b\]', '\[\]', 'session_expired', '\[sessionid=b\]']

=== redirects on a connection that is kept
--- pipelined_requests eval
['GET /ping/?idleFor=600', "POST /a\nsome=body", 'GET /b', 'GET /logout/', 'GET /c']
--- more_headers
Cookie: sessionid=a
Accept: text/html
--- error_code eval
[200, 303, 302, 200, 200]
--- response_body_like eval
['logout', '303', '302', '\[sessionid=a\]', '\[\]']

=== HTTP/1.0
a: GET /ping/?idleFor=600 HTTP/1.0 => 200 "logout"
a: PAGE /page HTTP/1.0             => 302 | to /logout/
a: GET /api HTTP/1.0               => 401 {"error":"session_expired"}
a: PAGE /logout/ HTTP/1.0          => 200 [sessionid=a] | deleted
a: GET /page HTTP/1.0              => 200 closed []

=== HTTP/1.0 without a host
--- raw_request eval
"GET / HTTP/1.0\r\nCookie: sessionid=a\r\n\r\n"
--- response_body: [sessionid=a]
--- response_headers
X-State: new

=== limit_req in the same location
--- also_http: limit_req_zone $cookie_sessionid zone=rate:1m rate=1r/m;
--- also
    location /limited/ {
        limit_req zone=rate;
        limit_req_status 429;
        proxy_pass http://backend;
    }
--- steps
a has ended
a: GET /limited/ => 401
b: GET /limited/ => 200
b: GET /limited/ => 429 none

=== realip in a location comes first, and what is asked for the key is right
--- key: $remote_addr
--- config
    set_real_ip_from 127.0.0.1;
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    add_header X-Address $remote_addr always;
    root $TEST_NGINX_HTML_DIR;
    location = /ping/ { session_security_ping; }
    location = /custom/ping/ { real_ip_header X-Client; session_security_ping; }
--- steps
ping 600 | X-Real-IP: 192.0.2.1         => "logout" | X-Address: 192.0.2.1
GET /custom/ping/?idleFor=5 | X-Client: 192.0.2.2 => 200 new 5 | X-Address: 192.0.2.2
GET /custom/ping/ | X-Client: 192.0.2.1 => 200 closed "logout" | X-Address: 192.0.2.1

=== split cookies: each part is the session
--- key: cookie=split*
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
    location /kill/ { session_security_expire_after 100s; proxy_pass http://backend; }
--- steps
ping 300 | Cookie: split_0=0123456789abcdef-a; split_1=0123456789abcdef-b; split_2=tail => 300
GET / | Cookie: split_0=fedcba9876543210-a; split_1=fedcba9876543210-b; split_2=tail
    => 200 new [split_0=fedcba9876543210-a; split_1=fedcba9876543210-b; split_2=tail]
GET /kill/ | Cookie: split_0=0123456789abcdef-a; split_1=0123456789abcdef-b; split_2=tail
    => 200 expired []
GET / | Cookie: split_0=0123456789abcdef-a; split_1=0123456789abcdef-b; split_2=tail; other=1
    => 200 closed [other=1]
GET / | Cookie: split_1=0123456789abcdef-b; other=1 => 200 closed [other=1]
GET / | Cookie: split_0=0123456789abcdef-a; split_2=x => 200 closed []
GET / | Cookie: other=1; SPLIT_0="0123456789abcdef%2da"; split_2=tail => 200 closed [other=1]
GET / | Cookie: split_0=fedcba9876543210-a; split_1=0123456789abcdef-b; split_2=tail
    => 200 live [split_0=fedcba9876543210-a; split_2=tail]
GET / | Cookie: split_0=fedcba9876543210-a; split_1=fedcba9876543210-b; split_2=tail
    => 200 live [split_0=fedcba9876543210-a; split_1=fedcba9876543210-b; split_2=tail]

=== split cookies: all parts are deleted, short ones too
--- key: cookie=split*
--- config
    session_security zone=sessions;
    location = /ping/ { session_security_ping; }
--- steps
PAGE /ping/?idleFor=600
    | Cookie: split_0=0123456789abcdef-a; split_1=0123456789abcdef-b; split_2=tail
    => 200 "logout" | Set-Cookie: (split_0 deleted), (split_1 deleted), (split_2 deleted)

=== split cookies: a short one counts when it is alone
--- http_config
    session_security_zone cookie=split* zone=sessions:1m;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set;
        return 200 "[$http_cookie]";
    }
--- without
session_security_logout_url
root
location = /closed/ping/ {
--- steps
ping 600 | Cookie: split=short => "logout"
PAGE / | Cookie: split=short   => 200 closed [] | Set-Cookie: (split deleted)
GET / | Cookie: split=short | X-Set: split=short => 200 []
GET / | Cookie: split=short    => 200 live [split=short]

=== PROTOCOL_pass: what is withheld
# Nobody answers: what the request is made of is in the debug log.
--- each
PROTOCOL
fastcgi
uwsgi
scgi
--- skip_eval: 9: `@{[$ENV{TEST_NGINX_BINARY} || 'nginx']} -V 2>&1` !~ /--with-debug/
--- also
    location /app/ {
        PROTOCOL_param TAKEN "$http_cookie|$cookie_sessionid";
        PROTOCOL_pass 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
    }
--- log_level: debug
--- request eval
['GET /closed/ping/?idleFor=600', 'GET /app/', 'GET /app/']
--- more_headers eval
['Cookie: sessionid=a', 'Cookie: sessionid=a; other=1', 'Cookie: sessionid=a']
--- error_code eval
[200, 502, 502]
--- no_error_log eval
[qr/PROTOCOL param: "[^"]*sessionid/, qr/PROTOCOL param: "HTTP_COOKIE: "/]

=== PROTOCOL_pass: what is not
--- each
PROTOCOL
fastcgi
uwsgi
scgi
--- skip_eval: 4: `@{[$ENV{TEST_NGINX_BINARY} || 'nginx']} -V 2>&1` !~ /--with-debug/
--- also
    location /app/ {
        PROTOCOL_param TAKEN "$http_cookie|$cookie_sessionid";
        PROTOCOL_pass 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
    }
--- log_level: debug
--- request
GET /app/
--- more_headers
Cookie: sessionid=a; other=1
--- error_code: 502
--- error_log
PROTOCOL param: "TAKEN: sessionid=a; other=1|a"
PROTOCOL param: "HTTP_COOKIE: sessionid=a; other=1"
--- no_error_log
[alert]
