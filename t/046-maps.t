# The maps of docs/recipes that say who is logged in, as they are there: no client
# is a visitor by them that the backend takes for a user, nor is a live session.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps 'defaults';

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
    cookie => 'sid',
    http_config => map_of('README', '$who') . map_of('mediawiki', '$said') . <<'END',
    session_security_zone cookie=sid zone=sessions:1m;
    session_security_zone cookie=my_wiki_session zone=wiki:1m;
    server {
        listen backend;
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
        proxy_pass http://backend;
    }
    location /wiki/ {
        session_security zone=wiki;
        add_header X-Accel-Session $said always;
        add_header X-State $session_security_state always;
        proxy_pass http://backend;
    }
END
);

run_tests();

__DATA__

=== README: a visitor, who logs in, and then leaves the user's cookie out
PAGE / | X-Set: sid=v; Path=/       => 200 none []
PAGE / | Cookie: lang=en; sid=v     => 200 anonymous [lang=en; sid=v]
v; shop-customer=1; lang=en: PAGE / => 200 anonymous [sid=v; shop-customer=1; lang=en]
v; lang=en: PAGE /                  => 200 live [sid=v; lang=en]
v: PAGE /                           => 200 live [sid=v]

=== README: a visitor whom nginx does not know
a: PAGE / => 200 new [sid=a]
a: PAGE / => 200 anonymous [sid=a]

=== README: a user's cookie behind a blank, and two sessions
PAGE / | Cookie: sid=b shop-customer=1 => 200 new [sid=b shop-customer=1]
PAGE / | Cookie: sid=b shop-customer=1 => 200 live [sid=b shop-customer=1]
PAGE / | Cookie: sid=c; sid=b          => 200 [sid=c; sid=b]
c: PAGE /                              => 200 live [sid=c]

=== MediaWiki: a visitor, a login, the number left out, a logout
--- cookie: my_wiki_session
--- steps
PAGE /wiki/ | X-Set: my_wiki_session=v; Path=/ => 200 none []
v: PAGE /wiki/                                 => 200 anonymous [my_wiki_session=v]
v; my_wikiUserID=1: PAGE /wiki/ => 200 anonymous [my_wiki_session=v; my_wikiUserID=1]
v: PAGE /wiki/                                 => 200 live [my_wiki_session=v]
v; my_wikiUserID=1: PAGE /wiki/ | X-Set: my_wikiUserID=deleted; Path=/; Max-Age=0
    => 200 live [my_wiki_session=v; my_wikiUserID=1]
v; my_wikiUserName=x: PAGE /wiki/ => 200 anonymous [my_wiki_session=v; my_wikiUserName=x]

=== MediaWiki: the response to the login
--- cookie: my_wiki_session
--- steps
w: PAGE /wiki/ | X-Set: my_wikiUserID=1; Path=/ => 200 new [my_wiki_session=w]
w; my_wikiUserID=1: PAGE /wiki/ => 200 live [my_wiki_session=w; my_wikiUserID=1]
