# The ping: what it answers, what it takes for an idle time, and what not.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps 'defaults';

plan tests => 408;

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        return 200 "[$http_cookie]";
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    add_header X-State $session_security_state always;
    add_header X-Idle $session_security_idle always;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
END
    no_error_log => qr/\[(?:error|crit|alert|emerg)\]/,
);

run_tests();

__DATA__

=== what a ping answers
a: ping 42 => ~ \A42\z | Content-Type: application/json | Content-Length: 2
    | Cache-Control: no-store | no Set-Cookie
b: ping 600 => ~ \A"logout"\z | Content-Type: application/json | Content-Length: 8
    | Cache-Control: no-store
ping 1 => ~ \A"logout"\z | Content-Type: application/json | Cache-Control: no-store

=== row 9: an idleFor that is no integer changes nothing
a is idle for 300
a: ping                           => about 300
a: GET /ping/?                    => 200 about 300
a: GET /ping/?idleFor             => 200 about 300
a: GET /ping/?idleFor=            => 200 about 300
a: GET /ping/?idleFor=abc         => 200 about 300
a: GET /ping/?idleFor=1e1         => 200 about 300
a: GET /ping/?idleFor=1.5         => 200 about 300
a: GET /ping/?idleFor=0x1         => 200 about 300
a: GET /ping/?idleFor=%31         => 200 about 300
a: GET /ping/?idleFor=+1          => 200 about 300
a: GET /ping/?idleFor=1%20        => 200 about 300
a: GET /ping/?idleFor=-           => 200 about 300
a: GET /ping/?idleFor=--1         => 200 about 300
a: GET /ping/?idleFor=1;idleFor=1 => 200 about 300

=== row 9: idleFor given twice changes nothing
a is idle for 300
a: GET /ping/?idleFor=1&idleFor=1   => 200 about 300
a: GET /ping/?idleFor=abc&idleFor=1 => 200 about 300
a: GET /ping/?idleFor=1&idleFor=    => 200 about 300

=== row 9: idleFor under another name changes nothing
a is idle for 300
a: GET /ping/?idlefor=1   => 200 about 300
a: GET /ping/?xidleFor=1  => 200 about 300
a: GET /ping/?idleFor2=1  => 200 about 300
a: GET /ping/?a=idleFor=1 => 200 about 300

=== row 8: idleFor among other arguments
a is idle for 300
a: GET /ping/?a=b&idleFor=200             => 200 200
a: GET /ping/?idleFor=100&_=1700000000000 => 200 100
a: GET /ping/?&&idleFor=0050&             => 200 50

=== row 8: a negative idleFor is now
a is idle for 300
a: ping -5                    => 0
b is idle for 300
b: ping -0                    => 0
c is idle for 300
c: ping -99999999999999999999 => 0
new: ping -5                  => new 0

=== row 8: an idleFor too large changes nothing
a is idle for 300
a: ping 600                  => about 300
a: ping 4294967296           => about 300
a: ping 18446744073709551616 => about 300
a: ping 18446744073709552    => about 300
a: ping 99999999999999999999 => live about 300

=== an idle time of days is exact
--- also: session_security_expire_after 60d;
--- steps
a is idle for 86400
a: ping         => about 86400
b is idle for 4294968
b: ping         => ~ ^42949[67]\d$
c: ping 5184000 => "logout"

=== seconds are whole, rounded down
a is idle for 300
after 0.1 s
a: ping 299 => 299
after 1.1 s
a: ping     => about 300

=== the idle time answered is that after the ping, the variable's that before
a is idle for 300
a: ping 0 => live 0 | X-Idle: 300

=== by HEAD
a: HEAD /ping/?idleFor=300
    => 200 | Content-Type: application/json | Content-Length: 3 | Cache-Control: no-store
a: ping => about 300

=== by POST, as beacons do, with a body that counts for nothing
a: POST /ping/?idleFor=300                   => 200 300 | Cache-Control: no-store
a: POST /ping/?idleFor=200 | body: idleFor=0 => 200 200
a: POST /ping/ | Content-Type: application/x-www-form-urlencoded | body: idleFor=0
    => 200 about 200
b: POST /ping/?idleFor=600 | body: a         => 200 "logout"

=== by other methods
a: DELETE /ping/?idleFor=0        => 405 ~ 405 (?:Method )?Not Allowed | Allow: GET, HEAD, POST
a: PUT /ping/?idleFor=0 | body: a => 405 | Allow: GET, HEAD, POST
a: OPTIONS /ping/                 => 405 | Allow: GET, HEAD, POST
PATCH /ping/                      => 405 | Allow: GET, HEAD, POST
a: NONSENSE /ping/                => 405

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
a is idle for 300
a: ping | idleFor: 0 | X-Idle: 0 | Session-Security-State: live | session_security_state: live
    => about 300
a; session_security_state=live; idleFor=0: GET /ping/?session_security_idle=0 => 200 about 300

=== a ping is never a page
a: ping 600 | Sec-Fetch-Mode: navigate | Accept: text/html
    => "logout" | Content-Type: application/json
a: ping | Sec-Fetch-Mode: navigate => "logout"

=== a ping tells nobody: a session that pinged has yet to be told
a has ended
a: POST /api => 401
a: POST /api => 200 []

