# Deleting the right cookie: in the scope that the backend set it in, or the
# one that is configured.

use FindBin;
use lib "$FindBin::Bin/support";

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 369;

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        return 200 "[$http_cookie]";
    }
END
    config => <<'END',
    session_security zone=sessions;
    location / {
        proxy_set_header Host $host;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
END
);

# In steps, "(NAME deleted in PATH)" is that cookie's deletion, with what comes
# after the path, "(NAME deleted in /app; Domain=example.com)"; a dead session
# is made by a ping in the line "DEAD".
add_block_preprocessor(sub {
    my $block = shift;
    defined(my $steps = $block->steps) or return;
    $steps =~ s/\((\S+) deleted in ([^)]*)\)/$1=; Path=$2; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly/g;
    $steps =~ s/^DEAD$/GET \/ping\/?idleFor=600\n  Cookie: sessionid=dead\n= 200 "logout"/mg;
    $block->set_value(steps => $steps);
});

run_tests();

__DATA__

=== nothing is known: Path=/
--- steps
DEAD

PAGE /app/page
  Cookie: sessionid=dead
= 200 []
  Set-Cookie: (sessionid deleted in /)



=== the path that the backend set
--- steps
GET /login
  X-Set: sessionid=a; Path=/app; HttpOnly
= 200

DEAD

PAGE /app/page
  Cookie: sessionid=dead
= 200 []
  Set-Cookie: (sessionid deleted in /app)

PAGE /app
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /app)

PAGE /app?x=/other
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /app)



=== only where a browser sends such a cookie
--- steps
GET /login
  X-Set: sessionid=a; Path=/app
= 200

DEAD

PAGE /apple/
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)

PAGE /page?x=/app/
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)

PAGE /App/
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)



=== a path that ends in a slash
--- steps
GET /login
  X-Set: sessionid=a; Path=/app/
= 200

DEAD

PAGE /app/page
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /app/)

PAGE /app
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)



=== without a path: that of the request which it was set by
--- steps
GET /app/in/login?next=/a/b
  X-Set: sessionid=a
= 200

DEAD

PAGE /app/in/page
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /app/in)

PAGE /app/page
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)



=== without a path, and a path that is none
--- steps
GET /login
  X-Set: sessionid=a
= 200

GET /app/login
  X-Set: sessionid=b; Path=app
= 200

GET /application/login
  X-Set: sessionid=b; Path=/elsewhere; Path
= 200

DEAD

PAGE /app/page
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /), (sessionid deleted in /app)

PAGE /application/page
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /), (sessionid deleted in /application)



=== without a path, by a request for one that would be another attribute
--- steps
GET /app;Domain=example.com/login
  X-Set: sessionid=a
= 200

GET /app;jsessionid=1/in/login
  X-Set: sessionid=b; Secure
= 200

DEAD

PAGE /app;Domain=example.com/page
  Cookie: sessionid=dead
= 200 []
  Set-Cookie: (sessionid deleted in /)

PAGE /app;jsessionid=1/in/page
  Cookie: sessionid=dead
= 200 []
  Set-Cookie: (sessionid deleted in /)



=== without a path, by requests for more than are kept: what the backend said stays
--- steps
GET /login
  X-Set: sessionid=a; Path=/app
= 200

GET /app/1/login
  X-Set: sessionid=a-1
= 200

GET /app/2/login
  X-Set: sessionid=a-2
= 200

GET /app/3/login
  X-Set: sessionid=a-3
= 200

GET /app/4/login
  X-Set: sessionid=a-4
= 200

GET /app/5/login
  X-Set: sessionid=a-5
= 200

GET /app/6/login
  X-Set: sessionid=a-6
= 200

GET /app/7/login
  X-Set: sessionid=a-7
= 200

GET /app/8/login
  X-Set: sessionid=a-8
= 200

GET /app/9/login
  X-Set: sessionid=a-9
= 200

GET /app/10/login
  X-Set: sessionid=a-10
= 200

DEAD

PAGE /app/page
  Cookie: sessionid=dead
