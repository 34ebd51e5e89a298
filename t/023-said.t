# What the backend says of a session in X-Accel-Session.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps qw(defaults send_all);

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

plan tests => 873;

# The backend says what X-Say tells it to say, sets X-Set, and which cookies it
# got.  Pages are HTML, so those of a session that is watched have the tag.
# X-About is what remains, as it was some moments ago.

defaults(
    page => 'Sec-Fetch-Mode: navigate',
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
        listen backend;
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
    location / { proxy_pass http://backend; }
    location = /kill { session_security_expire_after 100s; proxy_pass http://backend; }
    location /store/ {
        internal;
        proxy_set_header X-Say "";
        proxy_set_header X-Accel "";
        proxy_set_header X-Set "";
        proxy_pass http://backend;
    }
    location = /ping/ { session_security_ping; }
    location = /script.js { session_security_script; }
END
);

# Has the backend say these, each of another session.
sub say {
    my $n = 0;
    send_all(map { $n++; "HEAD /\nCookie: sessionid=said-$n\nX-Say: $_" } @_);
}

run_tests();

__DATA__

=== nothing: the session is watched, without being told
a: PAGE /
    => 200 new ~ ^<script .* data-warn-after="540" data-expire-after="600" .*<p>\[sessionid=a\]
    | no X-Accel-Session

=== on: the session is watched, and the client does not see the header
a: PAGE / | X-Say: on => 200 new ~ ^<script .*<p>\[sessionid=a\] | no X-Accel-Session
a: ping               => live about 0

=== on: for a session that is watched it is nothing new
a is idle for 300
a: GET /poll | X-Say: on => 200
a: ping                  => about 300
a: GET /?lifetime=100s   => 401 expired

=== rows 20 and 22: off: no script, no expiry, and a ping that says "logout"
a: PAGE / | X-Say: off => 200 <p>[sessionid=a] | no X-Accel-Session | no Set-Cookie
a: PAGE /              => 200 anonymous <p>[sessionid=a] | no X-Accel-Session | no Set-Cookie
a: ping 0              => anonymous "logout" | no Set-Cookie
a: ping 100000         => anonymous "logout" | no Set-Cookie
a: PAGE /?lifetime=1ms => 200 anonymous <p>[sessionid=a] | no Set-Cookie
a: POST /              => 200 anonymous <p>[sessionid=a]

=== row 22: off: a session that was watched, and is in time
a is idle for 300
a: GET /poll | X-Say: off => 200 live
a: GET / | X-Say: off     => 200 anonymous <p>[sessionid=a]
a: GET /kill              => 200 anonymous <p>[sessionid=a] | no Set-Cookie
a: ping                   => anonymous "logout"

=== row 24: off: a session that was watched, and is idle
a is idle for 300
a: GET /poll | X-Say: off => 200 live
a: ping 0                 => anonymous "logout"
a: GET /poll              => 200 anonymous <p>[sessionid=a]
a: PAGE /kill | X-Say: on => 200 closed <p>[] | X-Reason: idle | deleted
a: GET / | X-Say: on      => 200 closed <p>[]
a: POST /login | X-Say: on | X-Set: sessionid=a; Path=/ => 200 closed <p>[]
a: GET /                  => 200 live <p>[sessionid=a]

=== row 24: off: a session that was watched, at the end of its lifetime
a is idle for 300
a: GET / | X-Say: off              => 200 live
a: GET /?lifetime=400s             => 200 anonymous <p>[sessionid=a]
a: GET /?lifetime=300s | X-Say: on => 200 closed <p>[] | X-Reason: lifetime

=== row 22: off: a session that was watched, with limits of its own
a is idle for 300
a: GET /poll | X-Say: on; expire_after=400s => 200
a: GET /poll | X-Say: off                   => 200 live
a: GET /kill                                => 200 anonymous <p>[sessionid=a]

=== row 24: off: a backend that reads the cookie's name in one case only
a is idle for 300
a: GET /poll | X-Say: on                     => 200
GET /poll | Cookie: SESSIONID=a | X-Say: off => 200 live <p>[SESSIONID=a]
a: GET /kill | X-Say: on                     => 200 closed <p>[]
a: GET / | X-Say: on                         => 200 closed <p>[]

=== row 24: off: a backend that reads the last of two cookies
a is idle for 300
a: GET /poll | X-Say: on => 200
GET /poll | Cookie: sessionid=a; sessionid=junk | X-Say: off
    => 200 live <p>[sessionid=a; sessionid=junk]
a: GET /kill | X-Say: on => 200 closed <p>[]
a: GET / | X-Say: on     => 200 closed <p>[]

=== row 20: off: the dead stay dead
a has ended
a: POST /                    => 401
a: POST / | X-Say: off       => 200 <p>[]
a: GET /                     => 401 expired
a: GET /logout/ | X-Say: off => 200 <p>[sessionid=a]
a: GET / | X-Say: on         => 200 closed <p>[]
a: GET /                     => 200 closed <p>[]

=== row 18: off, then on: the clock of idle time starts anew, that of max_lifetime does not
a is idle for 300
a: GET /poll | X-Say: off => 200
a: GET /poll | X-Say: on  => 200
a: ping                   => live about 0
a: PAGE /?lifetime=400s   => 200 live ~ ^<script\x20
a: PAGE /?lifetime=300s   => 302 expired

=== rows 18 and 20: off, on and off as often as one likes
a is idle for 300
a: GET /poll | X-Say: off                   => 200
a: GET /poll | X-Say: off                   => 200 anonymous
a: GET /poll | X-Say: on; max_lifetime=1h   => 200
a: GET /poll | X-Say: off                   => 200 live
a: GET /poll | X-Say: on; max_lifetime=200s => 200 anonymous
a: GET /poll                                => 401 expired

=== row 18: on, for a visitor that never was logged in: both clocks start
GET / | X-Say: off | X-Set: sessionid=visitor => 200
after 0.6 s
visitor: POST /login | X-Say: on              => 200 anonymous
visitor: GET /?lifetime=550ms                 => 200 live <p>[sessionid=visitor]

=== row 22: off, then nothing: it stays off
a: GET / | X-Say: off => 200
a: GET /              => 200
a: GET /              => 200 anonymous

=== row 20: off, with a new cookie: the old one is closed, the new one is a visitor's
a: GET / => 200
a: GET /out | X-Say: off | X-Set: sessionid=b; Path=/
    => 200 <p>[sessionid=a] | Set-Cookie: sessionid=b; Path=/
a: GET / => 200 closed <p>[]
b: GET / => 200 anonymous <p>[sessionid=b]

=== row 22: off, with a new cookie for a visitor: the old one goes on
GET / | X-Say: off | X-Set: sessionid=a => 200 <p>[]
a: GET / | X-Say: off | X-Set: sessionid=b; Path=/
    => 200 anonymous <p>[sessionid=a] | Set-Cookie: sessionid=b; Path=/
a: GET /under-way                       => 200 anonymous <p>[sessionid=a] | no Set-Cookie
b: GET /                                => 200 anonymous <p>[sessionid=b]
a: GET / | X-Say: off | X-Set: sessionid=c; Path=/
    => 200 <p>[sessionid=a] | Set-Cookie: sessionid=c; Path=/
a; other=1: GET /                       => 200 anonymous <p>[sessionid=a; other=1] | no Set-Cookie

=== row 22: off, with a new cookie for a visitor that was logged in: the old one goes on
GET / | X-Set: sessionid=a                 => 200
a: GET / | X-Say: off                      => 200 live
a: GET / | X-Say: off | X-Set: sessionid=b => 200 anonymous
a: GET /under-way                          => 200 anonymous <p>[sessionid=a] | no Set-Cookie
b: GET /                                   => 200 anonymous <p>[sessionid=b]

=== row 20: off, with the same cookie again: it is a visitor's
a: GET / | X-Say: off | X-Set: sessionid=a; Path=/ => 200
a: GET / => 200 anonymous <p>[sessionid=a]

=== row 18: a visitor's cookie that is set with the page, and the login after it
GET / | X-Say: off | X-Set: sessionid=visitor => 200 none <p>[] | no X-Accel-Session
visitor: GET /                                => 200 anonymous <p>[sessionid=visitor]
visitor: POST /login | X-Say: on | X-Set: sessionid=user => 200 <p>[sessionid=visitor]
user: PAGE /                                  => 200 live ~ ^<script\x20
user: ping                                    => about 0
visitor: GET /under-way => 200 anonymous <p>[sessionid=visitor] | no Set-Cookie
visitor: POST /login | X-Say: on | X-Set: sessionid=second => 200 <p>[sessionid=visitor]
second: GET / | X-Say: end                    => 200 live
user: GET /                                   => 200 live <p>[sessionid=user]

=== row 14: a visitor's login gets the key of a session that has ended
POST /login | X-Set: sessionid=user => 200
user: GET / | X-Say: end            => 200
visitor: GET / | X-Say: off         => 200
visitor: POST /login | X-Say: on | X-Set: sessionid=user => 200 anonymous <p>[sessionid=visitor]
user: GET /                         => 200 live <p>[sessionid=user]

=== row 16: a login that says on together with the session's limits
POST /login | X-Say: on; warn_after=240s; expire_after=300s; max_lifetime=8h
    | X-Set: sessionid=user => 200 <p>[] | no X-Accel-Session
user: PAGE / => 200 live ~ data-warn-after="240" data-expire-after="300" | X-About: 300

=== row 19: limits: in the page that says them, and from then on
a: PAGE / | X-Say: on; warn_after=240s; expire_after=300s
    => 200 ~ data-warn-after="240" data-expire-after="300" | no X-Accel-Session
a: PAGE / => 200 live ~ data-warn-after="240" data-expire-after="300"
b: PAGE / => 200 ~ data-warn-after="540" data-expire-after="600"

=== row 19: limits: another way to write them, and one of them alone
a: PAGE / | X-Say: ON ;expire_after=1m 40s;  Warn_After = 90\x20
    => 200 ~ data-warn-after="90" data-expire-after="100"
b: PAGE / | X-Say: on; warn_after=60 => 200 ~ data-warn-after="60" data-expire-after="600"
c: PAGE / | X-Say: on; expire_after=2h
    => 200 ~ data-warn-after="(?:7140|6480)" data-expire-after="7200"

=== row 19: limits: others later
a: GET / | X-Say: on; expire_after=300s => 200
a: GET / | X-Say: on; expire_after=1h   => 200
a: GET / | X-Say: on                    => 200 | X-About: 3600
a: GET /                                => 200 live | X-About: 3600

=== row 19: limits: a shorter expire_after expires
a is idle for 300
a: GET /poll | X-Say: on; expire_after=200s => 200
a: GET /                                    => 401 expired

=== row 19: limits: a longer expire_after keeps, also where another one is configured
a is idle for 300
a: GET /poll | X-Say: on; expire_after=1h => 200
a: GET /kill                              => 200 live <p>[sessionid=a]

=== row 19: limits: max_lifetime
a is idle for 300
a: GET / | X-Say: on; max_lifetime=1000s => 200
a: GET /                                 => 200 live
a: GET / | X-Say: on; max_lifetime=300s  => 200
a: GET /                                 => 401 expired

=== row 19: limits: max_lifetime=0 is none
a is idle for 300
a: GET / | X-Say: on; max_lifetime=0 => 200
a: GET /?lifetime=100s               => 200 live <p>[sessionid=a]

=== row 15: limits: they stay with the session when its key changes
POST /login | X-Say: on; warn_after=240s; expire_after=300s | X-Set: sessionid=a => 200
a: GET / | X-Set: sessionid=b => 200
b: PAGE /                     => 200 ~ data-warn-after="240" data-expire-after="300"
b: GET / | X-Say: on; warn_after=100s; expire_after=200s | X-Set: sessionid=c => 200
c: PAGE /                     => 200 ~ data-warn-after="100" data-expire-after="200"
a: PAGE /                     => 200 ~ data-warn-after="100" data-expire-after="200"

=== row 25: limits: the next key of a session that a client began has them, and then its own
a is idle for 100
a: GET /poll | X-Say: on; warn_after=240s; expire_after=300s; max_lifetime=1h => 200
a: GET /poll | X-Set: sessionid=b           => 200
b: PAGE /poll => 200 live ~ data-warn-after="240" data-expire-after="300" data-idle="10\d[."]
b: PAGE /poll | X-Say: on; warn_after=210s; expire_after=250s; max_lifetime=1h
    => 200 ~ data-warn-after="210" data-expire-after="250"
a: PAGE /poll                               => 200 ~ data-warn-after="240" data-expire-after="300"
b: GET /poll | X-Say: on; max_lifetime=100s => 200 live
b: GET /poll                                => 401 expired
a: GET /poll                                => 200 live <p>[sessionid=a]

=== row 25: limits: said with the next key of a session that a client began
a is idle for 100
a: POST /login | X-Say: on; warn_after=240s; expire_after=300s | X-Set: sessionid=b
    => 200 <p>[sessionid=a]
b: PAGE / => 200 live ~ data-warn-after="240" data-expire-after="300"

=== limits: they are kept in steps, below a 32nd shorter than they were said
a: PAGE / | X-Say: on; warn_after=555s; expire_after=777s
    => 200 ~ data-warn-after="550" data-expire-after="770"
a: PAGE / | X-Say: on; warn_after=959; expire_after=960s
    => 200 ~ data-warn-after="950" data-expire-after="960"
a: PAGE / | X-Say: on; warn_after=31s; expire_after=100s
    => 200 ~ data-warn-after="31" data-expire-after="100"
a: PAGE / | X-Say: on; warn_after=70s; expire_after=8h 4m 59s
    => 200 ~ data-warn-after="70" data-expire-after="28800"
b: GET / | X-Say: on; expire_after=2h; max_lifetime=777s => 200
b: GET / => 200 live | X-About: 770

=== limits: those that people write are exact
a: PAGE / | X-Say: on; warn_after=300s; expire_after=15m
    => 200 ~ data-warn-after="300" data-expire-after="900"
a: PAGE / | X-Say: on; warn_after=45m; expire_after=8h
    => 200 ~ data-warn-after="2700" data-expire-after="28800"
a: PAGE / | X-Say: on; warn_after=10s; expire_after=12h
    => 200 ~ data-warn-after="10" data-expire-after="43200"
a: PAGE / | X-Say: on; warn_after=1h 30m; expire_after=24h
    => 200 ~ data-warn-after="5400" data-expire-after="86400"
a: PAGE / | X-Say: on; warn_after=13d; expire_after=14d
    => 200 ~ data-warn-after="1123200" data-expire-after="1209600"
b: GET / | X-Say: on; expire_after=2h; max_lifetime=1h => 200
b: GET / => 200 | X-About: 3600

=== limits: the same in each response are none to log
a: GET / | X-Say: on; warn_after=555s; expire_after=777s; max_lifetime=8h 1m => 200
a: GET / | X-Say: on; warn_after=555s; expire_after=777s; max_lifetime=8h 1m => 200
b: GET / | X-Say: on; warn_after=555s; expire_after=777s; max_lifetime=8h 1m => 200
b: GET / => 200 live | X-About: 770
--- no_error_log
[error]
[warn]

=== limits: as many different ones as a zone remembers, and these once more
--- init
main::say(map { my $e = $_; map { "on; warn_after=$_; expire_after=${e}s" } 1 .. 31 } 32 .. 64);
main::say(map { "on; warn_after=7; expire_after=${_}s" } 32 .. 64);
--- steps
a: PAGE / | X-Say: on; warn_after=31s; expire_after=64s
    => 200 ~ data-warn-after="31" data-expire-after="64"
a: PAGE / | X-Say: on; warn_after=31s; expire_after=64s 900ms
    => 200 ~ data-warn-after="31" data-expire-after="64"
a: PAGE / | X-Say: on; warn_after=5s; expire_after=40s
    => 200 ~ data-warn-after="5" data-expire-after="40"
--- no_error_log
[error]

=== limits: one more than that
--- init
main::say(map { my $e = $_; map { "on; warn_after=$_; expire_after=${e}s" } 1 .. 31 } 32 .. 64);
--- steps
a: PAGE / | X-Say: on; warn_after=31s; expire_after=66s => 200 ~ data-expire-after="64"
--- error_log
session_security_zone "sessions" has no room for more different limits, the nearest are used for "X-Accel-Session: on; warn_after=31s; expire_after=66s"

=== row 14: limits: they do not outlive the session
a: GET / | X-Say: on; expire_after=300s => 200
a: GET / | X-Say: end                   => 200
a: POST /login | X-Set: sessionid=a     => 200 <p>[]
a: GET /                                => 200 live | X-About: 600

=== row 14: limits: the next session with the same key, and the same limits
POST /login | X-Say: on; expire_after=300s | X-Set: sessionid=a => 200
a: GET / | X-Say: end => 200
a: POST /login | X-Say: on; expire_after=300s | X-Set: sessionid=a => 200 <p>[]
a: GET /              => 200 live | X-About: 300

=== row 18: limits: off, then on with the same limits
a: GET / | X-Say: on; expire_after=300s => 200
a: GET / | X-Say: off                   => 200
a: GET / | X-Say: on; expire_after=300s => 200
a: GET /                                => 200 live | X-About: 300

=== row 21: end: closed, and the cookie is deleted
a; other=1: PAGE / | X-Say: end
    => 200 ~ ^<script [^>]* data-ended="1" async></script><p>\[sessionid=a; other=1\]\n?$
    | no X-Accel-Session | deleted
a; other=1: PAGE / => 200 closed <p>[other=1] | deleted
a: ping 0          => "logout"

=== row 21: end: all keys of the session
POST /login | X-Set: sessionid=a => 200
a: GET / | X-Set: sessionid=b    => 200
b: GET / | X-Say: end            => 200
a: GET /                         => 200 closed <p>[]

=== row 21: end: all keys, by a request that is under way with the replaced key
POST /login | X-Set: sessionid=a => 200
a: GET / | X-Set: sessionid=b    => 200
a: GET /under-way | X-Say: end   => 200
b: GET /                         => 200 closed <p>[]

=== row 21: end: of a key that a client made up, that key alone
guest: GET / | X-Set: sessionid=one => 200
guest: GET / | X-Set: sessionid=two => 200
two: GET / | X-Say: end             => 200
two: GET /                          => 200 closed <p>[]
one: GET /                          => 200 live <p>[sessionid=one]
guest: GET /                        => 200 live <p>[sessionid=guest]

=== row 21: end: a key that the same response sets is a new session
a is idle for 300
a: GET /poll | X-Say: end | X-Set: sessionid=b; Path=/
    => 200 <p>[sessionid=a] | Set-Cookie: sessionid=b; Path=/
b: ping  => live about 0
a: GET / => 200 closed <p>[]
b: GET / => 200 live <p>[sessionid=b]

=== row 21: end: a visitor, too; a request without a session has none to end
a: GET / | X-Say: off => 200
a: PAGE / | X-Say: end
    => 200 ~ ^<script [^>]* data-ended="1" async></script><p>\[sessionid=a\]\n?$ | deleted
a: GET /              => 200 closed <p>[]
GET / | X-Say: end    => 200 none <p>[] | no Set-Cookie | no X-Accel-Session

=== rows 20 and 21: whatever the response is
a: GET /302/ | X-Say: end  => 302 | no X-Accel-Session
a: GET /                   => 200 closed <p>[]
b: POST /404/ | X-Say: off => 404 | no X-Accel-Session
b: GET /                   => 200 anonymous

=== X-Accel-Session in a request says nothing
a: GET / | X-Accel-Session: off => 200 new <p>[sessionid=a]
a: GET / | X-Accel-Session: end => 200 live <p>[sessionid=a] | no Set-Cookie
a: GET / | X-Accel-Session: on; expire_after=1h => 200 live | X-About: 600
a: GET /                        => 200 live | X-About: 600

=== the client does not see the header where there is no session either
GET / | X-Say: on; expire_after=1h => 200 <p>[] | no X-Accel-Session

=== a word that is none says nothing
a is idle for 300
a: GET /poll | X-Say: logged-in => 200 <p>[sessionid=a] | no X-Accel-Session
a: ping                         => live about 300

=== a word that is none is logged
a: GET / | X-Say: logged-in => 200 <p>[sessionid=a]
--- grep_error_log eval
qr/\[error\] .*/
--- grep_error_log_out eval
qr/\A\[error\] \d+#\d+: \*\d+ invalid "logged-in" in the backend's "X-Accel-Session: logged-in"; write on, off or end, and after on warn_after=TIME, expire_after=TIME and max_lifetime=TIME while reading response header from upstream, client: [^\n]*\n\z/

=== a limit that is none: the others are taken
a: PAGE / | X-Say: on; expire_after=soon; warn_after=100s; colour=red
    => 200 ~ data-warn-after="100" data-expire-after="600" | no X-Accel-Session
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
a: GET / | X-Say: off; expire_after=5m => 200
--- grep_error_log eval
qr/invalid "[^"]*"/
--- grep_error_log_out
invalid "expire_after=5m"