=== several ping locations, one session
--- also
    location = /own/ping { session_security_ping; }
    location ~ ^/any/\w+/ping$ { session_security_ping; }
--- steps
a: GET /own/ping?idleFor=300       => 200 300
a: GET /any/thing/ping?idleFor=200 => 200 200
a: ping                            => about 200

=== a ping of a key that is no cookie
--- key: $http_authorization
--- config
    session_security zone=sessions;
    location = /ping/ { session_security_ping; }
--- steps
ping 300 | Authorization: Basic YTpi => 300
ping 300                             => "logout"
ping | Authorization: Basic YTpj     => 0
ping | Authorization: Basic YTpi     => about 300

=== two sessions in one ping: the one that ends first counts, both are told
a is idle for 300
b is idle for 100
ping | Cookie: sessionid=b; sessionid=a    => about 300
ping 50 | Cookie: sessionid=a; sessionid=b => 50
b: ping                                    => about 50

=== a page without scripts comes here: its session lives
a is idle for 300
a: GET /ping/?back=%2Fpage%3Fa%3D1%26b | Sec-Fetch-Mode: navigate
    => 200 ~ \A<!DOCTYPE html><html lang="en"><head><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>localhost</title><meta http-equiv="refresh" content="(300|299)"><style>[^<]+</style></head><body><main><h1>You are still signed in</h1><p>You were away from this page\.</p><a href="/page\?a=1&amp;b">Continue</a></main></body></html>\n\z
    | Content-Type: text/html; charset=utf-8 | Cache-Control: no-store
# that was no activity
a: ping                            => about 300
# scripts that say so are told as ever
a: GET /ping/?back=%2Fpage | Sec-Fetch-Mode: cors => 200 about 300
a: POST /ping/?back=%2Fpage | Sec-Fetch-Mode: navigate => 200 about 300
a: ping | Sec-Fetch-Mode: navigate => about 300

=== a page without scripts comes here: its session has ended
a has ended
a: GET /ping/?back=%2Fpage%3Fa | Sec-Fetch-Mode: navigate
    => 302 | to /page?a | Cache-Control: no-store | no Set-Cookie
a: GET /page?a | Sec-Fetch-Mode: navigate => 302 | to /logout/
GET /ping/?back=%2Fpage | Sec-Fetch-Mode: navigate => 302 | to /page

=== a page without scripts comes here: it stays on this site
--- config
    session_security zone=sessions;
    absolute_redirect off;
    location = /ping/ { session_security_ping; }
--- steps
GET /ping/?back=%2F%2Fevil.example | Sec-Fetch-Mode: navigate => 302 | Location: /
GET /ping/?back=%2F%5Cevil.example | Sec-Fetch-Mode: navigate => 302 | Location: /
GET /ping/?back=https%3A%2F%2Fevil.example | Sec-Fetch-Mode: navigate => 302 | Location: /
GET /ping/?back= | Sec-Fetch-Mode: navigate => 302 | Location: /
GET /ping/?back=%2F%09%2Fevil.example%0D%0ASet-Cookie%3A%20a | Sec-Fetch-Mode: navigate
    => 302 | Location: /%09/evil.example%0D%0ASet-Cookie:%20a | no Set-Cookie
a: GET /ping/?back=%2F%22%3E%3Cscript%3E%C3%A4 | Sec-Fetch-Mode: navigate
    => 200 ~ <a href="/&quot;&gt;&lt;script&gt;%C3%A4">Continue</a>

=== a page that is older than its session: another one, and no activity
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set;
        return 200 "[$http_cookie]";
    }
--- steps
GET /login | X-Set: sessionid=a; Path=/ => 200
a: GET /ping/?idleFor=0&age=0           => 200 0
after 1.1 s
a: GET /ping/?idleFor=0&age=2000 => 200 live ~ \A"other"\z | Content-Type: application/json
    | Cache-Control: no-store | no Set-Cookie
# the page of the login itself, and what comes of it, may be a second older
a: GET /ping/?age=1                     => 200 ~ ^[1-9]\d?$
# that was not counted; nor is an age believed that is none
a: GET /ping/?age=2000&age=2000         => 200 ~ ^[1-9]\d?$
a: GET /ping/?age=2000.5                => 200 ~ ^[1-9]\d?$
a: POST /ping/?age=99999999999999999999 => 200 "other"

=== a page that is older than its session: no login was seen
a: GET /ping/?idleFor=300&age=2000 => 200 300
a: GET /ping/?idleFor=200&age=2000 => 200 200

=== a page that is older than its session, which has ended
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set;
        return 200 "[$http_cookie]";
    }
--- steps
GET /login | X-Set: sessionid=a; Path=/    => 200
a: GET /bye | X-Set: sessionid=; Max-Age=0 => 200
a: GET /ping/?idleFor=0&age=2000           => 200 "logout"

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
a is idle for 300
a: POST /ping/?idleFor=400 => 200 about 300
a: POST /script.js         => 405

=== a page without scripts comes here: an "if" in the location makes no other
--- config
    session_security zone=sessions;
    location = /ping/ {
        if ($arg_x) { set $y 1; }
        session_security_ping;
    }
--- steps
a is idle for 300
a: GET /ping/?x=1 => 200 about 300
