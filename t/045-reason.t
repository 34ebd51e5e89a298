# $session_security_reason: why a session has ended, in the URL that its user is
# sent to, in the log, and wherever else nginx takes a variable.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps 'defaults';

plan tests => 150;

# The backend sets what the request has in X-Set, and says what it has in X-Say.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    log_format reason 'reason=$session_security_reason;';
    server {
        listen backend;
        add_header Set-Cookie $http_x_set always;
        add_header X-Accel-Session $http_x_say always;
        return 200 "$request_uri [$http_cookie] <$http_x_reason>";
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/?why=$session_security_reason;
    access_log $TEST_NGINX_SERVER_ROOT/logs/access.log reason;
    add_header X-Reason $session_security_reason always;
    proxy_set_header X-Reason $session_security_reason;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
END
);

run_tests();

__DATA__

=== idle: the redirect, the logout, and what follows it
a: ping 600               => "logout" | X-Reason: idle
a: PAGE /page             => 302 | to /logout/?why=idle | X-Reason: idle
a: GET /fetch             => 401 | X-Reason: idle
a: PAGE /logout/?why=idle => 200 /logout/?why=idle [sessionid=a] <idle> | X-Reason: idle
a: PAGE /login/           => 200 /login/ [] <idle> | X-Reason: idle
PAGE /login/              => 200 /login/ [] <> | no X-Reason

=== the end of its lifetime
--- also: session_security_max_lifetime 300s;
--- steps
a: ping 299   => 299 | no X-Reason
b: ping 300   => "logout" | X-Reason: lifetime
b: PAGE /page => 302 | to /logout/?why=lifetime

=== both: the one that came first
--- also: session_security_max_lifetime 700s;
--- steps
a: ping 1000 => "logout" | X-Reason: idle

=== a login page: the redirect closes the session, for the same reason
--- config
    session_security zone=sessions;
    session_security_login_url /login/?next=$session_security_return_url&why=$session_security_reason;
    add_header X-Reason $session_security_reason always;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
a has ended
a: PAGE /page?n=1 => 302 | to /login/?next=%2Fpage%3Fn%3D1&why=idle | deleted
a: PAGE /login/?next=%2Fpage%3Fn%3D1&why=idle
    => 200 /login/?next=%2Fpage%3Fn%3D1&why=idle [] <> | X-Reason: idle

=== on another host
--- config
    session_security zone=sessions;
    session_security_logout_url https://sso.example.com/logout?why=$session_security_reason;
    add_header X-Reason $session_security_reason always;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
a has ended
a: PAGE /page => 302 | to https://sso.example.com/logout?why=idle
a: PAGE /page => 200 /page [] <> | X-Reason: idle

=== as a part of the path
--- config
    session_security_expire_after 60s;
    session_security zone=sessions;
    session_security_logout_url /bye/$session_security_reason;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
a: ping 60            => "logout"
a: PAGE /bye/lifetime => 302 | to /bye/idle
a: PAGE /bye/idle     => 200 /bye/idle [sessionid=a] <>

=== without a URL
--- without
session_security_logout_url
access_log
proxy_set_header
--- steps
a: ping 600   => "logout" | X-Reason: idle
a: PAGE /page => 200 /page [] <> | X-Reason: idle

=== a map chooses the URL by it
--- also_http
    map $session_security_reason $away {
        lifetime  /too-long;
        default   /idle;
    }
--- config
    session_security_max_lifetime 300s;
    session_security zone=sessions;
    session_security_logout_url $away;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
a: ping 300   => "logout"
a: PAGE /page => 302 | to /too-long

=== the backend deletes the cookie: a logout, in the log of that response
a: GET /bye | X-Set: sessionid=; Max-Age=0 => 200 /bye [sessionid=a] <> | no X-Reason
--- access_log
reason=logout;

=== after the backend deleted the cookie
a: GET /bye | X-Set: sessionid=; Max-Age=0 => 200 /bye [sessionid=a] <>
a: PAGE /                                  => 200 / [] <logout> | X-Reason: logout
a: ping                                    => "logout" | X-Reason: logout

=== the backend says end, or off with another key
a: GET / | X-Say: end                      => 200 | no X-Reason
a: GET /                                   => 200 / [] <said> | X-Reason: said
b: GET / | X-Say: off | X-Set: sessionid=c => 200 | no X-Reason
b: GET /                                   => 200 / [] <said> | X-Reason: said

=== the backend says end, in the log of that response
a: GET / | X-Say: end => 200 | no X-Reason
--- access_log
reason=said;

=== in the log of a redirect
--- also: session_security_unknown expired;
--- steps
a: PAGE / => 302 | X-Reason: unknown
--- access_log
reason=unknown;

=== the first reason stays
a has ended
a: PAGE /logout/?why=idle | X-Say: end | X-Set: sessionid=; Max-Age=0 => 200
a: GET / => 200 / [] <idle> | X-Reason: idle

=== a key that the zone does not know, where such are expired
--- also: session_security_unknown expired;
--- steps
a: PAGE /page                     => 302 | to /logout/?why=unknown | X-Reason: unknown
b: PAGE /logout/?why=unknown      => 200 /logout/?why=unknown [] <unknown> | X-Reason: unknown
PAGE /login/ | X-Set: sessionid=a => 200 /login/ [] <> | no X-Reason
a: PAGE /page                     => 200 /page [sessionid=a] <> | no X-Reason

=== nothing of a session that lives, of a visitor, or of none
a: PAGE /              => 200 / [sessionid=a] <> | no X-Reason
a: PAGE / | X-Say: off => 200 / [sessionid=a] <> | no X-Reason
a: PAGE /              => 200 / [sessionid=a] <> | no X-Reason
PAGE /                 => 200 / [] <> | no X-Reason
--- access_log
reason=-;

=== nothing of a dead session beside one that lives
a has ended
PAGE / | Cookie: sessionid=a; sessionid=b => 200 / [sessionid=b] <> | no X-Reason

=== a new login has none
a has ended
a: PAGE /logout/?why=idle        => 200
PAGE /login | X-Set: sessionid=a => 200
a: PAGE /                        => 200 / [sessionid=a] <> | no X-Reason

=== in the page of a session that lives the URL has an empty one
--- also: session_security_inject on;
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    log_format reason 'reason=$session_security_reason;';
    server {
        listen backend;
        default_type text/html;
        return 200 "<p>";
    }
--- steps
a: PAGE / => 200 ~ data-logout="/logout/\?why="