=== off and end with limits are obeyed
a: GET / | X-Say: off; expire_after=5m => 200
a: GET / | X-Say: end; expire_after=5m => 200 anonymous
a: GET /                               => 200 closed <p>[]

=== a backend that is wrong with each response is logged once a second
--- init
main::send_all(("GET /\nCookie: sessionid=a\nX-Say: yes") x 30);
open my $log, '<', main::server_root() . '/logs/error.log' or die "no error log: $!";
my $lines = grep { /invalid "yes"/ } <$log>;
main::ok($lines >= 1 && $lines <= 3, "logged, and not thirty times: $lines");
--- steps
a: GET / => 200 live

=== the last of several counts
--- also_http: map $http_x_say_too $too { default $http_x_say_too; }
--- also
    location /too/ {
        add_header X-Accel-Session $too;
        add_header X-State $session_security_state always;
        proxy_pass http://backend;
    }
--- steps
a: GET /too/ | X-Say: on | X-Say-Too: off => 200 | no X-Accel-Session
a: GET /                                  => 200 anonymous

=== said by nginx's own add_header, from a map
--- also_http: map $cookie_role $said { default off; user on; guest "on; expire_after=100s"; }
--- also
    location /said/ {
        add_header X-Accel-Session $said always;
        add_header X-State $session_security_state always;
        proxy_pass http://backend;
    }
