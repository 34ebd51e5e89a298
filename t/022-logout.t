# Logout by the user: a response that deletes the session's cookie closes the
# session, even where the backend has only forgotten the cookie.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps qw(defaults table);

plan tests => 1400;

# The backend says which cookies it got, and sets those it is asked to set.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        add_header Set-Cookie $http_x_set_third always;
        location / { return 200 "[$http_cookie]"; }
        location /302/ { return 302 /; }
        location /500/ { return 500 "[$http_cookie]"; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /expired/;
    session_security_passive_urls /poll;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
END
);

# "--- closes" and "--- leaves": what the backend sets the cookie to, and that the
# session has ended then, or not. "--- out" is where.
sub set_cookie {
    my ($n, $block) = @_;
    my $out = $block->out // '/out';
    $out =~ s/\s+\z//;
    s/\bVALUE\b/live-$n/;
    return ("live-$n: GET / => 200 new", "live-$n; other=1: GET $out | X-Set: $_"
            . " => 200 live [sessionid=live-$n; other=1] | Set-Cookie: $_");
}

table(closes => sub {
    my ($n) = @_;
    return (set_cookie(@_), "live-$n; other=1: PAGE / => 200 closed [other=1] | deleted",
            "live-$n: ping 0 => \"logout\"");
});

table(leaves => sub {
    my ($n) = @_;
    return (set_cookie(@_), "live-$n; other=1: GET /"
            . " => 200 live [sessionid=live-$n; other=1] | no Set-Cookie");
});

# "--- here" and "--- elsewhere": logout URLs, with the Host that the client says,
# if not "localhost". One that is here gets an expired session's cookie; with one
# that is elsewhere the session is closed at once.
sub logout_at {
    my ($url, $host) = split / \| /;
    my $location = 'Location: ' . $url =~ s/PORT/\$ServerPort/r;
    return ("X-Logout: $url | Accept: text/html" . (defined $host ? " | Host: $host" : ''), $location);
}

table(here => sub {
    my ($n) = @_;
    my ($sent, $location) = logout_at();
    return ("$n: ping 600 | $sent => \"logout\"",
            "$n: GET /page | $sent => 302 | $location | no Set-Cookie",
            "$n: GET /bye | $sent => 200 [sessionid=$n] | deleted");
});

table(elsewhere => sub {
    my ($n) = @_;
    my ($sent, $location) = logout_at();
    return ("$n: ping 600 | $sent => \"logout\"",
            "$n: GET /bye | $sent => 302 | $location | deleted",
            "$n: GET /bye | $sent => 200 closed []");
});

# "--- logout": requests of an expired session: "yes" is taken for the logout, and
# has the cookie; "no" is not.
table(logout => sub {
    my ($n) = @_;
    my ($is, $request) = /^(yes|no) +(.*)$/ or die "what does \"$_\" mean?";
    return ("$n has ended", $is eq 'no' ? "$n: $request => 401 expired"
            : ("$n: $request => 200 [sessionid=$n]", "$n: GET / => 200 closed []"));
});

run_tests();

__DATA__

=== row 17: a deletion by Max-Age
--- closes
sessionid=VALUE; Max-Age=0
sessionid=VALUE; max-age=0; Path=/; HttpOnly
sessionid=VALUE; Max-Age=-1
sessionid=VALUE; Max-Age=0; Expires=Fri, 31 Dec 2100 23:59:59 GMT

=== row 17: a deletion by a date in the past
--- closes
sessionid=VALUE; Expires=Thu, 01 Jan 1970 00:00:00 GMT
sessionid=VALUE; expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/
sessionid=VALUE; Path=/; Expires=Mon, 01 Jan 2024 10:00:00 GMT

=== row 17: a deletion by an empty value
--- closes
sessionid=
sessionid=; Path=/
sessionid=""
sessionid=""; Path=/; Expires=Fri, 31 Dec 2100 23:59:59 GMT

=== row 17: deletions as frameworks write them
# PHP, Django, Flask, Express, Java, ASP.NET
--- closes
sessionid=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0; path=/
sessionid=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; SameSite=Lax
sessionid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/
sessionid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT
sessionid=VALUE; Max-Age=0; Expires=Thu, 01-Jan-1970 00:00:10 GMT; Path=/; HttpOnly
sessionid=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/; secure; samesite=lax; httponly

=== row 17: a deletion by the cookie's name in another case
--- closes
SessionID=; Max-Age=0