= 200 []
  Set-Cookie: (sessionid deleted in /app)

PAGE /app/1/page
  Cookie: sessionid=dead
= 200 []
  Set-Cookie: (sessionid deleted in /app), (sessionid deleted in /app/1)

PAGE /app/7/page
  Cookie: sessionid=dead
= 200 []
  Set-Cookie: (sessionid deleted in /app), (sessionid deleted in /app/7)

PAGE /app/8/page
  Cookie: sessionid=dead
= 200 []
  Set-Cookie: (sessionid deleted in /app)



=== and what it says later finds room
--- steps
GET /app/1/login
  X-Set: sessionid=a-1
= 200

GET /app/2/login
  X-Set: sessionid=a-2
= 200

GET /app/3/login
  X-Set: sessionid=a-3
= 200

GET /app/4/login
  X-Set: sessionid=a-4
= 200

GET /app/5/login
  X-Set: sessionid=a-5
= 200

GET /app/6/login
  X-Set: sessionid=a-6
= 200

GET /app/7/login
  X-Set: sessionid=a-7
= 200

GET /app/8/login
  X-Set: sessionid=a-8
= 200

GET /app/9/login
  X-Set: sessionid=a-9
= 200

GET /app/10/login
  X-Set: sessionid=a-10
= 200

GET /login
  X-Set: sessionid=a; Path=/app
= 200

GET /app/11/login
  X-Set: sessionid=b
= 200

DEAD

PAGE /app/11/page
  Cookie: sessionid=dead
= 200 []
  Set-Cookie: (sessionid deleted in /app)

PAGE /app/8/page
  Cookie: sessionid=dead
= 200 []
  Set-Cookie: (sessionid deleted in /app), (sessionid deleted in /app/8)



=== the domain, with or without its dot
--- steps
GET /login
  Host: www.example.com
  X-Set: sessionid=a; Path=/; Domain=.example.com
= 200

DEAD

PAGE /page
  Host: www.example.com
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /; Domain=example.com)

PAGE /page
  Host: example.com
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /; Domain=example.com)

PAGE /page
  Host: WWW.Example.COM:8080
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /; Domain=example.com)

PAGE /page
  Host: badexample.com
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)

PAGE /page
  Host: example.org
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)



=== Secure, SameSite=None and Partitioned
--- steps
GET /secure/login
  X-Set: sessionid=a; Path=/secure; Secure; SameSite=Lax
= 200

GET /none/login
  X-Set: sessionid=a; Path=/none; Secure; SameSite=None
= 200

GET /lone/login
  X-Set: sessionid=a; path=/lone; samesite=none
= 200

GET /part/login
  X-Set: sessionid=a; Path=/part; Secure; SameSite=None; Partitioned
= 200

DEAD

PAGE /secure/
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /secure); Secure

PAGE /none/
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /none); Secure; SameSite=None

PAGE /lone/
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /lone); Secure; SameSite=None

PAGE /part/
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /part); Secure; SameSite=None; Partitioned



=== several scopes: each that covers the request
--- steps
GET /login
  Host: www.example.com
  X-Set: sessionid=a; Path=/
  X-Set-Too: sessionid=a; Path=/app; Domain=example.com; Secure
= 200

GET /login
  Host: www.example.com
  X-Set: sessionid=b; Path=/app
= 200

GET /login
  Host: www.example.com
  X-Set: sessionid=c; Path=/
= 200

DEAD

PAGE /app/page
  Host: www.example.com
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /), (sessionid deleted in /app; Domain=example.com); Secure, (sessionid deleted in /app)

PAGE /page
  Host: www.example.com
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)

PAGE /app/page
  Host: www.example.org
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /), (sessionid deleted in /app)



=== nothing is learned from a deletion, nor from another cookie
--- steps
GET /login
  X-Set: sessionid=; Path=/app; Max-Age=0
  X-Set-Too: other=a; Path=/app
= 200

DEAD

PAGE /app/page
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)



=== with the logout, with a redirect to another host, with what the backend ends
--- also_http
    map $arg_say $said { end end; }
