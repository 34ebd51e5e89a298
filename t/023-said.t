# What the backend says of a session in X-Accel-Session.

use FindBin;
use lib "$FindBin::Bin/support";

use IO::Socket::INET;

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

plan tests => 873;

# The backend says what X-Say tells it to say, sets X-Set, and which cookies it
# got.  Pages are HTML, so those of a session that is watched have the tag.
# X-About is what remains, as it was some moments ago.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    map $session_security_remaining $about {
        default $session_security_remaining;
        ~^(600|59\d)$ 600;
        ~^(300|29\d)$ 300;
        ~^(3600|359\d)$ 3600;
        ~^(770|76\d)$ 770;
        ~^(777|77[1-6])$ 777;
    }
    map $arg_lifetime $lifetime { default 0; ~. $arg_lifetime; }
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        default_type text/html;
        add_header Set-Cookie $http_x_set always;
        add_header X-Accel-Session $http_x_say always;
        add_header X-Accel-Redirect $http_x_accel always;
        location / { return 200 "<p>[$http_cookie]"; }
        location /302/ { return 302 /; }
        location /404/ { return 404 "<p>[$http_cookie]"; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    session_security_max_lifetime $lifetime;
    session_security_passive_urls /poll;
    session_security_inject on;
    add_header X-State $session_security_state always;
    add_header X-Reason $session_security_reason always;
    add_header X-About $about always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /kill {
        session_security_expire_after 100s;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
    location = /script.js { session_security_script; }
END
);

# PAGE is a navigation.
add_block_preprocessor(sub {
    my $block = shift;
    defined(my $steps = $block->steps) or return;
    $steps =~ s/^PAGE (.*)/GET $1\n  Sec-Fetch-Mode: navigate/mg;
    $block->set_value(steps => $steps);
});

# The same request so many times.
sub requests {
    for (1 .. $_[0]) {
        my $socket = IO::Socket::INET->new(PeerAddr => server_addr(), PeerPort => server_port())
            or die "cannot connect: $!";
        print $socket "GET / HTTP/1.0\r\nCookie: sessionid=a\r\nX-Say: yes\r\n\r\n";
        () = <$socket>;
    }
}

# Has the backend say these, each of another session.
sub say {
    my @said = @_;
    my $n = 0;
    while (my @some = splice @said, 0, 50) {
        my $socket = IO::Socket::INET->new(PeerAddr => server_addr(), PeerPort => server_port())
            or die "cannot connect: $!";
        print $socket map { $n++; "HEAD / HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=said-$n\r\nX-Say: $_\r\n\r\n" } @some;
        my ($got, $received) = ('', 0);
        while ($received < @some) {
            sysread $socket, $got, 65536, length $got or die 'no response';
            $received = () = $got =~ m{\r\n\r\n}g;
        }
    }
}

run_tests();

__DATA__

=== nothing: the session is watched, without being told
--- steps
PAGE /
  Cookie: sessionid=a
= 200 ~ ^<script .* data-warn-after="540" data-expire-after="600" .*<p>\[sessionid=a\]
  X-State: new
  !X-Accel-Session



=== on: likewise, and the client does not see it
--- steps
PAGE /
  Cookie: sessionid=a
  X-Say: on
= 200 ~ ^<script .*<p>\[sessionid=a\]
  X-State: new
  !X-Accel-Session

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$
  X-State: live



=== on: for a session that is watched it is nothing new
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: on
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$

GET /?lifetime=100s
  Cookie: sessionid=a
= 401
  X-State: expired



=== off: no script, no expiry, and a ping that says "logout"
--- steps
PAGE /
  Cookie: sessionid=a
  X-Say: off
= 200 <p>[sessionid=a]
  !X-Accel-Session
  !Set-Cookie

PAGE /
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: anonymous
  !X-Accel-Session
  !Set-Cookie

GET /ping/?idleFor=0
  Cookie: sessionid=a
= 200 "logout"
  X-State: anonymous
  !Set-Cookie

GET /ping/?idleFor=100000
  Cookie: sessionid=a
= 200 "logout"
  X-State: anonymous
  !Set-Cookie

PAGE /?lifetime=1ms
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: anonymous
  !Set-Cookie

POST /
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: anonymous



=== off: a session that was watched, and is in time
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: off
= 200
  X-State: live

GET /
  Cookie: sessionid=a
  X-Say: off
= 200 <p>[sessionid=a]
  X-State: anonymous

GET /kill
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: anonymous
  !Set-Cookie

GET /ping/
  Cookie: sessionid=a
= 200 "logout"
  X-State: anonymous



=== off: a session that was watched, and is idle
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: off
= 200
  X-State: live

GET /ping/?idleFor=0
  Cookie: sessionid=a
= 200 "logout"
  X-State: anonymous

GET /poll
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: anonymous

PAGE /kill
  Cookie: sessionid=a
  X-Say: on
= 200 <p>[]
  X-State: closed
  X-Reason: idle
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=a
  X-Say: on
= 200 <p>[]
  X-State: closed

POST /login
  Cookie: sessionid=a
  X-Say: on
  X-Set: sessionid=a; Path=/
= 200 <p>[]
  X-State: closed

GET /
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: live



=== off: a session that was watched, at the end of its lifetime
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /
  Cookie: sessionid=a
  X-Say: off
= 200
  X-State: live

GET /?lifetime=400s
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: anonymous

GET /?lifetime=300s
  Cookie: sessionid=a
  X-Say: on
= 200 <p>[]
  X-State: closed
  X-Reason: lifetime



=== off: a session that was watched, with limits of its own
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: on; expire_after=400s
= 200

GET /poll
  Cookie: sessionid=a
  X-Say: off
= 200
  X-State: live

GET /kill
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: anonymous



=== off: a backend that reads the cookie's name in one case only
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: on
= 200

GET /poll
  Cookie: SESSIONID=a
  X-Say: off
= 200 <p>[SESSIONID=a]
  X-State: live

GET /kill
  Cookie: sessionid=a
  X-Say: on
= 200 <p>[]
  X-State: closed

GET /
  Cookie: sessionid=a
  X-Say: on
= 200 <p>[]
  X-State: closed



=== off: a backend that reads the last of two cookies
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: on
= 200

GET /poll
  Cookie: sessionid=a; sessionid=junk
  X-Say: off
= 200 <p>[sessionid=a; sessionid=junk]
  X-State: live

GET /kill
  Cookie: sessionid=a
  X-Say: on
= 200 <p>[]
  X-State: closed

GET /
  Cookie: sessionid=a
  X-Say: on
= 200 <p>[]
  X-State: closed



=== off: the dead stay dead
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

POST /
  Cookie: sessionid=a
= 401

POST /
  Cookie: sessionid=a
  X-Say: off
= 200 <p>[]

GET /
  Cookie: sessionid=a
= 401
  X-State: expired

GET /logout/
  Cookie: sessionid=a
  X-Say: off
= 200 <p>[sessionid=a]

GET /
  Cookie: sessionid=a
  X-Say: on
= 200 <p>[]
  X-State: closed

GET /
  Cookie: sessionid=a
= 200 <p>[]
  X-State: closed



=== off, then on: the clock of idle time starts anew, that of max_lifetime does not
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: off
= 200

GET /poll
  Cookie: sessionid=a
  X-Say: on
= 200

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$
  X-State: live

PAGE /?lifetime=400s
  Cookie: sessionid=a
= 200 ~ ^<script 
  X-State: live

PAGE /?lifetime=300s
  Cookie: sessionid=a
= 302
  X-State: expired



=== off, on and off as often as one likes
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: off
= 200

GET /poll
  Cookie: sessionid=a
  X-Say: off
= 200
  X-State: anonymous

GET /poll
  Cookie: sessionid=a
  X-Say: on; max_lifetime=1h
= 200

GET /poll
  Cookie: sessionid=a
  X-Say: off
= 200
  X-State: live

GET /poll
  Cookie: sessionid=a
  X-Say: on; max_lifetime=200s
= 200
  X-State: anonymous

GET /poll
  Cookie: sessionid=a
= 401
  X-State: expired



=== on, for a visitor that never was logged in: both clocks start
--- steps
GET /
  X-Say: off
  X-Set: sessionid=visitor
= 200

after 0.6 s
POST /login
  Cookie: sessionid=visitor
  X-Say: on
= 200
  X-State: anonymous

GET /?lifetime=550ms
  Cookie: sessionid=visitor
= 200 <p>[sessionid=visitor]
  X-State: live



=== off, then nothing: it stays off
--- steps
GET /
  Cookie: sessionid=a
  X-Say: off
= 200

GET /
  Cookie: sessionid=a
= 200

GET /
  Cookie: sessionid=a
= 200
  X-State: anonymous



=== off, with a new cookie: the old one is closed, the new one is a visitor's
--- steps
GET /
  Cookie: sessionid=a
= 200

GET /out
  Cookie: sessionid=a
  X-Say: off
  X-Set: sessionid=b; Path=/
= 200 <p>[sessionid=a]
  Set-Cookie: sessionid=b; Path=/

GET /
  Cookie: sessionid=a
= 200 <p>[]
  X-State: closed

GET /
  Cookie: sessionid=b
= 200 <p>[sessionid=b]
  X-State: anonymous



=== off, with a new cookie for a visitor: the old one goes on
--- steps
GET /
  X-Say: off
  X-Set: sessionid=a
= 200 <p>[]

GET /
  Cookie: sessionid=a
  X-Say: off
  X-Set: sessionid=b; Path=/
= 200 <p>[sessionid=a]
  X-State: anonymous
  Set-Cookie: sessionid=b; Path=/

GET /under-way
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: anonymous
  !Set-Cookie

GET /
  Cookie: sessionid=b
= 200 <p>[sessionid=b]
  X-State: anonymous

GET /
  Cookie: sessionid=a
  X-Say: off
  X-Set: sessionid=c; Path=/
= 200 <p>[sessionid=a]
  Set-Cookie: sessionid=c; Path=/

GET /
  Cookie: sessionid=a; other=1
= 200 <p>[sessionid=a; other=1]
  X-State: anonymous
  !Set-Cookie



=== off, with a new cookie for a visitor that was logged in: likewise
--- steps
GET /
  X-Set: sessionid=a
= 200

GET /
  Cookie: sessionid=a
  X-Say: off
= 200
  X-State: live

GET /
  Cookie: sessionid=a
  X-Say: off
  X-Set: sessionid=b
= 200
  X-State: anonymous

GET /under-way
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: anonymous
  !Set-Cookie

GET /
  Cookie: sessionid=b
= 200 <p>[sessionid=b]
  X-State: anonymous



=== off, with the same cookie once more: it is a visitor's
--- steps
GET /
  Cookie: sessionid=a
  X-Say: off
  X-Set: sessionid=a; Path=/
= 200

GET /
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: anonymous



=== a visitor's cookie that is set with the page, and the login after it
--- steps
GET /
  X-Say: off
  X-Set: sessionid=visitor
= 200 <p>[]
  X-State: none
  !X-Accel-Session

GET /
  Cookie: sessionid=visitor
= 200 <p>[sessionid=visitor]
  X-State: anonymous

POST /login
  Cookie: sessionid=visitor
  X-Say: on
  X-Set: sessionid=user
= 200 <p>[sessionid=visitor]

PAGE /
  Cookie: sessionid=user
= 200 ~ ^<script 
  X-State: live

GET /ping/
  Cookie: sessionid=user
= 200 ~ ^\d$

GET /under-way
  Cookie: sessionid=visitor
= 200 <p>[sessionid=visitor]
  X-State: anonymous
  !Set-Cookie

POST /login
  Cookie: sessionid=visitor
  X-Say: on
  X-Set: sessionid=second
= 200 <p>[sessionid=visitor]

GET /
  Cookie: sessionid=second
  X-Say: end
= 200
  X-State: live

GET /
  Cookie: sessionid=user
= 200 <p>[sessionid=user]
  X-State: live



=== a visitor's login gets the key of a session that has ended
--- steps
POST /login
  X-Set: sessionid=user
= 200

GET /
  Cookie: sessionid=user
  X-Say: end
= 200

GET /
  Cookie: sessionid=visitor
  X-Say: off
= 200

POST /login
  Cookie: sessionid=visitor
  X-Say: on
  X-Set: sessionid=user
= 200 <p>[sessionid=visitor]
  X-State: anonymous

GET /
  Cookie: sessionid=user
= 200 <p>[sessionid=user]
  X-State: live



=== a login that says on together with the session's limits
--- steps
POST /login
  X-Say: on; warn_after=240s; expire_after=300s; max_lifetime=8h
  X-Set: sessionid=user
= 200 <p>[]
  !X-Accel-Session

PAGE /
  Cookie: sessionid=user
= 200 ~ data-warn-after="240" data-expire-after="300"
  X-State: live
  X-About: 300



=== limits: in the page that says them, and from then on
--- steps
PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=240s; expire_after=300s
= 200 ~ data-warn-after="240" data-expire-after="300"
  !X-Accel-Session

PAGE /
  Cookie: sessionid=a
= 200 ~ data-warn-after="240" data-expire-after="300"
  X-State: live

PAGE /
  Cookie: sessionid=b
= 200 ~ data-warn-after="540" data-expire-after="600"



=== limits: another way to write them, and one of them alone
--- steps
PAGE /
  Cookie: sessionid=a
  X-Say: ON ;expire_after=1m 40s;  Warn_After = 90 
= 200 ~ data-warn-after="90" data-expire-after="100"

PAGE /
  Cookie: sessionid=b
  X-Say: on; warn_after=60
= 200 ~ data-warn-after="60" data-expire-after="600"

PAGE /
  Cookie: sessionid=c
  X-Say: on; expire_after=2h
= 200 ~ data-warn-after="(?:7140|6480)" data-expire-after="7200"



=== limits: others later
--- steps
GET /
  Cookie: sessionid=a
  X-Say: on; expire_after=300s
= 200

GET /
  Cookie: sessionid=a
  X-Say: on; expire_after=1h
= 200

GET /
  Cookie: sessionid=a
  X-Say: on
= 200
  X-About: 3600

GET /
  Cookie: sessionid=a
= 200
  X-State: live
  X-About: 3600



=== limits: a shorter expire_after expires
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: on; expire_after=200s
= 200

GET /
  Cookie: sessionid=a
= 401
  X-State: expired



=== limits: a longer expire_after does not, also where another one is configured
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: on; expire_after=1h
= 200

GET /kill
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: live



=== limits: max_lifetime
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /
  Cookie: sessionid=a
  X-Say: on; max_lifetime=1000s
= 200

GET /
  Cookie: sessionid=a
= 200
  X-State: live

GET /
  Cookie: sessionid=a
  X-Say: on; max_lifetime=300s
= 200

GET /
  Cookie: sessionid=a
= 401
  X-State: expired



=== limits: max_lifetime=0 is none
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /
  Cookie: sessionid=a
  X-Say: on; max_lifetime=0
= 200

GET /?lifetime=100s
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: live



=== limits: they stay with the session when its key changes
--- steps
POST /login
  X-Say: on; warn_after=240s; expire_after=300s
  X-Set: sessionid=a
= 200

GET /
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

PAGE /
  Cookie: sessionid=b
= 200 ~ data-warn-after="240" data-expire-after="300"

GET /
  Cookie: sessionid=b
  X-Say: on; warn_after=100s; expire_after=200s
  X-Set: sessionid=c
= 200

PAGE /
  Cookie: sessionid=c
= 200 ~ data-warn-after="100" data-expire-after="200"

PAGE /
  Cookie: sessionid=a
= 200 ~ data-warn-after="100" data-expire-after="200"



=== limits: the next key of a session that a client began has them, and then its own
--- steps
GET /ping/?idleFor=100
  Cookie: sessionid=a
= 200 100

GET /poll
  Cookie: sessionid=a
  X-Say: on; warn_after=240s; expire_after=300s; max_lifetime=1h
= 200

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

PAGE /poll
  Cookie: sessionid=b
= 200 ~ data-warn-after="240" data-expire-after="300" data-idle="10\d[."]
  X-State: live

