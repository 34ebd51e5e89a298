# The variables, in every state and wherever nginx takes them; and the
# directives that take variables themselves.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps qw(defaults send_all);

plan tests => 413;

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    log_format session '<$session_security_state>'
                       '<$session_security_idle><$session_security_remaining>';
    server {
        listen backend;
        location / { return 200 "<$http_x_state><$http_x_idle><$http_x_remaining>"; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    access_log $TEST_NGINX_SERVER_ROOT/logs/access.log session;
    add_header X-State $session_security_state always;
    add_header X-Idle $session_security_idle always;
    add_header X-Remaining $session_security_remaining always;
    proxy_set_header X-State $session_security_state;
    proxy_set_header X-Idle $session_security_idle;
    proxy_set_header X-Remaining $session_security_remaining;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
END
);

# URLs that lead to another site if they are taken for one that begins with
# the path, decoded often enough.
our @elsewhere = map { ($_ . 'evil.example.com', $_ . 'https://evil.example.com') }
                 map { my $slash = $_; map { "/$_" } $slash, "$slash$slash", "%09$slash", "$slash%0a$slash", "%2509$slash", "%2500$slash" }
                 ('/', '\\', '%2F', '%2f', '%5C', '%252F', '%255c', '%25252F', '%25%32%66', '%25%32%35%32%66');

run_tests();

__DATA__

=== none
GET / => 200 none <none><><> | no X-Idle | no X-Remaining
--- access_log
<none><-><->

=== none, since the module is off
--- also: location /off/ { session_security off; proxy_pass http://backend; }
--- steps
a: GET /off/ => 200 none <none><><> | no X-Idle | no X-Remaining

=== new
a: GET / => 200 new <new><0><600> | X-Idle: 0 | X-Remaining: 600
--- access_log
<new><0><600>

=== new, as an open tab says
a: ping 100 => new 100 | X-Idle: 100 | X-Remaining: 500
--- access_log
<new><100><500>

=== live, before the request counts
a: GET /ping/?idleFor=100 => 200
a: GET /                  => 200 ~ ^<live><10\d><(?:49\d|500)>$
a: GET /                  => 200 ~ ^<live><\d><(?:59\d|600)>$

=== live, with less of its lifetime left than of its idle time
--- also: session_security_max_lifetime 300s;
--- steps
a: ping 100 =>  | X-Remaining: 200
a: GET /    => 200 ~ ^<live><10\d><(?:19\d|200)>$
a: GET /    => 200 ~ ^<live><\d><(?:19\d|200)>$

=== live, of two sessions the one that ends first
a: GET /ping/?idleFor=100 => 200
b: GET /ping/?idleFor=200 => 200
GET / | Cookie: sessionid=a; sessionid=b; sessionid=c => 200 ~ ^<live><20\d><(?:39\d|400)>$

=== expired
a: ping 600     => expired "logout" | X-Idle: 600 | X-Remaining: 0
a: GET /logout/ => 200 expired ~ ^<expired><60\d><0>$ | X-Remaining: 0

=== expired, redirected and refused
a: ping 700 => "logout"
a: PAGE /   => 302 expired | X-Remaining: 0
a: GET /    => 401 expired | X-Remaining: 0
--- access_log eval
qr/^<expired><70\d><0>$/

=== closed
a has ended
a: GET /logout/ => 200
a: GET /        => 200 closed ~ ^<closed><60\d><0>$ | X-Remaining: 0

=== an early look, before the request is judged, spoils no later one
--- also
    location /early/ {
        set $early $session_security_state/$session_security_idle;
        if ($session_security_state = live) { return 500; }
        proxy_set_header X-State "$early $session_security_state";
        proxy_set_header X-Idle $session_security_idle;
        proxy_set_header X-Remaining $session_security_remaining;
        proxy_pass http://backend;
    }
--- steps
a: GET /early/ => 200 <none/ new><0><600>
a: GET /early/ => 200 ~ ^<none/ live><\d><\d+>$

=== by a map
--- also_http: map $session_security_state $alive { new yes; live yes; default no; }
--- also: location /map/ { add_header X-Alive $alive; proxy_pass http://backend; }
--- steps
GET /map/    => 200 | X-Alive: no
a: GET /map/ => 200 | X-Alive: yes
a: GET /map/ => 200 | X-Alive: yes

=== return URL
--- also: location /r/ { return 200 $session_security_return_url; }
--- steps
GET /r/page              => 200 %2Fr%2Fpage
GET /r/a?x=1&y=2         => 200 %2Fr%2Fa%3Fx%3D1%26y%3D2
GET /r/a%20b%26c?d=%3D+e => 200 %2Fr%2Fa%2520b%2526c%3Fd%3D%253D%2Be
GET /r/a?b='"<>;%0d%0a   => 200 %2Fr%2Fa%3Fb%3D%27%22%3C%3E%3B%250d%250a
HEAD /r/page             => 200 | Content-Length: 11

=== return URL: what cannot be asked for again is not gone back to
--- also: location /r/ { return 200 $session_security_return_url; }
--- steps
POST /r/page?x=1 | body: a=b => 200 %2F
PUT /r/page                  => 200 %2F

=== return URL: never to another site
--- config
    merge_slashes off;
    location / { return 200 $session_security_return_url; }
    session_security zone=sessions;
--- steps
GET //evil.example.com/x               => 200 %2Fevil.example.com%2Fx
GET ///evil.example.com                => 200 %2Fevil.example.com
GET /\evil.example.com                 => 200 %2Fevil.example.com
GET /\\evil.example.com                => 200 %2Fevil.example.com
GET /\/evil.example.com                => 200 %2Fevil.example.com
GET //                                 => 200 %2F
GET /%2Fevil.example.com               => 200 %2Fevil.example.com
GET /%2F%2fevil.example.com            => 200 %2Fevil.example.com
GET /%5Cevil.example.com               => 200 %2Fevil.example.com
GET /%09/evil.example.com              => 200 %2Fevil.example.com
GET /%0d%0a%20/%7F%5c/evil.example.com => 200 %2Fevil.example.com
GET /https:evil.example.com            => 200 %2Fhttps%3Aevil.example.com
GET /https://evil.example.com          => 200 %2Fhttps%3A%2F%2Fevil.example.com
GET http://evil.example.com//evil.example.com | Host: localhost => 200 %2Fevil.example.com

=== return URL: nor if it is decoded more than once
--- config
    merge_slashes off;
    location / { return 200 $session_security_return_url; }
    session_security zone=sessions;
--- steps
GET /%252Fevil.example.com           => 200 %2Fevil.example.com
GET /%252F/evil.example.com          => 200 %2Fevil.example.com
GET /%255Cevil.example.com           => 200 %2Fevil.example.com
GET /%2525252525252fevil.example.com => 200 %2Fevil.example.com
GET /%25%32%46evil.example.com       => 200 %2Fevil.example.com
GET /%25%32%35%32%46%2509%25%35%63evil.example.com => 200 %2Fevil.example.com
GET /%252F%252F                      => 200 %2F

=== return URL: what is no slash is kept as it is
--- config
    merge_slashes off;
    location / { return 200 $session_security_return_url; }
    session_security zone=sessions;
--- steps
GET /%25                      => 200 %2F%2525
GET /%2520                    => 200 %2F
GET /%252                     => 200 %2F%25252
GET /%25zz/%2F                => 200 %2F%2525zz%2F%252F
GET /%25%32/                  => 200 %2F%2525%2532%2F
GET /%2525                    => 200 %2F%252525
GET /%C3%A4%2Fb               => 200 %2F%25C3%25A4%252Fb
GET /%61%2F%2Fb               => 200 %2F%2561%252F%252Fb
GET /%2561dmin                => 200 %2F%252561dmin
GET /?next=//evil.example.com => 200 %2F%3Fnext%3D%2F%2Fevil.example.com
GET /%2F?next=%2F%2F          => 200 %2F%3Fnext%3D%252F%252F
GET /%3F//                    => 200 %2F%253F%2F%2F

=== return URL: a browser that follows it stays on this site
# Decoded up to five times, as a query is and as a path is.
--- config
    merge_slashes off;
    location / { return 200 "<$session_security_return_url>"; }
    session_security zone=sessions;
--- init
my @answers = main::send_all(map { "GET $_" } @main::elsewhere);
for my $url (@main::elsewhere) {
    my $back = shift(@answers) =~ /<(.*)>\z/ ? $1 : '';
    my $here = $back =~ /\A%2F/;
    for my $n (1 .. 5) {
        $back =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
        (my $seen = $back) =~ s/[\t\r\n]//g;
        $seen =~ s/\A[\x00-\x20]+//;
        $here &&= $seen =~ m{\A/(?![/\\])};
    }
    main::ok($here, "$url leads to this site");
}
--- steps
GET / => 200 <%2F>

=== logout URL with the way back
--- config
    session_security_logout_url /logout/?next=$session_security_return_url;
    session_security zone=sessions;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
a has ended
a: PAGE /page?x=1&y=2                         => 302 | to /logout/?next=%2Fpage%3Fx%3D1%26y%3D2
a: PAGE //evil.example.com/                   => 302 | to /logout/?next=%2Fevil.example.com%2F
a: POST /form | Accept: text/html | body: a=b => 303 | to /logout/?next=%2F
a: PAGE /logout/?next=%2Fpage%3Fx%3D1%26y%3D2 => 200 | deleted

=== logout URL by variable: what would end a header's line is escaped
--- also
    location /own/ { session_security_logout_url /logout/?next=$uri; proxy_pass http://backend; }
--- steps
a has ended
a: PAGE /own/%0d%0aSet-Cookie:%20evil=1%7f
    => 302 | to /logout/?next=/own/%0D%0ASet-Cookie:%20evil=1%7F | no Set-Cookie

=== logout URL by map, which may be none
--- also_http: map $uri $logout { ~^/a/ /a/logout/; ~^/b/ https://sso.example.com/logout; }
--- config
    session_security_logout_url $logout;
    session_security zone=sessions;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_logout_url /logout/; session_security_ping; }
--- steps
a has ended
a: PAGE /a/page => 302 | to /a/logout/
a: PAGE /b/page => 302 | to https://sso.example.com/logout
a: PAGE /c/page => 200 | deleted

=== times by map, per path and role
--- also_http
    map $uri $expire { default 10m; ~^/admin/ 5m; }
    map $cookie_role $lifetime { default 0; guest 100s; }
--- also
    session_security_expire_after $expire;
    session_security_max_lifetime $lifetime;
--- steps
a: ping 299          => 299 | X-Remaining: 301
b is idle for 300
b: GET /admin/       => 401
c is idle for 100
c; role=guest: GET / => 401
--- no_error_log
[error]

=== a variable that is no expire_after: logged once, and the default taken
--- also: session_security_expire_after $arg_t;
--- request
GET /ping/?idleFor=599&t=soon
--- more_headers
Cookie: sessionid=a; sessionid=b; sessionid=c
--- response_body chomp
599
--- response_headers
X-State: new
X-Remaining: 1
--- grep_error_log eval
qr/\[error\] .*/
--- grep_error_log_out eval
qr/\A\[error\] \d+#\d+: \*\d+ invalid time "soon" in "session_security_expire_after", 600000ms is used, client: [^\n]*\n\z/

=== a variable that is no max_lifetime: logged once, and the default taken
--- also: session_security_max_lifetime $arg_t;
--- request
GET /ping/?idleFor=599&t=-1s
--- more_headers
Cookie: sessionid=a
--- response_body chomp
599
--- grep_error_log eval
qr/\[error\] .*/
--- grep_error_log_out eval
qr/\A\[error\] \d+#\d+: \*\d+ invalid time "-1s" in "session_security_max_lifetime", 43200000ms is used, client: [^\n]*\n\z/

=== variables that are no times, in a page with the tag: the first is logged
--- also
    session_security_warn_after $arg_w;
    session_security_expire_after $arg_e;
    session_security_max_lifetime $arg_m;
    session_security_inject on;
    location = /page.html { }
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
--- user_files
>>> page.html
<!DOCTYPE html>
--- request
GET /page.html?w=a&e=b&m=c
--- more_headers
Cookie: sessionid=a
Accept: text/html
--- response_body_like: data-expire-after="600"
--- response_headers
X-State: new
--- grep_error_log eval
qr/\[error\] .*/
--- grep_error_log_out eval
qr/\A\[error\] \d+#\d+: \*\d+ invalid time "b" in "session_security_expire_after", 600000ms is used, client: [^\n]*\n\z/

=== likewise where no other is bad than the tag's own
--- also
    session_security_warn_after $arg_w;
    session_security_inject on;
    location = /page.html { }
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
--- user_files
>>> page.html
<!DOCTYPE html>
--- request
GET /page.html?w=a
--- more_headers
Cookie: sessionid=a
Accept: text/html
--- response_headers
X-State: new
--- grep_error_log eval
qr/\[error\] .*/
--- grep_error_log_out eval
qr/\A\[error\] \d+#\d+: \*\d+ invalid time "a" in "session_security_warn_after", 0ms is used while sending response to client, client: [^\n]*\n\z/

=== other values that are no times
--- also: session_security_expire_after $arg_t;
--- request eval
[map { "GET /ping/?idleFor=599&t=$_" } '', '0', '0s', '-5m', '5x', '366d', '9' x 30, '1h30x', '5m;']
--- more_headers eval
[map { "Cookie: sessionid=$_" } 1 .. 9]
--- response_body eval
[(599) x 9]
--- error_log
600000ms is used

=== values that are
--- also
    session_security_expire_after $arg_t;
    session_security_max_lifetime $arg_l;
--- steps
a: GET /ping/?idleFor=999&t=1000&l=0      => 200 999
b: GET /ping/?idleFor=59&t=1m&l=0s        => 200 59
c: GET /ping/?idleFor=60&t=1m&l=365d      => 200 "logout"
d: GET /ping/?idleFor=31535999&t=365d&l=0 => 200 31535999
e: GET /ping/?idleFor=1&t=1500ms&l=0      => 200 1
f: GET /ping/?idleFor=2&t=1500ms&l=0      => 200 "logout"
--- no_error_log
[error]

=== what is no lifetime is twelve hours, not for ever
--- also
    session_security_expire_after 60d;
    session_security_max_lifetime $arg_l;
--- steps
a: GET /ping/?idleFor=43100&l=soon    => 200 43100
b: GET /ping/?idleFor=43200&l=soon    => 200 "logout"
c: GET /ping/?idleFor=43200&l=        => 200 "logout"
d: GET /ping/?idleFor=43200&l=366d    => 200 "logout"
e: GET /ping/?idleFor=43200&l=forever => 200 "logout"
--- error_log
in "session_security_max_lifetime", 43200000ms is used

=== an invalid time is not looked for where the module has nothing to do
--- also: session_security_expire_after $arg_t;
--- steps
GET /?t=soon => 200 <none><><>
--- no_error_log
[error]
