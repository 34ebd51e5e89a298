# What counts as activity: session_security_activity, Fetch Metadata, and
# nginx's own access checks.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps qw(defaults table);

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

plan tests => 1470;

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set always;
        location / { return 200 "[$http_cookie]"; }
        location /401/ { return 401; }
        location /403/ { return 403 "[$http_cookie]"; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
END
    user_files => <<'END',
>>> users
me:{PLAIN}secret
>>> there.txt
there
>>> dir/index.html
index
>>> denied.html
denied
END
);

# "--- activity": requests that are activity ("yes"), or are not ("no"); with
# "401 no" that is the status.
table(activity => sub {
    my ($n) = @_;
    my ($status, $is, $request) = /^(?:(\d+) )?(yes|no) +(.*)$/ or die "what does \"$_\" mean?";
    return ("$n is idle for 300", "$n: $request => " . ($status // 200),
            "$n: ping => about " . ($is eq 'yes' ? 0 : 300));
});

run_tests();

__DATA__

=== requests: whatever a browser asks for, is activity
--- activity
yes GET /
yes POST /
yes GET / | Accept: text/html
yes GET / | Accept: application/json | X-Requested-With: XMLHttpRequest
yes GET / | Sec-Fetch-Site: none | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
yes GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document
yes GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe
yes GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty
yes POST / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: same-origin | Sec-Fetch-Dest: empty
yes GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: image
yes GET / | Sec-Fetch-Site: same-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: image
yes GET / | Sec-Fetch-Site: same-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe

=== requests: by default
--- also: session_security_activity requests;
--- activity
yes GET /
yes GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty

=== navigations: pages, in browsers with Fetch Metadata
--- also: session_security_activity navigations;
--- activity
yes GET / | Sec-Fetch-Site: none | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
yes GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document
yes POST / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Accept: */*
yes GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe | Sec-Fetch-User: ?1
no GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe | Accept: text/html
no GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty | Accept: text/html
no POST / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty
no GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: image
no GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: image | Accept: text/html

=== navigations: pages, in browsers without
--- also: session_security_activity navigations;
--- activity
yes GET / | Accept: text/html,application/xhtml+xml,*/*;q=0.8
yes POST / | Accept: text/html
no GET / | Accept: text/html | X-Requested-With: XMLHttpRequest
no GET / | Accept: application/json
no GET / | Accept: */*
no GET /

=== navigations: what a ping reports
--- also: session_security_activity navigations;
--- activity
yes GET /ping/?idleFor=1
yes GET /ping/?idleFor=1 | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty
no GET /ping/ | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty
no GET /ping/?idleFor=soon

=== user: only what the user did
--- also: session_security_activity user;
--- activity
yes GET / | Sec-Fetch-Site: none | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
yes GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe | Sec-Fetch-User: ?1
no GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document
no GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?0
no GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty
no GET / | Accept: text/html
no POST / | Accept: text/html
no GET /

=== user: what a ping reports
--- also: session_security_activity user;
--- activity
yes GET /ping/?idleFor=1
yes GET /ping/?idleFor=1 | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty
yes POST /ping/?idleFor=1 | Sec-Fetch-Site: same-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: empty
no GET /ping/

=== row 2: a request that is no activity begins a session all the same
--- also: session_security_activity user;
--- steps
a: GET / => 200 new [sessionid=a]
a: GET / => 200 live

=== a location has its own
--- also
    session_security_activity user;
    location /requests/ { session_security_activity requests; proxy_pass http://backend; }
    location /navigations/ {
        session_security_activity navigations;
        proxy_pass http://backend;
        location /navigations/inner/ { proxy_pass http://backend; }
    }
--- activity
no GET /
yes GET /requests/
no GET /navigations/
yes GET /navigations/ | Accept: text/html
no GET /navigations/inner/
yes GET /navigations/inner/ | Accept: text/html

=== passive is passive, whatever the user does
--- also
    session_security_activity user;
    session_security_passive_urls /poll;
    session_security_passive $arg_auto;
--- activity
no GET /poll | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
no GET /?auto=1 | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
yes GET / | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1

=== a prefetch or prerender, in any setting
--- also
    location /navigations/ { session_security_activity navigations; proxy_pass http://backend; }
    location /user/ { session_security_activity user; proxy_pass http://backend; }
--- activity
no GET / | Sec-Purpose: prefetch
no GET / | Sec-Purpose: prefetch;prerender | Sec-Fetch-Site: none | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document
no GET / | Sec-Purpose: prefetch;anonymous-client-ip | Sec-Fetch-Mode: navigate
no GET / | Purpose: prefetch
no GET / | purpose: Prefetch | Accept: text/html
no GET / | X-Sec-Purpose: prefetch
no GET / | X-Moz: prefetch
no GET / | x-moz: Prefetch | Accept: text/html
no GET / | Purpose: preview
no GET / | Purpose: Preview | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document
no GET / | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1 | Sec-Purpose: prefetch
no GET /navigations/ | Sec-Purpose: prefetch | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document
no GET /navigations/ | Purpose: prefetch | Accept: text/html
no GET /navigations/ | X-Moz: prefetch | Accept: text/html
no GET /navigations/ | Purpose: preview | Accept: text/html
no GET /user/ | Sec-Purpose: prefetch;prerender | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
no GET /user/ | X-Moz: prefetch | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
no GET /ping/?idleFor=0 | Sec-Purpose: prefetch
no GET /ping/?idleFor=0 | X-Moz: prefetch
yes GET / | X-Moz: microsummary
yes GET / | Purpose: something else
yes GET / | Sec-Purpose:

=== another site's page: what it loads is no activity
--- activity
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: image
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: script | Accept: text/html
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty
no POST / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: empty
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe | Accept: text/html
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: frame
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: embed
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: object
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: websocket | Sec-Fetch-Dest: websocket

=== another site's page: a frame in it is no activity, though somebody clicked there
--- also
    location /navigations/ { session_security_activity navigations; proxy_pass http://backend; }
    location /user/ { session_security_activity user; proxy_pass http://backend; }
--- activity
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe | Sec-Fetch-User: ?1 | Accept: text/html
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: frame | Sec-Fetch-User: ?1
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: embed | Sec-Fetch-User: ?1
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: object | Sec-Fetch-User: ?1
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: fencedframe | Sec-Fetch-User: ?1
no GET /navigations/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe | Sec-Fetch-User: ?1
no GET /user/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe | Sec-Fetch-User: ?1
no GET /user/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: frame | Sec-Fetch-User: ?1 | Accept: text/html
yes GET /navigations/ | Sec-Fetch-Site: same-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe | Sec-Fetch-User: ?1
yes GET /user/ | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe | Sec-Fetch-User: ?1

=== a link from another site is activity, if somebody has followed it
--- also
    location /navigations/ { session_security_activity navigations; proxy_pass http://backend; }
    location /user/ { session_security_activity user; proxy_pass http://backend; }
--- activity
yes GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
yes GET /navigations/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
yes POST / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1 | Origin: https://sso.example.com
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?0
no GET /navigations/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document
no POST /navigations/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Origin: https://sso.example.com
no GET /user/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document
yes GET /user/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1

=== another site's ping is not believed
--- also
    location = /navigations/ping/ {
        session_security_activity navigations;
        session_security_ping;
    }
    location = /user/ping/ { session_security_activity user; session_security_ping; }
--- activity
no GET /ping/?idleFor=0 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty
no POST /ping/?idleFor=0 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: empty
no GET /ping/?idleFor=0 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: image
no GET /ping/?idleFor=0 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document
no GET /navigations/ping/?idleFor=0 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document
no GET /user/ping/?idleFor=0 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
yes GET /ping/?idleFor=0 | Sec-Fetch-Site: same-site | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty
yes GET /ping/?idleFor=0 | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty
yes GET /ping/?idleFor=0 | Sec-Fetch-Site: none

=== without Fetch Metadata the host of Origin tells whose page it is
--- also
    location /navigations/ { session_security_activity navigations; proxy_pass http://backend; }
    location = /user/ping/ { session_security_activity user; session_security_ping; }
--- activity
no GET / | Origin: https://evil.example | Upgrade: websocket
no GET /ping/?idleFor=0 | Origin: https://evil.example | Upgrade: websocket
no GET /user/ping/?idleFor=0 | Origin: https://evil.example
no POST /ping/?idleFor=0 | Origin: https://evil.example
no POST / | Origin: null
no POST /ping/?idleFor=0 | Origin: null
no POST / | Origin: https://localhost.evil.example
no POST / | Origin: https://evil.example:80
no POST / | Origin: https://evil.example/localhost
no POST / | Origin: localhost
no POST / | Origin: https://localhost/
no POST / | Origin: https://localhost:x
no POST / | origin: https://evil.example
no POST /navigations/ | Origin: https://evil.example | Accept: text/html
yes POST /navigations/ | Origin: https://localhost | Accept: text/html
yes POST / | Origin: http://localhost
yes POST / | Origin: https://localhost
yes POST / | Origin: https://LocalHost:8443
yes POST / | Origin: https://localhost.:1
yes POST / | Origin: http://www.example.com:81 | Host: www.example.com:82
yes POST / | Origin: http://[::1]:81 | Host: [::1]
yes GET /ping/?idleFor=0 | Origin: http://localhost:3000
yes POST / | Orison: https://evil.example

=== with Fetch Metadata the host of Origin does not tell whose page it is
--- activity
yes POST / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Origin: https://balancer.example
yes POST / | Sec-Fetch-Site: same-site | Sec-Fetch-Mode: cors | Origin: https://www.example.com
yes POST / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Origin: null
no POST / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://localhost

=== session_security_origins: whose requests count as well
--- also
    session_security_origins https://app.example.com http://old.example:8080;
    session_security_origins capacitor://localhost https://[::1]:443;
    location /navigations/ { session_security_activity navigations; proxy_pass http://backend; }
    location /inner/ {
        session_security_origins https://inner.example;
        proxy_pass http://backend;
        location /inner/most/ { proxy_pass http://backend; }
    }
--- activity
yes GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty | Origin: https://app.example.com
yes GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty | Origin: HTTPS://APP.example.com:443
yes POST / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: empty | Origin: http://old.example:8080
yes GET / | Origin: capacitor://localhost
yes GET / | Origin: https://[::1] | Upgrade: websocket
yes POST /ping/?idleFor=0 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://app.example.com
yes GET /ping/?idleFor=0 | Origin: https://app.example.com | Upgrade: websocket
yes GET /inner/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://inner.example
yes GET /inner/most/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://inner.example
no GET /inner/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://app.example.com
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: http://app.example.com
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://app.example.com:8443
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://old.example:8080
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://evil.example
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: null
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: image
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors | Referer: https://app.example.com/
no GET /navigations/ | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://app.example.com
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://app.example.com | Sec-Purpose: prefetch

=== navigations: what a service worker asks for in place of the browser
--- also: session_security_activity navigations;
--- activity
yes GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: empty
yes GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: same-origin | Sec-Fetch-Dest: empty | Accept: text/html,*/*;q=0.8 | Upgrade-Insecure-Requests: 1
yes GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty | Accept: text/html | Upgrade-Insecure-Requests: 1
no GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: same-origin | Sec-Fetch-Dest: empty | Accept: text/html
no GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: same-origin | Sec-Fetch-Dest: empty | Accept: */* | Upgrade-Insecure-Requests: 1
no GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty | Accept: text/html | Upgrade-Insecure-Requests: 1 | X-Requested-With: XMLHttpRequest
no GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: image | Accept: text/html | Upgrade-Insecure-Requests: 1
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: empty | Sec-Fetch-User: ?1
no GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty | Accept: text/html | Upgrade-Insecure-Requests: 1

=== row 10: a service worker's navigation gets a redirect, not an error to show
a has ended
a: GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: same-origin | Sec-Fetch-Dest: empty
    | Accept: text/html,application/xhtml+xml | Upgrade-Insecure-Requests: 1 => 302 expired
a: GET / | Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty
    | Accept: text/html => 401 expired

=== what a server in front says to be early data
--- activity
no GET / | Early-Data: 1
no GET / | Early-Data: 1 | Sec-Fetch-Site: none | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
no GET /ping/?idleFor=0 | early-data: 1
yes GET / | Early-Data: 0

=== a connection without request headers, to which an error page is proxied
# a list of headers that was never begun: for UndefinedBehaviorSanitizer
--- key: $remote_addr
--- also: error_page 400 = /bad;
--- raw_request eval
"G\x01T / HTTP/1.1\r\n\r\n"
--- error_code: 200

=== row 3: another site can end no session by a ping
a: ping 600 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors => new 0
a: GET / => 200 live

=== what is no activity is judged like any other request
a has ended
a: GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors => 401 expired
a: GET / | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: iframe
    => 302 expired

=== the headers in any order, and none that is not theirs
--- activity
no GET / | Sec-Fetch-Dest: image | Sec-Fetch-Mode: no-cors | Sec-Fetch-Site: cross-site
no GET / | sec-fetch-dest: image | sec-fetch-mode: no-cors | sec-fetch-site: cross-site
no GET / | A: 1 | B: 2 | C: 3 | D: 4 | E: 5 | F: 6 | G: 7 | H: 8 | I: 9 | J: 10 | K: 11 | L: 12 | M: 13 | N: 14 | O: 15 | P: 16 | Q: 17 | R: 18 | S: 19 | T: 20 | Sec-Fetch-Mode: cors | Sec-Fetch-Site: cross-site
yes GET / | Sec-Fetch-Tide: cross-site | Sec-Fetch-Mode: no-cors
yes GET / | Xec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors

=== auth_basic: who is refused is not active
--- also
    location /basic/ {
        auth_basic here;
        auth_basic_user_file $TEST_NGINX_HTML_DIR/users;
        proxy_pass http://backend;
    }
--- activity
401 no GET /basic/
401 no GET /basic/ | Authorization: Basic bWU6d3Jvbmc=
401 no GET /basic/ | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
yes GET /basic/ | Authorization: Basic bWU6c2VjcmV0

=== deny, limit_except
--- also
    location /deny/ { deny all; proxy_pass http://backend; }
    location /allow/ {
        allow 127.0.0.1;
        deny all;
        proxy_pass http://backend;
    }
    location /get/ {
        limit_except GET { deny all; }
        proxy_pass http://backend;
    }
--- activity
403 no GET /deny/
403 no POST /deny/
yes GET /allow/
403 no POST /get/
yes GET /get/

=== auth_request
--- also
    location ~ ^/auth/(\d+)$ { internal; proxy_pass http://backend/$1/; }
    location /401/ { auth_request /auth/401; proxy_pass http://backend/; }
    location /403/ { auth_request /auth/403; proxy_pass http://backend/; }
    location /200/ { auth_request /auth/200; proxy_pass http://backend/; }
--- activity
401 no GET /401/
403 no GET /403/
yes GET /200/

=== satisfy any
--- also
    location /any/ {
        satisfy any;
        deny all;
        auth_basic here;
        auth_basic_user_file $TEST_NGINX_HTML_DIR/users;
        proxy_pass http://backend;
    }
    location /first/ {
        satisfy any;
        allow 127.0.0.1;
        deny all;
        auth_basic here;
        auth_basic_user_file $TEST_NGINX_HTML_DIR/users;
        proxy_pass http://backend;
    }
--- activity
401 no GET /any/
yes GET /any/ | Authorization: Basic bWU6c2VjcmV0
yes GET /first/

=== the page of an error that refuses
--- also
    error_page 403 /denied.html;
    location = /denied.html { root $TEST_NGINX_HTML_DIR; }
    location /deny/ { deny all; proxy_pass http://backend; }
    location /app/ { error_page 403 = /denied/by/app; deny all; }
    location /named/ { error_page 403 = @named; deny all; }
    location @named { proxy_pass http://backend; }
    location /login/ { error_page 401 =200 /sign/in; auth_request /auth; }
    location = /auth { internal; proxy_pass http://backend/401/; }
--- activity
403 no GET /deny/
200 no GET /app/
200 no GET /named/
200 no GET /login/

=== the page of such an error, with recursive_error_pages
--- also
    recursive_error_pages on;
    error_page 403 /denied.html;
    location = /denied.html { root $TEST_NGINX_HTML_DIR; }
    location /deny/ { deny all; proxy_pass http://backend; }
    location /app/ { error_page 403 = /denied/by/app; deny all; }
    location /named/ { error_page 403 = @named; deny all; }
    location @named { proxy_pass http://backend; }
    location /twice/ { error_page 403 = @twice; deny all; }
    location @twice { error_page 404 = @named; root $TEST_NGINX_HTML_DIR; }
    location /basic/ {
        error_page 401 = @named;
        auth_basic here;
        auth_basic_user_file $TEST_NGINX_HTML_DIR/users;
    }
    location /login/ { error_page 401 =200 /sign/in; auth_request /auth; }
    location = /auth { internal; proxy_pass http://backend/401/; }
    location /choose/ {
        error_page 418 = @named;
        if ($arg_app) { return 418; }
        proxy_pass http://backend;
    }
    location /fallback/ { root $TEST_NGINX_HTML_DIR; error_page 404 = @named; }
--- activity
403 no GET /deny/
200 no GET /app/
200 no GET /named/
200 no GET /twice/
200 no GET /basic/
200 no GET /basic/ | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document | Sec-Fetch-User: ?1
200 no GET /login/
yes GET /choose/
yes GET /choose/?app=1
yes GET /fallback/none.txt

=== the page of such an error begins no session, but where the location was chosen by an error
--- also
    recursive_error_pages on;
    location /named/ { error_page 403 = @named; deny all; }
    location @named { proxy_pass http://backend; }
    location /choose/ { error_page 418 = @named; return 418; }
--- steps
a: GET /named/                                 => 200 [sessionid=a]
GET /named/ | Cookie: sessionid=a; sessionid=b => 200
a: GET /                                       => 200 new [sessionid=a]
b: GET /                                       => 200 new [sessionid=b]
c: GET /choose/                                => 200 [sessionid=c]
c: GET /                                       => 200 live [sessionid=c]

=== the login that such an error leads to begins a session
--- also
    location = /auth {
        internal;
        proxy_pass http://backend/401/;
        proxy_set_header X-Set "";
    }
    location /gate/ {
        auth_request /auth;
        error_page 401 = /sign/in;
        proxy_pass http://backend;
    }
    location /named/ {
        auth_request /auth;
        error_page 401 = @login;
        proxy_pass http://backend;
    }
    location @login { proxy_pass http://backend; }
--- steps
unknown: GET /gate/ | X-Set: sessionid=a; Path=/
    => 200 [sessionid=unknown] | Set-Cookie: sessionid=a; Path=/
a: GET /                                   => 200 live [sessionid=a]
unknown: GET /                             => 200 new [sessionid=unknown]
# that it was issued is seen from what its next key is
a: GET / | X-Set: sessionid=a-2            => 200
a-2: GET /logout/ | X-Set: sessionid=; Path=/; Max-Age=0 => 200 [sessionid=a-2]
a: GET /                                   => 200 closed []
unknown-too: GET /named/ | X-Set: sessionid=b; Path=/ => 200 [sessionid=unknown-too]
b: GET /                                   => 200 live [sessionid=b]
# and where it sets the very value
c: GET /gate/ | X-Set: sessionid=c; Path=/ => 200 [sessionid=c]
c: GET /                                   => 200 live [sessionid=c]
--- no_error_log
is full
[error]

=== who is refused begins no session
--- also
    location /basic/ {
        auth_basic here;
        auth_basic_user_file $TEST_NGINX_HTML_DIR/users;
        proxy_pass http://backend;
        location = /basic/ping/ { session_security_ping; }
    }
    location /deny/ { deny all; error_page 403 /denied.html; }
    location = /denied.html { root $TEST_NGINX_HTML_DIR; }
--- steps
a: GET /basic/                                 => 401
a: GET /basic/ping/?idleFor=100                => 401
a: GET /deny/                                  => 403 denied
GET /basic/ | Cookie: sessionid=a; sessionid=b => 401
a: GET /                                       => 200 new [sessionid=a]
b: GET /                                       => 200 new [sessionid=b]
c: GET /basic/ | Authorization: Basic bWU6c2VjcmV0 => 200 new
c: GET /                                       => 200 live

=== who is refused begins no session that has ended already
--- also
    location = /basic/ping/ {
        auth_basic here;
        auth_basic_user_file $TEST_NGINX_HTML_DIR/users;
        session_security_ping;
    }
--- steps
a: GET /basic/ping/?idleFor=600 => 401
a: GET /                        => 200 new [sessionid=a]
b: GET /basic/ping/?idleFor=600 | Authorization: Basic bWU6c2VjcmV0 => 200 "logout"
b: GET /                        => 401 expired

=== of several sessions none is active if it is refused, each if it is not
--- also: location /deny/ { deny all; }
--- steps
a is idle for 300
b is idle for 400
GET /deny/ | Cookie: sessionid=a; sessionid=b => 403
a: ping                                       => about 300
b: ping                                       => about 400
GET / | Cookie: sessionid=a; sessionid=b      => 200
a: ping                                       => about 0
b: ping                                       => about 0

=== a ping behind auth_basic
--- also
    location = /basic/ping/ {
        auth_basic here;
        auth_basic_user_file $TEST_NGINX_HTML_DIR/users;
        session_security_ping;
    }
--- activity
401 no GET /basic/ping/?idleFor=0
401 no GET /basic/ping/?idleFor=0 | Authorization: Basic bWU6d3Jvbmc=
yes GET /basic/ping/?idleFor=0 | Authorization: Basic bWU6c2VjcmV0

=== a ping behind auth_basic answers what has been counted
--- also
    location = /basic/ping/ {
        auth_basic here;
        auth_basic_user_file $TEST_NGINX_HTML_DIR/users;
        session_security_ping;
    }
--- steps
a: GET /basic/ping/?idleFor=300 | Authorization: Basic bWU6c2VjcmV0 => 200 new 300
a: GET /basic/ping/?idleFor=100 | Authorization: Basic bWU6c2VjcmV0 => 200 100
a: GET /basic/ping/?idleFor=200 | Authorization: Basic bWU6c2VjcmV0 => 200 about 100

=== row 4: a session that has expired does, even if nginx refuses the request
--- also: location /deny/ { session_security_expire_after 100s; deny all; }
--- steps
a is idle for 300
a: GET /deny/ => 401 expired
a: GET /      => 401 expired

=== what the backend refuses is activity
--- activity
401 yes GET /401/
403 yes GET /403/

=== static files, fallbacks and indices are activity
--- also
    location /static/ { alias $TEST_NGINX_HTML_DIR/; }
    location /try/ { root $TEST_NGINX_HTML_DIR; try_files $uri @app; }
    location @app { proxy_pass http://backend; }
    location /dir/ { root $TEST_NGINX_HTML_DIR; }
    location /fallback/ { root $TEST_NGINX_HTML_DIR; error_page 404 = @app; }
    location /rewritten/ { rewrite ^ /app last; }
    location /not-modified/ { return 204; }
--- activity
yes GET /static/there.txt
404 yes GET /static/none.txt
yes GET /try/none.txt
yes GET /dir/
yes GET /fallback/none.txt
yes GET /rewritten/

=== a location that is reached by an error, but not by a refusal
# return and error_page, as configurations choose a named location with "if"
--- also
    location /choose/ {
        error_page 418 = @app;
        if ($arg_app) { return 418; }
        proxy_pass http://backend;
    }
    location @app { proxy_pass http://backend; }
--- activity
yes GET /choose/
yes GET /choose/?app=1

=== a session begins in a location that is reached by an error
--- also
    location /choose/ { error_page 418 = @app; return 418; }
    location @app { proxy_pass http://backend; }
--- steps
a: GET /choose/ => 200 [sessionid=a]
a: GET /choose/ => 200 live