PAGE /poll
  Cookie: sessionid=b
  X-Say: on; warn_after=210s; expire_after=250s; max_lifetime=1h
= 200 ~ data-warn-after="210" data-expire-after="250"

PAGE /poll
  Cookie: sessionid=a
= 200 ~ data-warn-after="240" data-expire-after="300"

GET /poll
  Cookie: sessionid=b
  X-Say: on; max_lifetime=100s
= 200
  X-State: live

GET /poll
  Cookie: sessionid=b
= 401
  X-State: expired

GET /poll
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: live



=== limits: said with the next key of such a session
--- steps
GET /ping/?idleFor=100
  Cookie: sessionid=a
= 200 100

POST /login
  Cookie: sessionid=a
  X-Say: on; warn_after=240s; expire_after=300s
  X-Set: sessionid=b
= 200 <p>[sessionid=a]

PAGE /
  Cookie: sessionid=b
= 200 ~ data-warn-after="240" data-expire-after="300"
  X-State: live



=== limits: they are kept in steps, below a 32nd shorter than they were said
--- steps
PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=555s; expire_after=777s
= 200 ~ data-warn-after="550" data-expire-after="770"

PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=959; expire_after=960s
= 200 ~ data-warn-after="950" data-expire-after="960"

PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=31s; expire_after=100s
= 200 ~ data-warn-after="31" data-expire-after="100"

PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=70s; expire_after=8h 4m 59s
= 200 ~ data-warn-after="70" data-expire-after="28800"

GET /
  Cookie: sessionid=b
  X-Say: on; expire_after=2h; max_lifetime=777s
= 200

GET /
  Cookie: sessionid=b
= 200
  X-State: live
  X-About: 770



=== limits: those that people write are exact
--- steps
PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=300s; expire_after=15m
= 200 ~ data-warn-after="300" data-expire-after="900"

PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=45m; expire_after=8h
= 200 ~ data-warn-after="2700" data-expire-after="28800"

PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=10s; expire_after=12h
= 200 ~ data-warn-after="10" data-expire-after="43200"

PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=1h 30m; expire_after=24h
= 200 ~ data-warn-after="5400" data-expire-after="86400"

PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=13d; expire_after=14d
= 200 ~ data-warn-after="1123200" data-expire-after="1209600"

GET /
  Cookie: sessionid=b
  X-Say: on; expire_after=2h; max_lifetime=1h
= 200

GET /
  Cookie: sessionid=b
= 200
  X-About: 3600



=== limits: the same in each response are none to log
--- steps
GET /
  Cookie: sessionid=a
  X-Say: on; warn_after=555s; expire_after=777s; max_lifetime=8h 1m
= 200

