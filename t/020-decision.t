# What a request means for a session: the rows of the decision table, as a
# client and a backend see them.

use FindBin;
use lib "$FindBin::Bin/support";

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 1027;

# The backend says which cookies it got, and sets those it is asked to set.
# A ping that reports more than ten minutes makes any new session an expired
# one at once: nothing here needs to wait.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        location / { return 200 "[$http_cookie]"; }
        location /404/ { return 404 "[$http_cookie]"; }
        location /204/ { return 204; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    add_header X-State $session_security_state always;
    location / {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
    location /no-logout-url/ {
        session_security_logout_url $arg_none;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
END
);

run_tests();

__DATA__

=== row 1: a request without the cookie is not tracked
--- steps
GET /
= 200 []
  X-State: none
  !Set-Cookie

GET /
  Cookie: other=1; sessionid2=2; xsessionid=3
= 200 [other=1; sessionid2=2; xsessionid=3]
  X-State: none
  !Set-Cookie

GET /ping/?idleFor=1
= 200 "logout"
  X-State: none
  !Set-Cookie



=== row 1: an empty key is none
--- steps
GET /
  Cookie: sessionid=; other=1
= 200 [sessionid=; other=1]
  X-State: none

GET /
  Cookie: sessionid=""
= 200 [sessionid=""]
  X-State: none

GET /ping/?idleFor=600
  Cookie: sessionid=
= 200 "logout"
  X-State: none

GET /
  Cookie: sessionid=
= 200 [sessionid=]



=== row 2: an unknown session is recorded by its first request
--- steps
GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: new
  !Set-Cookie

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live

GET /
  Cookie: sessionid=b
= 200 [sessionid=b]
  X-State: new



=== row 2: an unknown session is recorded by a passive request
--- also
    session_security_passive_urls /poll;
--- steps
GET /poll
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: new

GET /ping/
  Cookie: sessionid=a
= 200 0
  X-State: live



=== row 3: an open tab teaches a restarted server
--- steps
GET /ping/?idleFor=599
  Cookie: sessionid=a
= 200 599
  X-State: new

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"
  X-State: expired

GET /ping/?idleFor=99999999999999999999
  Cookie: sessionid=c
= 200 "logout"
  X-State: expired

GET /ping/
  Cookie: sessionid=d
= 200 0
  X-State: new

GET /
  Cookie: sessionid=b
  Accept: text/html
= 302
  X-State: expired



=== row 4: an idle session expires, whatever comes next
--- also
    session_security_expire_after $expire;
    session_security_passive_urls /poll;
--- also_http
    map $uri $expire { default 300ms; /keep 1h; }
--- steps
GET /
  Cookie: sessionid=active
= 200
  X-State: new

GET /
  Cookie: sessionid=passive
= 200
  X-State: new

GET /
  Cookie: sessionid=ping
= 200
  X-State: new

GET /
  Cookie: sessionid=page
= 200
  X-State: new

after 0.4 s
GET /
  Cookie: sessionid=active
= 401
  X-State: expired

GET /poll
  Cookie: sessionid=passive
= 401
  X-State: expired

GET /ping/?idleFor=0
  Cookie: sessionid=ping
= 200 "logout"
  X-State: expired

GET /
  Cookie: sessionid=page
  Accept: text/html
= 302
  X-State: expired

GET /keep
  Cookie: sessionid=active
= 401
  X-State: expired



=== row 4: passive requests and pings do not keep a session alive
--- also
    session_security_expire_after 3s;
    session_security_passive_urls /poll;
--- steps
GET /
  Cookie: sessionid=a
= 200

after 1.1 s
GET /poll
  Cookie: sessionid=a
= 200

after 1.1 s
GET /ping/
  Cookie: sessionid=a
= 200 2

after 1.1 s
GET /
  Cookie: sessionid=a
= 401



=== row 4: activity does keep it alive
--- also
    session_security_expire_after 2s;
--- steps
GET /
  Cookie: sessionid=a
= 200

after 0.8 s
GET /
  Cookie: sessionid=a
= 200

after 0.8 s
GET /ping/?idleFor=0
  Cookie: sessionid=a
= 200 0

after 0.8 s
GET /
  Cookie: sessionid=a
= 200
  X-State: live



=== row 4: the shorter limit of a location counts there
--- also
    location /admin/ {
        session_security_expire_after 100s;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=100
  Cookie: sessionid=a
= 200 100

GET /ping/?idleFor=50
  Cookie: sessionid=b
= 200 50

GET /admin/
  Cookie: sessionid=a
= 401

GET /admin/
  Cookie: sessionid=b
= 200 [sessionid=b]

GET /
  Cookie: sessionid=a
= 401



=== row 5: no activity prolongs the lifetime
--- also
    session_security_max_lifetime $lifetime;
    session_security_passive_urls /poll;
--- also_http
    map $arg_lifetime $lifetime { default 0; ~. $arg_lifetime; }
--- steps
GET /ping/?idleFor=100
  Cookie: sessionid=a
= 200 100

GET /
  Cookie: sessionid=a
= 200

GET /?lifetime=1h
  Cookie: sessionid=a
= 200
  X-State: live

GET /ping/?idleFor=0&lifetime=1h
  Cookie: sessionid=a
= 200 0

GET /?lifetime=100s
  Cookie: sessionid=a
= 401
  X-State: expired

GET /ping/?idleFor=100
  Cookie: sessionid=b
= 200 100

GET /ping/?idleFor=0&lifetime=100s
  Cookie: sessionid=b
= 200 "logout"

GET /ping/?idleFor=100
  Cookie: sessionid=c
= 200 100

GET /poll?lifetime=100s
  Cookie: sessionid=c
= 401

GET /ping/?idleFor=100
  Cookie: sessionid=d
= 200 100

GET /?lifetime=100s
  Cookie: sessionid=d
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/logout/



=== row 5: a lifetime that passes
--- also
    session_security_max_lifetime 1s;
--- steps
GET /
  Cookie: sessionid=a
= 200

after 0.6 s
GET /ping/?idleFor=0
  Cookie: sessionid=a
= 200

after 0.6 s
GET /
  Cookie: sessionid=a
= 401



=== row 6: activity in one tab is activity in the others
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/?idleFor=400
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /other-tab
  Cookie: sessionid=a
= 200

GET /ping/?idleFor=400
  Cookie: sessionid=a
= 200 ~ ^\d$



=== row 6: every method is activity
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

POST /form
  Cookie: sessionid=a
| a=b
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$

GET /ping/?idleFor=300
  Cookie: sessionid=b
= 200 300

HEAD /
  Cookie: sessionid=b
= 200

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^\d$

GET /ping/?idleFor=300
  Cookie: sessionid=c
= 200 300

DELETE /thing
  Cookie: sessionid=c
= 200

GET /ping/
  Cookie: sessionid=c
= 200 ~ ^\d$



=== row 6: a response that fails is activity too
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /404/
  Cookie: sessionid=a
= 404 [sessionid=a]

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$



=== row 7: passive URLs, exact, by prefix, by regular expression
--- also
    session_security_passive_urls /exact /prefix/* ~^/v\d+/ ~*\.PNG$;
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /exact
  Cookie: sessionid=a
= 200 [sessionid=a]

GET /exact?with=arguments
  Cookie: sessionid=a
= 200

GET /./ex%61ct
  Cookie: sessionid=a
= 200

GET /prefix/
  Cookie: sessionid=a
= 200

GET /prefix/and/more
  Cookie: sessionid=a
= 200

GET /v12/x
  Cookie: sessionid=a
= 200

GET /a/b.png
  Cookie: sessionid=a
= 200

POST /exact
  Cookie: sessionid=a
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$



=== row 7: what passive URLs do not match
--- also
    session_security_passive_urls /exact /prefix/* ~^/v\d+/ ~*\.PNG$ ~\.css$;
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /exact/
  Cookie: sessionid=a
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$

GET /ping/?idleFor=300
  Cookie: sessionid=b
= 200 300

GET /prefix
  Cookie: sessionid=b
= 200

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^\d$

GET /ping/?idleFor=300
  Cookie: sessionid=c
= 200 300

GET /a.CSS
  Cookie: sessionid=c
= 200

GET /ping/
  Cookie: sessionid=c
= 200 ~ ^\d$

GET /ping/?idleFor=300
  Cookie: sessionid=d
= 200 300

GET /?a=/exact
  Cookie: sessionid=d
= 200

GET /ping/
  Cookie: sessionid=d
= 200 ~ ^\d$

GET /ping/?idleFor=300
  Cookie: sessionid=e
= 200 300

GET /EXACT
  Cookie: sessionid=e
= 200

GET /ping/
  Cookie: sessionid=e
= 200 ~ ^\d$



=== row 7: a prefix that is every path
--- also
    session_security_passive_urls /*;
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /
  Cookie: sessionid=a
= 200

GET /a/b
  Cookie: sessionid=a
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$



=== row 7: passive URLs that are rewritten, or redirected
--- also
    session_security_passive_urls / /api/clock /poll/* ~*^/job/\d+$ /tick;
    location = / { rewrite ^ /index.php last; }
    location /api/ { rewrite ^ /index.php last; }
    location /poll/ { rewrite ^ /index.php?path=$uri break; proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location /job/ { session_security off; error_page 418 = @job; return 418; }
    location @job { rewrite ^ /index.php last; }
    location /ticks { rewrite ^ /tick last; }
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /api/clock
  Cookie: sessionid=a
= 200

GET /api/clock?a=b
  Cookie: sessionid=a
= 200

GET //api/x/..//cl%6Fck?/x
  Cookie: sessionid=a
= 200

GET /poll/%F0%9F%98%80/
  Cookie: sessionid=a
= 200

GET /job/1
  Cookie: sessionid=a
= 200

GET /JOB/../job/12?
  Cookie: sessionid=a
= 200

GET /ticks
  Cookie: sessionid=a
= 200

GET http://localhost?x
  Cookie: sessionid=a
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30[01]

GET /api/clock/
  Cookie: sessionid=a
= 200

GET /ping/
  Cookie: sessionid=a
= 200 0

GET /ping/?idleFor=300
  Cookie: sessionid=b
= 200 300

GET /api/clock/x?/api/clock
  Cookie: sessionid=b
= 200

GET /ping/
  Cookie: sessionid=b
= 200 0

GET /ping/?idleFor=300
  Cookie: sessionid=c
= 200 300

GET /api/%2561pi/../clock%3F
  Cookie: sessionid=c
= 200

GET /ping/
  Cookie: sessionid=c
= 200 0



=== row 7: passive urls of two directives add up
--- also
    session_security_passive_urls /a;
    session_security_passive_urls /b;
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /a
  Cookie: sessionid=a
= 200

GET /b
  Cookie: sessionid=a
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$



=== row 7: passive by a condition
--- also
    session_security_passive $arg_auto $http_x_auto;
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /?auto=1
  Cookie: sessionid=a
= 200

GET /
  Cookie: sessionid=a
  X-Auto: yes
= 200

GET /?auto=0
  Cookie: sessionid=a
  X-Auto: yes
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /?auto=0
  Cookie: sessionid=a
  X-Auto: 0
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$

GET /ping/?idleFor=300
  Cookie: sessionid=b
= 200 300

GET /?auto=
  Cookie: sessionid=b
= 200

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^\d$



=== row 8: a ping moves the last activity forth, never back
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/?idleFor=200
  Cookie: sessionid=a
= 200 200

GET /ping/?idleFor=250
  Cookie: sessionid=a
= 200 ~ ^20\d$

GET /ping/?idleFor=-7
  Cookie: sessionid=a
= 200 0

GET /ping/?idleFor=200
  Cookie: sessionid=a
= 200 ~ ^\d$



=== row 10: a page is a navigation, by Sec-Fetch-Mode
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"
  !Set-Cookie

GET /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 302
  Location: http://localhost:$ServerPort/logout/
  Cache-Control: no-store
  X-State: expired
  !Set-Cookie

GET /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
  X-Requested-With: XMLHttpRequest
  Accept: application/json
= 302

GET /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: cors
  Accept: text/html
= 401

GET /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: no-cors
  Accept: text/html
= 401

GET /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigates
  Accept: text/html
= 401

GET /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: websocket
  Upgrade: websocket
  Accept: text/html
= 401



=== row 10: a page is what a browser without Sec-Fetch-Mode shows
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /page
  Cookie: sessionid=a
  Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
= 302

GET /page
  Cookie: sessionid=a
  accept: application/xhtml+xml, TEXT/HTML
= 302

GET /page
  Cookie: sessionid=a
  Accept: text/html
  X-Requested-With: XMLHttpRequest
= 401

GET /page
  Cookie: sessionid=a
  Accept: text/html
  x-requested-with:
= 401

GET /page
  Cookie: sessionid=a
  Accept: */*
= 401

GET /page
  Cookie: sessionid=a
  Accept: text/htm
= 401

GET /page
  Cookie: sessionid=a
= 401



=== row 10: a redirect that keeps no method but that of GET and HEAD
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

HEAD /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 302
  Location: http://localhost:$ServerPort/logout/
  Cache-Control: no-store

POST /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
| a=b
= 303
  Location: http://localhost:$ServerPort/logout/
  Cache-Control: no-store

PUT /page
  Cookie: sessionid=a
  Accept: text/html
= 303

DELETE /page
  Cookie: sessionid=a
  Accept: text/html
= 303



=== row 10: an expired session stays expired, however often it is asked
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 302
  X-State: expired

GET /ping/?idleFor=0
  Cookie: sessionid=a
= 200 "logout"
  X-State: expired

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 302
  X-State: expired

GET /api
  Cookie: sessionid=a
= 401
  X-State: expired

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 302
  X-State: expired



=== row 10: a logout URL on another host is not waited for
--- also
    location /sso/ {
        session_security_logout_url https://sso.example.com/logout?site=1;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /sso/api
  Cookie: sessionid=a
= 401
  X-State: expired
  !Set-Cookie

GET /sso/
  Cookie: sessionid=a; other=1
  Accept: text/html
= 302
  Location: https://sso.example.com/logout?site=1
  Cache-Control: no-store
  X-State: expired
  Set-Cookie: (sessionid deleted)

GET /sso/
  Cookie: sessionid=a; other=1
  Accept: text/html
= 200 [other=1]
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== status 444 closes the connection, as elsewhere in nginx
--- also
    location /closed/ {
        session_security_expired_status 444;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /init {
        session_security off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/ping/?idleFor=600;
    }
    location /after {
        session_security off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/closed/;
    }
--- request eval
['GET /init', 'GET /after']
--- more_headers
Cookie: sessionid=a
--- error_code eval
[200, 502]
--- no_error_log
[alert]



=== row 11: the logout URL gets the cookie, once, and deletes it
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /logout/
  Cookie: sessionid=a; other=1
  Accept: text/html
= 200 [sessionid=a; other=1]
  X-State: expired
  Set-Cookie: (sessionid deleted)

GET /logout/
  Cookie: sessionid=a; other=1
  Accept: text/html
= 200 [other=1]
  X-State: closed
  Set-Cookie: (sessionid deleted)

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== row 11: by any kind of request
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /logout/
  Cookie: sessionid=a
  Sec-Fetch-Mode: cors
| a=b
= 200 [sessionid=a]
  !Set-Cookie

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

HEAD /logout/
  Cookie: sessionid=b
  Accept: text/html
= 200
  Set-Cookie: (sessionid deleted)

GET /ping/?idleFor=600
  Cookie: sessionid=c
= 200 "logout"

GET /api
  Cookie: sessionid=c
= 401

POST /logout/
  Cookie: sessionid=c
  Accept: text/html
= 200 [sessionid=c]
  Set-Cookie: (sessionid deleted)



=== row 17: a live session that the backend logs out is closed
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /logout/
  Cookie: sessionid=a
  Accept: text/html
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=a]
  X-State: live
  Set-Cookie: sessionid=; Max-Age=0

GET /ping/
  Cookie: sessionid=a
= 200 "logout"
  X-State: closed



=== row 11: a session that expires at the logout URL itself
--- also
    location = /kill {
        session_security_expire_after 100s;
        session_security_logout_url /kill;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

PAGE /kill
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: expired
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== row 11: the backend sets the old value again, and is not heard
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /logout/
  Cookie: sessionid=a
  X-Set: sessionid=a; Path=/; HttpOnly
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

PAGE /logout/
  Cookie: sessionid=b
  X-Set: sessionid="%62"; Path=/; HttpOnly
  X-Set-Too: other=b
= 200 [sessionid=b]
  Set-Cookie: other=b, (sessionid deleted)

GET /
  Cookie: sessionid=b
= 200 []
  X-State: closed



=== row 11: what the logout sets is the ended session by another name
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /logout/
  Cookie: sessionid=a
  X-Set: sessionid=anonymous; Path=/
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=anonymous
= 200 []
  X-State: closed

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== row 11: the backend deletes its cookie as well
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /logout/
  Cookie: sessionid=a
  X-Set: sessionid=; Path=/app; Max-Age=0
= 200 [sessionid=a]
  Set-Cookie: sessionid=; Path=/app; Max-Age=0, (sessionid deleted)

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

PAGE /logout/
  Cookie: sessionid=b
  X-Set: sessionid=b; expires=Thu, 01-Jan-1970 00:00:00 GMT
= 200 [sessionid=b]
  Set-Cookie: sessionid=b; expires=Thu, 01-Jan-1970 00:00:00 GMT, (sessionid deleted)

GET /
  Cookie: sessionid=b
= 200 []
  X-State: closed



=== row 11: a logout URL with arguments is not another one of the same path
--- also
    session_security_logout_url /login?action=logout&next=$request_uri;
--- config
    session_security zone=sessions;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/login?action=logout&next=/page

GET /login
  Cookie: sessionid=a
  Accept: text/html
= 302

GET /login?action=logout2
  Cookie: sessionid=a
  Accept: text/html
= 302

GET /login?xaction=logout
  Cookie: sessionid=a
  Accept: text/html
= 302

GET /page?action=logout
  Cookie: sessionid=a
  Accept: text/html
= 302

GET /login?next=/&action=logout
  Cookie: sessionid=a
  Accept: text/html
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)



=== row 11: how a logout URL may be spelled
--- also
    location /own/ {
        session_security_logout_url http://localhost:$TEST_NGINX_SERVER_PORT/bye%20bye;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /bye {
        session_security_logout_url http://LOCALHOST/bye%20bye;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /elsewhere {
        session_security_logout_url http://elsewhere/elsewhere;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /local {
        session_security_logout_url http://local/local;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /own/
  Cookie: sessionid=a
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/bye%20bye

GET /bye
  Cookie: sessionid=a
  Accept: text/html
= 302

GET /ping/?idleFor=600
  Cookie: sessionid=c
= 200 "logout"

GET /elsewhere
  Cookie: sessionid=c
  Accept: text/html
= 302
  Location: http://elsewhere/elsewhere

GET /ping/?idleFor=600
  Cookie: sessionid=d
= 200 "logout"

GET /local
  Cookie: sessionid=d
  Accept: text/html
= 302
  Location: http://local/local

GET /logout
  Cookie: sessionid=a
  Accept: text/html
= 302

GET /bye%20b%79e?a=b
  Cookie: sessionid=a
  Accept: text/html
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

PAGE /log%6Fut/
  Cookie: sessionid=b
= 200 [sessionid=b]
  Set-Cookie: (sessionid deleted)



=== row 11: a logout URL whose host is an IPv6 address
--- also
    server_name [::1];
    location /six/ {
        session_security_logout_url https://[::1]:$TEST_NGINX_SERVER_PORT/six/out/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /plain/ {
        session_security_logout_url //[::1]/plain/out/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /bad/ {
        session_security_logout_url http://[::1/bad/out/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /six/
  Host: [::1]:8443
  Cookie: sessionid=a
  Accept: text/html
= 302
  Location: https://[::1]:$ServerPort/six/out/
  !Set-Cookie

GET /six/out/
  Host: [::1]:8443
  Cookie: sessionid=a
  Accept: text/html
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /plain/out/
  Host: [::1]
  Cookie: sessionid=b
  Accept: text/html
= 200 [sessionid=b]
  Set-Cookie: (sessionid deleted)

# another one: it is not waited for
GET /ping/?idleFor=600
  Cookie: sessionid=c
= 200 "logout"

GET /six/
  Host: [::2]:8443
  Cookie: sessionid=c
  Accept: text/html
= 302
  Set-Cookie: (sessionid deleted)

GET /ping/?idleFor=600
  Cookie: sessionid=d
= 200 "logout"

GET /bad/
  Host: [::1]
  Cookie: sessionid=d
  Accept: text/html
= 302
  Set-Cookie: (sessionid deleted)



=== row 11: a path that is the logout URL's to nginx only
--- also
    location /a/ {
        session_security_logout_url /a/out/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /coded/ {
        session_security_logout_url /coded%2Fout/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /moved/ { rewrite ^ /logout/ last; }
    location /named/ { error_page 418 = @logout; return 418; }
    location @logout { rewrite ^ /logout/ last; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /secret/..%2flogout/
  Cookie: sessionid=a
= 401
  !Set-Cookie

GET /secret/x/../../logout/?a=1
  Cookie: sessionid=a
= 401

GET /secret/%2e%2e/logout/
  Cookie: sessionid=a
= 401

GET //logout/
  Cookie: sessionid=a
= 401

GET /./logout/
  Cookie: sessionid=a
= 401

GET /logout/x/..
  Cookie: sessionid=a
= 401

GET /logout%2f
  Cookie: sessionid=a
= 401

GET /logout/#/secret
  Cookie: sessionid=a
= 401

GET /a%2Fout/
  Cookie: sessionid=a
= 401

GET /coded/out/
  Cookie: sessionid=a
= 401

# nor what the configuration alone makes of it: a backend may go by what the
# client asked for
GET /moved/
  Cookie: sessionid=a
= 401

GET /moved/..%2flogout/
  Cookie: sessionid=a
= 401

GET /named/
  Cookie: sessionid=a
= 401

GET /secret/..%2flogout/
  Cookie: sessionid=a
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/logout/

PAGE /coded%2fou%74/
  Cookie: sessionid=a
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)



=== row 11: an argument that is given again
--- config
    session_security zone=sessions;
    session_security_logout_url /index.php?route=account/logout&next=$uri;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /index.php?route=account/logout&route=account/transfer
  Cookie: sessionid=a
= 401
  !Set-Cookie

GET /index.php?route=account/transfer&route=account/logout
  Cookie: sessionid=a
= 401

GET /index.php?route=account/logout&route=account/logout
  Cookie: sessionid=a
= 401

GET /index.php?route=account/logout&route
  Cookie: sessionid=a
= 401

GET /index.php?route=account/logout&%72out%65=account/transfer
  Cookie: sessionid=a
= 401

GET /index.php?route=account/logout&route[]=account/transfer
  Cookie: sessionid=a
= 401

GET /index.php?route=account/logout&route%5Bx%5D=account/transfer
  Cookie: sessionid=a
= 401

GET /index.php?route=account/logout&[route]=account/transfer
  Cookie: sessionid=a
= 401

GET /index.php?route=account/logout&+route=account/transfer
  Cookie: sessionid=a
= 401

GET /index.php?route=account/logout&route%00x=account/transfer
  Cookie: sessionid=a
= 401

GET /index.php?Route=account/transfer&route=account/logout
  Cookie: sessionid=a
= 401

GET /index.php?route=account/logout&x=;route=account/transfer
  Cookie: sessionid=a
= 401

GET /index.php?route=account/logout;x=1
  Cookie: sessionid=a
= 401

GET /index.php?route%3Daccount/logout
  Cookie: sessionid=a
= 401

# where a backend may take what is in the body; a page is sent there by GET
POST /index.php?route=account/logout
  Cookie: sessionid=a
| route=account/transfer
= 200 []
  X-State: expired

POST /index.php?route=account/logout
  Cookie: sessionid=a
  Accept: text/html
| route=account/transfer
= 303
  Location: http://localhost:$ServerPort/index.php?route=account/logout&next=/index.php

PAGE /index.php?&r%6Fute=account%2Flogout&routes=1&x=route&next=/&next=%2F
  Cookie: sessionid=a
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)



=== row 11: an argument that the logout URL has more than once
--- config
    session_security zone=sessions;
    session_security_logout_url /out?a.b[]=1&a_b=2&&x.y=1&x_y=$uri#a_b=3;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /out?a.b[]=1&a_b=2&x.y=1
  Cookie: sessionid=a
= 401

GET /out?a.b[]=1&a_b=2&x.y=1&x_y=1&a%20b=3
  Cookie: sessionid=a
= 401

PAGE /out?a.b[]=1&a_b=2&x.y=1&x_y=1
  Cookie: sessionid=a
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)



=== row 11: a WebSocket would go on after it
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /logout/
  Cookie: sessionid=a
  Upgrade: websocket
= 401
  X-State: expired
  !Set-Cookie

PAGE /logout/
  Cookie: sessionid=a
  Upgrade-Insecure-Requests: 1
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)



=== row 11: what browsers encode in a logout URL
--- also
    location /space/ {
        session_security_logout_url "/space/out?msg=timed out";
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /quote/ {
        session_security_logout_url "/quote/out?m='bye'&n=<a|b>";
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /other/ {
        session_security_logout_url "/other/out?m=%27a+b%25%2B&n=5%";
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /ping/?idleFor=600
  Cookie: sessionid=c
= 200 "logout"

GET /space/
  Cookie: sessionid=a
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/space/out?msg=timed%20out

GET /space/out?msg=timed%20out
  Cookie: sessionid=a
  Accept: text/html
= 200 [sessionid=a]

GET /quote/out?m=%27bye&n=%3Ca|b%3E
  Cookie: sessionid=b
  Accept: text/html
= 302

GET /quote/out?m=%27bye%27&n=%3Ca|b%3E
  Cookie: sessionid=b
  Accept: text/html
= 200 [sessionid=b]

GET /other/out?m='a%2Bb%25%2B&n=5%
  Cookie: sessionid=c
  Accept: text/html
= 302

GET /other/out?m='a+b%25+&n=5%
  Cookie: sessionid=c
  Accept: text/html
= 302

GET /other/out?m='a+b%25%2b&n=5%
  Cookie: sessionid=c
  Accept: text/html
= 200 [sessionid=c]



=== row 11: a logout URL that is rewritten
--- also
    location /logout/ { rewrite ^ /index.php?q=$uri last; }
    location = /index.php { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /index.php
  Cookie: sessionid=a
= 401

PAGE /logout/
  Cookie: sessionid=a
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)



=== row 12: a client that is no page is told
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /api
  Cookie: sessionid=a
= 401 {"error":"session_expired"}
  Content-Type: application/json
  Content-Length: 28
  Cache-Control: no-store
  X-State: expired
  !Set-Cookie
  !Location

HEAD /api
  Cookie: sessionid=a
= 401
  Content-Type: application/json
  Content-Length: 28
  Cache-Control: no-store

GET /image
  Cookie: sessionid=a
  Sec-Fetch-Mode: no-cors
  Sec-Fetch-Dest: image
= 401

GET /socket
  Cookie: sessionid=a
  Sec-Fetch-Mode: websocket
  Upgrade: websocket
= 401



=== row 12: with the status that is configured
--- also
    session_security_expired_status 419;
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /api
  Cookie: sessionid=a
= 419 {"error":"session_expired"}
  Content-Type: application/json
  Cache-Control: no-store

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 302



=== row 12: who was told may send a login, and stays anonymous else
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /api/login
  Cookie: sessionid=a; other=1
| user=me
= 401 {"error":"session_expired"}

POST /api/login
  Cookie: sessionid=a; other=1
| user=me
= 200 [other=1]
  X-State: expired
  !Set-Cookie

GET /api
  Cookie: sessionid=a
= 401

HEAD /api
  Cookie: sessionid=a
= 401

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 302

POST /page
  Cookie: sessionid=a
  Accept: text/html
= 303

PUT /api
  Cookie: sessionid=a
= 200 []
  !Set-Cookie

DELETE /api
  Cookie: sessionid=a
= 200 []
  X-State: expired



=== row 12: each session has to be told
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /api
  Cookie: sessionid=a
= 401

POST /api
  Cookie: sessionid=b
= 401

POST /api
  Cookie: sessionid=a
= 200 []

GET /page
  Cookie: sessionid=c
= 200

GET /ping/?idleFor=600
  Cookie: sessionid=d
= 200 "logout"

GET /page
  Cookie: sessionid=d
  Accept: text/html
= 302

POST /api
  Cookie: sessionid=d
= 401



=== row 12: a login sent by fetch begins another session
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /api/login
  Cookie: sessionid=a
= 401

POST /api/login
  Cookie: sessionid=a
  X-Set: sessionid=b; Path=/
= 200 []
  Set-Cookie: sessionid=b; Path=/

GET /api
  Cookie: sessionid=b
= 200 [sessionid=b]
  X-State: live

GET /api
  Cookie: sessionid=a
= 401



=== row 13: a closed session is anonymous, for whatever it asks
--- also
    session_security_passive_urls /poll;
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /logout/
  Cookie: sessionid=a
= 200

GET /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)

PAGE /api
  Cookie: first=1; sessionid=a; last=2
= 200 [first=1; last=2]
  Set-Cookie: (sessionid deleted)

POST /api
  Cookie: sessionid=a
  Accept: text/html
| a=b
= 200 []
  Set-Cookie: (sessionid deleted)

PAGE /poll
  Cookie: sessionid=a
= 200 []
  Set-Cookie: (sessionid deleted)

HEAD /
  Cookie: sessionid=a
  Accept: text/html
= 200
  Set-Cookie: (sessionid deleted)

PAGE /404/
  Cookie: sessionid=a
= 404 []
  Set-Cookie: (sessionid deleted)

PAGE /204/
  Cookie: sessionid=a
= 204
  Set-Cookie: (sessionid deleted)

PAGE /ping/?idleFor=0
  Cookie: sessionid=a
= 200 "logout"
  Set-Cookie: (sessionid deleted)
  X-State: closed

PAGE /page
  Cookie: sessionid=a
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== row 13: the new session that a response begins is not deleted
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /logout/
  Cookie: sessionid=a
= 200

GET /login
  Cookie: sessionid=a
  X-Set: sessionid=b; Path=/; HttpOnly
= 200 []
  Set-Cookie: sessionid=b; Path=/; HttpOnly

GET /
  Cookie: sessionid=b
= 200 [sessionid=b]
  X-State: live

PAGE /login
  Cookie: sessionid=a
  X-Set: other=b; Path=/
= 200 []
  Set-Cookie: other=b; Path=/, (sessionid deleted)



=== row 13: a cookie that browsers keep for https is deleted as such
--- http_config
    session_security_zone cookie=__Host-id zone=sessions:1m;
    session_security_zone cookie=__Secure-id zone=others:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
    location /others/ {
        session_security zone=others;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location = /others/ping/ { session_security_ping; }
    }
--- steps
GET /ping/?idleFor=600
  Cookie: __Host-id=a
= 200 "logout"

PAGE /
  Cookie: __Host-id=a
= 200 []
  Set-Cookie: (__Host-id deleted); Secure

GET /others/ping/?idleFor=600
  Cookie: __Secure-id=a
= 200 "logout"

PAGE /others/
  Cookie: __Secure-id=a
= 200 []
  Set-Cookie: (__Secure-id deleted); Secure



=== row 13: without a logout URL a session closes at once
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /no-logout-url/page
  Cookie: sessionid=a; other=1
  Accept: text/html
= 200 [other=1]
  X-State: expired
  Set-Cookie: (sessionid deleted)

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

PAGE /no-logout-url/api
  Cookie: sessionid=b
= 200 []
  Set-Cookie: (sessionid deleted)



=== row 13: a ping without a logout URL closes and deletes too
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
PAGE /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"
  X-State: expired
  Set-Cookie: (sessionid deleted)

PAGE /
  Cookie: sessionid=a
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== row 13: a key that is no cookie cannot be withheld, and is refused
--- http_config
    session_security_zone $http_authorization zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_authorization]";
    }
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
    location /site/ {
        session_security_logout_url /site/logout/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /site/ping/ {
        session_security_logout_url /site/logout/;
        session_security_ping;
    }
--- steps
GET /
= 200 []
  X-State: none

GET /
  Authorization: Bearer a
= 200 [Bearer a]
  X-State: new

GET /ping/?idleFor=600
  Authorization: Bearer b
= 200 "logout"
  !Set-Cookie

GET /
  Authorization: Bearer b
= 401 {"error":"session_expired"}
  X-State: closed
  Cache-Control: no-store
  !Set-Cookie

GET /
  Authorization: Bearer b
  Accept: text/html
= 401
  X-State: closed

GET /ping/
  Authorization: Bearer b
= 200 "logout"

GET /
  Authorization: Bearer a
= 200 [Bearer a]
  X-State: live

GET /site/ping/?idleFor=600
  Authorization: Bearer c
= 200 "logout"

GET /site/page
  Authorization: Bearer c
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/site/logout/

GET /site/api
  Authorization: Bearer c
= 401

POST /site/api
  Authorization: Bearer c
= 401
  X-State: expired

GET /site/logout/
  Authorization: Bearer c
= 200 [Bearer c]
  !Set-Cookie

GET /site/logout/
  Authorization: Bearer c
= 401
  X-State: closed



=== row 14: a login that sets the very value again
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /logout/
  Cookie: sessionid=a
= 200

POST /login
  Cookie: sessionid=a
  X-Set: sessionid=a; Path=/
= 200 []
  X-State: closed
  Set-Cookie: sessionid=a; Path=/

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$
  X-State: live

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live



=== row 14: the same by fetch, when the session is expired and was told
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /login
  Cookie: sessionid=a
  X-Set: sessionid=a; Path=/
= 401
  !Set-Cookie

POST /login
  Cookie: sessionid=a
  X-Set: sessionid="\141"; Path=/
= 200 []
  X-State: expired

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live



=== row 14: it lives from now, with a lifetime of its own
--- also
    session_security_max_lifetime $lifetime;
--- also_http
    map $arg_lifetime $lifetime { default 0; ~. $arg_lifetime; }
--- steps
GET /ping/?idleFor=500
  Cookie: sessionid=a
= 200 500

GET /?lifetime=500s
  Cookie: sessionid=a
= 401

POST /login
  Cookie: sessionid=a
  X-Set: sessionid=a; Path=/
= 200 []

GET /?lifetime=500s
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live



=== row 14: a deletion is no login
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /logout/
  Cookie: sessionid=a
= 200

PAGE /
  Cookie: sessionid=a
  X-Set: sessionid=a; Max-Age=0
= 200 []
  Set-Cookie: sessionid=a; Max-Age=0, (sessionid deleted)

GET /
  Cookie: sessionid=a
  X-Set: sessionid=a; Expires=Thu, 01 Jan 1970 00:00:00 GMT
= 200 []
  X-State: closed

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== row 14: a cookie of another name is no login
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /logout/
  Cookie: sessionid=a
= 200

PAGE /
  Cookie: sessionid=a
  X-Set: sessionid2=a
= 200 []
  Set-Cookie: sessionid2=a, (sessionid deleted)

GET /
  Cookie: sessionid=a
  X-Set: other=1; sessionid=a
= 200 []
  X-State: closed

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== row 14: not by a response to another session
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /
  Cookie: sessionid=b
  X-Set: sessionid=a
= 200 [sessionid=b]

GET /api
  Cookie: sessionid=a
= 401
  X-State: expired

GET /logout/
  Cookie: sessionid=a
= 200

GET /
  Cookie: sessionid=b
  X-Set: sessionid=a
= 200 [sessionid=b]

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== row 14: by a login without a cookie, where all logins have the same value
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /
  X-Set: sessionid=a
= 200 []

GET /ping/
  Cookie: sessionid=a
= 200 0
  X-State: live

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live



=== row 14: not by the late response to a request that was live
# The backend itself lets the session expire while it answers.
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location / { return 200 "[$http_cookie]"; }
        location /late {
            add_header Set-Cookie "sessionid=a; Path=/" always;
            proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/kill;
            proxy_set_header Host localhost;
        }
    }
--- also
    session_security_passive_urls /late;
    location = /kill {
        session_security_expire_after 100s;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /late
  Cookie: sessionid=a
= 401
  Set-Cookie: sessionid=a; Path=/

GET /api
  Cookie: sessionid=a
= 401
  X-State: expired



=== row 14: a backend that sets its cookie with every response
--- also
    session_security_passive_urls /poll;
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=a
= 200 [sessionid=a]
  Set-Cookie: sessionid=a

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$



=== row 14: not by the logout itself
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /logout/
  Cookie: sessionid=a
  X-Set: sessionid=a
  X-Set-Too: sessionid=b
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== row 14: not by a redirect or a refusal, which no backend gave
--- also
    location /again/ {
        set $sid $cookie_sessionid;
        add_header Set-Cookie "sessionid=$sid; Path=/" always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /again/
  Cookie: sessionid=a
  Accept: text/html
= 302

GET /api
  Cookie: sessionid=a
= 401

GET /again/
  Cookie: sessionid=a
= 401

GET /api
  Cookie: sessionid=a
= 401
  X-State: expired



=== a session that the backend begins is known from then on
--- steps
GET /login
  X-Set: sessionid=a; Path=/; HttpOnly; SameSite=Lax
= 200 []
  X-State: none

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live

GET /ping/?idleFor=700
  Cookie: sessionid=a
= 200 0



=== a login that replaces one session by another
--- steps
GET /
  Cookie: sessionid=before
= 200
  X-State: new

POST /login
  Cookie: sessionid=before
  X-Set: sessionid=after
= 200 [sessionid=before]

GET /
  Cookie: sessionid=after
= 200 [sessionid=after]
  X-State: live



=== the dead are remembered
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=expired
= 200 "logout"

GET /ping/?idleFor=600
  Cookie: sessionid=closed
= 200 "logout"

GET /logout/
  Cookie: sessionid=closed
= 200

GET /ping/?idleFor=0
  Cookie: sessionid=expired
= 200 "logout"

GET /ping/?idleFor=0
  Cookie: sessionid=closed
= 200 "logout"

GET /a
  Cookie: sessionid=other
= 200

POST /b
  Cookie: sessionid=closed
= 200 []

POST /b
  Cookie: sessionid=expired
= 401

after 0.3 s
GET /
  Cookie: sessionid=expired
= 401
  X-State: expired

GET /
  Cookie: sessionid=closed
= 200 []
  X-State: closed



=== a dead session is dead in every server and location of the zone
--- also_http
    server {
        listen $TEST_NGINX_SERVER_PORT;
        server_name other;
        session_security zone=sessions;
        location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /
  Host: other
  Cookie: sessionid=a
= 200 []
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed
