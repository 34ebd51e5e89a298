# Sessions that change their key: the new key is one more of the same session.

use FindBin;
use lib "$FindBin::Bin/support";

use IO::Socket::INET;

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 641;

# The backend says which cookies it got, and sets those it is asked to set.
# /poll is passive; /kill expires a session that was idle for 100 seconds, /bye
# closes it, and /late/ lets one of them do so before it answers itself.
#
# In steps, "ISSUED sessionid=a" begins a session that the backend issues, and
# "ISSUED sessionid=a idle 300" one that has been idle, and has lived, for as
# many seconds.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    map $arg_lifetime $lifetime { default 0; ~. $arg_lifetime; }
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
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
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /kill {
        session_security_expire_after 100s;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /bye {
        proxy_set_header X-Set "sessionid=; Max-Age=0";
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
END
);

add_block_preprocessor(sub {
    my $block = shift;
    defined(my $steps = $block->steps) or return;
    $steps =~ s{^ISSUED (\S+)$}{GET /login\n  X-Set: $1\n= 200 []}mg;
    $steps =~ s{^ISSUED (\S+) idle (\d+)$}{GET /ping/?idleFor=$2
  Cookie: $1
= 200 $2

GET /poll
  Cookie: $1
  X-Set: $1
= 200 [$1]}mg;
    $block->set_value(steps => $steps);
});

# Sends these requests over one connection; gives the answers.
sub send_all {
    my @requests = @_;
    my @answers;
    my $socket = IO::Socket::INET->new(PeerAddr => server_addr(), PeerPort => server_port())
        or die "cannot connect: $!";
    while (my @some = splice @requests, 0, 50) {
        print $socket map { "$_\r\nHost: localhost\r\n\r\n" } @some;
        my ($got, $received) = ('', 0);
        while ($received < @some) {
            sysread $socket, $got, 65536, length $got or die 'no response';
            $received = () = $got =~ m{HTTP/1\.1 20\d }g;
            $received-- if $received && $got !~ /\r\n\r\n.*\z/s;
        }
        push @answers, split m{(?=HTTP/1\.1 )}, $got;
    }
    return @answers;
}

run_tests();

__DATA__

=== a new value is the same session
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b; Path=/; HttpOnly
= 200 [sessionid=a]
  X-State: live
  Set-Cookie: sessionid=b; Path=/; HttpOnly

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^30\d$
  X-State: live
  !Set-Cookie

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$
  X-State: live



=== activity on the new key is activity on the old one
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200 [sessionid=a]

GET /
  Cookie: sessionid=b
= 200 [sessionid=b]

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$
  X-State: live



=== activity on the old key, of a request under way, is activity on the new one
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live
  !Set-Cookie

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^\d$

GET /ping/?idleFor=0
  Cookie: sessionid=b
= 200 0



=== what a ping reports for the old key counts for the new one
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /ping/?idleFor=200
  Cookie: sessionid=a
= 200 200

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^20\d$

GET /ping/?idleFor=100
  Cookie: sessionid=b
= 200 100

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^10\d$



=== a key with each response
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /poll
  Cookie: sessionid=b
  X-Set: sessionid=c
= 200 [sessionid=b]

GET /poll
  Cookie: sessionid=c
  X-Set: sessionid=d
= 200 [sessionid=c]

GET /ping/
  Cookie: sessionid=d
= 200 ~ ^30\d$

GET /kill
  Cookie: sessionid=c
= 401

GET /api
  Cookie: sessionid=a
= 401
  X-State: expired

GET /api
  Cookie: sessionid=b
= 401
  X-State: expired

GET /api
  Cookie: sessionid=d
= 401
  X-State: expired



=== responses to requests that went side by side
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=c
= 200

GET /poll
  Cookie: sessionid=b
  X-Set: sessionid=d
= 200

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^30\d$

GET /ping/
  Cookie: sessionid=c
= 200 ~ ^30\d$

GET /ping/?idleFor=0
  Cookie: sessionid=d
= 200 0

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^\d$

GET /ping/
  Cookie: sessionid=c
= 200 ~ ^\d$

GET /logout/
  Cookie: sessionid=c
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=c]

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed

GET /
  Cookie: sessionid=b
= 200 []
  X-State: closed

