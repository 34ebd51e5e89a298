# The tag in a page: what it says, where it is put, and into which pages only.

use FindBin;
use lib "$FindBin::Bin/support";
use Compress::Zlib ();
use Test::Nginx::Socket;
use Steps qw(defaults rewrite script_version);

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

plan tests => 1700;

# The backend answers with what the request has in X-Page, and in headers of
# its own; a session is ended by a ping that reports ten minutes.

defaults(
    ping => '/session_security/ping/',
    page => 'Sec-Fetch-Mode: navigate',
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen backend;
        default_type text/html;
        root $TEST_NGINX_HTML_DIR;
        add_header X-Accepted "[$http_accept_encoding]" always;
        add_header Set-Cookie $http_x_set always;
        add_header Cache-Control $http_x_caches always;
        add_header Content-Disposition $http_x_as always;
        add_header X-Accel-Redirect $http_x_accel always;
        location / { return 200 $http_x_page; }
        location /201/ { return 201 $http_x_page; }
        location /204/ {
            add_header Content-Type text/html;
            add_header ETag '"a"';
            return 204;
        }
        location /302/ { return 302 /elsewhere; }
        location /404/ { return 404 $http_x_page; }
        location /422/ { return 422 $http_x_page; }
        location /500/ { return 500 $http_x_page; }
        location /json/ { default_type application/json; return 200 $http_x_page; }
        location /xhtml/ { default_type application/xhtml+xml; return 200 $http_x_page; }
        location /latin/ { default_type "text/html; charset=iso-8859-1"; return 200 $http_x_page; }
        location /upper/ { default_type "Text/HTML;Charset=UTF-8"; return 200 $http_x_page; }
        location /utf-16/ { default_type "text/html; charset=utf-16"; return 200 $http_x_page; }
        location /UTF-16LE/ { default_type "text/html; charset=UTF-16LE"; return 200 $http_x_page; }
        location /utf-32/ { default_type 'text/html; charset="utf-32"'; return 200 $http_x_page; }
        location /zipped/ { add_header Content-Encoding gzip; }
        location /packed/ { add_header Content-Encoding br; return 200 $http_x_page; }
        location /file/ { }
    }
END
    config => <<'END',
    session_security zone=sessions;
    session_security_logout_url /logout/;
    session_security_inject on;
    add_header X-State $session_security_state always;
    default_type text/html;
    root $TEST_NGINX_HTML_DIR;
    location / { proxy_pass http://backend; }
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
END
    no_error_log => qr/\[(?:crit|alert|emerg)\]/,
);

my $version = script_version();

# Where the tag's noscript part leads back to: the request's own URL.
my $back = '%2F';

sub back {
    my ($method, $url) = @_;
    $url = '/' if $method !~ /^(?:PAGE|GET|HEAD)$/;
    $url =~ s{^[/\\]+}{};
    $url =~ s{([^\w.~-])}{sprintf '%%%02X', ord $1}ge;
    $back = "%2F$url";
}

# The tag, with other values than these, or empty ones: none.
sub tag {
    my @attributes = (
        src                 => "/session_security/script.js?v=$version",
        'data-ping'         => '/session_security/ping/',
        'data-logout'       => '/logout/',
        'data-warn-after'   => 540,
        'data-expire-after' => 600,
        'data-idle'         => 0,
    );
    my $refresh = 600;
    my $ping = '/session_security/ping/';
    while (my ($name, $value) = splice @_, 0, 2) {
        if ($name eq 'refresh') { $refresh = $value; next }
        if ($name eq 'ping') { $ping = $value; next }
        if ($name eq 'back') { back('GET', $value); next }
        my ($at) = grep { $_ % 2 == 0 && $attributes[$_] eq $name } 0 .. $#attributes;
        $at //= scalar @attributes;
        @attributes[$at, $at + 1] = ($name, $value);
    }
    my $tag = '<script defer';
    while (my ($name, $value) = splice @attributes, 0, 2) {
        $tag .= qq( $name="$value") if length $value;
    }
    return qq($tag async></script><noscript><meta http-equiv="refresh" content="$refresh;url=$ping?back=$back"></noscript>);
}

# That of a page that closes the session.
sub closed {
    return qq(<script defer src="/session_security/script.js?v=$version" )
        . 'data-ping="/session_security/ping/" data-ended="1" async></script>';
}

