# Deleting the right cookie: in the scope that the backend set it in, or the
# one that is configured.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps 'defaults';

plan tests => 369;

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        return 200 "[$http_cookie]";
    }
END
    config => <<'END',
    session_security zone=sessions;
    location / { proxy_set_header Host $host; proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
END
);

run_tests();

__DATA__

=== nothing is known: Path=/
dead has ended
dead: PAGE /app/page => 200 [] | deleted

=== the path that the backend set
GET /login | X-Set: sessionid=a; Path=/app; HttpOnly => 200
dead has ended
dead: PAGE /app/page     => 200 [] | deleted in /app
dead: PAGE /app          => 200 | deleted in /app
dead: PAGE /app?x=/other => 200 | deleted in /app

=== only where a browser sends such a cookie
GET /login | X-Set: sessionid=a; Path=/app => 200
dead has ended
dead: PAGE /apple/                         => 200 | deleted
dead: PAGE /page?x=/app/                   => 200 | deleted
dead: PAGE /App/                           => 200 | deleted

=== a path that ends in a slash
GET /login | X-Set: sessionid=a; Path=/app/ => 200
dead has ended
dead: PAGE /app/page                        => 200 | deleted in /app/
dead: PAGE /app                             => 200 | deleted

=== without a path: that of the request which it was set by
GET /app/in/login?next=/a/b | X-Set: sessionid=a => 200
dead has ended
dead: PAGE /app/in/page => 200 | deleted in /app/in
dead: PAGE /app/page    => 200 | deleted

=== without a path, and a path that is none
GET /login | X-Set: sessionid=a               => 200
GET /app/login | X-Set: sessionid=b; Path=app => 200
GET /application/login | X-Set: sessionid=b; Path=/elsewhere; Path => 200
dead has ended
dead: PAGE /app/page => 200 | Set-Cookie: (sessionid deleted in /), (sessionid deleted in /app)
dead: PAGE /application/page
    => 200 | Set-Cookie: (sessionid deleted in /), (sessionid deleted in /application)

=== without a path, by a request for one that would be another attribute
GET /app;Domain=example.com/login | X-Set: sessionid=a => 200
GET /app;jsessionid=1/in/login | X-Set: sessionid=b; Secure => 200
dead has ended
dead: PAGE /app;Domain=example.com/page => 200 [] | deleted
dead: PAGE /app;jsessionid=1/in/page    => 200 [] | deleted

=== without a path, by requests for more than are kept: what the backend said stays
GET /login | X-Set: sessionid=a; Path=/app => 200
GET /app/1/login | X-Set: sessionid=a-1    => 200
GET /app/2/login | X-Set: sessionid=a-2    => 200
GET /app/3/login | X-Set: sessionid=a-3    => 200
GET /app/4/login | X-Set: sessionid=a-4    => 200
GET /app/5/login | X-Set: sessionid=a-5    => 200
GET /app/6/login | X-Set: sessionid=a-6    => 200
GET /app/7/login | X-Set: sessionid=a-7    => 200
GET /app/8/login | X-Set: sessionid=a-8    => 200
GET /app/9/login | X-Set: sessionid=a-9    => 200
GET /app/10/login | X-Set: sessionid=a-10  => 200
dead has ended
dead: PAGE /app/page                       => 200 [] | deleted in /app
dead: PAGE /app/1/page
    => 200 [] | Set-Cookie: (sessionid deleted in /app), (sessionid deleted in /app/1)
dead: PAGE /app/7/page
    => 200 [] | Set-Cookie: (sessionid deleted in /app), (sessionid deleted in /app/7)
dead: PAGE /app/8/page                     => 200 [] | deleted in /app

