# A dead session in disguise: however its cookie is spelled, no backend that
# would read it so gets it. And all other cookies arrive as they were sent.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps qw(defaults table);

plan tests => 1387;

# A ping that reports more than ten minutes ends any session, and without a
# logout URL it is closed at once. The backend says which cookies it got; the
# length of a request tells "Cookie:" with nothing behind it from no header.

defaults(
    cookie => 'my_session',
    http_config => <<'END',
    session_security_zone cookie=my_session zone=sessions:1m;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set;
        location / { return 200 "[$http_cookie]"; }
        location /length { return 200 $request_length; }
    }
END
    config => <<'END',
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    proxy_http_version 1.0;
    proxy_set_header Connection close;
    proxy_set_header Host backend;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
END
    no_error_log => qr/\[(?:error|crit|alert|emerg)\]/,
);

# Cookie headers, beside a dead session. "--- withheld": nothing of it arrives, as
# all is the dead session's; "--- passed": it arrives as it was sent; "--- kept":
# what is sent, and what of it arrives.
sub withheld { return "GET / | Cookie: $_ => 200 closed []" }
sub passed   { return "GET / | Cookie: $_ => 200 [$_]" }
sub kept     { my ($sent, $got) = split / -> /; return "GET / | Cookie: $sent => 200 [$got]" }

for ([withheld => \&withheld], [passed => \&passed], [kept => \&kept]) {
    my ($section, $row) = @$_;
    table($section => sub { return ($_[0] == 1 ? 'dead has ended' : (), $row->()) });
}

run_tests();

__DATA__

=== as it is
--- withheld
my_session=dead
my_session=dead;
;my_session=dead
; ; my_session=dead; ;

=== twice
--- withheld
my_session=dead; my_session=dead
my_session=dead; MY_SESSION=dead; my_session="dead"

=== beside another session, which stays: sent -> got
--- kept
my_session=other; my_session=dead -> my_session=other
my_session=dead; my_session=other -> my_session=other
my_session=one; my_session=dead; my_session=two -> my_session=one; my_session=two
a=1; my_session=dead; MY.SESSION=x; b=2; my_session="dead"; c=3 -> a=1; MY.SESSION=x; b=2; c=3
my_session="dead"; my_session="other" -> my_session="other"
my_session=; my_session=dead -> my_session=
my_session=dead; my_session= -> my_session=

=== a piece that some backend reads as the dead session goes whole
--- kept
my_session=dead, my_session=other; my_session=live -> my_session=live
my_session=live; my_session=other my_session=dead -> my_session=live

=== what joins once the dead is taken out is read again
dead has ended
ping 600 | Cookie: my_session=a%3B%20b => "logout"
# Python reads the quotes together once what stood between is gone
GET / | Cookie: my_session="a; my_session=dead; b" => 200 closed []
GET / | Cookie: my_session=other; x=1; my_session="a; my_session=dead; b" => 200 closed [x=1]

=== blanks and tabs
--- withheld
my_session =dead
my_session= dead
  my_session  =  dead  ;
my_session\x09=\x09dead\x09
my_session=dead \x09 ;
\x09my_session=dead

=== other bytes that some language strips
--- withheld
my_session=\x0bdead\x0c
my_session=\x1cdead\x1f
my_session=\xa0dead\xa0
my_session=\xc2\xa0dead
my_session=\xe2\x80\xafdead
\xef\xbb\xbfmy_session=dead
my_session=\x7fdead\x01

=== quotes
--- withheld
my_session="dead"
my_session= "dead"
my_session=" dead "
my_session=""dead""
my_session="dead
my_session="dead"x
my_session="dead" x

=== backslash escapes
--- withheld
my_session="\dead"
my_session="\d\e\a\d"
my_session="\144\145\141\144"
my_session="d\145ad"
my_session="\"dead\""

=== percent-encoding
--- withheld
my_session=%64ead
my_session=%64%65%61%64
my_session=%2564ead
my_session=%22dead%22
my_session="%64ead"
my_session="\045\066\064ead"
my_session=dead%20
my_session=%09dead

=== another case
--- withheld
MY_SESSION=dead
My_Session=dead
my_sessioN=dead

