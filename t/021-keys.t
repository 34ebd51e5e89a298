# Sessions that change their key: the new key is one more of the same session.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps qw(defaults send_all);

plan tests => 641;

# The backend says which cookies it got, and sets those it is asked to set.
# /poll is passive; /kill expires a session that was idle for 100 seconds, /bye
# closes it, and /late/ lets one of them do so before it answers itself.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    map $arg_lifetime $lifetime { default 0; ~. $arg_lifetime; }
    server {
        listen backend;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        add_header Set-Cookie $http_x_set_third always;
        location / { return 200 "[$http_cookie]"; }
        location /late/ {
            proxy_set_header Host localhost;
            proxy_set_header X-Set "";
            proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT$arg_do;
        }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    session_security_max_lifetime $lifetime;
    session_security_passive_urls /poll /late/;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
    location = /kill { session_security_expire_after 100s; proxy_pass http://backend; }
    location = /bye { proxy_set_header X-Set "sessionid=; Max-Age=0"; proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
END
);

run_tests();

__DATA__

=== row 15: a new key is one more key of the session
a is issued, idle for 300
a: GET /poll | X-Set: sessionid=b; Path=/; HttpOnly
    => 200 live [sessionid=a] | Set-Cookie: sessionid=b; Path=/; HttpOnly
b: ping => live about 300 | no Set-Cookie
a: ping => live about 300

=== row 15: activity with the new key counts for the old one
a is issued, idle for 300
a: GET /poll | X-Set: sessionid=b => 200 [sessionid=a]
b: GET /                          => 200 [sessionid=b]
a: ping                           => live about 0

=== row 15: activity with the old key, of a request under way, counts for the new one
a is issued, idle for 300
a: GET /poll | X-Set: sessionid=b => 200
a: GET /                          => 200 live [sessionid=a] | no Set-Cookie
b: ping                           => about 0
b: ping 0                         => 0

=== row 15: what a ping reports for the old key counts for the new one
a is issued, idle for 300
a: GET /poll | X-Set: sessionid=b => 200
a: ping 200                       => 200
b: ping                           => about 200
b: ping 100                       => 100
a: ping                           => about 100

=== row 15: a new key in each response
a is issued, idle for 300
a: GET /poll | X-Set: sessionid=b => 200
b: GET /poll | X-Set: sessionid=c => 200 [sessionid=b]
c: GET /poll | X-Set: sessionid=d => 200 [sessionid=c]
d: ping                           => about 300
c: GET /kill                      => 401
a: GET /api                       => 401 expired
b: GET /api                       => 401 expired
d: GET /api                       => 401 expired

=== row 15: new keys in the responses to parallel requests
a is issued, idle for 300
a: GET /poll | X-Set: sessionid=b              => 200
a: GET /poll | X-Set: sessionid=c              => 200
b: GET /poll | X-Set: sessionid=d              => 200
b: ping                                        => about 300
c: ping                                        => about 300
d: ping 0                                      => 0
a: ping                                        => about 0
b: ping                                        => about 0
c: ping                                        => about 0
c: GET /logout/ | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=c]
a: GET /                                       => 200 closed []
b: GET /                                       => 200 closed []
d: PAGE /                                      => 200 closed [] | deleted

=== row 15: two new keys in one response
a is issued, idle for 300
a: GET /poll | X-Set: sessionid=b; Path=/ | X-Set-Too: sessionid=c; Path=/app => 200 [sessionid=a]
b: ping => about 300
c: ping => about 300

=== row 15: the new key is found in any spelling of its cookie
a is issued, idle for 300
a: GET /poll | X-Set: sessionid="b%20c" => 200
ping | Cookie: sessionid="b c"          => about 300
ping | Cookie: sessionid="\142%20c"     => about 300

=== row 26: the same value again is no new key
a is issued, idle for 300
a: GET /poll | X-Set: sessionid="a"; Path=/    => 200
a: ping                                        => about 300
a: GET /logout/ | X-Set: sessionid=; Max-Age=0 => 200
a: GET /                                       => 200 closed []

=== row 15: a new key does not escape max_lifetime
a is issued, idle for 100
a: GET / | X-Set: sessionid=b             => 200
b: GET /?lifetime=1h | X-Set: sessionid=c => 200 live [sessionid=b]
c: GET /?lifetime=100s                    => 401 expired
b: GET /                                  => 401 expired

=== row 15: a max_lifetime that passes, with a new key in each response
--- also_http: map $host $half { default 500ms; }
--- also: location /half/ { session_security_max_lifetime $half; proxy_pass http://backend; }
--- steps
a is issued
a: GET /half/ | X-Set: sessionid=b => 200
b: GET /half/ | X-Set: sessionid=c => 200 live [sessionid=b]
after 0.6 s
c: GET /half/                      => 401 expired

=== row 17: a logout with the new key closes the old one
a is issued
a: GET / | X-Set: sessionid=b                  => 200
b: GET /logout/ | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=b]
b; other=1: GET /                              => 200 closed [other=1]
a; other=1: PAGE /                             => 200 closed [other=1] | deleted
a: ping 0                                      => "logout"

=== row 17: a logout with the old key closes the new one
a is issued
a: GET / | X-Set: sessionid=b                  => 200
a: GET /logout/ | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=a]
b: PAGE /                                      => 200 closed [] | deleted