# "(tag)" or '(tag data-idle="2" refresh="598")' is the tag, with these values.
rewrite {
    back($1, $2) if /^(?:[^|]*?: )?([A-Z]+) (\S+)/;
    my $is_pattern = / => \d+ (?:\w+ )?~ /;
    s{\(closed\)}{closed()}e;
    s{\(tag((?: [\w-]+="[^"]*")*)\)}{
        my $tag = tag($1 =~ /([\w-]+)="([^"]*)"/g);
        $is_pattern ? quotemeta $tag : $tag;
    }ge;
};

run_tests();

__DATA__

=== the tag
a: PAGE / | X-Page: <!DOCTYPE html><title>a</title><p>b
    => 200 new <!DOCTYPE html><title>a</title>(tag)<p>b | Content-Type: text/html
    | Cache-Control: no-store
a: PAGE / | X-Page: <!DOCTYPE html><title>a</title><p>b
    => 200 live <!DOCTYPE html><title>a</title>(tag)<p>b

=== times
--- also
    location /defaults/ { proxy_pass http://backend/; }
    location /ms/ {
        session_security_expire_after 2500ms;
        session_security_warn_after 1500ms;
        proxy_pass http://backend/;
    }
    location /tenths/ { session_security_expire_after 1s; proxy_pass http://backend/; }
    location /uneven/ {
        session_security_expire_after 2005ms;
        session_security_warn_after 1010ms;
        proxy_pass http://backend/;
    }
    location /tiny/ { session_security_expire_after 1ms; proxy_pass http://backend/; }
    location /year/ {
        session_security_expire_after 365d;
        session_security_warn_after 364d;
        proxy_pass http://backend/;
    }
--- steps
a: PAGE /defaults/ | X-Page: <p> => 200 (tag)<p>
a: PAGE /ms/ | X-Page: <p>
    => 200 (tag data-warn-after="1.500" data-expire-after="2.500" refresh="3")<p>
a: PAGE /tenths/ | X-Page: <p>
    => 200 (tag data-warn-after="0.900" data-expire-after="1" refresh="1")<p>
a: PAGE /uneven/ | X-Page: <p>
    => 200 (tag data-warn-after="1.010" data-expire-after="2.005" refresh="3")<p>
a: PAGE /year/ | X-Page: <p>
    => 200 (tag data-warn-after="31449600" data-expire-after="31536000" refresh="31536000")<p>
new: PAGE /tiny/ | X-Page: <p>
    => 200 (tag data-warn-after="0.001" data-expire-after="0.001" refresh="1")<p>

=== times that variables give
--- also
    session_security_expire_after $arg_expire;
    session_security_warn_after $arg_warn;
    session_security_max_lifetime $arg_ends;
--- steps
a: PAGE /?expire=100s&warn=20s&ends=0 | X-Page: <p>
    => 200 (tag data-warn-after="20" data-expire-after="100" refresh="100")<p>
# a warning that would come too late
a: PAGE /?expire=100s&warn=100s&ends=0 | X-Page: <p>
    => 200 (tag data-warn-after="90" data-expire-after="100" refresh="100")<p>
a: PAGE /?expire=100s&warn=200s&ends=0 | X-Page: <p>
    => 200 (tag data-warn-after="90" data-expire-after="100" refresh="100")<p>
# nothing that is a time: ten minutes, and twelve hours
a: PAGE /?expire=soon&warn=never&ends=x | X-Page: <p>
    => 200 ~ data-warn-after="540" data-expire-after="600" data-idle="0" data-ends-in="431\d\d\.

=== max_lifetime
--- also
    session_security_max_lifetime 8h;
    location /short/ { session_security_max_lifetime 300s; proxy_pass http://backend; }
    location /unlimited/ { session_security_max_lifetime 0; proxy_pass http://backend; }
--- steps
a: PAGE / | X-Page: <p>           => 200 (tag data-ends-in="28800")<p>
b: PAGE /short/ | X-Page: <p>     => 200 (tag data-ends-in="300" refresh="300")<p>
# it is not the activity that counts
after 0.3 s
a: PAGE / | X-Page: <p>
    => 200 ~ ^<script [^>]* data-idle="0" data-ends-in="287\d\d(\.\d{3})?" async></script><noscript><meta http-equiv="refresh" content="600;url=/session_security/ping/\?back=%2F"></noscript><p>\n?$
a: PAGE /unlimited/ | X-Page: <p> => 200 (tag)<p>

=== idle: of a page that is passive
--- also: session_security_passive_urls /passive;
--- steps
a is idle for 300
a: PAGE /passive | X-Page: <p>
    => 200 ~ ^<script [^>]* data-expire-after="600" data-idle="30\d(\.\d{3})?" async></script><noscript><meta http-equiv="refresh" content="(300|29\d);url=/session_security/ping/\?back=%2Fpassive"></noscript><p>\n?$
after 0.05 s
a: PAGE /passive | X-Page: <p>
    => 200 ~ ^<script [^>]* data-idle="30\d\.\d{3}" async></script><noscript><meta http-equiv="refresh" content="(300|29\d);url=/session_security/ping/\?back=%2Fpassive">
a: PAGE /active | X-Page: <p> => 200 (tag)<p>

=== logout URL: none
--- without
session_security_logout_url
add_header X-State
default_type
root
--- steps
a: PAGE / | X-Page: <p> => 200 (tag data-logout="" refresh="600")<p>

=== logout URL: with the way back
--- config
    session_security zone=sessions;
    session_security_inject on;
    session_security_logout_url /logout/?a=b&next=$session_security_return_url;
    location / { proxy_pass http://backend; }
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
--- steps
a: PAGE /page/?x=1&y="z | X-Page: <p>
    => 200 (tag data-logout="/logout/?a=b&amp;next=%2Fpage%2F%3Fx%3D1%26y%3D%22z" refresh="600")<p>

=== logout URL: on this host, and on another
--- also
    location /here/ {
        session_security_logout_url http://$host/logout/?a=b;
        proxy_pass http://backend;
    }
    location /there/ {
        session_security_logout_url https://sso.example.com/logout?a&b;
        proxy_pass http://backend;
    }
    location /slashes/ {
        session_security_logout_url //sso.example.com/logout;
        proxy_pass http://backend;
    }
--- steps
a: PAGE /here/ | X-Page: <p>
    => 200 (tag data-logout="http://localhost/logout/?a=b" refresh="600")<p>
a: PAGE /there/ | X-Page: <p>
    => 200 (tag data-logout="https://sso.example.com/logout?a&amp;b" refresh="600")<p>
a: PAGE /slashes/ | X-Page: <p>
    => 200 (tag data-logout="//sso.example.com/logout" refresh="600")<p>

=== logout URL: from a variable
--- config
    location / { session_security_logout_url $http_x_logout; proxy_pass http://backend; }
    location /encoded { session_security_logout_url $uri; proxy_pass http://backend; }
    session_security zone=sessions;
    session_security_inject on;
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
--- steps
a: PAGE / | X-Page: <p>                  => 200 (tag data-logout="" refresh="600")<p>
a: PAGE / | X-Page: <p> | X-Logout: /bye => 200 (tag data-logout="/bye" refresh="600")<p>
a: PAGE / | X-Page: <p> | X-Logout: HTTPS://LOCALHOST/bye
    => 200 (tag data-logout="HTTPS://LOCALHOST/bye" refresh="600")<p>
a: PAGE / | X-Page: <p> | X-Logout: javascript:alert(1)
    => 200 (tag data-logout="" refresh="600")<p>
a: PAGE / | X-Page: <p> | X-Logout: JavaScript://localhost/%0aalert(1)
    => 200 (tag data-logout="" refresh="600")<p>
a: PAGE / | X-Page: <p> | X-Logout: data:text/html,<p>
    => 200 (tag data-logout="" refresh="600")<p>
a: PAGE / | X-Page: <p> | X-Logout: bye  => 200 (tag data-logout="" refresh="600")<p>
a: PAGE / | X-Page: <p> | X-Logout: /"><script>alert(1)</script><a b='&lt;
    => 200 (tag data-logout="/&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;a%20b='&amp;lt;" refresh="600")<p>
# what a URL has in it percent-encoded
a: PAGE /encoded%22%3E%3Cb%3E%0A%0D%09%20%7F%26 | X-Page: <p>
    => 200 (tag data-logout="/encoded&quot;&gt;&lt;b&gt;%0A%0D%09%20%7F&amp;" refresh="600")<p>

=== options: each of them
--- also
    session_security_inject on extend=button forms=off title=off events=change,my-event lang=pt-BR nonce=abc;
    location /others/ {
        session_security_inject on lang=en title=on forms=on extend=activity;
        proxy_pass http://backend;
    }
    location /none/ { session_security_inject on; proxy_pass http://backend; }
--- without
session_security_inject
add_header X-State
default_type
root
--- steps
a: PAGE / | X-Page: <p>
    => 200 (tag data-extend="button" data-forms="off" data-title="off" data-events="change,my-event" data-lang="pt-BR" nonce="abc")<p>
a: PAGE /others/ | X-Page: <p>
    => 200 (tag data-lang="en" data-title="on" data-forms="on" data-extend="activity")<p>
# a level's options are its own
a: PAGE /none/ | X-Page: <p> => 200 (tag)<p>

=== options: from variables
--- config
    location / {
        session_security_inject on extend=$arg_extend forms=$arg_forms title=$arg_title
            events=a,$http_x_events lang=$http_x_lang nonce=$http_x_nonce;
        proxy_pass http://backend;
    }
    location /encoded { session_security_inject on lang=$uri; proxy_pass http://backend; }
    session_security zone=sessions;
    session_security_logout_url /logout/;
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
--- steps
a: PAGE / | X-Page: <p> => 200 (tag data-events="a,")<p>
a: PAGE /?extend=button&forms=off&title=off | X-Page: <p> | X-Events: b | X-Lang: de
    | X-Nonce: r4nd0m+/=
    => 200 (tag data-extend="button" data-forms="off" data-title="off" data-events="a,b" data-lang="de" nonce="r4nd0m+/=")<p>
# a quote, and what else would end the attribute
a: PAGE /?extend="onload=alert(1)&forms="><script>&title=%22%3E | X-Page: <p>
    | X-Events: "></script><img src=x onerror=alert(1)> | X-Lang: &quot;&#34;
    | X-Nonce: a" src="//evil.example/x.js
    => 200 (tag data-extend="&quot;onload=alert(1)" data-forms="&quot;&gt;&lt;script&gt;" data-title="%22%3E" data-events="a,&quot;&gt;&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;" data-lang="&amp;quot;&amp;#34;" nonce="a&quot; src=&quot;//evil.example/x.js")<p>
# bytes that are no UTF-8, and a tab
a: PAGE / | X-Page: <p> | X-Lang: \xff\xc3\x09'`
    => 200 ~ data-events="a," data-lang="\xff\xc3\x09'`" async></script><noscript><meta http-equiv="refresh" content="600;url=/session_security/ping/\?back=%2F"></noscript><p>\n?$
a: PAGE /encoded%0A%0D%22%20onload=%3Cb%3E | X-Page: <p>
    => 200 ~ data-idle="0" data-lang="/encoded\n\r&quot; onload=&lt;b&gt;" async></script><noscript>

=== the place
a: PAGE / | X-Page: <html><head><link></head><body>b => 200 <html><head>(tag)<link></head><body>b
a: PAGE / | X-Page: <HTML LANG="de>"><HEAD profile='>'><META charset=utf-8><TITLE>t</TITLE><LINK>
    => 200 <HTML LANG="de>"><HEAD profile='>'><META charset=utf-8><TITLE>t</TITLE>(tag)<LINK>
a: PAGE / | X-Page: <html></head><body>b  => 200 <html>(tag)</head><body>b
a: PAGE / | X-Page: <html><BODY class=a>b => 200 <html>(tag)<BODY class=a>b
a: PAGE / | X-Page: text only             => 200 (tag)text only
a: PAGE / | X-Page: <p>no head</p>        => 200 (tag)<p>no head</p>
a: PAGE / | X-Page: <!doctype html PUBLIC "-//W3C//DTD HTML 4.01//EN">text
    => 200 <!doctype html PUBLIC "-//W3C//DTD HTML 4.01//EN">(tag)text
a: PAGE /
    | X-Page: <?xml version="1.0"?><!DOCTYPE html><!-- <head> --><html><!--><head><!-- --!><meta><script>
    => 200 <?xml version="1.0"?><!DOCTYPE html><!-- <head> --><html><!--><head><!-- --!><meta>(tag)<script>
a: PAGE / | X-Page: <head><title><head></head></title><base href=/>
    => 200 <head><title><head></head></title>(tag)<base href=/>
a: PAGE / | X-Page: <header>a</header>    => 200 (tag)<header>a</header>
a: PAGE / | X-Page: <html-a><head>        => 200 (tag)<html-a><head>
a: PAGE / | X-Page: \xef\xbb\xbf<!DOCTYPE html><html><head><link>
    => 200 ~ ^\xef\xbb\xbf<!DOCTYPE html><html><head>(tag)<link>\n?$
a: PAGE / | X-Page: \xef\xbb\xbftext      => 200 ~ ^\xef\xbb\xbf(tag)text\n?$
a: PAGE / | X-Page: \xff\xfe<head>        => 200 ~ ^\xff\xfe<head>\0{200,}\n?$

=== the place: pages that end before it
# an empty page has its length
a: PAGE /                               => 200 new ~ ^$ | Content-Length: 0
a: PAGE / | X-Page: <!DOCTYPE html>     => 200 <!DOCTYPE html>(tag)
a: PAGE / | X-Page: <html><head>        => 200 <html><head>(tag)
a: PAGE / | X-Page: <html><head><       => 200 <html><head>(tag)<
a: PAGE / | X-Page: <html><titl         => 200 <html>(tag)<titl
a: PAGE / | X-Page: <html><head         => 200 <html>(tag)<head
# where the tag would be in another one, in a comment or in a title: its
# length was promised
a: PAGE / | X-Page: <html><head class=" => 200 ~ ^<html><head class=" {200,}\n?$
a: PAGE / | X-Page: <!-- a              => 200 ~ ^<!-- a {200,}\n?$
a: PAGE / | X-Page: <title>a</titl      => 200 ~ ^<title>a</titl {200,}\n?$
a: PAGE / | X-Page: \xef\xbb            => 200 ~ (tag)\xef\xbb\n?$

=== the place: a file of no bytes
--- without
session_security_logout_url
add_header X-State
location / {
--- user_files eval
[['empty.html', '']]
--- steps
a: PAGE /empty.html => 200 ~ ^$ | Content-Length: 0

=== the place: lines of their own
--- user_files
>>> file/page.html
<!DOCTYPE html>

<html>
  <head>
    <meta charset="utf-8">
    <title>
      a
    </title>

    <link rel="stylesheet">
  </head>
--- request
GET /file/page.html
--- more_headers
Cookie: sessionid=a
Sec-Fetch-Mode: navigate
--- response_body eval
qq(<!DOCTYPE html>

<html>
  <head>
    <meta charset="utf-8">
    <title>
      a
    </title>

    ) . ::tag(back => '/file/page.html') . qq(<link rel="stylesheet">
  </head>
)

=== split: a file in buffers of each size
--- config eval
qq(
    session_security zone=sessions;
    session_security_logout_url /logout/;
    session_security_inject on;
    default_type text/html;
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
)
. join '', map { "location = /$_ { alias \$TEST_NGINX_HTML_DIR/page; output_buffers 1 $_; }\n" } 1 .. 125
--- user_files eval
[['page', $::split_page = qq(<!DOCTYPE html>\n<!-- a --><html lang="b>c"><HEAD d='>'><meta e=utf-8><title>f</t </titl <g></title>\n</>< /h ></head><body>)]]
--- request eval
[map { "GET /$_" } 1 .. 125]
--- more_headers eval
[("Cookie: sessionid=a\nSec-Fetch-Mode: navigate") x 125]
--- error_code eval
[(200) x 125]
--- response_body eval
[map { my $tag = ::tag(back => "/$_"); $::split_page =~ s{(?=< /h)}{$tag}r } 1 .. 125]
--- no_error_log

=== split: a file in several buffers at once
--- config eval
qq(
    session_security zone=sessions;
    session_security_logout_url /logout/;
    session_security_inject on;
    sendfile on;
    default_type text/html;
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
)
. join '', map { "location = /$_ { alias \$TEST_NGINX_HTML_DIR/page; output_buffers 4 $_; }\n" } 1 .. 40
--- user_files eval
[['page', $::split_page]]
--- request eval
[map { "GET /$_" } 1 .. 40]
--- more_headers eval
[("Cookie: sessionid=a\nSec-Fetch-Mode: navigate") x 40]
--- error_code eval
[(200) x 40]
--- response_body eval
[map { my $tag = ::tag(back => "/$_"); $::split_page =~ s{(?=< /h)}{$tag}r } 1 .. 40]
--- no_error_log

=== split: pages cut off at each of their bytes
--- config eval
qq(
    session_security zone=sessions;
    session_security_logout_url /logout/;
    session_security_inject on;
    output_buffers 1 1;
    default_type text/html;
    root \$TEST_NGINX_HTML_DIR;
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
)
--- user_files eval
[map { ["$_", substr '<html a=b><!---><title></title><metal', 0, $_] } 1 .. 37]
--- request eval
[map { "GET /$_" } 1 .. 37]
--- more_headers eval
[("Cookie: sessionid=a\nSec-Fetch-Mode: navigate") x 37]
--- error_code eval
[(200) x 37]
--- response_body eval
[map { my ($page, $n) = ('<html a=b><!---><title></title><metal', $_);
       my $at = $n < 6 ? 0 : $n < 10 ? undef : $n < 12 ? 10 : $n < 16 ? undef : $n < 23 ? 16
              : $n < 31 ? undef : 31;
       my $cut = substr $page, 0, $n;
       my $tag = ::tag(back => "/$n");
       substr $cut, $at // $n, 0, defined $at ? $tag : ' ' x length $tag;
       $cut } 1 .. 37]
--- no_error_log

=== split: chunks of each size from a backend
--- http_config eval
qq(
    session_security_zone cookie=sessionid zone=sessions:1m;
    server {
        listen 127.0.0.1:\$TEST_NGINX_RAND_PORT_1;
        default_type text/html;
        add_after_body /nothing;
        location = /nothing { return 200; }
)
. join('', map { "location = /$_ { alias \$TEST_NGINX_HTML_DIR/page; output_buffers 1 $_; }\n" } 1 .. 125)
. '}'
--- config
    session_security zone=sessions;
    session_security_logout_url /logout/;
    session_security_inject on;
    proxy_http_version 1.1;
    location / { proxy_buffering off; proxy_pass http://backend; }
    location /buffered/ { proxy_pass http://backend/; }
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
--- user_files eval
[['page', $::split_page]]
--- request eval
[map { ("GET /$_", "GET /buffered/$_") } 1 .. 125]
--- more_headers eval
[("Cookie: sessionid=a\nSec-Fetch-Mode: navigate") x 250]
--- error_code eval
[(200) x 250]
--- response_body eval
[map { my $tag = ::tag(back => $_); $::split_page =~ s{(?=< /h)}{$tag}r }
 map { ("/$_", "/buffered/$_") } 1 .. 125]
--- no_error_log

=== a page that comes bit by bit is not held back
--- also_http
    limit_req_zone $server_port zone=once:1m rate=1r/m;
    server {
        listen backend_2;
        location / { limit_req zone=once burst=9; root $TEST_NGINX_HTML_DIR; }
    }
    server {
        listen backend_3;
        default_type text/html;
        root $TEST_NGINX_HTML_DIR;
        postpone_output 0;
        ssi on;
        location /late { proxy_pass http://backend_2; }
    }
--- also
    location /bits/ {
        proxy_http_version 1.1;
        proxy_buffering off;
        proxy_pass http://backend_3/;
    }
--- user_files
>>> late
late
>>> one.html
<!DOCTYPE html><title>a</title><p>first<!--# include virtual="/late" -->
>>> two.html
<!DOCTYPE html><title>a</title><!--# include virtual="/late" -->
>>> three.html
<!DOCTYPE html><title>a</title><ti<!--# include virtual="/late" -->
--- request eval
['GET /bits/late HTTP/1.0', 'GET /bits/one.html HTTP/1.0', 'GET /bits/two.html HTTP/1.0', 'GET /bits/three.html HTTP/1.0']
--- more_headers eval
[("Cookie: sessionid=a\nSec-Fetch-Mode: navigate") x 4]
--- timeout eval
$ENV{VALGRIND} ? 10 : 0.5
--- abort
--- error_code eval
[(200) x 4]
--- response_body eval
["late\n", '<!DOCTYPE html><title>a</title>' . ::tag(back => '/bits/one.html') . '<p>first',
 ('<!DOCTYPE html><title>a</title>') x 2]

=== a page that comes bit by bit, to its end
--- also_http
    limit_req_zone $server_port zone=twice:1m rate=5r/s;
    server {
        listen backend_2;
        location / { limit_req zone=twice burst=9; root $TEST_NGINX_HTML_DIR; }
    }
    server {
        listen backend_3;
        default_type text/html;
        root $TEST_NGINX_HTML_DIR;
        postpone_output 0;
        ssi on;
        location /late { proxy_pass http://backend_2; }
    }
--- also
    location /bits/ {
        proxy_http_version 1.1;
        proxy_buffering off;
        proxy_pass http://backend_3/;
    }
--- user_files
>>> late
tle>late</title>
>>> page.html
<!DOCTYPE html><ti<!--# include virtual="/late" --><p>b
>>> end.html
<!DOCTYPE html><ti<!--# include virtual="/late" --><he
--- steps
a: PAGE /bits/page.html => 200 ~ ^<!DOCTYPE html><title>late</title>\n(tag)<p>b\n$
a: PAGE /bits/page.html => 200 ~ ^<!DOCTYPE html><title>late</title>\n(tag)<p>b\n$
a: PAGE /bits/end.html  => 200 ~ ^<!DOCTYPE html><title>late</title>\n(tag)<he\n$

=== HTTP/1.0
a: PAGE / HTTP/1.0 | X-Page: <html><p> => 200 <html>(tag)<p> | no Transfer-Encoding

=== a connection that is kept
--- pipelined_requests eval
['GET /', 'GET /json/', 'GET /', 'GET /']
--- more_headers
Cookie: sessionid=a
Sec-Fetch-Mode: navigate
X-Page: <html><p>
--- error_code eval
[(200) x 4]
--- response_body eval
['<html>' . ::tag(back => '/') . '<p>', '<html><p>', ('<html>' . ::tag(back => '/') . '<p>') x 2]

=== HEAD
--- also: location /file/ { etag on; }
--- steps
a: HEAD /file/page.html | Sec-Fetch-Mode: navigate
    => 200 ~ ^$ | Cache-Control: no-store | no Last-Modified | no ETag | no Accept-Ranges
a: HEAD /file/page.html => 200 ~ ^$ | Content-Length: 4 | Accept-Ranges: bytes
a: PAGE /file/page.html => 200 (tag)<p>
--- user_files
>>> file/page.html
<p>

=== a static file: nothing that names a version or a part of it
--- also
    location /file/ { etag on; }
    location /proxied/ { proxy_pass http://backend/file/; }
--- user_files
>>> file/page.html
<p>a page
--- steps
a: PAGE /file/page.html => 200 (tag)<p>a page | no Last-Modified | no ETag | no Accept-Ranges
a: PAGE /proxied/page.html => 200 (tag)<p>a page | no Last-Modified | no ETag | no Accept-Ranges
a: PAGE /file/page.html | Range: bytes=0-2     => 200 (tag)<p>a page | no Content-Range
a: PAGE /file/page.html | Range: bytes=0-2,5-6 => 200 (tag)<p>a page
# the backend's parts are not touched
a: PAGE /proxied/page.html | Range: bytes=0-2  => 206 <p> | Content-Range: bytes 0-2/10

=== a page that the browser has from before the tag
--- also
    location /file/ { etag on; }
    location /proxied/ { proxy_pass http://backend/file/; }
--- user_files
>>> file/page.html 200001010000.00
<p>a page
--- steps
PAGE /file/page.html | If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT => 304
PAGE /file/page.html | If-None-Match: "386d4380-a" => 304
a: PAGE /file/page.html | If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT => 200 (tag)<p>a page
a: PAGE /file/page.html | If-None-Match: "386d4380-a" => 200 (tag)<p>a page
a: PAGE /proxied/page.html | If-None-Match: "386d4380-a" => 200 (tag)<p>a page
a: PAGE /proxied/page.html | If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT
    => 200 (tag)<p>a page
a: GET /file/page.html | Sec-Fetch-Mode: cors | If-None-Match: "386d4380-a" => 304

=== a static file: without a session
--- also
    location /file/ { etag on; }
    location /proxied/ { proxy_pass http://backend/file/; }
--- user_files
>>> file/page.html
<p>a page
--- request eval
[('GET /file/page.html', 'GET /proxied/page.html') x 2]
--- more_headers eval
[('Sec-Fetch-Mode: navigate') x 2, ("Sec-Fetch-Mode: navigate\nRange: bytes=0-2") x 2]
--- error_code eval
[200, 200, 206, 206]
--- response_headers_like eval
["Content-Length: 10\nLast-Modified: .+\nETag: .+\nAccept-Ranges: bytes",
 "Content-Length: 10\nLast-Modified: .+\nETag: .+\nAccept-Ranges: bytes",
 "Content-Length: 3\nLast-Modified: .+\nETag: .+\nContent-Range: bytes 0-2/10",
 "Content-Length: 3\nLast-Modified: .+\nETag: .+\nContent-Range: bytes 0-2/10"]
--- response_body eval
["<p>a page\n", "<p>a page\n", '<p>', '<p>']

=== charset
a: PAGE /latin/ | X-Page: \xe4 => 200 ~ ^(tag)\xe4$ | Content-Type: text/html; charset=iso-8859-1
a: PAGE /upper/ | X-Page: <p>    => 200 (tag)<p>
a: PAGE /utf-16/ | X-Page: <p>
    => 200 <p> | Content-Type: text/html; charset=utf-16 | Content-Length: 3
a: PAGE /UTF-16LE/ | X-Page: <p> => 200 <p> | Content-Length: 3
a: PAGE /utf-32/ | X-Page: <p>   => 200 <p> | Content-Length: 3

=== charset: nginx's own, and UTF-16 that is not said to be
--- also: location /file/ { charset koi8-r; }
--- user_files eval
[['file/page.html', '<p>'], ['file/le.html', "<\0p\0>\0"], ['file/bom.html', "\xfe\xff\0<\0p\0>"]]
--- steps
a: PAGE /file/page.html => 200 (tag)<p> | Content-Type: text/html; charset=koi8-r
a: PAGE /file/le.html   => 200 ~ ^<\0p\0>\0{200,}$
a: PAGE /file/bom.html  => 200 ~ ^\xfe\xff\0<\0p\0>\0{200,}$

=== a backend that compresses unasked
a: PAGE /packed/ | Accept-Encoding: br | X-Page: <p>
    => 200 <p> | Content-Encoding: br | Content-Length: 3
--- error_log
no script is put into a page with "Content-Encoding: br", which the request did not ask for

=== compression is not asked for where a page is
a: PAGE / | Accept-Encoding: gzip, br | X-Page: <p> => 200 (tag)<p> | X-Accepted: []
# not a page
a: GET / | Sec-Fetch-Mode: cors | Accept-Encoding: gzip, br | X-Page: <p>
    => 200 <p> | X-Accepted: [gzip, br]
# no session yet: the response may begin one
PAGE / | Accept-Encoding: gzip, br | X-Page: <p> => 200 <p> | X-Accepted: []
# headers around it stay
PAGE / | Accept-Encoding: gzip | X-One: 1 | Cookie: sessionid=a | X-Page: <p>
    => 200 (tag)<p> | X-Accepted: []

=== compression is asked for where nothing is injected
--- also: location /off/ { session_security_inject off; proxy_pass http://backend; }
--- no_error_log eval
qr/\[(?:warn|error|crit|alert|emerg)\]/
--- steps
a: PAGE /off/ | Accept-Encoding: gzip, br | X-Page: <p>
    => 200 <p> | X-Accepted: [gzip, br] | Content-Length: 3

=== nor for the page of a session that has ended
--- no_error_log eval
qr/\[(?:warn|error|crit|alert|emerg)\]/
--- steps
b has ended
b: PAGE /logout/ | Accept-Encoding: gzip, br | X-Page: <p> => 200 (closed)<p> | X-Accepted: []

=== gzip: what nginx compresses itself has the tag in it
--- also
    gzip on;
    gzip_min_length 1;
    gzip_vary on;
    gzip_types application/json;
--- request eval
['GET /', 'GET /', 'GET /json/', 'GET /']
--- more_headers eval
["Cookie: sessionid=a\nSec-Fetch-Mode: navigate\nAccept-Encoding: gzip\nX-Page: <html><p>",
 "Cookie: sessionid=a\nSec-Fetch-Mode: navigate\nAccept-Encoding: gzip;q=0\nX-Page: <html><p>",
 "Cookie: sessionid=a\nSec-Fetch-Mode: navigate\nAccept-Encoding: gzip\nX-Page: {}",
 "Cookie: sessionid=a\nSec-Fetch-Mode: cors\nAccept-Encoding: gzip\nX-Page: <html><p>"]
--- error_code eval
[(200) x 4]
--- response_headers eval
["Content-Encoding: gzip\nX-Accepted: []\nVary: Accept-Encoding", "!Content-Encoding\nX-Accepted: []",
 "Content-Encoding: gzip\nX-Accepted: []", "Content-Encoding: gzip\nX-Accepted: [gzip]"]
--- response_body eval
$::html_page = my $page = '<html>' . ::tag(back => '/') . '<p>';
[qr/\A(.*)\z(?(?{ (Compress::Zlib::memGunzip(my $packed = $1) \/\/ '') eq $::html_page })|(?!))/s, $page,
 qr/\A(.*)\z(?(?{ (Compress::Zlib::memGunzip(my $packed = $1) \/\/ '') eq '{}' })|(?!))/s,
 qr/\A(.*)\z(?(?{ (Compress::Zlib::memGunzip(my $packed = $1) \/\/ '') eq '<html><p>' })|(?!))/s]

=== gzip_static: not for pages with the tag
--- skip_eval
21: (qx('$ENV{TEST_NGINX_BINARY}' -V 2>&1) // '') !~ /http_gzip_static_module/
--- also
    location /file/ {
        gzip_static on;
        gzip on;
        gzip_min_length 1;
    }
    location /always/ { alias $TEST_NGINX_HTML_DIR/file/; gzip_static always; }
--- user_files
>>> file/page.html
<p>
>>> file/page.html.gz
compressed
>>> file/other.html
<p>
--- steps
a: PAGE /file/page.html => 200 (tag)<p> | no Content-Encoding
a: PAGE /file/page.html | Accept-Encoding: gzip
    => 200 ~ ^\x1f\x8b | Content-Encoding: gzip | no ETag
a: PAGE /file/other.html | Accept-Encoding: gzip => 200 ~ ^\x1f\x8b | Content-Encoding: gzip
a: GET /file/page.html | Sec-Fetch-Mode: cors | Accept-Encoding: gzip
    => 200 compressed | Content-Encoding: gzip
a: PAGE /always/page.html | Accept-Encoding: gzip => 200 compressed | Content-Encoding: gzip

=== which requests are for pages
a: GET / | Accept: text/html,application/xhtml+xml,*/*;q=0.8 | X-Page: <p> => 200 (tag)<p>
a: POST / | Sec-Fetch-Mode: navigate | X-Page: <p> | body: a=b => 200 (tag)<p>
a: GET / | Accept: text/html | X-Requested-With: XMLHttpRequest | X-Page: <p>
    => 200 <p> | Content-Length: 3
a: GET / | Accept: */* | X-Page: <p> => 200 <p>
a: GET / | X-Page: <p>               => 200 <p>
a: GET / | Accept: text/html | Sec-Fetch-Mode: cors | X-Page: <p> => 200 <p>
a: GET / | Accept: text/html | Sec-Fetch-Mode: same-origin | X-Page: <p> => 200 <p>
# the mode tells, whatever the rest of it
a: GET / | X-Requested-With: XMLHttpRequest | Sec-Fetch-Mode: navigate | X-Page: <p>
    => 200 (tag)<p>

=== which responses are pages
a: PAGE /json/ | X-Page: "<p>" => 200 "<p>" | Content-Length: 5 | no Cache-Control
a: PAGE /xhtml/ | X-Page: <p/> => 200 <p/> | Content-Length: 4
a: PAGE /204/                  => 204 ~ ^$ | ETag: "a" | no Transfer-Encoding
a: PAGE /302/ => 302 ~ ^<html>\r\n<head><title>302 Found</title></head>(?!.*<script).*$
a: PAGE /201/ | X-Page: <p>    => 201 (tag)<p>
a: PAGE /404/ | X-Page: <p>    => 404 (tag)<p>
a: PAGE /422/ | X-Page: <p>    => 422 (tag)<p>
a: PAGE /500/ | X-Page: <p>    => 500 (tag)<p>

=== what is to be saved, and what is to be looked at
a: PAGE / | X-As: attachment; filename="page.html" | X-Page: <p>
    => 200 <p> | Content-Disposition: attachment; filename="page.html" | Content-Length: 3
a: PAGE / | X-As: Attachment | X-Page: <p> => 200 <p>
a: PAGE / | X-As: inline; filename="attachment.html" | X-Page: <p> => 200 (tag)<p>

=== nginx's own error pages
--- also
    location /missing/ { root $TEST_NGINX_HTML_DIR; }
    location /down/ { proxy_pass http://127.0.0.1:1; }
    location /denied/ { deny all; }
--- steps
a: PAGE /missing/ | X-Page: <p>
    => 404 ~ ^<html>\r\n<head><title>404 Not Found</title></head>(?!.*<script).*$
a: PAGE /down/ | X-Page: <p>
    => 502 ~ ^<html>\r\n<head><title>502 Bad Gateway</title></head>(?!.*<script).*$
a: PAGE /denied/ | X-Page: <p>
    => 403 ~ ^<html>\r\n<head><title>403 Forbidden</title></head>(?!.*<script).*$

=== error_page
--- also
    error_page 404 /file/404.html;
    location /missing/ { root $TEST_NGINX_HTML_DIR; }
    location /intercepted/ { proxy_intercept_errors on; proxy_pass http://backend/404/; }
    location /fallback/ { error_page 404 = /; root $TEST_NGINX_HTML_DIR; }
    location /named/ { error_page 404 = @named; root $TEST_NGINX_HTML_DIR; }
    location @named { proxy_pass http://backend; }
    location /ok/ { error_page 404 =200 /file/404.html; root $TEST_NGINX_HTML_DIR; }
--- user_files
>>> file/404.html
<p>gone
--- steps
# an error that nginx tells of, in other words
a: PAGE /missing/                   => 404 <p>gone
a: PAGE /intercepted/ | X-Page: <p> => 404 <p>gone
# a page of the backend's after all
a: PAGE /fallback/ | Accept-Encoding: gzip | X-Page: <p> => 200 (tag)<p> | X-Accepted: []
a: PAGE /named/ | Accept-Encoding: gzip | X-Page: <p> => 200 (tag)<p> | X-Accepted: []
a: PAGE /ok/                        => 200 (tag)<p>gone

=== sessions: none, dead ones, and those that a response ends
PAGE / | X-Page: <p>                   => 200 <p> | Content-Length: 3 | no Cache-Control
PAGE / | Cookie: other=a | X-Page: <p> => 200 <p>
a: PAGE / | X-Set: sessionid=; Max-Age=0 | X-Page: <p>
    => 200 (closed)<p> | Content-Length: 136 | Cache-Control: no-store
d: PAGE / | X-Set: sessionid=""; Path=/ | X-Page: <p> => 200 (closed)<p>
e: PAGE / | X-Set: other=; Max-Age=0 | X-Page: <p> => 200 (tag)<p>
e: PAGE / | X-Set: sessionid=b; Path=/ | X-Page: <p> => 200 (tag)<p>
# expired: led to the logout URL, and there not live
c has ended
c: PAGE / | X-Page: <p> => 302 ~ ^<html>\r\n<head><title>302 Found</title></head>(?!.*<script).*$
c: PAGE /logout/ | X-Page: <p>         => 200 (closed)<p> | Cache-Control: no-store | deleted
# what is no page does not say so
f: GET / | X-Set: sessionid=""; Path=/ | X-Page: <p> => 200 <p>
# closed
c: PAGE / | X-Page: <p>                => 200 closed <p> | deleted

=== sessions: off, in a part of the site
--- also: location /off/ { session_security off; proxy_pass http://backend; }
--- steps
a: PAGE /off/ | Accept-Encoding: gzip | X-Page: <p>
    => 200 <p> | X-Accepted: [gzip] | no Cache-Control

=== sessions: of another zone
--- also_http: session_security_zone cookie=admin zone=admins:1m;
--- also
    location /admin/ { session_security zone=admins; proxy_pass http://backend; }
    location /admin/ping/ { session_security zone=admins; session_security_ping; }
    location /both/ {
        session_security zone=admins;
        error_page 404 = /;
        root $TEST_NGINX_HTML_DIR;
    }
--- steps
a; admin=b: PAGE /admin/ | X-Page: <p>
    => 200 (tag data-ping="/admin/ping/" ping="/admin/ping/")<p>
a: PAGE /admin/ | X-Page: <p>         => 200 <p>
a: PAGE / | X-Page: <p>               => 200 (tag)<p>
# judged in the one, answered by the other: whose ping is it?
a; admin=b: PAGE /both/ | X-Page: <p> => 200 <p>

=== sessions: whose key is a variable
--- key: $http_authorization
--- steps
PAGE / | Authorization: Bearer a | X-Page: <p> => 200 (tag)<p>
a: PAGE / | X-Page: <p>                        => 200 <p>
ping 600 | Authorization: Bearer b             => "logout"
PAGE /logout/ | Authorization: Bearer b | X-Page: <p> => 200 (closed)<p>

=== locations: what their URLs have to be encoded
--- config
    session_security zone=sessions;
    session_security_inject on;
    location / { proxy_pass http://backend; }
    location /outer/ {
        location /outer/ping&pong/ { session_security_ping; }
        location = "/outer/a script%.js" { session_security_script; }
    }
--- steps
a: PAGE / | X-Page: <p>
    => 200 ~ ^<script defer src="/outer/a%20script%25\.js\?v=\w{16}" data-ping="/outer/ping&amp;pong/" data-warn-after="540" data-expire-after="600" data-idle="0" async></script><noscript><meta http-equiv="refresh" content="600;url=/outer/ping&amp;pong/\?back=%2F"></noscript><p>$
b: GET /outer/ping&pong/?idleFor=5 => 200 5
GET /outer/a%20script%25.js        => 200 | Content-Type: text/javascript; charset=utf-8

=== locations: the first of several
--- also
    location /other/ping/ { session_security_ping; }
    location /other/script.js { session_security_script; }
--- without
add_header X-State
default_type
root
--- steps
a: PAGE / | X-Page: <p>
    => 200 ~ ^<script defer src="/other/script\.js\?v=\w{16}" data-ping="/other/ping/" data-logout

=== if, limit_except and nested locations
--- also
    location /if/ {
        if ($arg_a) { add_header X-If yes; }
        proxy_pass http://backend;
    }
    location /except/ {
        limit_except GET { allow all; }
        proxy_pass http://backend;
    }
    location /outer/ {
        session_security_inject off;
        location /outer/inner/ { session_security_inject on lang=de; proxy_pass http://backend; }
        proxy_pass http://backend;
    }
--- steps
a: PAGE /if/?a=1 | X-Page: <p>      => 200 (tag)<p> | X-If: yes
a: PAGE /if/ | X-Page: <p>          => 200 (tag)<p>
a: POST /except/ | Sec-Fetch-Mode: navigate | X-Page: <p> | body: a=b => 200 (tag)<p>
a: PAGE /outer/ | X-Page: <p>       => 200 <p>
a: PAGE /outer/inner/ | X-Page: <p> => 200 (tag data-lang="de")<p>

=== try_files, rewrite and index
--- also
    location /try/ { try_files $uri @app; }
    location @app { proxy_pass http://backend; }
    location /old/ { rewrite ^/old/(.*) /$1 last; }
    location /file/ { index home.html; }
--- user_files
>>> try/there
<p>file
>>> file/home.html
<p>home
--- steps
a: PAGE /try/there => 200 (tag)<p>file
a: PAGE /try/app | Accept-Encoding: gzip | X-Page: <p> => 200 (tag)<p> | X-Accepted: []
a: PAGE /old/app | Accept-Encoding: gzip | X-Page: <p> => 200 (tag)<p> | X-Accepted: []
a: PAGE /file/     => 200 (tag)<p>home | no ETag

=== X-Accel-Redirect
--- also
    location /internal/ { internal; alias $TEST_NGINX_HTML_DIR/file/; }
    location /again/ {
        internal;
        proxy_set_header X-Accel "";
        proxy_pass http://backend;
    }
--- user_files
>>> file/page.html
<p>file
--- steps
a: PAGE / | X-Accel: /internal/page.html   => 200 (tag)<p>file | no ETag
a: PAGE / | X-Accel: /again/ | X-Page: <p> => 200 (tag)<p>

=== subrequests: one page, one tag
--- also
    location /ssi/ { ssi on; }
    location /added/ { add_before_body /one; add_after_body /two; }
    location /after/ { add_after_body /two; }
    location /auth/ { auth_request /one; proxy_pass http://backend; }
--- user_files
>>> ssi/page.html
<html><head><!--# include virtual="/one" --></head><!--# include virtual="/two" --></html>
>>> ssi/first.html
<!--# include virtual="/one" --><p>
>>> added/page.html
<head></head>
>>> after/page.html
<html><html>
>>> after/none.html
plain
--- steps
a: PAGE /after/page.html | X-Page: <p>   => 200 ~ ^<html><html>\n<p>(tag)$
a: PAGE /after/none.html | X-Page: <p>   => 200 ~ ^(tag)plain\n<p>$
a: PAGE /ssi/page.html | Accept-Encoding: gzip | X-Page: <link>
    => 200 <html><head><link>(tag)</head><link></html>
a: PAGE /ssi/first.html | X-Page: <link> => 200 <link>(tag)<p>
a: PAGE /added/page.html | X-Page: <p>   => 200 ~ ^<p><head>(tag)</head>\n<p>$
a: PAGE /auth/ | X-Page: <p>             => 200 (tag)<p>

=== proxy_cache: keeps pages without the tag
--- also_http: proxy_cache_path $TEST_NGINX_SERVER_ROOT/cache keys_zone=cache:1m;
--- config
    location / {
        proxy_cache cache;
        proxy_cache_valid any 1m;
        add_header X-Cache $upstream_cache_status;
        proxy_pass http://backend;
    }
    session_security zone=sessions;
    session_security_logout_url /logout/;
    session_security_inject on lang=$http_x_lang;
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
--- steps
a: PAGE / | X-Page: <html><p> | X-Lang: de => 200 <html>(tag data-lang="de")<p> | X-Cache: MISS
b: PAGE / | X-Lang: fr                     => 200 <html>(tag data-lang="fr")<p> | X-Cache: HIT
b: GET /                                   => 200 <html><p> | X-Cache: HIT | Content-Length: 9

=== sub_filter: changes the page, and not the tag in it
--- also
    location /sub/ {
        sub_filter 'src="/' 'src="/app/';
        sub_filter '<script' '<blink';
        sub_filter_once off;
        proxy_pass http://backend/;
    }
    location /file/ {
        sub_filter 'src="/' 'src="/app/';
        sub_filter 'promised' '<html><title>a</title>';
        sub_filter_once off;
    }
--- user_files
>>> file/page.html
promised<img src="/a">
--- steps
a: PAGE /sub/ | X-Page: <html><img src="/a"><p>
    => 200 <html>(tag)<img src="/app/a"><p> | Cache-Control: no-store
a: PAGE /sub/ | X-Page: <img src="/a"><img src="/b">
    => 200 (tag)<img src="/app/a"><img src="/app/b">
a: PAGE /file/page.html            => 200 <html><title>a</title>(tag)<img src="/app/a">
# nor the page of somebody without a session
GET /sub/ | X-Page: <img src="/a"> => 200 <img src="/app/a"> | no Cache-Control

=== gunzip: what is unpacked has the tag in it
--- skip_eval
11: (qx('$ENV{TEST_NGINX_BINARY}' -V 2>&1) // '') !~ /http_gunzip_module/
--- also
    location /unpacked/ {
        gunzip on;
        proxy_set_header Accept-Encoding gzip;
        proxy_pass http://backend/zipped/;
    }
--- user_files eval
[['zipped/page.html' => Compress::Zlib::memGzip('<html><p>')]]
--- steps
a: PAGE /unpacked/page.html => 200 <html>(tag)<p> | no Content-Encoding
# also for a browser that accepts gzip: no tag fits into a compressed page
a: PAGE /unpacked/page.html | Accept-Encoding: gzip => 200 <html>(tag)<p> | no Content-Encoding
GET /unpacked/page.html     => 200 <html><p>

=== no_store: on where pages get the tag
a: PAGE / | X-Page: <p>                       => 200 (tag)<p> | Cache-Control: no-store
a: PAGE / | X-Caches: private, max-age=60 | X-Page: <p>
    => 200 (tag)<p> | Cache-Control: private, max-age=60, no-store
a: PAGE / | X-Caches: private, No-Store, max-age=0 | X-Page: <p>
    => 200 (tag)<p> | Cache-Control: private, No-Store, max-age=0
# a fragment is as private as a page
a: GET / | Sec-Fetch-Mode: cors | X-Page: <p> => 200 <p> | Cache-Control: no-store
a: PAGE / | X-As: attachment | X-Page: <p>    => 200 <p> | Cache-Control: no-store
a: PAGE /404/ | X-Page: <p>                   => 404 (tag)<p> | Cache-Control: no-store
a: HEAD / | X-Page: <p>                       => 200 | Cache-Control: no-store
# neither what is no HTML, nor what is nobody's
a: PAGE /json/ | X-Page: {}                   => 200 {} | no Cache-Control
PAGE / | X-Page: <p>                          => 200 <p> | no Cache-Control

=== no_store: on and off
--- also
    location /kept/ { session_security_no_store off; proxy_pass http://backend; }
    location /alone/ {
        session_security_inject off;
        session_security_no_store on;
        proxy_pass http://backend;
        location /alone/still/ { proxy_pass http://backend; }
    }
    location /file/ { session_security_inject off; session_security_no_store on; }
--- user_files
>>> file/page.html
<p>
--- steps
a: PAGE /kept/ | X-Page: <p>        => 200 (tag)<p> | no Cache-Control
a: PAGE /alone/ | X-Page: <p>       => 200 <p> | Cache-Control: no-store | Content-Length: 3
a: PAGE /alone/still/ | X-Page: <p> => 200 <p> | Cache-Control: no-store
a: PAGE /file/page.html             => 200 <p> | Cache-Control: no-store | Accept-Ranges: bytes

=== no_store: in a location without the tag below a server with it
--- also: location /plain/ { session_security_inject off; proxy_pass http://backend; }
--- steps
a: PAGE /plain/ | X-Page: <p> => 200 <p> | no Cache-Control

=== no_store: in a location with the tag below a server without it
--- config
    session_security zone=sessions;
    session_security_logout_url /logout/;
    location / { session_security_inject on; proxy_pass http://backend; }
    location /plain/ { proxy_pass http://backend; }
    location = /session_security/ping/ { session_security_ping; }
    location = /session_security/script.js { session_security_script; }
--- steps
a: PAGE / | X-Page: <p>       => 200 (tag)<p> | Cache-Control: no-store
a: PAGE /plain/ | X-Page: <p> => 200 <p> | no Cache-Control

=== no_store: beside expires and add_header
--- also
    location /expires/ { expires 1h; proxy_pass http://backend; }
    location /added/ { add_header Cache-Control no-store; proxy_pass http://backend; }
--- steps
a: PAGE /expires/ | X-Page: <p> => 200 (tag)<p> | Cache-Control: max-age=3600, no-store
a: PAGE /expires/ | X-Caches: no-store | X-Page: <p>
    => 200 (tag)<p> | Cache-Control: max-age=3600, no-store
a: PAGE /added/ | X-Page: <p>   => 200 (tag)<p> | Cache-Control: no-store

=== large: 10 MB without a head
--- also: location /file/ { sendfile on; }
--- user_files eval
[['file/page.html', 'a' x 10_000_000]]
--- request
GET /file/page.html HTTP/1.0
--- more_headers
Cookie: sessionid=a
Sec-Fetch-Mode: navigate
--- timeout: 20
--- response_body eval
::tag(back => '/file/page.html') . 'a' x 10_000_000

=== large: 10 MB of a comment before the doctype
--- also
    location /file/ { sendfile on; }
    location /proxied/ {
        proxy_buffers 2 4k;
        proxy_busy_buffers_size 4k;
        proxy_pass http://backend/file/;
    }
--- user_files eval
[['file/page.html', '<!--' . '-a' x 5_000_000 . '--><!DOCTYPE html><p>']]
--- request eval
['GET /file/page.html', 'GET /proxied/page.html']
--- more_headers eval
[("Cookie: sessionid=a\nSec-Fetch-Mode: navigate") x 2]
--- timeout: 20
--- error_code eval
[200, 200]
--- response_body eval
[map { '<!--' . '-a' x 5_000_000 . '--><!DOCTYPE html>' . ::tag(back => "/$_/page.html") . '<p>' }
 qw(file proxied)]