PAGE /
  Cookie: sessionid=d
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== two values in one response
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b; Path=/
  X-Set-Too: sessionid=c; Path=/app
= 200 [sessionid=a]

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^30\d$

GET /ping/
  Cookie: sessionid=c
= 200 ~ ^30\d$



=== the new value is found in any spelling of it
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid="b%20c"
= 200

GET /ping/
  Cookie: sessionid="b c"
= 200 ~ ^30\d$

GET /ping/
  Cookie: sessionid="\142%20c"
= 200 ~ ^30\d$



=== the same value once more is no new key
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid="a"; Path=/
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /logout/
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== max_lifetime is not escaped
--- steps
ISSUED sessionid=a idle 100

GET /
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /?lifetime=1h
  Cookie: sessionid=b
  X-Set: sessionid=c
= 200 [sessionid=b]
  X-State: live

GET /?lifetime=100s
  Cookie: sessionid=c
= 401
  X-State: expired

GET /
  Cookie: sessionid=b
= 401
  X-State: expired



=== max_lifetime that passes, with a new key in each response
--- also_http
    map $host $half { default 500ms; }
--- also
    location /half/ {
        session_security_max_lifetime $half;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
ISSUED sessionid=a

GET /half/
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /half/
  Cookie: sessionid=b
  X-Set: sessionid=c
= 200 [sessionid=b]
  X-State: live

after 0.6 s
GET /half/
  Cookie: sessionid=c
= 401
  X-State: expired



=== closing by the new key closes the old one
--- steps
ISSUED sessionid=a

GET /
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /logout/
  Cookie: sessionid=b
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=b]

GET /
  Cookie: sessionid=b; other=1
= 200 [other=1]
  X-State: closed

PAGE /
  Cookie: sessionid=a; other=1
= 200 [other=1]
  X-State: closed
  Set-Cookie: (sessionid deleted)

GET /ping/?idleFor=0
  Cookie: sessionid=a
= 200 "logout"



=== closing by the old key closes the new one
--- steps
ISSUED sessionid=a

GET /
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /logout/
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=a]

PAGE /
  Cookie: sessionid=b
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== expired by one key, closed at the logout URL by another
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /kill
  Cookie: sessionid=a
= 401

GET /page
  Cookie: sessionid=b
  Accept: text/html
= 302
  X-State: expired

GET /logout/
  Cookie: sessionid=b
  Accept: text/html
= 200 [sessionid=b]
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== the key that a login sets after the old one was closed is a new session
--- steps
GET /ping/?idleFor=500
  Cookie: sessionid=a
= 200 500

GET /logout/
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200

POST /login
  Cookie: sessionid=a
  X-Set: sessionid=b; Path=/
= 200 []
  X-State: closed
  Set-Cookie: sessionid=b; Path=/

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^\d$
  X-State: live

GET /?lifetime=100s
  Cookie: sessionid=b
= 200 [sessionid=b]
  X-State: live

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed

GET /
  Cookie: sessionid=b
= 200 [sessionid=b]



=== likewise the one by fetch, when the old one is expired
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /login
  Cookie: sessionid=a
= 401

POST /login
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200 []

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^\d$
  X-State: live

GET /?lifetime=100s
  Cookie: sessionid=b
= 200 [sessionid=b]

GET /api
  Cookie: sessionid=a
= 401
  X-State: expired



=== a login within a session, against fixation, carries it over
--- steps
ISSUED sessionid=visitor idle 100

POST /login
  Cookie: sessionid=visitor
  X-Set: sessionid=user
= 200 [sessionid=visitor]

GET /?lifetime=100s
  Cookie: sessionid=user
= 401



=== a key that a client made up: each who has it gets a session of its own
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=guest
= 200 300
  X-State: new

GET /poll
  Cookie: sessionid=guest
  X-Set: sessionid=one
= 200 [sessionid=guest]
  X-State: live

GET /poll
  Cookie: sessionid=guest
  X-Set: sessionid=two
= 200 [sessionid=guest]
  X-State: live

GET /ping/
  Cookie: sessionid=two
= 200 ~ ^30\d$
  X-State: live

GET /
  Cookie: sessionid=two
= 200 [sessionid=two]
  X-State: live

GET /ping/
  Cookie: sessionid=two
= 200 ~ ^\d$