=== row 11: expired with one key, closed at the logout URL with another
a is issued, idle for 300
a: GET /poll | X-Set: sessionid=b => 200
a: GET /kill                      => 401
b: PAGE /page                     => 302 expired
b: PAGE /logout/                  => 200 [sessionid=b] | deleted
a: GET /                          => 200 closed []

=== row 16: a login after the old session was closed begins a new one
a is idle for 500
a: GET /logout/ | X-Set: sessionid=; Max-Age=0 => 200
a: POST /login | X-Set: sessionid=b; Path=/    => 200 closed [] | Set-Cookie: sessionid=b; Path=/
b: ping                                        => live about 0
b: GET /?lifetime=100s                         => 200 live [sessionid=b]
a: GET /                                       => 200 closed []
b: GET /                                       => 200 [sessionid=b]

=== row 16: a login by fetch() begins a new session when the old one has expired
a has ended
a: POST /login                      => 401
a: POST /login | X-Set: sessionid=b => 200 []
b: ping                             => live about 0
b: GET /?lifetime=100s              => 200 [sessionid=b]
a: GET /api                         => 401 expired

=== row 15: a login that changes the key carries the session over
visitor is issued, idle for 100
visitor: POST /login | X-Set: sessionid=user => 200 [sessionid=visitor]
user: GET /?lifetime=100s                    => 401

=== row 25: a key that a client made up: each new key begins a session of its own
guest: ping 300                         => new 300
guest: GET /poll | X-Set: sessionid=one => 200 live [sessionid=guest]
guest: GET /poll | X-Set: sessionid=two => 200 live [sessionid=guest]
two: ping                               => live about 300
two: GET /                              => 200 live [sessionid=two]
two: ping                               => about 0
one: ping                               => live about 300
guest: ping                             => live about 300
two: GET /logout/ | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=two]
two: GET /poll                          => 200 closed []
one: GET /poll                          => 200 live [sessionid=one] | no Set-Cookie
guest: ping 100                         => live 100
guest: GET /logout/ | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=guest]
guest: GET /poll                        => 200 closed []
one: ping                               => live about 300

=== row 25: a key that a client made up: the end of one session leaves the others
guest is idle for 300
guest: GET /poll | X-Set: sessionid=one => 200
guest: GET /poll | X-Set: sessionid=two => 200
two: GET /kill                          => 401 expired
one: GET /poll                          => 200 live [sessionid=one]
guest: GET /kill                        => 401 expired
one: GET /poll                          => 200 live [sessionid=one]

=== row 25: a key that a client made up: max_lifetime is not escaped
guest is idle for 100
guest: POST /login | X-Set: sessionid=user => 200 [sessionid=guest]
user: GET /?lifetime=1h | X-Set: sessionid=user-2 => 200 live [sessionid=user]
user-2: GET /?lifetime=100s                => 401 expired
user: GET /                                => 401 expired
guest: GET /                               => 200 live [sessionid=guest]

=== row 15: a key that a client made up: once the backend issues it, its session gets more keys
guest is idle for 300
guest: GET /poll | X-Set: sessionid=one   => 200
one: GET /poll | X-Set: sessionid=two     => 200
two is idle for 100
one: ping                                 => about 100
guest: ping                               => about 300
guest: GET /poll | X-Set: sessionid=guest => 200
guest: GET /poll | X-Set: sessionid=three => 200
three is idle for 200
guest: ping                               => about 200
one: ping                                 => about 100

