# What a key means that the zone does not know: session_security_unknown; and
# that keys which somebody made up push out none that the backend issued.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps qw(defaults send_all);

plan tests => 180;

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set always;
        add_header X-Accel-Session $http_x_say always;
        return 200 "[$http_cookie]";
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    session_security_unknown expired;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
    location /track/ {
        session_security_unknown track;
        proxy_pass http://backend;
        location /track/inner/ { proxy_pass http://backend; }
    }
    location = /ping/ { session_security_ping; }
END
);

# How many of the answers to these requests have the state.
sub answers {
    my ($state, @requests) = @_;
    return scalar grep { /^X-State: \Q$state\E\r$/m } send_all(@requests);
}

# Sixteen such cookies.
sub made_up { return "Cookie: " . CORE::join('; ', map { "sessionid=made-up-$_[0]-$_" } 1 .. 16) }

run_tests();

__DATA__

=== row 2: expired: a page goes to the logout URL
a: PAGE /page    => 302 expired | to /logout/
a: PAGE /logout/ => 200 expired [sessionid=a] | deleted
a: PAGE /page    => 200 closed [] | deleted

=== rows 2 and 3: expired: anything else is told, and a ping says "logout"
a: GET /api => 401 expired {"error":"session_expired"}
b: ping 0   => expired "logout"
b: ping     => expired "logout"

=== row 2: expired: at the logout URL, where any made-up value could go
a; other=1: PAGE /logout/               => 200 expired [other=1] | deleted
a: GET /                                => 200 closed []
a-with-another-signature: PAGE /logout/ => 200 expired [] | deleted
POST /logout/ | Cookie: sessionid=a; sessionid=b | Accept: text/html | body: a=b
    => 200 [] | deleted
b: GET /                                => 200 []

=== row 2: expired: at the logout URL, with a key that is no cookie
--- http_config
    session_security_zone $http_authorization zone=sessions:1m;
    server {
        listen backend;
        return 200 "[$http_authorization]";
    }
--- steps
GET /logout/ | Authorization: Bearer a => 401 expired {"error":"session_expired"}
GET /logout/ | Authorization: Bearer a => 401 closed
PAGE /page | Authorization: Bearer b   => 302
GET /logout/ | Authorization: Bearer b => 200 expired [Bearer b]