=== and what it says later finds room
GET /app/1/login | X-Set: sessionid=a-1    => 200
GET /app/2/login | X-Set: sessionid=a-2    => 200
GET /app/3/login | X-Set: sessionid=a-3    => 200
GET /app/4/login | X-Set: sessionid=a-4    => 200
GET /app/5/login | X-Set: sessionid=a-5    => 200
GET /app/6/login | X-Set: sessionid=a-6    => 200
GET /app/7/login | X-Set: sessionid=a-7    => 200
GET /app/8/login | X-Set: sessionid=a-8    => 200
GET /app/9/login | X-Set: sessionid=a-9    => 200
GET /app/10/login | X-Set: sessionid=a-10  => 200
GET /login | X-Set: sessionid=a; Path=/app => 200
GET /app/11/login | X-Set: sessionid=b     => 200
dead has ended
dead: PAGE /app/11/page                    => 200 [] | deleted in /app
dead: PAGE /app/8/page
    => 200 [] | Set-Cookie: (sessionid deleted in /app), (sessionid deleted in /app/8)

=== the domain, with or without its dot
GET /login | Host: www.example.com | X-Set: sessionid=a; Path=/; Domain=.example.com => 200
dead has ended
dead: PAGE /page | Host: www.example.com
    => 200 | Set-Cookie: (sessionid deleted in /; Domain=example.com)
dead: PAGE /page | Host: example.com
    => 200 | Set-Cookie: (sessionid deleted in /; Domain=example.com)
dead: PAGE /page | Host: WWW.Example.COM:8080
    => 200 | Set-Cookie: (sessionid deleted in /; Domain=example.com)
dead: PAGE /page | Host: badexample.com => 200 | deleted
dead: PAGE /page | Host: example.org    => 200 | deleted

=== Secure, SameSite=None and Partitioned
GET /secure/login | X-Set: sessionid=a; Path=/secure; Secure; SameSite=Lax => 200
GET /none/login | X-Set: sessionid=a; Path=/none; Secure; SameSite=None => 200
GET /lone/login | X-Set: sessionid=a; path=/lone; samesite=none => 200
GET /part/login | X-Set: sessionid=a; Path=/part; Secure; SameSite=None; Partitioned => 200
dead has ended
dead: PAGE /secure/ => 200 | Set-Cookie: (sessionid deleted in /secure); Secure
dead: PAGE /none/   => 200 | Set-Cookie: (sessionid deleted in /none); Secure; SameSite=None
dead: PAGE /lone/   => 200 | Set-Cookie: (sessionid deleted in /lone); Secure; SameSite=None
dead: PAGE /part/
    => 200 | Set-Cookie: (sessionid deleted in /part); Secure; SameSite=None; Partitioned

=== several scopes: each that covers the request
GET /login | Host: www.example.com | X-Set: sessionid=a; Path=/
    | X-Set-Too: sessionid=a; Path=/app; Domain=example.com; Secure => 200
GET /login | Host: www.example.com | X-Set: sessionid=b; Path=/app => 200
GET /login | Host: www.example.com | X-Set: sessionid=c; Path=/ => 200
dead has ended
dead: PAGE /app/page | Host: www.example.com => 200
    | Set-Cookie: (sessionid deleted in /), (sessionid deleted in /app; Domain=example.com); Secure, (sessionid deleted in /app)
dead: PAGE /page | Host: www.example.com => 200 | deleted
dead: PAGE /app/page | Host: www.example.org
    => 200 | Set-Cookie: (sessionid deleted in /), (sessionid deleted in /app)

=== nothing is learned from a deletion, nor from another cookie
GET /login | X-Set: sessionid=; Path=/app; Max-Age=0 | X-Set-Too: other=a; Path=/app => 200
dead has ended
dead: PAGE /app/page => 200 | deleted