GET /ping/
  Cookie: sessionid=one
= 200 ~ ^30\d$
  X-State: live

GET /ping/
  Cookie: sessionid=guest
= 200 ~ ^30\d$
  X-State: live

GET /logout/
  Cookie: sessionid=two
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=two]

GET /poll
  Cookie: sessionid=two
= 200 []
  X-State: closed

GET /poll
  Cookie: sessionid=one
= 200 [sessionid=one]
  X-State: live
  !Set-Cookie

GET /ping/?idleFor=100
  Cookie: sessionid=guest
= 200 100
  X-State: live

GET /logout/
  Cookie: sessionid=guest
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=guest]

GET /poll
  Cookie: sessionid=guest
= 200 []
  X-State: closed

GET /ping/
  Cookie: sessionid=one
= 200 ~ ^30\d$
  X-State: live



=== and one is not out by another's
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=guest
= 200 300

GET /poll
  Cookie: sessionid=guest
  X-Set: sessionid=one
= 200

GET /poll
  Cookie: sessionid=guest
  X-Set: sessionid=two
= 200

GET /kill
  Cookie: sessionid=two
= 401
  X-State: expired

GET /poll
  Cookie: sessionid=one
= 200 [sessionid=one]
  X-State: live

GET /kill
  Cookie: sessionid=guest
= 401
  X-State: expired

GET /poll
  Cookie: sessionid=one
= 200 [sessionid=one]
  X-State: live



=== but max_lifetime is not escaped so either
--- steps
GET /ping/?idleFor=100
  Cookie: sessionid=guest
= 200 100

POST /login
  Cookie: sessionid=guest
  X-Set: sessionid=user
= 200 [sessionid=guest]

GET /?lifetime=1h
  Cookie: sessionid=user
  X-Set: sessionid=user-2
= 200 [sessionid=user]
  X-State: live

GET /?lifetime=100s
  Cookie: sessionid=user-2
= 401
  X-State: expired

GET /
  Cookie: sessionid=user
= 401
  X-State: expired

GET /
  Cookie: sessionid=guest
= 200 [sessionid=guest]
  X-State: live



=== such a session, once the backend has issued a key of it, gets more of them
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=guest
= 200 300

GET /poll
  Cookie: sessionid=guest
  X-Set: sessionid=one
= 200

GET /poll
  Cookie: sessionid=one
  X-Set: sessionid=two
= 200

GET /ping/?idleFor=100
  Cookie: sessionid=two
= 200 100

GET /ping/
  Cookie: sessionid=one
= 200 ~ ^10\d$

GET /ping/
  Cookie: sessionid=guest
= 200 ~ ^30\d$

GET /poll
  Cookie: sessionid=guest
  X-Set: sessionid=guest
= 200

GET /poll
  Cookie: sessionid=guest
  X-Set: sessionid=three
= 200

GET /ping/?idleFor=200
  Cookie: sessionid=three
= 200 200

GET /ping/
  Cookie: sessionid=guest
= 200 ~ ^20\d$

GET /ping/
  Cookie: sessionid=one
= 200 ~ ^10\d$



=== a key that was replaced, and that somebody without one gets: that is another session
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /login
  X-Set: sessionid=a
= 200 []

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$
  X-State: live

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^30\d$

GET /logout/
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=a]

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^30\d$
  X-State: live



=== a key that was replaced, and that another session gets, is that one's
--- steps
ISSUED sessionid=a idle 300

ISSUED sessionid=c idle 100

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /poll
  Cookie: sessionid=c
  X-Set: sessionid=a
= 200 [sessionid=c]

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^10\d$
  X-State: live

GET /logout/
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=a]

GET /poll
  Cookie: sessionid=c
= 200 []
  X-State: closed

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^30\d$
  X-State: live



=== likewise if the session whose key it was has ended
--- steps
ISSUED sessionid=a

ISSUED sessionid=c idle 100

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /logout/
  Cookie: sessionid=b
  X-Set: sessionid=; Max-Age=0
= 200

GET /poll
  Cookie: sessionid=a
= 200 []
  X-State: closed

GET /poll
  Cookie: sessionid=c
  X-Set: sessionid=a
= 200 [sessionid=c]

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^10\d$
  X-State: live

GET /poll
  Cookie: sessionid=b
