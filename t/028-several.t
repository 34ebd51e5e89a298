# Several cookies of the session's name in a request, keys that were replaced,
# and keys that a backend reads in part: each is judged for itself.

use FindBin;
use lib "$FindBin::Bin/support";

use IO::Socket::INET;

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 406;

# The backend says which cookies it got, sets those it is asked to set, and says
# of the session what it is asked to say. /late does what "do" says, with the same
# cookies, before it answers.
#
# In steps, "DEAD a" makes "a" a dead session, and "ISSUED a" begins one that the
# backend issues.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        add_header X-Accel-Session $http_x_say always;
        location / { return 200 "[$http_cookie]"; }
        location /late {
            proxy_set_header Host localhost;
            proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT$arg_do;
        }
    }
END
    config => <<'END',
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
END
    no_error_log => qr/\[(?:error|crit|alert|emerg)\]/,
);

add_block_preprocessor(sub {
    my $block = shift;
    defined(my $steps = $block->steps) or return;
    $steps =~ s{^DEAD (\S+)$}{GET /ping/?idleFor=600\n  Cookie: sessionid=$1\n= 200 "logout"}mg;
    $steps =~ s{^ISSUED (\S+)$}{GET /login\n  X-Set: sessionid=$1\n= 200 []}mg;
    $block->set_value(steps => $steps);
});

run_tests();

__DATA__

=== a dead cookie that nobody can delete from here keeps nobody out
--- steps
DEAD foreign

GET /login
  Cookie: sessionid=foreign
  X-Set: sessionid=new
= 200 []

PAGE /
  Cookie: sessionid=foreign; sessionid=new
= 200 [sessionid=new]
  X-State: live
  !Set-Cookie

PAGE /
  Cookie: a=1; sessionid=new; sessionid=foreign; b=2
= 200 [a=1; sessionid=new; b=2]
  X-State: live
  !Set-Cookie

GET /ping/?idleFor=600
  Cookie: sessionid=foreign; sessionid=new
= 200 ~ ^\d$



=== of which the log tells, but not with each request
--- log_level: info
--- init
for my $request ("GET /ping/?idleFor=600 HTTP/1.0\r\nCookie: sessionid=foreign", ("GET / HTTP/1.0\r\nCookie: sessionid=foreign; sessionid=new") x 3) {
    my $socket = IO::Socket::INET->new(PeerAddr => main::server_addr(),
                                       PeerPort => main::server_port());
    print $socket "$request\r\n\r\n";
    () = <$socket>;
}
open my $log, '<', main::server_root() . '/logs/error.log' or die "no error log: $!";
my @lines = grep { /cookie "sessionid" of a session that has ended is withheld beside that of another one/ } <$log>;
main::is(scalar @lines, 1, 'the log says once that a cookie is withheld');
--- steps
GET /
  Cookie: sessionid=foreign; sessionid=new
= 200 [sessionid=new]



=== the second session expires, and a third one begins beside it
--- steps
DEAD foreign

ISSUED second

GET /ping/?idleFor=0
  Cookie: sessionid=foreign; sessionid=second
= 200 0

GET /out
  Cookie: sessionid=foreign; sessionid=second
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=second]

PAGE /
  Cookie: sessionid=foreign; sessionid=second
= 200 []
  X-State: closed

GET /login
  Cookie: sessionid=foreign; sessionid=second
  X-Set: sessionid=third
= 200 []

GET /
  Cookie: sessionid=foreign; sessionid=third
= 200 [sessionid=third]
  X-State: live



