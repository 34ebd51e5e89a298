# The script's location: what is served, how it may be kept, and that it has
# nothing to do with anybody's session.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps qw(defaults rewrite);

plan tests => 256;

defaults(
    http_config => 'session_security_zone cookie=sessionid zone=sessions:1m;',
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    add_header X-State $session_security_state always;
    location = /script.js { session_security_script; }
    location = /ping/ { session_security_ping; }
    location = /closed/ping/ { session_security_logout_url $arg_none; session_security_ping; }
END
    no_error_log => qr/\[(?:error|crit|alert|emerg)\]/,
);

my $source = do {
    open my $in, '<', "$FindBin::Bin/../src/core/ssec_script.c" or die "no script: $!";
    local $/;
    <$in>;
};

my ($version) = $source =~ /ssec_script_version\[17\] = "(\w{16})"/ or die 'no version';

sub bytes {
    my $name = shift;
    $source =~ /\b$name\[\] = \{([\d,\s]+)\}/ or die "no $name";
    return pack 'C*', $1 =~ /\d+/g;
}

my ($plain, $gzip) = map { bytes($_) } qw(ssec_script ssec_script_gzip);

# "(version)", and "(plain)" and "(gzip)" for the lengths.
my %value = (version => $version, plain => length $plain, gzip => length $gzip);

rewrite { s/\((version|plain|gzip)\)/$value{$1}/g };

run_tests();

__DATA__

=== the script, plain and compressed
--- request eval
['GET /script.js', 'GET /script.js', 'GET /script.js HTTP/1.0']
--- more_headers eval
['', 'Accept-Encoding: gzip, deflate, br', '']
--- error_code eval
[200, 200, 200]
--- response_headers eval
["Content-Type: text/javascript; charset=utf-8\nX-Content-Type-Options: nosniff\n!Content-Encoding",
 "Content-Type: text/javascript; charset=utf-8\nX-Content-Type-Options: nosniff\nContent-Encoding: gzip",
 "Content-Type: text/javascript; charset=utf-8\nX-Content-Type-Options: nosniff\n!Content-Encoding"]
--- response_body eval
[::bytes('ssec_script'), ::bytes('ssec_script_gzip'), ::bytes('ssec_script')]

=== the compressed script is the plain one
--- request
GET /script.js
--- more_headers
Accept-Encoding: gzip
--- response_body_like eval
require Compress::Zlib;
qr/\A(.*)\z(?(?{ (Compress::Zlib::memGunzip(my $packed = $1) \/\/ '') eq ::bytes('ssec_script') })|(?!))/s

