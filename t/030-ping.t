# The ping: what it answers, what it takes for an idle time, and what not.

use FindBin;
use lib "$FindBin::Bin/support";

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 408;

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_cookie]";
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    add_header X-State $session_security_state always;
    add_header X-Idle $session_security_idle always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
END
    no_error_log => qr/\[(?:error|crit|alert|emerg)\]/,
);

run_tests();

__DATA__

=== what a ping answers
--- steps
GET /ping/?idleFor=42
  Cookie: sessionid=a
= 200 ~ \A42\z
  Content-Type: application/json
  Content-Length: 2
  Cache-Control: no-store
  !Set-Cookie

GET /ping/?idleFor=600
  Cookie: sessionid=b
= 200 ~ \A"logout"\z
  Content-Type: application/json
  Content-Length: 8
  Cache-Control: no-store

GET /ping/?idleFor=1
= 200 ~ \A"logout"\z
  Content-Type: application/json
  Cache-Control: no-store



=== idleFor that is no integer changes nothing
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=abc
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=1e1
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=1.5
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=0x1
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=%31
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=+1
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=1%20
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=-
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=--1
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=1;idleFor=1
  Cookie: sessionid=a
= 200 ~ ^30\d$



=== idleFor given twice changes nothing
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/?idleFor=1&idleFor=1
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=abc&idleFor=1
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=1&idleFor=
  Cookie: sessionid=a
= 200 ~ ^30\d$



=== idleFor under another name changes nothing
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/?idlefor=1
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?xidleFor=1
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor2=1
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?a=idleFor=1
  Cookie: sessionid=a
= 200 ~ ^30\d$



=== idleFor among other arguments
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/?a=b&idleFor=200
  Cookie: sessionid=a
= 200 200

GET /ping/?idleFor=100&_=1700000000000
  Cookie: sessionid=a
= 200 100

GET /ping/?&&idleFor=0050&
  Cookie: sessionid=a
= 200 50



=== negative idleFor is now
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/?idleFor=-5
  Cookie: sessionid=a
= 200 0

GET /ping/?idleFor=300
  Cookie: sessionid=b
= 200 300

GET /ping/?idleFor=-0
  Cookie: sessionid=b
= 200 0

GET /ping/?idleFor=300
  Cookie: sessionid=c
= 200 300

GET /ping/?idleFor=-99999999999999999999
  Cookie: sessionid=c
= 200 0

GET /ping/?idleFor=-5
  Cookie: sessionid=new
= 200 0
  X-State: new



=== an idleFor too large changes nothing
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=4294967296
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=18446744073709551616
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=18446744073709552
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=99999999999999999999
  Cookie: sessionid=a
= 200 ~ ^30\d$
  X-State: live



=== an idle time of days is exact
--- also
    session_security_expire_after 60d;
--- steps
GET /ping/?idleFor=86400
  Cookie: sessionid=a
= 200 86400

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^8640\d$

GET /ping/?idleFor=4294968
  Cookie: sessionid=b
= 200 4294968

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^42949[67]\d$

GET /ping/?idleFor=5184000
  Cookie: sessionid=c
= 200 "logout"



=== seconds are whole, rounded down
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

after 0.1 s
GET /ping/?idleFor=299
  Cookie: sessionid=a
= 200 299

after 1.1 s
GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$



=== the idle time answered is that after the ping, the variable's that before
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/?idleFor=0
  Cookie: sessionid=a
= 200 0
  X-State: live
  X-Idle: 300



=== by HEAD
--- steps
HEAD /ping/?idleFor=300
  Cookie: sessionid=a
= 200
  Content-Type: application/json
  Content-Length: 3
  Cache-Control: no-store

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$



=== by POST, as beacons do, with a body that counts for nothing
--- steps
POST /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300
  Cache-Control: no-store

POST /ping/?idleFor=200
  Cookie: sessionid=a
| idleFor=0
= 200 200

