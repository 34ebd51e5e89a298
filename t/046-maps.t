# The maps of docs/recipes that say who is logged in, as they are there: no client
# is a visitor by them that the backend takes for a user, nor is a live session.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 56;

sub map_of {
    my ($recipe, $variable) = @_;
    my $path = "$FindBin::Bin/../docs/recipes/$recipe.md";
    open my $fh, '<', $path or die "$path: $!";
    local $/;
    <$fh> =~ /^(map "[^\n]* \Q$variable\E \{\n.*?^\}\n)/ms
        or die "$path: no map for $variable";
    return $1;
}

defaults(
    http_config => map_of('README', '$who') . map_of('mediawiki', '$said') . <<'END',
    session_security_zone cookie=sid zone=sessions:1m;
    session_security_zone cookie=my_wiki_session zone=wiki:1m;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        default_type text/html;
        add_header Set-Cookie $http_x_set always;
        location / { return 200 "[$http_cookie]"; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    location / {
        add_header X-Accel-Session $who;
        add_header X-State $session_security_state always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
    location /wiki/ {
        session_security zone=wiki;
        add_header X-Accel-Session $said always;
        add_header X-State $session_security_state always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
END
);

run_tests();

__DATA__

=== README: a visitor, who logs in, and then leaves the user's cookie out
--- steps
PAGE /
  X-Set: sid=v; Path=/
= 200 []
  X-State: none

PAGE /
  Cookie: lang=en; sid=v
= 200 [lang=en; sid=v]
  X-State: anonymous

PAGE /
  Cookie: sid=v; shop-customer=1; lang=en
= 200 [sid=v; shop-customer=1; lang=en]
  X-State: anonymous

PAGE /
  Cookie: sid=v; lang=en
= 200 [sid=v; lang=en]
  X-State: live

PAGE /
  Cookie: sid=v
= 200 [sid=v]
  X-State: live



=== README: a visitor whom nginx does not know
--- steps
PAGE /
  Cookie: sid=a
= 200 [sid=a]
  X-State: new

PAGE /
  Cookie: sid=a
= 200 [sid=a]
  X-State: anonymous



=== README: a user's cookie behind a blank, and two sessions
--- steps
PAGE /
  Cookie: sid=b shop-customer=1
= 200 [sid=b shop-customer=1]
  X-State: new

PAGE /
  Cookie: sid=b shop-customer=1
= 200 [sid=b shop-customer=1]
  X-State: live

PAGE /
  Cookie: sid=c; sid=b
= 200 [sid=c; sid=b]

PAGE /
  Cookie: sid=c
= 200 [sid=c]
  X-State: live



=== MediaWiki: a visitor, a login, the number left out, a logout
--- steps
PAGE /wiki/
  X-Set: my_wiki_session=v; Path=/
= 200 []
  X-State: none

PAGE /wiki/
  Cookie: my_wiki_session=v
= 200 [my_wiki_session=v]
  X-State: anonymous

PAGE /wiki/
  Cookie: my_wiki_session=v; my_wikiUserID=1
= 200 [my_wiki_session=v; my_wikiUserID=1]
  X-State: anonymous

PAGE /wiki/
  Cookie: my_wiki_session=v
= 200 [my_wiki_session=v]
  X-State: live

PAGE /wiki/
  Cookie: my_wiki_session=v; my_wikiUserID=1
  X-Set: my_wikiUserID=deleted; Path=/; Max-Age=0
= 200 [my_wiki_session=v; my_wikiUserID=1]
  X-State: live

PAGE /wiki/
  Cookie: my_wiki_session=v; my_wikiUserName=x
= 200 [my_wiki_session=v; my_wikiUserName=x]
  X-State: anonymous



=== MediaWiki: the response to the login
--- steps
PAGE /wiki/
  Cookie: my_wiki_session=w
  X-Set: my_wikiUserID=1; Path=/
= 200 [my_wiki_session=w]
  X-State: new

PAGE /wiki/
  Cookie: my_wiki_session=w; my_wikiUserID=1
= 200 [my_wiki_session=w; my_wikiUserID=1]
  X-State: live