=== row 16: a replaced key that is issued to a request without one begins another session
a is issued, idle for 300
a: GET /poll | X-Set: sessionid=b              => 200
GET /login | X-Set: sessionid=a                => 200 []
a: ping                                        => live about 0
b: ping                                        => about 300
a: GET /logout/ | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=a]
b: ping                                        => live about 300

=== row 15: a replaced key that another session gets is that session's
a is issued, idle for 300
c is issued, idle for 100
a: GET /poll | X-Set: sessionid=b              => 200
c: GET /poll | X-Set: sessionid=a              => 200 [sessionid=c]
a: ping                                        => live about 100
a: GET /logout/ | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=a]
c: GET /poll                                   => 200 closed []
b: ping                                        => live about 300

=== row 15: a replaced key that another session gets after the end of its own is that session's
a is issued
c is issued, idle for 100
a: GET /poll | X-Set: sessionid=b              => 200
b: GET /logout/ | X-Set: sessionid=; Max-Age=0 => 200
a: GET /poll                                   => 200 closed []
c: GET /poll | X-Set: sessionid=a              => 200 [sessionid=c]
a: ping                                        => live about 100
b: GET /poll                                   => 200 closed []

=== row 15: a replaced key that is set again is in use again, in its session
a is issued, idle for 300
a: GET /poll | X-Set: sessionid=b => 200
a: GET /poll | X-Set: sessionid=a => 200 [sessionid=a]
GET /login | X-Set: sessionid=a   => 200 []
a: ping                           => live about 300
b is idle for 100
a: ping                           => about 100

=== row 26: a key that another session has stays with that session
a is issued, idle for 300
b is issued, idle for 100
a: GET /poll | X-Set: sessionid=b              => 200 [sessionid=a]
b: ping                                        => about 100
a: ping                                        => about 300
a: GET /logout/ | X-Set: sessionid=; Max-Age=0 => 200
b: ping                                        => live about 100

=== row 14: a dead session's key that another session's response sets stays dead
dead has ended
a: GET / | X-Set: sessionid=dead => 200 [sessionid=a]
dead: GET /api                   => 401 expired
a: GET /                         => 200 live [sessionid=a]

=== row 25: after a request with several sessions the new key begins its own, as old as the oldest
a is issued, idle for 100
b is issued, idle for 300
c is issued, idle for 200
GET /poll | Cookie: sessionid=a; sessionid=b; sessionid=c | X-Set: sessionid=d
    => 200 [sessionid=a; sessionid=b; sessionid=c]
d: ping => about 100
a: ping => about 100

=== row 25: after a request with two sessions under two names the new key belongs to neither
a is issued, idle for 300
SessionID=b is issued, idle for 100
a; SessionID=b: GET /poll | X-Set: SessionID=c => 200
c: ping                                        => about 100
c: GET /out | X-Set: sessionid=; Max-Age=0     => 200
a: ping                                        => about 300
ping | Cookie: SessionID=b                     => about 100

=== row 15: a new key, where one of the request's two sessions is dead
dead has ended
dead: GET /logout/ => 200
a is issued, idle for 300
GET /poll | Cookie: sessionid=a; sessionid=dead | X-Set: sessionid=b => 200 live [sessionid=a]
b: ping            => live about 300
a: ping            => about 300

=== row 15: each part of a split cookie replaces the part of its name
--- key: cookie=sid_*
--- config
    session_security zone=sessions;
    session_security_passive_urls /poll;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