--- also
    session_security_logout_url $logout_url;
    add_header X-Accel-Session $said;
--- config
    session_security zone=sessions;
    set $logout_url /app/logout/;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location /app/sso/ {
        set $logout_url https://sso.example.com/logout;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
--- steps
GET /login
  X-Set: sessionid=a; Path=/app; Secure
= 200

DEAD

GET /app/sso/
  Cookie: sessionid=dead
  Accept: text/html
= 302
  Location: https://sso.example.com/logout
  Set-Cookie: (sessionid deleted in /app); Secure

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /app/logout/
  Cookie: sessionid=b
  Accept: text/html
= 200 [sessionid=b]
  Set-Cookie: (sessionid deleted in /app); Secure

PAGE /app/?say=end
  Cookie: sessionid=c
= 200 [sessionid=c]
  Set-Cookie: (sessionid deleted in /app); Secure



=== configured: path and domain
--- also
    session_security_cookie path=/app domain=example.com;
--- steps
DEAD

PAGE /app/page
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /app; Domain=example.com)



=== configured: secure and partitioned, in any order
--- also
    location /secure/ {
        session_security_cookie secure;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /part/ {
        session_security_cookie partitioned path=/part;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /both/ {
        session_security_cookie secure domain=localhost partitioned;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
DEAD

PAGE /secure/
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /); Secure

PAGE /part/
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /part); Secure; Partitioned

PAGE /both/
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /; Domain=localhost); Secure; Partitioned



=== configured: by variables, of which an empty one is none
--- also_http
    map $host $parent { ~^[^.]+\.(?<rest>.*)$ $rest; }
--- also
    session_security_cookie path=/$arg_app domain=$parent;
    location /own/ {
        session_security_cookie path=$arg_path;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
DEAD

PAGE /page?app=shop
  Host: www.example.com
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /shop; Domain=example.com)

PAGE /page
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)

PAGE /own/page?path=/own
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /own)

PAGE /own/page
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)



=== configured: a value that would be another attribute is not used
--- also
    session_security_cookie path=$arg_path domain=$arg_domain;
--- steps
DEAD

PAGE /page?domain=example.com;%20Secure
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)

PAGE /page?path=/a;Domain=evil.example.com
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)

PAGE /page?path=/a&domain=example.com
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /a; Domain=example.com)



=== and is logged
--- also
    session_security_unknown expired;
    session_security_cookie domain=$arg_domain;
--- steps
PAGE /page?domain=a;b
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)
--- grep_error_log eval
qr/\[error\] .*/
--- grep_error_log_out eval
qr/\A\[error\] \d+#\d+: \*\d+ invalid domain "a;b" in "session_security_cookie", it is not used while reading response header from upstream, client: [^\n]*\n\z/



=== and so is a path that is none
--- also
    session_security_unknown expired;
    session_security_cookie path=$arg_path;
--- steps
PAGE /page?path=app
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /)
--- error_log
invalid path "app" in "session_security_cookie", it is not used



=== configured, where the backend was seen: what it set
--- also
    session_security_cookie path=/app;
--- steps
GET /login
  X-Set: sessionid=a; Path=/app
= 200

DEAD

PAGE /app/page
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /app)



=== a location has its own
--- also
    session_security_cookie path=/app;
    location /inner/ {
        session_security_cookie path=/inner;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location /inner/most/ { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    }
--- steps
DEAD

PAGE /page
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /app)

PAGE /inner/most/
  Cookie: sessionid=dead
= 200
  Set-Cookie: (sessionid deleted in /inner)