=== row 2: expired: without a logout URL it is closed at once
--- without
session_security_logout_url
location /track/ {
location = /ping/ {
--- steps
a; other=1: PAGE /page => 200 [other=1] | deleted
a: GET /page           => 200 closed []

=== row 1: expired: who has no cookie is let through
GET /                   => 200 none []
GET / | Cookie: other=1 => 200 [other=1]

=== row 2: track: a session begins
a: GET /track/       => 200 new [sessionid=a]
a: GET /track/inner/ => 200 live
a: GET /             => 200 live [sessionid=a]

=== row 2: track: by default, and an unknown key does not stay so
--- config
    session_security zone=sessions;
    session_security_logout_url /logout/;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
    location /strict/ { session_security_unknown expired; proxy_pass http://backend; }
--- steps
a: GET /        => 200 new [sessionid=a]
a: GET /strict/ => 200 live [sessionid=a]
b: GET /strict/ => 401 expired
b: GET /        => 401 expired

=== row 16: expired: what the backend was seen to set is known
GET /login | X-Set: sessionid=a; Path=/ => 200 none []
a: GET /                                => 200 live [sessionid=a]
a: ping                                 => about 0

=== row 15: expired: a key that the backend changes is known, on and on
GET /login | X-Set: sessionid=a => 200 []
a: GET / | X-Set: sessionid=b   => 200 [sessionid=a]
b: GET / | X-Set: sessionid=c   => 200 [sessionid=b]
c: GET /                        => 200 live [sessionid=c]
a: GET /                        => 200 live [sessionid=a]

=== row 22: expired: a visitor's cookie is known as well
GET / | X-Set: sessionid=visitor | X-Say: off => 200 []
visitor: GET /                                => 200 anonymous [sessionid=visitor]
visitor: POST /login | X-Set: sessionid=user | X-Say: on => 200 [sessionid=visitor]
user: GET /                                   => 200 live [sessionid=user]

=== expired: a login by a page, and by a form of it
old: PAGE /page    => 302 | to /logout/
old: PAGE /logout/ => 200 | deleted
PAGE /login?user=me&password=secret | X-Set: sessionid=a => 200 []
a: PAGE /page      => 200 live [sessionid=a]
POST /login | Accept: text/html | X-Set: sessionid=b | body: user=me&password=secret => 200 []
b: PAGE /page      => 200 live [sessionid=b]

=== expired: a login by a client that keeps its old cookie
old: PAGE /logout/ => 200
old: POST /login | Accept: text/html | X-Set: sessionid=a | body: user=me => 200 closed []
a: PAGE /page      => 200 live [sessionid=a]
old: PAGE /page    => 200 closed []

=== expired: a login by fetch()
old: POST /login | Sec-Fetch-Mode: cors | body: user=me => 401 {"error":"session_expired"}
old: POST /login | Sec-Fetch-Mode: cors | X-Set: sessionid=a | body: user=me => 200 expired []
a: GET /api | Sec-Fetch-Mode: cors => 200 live [sessionid=a]
old: POST /login | Sec-Fetch-Mode: cors | X-Set: sessionid=old | body: user=me => 200 []
old: GET /api                      => 200 live [sessionid=old]

=== expired: of two cookies one is unknown
GET /login | X-Set: sessionid=a           => 200
PAGE / | Cookie: sessionid=a; sessionid=b => 200 live [sessionid=a] | no Set-Cookie
a: GET /api                               => 200 live [sessionid=a]

=== expired: who is closed has not to be told, nor who had logged out
GET /login | X-Set: sessionid=a            => 200
a: GET /out | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=a]
a: PAGE /page                              => 200 closed []

=== track: a flood of made-up keys pushes out none that the backend issued
--- http_config
    session_security_zone cookie=sessionid zone=sessions:128k;
    keepalive_requests 100000;
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location = /set {
        add_header Set-Cookie "sessionid=$arg_to";
        add_header X-State $session_security_state;
        empty_gif;
    }
    location = /ping/ { session_security_ping; }
--- init
main::answers('none', map { "GET /set?to=issued-$_" } 1 .. 300);
main::answers('live', map { "GET /ping/\nCookie: sessionid=issued-$_" } 1 .. 300);
main::answers('new', map { "GET /ping/\n" . main::made_up($_) } 1 .. 1000);
main::is(main::answers('live', map { "GET /ping/\nCookie: sessionid=issued-$_" } 1 .. 300),
         300, 'all of them live');
--- steps
one-more: ping => new ~ ^\d+$
one-more: ping => live ~ ^\d+$

=== expired: a flood of made-up keys does the same, and the log does not say that the zone is full
--- http_config
    session_security_zone cookie=sessionid zone=sessions:128k;
    keepalive_requests 100000;
--- config
    session_security zone=sessions;
    session_security_unknown expired;
    add_header X-State $session_security_state always;
    location = /set {
        add_header Set-Cookie "sessionid=$arg_to";
        add_header X-State $session_security_state;
        empty_gif;
    }
    location = /ping/ { session_security_ping; }
--- init
main::answers('none', map { "GET /set?to=issued-$_" } 1 .. 300);
main::answers('live', map { "GET /ping/\nCookie: sessionid=issued-$_" } 1 .. 300);
main::is(main::answers('expired', map { "GET /ping/\n" . main::made_up($_) } 1 .. 1000),
         1000, 'made up, and expired');
main::is(main::answers('live', map { "GET /ping/\nCookie: sessionid=issued-$_" } 1 .. 300),
         300, 'all of them live');
--- log_level: warn
--- steps
issued-300: ping => live ~ ^\d+$
--- no_error_log
is full
[alert]