=== row 17: a deletion in any scope that the request's cookie may have
--- out
/app/in/out?next=/legacy/
--- closes
sessionid=; Max-Age=0
sessionid=; Path=/; Max-Age=0
sessionid=; Path=/app; Max-Age=0
sessionid=; Path=/app/; Max-Age=0
sessionid=; Path=/app/in; Domain=localhost; Max-Age=0
sessionid=; Path=/app/in/out; Domain=.LocalHost; Max-Age=0
sessionid=; Path=app; Max-Age=0
sessionid=; Path=/legacy; Path=/app; Max-Age=0

=== row 17: a deletion in another scope leaves the cookie, and the session
--- out
/app/in/out?next=/legacy/
--- leaves
sessionid=; Path=/legacy; Max-Age=0
sessionid=; Path=/legacy/; Max-Age=0
sessionid=; Path=/ap; Max-Age=0
sessionid=; Path=/App; Max-Age=0
sessionid=; Path=/app/in/out/; Max-Age=0
sessionid=; Path=/app/in/outer; Max-Age=0
sessionid=; Domain=example.com; Max-Age=0
sessionid=; Path=/; Domain=www.localhost; Max-Age=0
sessionid=; Path=/; Domain=host; Max-Age=0

=== row 17: a deletion for another path, on the first page
--- out
/
--- leaves
sessionid=; Path=/legacy; Max-Age=0

=== row 17: a deletion for another path beside one for this
a: GET / => 200
a: GET / | X-Set: sessionid=; Path=/legacy; Max-Age=0 | X-Set-Too: sessionid=; Path=/; Max-Age=0
    => 200 [sessionid=a]
a: GET / => 200 closed []
b: GET / => 200
b: GET / | X-Set: sessionid=; Path=/; Max-Age=0 | X-Set-Too: sessionid=; Path=/legacy; Max-Age=0
    => 200 [sessionid=b]
b: GET / => 200 closed []

=== row 17: a deletion for another path beside the next key
GET /login | X-Set: sessionid=a => 200 []
a: GET / | X-Set: sessionid=b; Path=/ | X-Set-Too: sessionid=; Path=/legacy; Max-Age=0
    => 200 [sessionid=a]
b: GET /                        => 200 live [sessionid=b]
a: GET /                        => 200 live [sessionid=a]

=== row 17: split cookies: a part that is deleted while another is set is no logout
--- key: cookie=sid*
--- steps
GET /login | X-Set: sid_0=first-part-of-the-session | X-Set-Too: sid_1=second-part-of-the-session
    => 200 []
GET / | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    | X-Set: sid_1=; Max-Age=0 | X-Set-Too: sid_0=a-session-of-which-this-is-all => 200 live
GET / | Cookie: sid_0=a-session-of-which-this-is-all
    => 200 live [sid_0=a-session-of-which-this-is-all]
GET /under-way | Cookie: sid_1=second-part-of-the-session
    => 200 live [sid_1=second-part-of-the-session] | no Set-Cookie