=== an expired cookie beside a closed one still gets to the logout
--- also
    session_security_logout_url /logout/;
    location = /kill {
        session_security_expire_after 1ms;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
DEAD foreign

PAGE /logout/
  Cookie: sessionid=foreign
= 200 [sessionid=foreign]
  X-State: expired

DEAD mine

PAGE /page
  Cookie: sessionid=foreign; sessionid=mine
= 302
  X-State: expired

PAGE /logout/
  Cookie: sessionid=foreign; sessionid=mine
= 200 [sessionid=mine]
  X-State: expired

PAGE /page
  Cookie: sessionid=foreign; sessionid=mine
= 200 []
  X-State: closed



=== a request of a living session is not sent to the logout for an expired one
--- also
    session_security_logout_url /logout/;
--- steps
DEAD expired

ISSUED live

PAGE /page
  Cookie: sessionid=expired; sessionid=live
= 200 [sessionid=live]
  X-State: live

GET /api
  Cookie: sessionid=expired; sessionid=live
= 200 [sessionid=live]

PAGE /logout/
  Cookie: sessionid=expired; sessionid=live
= 200 [sessionid=live]



=== two applications, a zone each, on one host
--- http_config
    session_security_zone cookie=JSESSIONID zone=root:1m;
    session_security_zone cookie=JSESSIONID zone=app:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        return 200 "[$http_cookie]";
    }
--- config
    add_header X-State $session_security_state always;
    location / {
        session_security zone=root;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /app/ {
        session_security zone=app;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /app/ping/ {
        session_security zone=app;
        session_security_ping;
    }
--- steps
GET /
  X-Set: JSESSIONID=of-root; Path=/
= 200

GET /app/
  Cookie: JSESSIONID=of-root
  X-Set: JSESSIONID=of-app; Path=/app
= 200 [JSESSIONID=of-root]

GET /app/
  Cookie: JSESSIONID=of-app; JSESSIONID=of-root
= 200 [JSESSIONID=of-app; JSESSIONID=of-root]
  X-State: live

# both have been idle for too long to the application

GET /app/
  Cookie: JSESSIONID=of-app; JSESSIONID=of-root
  X-Set: JSESSIONID=; Path=/app; Max-Age=0
= 200

GET /app/
  Cookie: JSESSIONID=of-app; JSESSIONID=of-root
  X-Set: JSESSIONID=of-app-again; Path=/app
= 200 []
  X-State: closed

GET /app/
  Cookie: JSESSIONID=of-app-again; JSESSIONID=of-root
= 200 [JSESSIONID=of-app-again]
  X-State: live

GET /
  Cookie: JSESSIONID=of-root
= 200 [JSESSIONID=of-root]
  X-State: live



=== parts of a split cookie that are too many to be its rest are judged
--- http_config
    session_security_zone cookie=split_* zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    session_security_unknown expired;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- steps
GET /login
  X-Set: split_1=a-live-long-part-of-mine
= 200

GET /
  Cookie: split_1=a-live-long-part-of-mine; split_2=the-end
= 200 [split_1=a-live-long-part-of-mine; split_2=the-end]

GET /
  Cookie: split_1=a-live-long-part-of-mine; split_2=a-dead-value-; split_3=cut-into-parts; split_4=of-15-bytes
= 200 [split_1=a-live-long-part-of-mine]



=== a key that is no cookie is refused again where an error page leads on
--- http_config
    session_security_zone $http_authorization zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$request_method $http_authorization]";
    }