=== with the logout, with a redirect to another host, with what the backend ends
--- also_http: map $arg_say $said { end end; }
--- also
    session_security_logout_url $logout_url;
    add_header X-Accel-Session $said;
    set $logout_url /app/logout/;
    location / { proxy_pass http://backend; }
    location /app/sso/ {
        set $logout_url https://sso.example.com/logout;
        proxy_pass http://backend;
    }
--- without: location / {
--- steps
GET /login | X-Set: sessionid=a; Path=/app; Secure => 200
dead has ended
dead: PAGE /app/sso/
    => 302 | to https://sso.example.com/logout | Set-Cookie: (sessionid deleted in /app); Secure
b has ended
b: PAGE /app/logout/  => 200 [sessionid=b] | Set-Cookie: (sessionid deleted in /app); Secure
c: PAGE /app/?say=end => 200 [sessionid=c] | Set-Cookie: (sessionid deleted in /app); Secure

=== configured: path and domain
--- also: session_security_cookie path=/app domain=example.com;
--- steps
dead has ended
dead: PAGE /app/page => 200 | Set-Cookie: (sessionid deleted in /app; Domain=example.com)

=== configured: secure and partitioned, in any order
--- also
    location /secure/ { session_security_cookie secure; proxy_pass http://backend; }
    location /part/ { session_security_cookie partitioned path=/part; proxy_pass http://backend; }
    location /both/ {
        session_security_cookie secure domain=localhost partitioned;
        proxy_pass http://backend;
    }
--- steps
dead has ended
dead: PAGE /secure/ => 200 | Set-Cookie: (sessionid deleted in /); Secure
dead: PAGE /part/   => 200 | Set-Cookie: (sessionid deleted in /part); Secure; Partitioned
dead: PAGE /both/
    => 200 | Set-Cookie: (sessionid deleted in /; Domain=localhost); Secure; Partitioned

=== configured: by variables, of which an empty one is none
--- also_http: map $host $parent { ~^[^.]+\.(?<rest>.*)$ $rest; }
--- also
    session_security_cookie path=/$arg_app domain=$parent;
    location /own/ { session_security_cookie path=$arg_path; proxy_pass http://backend; }
--- steps
dead has ended
dead: PAGE /page?app=shop | Host: www.example.com
    => 200 | Set-Cookie: (sessionid deleted in /shop; Domain=example.com)
dead: PAGE /page               => 200 | deleted
dead: PAGE /own/page?path=/own => 200 | deleted in /own
dead: PAGE /own/page           => 200 | deleted

=== configured: a value that would be another attribute is not used
--- also: session_security_cookie path=$arg_path domain=$arg_domain;
--- steps
dead has ended
dead: PAGE /page?domain=example.com;%20Secure => 200 | deleted
dead: PAGE /page?path=/a;Domain=evil.example.com => 200 | deleted
dead: PAGE /page?path=/a&domain=example.com
    => 200 | Set-Cookie: (sessionid deleted in /a; Domain=example.com)

=== and is logged
--- also
    session_security_unknown expired;
    session_security_cookie domain=$arg_domain;
--- steps
dead: PAGE /page?domain=a;b => 200 | deleted
--- grep_error_log eval
qr/\[error\] .*/
--- grep_error_log_out eval
qr/\A\[error\] \d+#\d+: \*\d+ invalid domain "a;b" in "session_security_cookie", it is not used while reading response header from upstream, client: [^\n]*\n\z/

=== and so is a path that is none
--- also
    session_security_unknown expired;
    session_security_cookie path=$arg_path;
--- steps
dead: PAGE /page?path=app => 200 | deleted
--- error_log
invalid path "app" in "session_security_cookie", it is not used

=== configured, where the backend was seen: what it set
--- also: session_security_cookie path=/app;
--- steps
GET /login | X-Set: sessionid=a; Path=/app => 200
dead has ended
dead: PAGE /app/page                       => 200 | deleted in /app

=== a location has its own
--- also
    session_security_cookie path=/app;
    location /inner/ {
        session_security_cookie path=/inner;
        proxy_pass http://backend;
        location /inner/most/ { proxy_pass http://backend; }
    }
--- steps
dead has ended
dead: PAGE /page        => 200 | deleted in /app
dead: PAGE /inner/most/ => 200 | deleted in /inner

=== __Host-: Path=/, no Domain, and Secure, whatever is configured or set
--- key: cookie=__Host-id
--- config
    session_security zone=sessions;
    location / { proxy_pass http://backend; }
    location /own/ {
        session_security_cookie path=/own domain=example.com partitioned;
        proxy_pass http://backend;
    }
    location = /ping/ { session_security_ping; }
--- steps
a has ended
a: PAGE /own/ => 200 [] | Set-Cookie: (__Host-id deleted in /); Secure; Partitioned
GET /login | X-Set: __Host-id=b; Path=/; Secure; SameSite=None => 200
a: PAGE /     => 200 [] | Set-Cookie: (__Host-id deleted in /); Secure; SameSite=None

=== __Secure-: Secure
--- key: cookie=__Secure-id
--- config
    session_security zone=sessions;
    session_security_cookie path=/app domain=example.com;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
a has ended
a: PAGE / => 200 [] | Set-Cookie: (__Secure-id deleted in /app; Domain=example.com); Secure

=== split cookies: all of them, each once
--- key: cookie=sid_*
--- config
    session_security zone=sessions;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
GET /login | X-Set: sid_0=a-session-of-which-this-is-all; Path=/app; Secure => 200
ping 600 | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session; sid_2=end
    => "logout"
PAGE /app/
    | Cookie: sid_0=first-part-of-the-session; other=1; sid_1=second-part-of-the-session; sid_2=end
    => 200 [other=1]
    | Set-Cookie: (sid_0 deleted in /app); Secure, (sid_1 deleted in /app); Secure, (sid_2 deleted in /app); Secure
PAGE / | Cookie: sid_1=second-part-of-the-session; sid_1=first-part-of-the-session
    => 200 [] | Set-Cookie: (sid_1 deleted in /)

=== split cookies: a response that leaves out a part which is not needed any more
--- key: cookie=sid_*
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
--- steps
GET / | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session => 200
GET / | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    | X-Set: sid_0=a-session-of-which-this-is-all | X-Set-Too: sid_1=; Max-Age=0
    => 200 [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
GET / | Cookie: sid_0=a-session-of-which-this-is-all
    => 200 live [sid_0=a-session-of-which-this-is-all]
GET /under-way | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    => 200 live [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
    | no Set-Cookie

=== split cookies: a logout
--- key: cookie=sid_*
--- config
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
--- steps
GET / | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session => 200
GET /out | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    | X-Set: sid_0=; Max-Age=0 | X-Set-Too: sid_1=; Max-Age=0 => 200
GET / | Cookie: sid_0=first-part-of-the-session => 200 closed []
GET / | Cookie: sid_1=second-part-of-the-session => 200 closed []

=== a cookie's name as it is spelled, each once
PAGE /ping/?idleFor=600 | Cookie: SessionID=b
    => 200 "logout" | Set-Cookie: (SessionID deleted in /)
a: PAGE /ping/?idleFor=600 => 200 "logout" | deleted
PAGE / | Cookie: sessionid=a; SessionID=b; SESSIONID=b; sessionid=a; other=1
    => 200 [other=1] | Set-Cookie: (sessionid deleted in /), (SessionID deleted in /)

=== a dead cookie of the same name as a living one is not deleted
dead has ended
PAGE / | Cookie: sessionid=dead; sessionid=live => 200 [sessionid=live] | no Set-Cookie
PAGE / | Cookie: SESSIONID=dead; sessionid=live
    => 200 [sessionid=live] | Set-Cookie: (SESSIONID deleted in /)

=== only a page's response deletes
dead has ended
dead: GET /api                             => 200 [] | no Set-Cookie
dead: GET /api | Sec-Fetch-Mode: cors | Accept: text/html => 200 [] | no Set-Cookie
dead: GET /page | Sec-Fetch-Mode: navigate => 200 [] | deleted

=== nor does a page's that comes late: its browser may have logged in since
--- also_http
    server {
        listen backend_2;
        limit_rate 50;
        return 200 "slow";
    }
--- also
    location /late { auth_request /wait; proxy_pass http://backend; }
    location = /wait { internal; proxy_pass http://backend_2; }
--- timeout: 20
--- steps
dead has ended
dead: PAGE /late => 200 [] | no Set-Cookie