=== headers: of each of the two
GET /script.js => 200 ~ ^\(\(\)=>\{ | Content-Type: text/javascript; charset=utf-8
    | Content-Length: (plain) | X-Content-Type-Options: nosniff | ETag: "(version)"
    | Cache-Control: no-cache | Vary: Accept-Encoding | no Content-Encoding | no Last-Modified
    | no Accept-Ranges | no Set-Cookie
GET /script.js | Accept-Encoding: gzip => 200 ~ ^\x1f\x8b
    | Content-Type: text/javascript; charset=utf-8 | Content-Length: (gzip)
    | X-Content-Type-Options: nosniff | ETag: "(version)-z" | Cache-Control: no-cache
    | Vary: Accept-Encoding | Content-Encoding: gzip | no Last-Modified | no Accept-Ranges
    | no Set-Cookie

=== compression: only where it is accepted
GET /script.js | Accept-Encoding: gzip;q=0 => 200 | Content-Length: (plain) | no Content-Encoding
GET /script.js | Accept-Encoding: br, gzip;q=0.1
    => 200 | Content-Length: (gzip) | Content-Encoding: gzip
GET /script.js | Accept-Encoding: br, deflate, identity => 200 | Content-Length: (plain)
GET /script.js HTTP/1.0 | Accept-Encoding: gzip => 200 | Content-Length: (plain)
# gzip_proxied is off
GET /script.js | Accept-Encoding: gzip | Via: 1.1 proxy => 200 | Content-Length: (plain)

=== compression: nginx's own does not do it again
--- also
    gzip on;
    gzip_types *;
    gzip_min_length 1;
    gzip_proxied any;
--- steps
GET /script.js | Accept-Encoding: gzip | Via: 1.1 proxy
    => 200 ~ ^\x1f\x8b | Content-Length: (gzip) | Content-Encoding: gzip | ETag: "(version)-z"
GET /script.js | Accept-Encoding: gzip;q=0 => 200 | Content-Length: (plain)

=== to be kept for good by the version's URL, and asked for again by another
GET /script.js?v=(version)
    => 200 | Cache-Control: public, max-age=31536000, immutable | ETag: "(version)"
GET /script.js?v=(version) | Accept-Encoding: gzip
    => 200 | Cache-Control: public, max-age=31536000, immutable | ETag: "(version)-z"
GET /script.js?v=0123456789abcdef => 200 | Cache-Control: no-cache | Content-Length: (plain)
GET /script.js?v=                 => 200 | Cache-Control: no-cache
GET /script.js?v=(version)0       => 200 | Cache-Control: no-cache
GET /script.js?v=(version)&a=b    => 200 | Cache-Control: no-cache
GET /script.js?w=(version)        => 200 | Cache-Control: no-cache
GET /script.js?                   => 200 | Cache-Control: no-cache

=== If-None-Match
GET /script.js | If-None-Match: "(version)" => 304 ~ ^$ | ETag: "(version)"
    | Cache-Control: no-cache | Vary: Accept-Encoding | no Content-Length
GET /script.js?v=(version) | If-None-Match: "(version)-z" | Accept-Encoding: gzip
    => 304 ~ ^$ | ETag: "(version)-z" | Cache-Control: public, max-age=31536000, immutable
GET /script.js | If-None-Match: "0123456789abcdef", W/"(version)" => 304
HEAD /script.js | If-None-Match: "(version)"  => 304
# the tag of the one is not the other's
GET /script.js | If-None-Match: "(version)-z" => 200 | Content-Length: (plain)
GET /script.js | If-None-Match: "(version)" | Accept-Encoding: gzip
    => 200 | Content-Length: (gzip)
GET /script.js | If-None-Match: "0123456789abcdef" => 200
# there is no time of it
GET /script.js | If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT => 200

=== ranges: none
GET /script.js | Range: bytes=0-9 => 200 | Content-Length: (plain) | no Content-Range

=== methods
HEAD /script.js => 200 ~ ^$ | Content-Length: (plain)
    | Content-Type: text/javascript; charset=utf-8 | ETag: "(version)" | Vary: Accept-Encoding
HEAD /script.js?v=(version) | Accept-Encoding: gzip => 200 ~ ^$ | Content-Length: (gzip)
    | Content-Encoding: gzip | ETag: "(version)-z"
    | Cache-Control: public, max-age=31536000, immutable
POST /script.js | body: a=b => 405 | Allow: GET, HEAD | no ETag
PUT /script.js | body: a=b  => 405 | Allow: GET, HEAD
DELETE /script.js           => 405 | Allow: GET, HEAD
OPTIONS /script.js          => 405 | Allow: GET, HEAD
# a body is no reason not to answer
GET /script.js | body: a=b  => 200 | Content-Length: (plain)

=== sessions: a live one is not moved
a is idle for 300
a: GET /script.js => 200 none | no Set-Cookie
a: ping           => about 300
# nor is one begun
b: GET /script.js => 200 none
b: ping 200       => 200

=== sessions: a dead one is as good as any
a has ended
a: GET /script.js                            => 200 none | Content-Length: (plain) | no Set-Cookie
a: GET /script.js | Sec-Fetch-Mode: navigate => 200 | no Set-Cookie | no Location
b: GET /closed/ping/?idleFor=600             => 200 "logout"
b: GET /script.js?v=(version) => 200 | Content-Length: (plain)
    | Cache-Control: public, max-age=31536000, immutable | no Set-Cookie
a: ping                                      => expired "logout"

=== sessions: a zone of the location's own makes no difference
--- config
    location = /script.js {
        session_security zone=sessions;
        session_security_inject on;
        session_security_no_store on;
        session_security_script;
        add_header X-State $session_security_state;
    }
    location = /ping/ { session_security zone=sessions; session_security_ping; }
--- steps
a has ended
a: GET /script.js | Sec-Fetch-Mode: navigate
    => 200 none | Cache-Control: no-cache | Content-Length: (plain) | no Set-Cookie

=== without any zone
--- http_config
--- config: location /script/ { session_security_script; }
--- steps
GET /script/ => 200 | Content-Length: (plain)
GET /script/of/whatever?v=(version)
    => 200 | Content-Length: (plain) | Cache-Control: public, max-age=31536000, immutable

=== an error has none of the script's headers
--- error_log: client sent invalid chunked body
--- no_error_log: [alert]
--- raw_request eval
"GET /script.js?v=0 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
--- error_code: 400
--- response_headers
Cache-Control:
Content-Encoding:
ETag:
