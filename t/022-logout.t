# Logout by the user: a response that deletes the session's cookie closes the
# session, even where the backend has only forgotten the cookie.

use FindBin;
use lib "$FindBin::Bin/support";

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 784;

# The backend says which cookies it got, and sets those it is asked to set.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
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
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
END
);

# "--- closes" and "--- leaves": what the backend sets the cookie to, one a
# line, and that the session has ended then, or not.  "--- out" is where.
add_block_preprocessor(sub {
    my $block = shift;
    my $closes = $block->closes;
    my $out = $block->out // '/out';
    $out =~ s/\s+\z//;
    my $steps = '';
    my $n = 0;
    for (split /\n/, $closes // $block->leaves // return) {
        $n++;
        (my $set = $_) =~ s/\bVALUE\b/live-$n/;
        $steps .= <<"END";
GET /
  Cookie: sessionid=live-$n
= 200
  X-State: new

GET $out
  Cookie: sessionid=live-$n; other=1
  X-Set: $set
= 200 [sessionid=live-$n; other=1]
  X-State: live
  Set-Cookie: $set

END
        $steps .= defined $closes ? <<"END" : <<"END2";
PAGE /
  Cookie: sessionid=live-$n; other=1
= 200 [other=1]
  X-State: closed
  Set-Cookie: (sessionid deleted)

GET /ping/?idleFor=0
  Cookie: sessionid=live-$n
= 200 "logout"

END
GET /
  Cookie: sessionid=live-$n; other=1
= 200 [sessionid=live-$n; other=1]
  X-State: live
  !Set-Cookie

END2
    }
    $block->set_value(steps => $steps);
});

run_tests();

__DATA__

=== Max-Age of nothing
--- closes
sessionid=VALUE; Max-Age=0
sessionid=VALUE; max-age=0; Path=/; HttpOnly
sessionid=VALUE; Max-Age=-1
sessionid=VALUE; Max-Age=0; Expires=Fri, 31 Dec 2100 23:59:59 GMT



=== a date that is past
--- closes
sessionid=VALUE; Expires=Thu, 01 Jan 1970 00:00:00 GMT
sessionid=VALUE; expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/
sessionid=VALUE; Path=/; Expires=Mon, 01 Jan 2024 10:00:00 GMT



=== an empty value
--- closes
sessionid=
sessionid=; Path=/
sessionid=""
sessionid=""; Path=/; Expires=Fri, 31 Dec 2100 23:59:59 GMT



=== as frameworks do it
# PHP, Django, Flask, Express, Java, ASP.NET
--- closes
sessionid=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0; path=/
sessionid=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; SameSite=Lax
sessionid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/
sessionid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT
sessionid=VALUE; Max-Age=0; Expires=Thu, 01-Jan-1970 00:00:10 GMT; Path=/; HttpOnly
sessionid=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/; secure; samesite=lax; httponly



=== by the cookie's name in any spelling
--- closes
SessionID=; Max-Age=0



=== in any scope that the request's cookie may have
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



=== not in another: the browser keeps the cookie, and so does the session
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



=== one for another path, on the first page
--- out
/
--- leaves
sessionid=; Path=/legacy; Max-Age=0



=== one for another path beside one for this
--- steps
GET /
  Cookie: sessionid=a
= 200

GET /
  Cookie: sessionid=a
  X-Set: sessionid=; Path=/legacy; Max-Age=0
  X-Set-Too: sessionid=; Path=/; Max-Age=0
= 200 [sessionid=a]

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed

GET /
  Cookie: sessionid=b
= 200

GET /
  Cookie: sessionid=b
  X-Set: sessionid=; Path=/; Max-Age=0
  X-Set-Too: sessionid=; Path=/legacy; Max-Age=0
= 200 [sessionid=b]

GET /
  Cookie: sessionid=b
= 200 []
  X-State: closed



=== one for another path beside the next key
--- steps
GET /login
  X-Set: sessionid=a
= 200 []

GET /
  Cookie: sessionid=a
  X-Set: sessionid=b; Path=/
  X-Set-Too: sessionid=; Path=/legacy; Max-Age=0
= 200 [sessionid=a]

GET /
  Cookie: sessionid=b
= 200 [sessionid=b]
  X-State: live

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live



=== split cookies: a part that is deleted while another is set is no logout
--- http_config
    session_security_zone cookie=sid* zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        add_header Set-Cookie $http_x_set_third always;
        return 200 "[$http_cookie]";
    }
--- steps
GET /login
  X-Set: sid_0=first-part-of-the-session
  X-Set-Too: sid_1=second-part-of-the-session
= 200 []

GET /
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
  X-Set: sid_1=; Max-Age=0
  X-Set-Too: sid_0=a-session-of-which-this-is-all
= 200
  X-State: live

GET /
  Cookie: sid_0=a-session-of-which-this-is-all
= 200 [sid_0=a-session-of-which-this-is-all]
  X-State: live

GET /under-way
  Cookie: sid_1=second-part-of-the-session
= 200 [sid_1=second-part-of-the-session]
  X-State: live
  !Set-Cookie

GET /under-way
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
= 200 [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
  X-State: live
  !Set-Cookie



=== split cookies: nor is one that becomes several, or several that become one
--- http_config
    session_security_zone cookie=sid* zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        add_header Set-Cookie $http_x_set_third always;
        return 200 "[$http_cookie]";
    }
--- steps
GET /login
  X-Set: sid=a-session-in-one-cookie
= 200 []

GET /
  Cookie: sid=a-session-in-one-cookie
  X-Set: sid=; Max-Age=0
  X-Set-Too: sid_0=first-part-of-the-session
  X-Set-Third: sid_1=second-part-of-the-session
= 200 [sid=a-session-in-one-cookie]

GET /under-way
  Cookie: sid=a-session-in-one-cookie
= 200 [sid=a-session-in-one-cookie]
  X-State: live
  !Set-Cookie

GET /
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
  X-Set: sid_0=; Max-Age=0
  X-Set-Too: sid_1=; Max-Age=0
  X-Set-Third: sid=another-session-in-one-cookie
= 200 [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
  X-State: live

GET /under-way
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
= 200 [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
  X-State: live
  !Set-Cookie

GET /
  Cookie: sid=another-session-in-one-cookie
= 200 [sid=another-session-in-one-cookie]
  X-State: live



=== split cookies: parts that are deleted, and nothing set, are
--- http_config
    session_security_zone cookie=sid* zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        add_header Set-Cookie $http_x_set_third always;
        return 200 "[$http_cookie]";
    }
--- steps
GET /login
  X-Set: sid_0=first-part-of-the-session
  X-Set-Too: sid_1=second-part-of-the-session
= 200 []

GET /out
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
  X-Set: sid_0=; Max-Age=0
  X-Set-Too: sid_1=; Max-Age=0
  X-Set-Third: other=set-beside-them; Path=/
= 200 [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
  X-State: live

GET /
  Cookie: sid_0=first-part-of-the-session
= 200 []
  X-State: closed

GET /
  Cookie: sid_1=second-part-of-the-session; other=1
= 200 [other=1]
  X-State: closed

GET /login
  X-Set: sid_0=first-part-of-a-second-session
  X-Set-Too: sid_1=second-part-of-a-second-session
= 200 []

GET /out
  Cookie: sid_0=first-part-of-a-second-session; sid_1=second-part-of-a-second-session
  X-Set: sid_1=; Max-Age=0
= 200

GET /
  Cookie: sid_0=first-part-of-a-second-session; sid_1=second-part-of-a-second-session
= 200 []
  X-State: closed



=== split cookies: parts that are deleted for another path are not
--- http_config
    session_security_zone cookie=sid* zone=sessions:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set always;
        add_header Set-Cookie $http_x_set_too always;
        add_header Set-Cookie $http_x_set_third always;
        return 200 "[$http_cookie]";
    }
--- steps
GET /login
  X-Set: sid_0=first-part-of-the-session
= 200 []

GET /
  Cookie: sid_0=first-part-of-the-session
  X-Set: sid_0=; Path=/legacy; Max-Age=0
  X-Set-Too: sid_1=second-part-of-the-session
= 200

GET /
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
  X-Set: sid_0=; Path=/legacy; Max-Age=0
  X-Set-Too: sid_1=; Path=/legacy; Max-Age=0
= 200

GET /
  Cookie: sid_0=first-part-of-the-session; sid_1=second-part-of-the-session
= 200 [sid_0=first-part-of-the-session; sid_1=second-part-of-the-session]
  X-State: live



=== what is no deletion
--- leaves
sessionid=VALUE
sessionid=VALUE; Max-Age=60
sessionid=VALUE; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT
sessionid=VALUE; Max-Age=0x
sessionid=VALUE; Max-Age=
sessionid=VALUE; Expires=Fri, 31 Dec 2100 23:59:59 GMT
sessionid=VALUE; Expires=soon
sessionid=VALUE; Expires=



=== the deletion of another cookie
--- leaves
other=; Max-Age=0
sessionid2=; Max-Age=0
xsessionid=; Max-Age=0
other=1; sessionid=; Max-Age=0



=== deleted and set in one response: no logout
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /poll
  Cookie: sessionid=a
  X-Set: sessionid=; Path=/old; Max-Age=0
  X-Set-Too: sessionid=b; Path=/
= 200 [sessionid=a]
  Set-Cookie: sessionid=; Path=/old; Max-Age=0, sessionid=b; Path=/

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^30\d$
  X-State: live

GET /poll
  Cookie: sessionid=b
  X-Set: sessionid=b; Path=/
  X-Set-Too: sessionid=; Path=/old; Max-Age=0
= 200 [sessionid=b]

GET /ping/
  Cookie: sessionid=b
= 200 ~ ^30\d$
  X-State: live

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live



=== a deletion in the response to a request without the cookie
--- steps
GET /
  X-Set: sessionid=; Max-Age=0
= 200 []
  X-State: none
  Set-Cookie: sessionid=; Max-Age=0

GET /
  Cookie: other=1
  X-Set: sessionid=a; Max-Age=0
= 200 [other=1]

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: new



=== a deletion with another session's value closes that of the request
--- steps
GET /
  Cookie: sessionid=a
= 200

GET /
  Cookie: sessionid=b
= 200

GET /
  Cookie: sessionid=b
  X-Set: sessionid=a; Max-Age=0
= 200 [sessionid=b]

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live

GET /
  Cookie: sessionid=b
= 200 []
  X-State: closed



=== a session that was not known before
--- steps
GET /out
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=a]
  X-State: new

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== several cookies of one name
--- steps
GET /
  Cookie: sessionid=a; sessionid=b
