# What a request means for a session: the rows of the decision table, as a
# client and a backend see them.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps 'defaults';

plan tests => 1027;

# The backend says which cookies it got, and sets those it is asked to set.
# A ping that reports more than ten minutes makes any new session an expired
# one at once: nothing here needs to wait.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        location / { return 200 "[$http_cookie]"; }
        location /404/ { return 404 "[$http_cookie]"; }
        location /204/ { return 204; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
    location /no-logout-url/ { session_security_logout_url $arg_none; proxy_pass http://backend; }
END
);

run_tests();

__DATA__

=== row 1: a request without the cookie is not tracked
GET /  => 200 none [] | no Set-Cookie
GET / | Cookie: other=1; sessionid2=2; xsessionid=3
    => 200 none [other=1; sessionid2=2; xsessionid=3] | no Set-Cookie
ping 1 => none "logout" | no Set-Cookie

=== row 1: an empty key is none
GET / | Cookie: sessionid=; other=1 => 200 none [sessionid=; other=1]
GET / | Cookie: sessionid=""        => 200 none [sessionid=""]
ping 600 | Cookie: sessionid=       => none "logout"
GET / | Cookie: sessionid=          => 200 [sessionid=]

=== row 2: an unknown session is recorded by its first request
a: GET / => 200 new [sessionid=a] | no Set-Cookie
a: GET / => 200 live [sessionid=a]
b: GET / => 200 new [sessionid=b]

=== row 2: an unknown session is recorded by a passive request
--- also: session_security_passive_urls /poll;
--- steps
a: GET /poll => 200 new [sessionid=a]
a: ping      => live 0

=== row 3: an open tab teaches a restarted server
a: ping 599                  => new 599
b: ping 600                  => expired "logout"
c: ping 99999999999999999999 => expired "logout"
d: ping                      => new 0
b: PAGE /                    => 302 expired

=== row 4: an idle session expires, whatever comes next
--- also
    session_security_expire_after $expire;
    session_security_passive_urls /poll;
--- also_http: map $uri $expire { default 300ms; /keep 1h; }
--- steps
active: GET /      => 200 new
passive: GET /     => 200 new
ping: GET /        => 200 new
page: GET /        => 200 new
after 0.4 s
active: GET /      => 401 expired
passive: GET /poll => 401 expired
ping: ping 0       => expired "logout"
page: PAGE /       => 302 expired
active: GET /keep  => 401 expired

=== row 4: passive requests and pings do not keep a session alive
--- also
    session_security_expire_after 3s;
    session_security_passive_urls /poll;
--- steps
a: GET /     => 200
after 1.1 s
a: GET /poll => 200
after 1.1 s
a: ping      => 2
after 1.1 s
a: GET /     => 401

=== row 4: activity does keep it alive
--- also: session_security_expire_after 2s;
--- steps
a: GET /  => 200
after 0.8 s
a: GET /  => 200
after 0.8 s
a: ping 0 => 0
after 0.8 s
a: GET /  => 200 live

=== row 4: the shorter limit of a location counts there
--- also: location /admin/ { session_security_expire_after 100s; proxy_pass http://backend; }
--- steps
a is idle for 100
b is idle for 50
a: GET /admin/ => 401
b: GET /admin/ => 200 [sessionid=b]
a: GET /       => 401

=== row 5: no activity prolongs the lifetime
--- also
    session_security_max_lifetime $lifetime;
    session_security_passive_urls /poll;
--- also_http: map $arg_lifetime $lifetime { default 0; ~. $arg_lifetime; }
--- steps
a is idle for 100
a: GET /                              => 200
a: GET /?lifetime=1h                  => 200 live
a: GET /ping/?idleFor=0&lifetime=1h   => 200 0
a: GET /?lifetime=100s                => 401 expired
b is idle for 100
b: GET /ping/?idleFor=0&lifetime=100s => 200 "logout"
c is idle for 100
c: GET /poll?lifetime=100s            => 401
d is idle for 100
d: PAGE /?lifetime=100s               => 302 | to /logout/

=== row 5: a lifetime that passes
--- also: session_security_max_lifetime 1s;
--- steps
a: GET /                => 200
after 0.6 s
a: GET /ping/?idleFor=0 => 200
after 0.6 s
a: GET /                => 401

=== row 6: activity in one tab is activity in the others
a is idle for 300
a: ping 400       => about 300
a: GET /other-tab => 200
a: ping 400       => about 0

=== row 6: every method is activity
a is idle for 300
a: POST /form | body: a=b => 200
a: ping                   => about 0
b is idle for 300
b: HEAD /                 => 200
b: ping                   => about 0
c is idle for 300
c: DELETE /thing          => 200
c: ping                   => about 0

=== row 6: a response that fails is activity too
a is idle for 300
a: GET /404/ => 404 [sessionid=a]
a: ping      => about 0

=== row 7: passive URLs, exact, by prefix, by regular expression
--- also: session_security_passive_urls /exact /prefix/* ~^/v\d+/ ~*\.PNG$;
--- steps
a is idle for 300
a: GET /exact                => 200 [sessionid=a]
a: GET /exact?with=arguments => 200
a: GET /./ex%61ct            => 200
a: GET /prefix/              => 200
a: GET /prefix/and/more      => 200
a: GET /v12/x                => 200
a: GET /a/b.png              => 200
a: POST /exact               => 200
a: ping                      => about 300

=== row 7: what passive URLs do not match
--- also: session_security_passive_urls /exact /prefix/* ~^/v\d+/ ~*\.PNG$ ~\.css$;
--- steps
a is idle for 300
a: GET /exact/    => 200
a: ping           => about 0
b is idle for 300
b: GET /prefix    => 200
b: ping           => about 0
c is idle for 300
c: GET /a.CSS     => 200
c: ping           => about 0
d is idle for 300
d: GET /?a=/exact => 200
d: ping           => about 0
e is idle for 300
e: GET /EXACT     => 200
e: ping           => about 0

=== row 7: a prefix that is every path
--- also: session_security_passive_urls /*;
--- steps
a is idle for 300
a: GET /    => 200
a: GET /a/b => 200
a: ping     => about 300

=== row 7: passive URLs that are rewritten, or redirected
--- also
    session_security_passive_urls / /api/clock /poll/* ~*^/job/\d+$ /tick;
    location = / { rewrite ^ /index.php last; }
    location /api/ { rewrite ^ /index.php last; }
    location /poll/ { rewrite ^ /index.php?path=$uri break; proxy_pass http://backend; }
    location /job/ { session_security off; error_page 418 = @job; return 418; }
    location @job { rewrite ^ /index.php last; }
    location /ticks { rewrite ^ /tick last; }
--- steps
a is idle for 300
a: GET /api/clock               => 200
a: GET /api/clock?a=b           => 200
a: GET //api/x/..//cl%6Fck?/x   => 200
a: GET /poll/%F0%9F%98%80/      => 200
a: GET /job/1                   => 200
a: GET /JOB/../job/12?          => 200
a: GET /ticks                   => 200
a: GET http://localhost?x       => 200
a: ping                         => about 300
a: GET /api/clock/              => 200
a: ping                         => 0
b is idle for 300
b: GET /api/clock/x?/api/clock  => 200
b: ping                         => 0
c is idle for 300
c: GET /api/%2561pi/../clock%3F => 200
c: ping                         => 0

=== row 7: passive urls of two directives add up
--- also
    session_security_passive_urls /a;
    session_security_passive_urls /b;
--- steps
a is idle for 300
a: GET /a => 200
a: GET /b => 200
a: ping   => about 300

=== row 7: passive by a condition
--- also: session_security_passive $arg_auto $http_x_auto;
--- steps
a is idle for 300
a: GET /?auto=1               => 200
a: GET / | X-Auto: yes        => 200
a: GET /?auto=0 | X-Auto: yes => 200
a: ping                       => about 300
a: GET /?auto=0 | X-Auto: 0   => 200
a: ping                       => about 0
b is idle for 300
b: GET /?auto=                => 200
b: ping                       => about 0

=== row 8: a ping moves the last activity forth, never back
a is idle for 300
a: ping 200 => 200
a: ping 250 => about 200
a: ping -7  => 0
a: ping 200 => about 0

=== row 10: a page is a navigation, by Sec-Fetch-Mode
a: ping 600 => "logout" | no Set-Cookie
a: GET /page | Sec-Fetch-Mode: navigate
    => 302 expired | to /logout/ | Cache-Control: no-store | no Set-Cookie
a: GET /page | Sec-Fetch-Mode: navigate | X-Requested-With: XMLHttpRequest
    | Accept: application/json => 302
a: GET /page | Sec-Fetch-Mode: cors | Accept: text/html => 401
a: GET /page | Sec-Fetch-Mode: no-cors | Accept: text/html => 401
a: GET /page | Sec-Fetch-Mode: navigates | Accept: text/html => 401
a: GET /page | Sec-Fetch-Mode: websocket | Upgrade: websocket | Accept: text/html => 401

=== row 10: a page is what a browser without Sec-Fetch-Mode shows
a has ended
a: GET /page | Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 => 302
a: GET /page | accept: application/xhtml+xml, TEXT/HTML => 302
a: GET /page | Accept: text/html | X-Requested-With: XMLHttpRequest => 401
a: GET /page | Accept: text/html | x-requested-with: => 401
a: GET /page | Accept: */*      => 401
a: GET /page | Accept: text/htm => 401
a: GET /page                    => 401

=== row 10: a redirect that keeps no method but that of GET and HEAD
a has ended
a: HEAD /page | Sec-Fetch-Mode: navigate => 302 | to /logout/ | Cache-Control: no-store
a: POST /page | Sec-Fetch-Mode: navigate | body: a=b
    => 303 | to /logout/ | Cache-Control: no-store
a: PUT /page | Accept: text/html         => 303
a: DELETE /page | Accept: text/html      => 303

=== row 10: an expired session stays expired, however often it is asked
a has ended
a: PAGE /page => 302 expired
a: ping 0     => expired "logout"
a: PAGE /page => 302 expired
a: GET /api   => 401 expired
a: PAGE /page => 302 expired

=== row 10: a logout URL on another host is not waited for
--- also
    location /sso/ {
        session_security_logout_url https://sso.example.com/logout?site=1;
        proxy_pass http://backend;
    }
--- steps
a has ended
a: GET /sso/api        => 401 expired | no Set-Cookie
a; other=1: PAGE /sso/
    => 302 expired | to https://sso.example.com/logout?site=1 | Cache-Control: no-store | deleted
a; other=1: PAGE /sso/ => 200 closed [other=1] | deleted

=== row 12: status 444 closes the connection, as elsewhere in nginx
--- also
    location /closed/ { session_security_expired_status 444; proxy_pass http://backend; }
    location /init {
        session_security off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/ping/?idleFor=600;
    }
    location /after {
        session_security off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/closed/;
    }
--- request eval
['GET /init', 'GET /after']
--- more_headers
Cookie: sessionid=a
--- error_code eval
[200, 502]
--- no_error_log
[alert]

=== row 11: the logout URL gets the cookie, once, and deletes it
a has ended
a; other=1: PAGE /logout/ => 200 expired [sessionid=a; other=1] | deleted
a; other=1: PAGE /logout/ => 200 closed [other=1] | deleted
a: PAGE /page             => 200 closed [] | deleted

=== row 11: by any kind of request
a has ended
a: POST /logout/ | Sec-Fetch-Mode: cors | body: a=b => 200 [sessionid=a] | no Set-Cookie
b has ended
b: HEAD /logout/ | Accept: text/html => 200 | deleted
c has ended
c: GET /api                          => 401
c: POST /logout/ | Accept: text/html => 200 [sessionid=c] | deleted

=== row 17: a live session that the backend logs out is closed
a is idle for 300
a: PAGE /logout/ | X-Set: sessionid=; Max-Age=0
    => 200 live [sessionid=a] | Set-Cookie: sessionid=; Max-Age=0
a: ping => closed "logout"

=== row 11: a session that expires at the logout URL itself
--- also
    location = /kill {
        session_security_expire_after 100s;
        session_security_logout_url /kill;
        proxy_pass http://backend;
    }
--- steps
a is idle for 300
a: PAGE /kill => 200 expired [sessionid=a] | deleted
a: GET /      => 200 closed []

=== row 11: the backend sets the old value again, which is left out
a has ended
a: PAGE /logout/ | X-Set: sessionid=a; Path=/; HttpOnly => 200 [sessionid=a] | deleted
a: GET / => 200 closed []
b has ended
b: PAGE /logout/ | X-Set: sessionid="%62"; Path=/; HttpOnly | X-Set-Too: other=b
    => 200 [sessionid=b] | Set-Cookie: other=b, (sessionid deleted)
b: GET / => 200 closed []

=== row 11: a key that the logout's response sets is closed, too
a has ended
a: PAGE /logout/ | X-Set: sessionid=anonymous; Path=/ => 200 [sessionid=a] | deleted
anonymous: GET / => 200 closed []
a: GET /         => 200 closed []

=== row 11: the backend deletes its cookie as well
a has ended
a: PAGE /logout/ | X-Set: sessionid=; Path=/app; Max-Age=0
    => 200 [sessionid=a] | Set-Cookie: sessionid=; Path=/app; Max-Age=0, (sessionid deleted)
b has ended
b: PAGE /logout/ | X-Set: sessionid=b; expires=Thu, 01-Jan-1970 00:00:00 GMT => 200 [sessionid=b]
    | Set-Cookie: sessionid=b; expires=Thu, 01-Jan-1970 00:00:00 GMT, (sessionid deleted)
b: GET / => 200 closed []

=== row 11: a logout URL with arguments is not another one of the same path
--- config
    session_security_logout_url /login?action=logout&next=$request_uri;
    session_security zone=sessions;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
a has ended
a: PAGE /page                       => 302 | to /login?action=logout&next=/page
a: PAGE /login                      => 302
a: PAGE /login?action=logout2       => 302
a: PAGE /login?xaction=logout       => 302
a: PAGE /page?action=logout         => 302
a: PAGE /login?next=/&action=logout => 200 [sessionid=a] | deleted

=== row 11: how a logout URL may be spelled
--- also
    location /own/ {
        session_security_logout_url http://localhost:$TEST_NGINX_SERVER_PORT/bye%20bye;
        proxy_pass http://backend;
    }
    location /bye {
        session_security_logout_url http://LOCALHOST/bye%20bye;
        proxy_pass http://backend;
    }
    location /elsewhere {
        session_security_logout_url http://elsewhere/elsewhere;
        proxy_pass http://backend;
    }
    location /local { session_security_logout_url http://local/local; proxy_pass http://backend; }
--- steps
a has ended
a: PAGE /own/            => 302 | to /bye%20bye
a: PAGE /bye             => 302
c has ended
c: PAGE /elsewhere       => 302 | to http://elsewhere/elsewhere
d has ended
d: PAGE /local           => 302 | to http://local/local
a: PAGE /logout          => 302
a: PAGE /bye%20b%79e?a=b => 200 [sessionid=a] | deleted
b has ended
b: PAGE /log%6Fut/       => 200 [sessionid=b] | deleted

=== row 11: a logout URL whose host is an IPv6 address
--- also
    server_name [::1];
    location /six/ {
        session_security_logout_url https://[::1]:$TEST_NGINX_SERVER_PORT/six/out/;
        proxy_pass http://backend;
    }
    location /plain/ {
        session_security_logout_url //[::1]/plain/out/;
        proxy_pass http://backend;
    }
    location /bad/ {
        session_security_logout_url http://[::1/bad/out/;
        proxy_pass http://backend;
    }
--- steps
a has ended
a: PAGE /six/ | Host: [::1]:8443 => 302 | to https://[::1]:$ServerPort/six/out/ | no Set-Cookie
a: PAGE /six/out/ | Host: [::1]:8443 => 200 [sessionid=a] | deleted
b has ended
b: PAGE /plain/out/ | Host: [::1]    => 200 [sessionid=b] | deleted
# another one: it is not waited for
c has ended
c: PAGE /six/ | Host: [::2]:8443     => 302 | deleted
d has ended
d: PAGE /bad/ | Host: [::1]          => 302 | deleted

=== row 11: a path that is the logout URL's to nginx only
--- also
    location /a/ { session_security_logout_url /a/out/; proxy_pass http://backend; }
    location /coded/ { session_security_logout_url /coded%2Fout/; proxy_pass http://backend; }
    location /moved/ { rewrite ^ /logout/ last; }
    location /named/ { error_page 418 = @logout; return 418; }
    location @logout { rewrite ^ /logout/ last; }
--- steps
a has ended
a: GET /secret/..%2flogout/        => 401 | no Set-Cookie
a: GET /secret/x/../../logout/?a=1 => 401
a: GET /secret/%2e%2e/logout/      => 401
a: GET //logout/                   => 401
a: GET /./logout/                  => 401
a: GET /logout/x/..                => 401
a: GET /logout%2f                  => 401
a: GET /logout/#/secret            => 401
a: GET /a%2Fout/                   => 401
a: GET /coded/out/                 => 401
# nor what the configuration alone makes of it: a backend may go by what the
# client asked for
a: GET /moved/                     => 401
a: GET /moved/..%2flogout/         => 401
a: GET /named/                     => 401
a: PAGE /secret/..%2flogout/       => 302 | to /logout/
a: PAGE /coded%2fou%74/            => 200 [sessionid=a] | deleted

=== row 11: an argument that is given again
--- without
session_security_logout_url
location /no-logout-url/ {
--- also: session_security_logout_url /index.php?route=account/logout&next=$uri;
--- steps
a has ended
a: GET /index.php?route=account/logout&route=account/transfer => 401 | no Set-Cookie
a: GET /index.php?route=account/transfer&route=account/logout => 401
a: GET /index.php?route=account/logout&route=account/logout => 401
a: GET /index.php?route=account/logout&route => 401
a: GET /index.php?route=account/logout&%72out%65=account/transfer => 401
a: GET /index.php?route=account/logout&route[]=account/transfer => 401
a: GET /index.php?route=account/logout&route%5Bx%5D=account/transfer => 401
a: GET /index.php?route=account/logout&[route]=account/transfer => 401
a: GET /index.php?route=account/logout&+route=account/transfer => 401
a: GET /index.php?route=account/logout&route%00x=account/transfer => 401
a: GET /index.php?Route=account/transfer&route=account/logout => 401
a: GET /index.php?route=account/logout&x=;route=account/transfer => 401
a: GET /index.php?route=account/logout;x=1   => 401
a: GET /index.php?route%3Daccount/logout     => 401
# where a backend may take what is in the body; a page is sent there by GET
a: POST /index.php?route=account/logout | body: route=account/transfer => 200 expired []
a: POST /index.php?route=account/logout | Accept: text/html | body: route=account/transfer
    => 303 | to /index.php?route=account/logout&next=/index.php
a: PAGE /index.php?&r%6Fute=account%2Flogout&routes=1&x=route&next=/&next=%2F
    => 200 [sessionid=a] | deleted

=== row 11: an argument that the logout URL has more than once
--- config
    session_security zone=sessions;
    session_security_logout_url /out?a.b[]=1&a_b=2&&x.y=1&x_y=$uri#a_b=3;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
a has ended
a: GET /out?a.b[]=1&a_b=2&x.y=1               => 401
a: GET /out?a.b[]=1&a_b=2&x.y=1&x_y=1&a%20b=3 => 401
a: PAGE /out?a.b[]=1&a_b=2&x.y=1&x_y=1        => 200 [sessionid=a] | deleted

=== row 11: a WebSocket would go on after it
a has ended
a: GET /logout/ | Upgrade: websocket => 401 expired | no Set-Cookie
a: PAGE /logout/ | Upgrade-Insecure-Requests: 1 => 200 [sessionid=a] | deleted

=== row 11: what browsers encode in a logout URL
--- also
    location /space/ {
        session_security_logout_url "/space/out?msg=timed out";
        proxy_pass http://backend;
    }
    location /quote/ {
        session_security_logout_url "/quote/out?m='bye'&n=<a|b>";
        proxy_pass http://backend;
    }
    location /other/ {
        session_security_logout_url "/other/out?m=%27a+b%25%2B&n=5%";
        proxy_pass http://backend;
    }
--- steps
a has ended
b has ended
c has ended
a: PAGE /space/                            => 302 | to /space/out?msg=timed%20out
a: PAGE /space/out?msg=timed%20out         => 200 [sessionid=a]
b: PAGE /quote/out?m=%27bye&n=%3Ca|b%3E    => 302
b: PAGE /quote/out?m=%27bye%27&n=%3Ca|b%3E => 200 [sessionid=b]
c: PAGE /other/out?m='a%2Bb%25%2B&n=5%     => 302
c: PAGE /other/out?m='a+b%25+&n=5%         => 302
c: PAGE /other/out?m='a+b%25%2b&n=5%       => 200 [sessionid=c]

=== row 11: a logout URL that is rewritten
--- also
    location /logout/ { rewrite ^ /index.php?q=$uri last; }
    location = /index.php { proxy_pass http://backend; }
--- steps
a has ended
a: GET /index.php => 401
a: PAGE /logout/  => 200 [sessionid=a] | deleted

=== row 12: a client that is no page is told
a has ended
a: GET /api => 401 expired {"error":"session_expired"} | Content-Type: application/json
    | Content-Length: 28 | Cache-Control: no-store | no Set-Cookie | no Location
a: HEAD /api
    => 401 | Content-Type: application/json | Content-Length: 28 | Cache-Control: no-store
a: GET /image | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: image => 401
a: GET /socket | Sec-Fetch-Mode: websocket | Upgrade: websocket => 401

=== row 12: with the status that is configured
--- also: session_security_expired_status 419;
--- steps
a has ended
a: GET /api
    => 419 {"error":"session_expired"} | Content-Type: application/json | Cache-Control: no-store
a: PAGE /page => 302

=== row 12: a client that was told may send a login, and stays anonymous otherwise
a has ended
a; other=1: POST /api/login | body: user=me => 401 {"error":"session_expired"}
a; other=1: POST /api/login | body: user=me => 200 expired [other=1] | no Set-Cookie
a: GET /api                                 => 401
a: HEAD /api                                => 401
a: PAGE /page                               => 302
a: POST /page | Accept: text/html           => 303
a: PUT /api                                 => 200 [] | no Set-Cookie
a: DELETE /api                              => 200 expired []

=== row 12: each session has to be told
a has ended
b has ended
a: GET /api   => 401
b: POST /api  => 401
a: POST /api  => 200 []
c: GET /page  => 200
d has ended
d: PAGE /page => 302
d: POST /api  => 401

=== row 12: a login sent by fetch begins another session
a has ended
a: POST /api/login => 401
a: POST /api/login | X-Set: sessionid=b; Path=/ => 200 [] | Set-Cookie: sessionid=b; Path=/
b: GET /api        => 200 live [sessionid=b]
a: GET /api        => 401

=== row 13: a closed session is anonymous, for whatever it asks
--- also: session_security_passive_urls /poll;
--- steps
a has ended
a: GET /logout/                              => 200
a: GET /page | Sec-Fetch-Mode: navigate      => 200 closed [] | deleted
PAGE /api | Cookie: first=1; sessionid=a; last=2 => 200 [first=1; last=2] | deleted
a: POST /api | Accept: text/html | body: a=b => 200 [] | deleted
a: PAGE /poll                                => 200 [] | deleted
a: HEAD / | Accept: text/html                => 200 | deleted
a: PAGE /404/                                => 404 [] | deleted
a: PAGE /204/                                => 204 | deleted
a: PAGE /ping/?idleFor=0                     => 200 closed "logout" | deleted
a: PAGE /page                                => 200 closed [] | deleted

=== row 13: the new session that a response begins is not deleted
a has ended
a: GET /logout/ => 200
a: GET /login | X-Set: sessionid=b; Path=/; HttpOnly
    => 200 [] | Set-Cookie: sessionid=b; Path=/; HttpOnly
b: GET /        => 200 live [sessionid=b]
a: PAGE /login | X-Set: other=b; Path=/
    => 200 [] | Set-Cookie: other=b; Path=/, (sessionid deleted)

=== row 13: a cookie that browsers keep for https is deleted as such
--- cookie: __Host-id
--- http_config
    session_security_zone cookie=__Host-id zone=sessions:1m;
    session_security_zone cookie=__Secure-id zone=others:1m;
    server {
        listen backend;
        return 200 "[$http_cookie]";
    }
--- config
    session_security zone=sessions;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
    location /others/ {
        session_security zone=others;
        proxy_pass http://backend;
        location = /others/ping/ { session_security_ping; }
    }
--- steps
a has ended
a: PAGE /                             => 200 [] | Set-Cookie: (__Host-id deleted); Secure
GET /others/ping/?idleFor=600 | Cookie: __Secure-id=a => 200 "logout"
PAGE /others/ | Cookie: __Secure-id=a => 200 [] | Set-Cookie: (__Secure-id deleted); Secure

=== row 13: without a logout URL a session closes at once
a has ended
a; other=1: PAGE /no-logout-url/page => 200 expired [other=1] | deleted
a: PAGE /page                        => 200 closed [] | deleted
b has ended
b: PAGE /no-logout-url/api           => 200 [] | deleted

=== row 13: a ping without a logout URL closes and deletes too
--- without
session_security_logout_url
location /no-logout-url/ {
--- steps
a: PAGE /ping/?idleFor=600 => 200 expired "logout" | deleted
a: PAGE /                  => 200 closed [] | deleted

=== row 13: a key that is no cookie cannot be withheld, and is refused
--- http_config
    session_security_zone $http_authorization zone=sessions:1m;
    server {
        listen backend;
        return 200 "[$http_authorization]";
    }
--- without
session_security_logout_url
location /no-logout-url/ {
--- also
    location /site/ { session_security_logout_url /site/logout/; proxy_pass http://backend; }
    location = /site/ping/ { session_security_logout_url /site/logout/; session_security_ping; }
--- steps
GET /                                       => 200 none []
GET / | Authorization: Bearer a             => 200 new [Bearer a]
ping 600 | Authorization: Bearer b          => "logout" | no Set-Cookie
GET / | Authorization: Bearer b
    => 401 closed {"error":"session_expired"} | Cache-Control: no-store | no Set-Cookie
PAGE / | Authorization: Bearer b            => 401 closed
ping | Authorization: Bearer b              => "logout"
GET / | Authorization: Bearer a             => 200 live [Bearer a]
GET /site/ping/?idleFor=600 | Authorization: Bearer c => 200 "logout"
PAGE /site/page | Authorization: Bearer c   => 302 | to /site/logout/
GET /site/api | Authorization: Bearer c     => 401
POST /site/api | Authorization: Bearer c    => 401 expired
GET /site/logout/ | Authorization: Bearer c => 200 [Bearer c] | no Set-Cookie
GET /site/logout/ | Authorization: Bearer c => 401 closed

=== row 14: a login that sets the very value again
a has ended
a: GET /logout/                             => 200
a: POST /login | X-Set: sessionid=a; Path=/ => 200 closed [] | Set-Cookie: sessionid=a; Path=/
a: ping                                     => live about 0
a: GET /                                    => 200 live [sessionid=a]

=== row 14: the same by fetch, when the session is expired and was told
a has ended
a: POST /login | X-Set: sessionid=a; Path=/ => 401 | no Set-Cookie
a: POST /login | X-Set: sessionid="\141"; Path=/ => 200 expired []
a: GET /                                    => 200 live [sessionid=a]

=== row 14: it lives from now, with a lifetime of its own
--- also: session_security_max_lifetime $lifetime;
--- also_http: map $arg_lifetime $lifetime { default 0; ~. $arg_lifetime; }
--- steps
a is idle for 500
a: GET /?lifetime=500s                      => 401
a: POST /login | X-Set: sessionid=a; Path=/ => 200 []
a: GET /?lifetime=500s                      => 200 live [sessionid=a]

=== row 14: a deletion is no login
a has ended
a: GET /logout/ => 200
a: PAGE / | X-Set: sessionid=a; Max-Age=0
    => 200 [] | Set-Cookie: sessionid=a; Max-Age=0, (sessionid deleted)
a: GET / | X-Set: sessionid=a; Expires=Thu, 01 Jan 1970 00:00:00 GMT => 200 closed []
a: GET /        => 200 closed []

=== row 14: a cookie of another name is no login
a has ended
a: GET /logout/                        => 200
a: PAGE / | X-Set: sessionid2=a        => 200 [] | Set-Cookie: sessionid2=a, (sessionid deleted)
a: GET / | X-Set: other=1; sessionid=a => 200 closed []
a: GET /                               => 200 closed []

=== row 14: not by a response to another session
a has ended
b: GET / | X-Set: sessionid=a => 200 [sessionid=b]
a: GET /api                   => 401 expired
a: GET /logout/               => 200
b: GET / | X-Set: sessionid=a => 200 [sessionid=b]
a: GET /                      => 200 closed []

=== row 14: by a login without a cookie, where all logins have the same value
a has ended
GET / | X-Set: sessionid=a => 200 []
a: ping                    => live 0
a: GET /                   => 200 live [sessionid=a]

=== row 14: not by the late response to a request that was live
# The backend itself lets the session expire while it answers.
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        location / { return 200 "[$http_cookie]"; }
        location /late {
            add_header Set-Cookie "sessionid=a; Path=/" always;
            proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/kill;
            proxy_set_header Host localhost;
        }
    }
--- also
    session_security_passive_urls /late;
    location = /kill { session_security_expire_after 100s; proxy_pass http://backend; }
--- steps
a is idle for 300
a: GET /late => 401 | Set-Cookie: sessionid=a; Path=/
a: GET /api  => 401 expired

=== row 14: a backend that sets its cookie with every response
--- also: session_security_passive_urls /poll;
--- steps
a is idle for 300
a: GET /poll | X-Set: sessionid=a => 200 [sessionid=a] | Set-Cookie: sessionid=a
a: ping                           => about 300

=== row 14: not by the logout itself
a has ended
a: PAGE /logout/ | X-Set: sessionid=a | X-Set-Too: sessionid=b => 200 [sessionid=a] | deleted
a: GET / => 200 closed []

=== row 14: not by a redirect or a refusal, which no backend gave
--- also
    location /again/ {
        set $sid $cookie_sessionid;
        add_header Set-Cookie "sessionid=$sid; Path=/" always;
        proxy_pass http://backend;
    }
--- steps
a has ended
a: PAGE /again/ => 302
a: GET /api     => 401
a: GET /again/  => 401
a: GET /api     => 401 expired

=== row 16: a session that the backend begins is known from then on
GET /login | X-Set: sessionid=a; Path=/; HttpOnly; SameSite=Lax => 200 none []
a: GET /    => 200 live [sessionid=a]
a: ping 700 => 0

=== row 25: a login that replaces the key
before: GET /                                => 200 new
before: POST /login | X-Set: sessionid=after => 200 [sessionid=before]
after: GET /                                 => 200 live [sessionid=after]

=== rows 12 and 13: the dead are remembered
expired has ended
closed has ended
closed: GET /logout/ => 200
expired: ping 0      => "logout"
closed: ping 0       => "logout"
other: GET /a        => 200
closed: POST /b      => 200 []
expired: POST /b     => 401
after 0.3 s
expired: GET /       => 401 expired
closed: GET /        => 200 closed []

=== row 13: a dead session is dead in every server and location of the zone
--- also_http
    server {
        listen $TEST_NGINX_SERVER_PORT;
        server_name other;
        session_security zone=sessions;
        location / { proxy_pass http://backend; }
    }
--- steps
a has ended
a: PAGE / | Host: other => 200 [] | deleted
a: GET /                => 200 closed []
