# What a key means that the zone does not know: session_security_unknown; and
# that keys which somebody made up push out none that the backend issued.

use FindBin;
use lib "$FindBin::Bin/support";

use IO::Socket::INET;

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 180;

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
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
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location /track/ {
        session_security_unknown track;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location /track/inner/ { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    }
    location = /ping/ { session_security_ping; }
END
);

# Sends these requests over one connection; gives how many of the answers have
# the state.
sub answers {
    my ($state, @requests) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => server_addr(), PeerPort => server_port())
        or die "cannot connect: $!";
    my $count = 0;
    while (my @some = splice @requests, 0, 50) {
        print $socket map { "$_\r\nHost: localhost\r\n\r\n" } @some;
        my ($got, $received) = ('', 0);
        while ($received < @some) {
            sysread $socket, $got, 65536, length $got or die 'no response';
            $received = () = $got =~ m{^X-State: .*\r\n(?:\S.*\r\n)*\r\n}mg;
        }
        $count += () = $got =~ m{^X-State: \Q$state\E\r$}mg;
    }
    return $count;
}

# Sixteen such cookies.
sub made_up { return "Cookie: " . CORE::join('; ', map { "sessionid=made-up-$_[0]-$_" } 1 .. 16) }

run_tests();

__DATA__

=== expired: a page goes to the logout URL
--- steps
GET /page
  Cookie: sessionid=a
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/logout/
  X-State: expired

GET /logout/
  Cookie: sessionid=a
  Accept: text/html
= 200 [sessionid=a]
  X-State: expired
  Set-Cookie: (sessionid deleted)

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== expired: anything else is told, and a ping says "logout"
--- steps
GET /api
  Cookie: sessionid=a
= 401 {"error":"session_expired"}
  X-State: expired

GET /ping/?idleFor=0
  Cookie: sessionid=b
= 200 "logout"
  X-State: expired

GET /ping/
  Cookie: sessionid=b
= 200 "logout"
  X-State: expired



=== expired: the logout URL itself, where any made-up value could go
--- steps
PAGE /logout/
  Cookie: sessionid=a; other=1
= 200 [other=1]
  X-State: expired
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed

GET /logout/
  Cookie: sessionid=a-with-another-signature
  Accept: text/html
= 200 []
  X-State: expired
  Set-Cookie: (sessionid deleted)

POST /logout/
  Cookie: sessionid=a; sessionid=b
  Accept: text/html
| a=b
= 200 []
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=b
= 200 []



=== expired: likewise with a key that is no cookie
--- http_config
    session_security_zone $http_authorization zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_authorization]";
    }
--- steps
GET /logout/
  Authorization: Bearer a
= 401 {"error":"session_expired"}
  X-State: expired

GET /logout/
  Authorization: Bearer a
= 401
  X-State: closed

GET /page
  Authorization: Bearer b
  Accept: text/html
= 302

GET /logout/
  Authorization: Bearer b
= 200 [Bearer b]
  X-State: expired



=== expired: without a logout URL it is closed at once
--- config
    session_security zone=sessions;
    session_security_unknown expired;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- steps
GET /page
  Cookie: sessionid=a; other=1
  Accept: text/html
= 200 [other=1]
  Set-Cookie: (sessionid deleted)

GET /page
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== expired: who has no cookie is let through
--- steps
GET /
= 200 []
  X-State: none

GET /
  Cookie: other=1
= 200 [other=1]



=== track: a session begins
--- steps
GET /track/
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: new

GET /track/inner/
  Cookie: sessionid=a
= 200
  X-State: live

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live