GET /
  Cookie: sessionid=a
  X-Say: on; warn_after=555s; expire_after=777s; max_lifetime=8h 1m
= 200

GET /
  Cookie: sessionid=b
  X-Say: on; warn_after=555s; expire_after=777s; max_lifetime=8h 1m
= 200

GET /
  Cookie: sessionid=b
= 200
  X-State: live
  X-About: 770
--- no_error_log
[error]
[warn]



=== limits: as many different ones as a zone remembers, and these once more
--- init
main::say(map { my $e = $_; map { "on; warn_after=$_; expire_after=${e}s" } 1 .. 31 } 32 .. 64);
main::say(map { "on; warn_after=7; expire_after=${_}s" } 32 .. 64);
--- steps
PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=31s; expire_after=64s
= 200 ~ data-warn-after="31" data-expire-after="64"

PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=31s; expire_after=64s 900ms
= 200 ~ data-warn-after="31" data-expire-after="64"

PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=5s; expire_after=40s
= 200 ~ data-warn-after="5" data-expire-after="40"
--- no_error_log
[error]



=== limits: one more than that
--- init
main::say(map { my $e = $_; map { "on; warn_after=$_; expire_after=${e}s" } 1 .. 31 } 32 .. 64);
--- steps
PAGE /
  Cookie: sessionid=a
  X-Say: on; warn_after=31s; expire_after=66s
= 200 ~ data-expire-after="64"
--- error_log
session_security_zone "sessions" has no room for more different limits, the nearest are used for "X-Accel-Session: on; warn_after=31s; expire_after=66s"



=== limits: they do not outlive the session
--- steps
GET /
  Cookie: sessionid=a
  X-Say: on; expire_after=300s
= 200

GET /
  Cookie: sessionid=a
  X-Say: end
= 200