=== __Host-: Path=/, no Domain, and Secure, whatever is configured or set
--- http_config
    session_security_zone cookie=__Host-id zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location /own/ {
        session_security_cookie path=/own domain=example.com partitioned;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: __Host-id=a
= 200 "logout"

PAGE /own/
  Cookie: __Host-id=a
= 200 []
  Set-Cookie: (__Host-id deleted in /); Secure; Partitioned

GET /login
  X-Set: __Host-id=b; Path=/; Secure; SameSite=None
= 200

PAGE /
  Cookie: __Host-id=a
= 200 []
  Set-Cookie: (__Host-id deleted in /); Secure; SameSite=None



=== __Secure-: Secure
--- http_config
    session_security_zone cookie=__Secure-id zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    session_security_cookie path=/app domain=example.com;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: __Secure-id=a
= 200 "logout"

PAGE /
  Cookie: __Secure-id=a
= 200 []
  Set-Cookie: (__Secure-id deleted in /app; Domain=example.com); Secure



=== split cookies: all of them, each once
--- http_config
    session_security_zone cookie=sid_* zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /login
  X-Set: sid_0=a-session-of-which-this-is-all; Path=/app; Secure
= 200

GET /ping/?idleFor=600
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session; sid_2=end
= 200 "logout"

PAGE /app/
  Cookie: sid_0=first-part-of-the-session; other=1; sid_1=second-part-of-the-session; sid_2=end
= 200 [other=1]
  Set-Cookie: (sid_0 deleted in /app); Secure, (sid_1 deleted in /app); Secure, (sid_2 deleted in /app); Secure

PAGE /
  Cookie: sid_1=second-part-of-the-session; sid_1=first-part-of-the-session
= 200 []
  Set-Cookie: (sid_1 deleted in /)



=== split cookies: a response that leaves out a part which is not needed any more
--- http_config
    session_security_zone cookie=sid_* zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- steps
GET /
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
= 200

GET /
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
  X-Set: sid_0=a-session-of-which-this-is-all
  X-Set-Too: sid_1=; Max-Age=0
= 200 [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]

GET /
  Cookie: sid_0=a-session-of-which-this-is-all
= 200 [sid_0=a-session-of-which-this-is-all]
  X-State: live

GET /under-way
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
= 200 [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
  X-State: live
  !Set-Cookie



=== split cookies: a logout
--- http_config
    session_security_zone cookie=sid_* zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- steps
GET /
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
= 200

GET /out
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
  X-Set: sid_0=; Max-Age=0
  X-Set-Too: sid_1=; Max-Age=0
= 200

GET /
  Cookie: sid_0=first-part-of-the-session
= 200 []
  X-State: closed

GET /
  Cookie: sid_1=second-part-of-the-session
= 200 []
  X-State: closed



=== a cookie's name as it is spelled, each once
--- steps
PAGE /ping/?idleFor=600
  Cookie: SessionID=b
= 200 "logout"
  Set-Cookie: (SessionID deleted in /)

PAGE /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"
  Set-Cookie: (sessionid deleted in /)

PAGE /
  Cookie: sessionid=a; SessionID=b; SESSIONID=b; sessionid=a; other=1
= 200 [other=1]
  Set-Cookie: (sessionid deleted in /), (SessionID deleted in /)



=== a dead cookie of the same name as a living one is not deleted
--- steps
DEAD

PAGE /
  Cookie: sessionid=dead; sessionid=live
= 200 [sessionid=live]
  !Set-Cookie

PAGE /
  Cookie: SESSIONID=dead; sessionid=live
= 200 [sessionid=live]
  Set-Cookie: (SESSIONID deleted in /)



=== only a page's response deletes
--- steps
DEAD

GET /api
  Cookie: sessionid=dead
= 200 []
  !Set-Cookie

GET /api
  Cookie: sessionid=dead
  Sec-Fetch-Mode: cors
  Accept: text/html
= 200 []
  !Set-Cookie

GET /page
  Cookie: sessionid=dead
  Sec-Fetch-Mode: navigate
= 200 []
  Set-Cookie: (sessionid deleted in /)



=== nor does a page's that comes late: its browser may have logged in since
--- also_http
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
        limit_rate 50;
        return 200 "slow";
    }
--- also
    location /late {
        auth_request /wait;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /wait {
        internal;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_2;
    }
--- timeout: 20
--- steps
DEAD

PAGE /late
  Cookie: sessionid=dead
= 200 []
  !Set-Cookie