--- steps
a: GET /said/              => 200 <p>[sessionid=a] | no X-Accel-Session
a: GET /said/              => 200 anonymous
a; role=user: GET /said/   => 200 | no X-Accel-Session
a; role=user: GET /said/   => 200 live
b; role=guest: PAGE /said/ => 200 ~ data-expire-after="100"

=== said by auth_request
--- also
    location = /auth {
        internal;
        proxy_pass http://backend;
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
a: PAGE /gate/page.html | X-Say: off => 200 <p>static | no X-Accel-Session
a: PAGE /gate/page.html              => 200 anonymous <p>static
b: PAGE /gate/page.html | X-Say: on; warn_after=60s; expire_after=90s
    => 200 ~ data-warn-after="60" data-expire-after="90".*<p>static | no X-Accel-Session
b: PAGE /gate/page.html | X-Say: end
    => 200 ~ ^<script [^>]* data-ended="1" async></script><p>static\n?$ | deleted
b: PAGE /                            => 200 closed <p>[]

=== said through X-Accel-Redirect
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
a: PAGE / | X-Say: off | X-Accel: /files/page.html => 200 <p>static | no X-Accel-Session
a: PAGE / => 200 anonymous <p>[sessionid=a]
b: PAGE / | X-Say: on; warn_after=60s; expire_after=90s | X-Accel: /files/page.html
    => 200 ~ data-warn-after="60" data-expire-after="90".*<p>static | no X-Accel-Session
b: PAGE / | X-Say: end | X-Accel: /files/page.html
    => 200 ~ ^<script [^>]* data-ended="1" async></script><p>static\n?$ | no X-Accel-Session
    | deleted
b: PAGE / => 200 closed <p>[]

=== said through X-Accel-Redirect to another backend
b: PAGE / | X-Say: off | X-Accel: /store/x
    => 200 new <p>[sessionid=b] | no X-Accel-Session | no Set-Cookie
b: GET /  => 200 anonymous
c: PAGE / | X-Say: on; warn_after=60s; expire_after=90s | X-Accel: /store/x
    => 200 ~ ^<script .*<p>\[sessionid=c\] | no X-Accel-Session
c: PAGE / => 200 live ~ data-warn-after="60" data-expire-after="90"
a: PAGE / | X-Say: end | X-Accel: /store/x
    => 200 ~ ^<script [^>]* data-ended="1" async></script><p>\[sessionid=a\]\n?$
    | no X-Accel-Session | deleted
a: GET /  => 200 closed <p>[]

=== said through X-Accel-Redirect to another backend, for a request without a key
GET / | X-Say: off | X-Set: sessionid=visitor | X-Accel: /store/x
    => 200 none <p>[] | no X-About | no X-Accel-Session | Set-Cookie: sessionid=visitor
visitor: GET / => 200 anonymous <p>[sessionid=visitor]
PAGE / | X-Say: on; warn_after=60s; expire_after=90s | X-Set: sessionid=user | X-Accel: /store/x
    => 200 none ~ data-warn-after="60" data-expire-after="90" data-idle="0" .*<p>\[]$
    | no X-Accel-Session
user: PAGE /   => 200 live ~ data-warn-after="60" data-expire-after="90"
PAGE / | X-Say: end | X-Set: sessionid=other | X-Accel: /store/x
    => 200 <p>[] | no X-Accel-Session | Set-Cookie: sessionid=other
other: GET /   => 200 live <p>[sessionid=other]

=== X-Accel-Redirect from a location that is not watched into one that is: a dead session does not get in
--- also: location /open/ { session_security off; proxy_pass http://backend; }
--- steps
a has ended
a: GET /open/ | X-Accel: /store/x             => 401 expired
a: GET /open/ | X-Say: on | X-Accel: /store/x => 401 expired

=== not said by a cache, which has it of somebody else
--- also_http: proxy_cache_path $TEST_NGINX_SERVER_ROOT/cache keys_zone=cache:1m;
--- also
    location /cached {
        proxy_cache cache;
        proxy_cache_valid 10m;
        proxy_cache_key $uri;
        add_header X-State $session_security_state always;
        add_header X-Cache $upstream_cache_status;
        proxy_pass http://backend;
    }
--- steps
a: GET /cached/off | X-Say: off => 200 <p>[sessionid=a] | X-Cache: MISS | no X-Accel-Session
a: GET /                        => 200 anonymous
b: GET /cached/off              => 200 <p>[sessionid=a] | X-Cache: HIT | no X-Accel-Session
b: GET /                        => 200 live
c: GET /cached/end | X-Say: end => 200 | X-Cache: MISS
b: GET /cached/end => 200 <p>[sessionid=c] | X-Cache: HIT | no X-Accel-Session | no Set-Cookie
b: GET /                        => 200 live <p>[sessionid=b]

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
        proxy_pass http://backend;
    }
--- steps
a: GET /cached/page | X-Say: end => 200 | X-Cache: MISS
b; role=guest: GET /cached/page
    => 200 <p>[sessionid=a] | X-Cache: HIT | no X-Accel-Session | no Set-Cookie
b: GET /                         => 200 anonymous <p>[sessionid=b]

=== said where the page of an error is elsewhere
--- also_http: proxy_cache_path $TEST_NGINX_SERVER_ROOT/cache keys_zone=cache:1m;
--- also
    location /404/ {
        proxy_intercept_errors on;
        error_page 404 https://sso.example.com/login;
        proxy_pass http://backend;
    }
    location /404/other {
        proxy_intercept_errors on;
        error_page 404 =303 https://sso.example.com/login;
        proxy_pass http://backend;
    }
    location /cached {
        proxy_cache cache;
        proxy_cache_valid 10m;
        proxy_cache_key $uri;
        error_page 412 https://sso.example.com/changed;
        add_header X-Cache $upstream_cache_status always;
        proxy_pass http://backend;
    }
    location /404/cached {
        proxy_cache cache;
        proxy_cache_valid 404 10m;
        proxy_cache_key $uri;
        proxy_intercept_errors on;
        error_page 404 https://sso.example.com/login;
        add_header X-Cache $upstream_cache_status always;
        proxy_pass http://backend;
    }
    location /own/ { error_page 403 https://sso.example.com/denied; deny all; }
--- steps
a: PAGE /404/ | X-Say: end
    => 302 new | to https://sso.example.com/login | deleted | no X-Accel-Session
a: GET /                            => 200 closed <p>[]
b: PAGE /404/other | X-Say: end     => 303 | to https://sso.example.com/login | deleted
b: GET /                            => 200 closed <p>[]
c: GET /404/ | X-Say: off           => 302 | no Set-Cookie
c: GET /                            => 200 anonymous
# neither a client's
d: GET /404/ | X-Accel-Session: end => 302 | no Set-Cookie
d: GET /own/ | X-Accel-Session: end | X-Say: end
    => 302 | to https://sso.example.com/denied | no Set-Cookie
d: GET /                            => 200 live <p>[sessionid=d]
# nor a cache's: of a page that is not what the client wants
e: PAGE /cached | X-Say: end        => 200 | X-Cache: MISS | deleted
d: GET /cached | If-Match: "other"
    => 302 | to https://sso.example.com/changed | X-Cache: HIT | no Set-Cookie
# and of an error
f: PAGE /404/cached | X-Say: end    => 302 | X-Cache: MISS | deleted
d: GET /404/cached                  => 302 | X-Cache: HIT | no Set-Cookie
d: GET /                            => 200 live <p>[sessionid=d]
# a backend's own, whatever becomes of it
d: PAGE /cached/own | If-Match: "other" | X-Say: end => 302 | X-Cache: MISS | deleted
d: GET /                            => 200 closed <p>[]

=== rows 18, 20 and 21: a key that is no cookie
--- http_config
    session_security_zone $http_authorization zone=sessions:1m;
    map $session_security_remaining $about {
        default $session_security_remaining;
        ~^(600|59\d)$ 600;
        ~^(300|29\d)$ 300;
        ~^(3600|359\d)$ 3600;
    }
    server {
        listen backend;
        add_header X-Accel-Session $http_x_say always;
        return 200 "[$http_authorization]";
    }
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    add_header X-About $about always;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
GET / | Authorization: Bearer a | X-Say: off => 200 [Bearer a] | no X-Accel-Session
GET / | Authorization: Bearer a              => 200 anonymous [Bearer a]
ping | Authorization: Bearer a               => "logout"
GET / | Authorization: Bearer a | X-Say: on; expire_after=300s
    => 200 anonymous [Bearer a] | no X-Accel-Session
GET / | Authorization: Bearer a              => 200 live [Bearer a] | X-About: 300
GET / | Authorization: Bearer a | X-Say: end
    => 200 [Bearer a] | no X-Accel-Session | no Set-Cookie
GET / | Authorization: Bearer a              => 401 closed {"error":"session_expired"}
GET / | Authorization: Bearer b              => 200 new [Bearer b]

=== row 21: end: each of several sessions in one request
a: GET / | X-Say: off                     => 200
PAGE / | Cookie: sessionid=a; sessionid=b => 200 ~ ^<script\x20
PAGE / | Cookie: sessionid=a; sessionid=b => 200 live ~ ^<script\x20
PAGE / | Cookie: sessionid=a; sessionid=b | X-Say: end => 200 | deleted
a: GET /                                  => 200 closed <p>[]
b: GET /                                  => 200 closed <p>[]