GET /under-way | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    => 200 live [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
    | no Set-Cookie

=== row 17: split cookies: one cookie that becomes several, or several that become one, are no logout
--- key: cookie=sid*
--- steps
GET /login | X-Set: sid=a-session-in-one-cookie => 200 []
GET / | Cookie: sid=a-session-in-one-cookie | X-Set: sid=; Max-Age=0
    | X-Set-Too: sid_0=first-part-of-the-session | X-Set-Third: sid_1=second-part-of-the-session
    => 200 [sid=a-session-in-one-cookie]
GET /under-way | Cookie: sid=a-session-in-one-cookie
    => 200 live [sid=a-session-in-one-cookie] | no Set-Cookie
GET / | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    | X-Set: sid_0=; Max-Age=0 | X-Set-Too: sid_1=; Max-Age=0
    | X-Set-Third: sid=another-session-in-one-cookie
    => 200 live [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
GET /under-way | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    => 200 live [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
    | no Set-Cookie
GET / | Cookie: sid=another-session-in-one-cookie => 200 live [sid=another-session-in-one-cookie]

=== row 17: split cookies: parts that are deleted, and nothing set, are a logout
--- key: cookie=sid*
--- steps
GET /login | X-Set: sid_0=first-part-of-the-session | X-Set-Too: sid_1=second-part-of-the-session
    => 200 []
GET /out | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    | X-Set: sid_0=; Max-Age=0 | X-Set-Too: sid_1=; Max-Age=0
    | X-Set-Third: other=set-beside-them; Path=/
    => 200 live [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
GET / | Cookie: sid_0=first-part-of-the-session => 200 closed []
GET / | Cookie: sid_1=second-part-of-the-session; other=1 => 200 closed [other=1]
GET /login | X-Set: sid_0=first-part-of-a-second-session
    | X-Set-Too: sid_1=second-part-of-a-second-session => 200 []
GET /out | Cookie: sid_0=first-part-of-a-second-session; sid_1=second-part-of-a-second-session
    | X-Set: sid_1=; Max-Age=0 => 200
GET / | Cookie: sid_0=first-part-of-a-second-session; sid_1=second-part-of-a-second-session
    => 200 closed []

=== row 17: split cookies: parts that are deleted for another path are no logout
--- key: cookie=sid*
--- steps
GET /login | X-Set: sid_0=first-part-of-the-session => 200 []
GET / | Cookie: sid_0=first-part-of-the-session | X-Set: sid_0=; Path=/legacy; Max-Age=0
    | X-Set-Too: sid_1=second-part-of-the-session => 200
GET / | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    | X-Set: sid_0=; Path=/legacy; Max-Age=0 | X-Set-Too: sid_1=; Path=/legacy; Max-Age=0 => 200
GET / | Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
    => 200 live [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]

=== row 17: Set-Cookie headers that delete nothing
--- leaves
sessionid=VALUE
sessionid=VALUE; Max-Age=60
sessionid=VALUE; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT
sessionid=VALUE; Max-Age=0x
sessionid=VALUE; Max-Age=
sessionid=VALUE; Expires=Fri, 31 Dec 2100 23:59:59 GMT
sessionid=VALUE; Expires=soon
sessionid=VALUE; Expires=

=== row 17: the deletion of another cookie
--- leaves
other=; Max-Age=0
sessionid2=; Max-Age=0
xsessionid=; Max-Age=0
other=1; sessionid=; Max-Age=0

=== row 17: deleted and set in one response: no logout
a is idle for 300
a: GET /poll | X-Set: sessionid=; Path=/old; Max-Age=0 | X-Set-Too: sessionid=b; Path=/
    => 200 [sessionid=a] | Set-Cookie: sessionid=; Path=/old; Max-Age=0, sessionid=b; Path=/
b: ping  => live about 300
b: GET /poll | X-Set: sessionid=b; Path=/ | X-Set-Too: sessionid=; Path=/old; Max-Age=0
    => 200 [sessionid=b]
b: ping  => live about 300
a: GET / => 200 live [sessionid=a]

=== row 17: a deletion in the response to a request without the cookie
GET / | X-Set: sessionid=; Max-Age=0 => 200 none [] | Set-Cookie: sessionid=; Max-Age=0
GET / | Cookie: other=1 | X-Set: sessionid=a; Max-Age=0 => 200 [other=1]
a: GET /                             => 200 new [sessionid=a]

=== row 17: a deletion with another session's value closes the request's
a: GET /                                 => 200
b: GET /                                 => 200
b: GET / | X-Set: sessionid=a; Max-Age=0 => 200 [sessionid=b]
a: GET /                                 => 200 live [sessionid=a]
b: GET /                                 => 200 closed []

=== row 17: a session that was not known before
a: GET /out | X-Set: sessionid=; Max-Age=0 => 200 new [sessionid=a]
a: GET /                                   => 200 closed []

=== row 17: several cookies of one name
GET / | Cookie: sessionid=a; sessionid=b => 200 new
GET /out | Cookie: sessionid=a; sessionid=b | X-Set: sessionid=; Max-Age=0
    => 200 [sessionid=a; sessionid=b]
a: GET /                                 => 200 closed []
b: GET /                                 => 200 closed []

=== row 17: whatever the response is
a: GET /                                    => 200
a: GET /302/ | X-Set: sessionid=; Max-Age=0 => 302
a: GET /                                    => 200 closed []
b: GET /                                    => 200
b: POST /500/ | X-Set: sessionid=; Max-Age=0 | body: csrf=1 => 500 [sessionid=b]
b: GET /                                    => 200 closed []
c: GET /                                    => 200
c: GET /poll | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=c]
c: GET /                                    => 200 closed []
d: GET /                                    => 200
d: HEAD / | X-Set: sessionid=; Max-Age=0    => 200
d: GET /                                    => 200 closed []

=== row 17: a deletion by nginx itself
--- also: location = /out { add_header Set-Cookie "sessionid=; Max-Age=0"; empty_gif; }
--- steps
a: GET /    => 200
a: GET /out => 200 | Set-Cookie: sessionid=; Max-Age=0
a: GET /    => 200 closed []

=== row 14: a login after a logout, even with the old value
a is idle for 300
a: GET /out | X-Set: sessionid=; Max-Age=0 => 200
a: POST /login | X-Set: sessionid=a        => 200 closed []
a: ping                                    => live about 0

=== row 17: logged out where it is watched, dead in every location of the zone
--- also
    location /own/ {
        session_security_expire_after 1h;
        session_security_logout_url /own/logout/;
        proxy_pass http://backend;
    }
    location /off/ { session_security off; proxy_pass http://backend; }
--- steps
a: GET /                                       => 200
a: GET /off/out | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=a]
a: GET /                                       => 200 live [sessionid=a]
a: GET /own/out | X-Set: sessionid=; Max-Age=0 => 200 [sessionid=a]
a: GET /                                       => 200 closed []

=== row 13: an inner level whose logout URL is an empty variable has none
--- also
    location /none/ {
        set $no_url "";
        session_security_logout_url $no_url;
        proxy_pass http://backend;
    }
--- steps
a has ended
a: GET /none/ | Sec-Fetch-Mode: navigate => 200 []
a: GET / | Sec-Fetch-Mode: navigate      => 200 closed []

=== row 11: a full logout URL on this host: a name of the server, and no other's port
--- also_http
    map $http_x_logout $logout {
        ~^(?<before>.*):PORT(?<after>.*)$ ${before}:$TEST_NGINX_SERVER_PORT$after;
        default $http_x_logout;
    }
--- without
session_security_logout_url
session_security_passive_urls
--- also
    server_name www.example.com .example.org *.example.net ~^re\.example\.com$ [::1];
    session_security_logout_url $logout;
    absolute_redirect off;
--- here
http://localhost/bye
https://localhost/bye
http://localhost:80/bye
https://localhost:443/bye
HTTPS://LOCALHOST:443/bye?a=b
http://localhost:PORT/bye
https://localhost:PORT/bye#c
//localhost/bye
//localhost:PORT/bye
//localhost:443/bye
http://localhost./bye
https://www.example.com/bye | www.example.com
https://www.example.com/bye | WWW.example.com:8443
https://example.org/bye | example.org
http://[::1]:PORT/bye | [::1]
http://127.0.0.1:PORT/bye | 127.0.0.1
http://127.0.0.1/bye | 127.0.0.1
--- elsewhere
http://localhost:9999/bye
http://localhost:443/bye
https://localhost:80/bye
//localhost:9999/bye
https://sso.example.com/bye | sso.example.com
https://sso.example.com/bye | sso.example.com:443
https://sub.example.org/bye | sub.example.org
https://www.example.net/bye | www.example.net
https://re.example.com/bye | re.example.com
http://127.0.0.2/bye | 127.0.0.2
http://[::2]/bye | [::2]
https://www.example.com/bye
https://user@localhost/bye
javascript://localhost/bye

=== row 11: the logout URL of another port, and of another host that the client names
--- also
    location = / {
        session_security_logout_url http://localhost:9999/;
        proxy_pass http://backend;
    }
    location /sso {
        session_security_logout_url https://sso.example.com/sso;
        proxy_pass http://backend;
    }
--- logout
no GET /
no GET / | Host: localhost:9999
no GET /sso | Host: sso.example.com
no GET /sso | Host: sso.example.com:443

=== row 10: the name of the default server is no other server's
--- also_http
    server {
        listen backend_2;
        session_security zone=sessions;
        session_security_logout_url https://sso.example.com/;
        location / { proxy_pass http://backend; }
    }
--- config
    session_security zone=sessions;
    session_security_logout_url /expired/;
    location = /ping/ { session_security_ping; }
    location / {
        proxy_set_header Host $http_x_host;
        proxy_pass http://backend_2;
        session_security off;
    }
--- steps
a has ended
a: GET / | X-Host: sso.example.com  => 401
a: PAGE / | X-Host: sso.example.com => 302 | to https://sso.example.com/ | deleted

=== row 11: a logout URL whose host is the request's, by a variable
--- also
    location /host { session_security_logout_url https://$host/host; proxy_pass http://backend; }
    location /scheme {
        session_security_logout_url $scheme://${host}:$server_port/scheme;
        proxy_pass http://backend;
    }
    location /http_host {
        session_security_logout_url //$http_host/http_host;
        proxy_pass http://backend;
    }
    location /port {
        session_security_logout_url https://$host:9999/port;
        proxy_pass http://backend;
    }
    location /sub {
        session_security_logout_url https://$host.example.com/sub;
        proxy_pass http://backend;
    }
    location /path { session_security_logout_url /path//$host; proxy_pass http://backend; }
--- logout
yes GET /host
yes GET /host | Host: any.example
yes GET /scheme | Host: any.example:1
yes GET /http_host | Host: any.example:1
yes GET /path//any.example | Host: any.example
no GET /port
no GET /sub

=== row 11: headers that name another URL, or another method
--- also
    location /out { session_security_logout_url /out?do=logout; proxy_pass http://backend; }
    location /restful {
        session_security_logout_url /restful?_method=delete;
        proxy_pass http://backend;
    }
    underscores_in_headers on;
    ignore_invalid_headers off;
--- logout
yes GET /out?do=logout
yes GET /expired/
no GET /out?do=logout | X-Original-URL: /secret
no GET /out?do=logout | X-Original-URI: /secret
no GET /out?do=logout | X-Rewrite-URL: /secret
no GET /out?do=logout | X-Forwarded-Uri: /secret
no GET /out?do=logout | x-forwarded-path: /secret
no GET /out?do=logout | X-Override-URL: /secret
no GET /out?do=logout | X_Original_URL: /secret
no GET /out?do=logout | X.Rewrite.Url: /secret
no GET /out?do=logout | X-Original-URL:
no GET /out?do=logout | X-Original-URL: /out?do=logout | X-Original-URL: /secret
no GET /out?do=logout | X-HTTP-Method-Override: POST
no GET /out?do=logout | X-Method-Override: POST
no GET /out?do=logout | X-HTTP-Method: PUT
no GET /out?do=logout | X-Forwarded-Method: POST
no GET /expired/ | X-HTTP-Method-Override: DELETE
no GET /expired/?_method=delete
no POST /expired/?a=b&%5fMETHOD=delete
no POST /expired/?a=b;_method[]=delete
no GET /restful
no GET /restful?_method=delete&_method=post
no GET /restful?_method=post
yes GET /restful?_method=delete
yes GET /expired/?method=delete
yes GET /out?do=logout | X-Original-URL: /out?do=logout
yes GET /out?do=logout | X-Forwarded-Uri: /out?do=logout | X-Forwarded-Method: GET
yes GET /out?do=logout | X-Forwarded-For: 127.0.0.1 | X-Original-Host: a.example
yes GET /out?do=logout | X-Original-URLs: /secret
yes GET /out?do=logout | XaOriginal-URL: /secret

=== row 11: a logout URL to which nginx adds a slash
--- also
    location /out/ { session_security_logout_url /out; proxy_pass http://backend; }
    location /args/ {
        session_security_logout_url /args?do=out&next=$arg_next;
        proxy_pass http://backend;
    }
    location "/with space/" {
        session_security_logout_url $http_x_logout;
        proxy_pass http://backend;
    }
    location /outer/ {
        proxy_pass http://backend;
        location /outer/inner/ {
            session_security_logout_url http://localhost/outer/inner;
            proxy_pass http://backend;
        }
    }
    location /both/ { session_security_logout_url /both; proxy_pass http://backend; }
    location = /both { proxy_pass http://backend; }
    location /prefix/ { session_security_logout_url /prefix; proxy_pass http://backend; }
    location /prefix { proxy_pass http://backend; }
    location /file/ {
        session_security_logout_url /file;
        location ~ ^/file/ { proxy_pass http://backend; }
    }
--- logout
yes GET /out/
yes POST /out/?a=b
yes GET /args/?do=out&next=/
yes GET /with%20space/ | X-Logout: /with%20space
yes GET /outer/inner/
no GET /out//
no GET /out/secret
no GET /out%2f
no GET /secret/../out/
no GET /out/ | X-Original-URL: /secret
no GET /args/?do=read
no GET /with%20space/ | X-Logout: /out
no GET /both/
no GET /prefix/
no GET /file/

=== row 11: the redirects to a logout URL to which nginx adds a slash end
--- also: location /out/ { session_security_logout_url /out; proxy_pass http://backend; }
--- steps
a has ended
a: PAGE /out/page => 302 | to /out
a: PAGE /out      => 301 | to /out/
a: PAGE /out/     => 200 [sessionid=a] | deleted