POST /login
  Cookie: sessionid=a
  X-Set: sessionid=a
= 200 <p>[]

GET /
  Cookie: sessionid=a
= 200
  X-State: live
  X-About: 600



=== limits: the next session with the same key, and the same limits
--- steps
POST /login
  X-Say: on; expire_after=300s
  X-Set: sessionid=a
= 200

GET /
  Cookie: sessionid=a
  X-Say: end
= 200

POST /login
  Cookie: sessionid=a
  X-Say: on; expire_after=300s
  X-Set: sessionid=a
= 200 <p>[]

GET /
  Cookie: sessionid=a
= 200
  X-State: live
  X-About: 300



=== limits: off, then on with the same limits
--- steps
GET /
  Cookie: sessionid=a
  X-Say: on; expire_after=300s
= 200

GET /
  Cookie: sessionid=a
  X-Say: off
= 200

GET /
  Cookie: sessionid=a
  X-Say: on; expire_after=300s
= 200

GET /
  Cookie: sessionid=a
= 200
  X-State: live
  X-About: 300



=== end: closed, and the cookie is deleted
--- steps
PAGE /
  Cookie: sessionid=a; other=1
  X-Say: end
= 200 ~ ^<script [^>]* data-ended="1" async></script><p>\[sessionid=a; other=1\]\n?$
  !X-Accel-Session
  Set-Cookie: (sessionid deleted)

PAGE /
  Cookie: sessionid=a; other=1
= 200 <p>[other=1]
  X-State: closed
  Set-Cookie: (sessionid deleted)

GET /ping/?idleFor=0
  Cookie: sessionid=a
= 200 "logout"



=== end: all keys of the session
--- steps
POST /login
  X-Set: sessionid=a
= 200

GET /
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /
  Cookie: sessionid=b
  X-Say: end
= 200

GET /
  Cookie: sessionid=a
= 200 <p>[]
  X-State: closed



=== end: likewise for a request that is under way with the replaced key
--- steps
POST /login
  X-Set: sessionid=a
= 200

GET /
  Cookie: sessionid=a
  X-Set: sessionid=b
= 200

GET /under-way
  Cookie: sessionid=a
  X-Say: end
= 200

GET /
  Cookie: sessionid=b
= 200 <p>[]
  X-State: closed



=== end: of a key that a client made up it is that one alone
--- steps
GET /
  Cookie: sessionid=guest
  X-Set: sessionid=one
= 200

GET /
  Cookie: sessionid=guest
  X-Set: sessionid=two
= 200

GET /
  Cookie: sessionid=two
  X-Say: end
= 200

GET /
  Cookie: sessionid=two
= 200 <p>[]
  X-State: closed

GET /
  Cookie: sessionid=one
= 200 <p>[sessionid=one]
  X-State: live

GET /
  Cookie: sessionid=guest
= 200 <p>[sessionid=guest]
  X-State: live



=== end: what is set in the same response is a new session
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: end
  X-Set: sessionid=b; Path=/
= 200 <p>[sessionid=a]
  Set-Cookie: sessionid=b; Path=/

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^\d$
  X-State: live

GET /
  Cookie: sessionid=a
= 200 <p>[]
  X-State: closed

GET /
  Cookie: sessionid=b
= 200 <p>[sessionid=b]
  X-State: live



=== end: a visitor, too; a request without a session has none to end
--- steps
GET /
  Cookie: sessionid=a
  X-Say: off
= 200

PAGE /
  Cookie: sessionid=a
  X-Say: end
= 200 ~ ^<script [^>]* data-ended="1" async></script><p>\[sessionid=a\]\n?$
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=a
= 200 <p>[]
  X-State: closed

GET /
  X-Say: end
= 200 <p>[]
  X-State: none
  !Set-Cookie
  !X-Accel-Session



=== whatever the response is
--- steps
GET /302/
  Cookie: sessionid=a
  X-Say: end
= 302
  !X-Accel-Session

GET /
  Cookie: sessionid=a
= 200 <p>[]
  X-State: closed

POST /404/
  Cookie: sessionid=b
  X-Say: off
= 404
  !X-Accel-Session

GET /
  Cookie: sessionid=b
= 200
  X-State: anonymous



=== not from a client
--- steps
GET /
  Cookie: sessionid=a
  X-Accel-Session: off
= 200 <p>[sessionid=a]
  X-State: new

GET /
  Cookie: sessionid=a
  X-Accel-Session: end
= 200 <p>[sessionid=a]
  X-State: live
  !Set-Cookie

GET /
  Cookie: sessionid=a
  X-Accel-Session: on; expire_after=1h
= 200
  X-State: live
  X-About: 600

GET /
  Cookie: sessionid=a
= 200
  X-State: live
  X-About: 600



=== not seen by the client where there is no session either
--- steps
GET /
  X-Say: on; expire_after=1h
= 200 <p>[]
  !X-Accel-Session



=== a word that is none says nothing
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Say: logged-in
= 200 <p>[sessionid=a]
  !X-Accel-Session

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^30\d$
  X-State: live



=== and is logged
--- steps
GET /
  Cookie: sessionid=a
  X-Say: logged-in
