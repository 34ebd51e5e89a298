# $session_security_reason: why a session has ended, in the URL that its user is
# sent to, in the log, and wherever else nginx takes a variable.

use FindBin;
use lib "$FindBin::Bin/support";

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 150;

# The backend sets what the request has in X-Set, and says what it has in X-Say.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    log_format reason 'reason=$session_security_reason;';
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header X-Accel-Session $http_x_say always;
        return 200 "$request_uri [$http_cookie] <$http_x_reason>";
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/?why=$session_security_reason;
    access_log $TEST_NGINX_SERVER_ROOT/logs/access.log reason;
    add_header X-Reason $session_security_reason always;
    proxy_set_header X-Reason $session_security_reason;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
END
);

run_tests();

__DATA__

=== idle: the redirect, the logout, and what follows it
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"
  X-Reason: idle

PAGE /page
  Cookie: sessionid=a
= 302
  Location: http://localhost:$ServerPort/logout/?why=idle
  X-Reason: idle

GET /fetch
  Cookie: sessionid=a
= 401
  X-Reason: idle

PAGE /logout/?why=idle
  Cookie: sessionid=a
= 200 /logout/?why=idle [sessionid=a] <idle>
  X-Reason: idle

PAGE /login/
  Cookie: sessionid=a
= 200 /login/ [] <idle>
  X-Reason: idle

PAGE /login/
= 200 /login/ [] <>
  !X-Reason



=== the end of its lifetime
--- also
    session_security_max_lifetime 300s;
--- steps
GET /ping/?idleFor=299
  Cookie: sessionid=a
= 200 299
  !X-Reason

GET /ping/?idleFor=300
  Cookie: sessionid=b
= 200 "logout"
  X-Reason: lifetime

PAGE /page
  Cookie: sessionid=b
= 302
  Location: http://localhost:$ServerPort/logout/?why=lifetime



=== both: the one that came first
--- also
    session_security_max_lifetime 700s;
--- steps
GET /ping/?idleFor=1000
  Cookie: sessionid=a
= 200 "logout"
  X-Reason: idle



=== a login page: the redirect closes the session, for the same reason
--- config
    session_security zone=sessions;
    session_security_login_url /login/?next=$session_security_return_url&why=$session_security_reason;
    add_header X-Reason $session_security_reason always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /page?n=1
  Cookie: sessionid=a
= 302
  Location: http://localhost:$ServerPort/login/?next=%2Fpage%3Fn%3D1&why=idle
  Set-Cookie: (sessionid deleted)

PAGE /login/?next=%2Fpage%3Fn%3D1&why=idle
  Cookie: sessionid=a
= 200 /login/?next=%2Fpage%3Fn%3D1&why=idle [] <>
  X-Reason: idle



=== on another host
--- config
    session_security zone=sessions;
    session_security_logout_url https://sso.example.com/logout?why=$session_security_reason;
    add_header X-Reason $session_security_reason always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /page
  Cookie: sessionid=a
= 302
  Location: https://sso.example.com/logout?why=idle

PAGE /page
  Cookie: sessionid=a
= 200 /page [] <>
  X-Reason: idle



=== as a part of the path
--- also
    session_security_expire_after 60s;
--- config
    session_security zone=sessions;
    session_security_logout_url /bye/$session_security_reason;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=60
  Cookie: sessionid=a
= 200 "logout"

PAGE /bye/lifetime
  Cookie: sessionid=a
= 302
  Location: http://localhost:$ServerPort/bye/idle

PAGE /bye/idle
  Cookie: sessionid=a
= 200 /bye/idle [sessionid=a] <>



=== without a URL
--- config
    session_security zone=sessions;
    add_header X-Reason $session_security_reason always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"
  X-Reason: idle

PAGE /page
  Cookie: sessionid=a
= 200 /page [] <>
  X-Reason: idle



=== a map chooses the URL by it
--- also_http
    map $session_security_reason $away {
        lifetime  /too-long;
        default   /idle;
    }
--- also
    session_security_max_lifetime 300s;
--- config
    session_security zone=sessions;
    session_security_logout_url $away;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 "logout"

PAGE /page
  Cookie: sessionid=a
= 302
  Location: http://localhost:$ServerPort/too-long



=== the backend deletes the cookie: a logout, in the log of that response
--- steps
GET /bye
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200 /bye [sessionid=a] <>
  !X-Reason
--- access_log
reason=logout;



=== and afterwards
--- steps
GET /bye
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200 /bye [sessionid=a] <>

PAGE /
  Cookie: sessionid=a
= 200 / [] <logout>
  X-Reason: logout

GET /ping/
  Cookie: sessionid=a
= 200 "logout"
  X-Reason: logout



=== the backend says end, or off with another key
--- steps
GET /
  Cookie: sessionid=a
  X-Say: end
= 200
  !X-Reason

GET /
  Cookie: sessionid=a
= 200 / [] <said>
  X-Reason: said

GET /
  Cookie: sessionid=b
  X-Say: off
  X-Set: sessionid=c
= 200
  !X-Reason

GET /
  Cookie: sessionid=b
= 200 / [] <said>
  X-Reason: said



=== in the log of that response
--- steps
GET /
  Cookie: sessionid=a
  X-Say: end
= 200
  !X-Reason
--- access_log
reason=said;



=== in the log of a redirect
--- also
    session_security_unknown expired;
--- steps
PAGE /
  Cookie: sessionid=a
= 302
  X-Reason: unknown
--- access_log
reason=unknown;



=== the first reason stays
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /logout/?why=idle
  Cookie: sessionid=a
  X-Say: end
  X-Set: sessionid=; Max-Age=0
= 200

GET /
  Cookie: sessionid=a
= 200 / [] <idle>
  X-Reason: idle



=== a key that the zone does not know, where such are expired
--- also
    session_security_unknown expired;
--- steps
PAGE /page
  Cookie: sessionid=a
= 302
  Location: http://localhost:$ServerPort/logout/?why=unknown
  X-Reason: unknown

PAGE /logout/?why=unknown
  Cookie: sessionid=b
= 200 /logout/?why=unknown [] <unknown>
  X-Reason: unknown

PAGE /login/
  X-Set: sessionid=a
= 200 /login/ [] <>
  !X-Reason

PAGE /page
  Cookie: sessionid=a
= 200 /page [sessionid=a] <>
  !X-Reason



=== nothing of a session that lives, of a visitor, or of none
--- steps
PAGE /
  Cookie: sessionid=a
= 200 / [sessionid=a] <>
  !X-Reason

PAGE /
  Cookie: sessionid=a
  X-Say: off
= 200 / [sessionid=a] <>
  !X-Reason

PAGE /
  Cookie: sessionid=a
= 200 / [sessionid=a] <>
  !X-Reason

PAGE /
= 200 / [] <>
  !X-Reason
--- access_log
reason=-;



=== nor of a dead one beside one that lives
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /
  Cookie: sessionid=a; sessionid=b
= 200 / [sessionid=b] <>
  !X-Reason



=== a new login has none
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /logout/?why=idle
  Cookie: sessionid=a
= 200

PAGE /login
  X-Set: sessionid=a
= 200

PAGE /
  Cookie: sessionid=a
= 200 / [sessionid=a] <>
  !X-Reason



=== in the page of a session that lives the URL has an empty one
--- also
    session_security_inject on;
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    log_format reason 'reason=$session_security_reason;';
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        default_type text/html;
        return 200 "<p>";
    }
--- steps
PAGE /
  Cookie: sessionid=a
= 200 ~ data-logout="/logout/\?why="
