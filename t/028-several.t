# Several cookies of the session's name in a request, keys that were replaced,
# and keys that a backend reads in part: each is judged for itself.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps qw(defaults send_all);

plan tests => 406;

# The backend says which cookies it got, sets those it is asked to set, and says
# of the session what it is asked to say. /late does what "do" says, with the same
# cookies, before it answers.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
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
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
END
    no_error_log => qr/\[(?:error|crit|alert|emerg)\]/,
);

run_tests();

__DATA__

=== a dead cookie that nobody can delete from here keeps nobody out
foreign has ended
foreign: GET /login | X-Set: sessionid=new => 200 []
PAGE / | Cookie: sessionid=foreign; sessionid=new => 200 live [sessionid=new] | no Set-Cookie
PAGE / | Cookie: a=1; sessionid=new; sessionid=foreign; b=2
    => 200 live [a=1; sessionid=new; b=2] | no Set-Cookie
ping 600 | Cookie: sessionid=foreign; sessionid=new => about 0

=== a dead cookie beside a live one is logged, but not with each request
--- log_level: info
--- init
main::send_all("GET /ping/?idleFor=600\nCookie: sessionid=foreign",
               ("GET /\nCookie: sessionid=foreign; sessionid=new") x 3);
open my $log, '<', main::server_root() . '/logs/error.log' or die "no error log: $!";
my @lines = grep { /cookie "sessionid" of a session that is not live is withheld beside that of a live one/ } <$log>;
main::is(scalar @lines, 1, 'the log says once that a cookie is withheld');
--- steps
GET / | Cookie: sessionid=foreign; sessionid=new => 200 [sessionid=new]

=== the second session expires, and a third one begins beside it
foreign has ended
second is issued
ping 0 | Cookie: sessionid=foreign; sessionid=second => 0
GET /out | Cookie: sessionid=foreign; sessionid=second | X-Set: sessionid=; Max-Age=0
    => 200 [sessionid=second]
PAGE / | Cookie: sessionid=foreign; sessionid=second => 200 closed []
GET /login | Cookie: sessionid=foreign; sessionid=second | X-Set: sessionid=third => 200 []
GET / | Cookie: sessionid=foreign; sessionid=third => 200 live [sessionid=third]

=== row 11: an expired cookie beside a closed one still gets to the logout
--- also
    session_security_logout_url /logout/;
    location = /kill { session_security_expire_after 1ms; proxy_pass http://backend; }
--- steps
foreign has ended
foreign: PAGE /logout/ => 200 expired [sessionid=foreign]
mine has ended
PAGE /page | Cookie: sessionid=foreign; sessionid=mine => 302 expired
PAGE /logout/ | Cookie: sessionid=foreign; sessionid=mine => 200 expired [sessionid=mine]
PAGE /page | Cookie: sessionid=foreign; sessionid=mine => 200 closed []

=== row 6: a request of a live session is not sent to the logout for an expired one
--- also: session_security_logout_url /logout/;
--- steps
expired has ended
live is issued
PAGE /page | Cookie: sessionid=expired; sessionid=live => 200 live [sessionid=live]
GET /api | Cookie: sessionid=expired; sessionid=live => 200 [sessionid=live]
PAGE /logout/ | Cookie: sessionid=expired; sessionid=live => 200 [sessionid=live]

=== two applications, a zone each, on one host
--- cookie: JSESSIONID
--- http_config
    session_security_zone cookie=JSESSIONID zone=root:1m;
    session_security_zone cookie=JSESSIONID zone=app:1m;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set always;
        return 200 "[$http_cookie]";
    }