= 200
  X-State: new

GET /out
  Cookie: sessionid=a; sessionid=b
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=a; sessionid=b]

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed

GET /
  Cookie: sessionid=b
= 200 []
  X-State: closed



=== whatever the response is
--- steps
GET /
  Cookie: sessionid=a
= 200

GET /302/
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 302

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed

GET /
  Cookie: sessionid=b
= 200

POST /500/
  Cookie: sessionid=b
  X-Set: sessionid=; Max-Age=0
| csrf=1
= 500 [sessionid=b]

GET /
  Cookie: sessionid=b
= 200 []
  X-State: closed

GET /
  Cookie: sessionid=c
= 200

GET /poll
  Cookie: sessionid=c
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=c]

GET /
  Cookie: sessionid=c
= 200 []
  X-State: closed

GET /
  Cookie: sessionid=d
= 200

HEAD /
  Cookie: sessionid=d
  X-Set: sessionid=; Max-Age=0
= 200

GET /
  Cookie: sessionid=d
= 200 []
  X-State: closed



=== by nginx itself
--- also
    location = /out {
        add_header Set-Cookie "sessionid=; Max-Age=0";
        empty_gif;
    }
--- steps
GET /
  Cookie: sessionid=a
= 200

GET /out
  Cookie: sessionid=a
= 200
  Set-Cookie: sessionid=; Max-Age=0

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== a login afterwards, even with the old value
--- steps
GET /ping/?idleFor=300
  Cookie: sessionid=a
= 200 300

GET /out
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200

POST /login
  Cookie: sessionid=a
  X-Set: sessionid=a
= 200 []
  X-State: closed

GET /ping/
  Cookie: sessionid=a
= 200 ~ ^\d$
  X-State: live



=== logged out where it is watched, dead in every location of the zone
--- also
    location /own/ {
        session_security_expire_after 1h;
        session_security_logout_url /own/logout/;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /off/ {
        session_security off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /
  Cookie: sessionid=a
= 200

GET /off/out
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=a]

GET /
  Cookie: sessionid=a
= 200 [sessionid=a]
  X-State: live

GET /own/out
  Cookie: sessionid=a
  X-Set: sessionid=; Max-Age=0
= 200 [sessionid=a]

GET /
  Cookie: sessionid=a
= 200 []
  X-State: closed



=== where its variable is empty, an inner level has no URL
--- also
    location /none/ {
        set $no_url "";
        session_security_logout_url $no_url;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- steps
GET /ping/?idleFor=600
  Cookie: sessionid=a
= 200 "logout"

GET /none/
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 []

GET /
  Cookie: sessionid=a
  Sec-Fetch-Mode: navigate
= 200 []
  X-State: closed