= 200 <p>[sessionid=a]
--- grep_error_log eval
qr/\[error\] .*/
--- grep_error_log_out eval
qr/\A\[error\] \d+#\d+: \*\d+ invalid "logged-in" in the backend's "X-Accel-Session: logged-in"; write on, off or end, and after on warn_after=TIME, expire_after=TIME and max_lifetime=TIME while reading response header from upstream, client: [^\n]*\n\z/



=== a limit that is none: the others are taken
--- steps
PAGE /
  Cookie: sessionid=a
  X-Say: on; expire_after=soon; warn_after=100s; colour=red
= 200 ~ data-warn-after="100" data-expire-after="600"
  !X-Accel-Session
--- grep_error_log eval
qr/invalid "[^"]*"/
--- grep_error_log_out
invalid "expire_after=soon"



=== other limits that are none
--- request eval
[map { 'GET /' } 1 .. 11]
--- more_headers eval
[map { "Cookie: sessionid=a\nX-Say: $_" }
     'on; expire_after=0', 'on; expire_after=', 'on; expire_after', 'on; =5', 'on; warn_after=0s',
     'on; expire_after=5x', 'on; expire_after=-5m', 'on; max_lifetime=1h30', 'on, expire_after=5m',
     'on expire_after=5m', 'on; expire_after="5m"']
--- error_code eval
[(200) x 11]
--- response_headers eval
[('X-About: 600') x 11]



=== off and end take no limits
--- steps
GET /
  Cookie: sessionid=a
  X-Say: off; expire_after=5m
= 200
--- grep_error_log eval
qr/invalid "[^"]*"/
--- grep_error_log_out
invalid "expire_after=5m"



=== and are obeyed
--- steps
GET /
  Cookie: sessionid=a
  X-Say: off; expire_after=5m
= 200

GET /
  Cookie: sessionid=a
  X-Say: end; expire_after=5m
= 200
  X-State: anonymous

GET /
  Cookie: sessionid=a
= 200 <p>[]
  X-State: closed



=== a backend that is wrong with each response is logged once a second
--- init
main::requests(30);
open my $log, '<', main::server_root() . '/logs/error.log' or die "no error log: $!";
my $lines = grep { /invalid "yes"/ } <$log>;
main::ok($lines >= 1 && $lines <= 3, "logged, and not thirty times: $lines");
--- steps
GET /
  Cookie: sessionid=a
= 200
  X-State: live



=== the last of several counts
--- also_http
    map $http_x_say_too $too { default $http_x_say_too; }
