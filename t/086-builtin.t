# The ping and the script without locations of their own: where they answer,
# where the tag says that they are, and whose limits a ping goes by.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps qw(defaults rewrite script_version);

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

plan tests => 380;

# The backend sets what the request has in X-Set, and says what it was asked.

defaults(
    ping => '/session_security/ping/',
    page => 'Sec-Fetch-Mode: navigate',
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone cookie=admin zone=admins:1m;
    server {
        listen backend;
        default_type text/html;
        add_header Set-Cookie $http_x_set always;
        add_header X-Got "[$http_cookie$http_authorization]" always;
        return 200 "<p>$request_uri [$http_cookie]";
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    add_header X-State $session_security_state always;
    location / { session_security_inject on; proxy_pass http://backend; }
END
    no_error_log => qr/\[(?:error|crit|alert|emerg)\]/,
);

my $version = script_version();

# "(tag SCRIPT PING)" is a tag with the script, and the ping, below these paths ("-"
# for the root).
rewrite {
    s/\(version\)/$version/g;
    s{\(tag (\S+) (\S+)\)}{
        my ($script, $ping) = map { $_ eq '-' ? '' : $_ } $1, $2;
        "~ ^<script defer src=\"\Q$script\E/session_security/script\\.js\\?v=$version\" "
        . "data-ping=\"\Q$ping\E/session_security/ping/\" [^>]*async></script>"
        . "<noscript><meta http-equiv=\"refresh\" content=\"\\d+;url=\Q$ping\E/session_security/ping/\\?back="
    }ge;
};

run_tests();

__DATA__

=== the shortest configuration
a: PAGE / | X-Set: sessionid=a; Path=/ => 200 (tag - -)
a: PAGE /deep/page                     => 200 (tag - -)
a: GET /session_security/ping/?idleFor=0&age=1
    => 200 0 | Content-Type: application/json | Cache-Control: no-store
GET /session_security/script.js => 200 none ~ ^\(\(\)=>\{
    | Content-Type: text/javascript; charset=utf-8 | Cache-Control: no-cache
HEAD /session_security/script.js       => 200
a: POST /session_security/ping/?idleFor=0 | body: a=b => 200 0
a: POST /session_security/script.js    => 405 | Allow: GET, HEAD
a: DELETE /session_security/ping/      => 405 | Allow: GET, HEAD, POST
ping                                   => "logout"

=== the backend's cookie is for a part of the site
GET /app/login | X-Set: sessionid=a; Path=/app => 200
a: PAGE /app/page?x                            => 200 (tag /app /app)
a: PAGE /app                                   => 200 (tag /app /app)
a: GET /app/session_security/ping/?idleFor=0   => 200 0
GET /app/session_security/script.js            => 200 ~ ^\(\(\)=>\{
# another part of it: nothing is known there
a: PAGE /apple/page                            => 200 (tag - /apple/page)

=== the deepest of several paths
GET /app/login | X-Set: sessionid=a; Path=/app/ => 200
GET / | X-Set: sessionid=b; Path=/             => 200
GET /other/ | X-Set: sessionid=c               => 200
GET /elsewhere | X-Set: sessionid=c; Path=/app/deep; Domain=example.org => 200
a: PAGE /app/deep/page                         => 200 (tag /app /app)
a: PAGE /other/deep/page                       => 200 (tag /other /other)
a: PAGE /page                                  => 200 (tag - -)
a: PAGE /app/deep/page | Host: www.example.org => 200 (tag /app/deep /app/deep)

=== no path is known: nginx was started after the login
a: PAGE /app/some/page.php/?a=b => 200 (tag - /app/some/page.php)
a: GET /app/some/page.php/session_security/ping/?idleFor=0 => 200 0
a: PAGE /                       => 200 (tag - -)

=== the path is as configured
--- also
    session_security_cookie path=/app;
    location /by-variable/ {
        session_security_inject on;
        session_security_cookie path=$arg_path;
        proxy_pass http://backend;
    }
--- steps
a: PAGE /app/deep/page                     => 200 (tag /app /app)
a: PAGE /by-variable/deep/page?path=/by-variable/ => 200 (tag /by-variable /by-variable)
a: PAGE /by-variable/deep/page?path=/deep/ => 200 (tag - /by-variable/deep/page)
a: PAGE /by-variable/page?path=            => 200 (tag - /by-variable/page)

=== a path leads to no other site, and is no markup
a: PAGE //evil.example/page                   => 200 (tag - -)
a: PAGE /\evil.example/page                   => 200 (tag - -)
GET //evil.example/login | X-Set: sessionid=a => 200
a: PAGE //evil.example/page                   => 200 (tag - -)
GET /login | X-Set: sessionid=a; Path=/"><script>x</script>&lt => 200
a: PAGE /"><script>x</script>&lt/page
    => 200 (tag /&quot;&gt;&lt;script&gt;x&lt;/script&gt;&amp;lt /&quot;&gt;&lt;script&gt;x&lt;/script&gt;&amp;lt)
a: PAGE /ä"/page                             => 200 (tag - /%C3%A4&quot;/page)

=== only what ends so
a: GET /session_security/ping      => 200 <p>/session_security/ping [sessionid=a]
a: GET /session_security/ping/more => 200 <p>/session_security/ping/more [sessionid=a]
a: GET /a?/session_security/ping/  => 200 <p>/a?/session_security/ping/ [sessionid=a]
a: GET /xsession_security/ping/    => 200 <p>/xsession_security/ping/ [sessionid=a]
a: GET /session_security%2Fping/   => 200 <p>/session_security%2Fping/ [sessionid=a]
GET /x/session_security/script.js? => 200 ~ ^\(\(\)=>\{

=== neither try_files nor mirror nor a rewrite comes before it
--- also
    location /files/ {
        session_security_inject on;
        root $TEST_NGINX_HTML_DIR;
        try_files /none /index.html =404;
    }
    location /mirror/ {
        session_security_inject on;
        mirror /away;
        proxy_pass http://backend;
    }
    location = /away { return 500; }
    location /front/ { session_security_inject on; rewrite ^ /index.php last; }
    location = /index.php { session_security_inject on; proxy_pass http://backend; }
--- user_files
>>> index.html
index
--- steps
a: GET /files/session_security/ping/?idleFor=300 => 200 300
a: GET /mirror/session_security/ping/ => 200 about 300
a: GET /front/session_security/ping/  => 200 about 300
GET /files/session_security/script.js => 200 ~ ^\(\(\)=>\{
GET /front/session_security/script.js => 200 ~ ^\(\(\)=>\{

=== wherever in the server nginx finds it
--- config
    session_security_logout_url /logout/;
    location / { proxy_pass http://backend; }
    location /app/ {
        session_security zone=sessions;
        session_security_inject on;
        proxy_pass http://backend;
    }
    location /api/ {
        session_security zone=sessions;
        session_security_inject off;
        proxy_pass http://backend;
    }
    location /admin/ { session_security zone=admins; proxy_pass http://backend; }
--- steps
a: PAGE /app/ | X-Set: sessionid=a; Path=/     => 200 (tag - -)
a: ping 0                                      => 0
a: GET /api/session_security/ping/?idleFor=0   => 200 0
a: GET /admin/session_security/ping/?idleFor=0 => 200 0
GET /admin/session_security/script.js          => 200 ~ ^\(\(\)=>\{

=== not where nothing is injected
--- config
    session_security zone=sessions;
    location / { proxy_pass http://backend; }
--- steps
a: ping                         => <p>/session_security/ping/ [sessionid=a]
GET /session_security/script.js => 200 <p>/session_security/script.js []

=== locations written by hand win
--- also
    location = /session_security/script.js { return 200 "by hand"; }
    location = /app/session_security/ping/ { session_security off; return 200 "by hand"; }
    location ~ ^/x/session_security/ping/$ { session_security_ping; add_header X-By hand; }
--- steps
GET /session_security/script.js              => 200 by hand
a: GET /app/session_security/ping/           => 200 by hand
a: GET /x/session_security/ping/?idleFor=300 => 200 300 | X-By: hand
a: ping                                      => about 300 | no X-By

=== written by hand at the root, where the cookie is for a part of the site
--- also
    location = /session_security/ping/     { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
--- steps
a: GET /                                       => 200
a: PAGE /page                                  => 200 (tag - -)
GET /app/login | X-Set: sessionid=a; Path=/app => 200
a: PAGE /app/page                              => 200 (tag - /app)
a: GET /app/session_security/ping/?idleFor=0   => 200 0
a: PAGE /page                                  => 200 (tag - -)

=== one of them is written by hand
--- also: location = /p { session_security_ping; }
--- steps
GET /app/login | X-Set: sessionid=a; Path=/app => 200
a: PAGE /app/page
    => 200 ~ ^<script defer src="/app/session_security/script\.js\?v=\w+" data-ping="/p" [^>]*async></script><noscript><meta http-equiv="refresh" content="\d+;url=/p\?back=

=== a ping that nginx refuses is no activity, and is not answered
--- also
    location /closed/ {
        session_security_inject on;
        deny all;
        error_page 403 = @refused;
        proxy_pass http://backend;
    }
    location @refused { session_security_inject on; proxy_pass http://backend; }
    location /asked/ {
        session_security_inject on;
        auth_request /auth;
        proxy_pass http://backend;
    }
    location = /auth { internal; return 401; }
--- no_error_log eval
qr/\[(?:crit|alert|emerg)\]/
--- steps
a is idle for 300
a: GET /closed/session_security/ping/?idleFor=0
    => 200 <p>/closed/session_security/ping/?idleFor=0 [sessionid=a]
a: GET /asked/session_security/ping/?idleFor=0 => 401
a: ping                                        => about 300

=== the script, and the end of a session, are told before access is checked
--- no_error_log
[alert]
--- also
    location /closed/ { deny all; proxy_pass http://backend; }
    location /asked/ {
        auth_request /gate;
        auth_request_set $cookie $upstream_http_set_cookie;
        add_header Set-Cookie $cookie;
        proxy_pass http://backend;
    }
    location = /gate {
        internal;
        proxy_set_header X-Set sessionid=fresh;
        proxy_pass http://backend;
    }
--- steps
dead has ended
dead: GET /asked/session_security/script.js => 200 ~ ^\(\(\)=>\{ | no Set-Cookie
dead: GET /asked/session_security/ping/     => 200 "logout" | no Set-Cookie
GET /closed/session_security/script.js      => 200 ~ ^\(\(\)=>\{
GET /closed/session_security/ping/          => 200 "logout"
dead: GET /closed/session_security/ping/    => 200 "logout"
unknown: GET /closed/session_security/ping/?idleFor=600 => 403

=== so is a script written by hand
--- also
    auth_request /gate;
    auth_request_set $got $upstream_http_x_got;
    location = /s.js { session_security_script; add_header X-Got $got; }
    location = /gate {
        internal;
        auth_request off;
        proxy_pass http://backend;
    }
--- steps
dead: GET /s.js => 200 ~ ^\(\(\)=>\{ | no X-Got
HEAD /s.js      => 200
POST /s.js      => 405 | Allow: GET, HEAD
a: GET /page    => 200 ~ \[sessionid=a\]

=== what an error page shows in place of a ping is judged as any request
--- also
    location /denied/ { deny all; error_page 403 = @app; }
    location /short/ { error_page 405 = @short; proxy_pass http://backend; }
    location @app { proxy_pass http://backend; }
    location @short { session_security_expire_after 60s; proxy_pass http://backend; }
--- no_error_log
[alert]
--- steps
a is idle for 100
a: GET /denied/session_security/ping/?idleFor=0
    => 200 <p>/denied/session_security/ping/?idleFor=0 [sessionid=a]
a: ping                                   => about 100
a: PUT /secret.php/session_security/ping/ => 405
a: PUT /short/secret.php/session_security/ping/ | Sec-Fetch-Mode: cors => 401
a; other=1: POST /denied/session_security/script.js | Sec-Fetch-Mode: cors => 405

=== where it is no activity
--- also_http: limit_req_zone $server_port zone=requests:32k rate=1r/m;
--- also
    location /busy/ {
        limit_req zone=requests;
        error_page 503 = @app;
        proxy_pass http://backend;
    }
    location /wrong/ { error_page 405 = @app; proxy_pass http://backend; }
    location @app { proxy_pass http://backend; }
--- no_error_log
[alert]
--- steps
a: GET /busy/session_security/ping/?idleFor=300 => 200 300
a: GET /busy/session_security/ping/?idleFor=200
    => 200 <p>/busy/session_security/ping/?idleFor=200 [sessionid=a]
a: PUT /wrong/session_security/ping/ => 200 <p>/wrong/session_security/ping/ [sessionid=a]
a: ping                              => about 300
a: GET /busy/page                    => 200
a: ping                              => about 0

=== where the location is in another zone
--- also
    location = /p { session_security zone=admins; session_security_ping; }
    location /admin/ {
        session_security zone=admins;
        auth_request /gate;
        auth_request_set $got $upstream_http_x_got;
        add_header X-Got $got;
        error_page 405 = @admin;
        proxy_pass http://backend;
    }
    location @admin { session_security zone=admins; proxy_pass http://backend; }
    location = /gate { internal; proxy_pass http://backend; }
--- steps
GET /p?idleFor=600 | Cookie: admin=dead => 200 "logout"
GET /admin/session_security/ping/?idleFor=300 | Cookie: admin=dead; sessionid=a
    => 200 300 | no X-Got
PUT /admin/secret.php/session_security/ping/ | Cookie: admin=dead; sessionid=a => 401

=== where the key is no cookie
--- also_http: session_security_zone $http_authorization zone=tokens:1m;
--- config
    session_security zone=tokens;
    location / {
        session_security_inject on;
        auth_request /gate;
        auth_request_set $got $upstream_http_x_got;
        add_header X-Got $got;
        proxy_pass http://backend;
        error_page 405 = @app;
    }
    location @app { proxy_pass http://backend; }
    location = /gate { internal; proxy_pass http://backend; }
--- steps
ping 600 | Authorization: dead => "logout"
ping | Authorization: dead     => "logout" | no X-Got
PUT /secret.php/session_security/ping/ | Authorization: dead => 401

=== whatever the location says of activity, a ping is none
--- also
    location /passive/ {
        session_security_inject on;
        session_security_activity user;
        session_security_passive_urls /passive/*;
        proxy_pass http://backend;
    }
--- steps
a is idle for 300
a: PAGE /session_security/ping/ | Sec-Fetch-User: ?1 => 200 about 300
a: GET /passive/session_security/ping/?idleFor=200 => 200 200
a: ping 0 | Sec-Fetch-Site: cross-site => about 200

=== a page without scripts comes here
a is idle for 300
a: PAGE /app/session_security/ping/?back=%2Fapp%2F
    => 200 ~ ^<!DOCTYPE html><html lang="en"><head>(?!.*<script).*<a href="/app/">Continue</a>
    | Cache-Control: no-store
b: PAGE /app/session_security/ping/?back=%2Fapp%2F&idleFor=0 => 200

=== a ping goes by the longest limit of the server's pages
--- without: add_header X-State
--- also
    session_security_expire_after 100s;
    session_security_max_lifetime 300s;
    location /reports/ {
        session_security_inject on;
        session_security_expire_after 400s;
        session_security_max_lifetime 0;
        proxy_pass http://backend;
    }
    location /api/ { session_security_expire_after 2000s; proxy_pass http://backend; }
    location = /by-hand/ { session_security_ping; }
    location = /by-hand/longer/ { session_security_expire_after 2000s; session_security_ping; }
--- steps
a is idle for 350
b: GET /by-hand/?idleFor=360                   => 200 360
c: GET /by-hand/longer/?idleFor=500            => 200 "logout"
# a page is judged by its own
a: GET /                                       => 401
d: ping 500                                    => "logout"
# where nothing is injected there may be a tag written by hand
e: GET /api/session_security/ping/?idleFor=500 => 200 500

=== a ping goes by the longest limit, if variables say it
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        default_type text/html;
        return 200 "<p>";
    }
--- config
    session_security zone=sessions;
    session_security_expire_after $arg_most;
    session_security_max_lifetime $arg_life;
    location / { session_security_inject on; proxy_pass http://backend; }
    location /reports/ {
        session_security_inject on;
        session_security_expire_after 400s;
        proxy_pass http://backend;
    }
    location /more/ {
        session_security_inject on;
        session_security_expire_after $arg_more;
        session_security_max_lifetime 200s;
        proxy_pass http://backend;
    }
--- steps
a: GET /session_security/ping/?idleFor=350&most=10s&more=10s&life=0 => 200 350
b: GET /session_security/ping/?idleFor=450&most=10s&more=10s&life=0 => 200 "logout"
c: GET /session_security/ping/?idleFor=450&most=500s&more=10s&life=0 => 200 450
d: GET /session_security/ping/?idleFor=650&most=10s&more=700s&life=0 => 200 650
# the session is as old as it was idle
e: GET /session_security/ping/?idleFor=250&most=10s&more=10s&life=1s => 200 "logout"
f: GET /session_security/ping/?idleFor=250&most=10s&more=10s&life=300s => 200 250

=== a page that closes the session
GET /app/login | X-Set: sessionid=a; Path=/app => 200
a: PAGE /app/bye | X-Set: sessionid=; Max-Age=0; Path=/app
    => 200 <script defer src="/app/session_security/script.js?v=(version)" data-ping="/app/session_security/ping/" data-ended="1" async></script><p>/app/bye [sessionid=a]
    | Cache-Control: no-store
