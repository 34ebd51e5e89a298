# A login page in place of a logout URL, for backends whose logout is no GET.

use FindBin;
use lib "$FindBin::Bin/support";

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 231;

# The backend is one whose logout URL takes no GET.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        default_type text/html;
        add_header Set-Cookie $http_x_set always;
        location / { return 200 "[$http_cookie]"; }
        location = /logout/ { return 405; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_login_url /login/;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
END
);

run_tests();

__DATA__

=== a page: a redirect that deletes the cookie, and the session is closed
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"
  X-State: expired
  !Set-Cookie

GET /page
  Cookie: sessionid=a; other=1
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/login/
  Cache-Control: no-store
  X-State: expired
  Set-Cookie: (sessionid deleted)

GET /login/
  Accept: text/html
= 200 []
  X-State: none

GET /page
  Cookie: sessionid=a; other=1
  Accept: text/html
= 200 [other=1]
  X-State: closed
  Set-Cookie: (sessionid deleted)

GET /api
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== a form that is sent
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
| a=b
= 303
  Location: http://localhost:$ServerPort/login/
  Set-Cookie: (sessionid deleted)



=== a session that expires there and then
--- also
    location = /kill {
        session_security_expire_after 100s;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /kill
  Cookie: sessionid=a
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/login/
  X-State: expired
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== the login page itself, with the cookie: as of somebody who has none
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /login/
  Cookie: sessionid=a; other=1
  Accept: text/html
= 200 [other=1]
  X-State: expired
  Set-Cookie: (sessionid deleted)

GET /login/
  Cookie: sessionid=a; other=1
  Accept: text/html
= 200 [other=1]
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== a login there, with the old cookie still
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /login/
  Cookie: sessionid=a
  Accept: text/html
  X-Set: sessionid=b; Path=/
| user=me
= 200 []
  X-State: expired
  Set-Cookie: sessionid=b; Path=/

GET /page
  Cookie: sessionid=b
= 200 [sessionid=b]
  X-State: live

GET /page
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== a login there that sets the old value again
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /login/
  Cookie: sessionid=a
  X-Set: sessionid=a
= 200 []

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$
  X-State: live



=== what is no page is told
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /api
  Cookie: sessionid=a
  Sec-Fetch-Mode: cors
= 401 {"error":"session_expired"}
  X-State: expired
  !Location
  !Set-Cookie

POST /api/login
  Cookie: sessionid=a
  Sec-Fetch-Mode: cors
= 200 []
  X-State: expired

GET /page
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 302
  Location: http://localhost:$ServerPort/login/
  Set-Cookie: (sessionid deleted)



=== a live session goes there like anywhere
--- steps
GET /login/
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: new
  !Set-Cookie

GET /login/
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live



=== on another host
--- also
    location /sso/ {
        session_security_login_url https://sso.example.com/login?site=1;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /sso/api
  Cookie: sessionid=a
= 401

GET /sso/
  Cookie: sessionid=a
  Accept: text/html
= 302
  Location: https://sso.example.com/login?site=1
  Set-Cookie: (sessionid deleted)

GET /sso/
  Cookie: sessionid=a
  Accept: text/html
= 200 []
  X-State: closed



=== by its own full name
--- also
    location /own/ {
        session_security_login_url http://localhost:$TEST_NGINX_SERVER_PORT/own/login/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /own/login/
  Cookie: sessionid=a
  Accept: text/html
= 200 []
  X-State: expired



=== with the way back
--- also
    session_security_login_url /login/?next=$session_security_return_url;
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /page?x=1&y=2
  Cookie: sessionid=a
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/login/?next=%2Fpage%3Fx%3D1%26y%3D2
  Set-Cookie: (sessionid deleted)

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /login/?next=%2Fpage
  Cookie: sessionid=b
  Accept: text/html
= 200 []
  X-State: expired

GET /ping/?idleFor=600
  Cookie: sessionid=c
= 200 "logout"

POST /page
  Cookie: sessionid=c
  Accept: text/html
= 303
  Location: http://localhost:$ServerPort/login/?next=%2F



=== with arguments that it needs
--- also
    location /index {
        session_security_login_url /index?do=login;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /index?do=login
  Cookie: sessionid=a
  Accept: text/html
= 200 []

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /index?do=read
  Cookie: sessionid=b
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/index?do=login



=== of a logout URL and a login page the inner level's counts
--- also
    location /a/ {
        session_security_logout_url /a/logout/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location /a/b/ {
            session_security_login_url /a/b/login/;
            proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
            location /a/b/c/ { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
        }
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /a/page
  Cookie: sessionid=a
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/a/logout/
  !Set-Cookie

GET /a/logout/
  Cookie: sessionid=a
  Accept: text/html
= 200 [sessionid=a]
  Set-Cookie: (sessionid deleted)

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /a/b/c/page
  Cookie: sessionid=b
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/a/b/login/
  Set-Cookie: (sessionid deleted)



=== the page of a live session does not name it to the script: it is no way to log out
--- also
    location /pages/ {
        session_security_inject on;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /script.js { session_security_script; }
--- steps
GET /pages/
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 ~ ^<script (?![^>]* data-log)[^>]* data-idle="0" async>



=== none, by a variable
--- also
    location /none/ {
        session_security_login_url $arg_none;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /none/
  Cookie: sessionid=a
  Accept: text/html
= 200 []
  X-State: expired
  Set-Cookie: (sessionid deleted)



=== where the cookie was set
--- steps
GET /login/
  X-Set: sessionid=a; Path=/app
= 200

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

GET /app/
  Cookie: sessionid=b
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/login/
  Set-Cookie: sessionid=; Path=/app; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly



=== all keys of the session are closed
--- also
    session_security_passive_urls /poll;
    location = /kill {
        session_security_expire_after 100s;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=a
= 200 [sessionid=a]

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200 [sessionid=a]

GET /kill
  Cookie: sessionid=b
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/login/
  Set-Cookie: (sessionid deleted)

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 200 []
  X-State: closed



=== to which nginx adds a slash
--- also
    location /sign/in/ {
        session_security_login_url /sign/in;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /sign/in/
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200 []
  X-State: expired

GET /
  Cookie: sessionid=b
= 200 [sessionid=b]
  X-State: live

GET /ping/?idleFor=600
  Cookie: sessionid=c
= 200 "logout"

GET /other/..//sign/in/
  Cookie: sessionid=c
  Accept: text/html
  X-HTTP-Method-Override: POST
= 200 []
  X-State: expired
  Set-Cookie: (sessionid deleted)



=== a login that another site's page sends gets through, without the cookie
# SAML, and OpenID Connect with response_mode=form_post
--- also
    location /app/ {
        session_security_logout_url /app/logout/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /saml/acs
  Cookie: sessionid=a; other=1
  Sec-Fetch-Site: cross-site
  Sec-Fetch-Mode: navigate
  Sec-Fetch-Dest: document
  Origin: https://idp.example.com
  X-Set: sessionid=b
| SAMLResponse=1
= 200 [other=1]
  X-State: expired
  Set-Cookie: sessionid=b

GET /
  Cookie: sessionid=b
= 200 [sessionid=b]
  X-State: live

GET /
  Cookie: sessionid=a
  Accept: text/html
= 302

GET /ping/?idleFor=600
  Cookie: sessionid=c
= 200 "logout"

POST /app/oidc
  Cookie: sessionid=c
  Accept: text/html
  Origin: https://idp.example.com
| id_token=1
= 200 []
  X-State: expired
  !Set-Cookie

POST /app/oidc
  Cookie: sessionid=c
  Accept: text/html
  Origin: https://localhost
| id_token=1
= 303
  Location: http://localhost:$ServerPort/app/logout/

POST /app/oidc
  Cookie: sessionid=c
  Sec-Fetch-Site: same-site
  Sec-Fetch-Mode: navigate
  Origin: https://idp.example.com
| id_token=1
= 303

GET /app/page
  Cookie: sessionid=c
  Sec-Fetch-Site: cross-site
  Sec-Fetch-Mode: navigate
  Sec-Fetch-User: ?1
= 302

POST /app/api
  Cookie: sessionid=c
  Sec-Fetch-Site: cross-site
  Sec-Fetch-Mode: cors
  Origin: https://idp.example.com
| a=b
= 401



=== a key that cannot be withheld does not go there
--- http_config
    session_security_zone $http_x_key zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_x_key]";
    }
--- config
    session_security zone=sessions;
    session_security_logout_url /logout/;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  X-Key: a
= 200 "logout"

POST /saml/acs
  X-Key: a
  Sec-Fetch-Site: cross-site
  Sec-Fetch-Mode: navigate
| SAMLResponse=1
= 303
  Location: http://localhost:$ServerPort/logout/



=== the redirect is as nginx's own are: behind something that ends TLS
--- also
    absolute_redirect off;
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /page
  Cookie: sessionid=a
= 302
  Location: /login/



=== likewise without the port, or with the server's name
--- config
    session_security zone=sessions;
    session_security_login_url /login/;
    location / {
        port_in_redirect off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /named/ {
        server_name_in_redirect on;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

PAGE /page
  Host: app.example.com
  Cookie: sessionid=a
= 302
  Location: http://app.example.com/login/

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 "logout"

PAGE /named/page
  Host: app.example.com
  Cookie: sessionid=b
= 302
  Location: http://localhost:$ServerPort/login/