--- also
    location /too/ {
        add_header X-Accel-Session $too;
        add_header X-State $session_security_state always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /too/
  Cookie: sessionid=a
  X-Say: on
  X-Say-Too: off
= 200
  !X-Accel-Session

GET /
  Cookie: sessionid=a
= 200
  X-State: anonymous



=== by nginx's own add_header, from a map
--- also_http
    map $cookie_role $said { default off; user on; guest "on; expire_after=100s"; }
--- also
    location /said/ {
        add_header X-Accel-Session $said always;
        add_header X-State $session_security_state always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /said/
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  !X-Accel-Session

GET /said/
  Cookie: sessionid=a
= 200
  X-State: anonymous

GET /said/
  Cookie: sessionid=a; role=user
= 200
  !X-Accel-Session

GET /said/
  Cookie: sessionid=a; role=user
= 200
  X-State: live

PAGE /said/
  Cookie: sessionid=b; role=guest
= 200 ~ data-expire-after="100"



=== by auth_request
--- also
    location = /auth {
        internal;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
    }
    location /gate/ {
        auth_request /auth;
        auth_request_set $said $upstream_http_x_accel_session;
        add_header X-Accel-Session $said;
        add_header X-State $session_security_state always;
        default_type text/html;
        alias $TEST_NGINX_HTML_DIR/;
    }
--- user_files
>>> page.html
<p>static
--- steps
PAGE /gate/page.html
  Cookie: sessionid=a
  X-Say: off
= 200 <p>static
  !X-Accel-Session

PAGE /gate/page.html
  Cookie: sessionid=a
= 200 <p>static
  X-State: anonymous

PAGE /gate/page.html
  Cookie: sessionid=b
  X-Say: on; warn_after=60s; expire_after=90s
= 200 ~ data-warn-after="60" data-expire-after="90".*<p>static
  !X-Accel-Session

PAGE /gate/page.html
  Cookie: sessionid=b
  X-Say: end
= 200 ~ ^<script [^>]* data-ended="1" async></script><p>static\n?$
  Set-Cookie: (sessionid deleted)

PAGE /
  Cookie: sessionid=b
= 200 <p>[]
  X-State: closed



=== through X-Accel-Redirect
--- also
    location /files/ {
        internal;
        add_header X-State $session_security_state always;
        default_type text/html;
        alias $TEST_NGINX_HTML_DIR/;
    }
--- user_files
>>> page.html
<p>static
--- steps
PAGE /
  Cookie: sessionid=a
  X-Say: off
  X-Accel: /files/page.html
= 200 <p>static
  !X-Accel-Session

PAGE /
  Cookie: sessionid=a
= 200 <p>[sessionid=a]
  X-State: anonymous

PAGE /
  Cookie: sessionid=b
  X-Say: on; warn_after=60s; expire_after=90s
  X-Accel: /files/page.html
= 200 ~ data-warn-after="60" data-expire-after="90".*<p>static
  !X-Accel-Session

PAGE /
  Cookie: sessionid=b
  X-Say: end
  X-Accel: /files/page.html
= 200 ~ ^<script [^>]* data-ended="1" async></script><p>static\n?$
  !X-Accel-Session
  Set-Cookie: (sessionid deleted)

PAGE /
  Cookie: sessionid=b
= 200 <p>[]
  X-State: closed



=== through X-Accel-Redirect to another backend
--- also
    location /store/ {
        internal;
        proxy_set_header X-Say "";
        proxy_set_header X-Accel "";
        proxy_set_header X-Set "";
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
PAGE /
  Cookie: sessionid=b
  X-Say: off
  X-Accel: /store/x
= 200 <p>[sessionid=b]
  X-State: new
  !X-Accel-Session
  !Set-Cookie

GET /
  Cookie: sessionid=b
= 200
  X-State: anonymous

PAGE /
  Cookie: sessionid=c
  X-Say: on; warn_after=60s; expire_after=90s
  X-Accel: /store/x
= 200 ~ ^<script .*<p>\[sessionid=c\]
  !X-Accel-Session

PAGE /
  Cookie: sessionid=c
= 200 ~ data-warn-after="60" data-expire-after="90"
  X-State: live

PAGE /
  Cookie: sessionid=a
  X-Say: end
  X-Accel: /store/x
= 200 ~ ^<script [^>]* data-ended="1" async></script><p>\[sessionid=a\]\n?$
  !X-Accel-Session
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=a
= 200 <p>[]
  X-State: closed



=== likewise in the response to a request without a key
--- also
    location /store/ {
        internal;
        proxy_set_header X-Say "";
        proxy_set_header X-Accel "";
        proxy_set_header X-Set "";
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /
  X-Say: off
  X-Set: sessionid=visitor
  X-Accel: /store/x
= 200 <p>[]
  X-State: none
  !X-About
  !X-Accel-Session
  Set-Cookie: sessionid=visitor

GET /
  Cookie: sessionid=visitor
= 200 <p>[sessionid=visitor]
  X-State: anonymous

PAGE /
  X-Say: on; warn_after=60s; expire_after=90s
  X-Set: sessionid=user
  X-Accel: /store/x
= 200 ~ data-warn-after="60" data-expire-after="90" data-idle="0" .*<p>\[]$
  X-State: none
  !X-Accel-Session

PAGE /
  Cookie: sessionid=user
= 200 ~ data-warn-after="60" data-expire-after="90"
  X-State: live

PAGE /
  X-Say: end
  X-Set: sessionid=other
  X-Accel: /store/x
= 200 <p>[]
  !X-Accel-Session
  Set-Cookie: sessionid=other

GET /
  Cookie: sessionid=other
= 200 <p>[sessionid=other]
  X-State: live



=== from a location that is not watched into one that is: a dead session does not get in
--- also
    location /open/ {
        session_security off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /store/ {
        internal;
        proxy_set_header X-Say "";
        proxy_set_header X-Accel "";
        proxy_set_header X-Set "";
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /open/
  Cookie: sessionid=a
  X-Accel: /store/x
= 401
  X-State: expired

GET /open/
  Cookie: sessionid=a
  X-Say: on
  X-Accel: /store/x
= 401
  X-State: expired



=== not from a cache, which has it of somebody else
--- also_http
    proxy_cache_path $TEST_NGINX_SERVER_ROOT/cache keys_zone=cache:1m;
--- also
    location /cached {
        proxy_cache cache;
        proxy_cache_valid 10m;
        proxy_cache_key $uri;
        add_header X-State $session_security_state always;
        add_header X-Cache $upstream_cache_status;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /cached/off
  Cookie: sessionid=a
  X-Say: off
= 200 <p>[sessionid=a]
  X-Cache: MISS
  !X-Accel-Session

GET /
  Cookie: sessionid=a
= 200
  X-State: anonymous

GET /cached/off
  Cookie: sessionid=b
= 200 <p>[sessionid=a]
  X-Cache: HIT
  !X-Accel-Session

GET /
  Cookie: sessionid=b
= 200
  X-State: live

GET /cached/end
  Cookie: sessionid=c
  X-Say: end
= 200
  X-Cache: MISS

GET /cached/end
  Cookie: sessionid=b
= 200 <p>[sessionid=c]
  X-Cache: HIT
  !X-Accel-Session
  !Set-Cookie

GET /
  Cookie: sessionid=b
= 200 <p>[sessionid=b]
  X-State: live



=== to what a cache has, nginx itself may say it
--- also_http
    proxy_cache_path $TEST_NGINX_SERVER_ROOT/cache keys_zone=cache:1m;
    map $cookie_role $said { guest off; }
--- also
    location /cached {
        proxy_cache cache;
        proxy_cache_valid 10m;
        proxy_cache_key $uri;
        add_header X-Accel-Session $said;
        add_header X-Cache $upstream_cache_status;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /cached/page
  Cookie: sessionid=a
  X-Say: end
= 200
  X-Cache: MISS

GET /cached/page
  Cookie: sessionid=b; role=guest
= 200 <p>[sessionid=a]
  X-Cache: HIT
  !X-Accel-Session
  !Set-Cookie

GET /
  Cookie: sessionid=b
= 200 <p>[sessionid=b]
  X-State: anonymous



=== where the page of an error is elsewhere
--- also_http
    proxy_cache_path $TEST_NGINX_SERVER_ROOT/cache keys_zone=cache:1m;
--- also
    location /404/ {
        proxy_intercept_errors on;
        error_page 404 https://sso.example.com/login;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /404/other {
        proxy_intercept_errors on;
        error_page 404 =303 https://sso.example.com/login;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /cached {
        proxy_cache cache;
        proxy_cache_valid 10m;
        proxy_cache_key $uri;
        error_page 412 https://sso.example.com/changed;
        add_header X-Cache $upstream_cache_status always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /404/cached {
        proxy_cache cache;
        proxy_cache_valid 404 10m;
        proxy_cache_key $uri;
        proxy_intercept_errors on;
        error_page 404 https://sso.example.com/login;
        add_header X-Cache $upstream_cache_status always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /own/ {
        error_page 403 https://sso.example.com/denied;
        deny all;
    }
--- steps
PAGE /404/
  Cookie: sessionid=a
  X-Say: end
= 302
  Location: https://sso.example.com/login
  X-State: new
  Set-Cookie: (sessionid deleted)
  !X-Accel-Session

GET /
  Cookie: sessionid=a
= 200 <p>[]
  X-State: closed

PAGE /404/other
  Cookie: sessionid=b
  X-Say: end
= 303
  Location: https://sso.example.com/login
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=b
= 200 <p>[]
  X-State: closed

GET /404/
  Cookie: sessionid=c
  X-Say: off
= 302
  !Set-Cookie

GET /
  Cookie: sessionid=c
= 200
  X-State: anonymous

# neither a client's
GET /404/
  Cookie: sessionid=d
  X-Accel-Session: end
= 302
  !Set-Cookie

GET /own/
  Cookie: sessionid=d
  X-Accel-Session: end
  X-Say: end
= 302
  Location: https://sso.example.com/denied
  !Set-Cookie

GET /
  Cookie: sessionid=d
= 200 <p>[sessionid=d]
  X-State: live

# nor a cache's: of a page that is not what the client wants
PAGE /cached
  Cookie: sessionid=e
  X-Say: end
= 200
  X-Cache: MISS
  Set-Cookie: (sessionid deleted)

GET /cached
  Cookie: sessionid=d
  If-Match: "other"
= 302
  Location: https://sso.example.com/changed
  X-Cache: HIT
  !Set-Cookie

# and of an error
PAGE /404/cached
  Cookie: sessionid=f
  X-Say: end
= 302
  X-Cache: MISS
  Set-Cookie: (sessionid deleted)

GET /404/cached
  Cookie: sessionid=d
= 302
  X-Cache: HIT
  !Set-Cookie

GET /
  Cookie: sessionid=d
= 200 <p>[sessionid=d]
  X-State: live

# a backend's own, whatever becomes of it
PAGE /cached/own
  Cookie: sessionid=d
  If-Match: "other"
  X-Say: end
= 302
  X-Cache: MISS
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=d
= 200 <p>[]
  X-State: closed



=== a key that is no cookie
--- http_config
    session_security_zone $http_authorization zone=sessions:1m;
    map $session_security_remaining $about {
        default $session_security_remaining;
        ~^(600|59\d)$ 600;
        ~^(300|29\d)$ 300;
        ~^(3600|359\d)$ 3600;
    }
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header X-Accel-Session $http_x_say always;
        return 200 "[$http_authorization]";
    }
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    add_header X-About $about always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
--- steps
GET /
  Authorization: Bearer a
  X-Say: off
= 200 [Bearer a]
  !X-Accel-Session

GET /
  Authorization: Bearer a
= 200 [Bearer a]
  X-State: anonymous

GET /ping/
  Authorization: Bearer a
= 200 "logout"

GET /
  Authorization: Bearer a
  X-Say: on; expire_after=300s
= 200 [Bearer a]
  X-State: anonymous
  !X-Accel-Session

GET /
  Authorization: Bearer a
= 200 [Bearer a]
  X-State: live
  X-About: 300

GET /
  Authorization: Bearer a
  X-Say: end
= 200 [Bearer a]
  !X-Accel-Session
  !Set-Cookie

GET /
  Authorization: Bearer a
= 401 {"error":"session_expired"}
  X-State: closed

GET /
  Authorization: Bearer b
= 200 [Bearer b]
  X-State: new



=== of several sessions in one request
--- steps
GET /
  Cookie: sessionid=a
  X-Say: off
= 200

PAGE /
  Cookie: sessionid=a; sessionid=b
= 200 ~ ^<script 

PAGE /
  Cookie: sessionid=a; sessionid=b
= 200 ~ ^<script 
  X-State: live

PAGE /
  Cookie: sessionid=a; sessionid=b
  X-Say: end
= 200
  Set-Cookie: (sessionid deleted)

GET /
  Cookie: sessionid=a
= 200 <p>[]
  X-State: closed

GET /
  Cookie: sessionid=b
= 200 <p>[]
  X-State: closed