POST /ping/
  Cookie: sessionid=a
  Content-Type: application/x-www-form-urlencoded
| idleFor=0
= 200 ~ ^20\d$

POST /ping/?idleFor=600
  Cookie: sessionid=b
| a
= 200 "logout"



=== by other methods
--- steps
DELETE /ping/?idleFor=0
  Cookie: sessionid=a
= 405 ~ 405 (?:Method )?Not Allowed
  Allow: GET, HEAD, POST

PUT /ping/?idleFor=0
  Cookie: sessionid=a
| a
= 405
  Allow: GET, HEAD, POST

OPTIONS /ping/
  Cookie: sessionid=a
= 405
  Allow: GET, HEAD, POST

PATCH /ping/
= 405
  Allow: GET, HEAD, POST

NONSENSE /ping/
  Cookie: sessionid=a
= 405



=== a connection is kept after a POST with a body
--- pipelined_requests eval
['GET /ping/?idleFor=300', "POST /ping/?idleFor=200\nidleFor=0", 'GET /ping/']
--- more_headers
Cookie: sessionid=a
--- response_body_like eval
['^300$', '^200$', '^20\d$']



=== a body that comes late
--- request eval
[["POST /ping/?idleFor=200\n", {value => 'idleFor', delay_before => 0.1}, '=0'], 'GET /ping/']
--- more_headers eval
['Cookie: sessionid=a', 'Cookie: sessionid=a']
--- response_body_like eval
['^200$', '^20\d$']



=== a header that claims to be ours
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/
  Cookie: sessionid=a
  idleFor: 0
  X-Idle: 0
  Session-Security-State: live
  session_security_state: live
= 200 ~ ^30\d$

GET /ping/?session_security_idle=0
  Cookie: sessionid=a; session_security_state=live; idleFor=0
= 200 ~ ^30\d$



=== a ping is never a page
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
  Accept: text/html
= 200 "logout"
  Content-Type: application/json

GET /ping/
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 "logout"



=== a ping tells nobody: a session that pinged has yet to be told
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /api
  Cookie: sessionid=a
= 401

POST /api
  Cookie: sessionid=a
= 200 []



=== several ping locations, one session
--- also
    location = /own/ping { session_security_ping; }
    location ~ ^/any/\w+/ping$ { session_security_ping; }
--- steps
GET /own/ping?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /any/thing/ping?idleFor=200
  Cookie: sessionid=a
= 200 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^20\d$



=== a ping of a key that is no cookie
--- http_config
    session_security_zone $http_authorization zone=sessions:1m;
--- config
    session_security zone=sessions;
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?idleFor=300
  Authorization: Basic YTpi
= 200 300

GET /ping/?idleFor=300
= 200 "logout"

GET /ping/
  Authorization: Basic YTpj
= 200 0

GET /ping/
  Authorization: Basic YTpi
= 200 ~ ^30\d$



=== two sessions in one ping: the one that ends first counts, both are told
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/?idleFor=100
  Cookie: sessionid=b
= 200 100

GET /ping/
  Cookie: sessionid=b; sessionid=a
= 200 ~ ^30\d$

GET /ping/?idleFor=50
  Cookie: sessionid=a; sessionid=b
= 200 50

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^5\d$



=== a page without scripts comes here: its session lives
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/?back=%2Fpage%3Fa%3D1%26b
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 ~ \A<!DOCTYPE html><html lang="en"><head><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>localhost</title><meta http-equiv="refresh" content="(300|299)"><style>[^<]+</style></head><body><main><h1>You are still signed in</h1><p>You were away from this page\.</p><a href="/page\?a=1&amp;b">Continue</a></main></body></html>\n\z
  Content-Type: text/html; charset=utf-8
  Cache-Control: no-store

# that was no activity

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$

# scripts that say so are told as ever

GET /ping/?back=%2Fpage
  Cookie: sessionid=a
  Sec-Fetch-Mode: cors
= 200 ~ ^30\d$