= 200 []
  X-State: closed



=== a key that was replaced and is set once more is in use again, and stays where it is
--- steps
ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=a
= 200 [sessionid=a]

GET /login
  X-Set: sessionid=a
= 200 []

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$
  X-State: live

GET /ping/?idleFor=100
  Cookie: sessionid=b
= 200 100

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^10\d$



=== a value that is another session's already stays that
--- steps
ISSUED sessionid=a idle 300

ISSUED sessionid=b idle 100

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200 [sessionid=a]

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^10\d$

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /logout/
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^10\d$
  X-State: live



=== a value that is a dead session's is no way back for that
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=dead
= 200 "logout"

GET /
  Cookie: sessionid=a
  X-Set: sessionid=dead
= 200 [sessionid=a]

GET /api
  Cookie: sessionid=dead
= 401
  X-State: expired

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live



=== of several sessions in a request the new value is none, and as old as the oldest
--- steps
ISSUED sessionid=a idle 100

ISSUED sessionid=b idle 300

ISSUED sessionid=c idle 200

GET /poll
  Cookie: sessionid=a; sessionid=b; sessionid=c
  X-Set: sessionid=d
= 200 [sessionid=a; sessionid=b; sessionid=c]

GET /ping/
  Cookie: sessionid=d
= 200 ~ ^10\d$

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^10\d$



=== of two live sessions: to neither, whatever their names are
--- steps
ISSUED sessionid=a idle 300

ISSUED SessionID=b idle 100

GET /poll
  Cookie: sessionid=a; SessionID=b
  X-Set: SessionID=c
= 200

GET /ping/
  Cookie: sessionid=c
= 200 ~ ^10\d$

GET /out
  Cookie: sessionid=c
  X-Set: sessionid=; Max-Age=0
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /ping/
  Cookie: SessionID=b
= 200 ~ ^10\d$



=== a new value in the response to a request of which one session is dead
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=dead
= 200 "logout"

GET /logout/
  Cookie: sessionid=dead
= 200

ISSUED sessionid=a idle 300

GET /poll
  Cookie: sessionid=a; sessionid=dead
  X-Set: sessionid=b
= 200 [sessionid=a]
  X-State: live

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^30\d$
  X-State: live

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$



=== each part of a split cookie goes by its name
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
    session_security_passive_urls /poll;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
ISSUED sid_0=first-part-of-the-session idle 300

ISSUED sid_1=second-part-of-the-session idle 100

GET /poll
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
  X-Set: sid_1=new-second-part-of-the-session
  X-Set-Too: sid_0=new-first-part-of-the-session
= 200 [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
  X-State: live

GET /ping/
  Cookie: sid_0=new-first-part-of-the-session
= 200 ~ ^30\d$

GET /ping/
  Cookie: sid_1=new-second-part-of-the-session
= 200 ~ ^10\d$

GET /poll
  Cookie: sid_0=new-first-part-of-the-session; sid_1=new-second-part-of-the-session
  X-Set: sid_0=newer-first-part-of-the-session
  X-Set-Too: sid_1=short
= 200

GET /ping/
  Cookie: sid_0=newer-first-part-of-the-session; sid_1=short
= 200 ~ ^30\d$
  X-State: live

GET /poll
  Cookie: sid_0=newer-first-part-of-the-session
  X-Set: sid_other=not-a-part-of-that-session
= 200

GET /ping/
  Cookie: sid_other=not-a-part-of-that-session
= 200 ~ ^\d$
  X-State: live



=== a cookie that is split from now on: its parts are the same session
--- http_config
    session_security_zone cookie=sid* zone=sessions:1m;
    map $arg_lifetime $lifetime { default 0; ~. $arg_lifetime; }
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        add_header Set-Cookie $http_x_set_third always;
        return 200 "[$http_cookie]";
    }
--- steps
ISSUED sid=a-session-in-one-cookie idle 300

GET /poll
  Cookie: sid=a-session-in-one-cookie
  X-Set: sid_0=first-part-of-the-session
  X-Set-Too: sid_1=second-part-of-the-session
  X-Set-Third: sid=; Path=/; Max-Age=0
= 200 [sid=a-session-in-one-cookie]
  X-State: live

GET /ping/
  Cookie: sid_0=first-part-of-the-session
