# The first page of a session: the response that begins a session, or says that
# somebody is logged in, has the tag.  An application of one page has no other.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps qw(defaults rewrite);

plan tests => 198;

# The backend sets what the request has in X-Set, and says what it has in X-Say.

defaults(
    ping => '/session_security/ping/',
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    session_security_zone cookie=admin zone=admins:1m;
    server {
        listen backend;
        default_type text/html;
        add_header Set-Cookie $http_x_set always;
        add_header X-Accel-Session $http_x_say always;
        add_header X-Accel-Redirect $http_x_accel always;
        add_header X-Accepted "[$http_accept_encoding]" always;
        add_header X-Had "[$http_if_none_match]" always;
        location / { return 200 "<p>[$http_cookie]"; }
        location /303/ { return 303 /; }
        location /404/ { return 404 "<p>"; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    session_security_inject on;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
    location = /session_security/ping/ { session_security_ping; }
END
    no_error_log => qr/\[(?:error|crit|alert|emerg)\]/,
);

# "(tag)" is the tag of a session that has just begun, with the usual times.
rewrite {
    s{\(tag\)}{~ ^<script defer src="[^"]*" data-ping="/session_security/ping/" data-logout="/logout/"}
        and s{(data-logout="/logout/")}{$1 data-warn-after="540" data-expire-after="600" data-idle="0"}
        and s{(data-idle="0")}{$1 async></script><noscript>.*</noscript><p>};
};

run_tests();

__DATA__

=== a login without a key
PAGE / | X-Set: sessionid=a; Path=/ => 200 none (tag) | Cache-Control: no-store
a: PAGE /                           => 200 live (tag)

=== a login that is sent by POST, and answers with the page
POST / | Sec-Fetch-Mode: navigate | Content-Length: 6 | X-Set: sessionid=a; Path=/ | body: user=a
    => 200 (tag)

=== a redirect has no tag, and the page after it has
PAGE /303/ | X-Set: sessionid=a; Path=/ => 303
a: PAGE /                               => 200 live (tag)

=== a visitor who is logged in by this response
PAGE / | X-Set: sessionid=visitor; Path=/ | X-Say: off => 200 <p>[] | no Cache-Control
visitor: PAGE / | X-Say: off => 200 anonymous <p>[sessionid=visitor] | no Cache-Control
visitor: PAGE / | X-Say: on  => 200 anonymous (tag) | Cache-Control: no-store

=== likewise with another key
PAGE / | X-Set: sessionid=visitor; Path=/ | X-Say: off => 200 <p>[]
visitor: PAGE / | X-Set: sessionid=user; Path=/ | X-Say: on => 200 anonymous (tag)

=== likewise without a word
PAGE / | X-Set: sessionid=visitor; Path=/ | X-Say: off => 200 <p>[]
visitor: PAGE / | X-Set: sessionid=user; Path=/ => 200 (tag)

=== with the session's own limits
PAGE / | X-Set: sessionid=visitor; Path=/ | X-Say: off => 200 <p>[]
visitor: PAGE / | X-Say: on; warn_after=60s; expire_after=90s
    => 200 ~ data-warn-after="60" data-expire-after="90" data-idle="0" async
PAGE / | X-Set: sessionid=a; Path=/ | X-Say: on; warn_after=60s; max_lifetime=80s
    => 200 ~ data-warn-after="60" data-expire-after="600" data-idle="0" data-ends-in="(?:80|79\.\d+)" async.*content="80;

=== with the end of its lifetime
--- also: session_security_max_lifetime 300s;
--- steps
PAGE / | X-Set: sessionid=a; Path=/
    => 200 ~ data-idle="0" data-ends-in="(?:300|299\.\d+)" async.*content="300;

=== limits by variables
--- also
    session_security_expire_after $arg_e;
    session_security_max_lifetime $arg_l;
--- steps
PAGE /?e=50s&l=40s | X-Set: sessionid=a; Path=/
    => 200 ~ data-warn-after="45" data-expire-after="50" data-idle="0" data-ends-in="(?:40|39\.\d+)" async

=== who was logged in before is as old as that
--- also: session_security_max_lifetime 300s;
--- steps
a is idle for 100
a: PAGE / | X-Say: off => 200 <p>[sessionid=a]
a: PAGE / | X-Say: on  => 200 anonymous ~ data-idle="0" data-ends-in="(?:200|1\d\d\.\d+)" async

=== a new login with a dead session's cookie
a has ended
a: PAGE /logout/                       => 200 ~ data-ended="1"
a: PAGE /                              => 200 <p>[]
a: PAGE / | X-Set: sessionid=b; Path=/ => 200 closed (tag)
a: PAGE / | X-Set: sessionid=a; Path=/ => 200 closed (tag)

=== a dead session's cookie that a slow backend sets again
a has ended
a: PAGE /logout/ | X-Set: sessionid=a; Path=/ => 200 ~ data-ended="1"

=== what begins nothing
PAGE / | X-Say: on                            => 200 <p>[]
PAGE / | X-Set: other=a; Path=/               => 200 <p>[]
PAGE / | X-Set: sessionid=; Path=/; Max-Age=0 => 200 <p>[]
PAGE / | X-Set: sessionid=a; Path=/ | X-Say: off => 200 <p>[]
PAGE / | X-Set: sessionid=b; Path=/ | X-Say: end => 200 <p>[]

=== the last of several cookies counts
--- also: add_header Set-Cookie "sessionid=; Path=/; Max-Age=0";
--- steps
PAGE / | X-Set: sessionid=a; Path=/ => 200 <p>[]

=== what is no page
GET / | X-Set: sessionid=a; Path=/ | Accept-Encoding: gzip
    => 200 <p>[] | X-Accepted: [gzip] | no Cache-Control
GET / | Sec-Fetch-Mode: cors | Accept-Encoding: gzip | X-Set: sessionid=b; Path=/
    => 200 <p>[] | X-Accepted: [gzip]

=== an error page of the backend's own
PAGE /404/ | X-Set: sessionid=a; Path=/ => 404 (tag)

=== where nothing is injected
--- also: location /off/ { session_security_inject off; proxy_pass http://backend; }
--- steps
PAGE /off/ | Accept-Encoding: gzip | X-Set: sessionid=a; Path=/
    => 200 <p>[] | X-Accepted: [gzip] | no Cache-Control

=== the backend does not compress it, nginx does
--- also
    gzip on;
    gzip_min_length 1;
    gzip_http_version 1.0;
--- steps
PAGE / | Accept-Encoding: gzip | X-Set: sessionid=a; Path=/
    => 200 ~ ^\x1f\x8b | X-Accepted: [] | Content-Encoding: gzip

=== what a visitor's browser has it need not get again
PAGE / | If-None-Match: "a"          => 200 <p>[] | X-Had: ["a"]
PAGE / | X-Set: sessionid=visitor; Path=/ | X-Say: off => 200 <p>[]
visitor: PAGE / | If-None-Match: "a" => 200 <p>[sessionid=visitor] | X-Had: ["a"]
user: PAGE / | If-None-Match: "a"    => 200 (tag) | X-Had: []

=== after an internal redirect
--- also
    location /store/ {
        internal;
        proxy_set_header X-Say "";
        proxy_set_header X-Accel "";
        proxy_pass http://backend;
    }
--- steps
PAGE / | Accept-Encoding: gzip | X-Accel: /store/x | X-Set: sessionid=a; Path=/
    => 200 (tag) | X-Accepted: []

=== without a key here, and with one in the zone that it is redirected to
--- also
    location /admin/ {
        internal;
        session_security zone=admins;
        session_security_inject off;
        proxy_set_header X-Accel "";
        proxy_pass http://backend;
    }
    location = /admin/ping/ { session_security zone=admins; session_security_ping; }
--- steps
GET /admin/ping/?idleFor=600 | Cookie: admin=dead => 200 "logout"
PAGE / | Cookie: admin=dead | X-Accel: /admin/x => 302 expired | to /logout/
PAGE / | Cookie: admin=alive | X-Accel: /admin/x => 200 new <p>[admin=alive]
PAGE / | Cookie: admin=alive | X-Accel: /admin/x => 200 live <p>[admin=alive]
# and with none there, either: what that location sets is of its own zone
PAGE / | X-Accel: /admin/x | X-Set: admin=other; Path=/ => 200 none <p>[]
PAGE / | Cookie: admin=other | X-Accel: /admin/x => 200 live <p>[admin=other]

=== likewise where the page there gets the tag
--- also
    location /admin/ {
        internal;
        session_security zone=admins;
        proxy_set_header X-Accel "";
        proxy_pass http://backend;
    }
    location = /admin/ping/ { session_security zone=admins; session_security_ping; }
--- steps
PAGE / | Accept-Encoding: gzip | X-Accel: /admin/x | X-Set: admin=a; Path=/
    => 200 none ~ ^<script defer src="[^"]*" data-ping="/admin/ping/".*<p> | X-Accepted: []

=== without a key here, and with one that the location after that sets
--- also_http: session_security_zone $key zone=keys:1m;
--- config
    set $key "";
    session_security zone=keys;
    session_security_logout_url /logout/;
    session_security_inject on;
    add_header X-State $session_security_state always;
    location / { try_files /none @app; }
    location @app { set $key $arg_key; proxy_pass http://backend; }
    location = /session_security/ping/ { set $key $arg_key; session_security_ping; }
--- steps
GET /session_security/ping/?idleFor=600&key=dead => 200 "logout"
PAGE /?key=dead  => 302 expired | to /logout/
PAGE /?key=alive => 200 new (tag)
PAGE /           => 200 none <p>[]
