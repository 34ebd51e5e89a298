# A login page in place of a logout URL, for backends whose logout is no GET.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps 'defaults';

plan tests => 231;

# The backend is one whose logout URL takes no GET.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        default_type text/html;
        add_header Set-Cookie $http_x_set always;
        location / { return 200 "[$http_cookie]"; }
        location = /logout/ { return 405; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_login_url /login/;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
END
);

run_tests();

__DATA__

=== row 10: a page: a redirect that deletes the cookie, and the session is closed
a: ping 600            => expired "logout" | no Set-Cookie
a; other=1: PAGE /page => 302 expired | to /login/ | Cache-Control: no-store | deleted
PAGE /login/           => 200 none []
a; other=1: PAGE /page => 200 closed [other=1] | deleted
a: GET /api            => 200 closed []

=== row 10: a form that is sent
a has ended
a: POST /page | Sec-Fetch-Mode: navigate | body: a=b => 303 | to /login/ | deleted

=== row 10: a session that this request expires
--- also: location = /kill { session_security_expire_after 100s; proxy_pass http://backend; }
--- steps
a is idle for 300
a: PAGE /kill => 302 expired | to /login/ | deleted
a: GET /      => 200 closed []

=== row 13: the login page itself, with the cookie: as of somebody who has none
a has ended
a; other=1: PAGE /login/ => 200 expired [other=1] | deleted
a; other=1: PAGE /login/ => 200 closed [other=1] | deleted

=== row 16: a login at the login page, with the old cookie still
a has ended
a: POST /login/ | Accept: text/html | X-Set: sessionid=b; Path=/ | body: user=me
    => 200 expired [] | Set-Cookie: sessionid=b; Path=/
b: GET /page => 200 live [sessionid=b]
a: GET /page => 200 closed []

=== row 14: a login at the login page that sets the old value again
a has ended
a: POST /login/ | X-Set: sessionid=a => 200 []
a: ping                              => live about 0

=== row 12: a request that is no page is told
a has ended
a: GET /api | Sec-Fetch-Mode: cors
    => 401 expired {"error":"session_expired"} | no Location | no Set-Cookie
a: POST /api/login | Sec-Fetch-Mode: cors => 200 expired []
a: GET /page | Sec-Fetch-Mode: navigate   => 302 | to /login/ | deleted

=== row 6: a live session goes to the login page like anywhere
a: GET /login/ => 200 new [sessionid=a] | no Set-Cookie
a: GET /login/ => 200 live [sessionid=a]

=== a login page on another host
--- also
    location /sso/ {
        session_security_login_url https://sso.example.com/login?site=1;
        proxy_pass http://backend;
    }
--- steps
a has ended
a: GET /sso/api => 401
a: PAGE /sso/   => 302 | to https://sso.example.com/login?site=1 | deleted
a: PAGE /sso/   => 200 closed []

=== a login page on this host, by its full name
--- also
    location /own/ {
        session_security_login_url http://localhost:$TEST_NGINX_SERVER_PORT/own/login/;
        proxy_pass http://backend;
    }
--- steps
a has ended
a: PAGE /own/login/ => 200 expired []

=== a login page with the way back
--- also: session_security_login_url /login/?next=$session_security_return_url;
--- without: session_security_login_url
--- steps
a has ended
a: PAGE /page?x=1&y=2             => 302 | to /login/?next=%2Fpage%3Fx%3D1%26y%3D2 | deleted
b has ended
b: PAGE /login/?next=%2Fpage      => 200 expired []
c has ended
c: POST /page | Accept: text/html => 303 | to /login/?next=%2F

=== a login page with arguments that it needs
--- also
    location /index { session_security_login_url /index?do=login; proxy_pass http://backend; }
--- steps
a has ended
a: PAGE /index?do=login => 200 []
b has ended
b: PAGE /index?do=read  => 302 | to /index?do=login

=== of a logout URL and a login page the inner level's counts
--- also
    location /a/ {
        session_security_logout_url /a/logout/;
        proxy_pass http://backend;
        location /a/b/ {
            session_security_login_url /a/b/login/;
            proxy_pass http://backend;
            location /a/b/c/ { proxy_pass http://backend; }
        }
    }
--- steps
a has ended
a: PAGE /a/page     => 302 | to /a/logout/ | no Set-Cookie
a: PAGE /a/logout/  => 200 [sessionid=a] | deleted
b has ended
b: PAGE /a/b/c/page => 302 | to /a/b/login/ | deleted

=== the page of a live session does not name it to the script: it is no way to log out
--- also
    location /pages/ { session_security_inject on; proxy_pass http://backend; }
    location = /script.js { session_security_script; }
--- steps
a: GET /pages/ | Sec-Fetch-Mode: navigate
    => 200 ~ ^<script (?![^>]* data-log)[^>]* data-idle="0" async>

=== no login page, by a variable
--- also: location /none/ { session_security_login_url $arg_none; proxy_pass http://backend; }
--- steps
a has ended
a: PAGE /none/ => 200 expired [] | deleted

=== the redirect deletes the cookie where it was set
GET /login/ | X-Set: sessionid=a; Path=/app => 200
b has ended
b: PAGE /app/                               => 302 | to /login/ | deleted in /app

=== the redirect closes all keys of the session
--- also
    session_security_passive_urls /poll;
    location = /kill { session_security_expire_after 100s; proxy_pass http://backend; }
--- steps
a is idle for 300
a: GET /poll | X-Set: sessionid=a => 200 [sessionid=a]
a: GET /poll | X-Set: sessionid=b => 200 [sessionid=a]
b: PAGE /kill                     => 302 | to /login/ | deleted
a: PAGE /page                     => 200 closed []

=== a login page to which nginx adds a slash
--- also: location /sign/in/ { session_security_login_url /sign/in; proxy_pass http://backend; }
--- steps
a has ended
a: POST /sign/in/ | X-Set: sessionid=b => 200 expired []
b: GET /                               => 200 live [sessionid=b]
c has ended
c: PAGE /other/..//sign/in/ | X-HTTP-Method-Override: POST => 200 expired [] | deleted

=== row 10: a login that another site's page sends gets through, without the cookie
# SAML, and OpenID Connect with response_mode=form_post
--- also: location /app/ { session_security_logout_url /app/logout/; proxy_pass http://backend; }
--- steps
a has ended
a; other=1: POST /saml/acs | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate
    | Sec-Fetch-Dest: document | Origin: https://idp.example.com | X-Set: sessionid=b
    | body: SAMLResponse=1 => 200 expired [other=1] | Set-Cookie: sessionid=b
b: GET /  => 200 live [sessionid=b]
a: PAGE / => 302
c has ended
c: POST /app/oidc | Accept: text/html | Origin: https://idp.example.com | body: id_token=1
    => 200 expired [] | no Set-Cookie
c: POST /app/oidc | Accept: text/html | Origin: https://localhost | body: id_token=1
    => 303 | to /app/logout/
c: POST /app/oidc | Sec-Fetch-Site: same-site | Sec-Fetch-Mode: navigate
    | Origin: https://idp.example.com | body: id_token=1 => 303
c: GET /app/page | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-User: ?1
    => 302
c: POST /app/api | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors
    | Origin: https://idp.example.com | body: a=b => 401

=== row 10: a login that another site's page sends with a key that cannot be withheld is redirected
--- http_config
    session_security_zone $http_x_key zone=sessions:1m;
    server {
        listen backend;
        return 200 "[$http_x_key]";
    }
--- config
    session_security zone=sessions;
    session_security_logout_url /logout/;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
ping 600 | X-Key: a => "logout"
POST /saml/acs | X-Key: a | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate
    | body: SAMLResponse=1 => 303 | to /logout/

=== the redirect is as nginx's own are: behind something that ends TLS
--- also: absolute_redirect off;
--- steps
a has ended
a: PAGE /page => 302 | Location: /login/

=== the redirect is as nginx's own are: without the port, or with the server's name
--- config
    session_security zone=sessions;
    session_security_login_url /login/;
    location / { port_in_redirect off; proxy_pass http://backend; }
    location /named/ { server_name_in_redirect on; proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
--- steps
a has ended
a: PAGE /page | Host: app.example.com       => 302 | to http://app.example.com/login/
b has ended
b: PAGE /named/page | Host: app.example.com => 302 | to /login/