POST /ping/?back=%2Fpage
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 ~ ^30\d$

GET /ping/
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 ~ ^30\d$



=== a page without scripts comes here: its session has ended
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /ping/?back=%2Fpage%3Fa
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 302
  Location: http://localhost:$ServerPort/page?a
  Cache-Control: no-store
  !Set-Cookie

GET /page?a
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 302
  Location: http://localhost:$ServerPort/logout/

GET /ping/?back=%2Fpage
  Sec-Fetch-Mode: navigate
= 302
  Location: http://localhost:$ServerPort/page



=== a page without scripts comes here: it stays on this site
--- config
    session_security zone=sessions;
    absolute_redirect off;
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?back=%2F%2Fevil.example
  Sec-Fetch-Mode: navigate
= 302
  Location: /

GET /ping/?back=%2F%5Cevil.example
  Sec-Fetch-Mode: navigate
= 302
  Location: /

GET /ping/?back=https%3A%2F%2Fevil.example
  Sec-Fetch-Mode: navigate
= 302
  Location: /

GET /ping/?back=
  Sec-Fetch-Mode: navigate
= 302
  Location: /

GET /ping/?back=%2F%09%2Fevil.example%0D%0ASet-Cookie%3A%20a
  Sec-Fetch-Mode: navigate
= 302
  Location: /%09/evil.example%0D%0ASet-Cookie:%20a
  !Set-Cookie

GET /ping/?back=%2F%22%3E%3Cscript%3E%C3%A4
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 ~ <a href="/&quot;&gt;&lt;script&gt;%C3%A4">Continue</a>



=== a page that is older than its session: another one, and no activity
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set;
        return 200 "[$http_cookie]";
    }
--- steps
GET /login
  X-Set: sessionid=a; Path=/
= 200

GET /ping/?idleFor=0&age=0
  Cookie: sessionid=a
= 200 0

after 1.1 s
GET /ping/?idleFor=0&age=2000
  Cookie: sessionid=a
= 200 ~ \A"other"\z
  Content-Type: application/json
  Cache-Control: no-store
  X-State: live
  !Set-Cookie

# the page of the login itself, and what comes of it, may be a second older

GET /ping/?age=1
  Cookie: sessionid=a
= 200 ~ ^[1-9]\d?$

# that was not counted; nor is an age believed that is none

GET /ping/?age=2000&age=2000
  Cookie: sessionid=a
= 200 ~ ^[1-9]\d?$

GET /ping/?age=2000.5
  Cookie: sessionid=a
= 200 ~ ^[1-9]\d?$

POST /ping/?age=99999999999999999999
  Cookie: sessionid=a
= 200 "other"



=== a page that is older than its session: no login was seen
--- steps
GET /ping/?idleFor=300&age=2000
  Cookie: sessionid=a
= 200 300

GET /ping/?idleFor=200&age=2000
  Cookie: sessionid=a
= 200 200



=== a page that is older than its session, which has ended
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set;
        return 200 "[$http_cookie]";
    }
--- steps
GET /login
  X-Set: sessionid=a; Path=/
= 200

GET /bye
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200

GET /ping/?idleFor=0&age=2000
  Cookie: sessionid=a
= 200 "logout"



=== a "limit_except" in the location makes no other
--- config
    session_security zone=sessions;
    location = /ping/ {
        session_security_ping;
        limit_except GET { deny 192.0.2.1; }
    }
    location = /script.js {
        session_security_script;
        limit_except GET { deny 192.0.2.1; }
    }
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

POST /ping/?idleFor=400
  Cookie: sessionid=a
= 200 ~ ^30\d$

POST /script.js
  Cookie: sessionid=a
= 405



=== a page without scripts comes here: an "if" in the location makes no other
--- config
    session_security zone=sessions;
    location = /ping/ {
        if ($arg_x) { set $y 1; }
        session_security_ping;
    }
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /ping/?x=1
  Cookie: sessionid=a
= 200 ~ ^30\d$