=== names as PHP reads them
--- withheld
my.session=dead
my session=dead
my[session=dead
my+session=dead
my%5fsession=dead
%6dy_session=dead
my%2Esession=dead
My.Session="dead"

=== after a comma, a blank or a quote
--- withheld
x=y,my_session=dead
x=y, my_session=dead
x=y my_session=dead
x my_session=dead
x=y\x09my_session=dead
x="y"my_session=dead
x="y" my_session="dead"
$Version=1, my_session=dead
my_session=other my_session=dead
my_session=other, my_session=dead

=== up to a comma or a blank
--- withheld
my_session=dead,other
my_session=dead, other=1
my_session=dead other
my_session=dead other=1

=== up to a separator
--- withheld
my_session=dead=
my_session=dead=x
my_session=dead==
my_session=dead(x
my_session=dead)x
my_session=dead<x
my_session=dead>x
my_session=dead@x
my_session=dead:x
my_session=dead/x
my_session=dead[x
my_session=dead]x
my_session=dead?x
my_session=dead{x
my_session=dead}x
my_session=dead\x
my_session=dead'x
my_session=dead&x
my_session=dead&dead
my_session=dead=x; my_session=dead:y
my_session=%64ead&x
my_session = dead@x
MY_SESSION=dead?x
x=y, my_session=dead=x
x=y, my_session=dead x, z

=== separators before the name
--- withheld
=my_session=dead
==my_session=dead
;=my_session=dead
; = my_session=dead
(my_session=dead
)my_session=dead
<my_session=dead
>my_session=dead
@my_session=dead
:my_session=dead
/my_session=dead
[my_session=dead
]my_session=dead
?my_session=dead
{my_session=dead
}my_session=dead
\my_session=dead
'my_session=dead
"=my_session=dead
(=@ my_session=dead:x
x=y,=my_session=dead
x=y, (my_session=dead@
=my_session="dead"

=== RFC 2109
--- withheld
my_session="dead", $Path="/"
$Version="1", my_session="dead"

=== values that are other sessions, and names that are other cookies
--- passed
my_session==dead
my_session=x=dead
my_session=x&dead
my_session=x:dead
my_session=dea=d
a(my_session=dead
a==my_session=dead
a=1&my_session=dead
=x; (a=dead
my_session=Dead
my_session=dea
my_session=deadd
my_session=de+ad
my_sessio=dead
my_session2=dead
xmy_session=dead
my-session=dead
mysession=dead
my__session=dead
my_session
dead=my_session
a=my_session
a=dead

=== what only some backends take for a session is one all the same
GET / | Cookie: x=y my_session=a    => 200 new [x=y my_session=a]
ping | Cookie: x=y my_session=a     => live 0
ping 600 | Cookie: x=y my_session=b => "logout"
b: GET /                            => 200 closed []
a: GET /                            => 200 live

=== but not what is cut short of what most take for it, until it is known
GET / | Cookie: my_session=abc,def => 200 new [my_session=abc,def]
abc: GET /                         => 200 new

=== a backend that renews what it reads revives nothing
# Each of these reads the dead key, and sets it anew.
--- http_config
    session_security_zone cookie=my_session zone=sessions:1m;
    map $http_cookie $renewed {
        "~*my_session=(?<key>dead)" "my_session=$key";
    }
    server {
        listen backend;
        add_header Set-Cookie $renewed;
        location / { return 200 "[$http_cookie]"; }
    }
--- steps
dead has ended
GET / | Cookie: =my_session=dead  => 200 closed []
GET / | Cookie: (my_session=dead  => 200 closed []
GET / | Cookie: my_session=dead&x => 200 closed []
dead: GET /                       => 200 closed []

=== other cookies than what has separators before it arrive
dead has ended
GET / | Cookie: a=1; =my_session=dead; b=2 => 200 closed [a=1; b=2]
GET / | Cookie: =a; my_session=dead(x; b=c=d; /e; {f= => 200 closed [=a; b=c=d; /e; {f=]

=== a session is one with any key, whatever separators are in it
GET / | Cookie: my_session=YWJj+Zm9v/YmE= => 200 new [my_session=YWJj+Zm9v/YmE=]
ping 300 | Cookie: my_session=s:abc.def   => 300
ping | Cookie: my_session=s:abc.def       => live 300
ping | Cookie: my_session=YWJj+Zm9v/YmE=  => live 0
GET / | Cookie: my_session=YWJj+Zm9v/YmE  => 200 new
s: GET /                                  => 200 new
ping 300 | Cookie: my_session=a&b         => 300
ping 200 | Cookie: my_session=a=b         => 200
ping | Cookie: my_session=a&b             => 300
a: GET /                                  => 200 new

=== a session whose key is another's with something behind ends with that one
one: GET /                       => 200 new [my_session=one]
GET / | Cookie: my_session=one=x => 200 live [my_session=one=x]
two has ended
GET / | Cookie: my_session=two=x => 200 closed []

=== unless the backend has issued it: nobody ends all of "s:KEY" with an "s"
GET / | X-Set: my_session=s:abc.def  => 200 [] | Set-Cookie: my_session=s:abc.def
s has ended
s: GET /                             => 200 closed []
GET / | Cookie: my_session=s:abc.def => 200 live [my_session=s:abc.def]
GET / | Cookie: my_session=s:ghi.jkl => 200 closed []

=== what is cut short and not known is not counted
--- request eval
[map { 'GET /' } 0 .. 8]
--- more_headers eval
[map { 'Cookie: ' . CORE::join '; ', map { "my_session=$_/a:b=&@" } @$_ }
     (map { [2 * $_ - 1, 2 * $_] } 1 .. 8), [1 .. 16]]
--- response_headers eval
[('X-State: new') x 8, 'X-State: live']
--- response_body eval
[map { '[' . CORE::join('; ', map { "my_session=$_/a:b=&@" } @$_) . ']' }
     (map { [2 * $_ - 1, 2 * $_] } 1 .. 8), [1 .. 16]]

=== the Cookie header split in two
dead has ended
GET / | Cookie: a=1 | Cookie: my_session=dead => 200 [a=1]
GET / | Cookie: my_session=dead | Cookie: a=1 => 200 [a=1]
GET / | Cookie: my_session=dead | Cookie: my_session=other => 200 new [my_session=other]
GET / | Cookie: my_session=other | Cookie: a=1; my_session="dead" | Cookie: b=2
    => 200 live [my_session=other; a=1; b=2]
GET / | cookie: a=1 | COOKIE: MY_SESSION=dead | CooKie: b=2 => 200 closed [a=1; b=2]

=== a live session's two Cookie headers are joined, as HTTP/2 does
GET /length | Cookie: a=1 | X-One: 1 | Cookie: my_session=b => 200 new 95
GET / | Cookie: a=1 | Cookie: my_session=b | Cookie: b="2 => 200 live [a=1; my_session=b; b="2]

=== what is withheld is deleted, by each name that was sent, once
dead has ended
PAGE / | Cookie: my_session=dead; my_session="dead" => 200 [] | deleted
too has ended
PAGE / | Cookie: MY.SESSION=dead; my_session=too
    => 200 [] | Set-Cookie: (MY.SESSION deleted), (my_session deleted)
PAGE / | Cookie: x=y my_session=dead => 200 [] | deleted

=== a login sets one of the names, and the others are deleted
dead has ended
PAGE / | Cookie: MY_SESSION=dead; my_session=other | X-Set: my_session=new; Path=/
    => 200 [my_session=other] | Set-Cookie: my_session=new; Path=/, (MY_SESSION deleted)
new: GET / => 200 live [my_session=new]

=== other cookies arrive intact and in order
dead has ended
GET / | Cookie: a=1; my_session=dead; b=2 => 200 [a=1; b=2]
dead; a=1; b=2: GET /                     => 200 [a=1; b=2]
GET / | Cookie: a=1; b=2; my_session=dead => 200 [a=1; b=2]
GET / | Cookie: a=1;my_session=dead;b=2   => 200 [a=1;b=2]
GET / | Cookie: a=1; my_session=dead      => 200 [a=1]
GET / | Cookie: a=1;my_session=dead       => 200 [a=1]
GET / | Cookie: a="1, 2"; b=c=d; e; f=; =g; my_session=dead; h="\"i\""; a=2; A=3
    => 200 [a="1, 2"; b=c=d; e; f=; =g; h="\"i\""; a=2; A=3]
GET / | Cookie: a=%20%3B+1;  b=2;;c=3; my_session=dead => 200 [a=%20%3B+1;  b=2;;c=3]
GET / | Cookie: a=\xc3\xa9; my_session=dead; b=\xff => 200 ~ ^\[a=\xc3\xa9; b=\xff\]$

=== a quoted value with a semicolon is withheld whole
ping 600 | Cookie: my_session="dead\073 or alive" => "logout"
GET / | Cookie: a=1; my_session="dead; or alive"; b=2 => 200 closed [a=1; b=2]

=== live and dead together: only the dead is withheld
dead has ended
live is idle for 300
PAGE / | Cookie: my_session=dead; my_session=live; a=1
    => 200 live [my_session=live; a=1] | no Set-Cookie
live: ping  => about 0
live2 is idle for 300
GET / | Cookie: my_session=live2; a=1; my_session="dead" => 200 live [my_session=live2; a=1]
live2: ping => about 0
live: GET / => 200 live [my_session=live]

=== a live session in disguise is the same session
live is idle for 300
ping | Cookie: MY.SESSION="l\151ve" => about 300
GET / | Cookie: my_session=%6cive   => 200 live [my_session=%6cive]
live: ping                          => about 0

=== in another zone's name nothing is withheld
--- http_config
    session_security_zone cookie=my_session zone=sessions:1m;
    session_security_zone cookie=other zone=others:1m;
    server {
        listen backend;
        return 200 "[$http_cookie]";
    }
--- also: location /other/ { session_security zone=others; proxy_pass http://backend; }
--- steps
dead; other=dead: ping 600    => "logout"
dead; other=dead: GET /       => 200 [other=dead]
dead; other=dead: GET /other/ => 200 new [my_session=dead; other=dead]

=== as many cookies as are looked at, and one more
--- log_level: info
--- request eval
[map { 'GET /' } 1 .. 20]
--- more_headers eval
[map { 'Cookie: ' . CORE::join '; ', @$_ }
     (map { ["my_session=$_"] } 1 .. 16),
     [map { "my_session=$_" } 1 .. 16],
     ['a=1', (map { "my_session=$_" } 1 .. 16), 'b=2'],
     ['a=1', (map { "my_session=$_" } 1 .. 16, 1), 'b=2'],
     ['a=1', (map { "my_session=$_" } 21 .. 40), 'b=2']]
--- response_headers eval
[('X-State: new') x 16, ('X-State: live') x 2, ("X-State: none\n!Set-Cookie") x 2]
--- response_body eval
[(map { "[my_session=$_]" } 1 .. 16),
 '[' . CORE::join('; ', map { "my_session=$_" } 1 .. 16) . ']',
 '[a=1; ' . CORE::join('; ', map { "my_session=$_" } 1 .. 16) . '; b=2]',
 '[a=1]', '[a=1]']

=== too many cookies are said so, in one line
--- log_level: info
--- request
GET /
--- more_headers eval
'Cookie: ' . CORE::join '; ', map { "my_session=$_" } 1 .. 40
--- response_body: []
--- grep_error_log eval
qr/\[\w+\] \d+#\d+: \*\d+ .*/
--- grep_error_log_out eval
qr/\A\[info\] \d+#\d+: \*\d+ client sent too many session cookies, they are withheld, client: [^\n]*\n\z/

=== a dead session among too many
--- request eval
['GET /ping/?idleFor=600', 'GET /', 'GET /']
--- more_headers eval
['Cookie: my_session=dead',
 'Cookie: my_session=dead; ' . CORE::join('; ', map { "my_session=$_" } 1 .. 20),
 'Cookie: a=1; ' . CORE::join('; ', map { "my_session=$_" } 1 .. 20) . '; my_session=dead']
--- response_headers eval
['', 'X-State: closed', 'X-State: none']
--- response_body eval
['"logout"', '[]', '[a=1]']

=== empty cookies are too many, too
--- request eval
['GET /ping/?idleFor=600', ('GET /') x 4]
--- more_headers eval
['Cookie: my_session=dead',
 map { 'Cookie: a=1; ' . CORE::join('; ', (@$_) x 17) . '; my_session=dead; b=2' }
     ['my_session='], ['my_session=""'], ['my_session= '], ['MY_SESSION=']]
--- response_headers eval
['', ('X-State: none') x 4]
--- response_body_like eval
['^"logout"$', (qr/\A\[a=1(; my_session=(""| )?){0,16}\]\n?\z/i) x 4]

=== what is too long to be read once a piece was taken out is withheld
--- request eval
['GET /ping/?idleFor=600', 'GET /ping/?idleFor=600', ('GET /') x 12]
--- more_headers eval
my @live = map { $_ . 'x' x 250 . '&:/=(' } 'a' .. 'k';
['Cookie: my_session=dead', 'Cookie: my_session="y\073z"',
 (map { "Cookie: my_session=$_" } @live),
 'Cookie: ' . CORE::join(';', map { "my_session=$_" } @live)
            . ';my_session="y;' . 'x' x 4500 . ',my_session=dead;z";a=1']
--- response_body_like eval
['^"logout"$', '^"logout"$', ('^\[my_session=') x 11, '^\[\]$']

=== too many in a logout: nothing is let through
--- also: session_security_logout_url /logout/;
--- request eval
['GET /ping/?idleFor=600', 'GET /logout/']
--- more_headers eval
['Cookie: my_session=dead',
 'Cookie: my_session=dead; ' . CORE::join('; ', map { "my_session=$_" } 1 .. 20)]
--- response_body eval
['"logout"', '[]']

=== adding unknown cookies neither hides a dead session nor fills the zone
dead has ended
PAGE / | Cookie: my_session=one; my_session=two; my_session=three; my_session=dead
    => 200 new [my_session=one; my_session=two] | no Set-Cookie
one: GET /   => 200 live [my_session=one]
three: GET / => 200 new [my_session=three]

=== two invented cookies in front do not hide the real one for ever
PAGE / | Cookie: my_session=one; my_session=two; my_session=real
    => 200 [my_session=one; my_session=two] | no Set-Cookie
real has ended
real: GET /login | X-Set: my_session=real => 200 []
PAGE / | Cookie: my_session=one; my_session=two; my_session=real
    => 200 live [my_session=one; my_session=two; my_session=real] | no Set-Cookie

=== an empty cookie
GET / | Cookie:                      => 200 none []
GET / | Cookie: my_session=          => 200 none [my_session=]
GET / | Cookie: my_session=" "       => 200 none [my_session=" "]
GET / | Cookie: my_session=%20%22%22 => 200 none [my_session=%20%22%22]
GET / | Cookie: =                    => 200 [=]
GET / | Cookie: ;                    => 200 [;]
GET / | Cookie: =my_session=         => 200 [=my_session=]

=== a cookie of 8 KB
--- request eval
['GET /ping/?idleFor=600', 'GET /', 'GET /', 'GET /']
--- more_headers eval
['Cookie: my_session=' . 'x' x 8000, 'Cookie: my_session=' . 'x' x 8000,
 'Cookie: a=1; my_session="' . '%78' x 2600 . 'x' x 100 . '"',
 'Cookie: my_session=' . 'x' x 7999]
--- response_body_like eval
['^"logout"$', '^\[\]$', '^\[a=1; my', '^\[my']
--- response_headers eval
['', 'X-State: closed', 'X-State: new', 'X-State: new']

=== a cookie that is larger than nginx takes
--- request
GET /
--- more_headers eval
'Cookie: my_session=' . 'x' x 9000
--- error_code: 400

=== thousands of cookies that are not the session's
--- request eval
['GET /ping/?idleFor=600', 'GET /']
--- more_headers eval
['Cookie: my_session=dead', 'Cookie: ' . 'a=b my_session ,"; ' x 400 . 'my_session=dead']
--- response_headers eval
['', 'X-State: closed']
--- response_body eval
['"logout"', '[' . CORE::join('; ', ('a=b my_session ,"') x 400) . ']']

=== control bytes in a value
ping 600 | Cookie: my_session=de\x01ad      => "logout"
GET / | Cookie: my_session=de\x01ad; a=\x02 => 200 closed ~ ^\[a=\x02\]$
GET / | Cookie: my_session=de\x7fad         => 200 new ~ ^\[my_session=de\x7fad\]$
GET / | Cookie: my_session=\x01\x02; a=1    => 200 none ~ a=1\]$

=== a zero byte is refused by nginx itself
--- request
GET /
--- more_headers eval
"Cookie: my_session=de\0ad"
--- error_code: 400

=== nothing left: the backend gets no Cookie header at all
GET /length                                => 200 58
dead has ended
dead: GET /length                          => 200 closed 58
GET /length | Cookie: my_session=dead;     => 200 58
GET /length | Cookie: my_session=dead | Cookie: MY_SESSION=dead; my_session="dead" => 200 58
GET /length | Cookie: a=1                  => 200 71
GET /length | Cookie: a=1 | Cookie: my_session=dead => 200 71
GET /length | Cookie: my_session=dead | Cookie: a=1 => 200 71
GET /length | Cookie: a=1; my_session=dead => 200 71

=== nothing left: there is no $http_cookie, not even an empty one
--- also_http: log_format cookie '<$http_cookie>';
--- also: access_log $TEST_NGINX_SERVER_ROOT/logs/access.log cookie;
--- request
GET /ping/?idleFor=600
--- more_headers
Cookie: my_session=dead
--- response_body chomp
"logout"
--- access_log
<->

=== wherever among the headers it stands, the others all arrive
# nginx keeps headers by the twenty.
--- also
    location /length {
        proxy_set_header Connection close;
        proxy_set_header Host backend;
        proxy_set_header X-Last "$http_x_00$http_x_last";
        proxy_pass http://backend;
    }
--- request eval
['GET /ping/?idleFor=600', map { 'GET /length' } 0 .. 45]
--- more_headers eval
['Cookie: my_session=dead', map {
    my $at = $_;
    CORE::join "\n", map({ sprintf 'X-%02d: 1', $_ } 0 .. $at - 1),
        'Cookie: my_session=dead', map({ sprintf 'X-%02d: 1', $_ } $at .. 44), 'X-Last: 2';
} 0 .. 45]
--- response_body eval
['"logout"', map { 58 + 45 * length("X-00: 1\r\n") + length("X-Last: 12\r\n") } 0 .. 45]

=== the last of exactly twenty, and sixteen Cookie headers
--- request eval
['GET /ping/?idleFor=600', map { 'GET /length' } 0 .. 3]
--- more_headers eval
['Cookie: my_session=dead',
 CORE::join("\n", map({ sprintf 'X-%02d: 1', $_ } 0 .. 16), 'Cookie: my_session=dead'),
 CORE::join("\n", map({ sprintf 'X-%02d: 1', $_ } 0 .. 17), 'Cookie: my_session=dead'),
 CORE::join("\n", map({ sprintf 'X-%02d: 1', $_ } 0 .. 18), 'Cookie: my_session=dead'),
 CORE::join("\n", map { ('Cookie: my_session=dead', 'X-00: 1', 'Cookie: a=1') } 1 .. 16)]
--- response_body eval
['"logout"', 58 + 17 * 9, 58 + 18 * 9, 58 + 19 * 9, 58 + 16 * 9 + length('Cookie: ' . CORE::join('; ', ('a=1') x 16) . "\r\n")]

=== variables that were asked for before agree afterwards
--- also
    location /early/ {
        set $early "$cookie_my_session $http_cookie";
        if ($cookie_my_session = nothing) { return 500; }
        if ($http_cookie = nothing) { return 500; }
        proxy_set_header Cookie $http_cookie;
        proxy_set_header X-Cookie "$cookie_my_session|$cookie_a|$http_cookie|$early";
        proxy_pass http://backend_2;
    }
--- also_http
    server {
        listen backend_2;
        return 200 "[$http_cookie] [$http_x_cookie]";
    }
--- steps
dead; a=1: GET /early/
    => 200 [my_session=dead; a=1] [dead|1|my_session=dead; a=1|dead my_session=dead; a=1]
dead2 has ended
dead2; a=1: GET /early/ => 200 [a=1] [|1|a=1|dead2 my_session=dead2; a=1]
dead2: GET /early/      => 200 [] [|||dead2 my_session=dead2]