--- config
    session_security zone=sessions;
    error_page 401 = @login;
    error_page 418 /told.html;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location @login { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location /page/ {
        session_security_expired_status 418;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /ping/ { session_security_ping; }
    location = /told.html { }
--- user_files
>>> told.html
sign in, please
--- steps
GET /
  Authorization: token
= 200 [GET token]

GET /ping/?idleFor=600
  Authorization: dead
= 200 "logout"

POST /
  Authorization: dead
| secret
= 401 ~ 401 (?:Authorization Required|Unauthorized)

GET /
  Authorization: dead
= 401 ~ 401 (?:Authorization Required|Unauthorized)

GET /page/
  Authorization: dead
= 418 sign in, please



=== what a cache has sets nothing
--- also_http
    proxy_cache_path $TEST_NGINX_SERVER_ROOT/cache keys_zone=cache:1m;
--- also
    location /cached {
        proxy_cache cache;
        proxy_cache_valid 10m;
        proxy_cache_key $uri;
        proxy_ignore_headers Set-Cookie;
        proxy_cookie_path / /;
        add_header X-Cache $upstream_cache_status;
        add_header Set-Cookie $http_x_own;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /cached/page
  X-Set: sessionid=dead; Path=/
= 200 []
  X-Cache: MISS

GET /out
  Cookie: sessionid=dead
  X-Set: sessionid=; Max-Age=0
= 200

GET /cached/page
= 200 []
  X-Cache: HIT
  Set-Cookie: sessionid=dead; Path=/

GET /
  Cookie: sessionid=dead
= 200 []
  X-State: closed

# but nginx may

GET /cached/page
  X-Own: sessionid=own; Path=/
= 200 []
  X-Cache: HIT

GET /out
  Cookie: sessionid=own
  X-Set: sessionid=other
= 200 [sessionid=own]
  X-State: live



=== it is judged again once it is admitted
--- also
    location /wait {
        auth_request /auth;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location = /auth {
        internal;
        proxy_set_header X-Set "";
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1/late?do=/bye;
    }
    location = /bye {
        proxy_set_header X-Set "sessionid=; Max-Age=0";
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
ISSUED mine

GET /wait
  Cookie: sessionid=mine; other=1
= 200 [other=1]
  X-State: closed

ISSUED yours

ISSUED theirs

GET /
  Cookie: sessionid=yours
= 200 [sessionid=yours]

GET /wait
  Cookie: sessionid=yours; other=1
= 200 [other=1]
  X-State: closed



=== a key known before the login is nobody's after it
--- steps
ISSUED known

GET /
  Cookie: sessionid=known
= 200 [sessionid=known]

GET /login
  Cookie: sessionid=known
  X-Set: sessionid=users
  X-Say: on
= 200

GET /ping/
  Cookie: sessionid=known
= 200 "logout"

GET /
  Cookie: sessionid=known
  X-Set: sessionid=mine
= 200 [sessionid=known]
  X-State: anonymous

GET /out
  Cookie: sessionid=mine
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=mine]
  X-State: live

GET /
  Cookie: sessionid=known
  X-Say: off
= 200 [sessionid=known]

GET /
  Cookie: sessionid=known
  X-Say: end
= 200

GET /
  Cookie: sessionid=users
= 200 [sessionid=users]
  X-State: live

GET /ping/
  Cookie: sessionid=users
= 200 ~ ^\d$



=== it does not come back to the session by being set again
--- steps
ISSUED known

GET /login
  Cookie: sessionid=known
  X-Set: sessionid=users
  X-Say: on
= 200

GET /
  Cookie: sessionid=known
  X-Set: sessionid=known
= 200 [sessionid=known]

GET /out
  Cookie: sessionid=known
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=known]
  X-State: live

GET /
  Cookie: sessionid=users
= 200 [sessionid=users]
  X-State: live



=== but it dies with the session
--- steps
ISSUED known

GET /login
  Cookie: sessionid=known
  X-Set: sessionid=users
  X-Say: on
= 200

GET /out
  Cookie: sessionid=users
  X-Set: sessionid=; Max-Age=0
= 200

GET /
  Cookie: sessionid=known
= 200 []
  X-State: closed



=== who logs in with it is watched on his own
--- steps
ISSUED known

GET /login
  Cookie: sessionid=known
  X-Set: sessionid=users
  X-Say: on
= 200

GET /login
  Cookie: sessionid=known
  X-Say: on
= 200

GET /
  Cookie: sessionid=known
= 200 [sessionid=known]
  X-State: live

GET /out
  Cookie: sessionid=known
  X-Set: sessionid=; Max-Age=0
= 200

GET /
  Cookie: sessionid=users
= 200 [sessionid=users]
  X-State: live



=== a key that changes without a login is good for some seconds more
--- timeout: 30
--- steps
ISSUED old

GET /
  Cookie: sessionid=old
  X-Set: sessionid=new
= 200

after 8 s
GET /
  Cookie: sessionid=old
= 200 [sessionid=old]
  X-State: anonymous

GET /ping/
  Cookie: sessionid=old
= 200 "logout"

GET /ping/
  Cookie: sessionid=new
= 200 ~ ^\d+$



=== several parallel answers are one session
--- also
    location /slow {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1/late?do=/renew;
    }
    location = /renew {
        proxy_set_header X-Set "sessionid=first";
        proxy_set_header X-Say on;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
ISSUED old

# while it waits, another request of the session gets its next key

GET /slow
  Cookie: sessionid=old
  X-Set: sessionid=second
= 200 [sessionid=old]

GET /out
  Cookie: sessionid=second
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=second]

GET /
  Cookie: sessionid=first
= 200 []
  X-State: closed



=== a request records two unknown keys
--- steps
GET /
  Cookie: sessionid=1; sessionid=2; sessionid=3; sessionid=4
= 200 [sessionid=1; sessionid=2]
  X-State: new

GET /
  Cookie: sessionid=3
= 200 [sessionid=3]
  X-State: new



=== of several Set-Cookie for one cookie the last one counts
--- steps
ISSUED mine

GET /out
  Cookie: sessionid=mine
  X-Set: sessionid=new; Path=/
  X-Set-Too: sessionid=deleted; Path=/; Max-Age=0
= 200 [sessionid=mine]

GET /
  Cookie: sessionid=mine
= 200 []
  X-State: closed

GET /
  Cookie: sessionid=new
= 200 []
  X-State: closed

ISSUED yours

GET /in
  Cookie: sessionid=yours
  X-Set: sessionid=; Max-Age=0; Path=/
  X-Set-Too: sessionid=next; Path=/
= 200 [sessionid=yours]

GET /
  Cookie: sessionid=next
= 200 [sessionid=next]
  X-State: live

GET /
  Cookie: sessionid=yours
= 200 [sessionid=yours]
  X-State: live

ISSUED theirs

# for another path it is another cookie

GET /page
  Cookie: sessionid=theirs
  X-Set: sessionid=other; Path=/
  X-Set-Too: sessionid=; Path=/page; Max-Age=0
= 200 [sessionid=theirs]

GET /
  Cookie: sessionid=other
= 200 [sessionid=other]
  X-State: live



=== but each of them is a key of the session
--- steps
ISSUED mine

GET /
  Cookie: sessionid=mine
  X-Set: sessionid=one; Path=/
  X-Set-Too: sessionid=two; Path=/
= 200 [sessionid=mine]

GET /out
  Cookie: sessionid=two
  X-Set: sessionid=; Path=/; Max-Age=0
= 200 [sessionid=two]

GET /
  Cookie: sessionid=one
= 200 []
  X-State: closed

ISSUED yours

# one that is of no session yet begins none

GET /
  X-Set: sessionid=three; Path=/
  X-Set-Too: sessionid=four; Path=/
= 200 []

GET /
  Cookie: sessionid=three
= 200 [sessionid=three]
  X-State: new



=== a dead cookie among too many is not deleted either where one of its name lives
--- steps
DEAD gone

ISSUED live

PAGE /
  Cookie: sessionid=gone; sessionid=live; sessionid=1; sessionid=2; sessionid=3; sessionid=4; sessionid=5; sessionid=6; sessionid=7; sessionid=8; sessionid=9; sessionid=10; sessionid=11; sessionid=12; sessionid=13; sessionid=14; sessionid=15
= 200 []
  !Set-Cookie

GET /
  Cookie: sessionid=live
= 200 [sessionid=live]
  X-State: live



=== until: what stands before the character is the session
--- http_config
    session_security_zone cookie=JSESSIONID zone=sessions:1m until=.;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- steps
GET /login
  X-Set: JSESSIONID=node01key.node0; Path=/
= 200

GET /
  Cookie: JSESSIONID=node01key.node0
= 200 [JSESSIONID=node01key.node0]
  X-State: live

GET /
  Cookie: JSESSIONID="node01key.node1"
= 200
  X-State: live

GET /out
  Cookie: JSESSIONID=node01key.node0
  X-Set: JSESSIONID=; Max-Age=0
= 200

GET /
  Cookie: JSESSIONID=node01key.node0
= 200 []
  X-State: closed

GET /
  Cookie: JSESSIONID=node01key
= 200 []
  X-State: closed

GET /
  Cookie: JSESSIONID=node01key.x
= 200 []
  X-State: closed

GET /
  Cookie: JSESSIONID="node01%6bey.y"
= 200 []
  X-State: closed

GET /
  Cookie: JSESSIONID=node01other.node0
= 200 [JSESSIONID=node01other.node0]
  X-State: new