=== track: by default, and an unknown key does not stay so
--- config
    session_security zone=sessions;
    session_security_logout_url /logout/;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location /strict/ {
        session_security_unknown expired;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: new

GET /strict/
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live

GET /strict/
  Cookie: sessionid=b
= 401
  X-State: expired

GET /
  Cookie: sessionid=b
= 401
  X-State: expired



=== expired: what the backend was seen to set is known
--- steps
GET /login
  X-Set: sessionid=a; Path=/
= 200 []
  X-State: none

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$



=== expired: and what it is changed to, on and on
--- steps
GET /login
  X-Set: sessionid=a
= 200 []

GET /
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200 [sessionid=a]

GET /
  Cookie: sessionid=b
  X-Set: sessionid=c
= 200 [sessionid=b]

GET /
  Cookie: sessionid=c
= 200 [sessionid=c]
  X-State: live

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live



=== expired: a visitor's cookie is known as well
--- steps
GET /
  X-Set: sessionid=visitor
  X-Say: off
= 200 []

GET /
  Cookie: sessionid=visitor
= 200 [sessionid=visitor]
  X-State: anonymous

POST /login
  Cookie: sessionid=visitor
  X-Set: sessionid=user
  X-Say: on
= 200 [sessionid=visitor]

GET /
  Cookie: sessionid=user
= 200 [sessionid=user]
  X-State: live



=== expired: a login by a page, and by a form of it
--- steps
GET /page
  Cookie: sessionid=old
  Accept: text/html
= 302
  Location: http://localhost:$ServerPort/logout/

GET /logout/
  Cookie: sessionid=old
  Accept: text/html
= 200
  Set-Cookie: (sessionid deleted)

GET /login?user=me&password=secret
  Accept: text/html
  X-Set: sessionid=a
= 200 []

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 200 [sessionid=a]
  X-State: live

POST /login
  Accept: text/html
  X-Set: sessionid=b
| user=me&password=secret
= 200 []

GET /page
  Cookie: sessionid=b
  Accept: text/html
= 200 [sessionid=b]
  X-State: live



=== expired: a login by a client that keeps its old cookie
--- steps
GET /logout/
  Cookie: sessionid=old
  Accept: text/html
= 200

POST /login
  Cookie: sessionid=old
  Accept: text/html
  X-Set: sessionid=a
| user=me
= 200 []
  X-State: closed

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 200 [sessionid=a]
  X-State: live

GET /page
  Cookie: sessionid=old
  Accept: text/html
= 200 []
  X-State: closed



=== expired: a login by fetch()
--- steps
POST /login
  Cookie: sessionid=old
  Sec-Fetch-Mode: cors
| user=me
= 401 {"error":"session_expired"}

POST /login
  Cookie: sessionid=old
  Sec-Fetch-Mode: cors
  X-Set: sessionid=a
| user=me
= 200 []
  X-State: expired

GET /api
  Cookie: sessionid=a
  Sec-Fetch-Mode: cors
= 200 [sessionid=a]
  X-State: live

POST /login
  Cookie: sessionid=old
  Sec-Fetch-Mode: cors
  X-Set: sessionid=old
| user=me
= 200 []

GET /api
  Cookie: sessionid=old
= 200 [sessionid=old]
  X-State: live



=== expired: of two cookies one is unknown
--- steps
GET /login
  X-Set: sessionid=a
= 200

PAGE /
  Cookie: sessionid=a; sessionid=b
= 200 [sessionid=a]
  X-State: live
  !Set-Cookie

GET /api
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live



=== expired: who is closed has not to be told, nor who had logged out
--- steps
GET /login
  X-Set: sessionid=a
= 200

GET /out
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=a]

GET /page
  Cookie: sessionid=a
  Accept: text/html
= 200 []
  X-State: closed



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
main::answers('none', map { "GET /set?to=issued-$_ HTTP/1.1" } 1 .. 300);
main::answers('live', map { "GET /ping/ HTTP/1.1\r\nCookie: sessionid=issued-$_" } 1 .. 300);
main::answers('new', map { "GET /ping/ HTTP/1.1\r\n" . main::made_up($_) } 1 .. 1000);
main::is(main::answers('live', map { "GET /ping/ HTTP/1.1\r\nCookie: sessionid=issued-$_" } 1 .. 300),
         300, 'all of them live');
--- steps
GET /ping/
  Cookie: sessionid=one-more
= 200 ~ ^\d+$
  X-State: new

GET /ping/
  Cookie: sessionid=one-more
= 200 ~ ^\d+$
  X-State: live



=== expired: likewise, and the log does not say that the zone is full
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
main::answers('none', map { "GET /set?to=issued-$_ HTTP/1.1" } 1 .. 300);
main::answers('live', map { "GET /ping/ HTTP/1.1\r\nCookie: sessionid=issued-$_" } 1 .. 300);
main::is(main::answers('expired', map { "GET /ping/ HTTP/1.1\r\n" . main::made_up($_) } 1 .. 1000),
         1000, 'made up, and expired');
main::is(main::answers('live', map { "GET /ping/ HTTP/1.1\r\nCookie: sessionid=issued-$_" } 1 .. 300),
         300, 'all of them live');
--- log_level: warn
--- steps
GET /ping/
  Cookie: sessionid=issued-300
= 200 ~ ^\d+$
  X-State: live
--- no_error_log
is full
[alert]
