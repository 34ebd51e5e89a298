# Beside nginx's other modules: each request is judged once, whatever becomes
# of it, and what is withheld is withheld from everything.

use FindBin;
use lib "$FindBin::Bin/support";

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

plan tests => 514;

# A session that is judged twice would be "new" no longer, and a POST that is
# judged twice would have been told. A ping that reports more than ten minutes
# ends any session: with the logout URL it is expired, under /closed/ closed.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
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
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
    location = /closed/ping/ {
        session_security_logout_url $arg_none;
        session_security_ping;
    }
END
    no_error_log => qr/\[(?:crit|alert|emerg)\]/,
);

run_tests();

__DATA__

=== error_page: a named location, where the cookie stays withheld
--- config
    session_security zone=sessions;
    session_security_logout_url /logout/;
    add_header X-State $session_security_state always;
    location = /ping/ { session_security_ping; }
--- also
    location /app/ {
        error_page 401 = @refused;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location @refused {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /app/
  Cookie: sessionid=a; other=1
= 200 [other=1]
  X-State: expired
  !Set-Cookie

GET /app/
  Cookie: sessionid=a
= 200 []
  X-State: expired



=== error_page: a page of one's own
--- also
    error_page 401 /401.html;
    location = /401.html { internal; }
--- user_files
>>> 401.html
Your session has ended.
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /api
  Cookie: sessionid=a
= 401 Your session has ended.
  Cache-Control: no-store
  X-State: expired

HEAD /api
  Cookie: sessionid=a
= 401

POST /other
  Cookie: sessionid=a
| a=b
= 200 []

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 302



=== error_page: elsewhere
--- also
    error_page 401 https://sso.example.com/login;
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /api
  Cookie: sessionid=a
= 302
  Location: https://sso.example.com/login



=== error_page: of another status has no part in it
--- also
    error_page 403 404 500 /500.html;
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /api
  Cookie: sessionid=a
= 401 {"error":"session_expired"}



=== error_page: for a backend's error, judged once
--- also
    location /missing/ {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        proxy_intercept_errors on;
        error_page 404 = /fallback;
    }
--- steps
GET /missing/
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: new

GET /closed/ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

PAGE /missing/
  Cookie: sessionid=b; other=1
= 200 [other=1]
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== error_page: for an error before the session is looked at
--- also
    location /early/ {
        error_page 403 = /late;
        if ($arg_a) { return 403; }
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /early/?a=1
  Cookie: sessionid=b
= 200 [sessionid=b]
  X-State: new

GET /early/?a=1
  Cookie: sessionid=a
= 401
  X-State: expired



=== try_files: a named location behind it
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    root $TEST_NGINX_HTML_DIR;
    location / { try_files $uri @app; }
    location @app {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
--- user_files
>>> there
a file
--- steps
GET /app
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: new

GET /there
  Cookie: sessionid=b
= 200 a file
  X-State: new

GET /ping/?idleFor=600
  Cookie: sessionid=c
= 200 "logout"

PAGE /app
  Cookie: sessionid=c; other=1
= 200 [other=1]
  X-State: closed
  Set-Cookie: (sessionid deleted)

PAGE /there
  Cookie: sessionid=c
= 200 a file
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== try_files: another URI behind it
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    root $TEST_NGINX_HTML_DIR;
    location / { try_files $uri /index.php?$args; }
    location = /index.php {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
--- steps
GET /app
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: new

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /app
  Cookie: sessionid=b; other=1
= 200 [other=1]
  X-State: closed



=== try_files: a location behind it that is off, or on
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    root $TEST_NGINX_HTML_DIR;
    location /on/ { try_files $uri @off; }
    location @off {
        session_security off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /off/ {
        session_security off;
        try_files $uri @on;
    }
    location @on {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /on/
  Cookie: sessionid=a
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)

PAGE /off/
  Cookie: sessionid=a
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)



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
GET /
  Cookie: sessionid=a
= 200 home
  X-State: new

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

PAGE /
  Cookie: sessionid=b
= 200 home
  X-State: closed
  Set-Cookie: (sessionid deleted)

PAGE /nothing
  Cookie: sessionid=b
= 404
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== X-Accel-Redirect
--- also
    location /files/ { internal; }
    location /again/ {
        internal;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        proxy_set_header X-Accel "";
    }
--- user_files
>>> files/one
the file
--- steps
GET /download
  Cookie: sessionid=a
  X-Accel: /files/one
= 200 the file
  X-State: new

GET /download
  Cookie: sessionid=b
  X-Accel: /again/
= 200 [sessionid=b]
  X-State: new

GET /closed/ping/?idleFor=600
  Cookie: sessionid=c
= 200 "logout"

PAGE /download
  Cookie: sessionid=c
  X-Accel: /again/
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)

GET /download
  Cookie: sessionid=c
  X-Accel: /files/one
  X-Set: sessionid=c
= 200 the file
  X-State: closed
  Set-Cookie: sessionid=c

GET /
  Cookie: sessionid=c
= 200 [sessionid=c]
  X-State: live



=== rewrite: judged where it ends
--- also
    location /old/ { rewrite ^/old/(.*) /new/$1 last; }
    location /new/ {
        session_security_passive_urls /new/poll;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /old/poll
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$



=== return: nothing is judged
--- also
    location /return/ { return 200 "[$http_cookie]"; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /return/
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: none
  !Set-Cookie

GET /return/
  Cookie: sessionid=b
= 200 [sessionid=b]
  X-State: none

GET /
  Cookie: sessionid=b
= 200
  X-State: new



=== auth_request: the dead session's cookie is not authenticated
--- also
    location /app/ {
        auth_request /auth/;
        auth_request_set $auth_cookie $upstream_http_x_cookie;
        add_header X-Auth-Cookie $auth_cookie always;
        add_header X-State $session_security_state always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        proxy_hide_header X-Cookie;
    }
    location = /auth/ {
        internal;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
    }
--- steps
GET /app/
  Cookie: sessionid=a; other=1
= 200 [sessionid=a; other=1]
  X-State: new
  X-Auth-Cookie: [sessionid=a; other=1]

GET /closed/ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

PAGE /app/
  Cookie: sessionid=b; other=1
= 200 [other=1]
  X-State: closed
  X-Auth-Cookie: [other=1]
  Set-Cookie: (sessionid deleted)

GET /ping/?idleFor=600
  Cookie: sessionid=c
= 200 "logout"

GET /app/
  Cookie: sessionid=c
= 401 {"error":"session_expired"}
  !X-Auth-Cookie



=== auth_request: a request that it refuses deletes the cookie too
--- also
    location /app/ {
        auth_request /missing/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /missing/ { internal; return 403; }
--- steps
GET /closed/ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /app/
  Cookie: sessionid=a
= 403
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== satisfy any is no way around
--- also
    location /app/ {
        satisfy any;
        allow all;
        auth_basic closed;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /app/
  Cookie: sessionid=a
= 401 {"error":"session_expired"}
  !WWW-Authenticate

GET /closed/ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /app/
  Cookie: sessionid=b
= 200 []
  X-State: closed



=== access rules are for judged requests: denied ones are activity, too
--- also
    location /denied/ { deny all; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /denied/
  Cookie: sessionid=a
= 401

GET /denied/
  Cookie: sessionid=b
= 403
  X-State: new



=== SSI: the parts of a page are one request
--- also
    location /page.html { ssi on; ssi_types text/plain; }
    location /off/ {
        session_security off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- user_files
>>> page.html
<!--# echo var="session_security_state" --> <!--# include virtual="/one" --> <!--# include virtual="/off/" --> <!--# include virtual="/ping/" -->
--- steps
GET /page.html
  Cookie: sessionid=a; other=1
= 200 new [sessionid=a; other=1] [sessionid=a; other=1] 0
  X-State: new

GET /closed/ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

PAGE /page.html
  Cookie: sessionid=b; other=1
= 200 closed [other=1] [other=1] "logout"
  X-State: closed
  Set-Cookie: (sessionid deleted)

GET /page.html
= 200 none [] [] "logout"
  X-State: none



=== SSI: a part that would be a logout or passive is not looked at
--- also
    session_security_passive_urls /poll;
    location /page.html { ssi on; ssi_types text/plain; }
--- user_files
>>> page.html
<!--# include virtual="/logout/" --><!--# include virtual="/poll" -->
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /page.html
  Cookie: sessionid=a
= 200 [sessionid=a][sessionid=a]

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$



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
GET /page.html
  Cookie: sessionid=a
= 200 [sessionid=a] "logout"
  X-State: none

GET /
  Cookie: sessionid=a
= 200
  X-State: new



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
GET /page.html
  Cookie: sessionid=a
= 200 ~ ^\[sessionid=a\]page\n\[sessionid=a\]$
  X-State: new

GET /closed/ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /page.html
  Cookie: sessionid=b
= 200 ~ ^\[\]page\n\[\]$
  X-State: closed



=== mirror
--- also
    location /app/ {
        mirror /mirror;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /mirror {
        internal;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_2;
    }
--- also_http
    log_format cookie '<$http_cookie>';
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
        access_log $TEST_NGINX_SERVER_ROOT/logs/mirror.log cookie;
        location / { add_header Set-Cookie sessionid=b; return 200; }
    }
--- steps
GET /closed/ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

PAGE /app/
  Cookie: sessionid=b; other=1
= 200 [other=1]
  Set-Cookie: (sessionid deleted)

GET /app/
  Cookie: sessionid=b
= 200 []
  X-State: closed



=== add_header: a cookie that nginx sets is one that the backend sets
--- also
    location /login/ {
        add_header Set-Cookie "sessionid=$arg_id; Path=/";
        return 200 ok;
    }
    location /renew/ {
        add_header Set-Cookie "sessionid=$arg_id; Path=/";
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /login/?id=a
= 200 ok
  Set-Cookie: sessionid=a; Path=/

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live

GET /closed/ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /login/?id=b
  Cookie: sessionid=b
= 200 ok

GET /
  Cookie: sessionid=b
= 200 []
  X-State: closed

GET /renew/?id=b
  Cookie: sessionid=b
= 200 []
  Set-Cookie: sessionid=b; Path=/

GET /
  Cookie: sessionid=b
= 200 [sessionid=b]
  X-State: live



=== expires and add_header leave the redirect out of caches
--- also
    location /cached/ {
        expires 1h;
        add_header Cache-Control public;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
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
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_cookie]";
    }
--- also
    location /cached/ {
        proxy_cache cache;
        proxy_cache_valid any 1m;
        add_header X-Cache $upstream_cache_status;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /closed/ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /cached/
  Cookie: sessionid=a
= 200 []
  X-Cache: MISS
  Set-Cookie: (sessionid deleted)

GET /cached/
  Cookie: sessionid=b
= 200 []
  X-Cache: HIT
  !Set-Cookie



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
--- steps
GET /ping/?idleFor=600 HTTP/1.0
  Cookie: sessionid=a
= 200 "logout"

GET /page HTTP/1.0
  Cookie: sessionid=a
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/logout/

GET /api HTTP/1.0
  Cookie: sessionid=a
= 401 {"error":"session_expired"}

PAGE /logout/ HTTP/1.0
  Cookie: sessionid=a
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)

GET /page HTTP/1.0
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== HTTP/1.0 without a host
--- raw_request eval
"GET / HTTP/1.0\r\nCookie: sessionid=a\r\n\r\n"
--- response_body: [sessionid=a]
--- response_headers
X-State: new



=== limit_req in the same location
--- also_http
    limit_req_zone $cookie_sessionid zone=rate:1m rate=1r/m;
--- also
    location /limited/ {
        limit_req zone=rate;
        limit_req_status 429;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /limited/
  Cookie: sessionid=a
= 401

GET /limited/
  Cookie: sessionid=b
= 200

GET /limited/
  Cookie: sessionid=b
= 429
  X-State: none



=== realip in a location comes first, and what is asked for the key is right
--- http_config
    session_security_zone $remote_addr zone=sessions:1m;
--- config
    set_real_ip_from 127.0.0.1;
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    add_header X-Address $remote_addr always;
    root $TEST_NGINX_HTML_DIR;
    location = /ping/ { session_security_ping; }
    location = /custom/ping/ {
        real_ip_header X-Client;
        session_security_ping;
    }
--- steps
GET /ping/?idleFor=600
  X-Real-IP: 192.0.2.1
= 200 "logout"
  X-Address: 192.0.2.1

GET /custom/ping/?idleFor=5
  X-Client: 192.0.2.2
= 200 5
  X-State: new
  X-Address: 192.0.2.2

GET /custom/ping/
  X-Client: 192.0.2.1
= 200 "logout"
  X-State: closed
  X-Address: 192.0.2.1



=== split cookies: each part is the session
--- http_config
    session_security_zone cookie=split* zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
    location /kill/ {
        session_security_expire_after 100s;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=300
  Cookie: split_0=0123456789abcdef-a; split_1=0123456789abcdef-b; split_2=tail
= 200 300

GET /
  Cookie: split_0=fedcba9876543210-a; split_1=fedcba9876543210-b; split_2=tail
= 200 [split_0=fedcba9876543210-a; split_1=fedcba9876543210-b; split_2=tail]
  X-State: new

GET /kill/
  Cookie: split_0=0123456789abcdef-a; split_1=0123456789abcdef-b; split_2=tail
= 200 []
  X-State: expired

GET /
  Cookie: split_0=0123456789abcdef-a; split_1=0123456789abcdef-b; split_2=tail; other=1
= 200 [other=1]
  X-State: closed

GET /
  Cookie: split_1=0123456789abcdef-b; other=1
= 200 [other=1]
  X-State: closed

GET /
  Cookie: split_0=0123456789abcdef-a; split_2=x
= 200 []
  X-State: closed

GET /
  Cookie: other=1; SPLIT_0="0123456789abcdef%2da"; split_2=tail
= 200 [other=1]
  X-State: closed

GET /
  Cookie: split_0=fedcba9876543210-a; split_1=0123456789abcdef-b; split_2=tail
= 200 [split_0=fedcba9876543210-a; split_2=tail]
  X-State: live

GET /
  Cookie: split_0=fedcba9876543210-a; split_1=fedcba9876543210-b; split_2=tail
= 200 [split_0=fedcba9876543210-a; split_1=fedcba9876543210-b; split_2=tail]
  X-State: live



=== split cookies: all parts are deleted, short ones too
--- http_config
    session_security_zone cookie=split* zone=sessions:1m;
--- config
    session_security zone=sessions;
    location = /ping/ { session_security_ping; }
--- steps
PAGE /ping/?idleFor=600
  Cookie: split_0=0123456789abcdef-a; split_1=0123456789abcdef-b; split_2=tail
= 200 "logout"
  Set-Cookie: (split_0 deleted), (split_1 deleted), (split_2 deleted)



=== split cookies: a short one counts when it is alone
--- http_config
    session_security_zone cookie=split* zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: split=short
= 200 "logout"

PAGE /
  Cookie: split=short
= 200 []
  X-State: closed
  Set-Cookie: (split deleted)

GET /
  Cookie: split=short
  X-Set: split=short
= 200 []

GET /
  Cookie: split=short
= 200 [split=short]
  X-State: live



=== fastcgi_pass: what is withheld
# Nobody answers: what the request is made of is in the debug log.
--- skip_eval: 9: `@{[$ENV{TEST_NGINX_BINARY} || 'nginx']} -V 2>&1` !~ /--with-debug/
--- also
    location /app/ {
        fastcgi_param TAKEN "$http_cookie|$cookie_sessionid";
        fastcgi_pass 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
    }
--- log_level: debug
--- request eval
['GET /closed/ping/?idleFor=600', 'GET /app/', 'GET /app/']
--- more_headers eval
['Cookie: sessionid=a', 'Cookie: sessionid=a; other=1', 'Cookie: sessionid=a']
--- error_code eval
[200, 502, 502]
--- no_error_log eval
[qr/fastcgi param: "[^"]*sessionid/, qr/fastcgi param: "HTTP_COOKIE: "/]



=== fastcgi_pass: what is not
--- skip_eval: 4: `@{[$ENV{TEST_NGINX_BINARY} || 'nginx']} -V 2>&1` !~ /--with-debug/
--- also
    location /app/ {
        fastcgi_param TAKEN "$http_cookie|$cookie_sessionid";
        fastcgi_pass 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
    }
--- log_level: debug
--- request
GET /app/
--- more_headers
Cookie: sessionid=a; other=1
--- error_code: 502
--- error_log
fastcgi param: "TAKEN: sessionid=a; other=1|a"
fastcgi param: "HTTP_COOKIE: sessionid=a; other=1"
--- no_error_log
[alert]



=== uwsgi_pass: what is withheld
# Nobody answers: what the request is made of is in the debug log.
--- skip_eval: 9: `@{[$ENV{TEST_NGINX_BINARY} || 'nginx']} -V 2>&1` !~ /--with-debug/
--- also
    location /app/ {
        uwsgi_param TAKEN "$http_cookie|$cookie_sessionid";
        uwsgi_pass 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
    }
--- log_level: debug
--- request eval
['GET /closed/ping/?idleFor=600', 'GET /app/', 'GET /app/']
--- more_headers eval
['Cookie: sessionid=a', 'Cookie: sessionid=a; other=1', 'Cookie: sessionid=a']
--- error_code eval
[200, 502, 502]
--- no_error_log eval
[qr/uwsgi param: "[^"]*sessionid/, qr/uwsgi param: "HTTP_COOKIE: "/]



=== uwsgi_pass: what is not
--- skip_eval: 4: `@{[$ENV{TEST_NGINX_BINARY} || 'nginx']} -V 2>&1` !~ /--with-debug/
--- also
    location /app/ {
        uwsgi_param TAKEN "$http_cookie|$cookie_sessionid";
        uwsgi_pass 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
    }
--- log_level: debug
--- request
GET /app/
--- more_headers
Cookie: sessionid=a; other=1
--- error_code: 502
--- error_log
uwsgi param: "TAKEN: sessionid=a; other=1|a"
uwsgi param: "HTTP_COOKIE: sessionid=a; other=1"
--- no_error_log
[alert]



=== scgi_pass: what is withheld
# Nobody answers: what the request is made of is in the debug log.
--- skip_eval: 9: `@{[$ENV{TEST_NGINX_BINARY} || 'nginx']} -V 2>&1` !~ /--with-debug/
--- also
    location /app/ {
        scgi_param TAKEN "$http_cookie|$cookie_sessionid";
        scgi_pass 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
    }
--- log_level: debug
--- request eval
['GET /closed/ping/?idleFor=600', 'GET /app/', 'GET /app/']
--- more_headers eval
['Cookie: sessionid=a', 'Cookie: sessionid=a; other=1', 'Cookie: sessionid=a']
--- error_code eval
[200, 502, 502]
--- no_error_log eval
[qr/scgi param: "[^"]*sessionid/, qr/scgi param: "HTTP_COOKIE: "/]



=== scgi_pass: what is not
--- skip_eval: 4: `@{[$ENV{TEST_NGINX_BINARY} || 'nginx']} -V 2>&1` !~ /--with-debug/
--- also
    location /app/ {
        scgi_param TAKEN "$http_cookie|$cookie_sessionid";
        scgi_pass 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
    }
--- log_level: debug
--- request
GET /app/
--- more_headers
Cookie: sessionid=a; other=1
--- error_code: 502
--- error_log
scgi param: "TAKEN: sessionid=a; other=1|a"
scgi param: "HTTP_COOKIE: sessionid=a; other=1"
--- no_error_log
[alert]