sid_0=first-part-of-the-session is issued, idle for 300
sid_1=second-part-of-the-session is issued, idle for 100
GET /poll | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    | X-Set: sid_1=new-second-part-of-the-session | X-Set-Too: sid_0=new-first-part-of-the-session
    => 200 live [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
ping | Cookie: sid_0=new-first-part-of-the-session => about 300
ping | Cookie: sid_1=new-second-part-of-the-session => about 100
GET /poll | Cookie: sid_0=new-first-part-of-the-session; sid_1=new-second-part-of-the-session
    | X-Set: sid_0=newer-first-part-of-the-session | X-Set-Too: sid_1=short => 200
ping | Cookie: sid_0=newer-first-part-of-the-session; sid_1=short => live about 300
GET /poll | Cookie: sid_0=newer-first-part-of-the-session
    | X-Set: sid_other=not-a-part-of-that-session => 200
ping | Cookie: sid_other=not-a-part-of-that-session => live about 0

=== row 15: a cookie that becomes a split one: its parts are the same session
--- key: cookie=sid*
--- steps
sid=a-session-in-one-cookie is issued, idle for 300
GET /poll | Cookie: sid=a-session-in-one-cookie | X-Set: sid_0=first-part-of-the-session
    | X-Set-Too: sid_1=second-part-of-the-session | X-Set-Third: sid=; Path=/; Max-Age=0
    => 200 live [sid=a-session-in-one-cookie]
ping | Cookie: sid_0=first-part-of-the-session => live about 300
ping | Cookie: sid_1=second-part-of-the-session => live about 300
ping 100 | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session => 100
ping | Cookie: sid=a-session-in-one-cookie     => live about 100 | no Set-Cookie
GET /?lifetime=200s | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    => 401 expired
GET / | Cookie: sid_0=first-part-of-the-session => 401 expired
GET / | Cookie: sid_1=second-part-of-the-session => 401 expired

=== row 15: a split cookie that becomes one cookie is the same session
--- key: cookie=sid*
--- steps
sid_0=first-part-of-the-session is issued, idle for 300
sid_1=second-part-of-the-session is issued, idle for 100
GET /poll | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    | X-Set: sid_0=; Path=/; Max-Age=0 | X-Set-Too: sid_1=; Path=/; Max-Age=0
    | X-Set-Third: sid=a-session-in-one-cookie => 200 live
ping | Cookie: sid=a-session-in-one-cookie => live about 300
GET /poll | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    => 200 live [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
    | no Set-Cookie
GET /?lifetime=200s | Cookie: sid=a-session-in-one-cookie => 401 expired

=== row 15: a late response of an expired session gives no live key
a is issued, idle for 300
a: GET /late/?do=/kill | X-Set: sessionid=b; Path=/ => 401 | Set-Cookie: sessionid=b; Path=/
a: GET /api => 401 expired
b: GET /api => 401 expired
b: ping 0   => "logout"

=== row 15: a late response of a closed session gives no live key
a is issued, idle for 300
a: GET /late/?do=/bye | X-Set: sessionid=b; Path=/
    => 200 [sessionid=a] | Set-Cookie: sessionid=; Max-Age=0, sessionid=b; Path=/
a: GET /  => 200 closed []
b: PAGE / => 200 closed [] | deleted

=== row 15: a late response of an ended session that a client began gives no live key
a is idle for 300
a: GET /late/?do=/kill | X-Set: sessionid=b; Path=/ => 401 | Set-Cookie: sessionid=b; Path=/
b: GET /api => 401 expired
c is idle for 300
c: GET /late/?do=/bye | X-Set: sessionid=d; Path=/ => 200 [sessionid=c]
d: GET /    => 200 closed []

=== row 15: a session whose key changes ten thousand times evicts no other
--- http_config
    session_security_zone cookie=sessionid zone=sessions:160k;
    keepalive_requests 100000;
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location = /set { add_header Set-Cookie "sessionid=$arg_to"; empty_gif; }
    location = /old { session_security_max_lifetime 400s; empty_gif; }
    location = /ping/ { session_security_ping; }
--- log_level: warn
--- init
main::send_all(map { "HEAD /set?to=other-$_" } 1 .. 2000);
main::send_all("GET /ping/?idleFor=400\nCookie: sessionid=turn-0");
main::send_all("HEAD /set?to=turn-0\nCookie: sessionid=turn-0");
main::send_all(map { "HEAD /set?to=turn-$_\nCookie: sessionid=turn-" . ($_ - 1) } 1 .. 10000);
main::is(scalar(grep { /X-State: live/ }
                main::send_all(map { "GET /ping/\nCookie: sessionid=other-$_" } 1 .. 2000)),
         2000, 'all the others live');
--- steps
turn-10000: ping      => live about 0
turn-10000: PAGE /old => 200 expired | deleted
--- no_error_log
is full
[alert]