= 200 ~ ^30\d$
  X-State: live

GET /ping/
  Cookie: sid_1=second-part-of-the-session
= 200 ~ ^30\d$
  X-State: live

GET /ping/?idleFor=100
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
= 200 100

GET /ping/
  Cookie: sid=a-session-in-one-cookie
= 200 ~ ^10\d$
  X-State: live
  !Set-Cookie

GET /?lifetime=200s
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
= 401
  X-State: expired

GET /
  Cookie: sid_0=first-part-of-the-session
= 401
  X-State: expired

GET /
  Cookie: sid_1=second-part-of-the-session
= 401
  X-State: expired



=== and one that is split no longer
--- http_config
    session_security_zone cookie=sid* zone=sessions:1m;
    map $arg_lifetime $lifetime { default 0; ~. $arg_lifetime; }
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        add_header Set-Cookie $http_x_set_third always;
        return 200 "[$http_cookie]";
    }
--- steps
ISSUED sid_0=first-part-of-the-session idle 300

ISSUED sid_1=second-part-of-the-session idle 100

GET /poll
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
  X-Set: sid_0=; Path=/; Max-Age=0
  X-Set-Too: sid_1=; Path=/; Max-Age=0
  X-Set-Third: sid=a-session-in-one-cookie
= 200
  X-State: live

GET /ping/
  Cookie: sid=a-session-in-one-cookie
= 200 ~ ^30\d$
  X-State: live

GET /poll
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
= 200 [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
  X-State: live
  !Set-Cookie

GET /?lifetime=200s
  Cookie: sid=a-session-in-one-cookie
= 401
  X-State: expired



=== the late response of an expired session gives no live key
--- steps
ISSUED sessionid=a idle 300

GET /late/?do=/kill
  Cookie: sessionid=a
  X-Set: sessionid=b; Path=/
= 401
  Set-Cookie: sessionid=b; Path=/

GET /api
  Cookie: sessionid=a
= 401
  X-State: expired

GET /api
  Cookie: sessionid=b
= 401
  X-State: expired

GET /ping/?idleFor=0
  Cookie: sessionid=b
= 200 "logout"



=== nor does that of a closed one
--- steps
ISSUED sessionid=a idle 300

GET /late/?do=/bye
  Cookie: sessionid=a
  X-Set: sessionid=b; Path=/
= 200 [sessionid=a]
  Set-Cookie: sessionid=; Max-Age=0, sessionid=b; Path=/

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed

PAGE /
  Cookie: sessionid=b
= 200 []
  X-State: closed
  Set-Cookie: (sessionid deleted)



=== nor does that of one that a client began
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /late/?do=/kill
  Cookie: sessionid=a
  X-Set: sessionid=b; Path=/
= 401
  Set-Cookie: sessionid=b; Path=/

GET /api
  Cookie: sessionid=b
= 401
  X-State: expired

GET /ping/?idleFor=300
  Cookie: sessionid=c
= 200 300

GET /late/?do=/bye
  Cookie: sessionid=c
  X-Set: sessionid=d; Path=/
= 200 [sessionid=c]

GET /
  Cookie: sessionid=d
= 200 []
  X-State: closed



=== a session whose key changes ten thousand times pushes no other out
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
main::send_all(map { "HEAD /set?to=other-$_ HTTP/1.1" } 1 .. 2000);
main::send_all("GET /ping/?idleFor=400 HTTP/1.1\r\nCookie: sessionid=turn-0");
main::send_all("HEAD /set?to=turn-0 HTTP/1.1\r\nCookie: sessionid=turn-0");
main::send_all(map { "HEAD /set?to=turn-$_ HTTP/1.1\r\nCookie: sessionid=turn-" . ($_ - 1) } 1 .. 10000);
main::is(scalar(grep { /X-State: live/ }
                main::send_all(map { "GET /ping/ HTTP/1.1\r\nCookie: sessionid=other-$_" } 1 .. 2000)),
         2000, 'all the others live');
--- steps
GET /ping/
  Cookie: sessionid=turn-10000
= 200 ~ ^\d$
  X-State: live

PAGE /old
  Cookie: sessionid=turn-10000
= 200
  X-State: expired
  Set-Cookie: (sessionid deleted)
--- no_error_log
is full
[alert]