--- config
    add_header X-State $session_security_state always;
    location / { session_security zone=root; proxy_pass http://backend; }
    location /app/ { session_security zone=app; proxy_pass http://backend; }
    location = /app/ping/ { session_security zone=app; session_security_ping; }
--- steps
GET / | X-Set: JSESSIONID=of-root; Path=/ => 200
of-root: GET /app/ | X-Set: JSESSIONID=of-app; Path=/app => 200 [JSESSIONID=of-root]
GET /app/ | Cookie: JSESSIONID=of-app; JSESSIONID=of-root
    => 200 live [JSESSIONID=of-app; JSESSIONID=of-root]
# both have been idle for too long to the application
GET /app/ | Cookie: JSESSIONID=of-app; JSESSIONID=of-root
    | X-Set: JSESSIONID=; Path=/app; Max-Age=0 => 200
GET /app/ | Cookie: JSESSIONID=of-app; JSESSIONID=of-root
    | X-Set: JSESSIONID=of-app-again; Path=/app => 200 closed []
GET /app/ | Cookie: JSESSIONID=of-app-again; JSESSIONID=of-root
    => 200 live [JSESSIONID=of-app-again]
of-root: GET /                            => 200 live [JSESSIONID=of-root]

=== parts of a split cookie that are too many to be its rest are judged
--- key: cookie=split_*
--- config
    session_security zone=sessions;
    session_security_unknown expired;
    location / { proxy_pass http://backend; }
--- steps
GET /login | X-Set: split_1=a-live-long-part-of-mine => 200
GET / | Cookie: split_1=a-live-long-part-of-mine; split_2=the-end
    => 200 [split_1=a-live-long-part-of-mine; split_2=the-end]
GET /
    | Cookie: split_1=a-live-long-part-of-mine; split_2=a-dead-value-; split_3=cut-into-parts; split_4=of-15-bytes
    => 200 [split_1=a-live-long-part-of-mine]

=== row 13: a key that is no cookie is refused again where an error page leads on
--- http_config
    session_security_zone $http_authorization zone=sessions:1m;
    server {
        listen backend;
        return 200 "[$request_method $http_authorization]";
    }
--- without: add_header X-State
--- also
    error_page 401 = @login;
    error_page 418 /told.html;
    location @login { proxy_pass http://backend; }
    location /page/ { session_security_expired_status 418; proxy_pass http://backend; }
    location = /told.html { }
--- user_files
>>> told.html
sign in, please
--- steps
GET / | Authorization: token                => 200 [GET token]
ping 600 | Authorization: dead              => "logout"
POST / | Authorization: dead | body: secret => 401 ~ 401 (?:Authorization Required|Unauthorized)
GET / | Authorization: dead                 => 401 ~ 401 (?:Authorization Required|Unauthorized)
GET /page/ | Authorization: dead            => 418 sign in, please

=== what a cache has sets nothing
--- also_http: proxy_cache_path $TEST_NGINX_SERVER_ROOT/cache keys_zone=cache:1m;
--- also
    location /cached {
        proxy_cache cache;
        proxy_cache_valid 10m;
        proxy_cache_key $uri;
        proxy_ignore_headers Set-Cookie;
        proxy_cookie_path / /;
        add_header X-Cache $upstream_cache_status;
        add_header Set-Cookie $http_x_own;
        proxy_pass http://backend;
    }
--- steps
GET /cached/page | X-Set: sessionid=dead; Path=/ => 200 [] | X-Cache: MISS
dead: GET /out | X-Set: sessionid=; Max-Age=0 => 200
GET /cached/page => 200 [] | X-Cache: HIT | Set-Cookie: sessionid=dead; Path=/
dead: GET /                                   => 200 closed []
# but nginx may
GET /cached/page | X-Own: sessionid=own; Path=/ => 200 [] | X-Cache: HIT
own: GET /out | X-Set: sessionid=other        => 200 live [sessionid=own]

=== a request is judged again after nginx has checked access
--- also
    location /wait { auth_request /auth; proxy_pass http://backend; }
    location = /auth {
        internal;
        proxy_set_header X-Set "";
        proxy_pass http://backend/late?do=/bye;
    }
    location = /bye { proxy_set_header X-Set "sessionid=; Max-Age=0"; proxy_pass http://backend; }
--- steps
mine is issued
mine; other=1: GET /wait  => 200 closed [other=1]
yours is issued
theirs is issued
yours: GET /              => 200 [sessionid=yours]
yours; other=1: GET /wait => 200 closed [other=1]

=== row 23: a key known before the login is nobody's after it
known is issued
known: GET /                                  => 200 [sessionid=known]
known: GET /login | X-Set: sessionid=users | X-Say: on => 200
known: ping                                   => "logout"
known: GET / | X-Set: sessionid=mine          => 200 anonymous [sessionid=known]
mine: GET /out | X-Set: sessionid=; Max-Age=0 => 200 live [sessionid=mine]
known: GET / | X-Say: off                     => 200 [sessionid=known]
known: GET / | X-Say: end                     => 200
users: GET /                                  => 200 live [sessionid=users]
users: ping                                   => about 0

=== row 23: a key known before the login does not come back to the session by being set again
known is issued
known: GET /login | X-Set: sessionid=users | X-Say: on => 200
known: GET / | X-Set: sessionid=known          => 200 [sessionid=known]
known: GET /out | X-Set: sessionid=; Max-Age=0 => 200 live [sessionid=known]
users: GET /                                   => 200 live [sessionid=users]

=== row 23: a key known before the login dies with the session
known is issued
known: GET /login | X-Set: sessionid=users | X-Say: on => 200
users: GET /out | X-Set: sessionid=; Max-Age=0 => 200
known: GET /                                   => 200 closed []

=== row 23: a login with a key known before another login begins a session of its own
known is issued
known: GET /login | X-Set: sessionid=users | X-Say: on => 200
known: GET /login | X-Say: on                  => 200
known: GET /                                   => 200 live [sessionid=known]
known: GET /out | X-Set: sessionid=; Max-Age=0 => 200
users: GET /                                   => 200 live [sessionid=users]

=== row 23: a key that changes without a login is good for some seconds more
--- timeout: 30
--- steps
old is issued
old: GET / | X-Set: sessionid=new => 200
after 8 s
old: GET /                        => 200 anonymous [sessionid=old]
old: ping                         => "logout"
new: ping                         => ~ ^\d+$

=== row 15: the keys of parallel responses are one session
--- also
    location /slow { proxy_pass http://backend/late?do=/renew; }
    location = /renew {
        proxy_set_header X-Set "sessionid=first";
        proxy_set_header X-Say on;
        proxy_pass http://backend;
    }
--- steps
old is issued
# while it waits, another request of the session gets its next key
old: GET /slow | X-Set: sessionid=second => 200 [sessionid=old]
second: GET /out | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=second]
first: GET /                             => 200 closed []

=== row 2: a request records two unknown keys
GET / | Cookie: sessionid=1; sessionid=2; sessionid=3; sessionid=4
    => 200 new [sessionid=1; sessionid=2]
3: GET / => 200 new [sessionid=3]

=== of several Set-Cookie for one cookie the last one counts
mine is issued
mine: GET /out | X-Set: sessionid=new; Path=/ | X-Set-Too: sessionid=deleted; Path=/; Max-Age=0
    => 200 [sessionid=mine]
mine: GET /  => 200 closed []
new: GET /   => 200 closed []
yours is issued
yours: GET /in | X-Set: sessionid=; Max-Age=0; Path=/ | X-Set-Too: sessionid=next; Path=/
    => 200 [sessionid=yours]
next: GET /  => 200 live [sessionid=next]
yours: GET / => 200 live [sessionid=yours]
theirs is issued
# for another path it is another cookie
theirs: GET /page | X-Set: sessionid=other; Path=/ | X-Set-Too: sessionid=; Path=/page; Max-Age=0
    => 200 [sessionid=theirs]
other: GET / => 200 live [sessionid=other]

=== row 15: each of several Set-Cookie for one cookie is a key of the session
mine is issued
mine: GET / | X-Set: sessionid=one; Path=/ | X-Set-Too: sessionid=two; Path=/
    => 200 [sessionid=mine]
two: GET /out | X-Set: sessionid=; Path=/; Max-Age=0 => 200 [sessionid=two]
one: GET /   => 200 closed []
yours is issued
# one that is of no session yet begins none
GET / | X-Set: sessionid=three; Path=/ | X-Set-Too: sessionid=four; Path=/ => 200 []
three: GET / => 200 new [sessionid=three]

=== a dead cookie among too many is not deleted either where one of its name lives
gone has ended
live is issued
PAGE /
    | Cookie: sessionid=gone; sessionid=live; sessionid=1; sessionid=2; sessionid=3; sessionid=4; sessionid=5; sessionid=6; sessionid=7; sessionid=8; sessionid=9; sessionid=10; sessionid=11; sessionid=12; sessionid=13; sessionid=14; sessionid=15
    => 200 [] | no Set-Cookie
live: GET / => 200 live [sessionid=live]

=== until: what stands before the character is the session
--- cookie: JSESSIONID
--- http_config
    session_security_zone cookie=JSESSIONID zone=sessions:1m until=.;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set always;
        return 200 "[$http_cookie]";
    }
--- without: location = /ping/ {
--- steps
GET /login | X-Set: JSESSIONID=node01key.node0; Path=/ => 200
GET / | Cookie: JSESSIONID=node01key.node0   => 200 live [JSESSIONID=node01key.node0]
GET / | Cookie: JSESSIONID="node01key.node1" => 200 live
GET /out | Cookie: JSESSIONID=node01key.node0 | X-Set: JSESSIONID=; Max-Age=0 => 200
GET / | Cookie: JSESSIONID=node01key.node0   => 200 closed []
node01key: GET /                             => 200 closed []
GET / | Cookie: JSESSIONID=node01key.x       => 200 closed []
GET / | Cookie: JSESSIONID="node01%6bey.y"   => 200 closed []
GET / | Cookie: JSESSIONID=node01other.node0 => 200 new [JSESSIONID=node01other.node0]
