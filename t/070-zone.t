# A zone that is full: new sessions still work, and what was pushed out is said.

use FindBin;
use lib "$FindBin::Bin/support";

use IO::Socket::INET;
use Time::HiRes 'time';

use Test::Nginx::Socket;
use Steps 'defaults';

no_root_location();

plan tests => 127;

# The smallest zone has room for less than 6,000 sessions.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:160k;
    keepalive_requests 100000;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        add_header Set-Cookie $http_x_set;
        return 200 "[$http_cookie]";
    }
END
    config => <<'END',
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /ping/ { session_security_ping; }
END
    log_level => 'warn',
);

# One request, and its whole response.
sub get {
    my ($header) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => server_addr(), PeerPort => server_port())
        or die "cannot connect: $!";
    print $socket "GET / HTTP/1.0\r\n$header\r\n\r\n";
    return CORE::join '', <$socket>;
}

# Sends pings of so many sessions, up to sixteen at once.
sub ping_sessions {
    my ($args, $count, $at_once) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => server_addr(), PeerPort => server_port())
        or die "cannot connect: $!";
    my @name = map { "sessionid=filling-$_" } 1 .. $count;
    while (@name) {
        my $sent = 0;
        my $requests = '';
        while (@name && $sent < 50) {
            $requests .= "GET /ping/$args HTTP/1.1\r\nHost: localhost\r\nCookie: "
                       . CORE::join('; ', splice @name, 0, $at_once) . "\r\n\r\n";
            $sent++;
        }
        print $socket $requests;
        my ($got, $received) = ('', 0);
        while ($received < $sent) {
            sysread $socket, $got, 65536, length $got or die 'no response';
            $received = () = $got =~ m{HTTP/1\.1 200 }g;
        }
    }
}

# The warnings in the error log: one a second, no more.
sub check_warnings {
    my ($seconds) = @_;
    open my $log, '<', server_root() . '/logs/error.log' or die "no error log: $!";
    my @lines = grep { /is full/ } <$log>;
    ok(@lines >= 1, 'the log says that the zone is full');
    ok(@lines <= 1 + $seconds, 'and says so once a second');
    my $said = qr/^\S+ \S+ \[warn\] \d+#\d+: \*\d+ session_security_zone "sessions" is full: ([1-9]\d*) live sessions were pushed out so far, \d+ of them issued by the backend, \d+ others seen in one request only, and \d+ found no room; make the zone larger, client: /;
    is(scalar(grep { $_ !~ $said } @lines), 0, 'in these words');
}

run_tests();

__DATA__

=== invented sessions push each other out, not those that the backend began
--- init
for (1 .. 8) {
    my $socket = IO::Socket::INET->new(PeerAddr => main::server_addr(),
                                       PeerPort => main::server_port());
    print $socket "GET / HTTP/1.0\r\nX-Set: sessionid=issued-$_\r\n\r\n";
    () = <$socket>;
}
my $started = Time::HiRes::time();
main::ping_sessions('', 9000, 2);
main::check_warnings(Time::HiRes::time() - $started);
--- request eval
[map { 'GET /' } 1 .. 10]
--- more_headers eval
[(map { "Cookie: sessionid=issued-$_" } 1 .. 8), ('Cookie: sessionid=one-more') x 2]
--- response_headers eval
[('X-State: live') x 8, 'X-State: new', 'X-State: live']
--- response_body eval
[(map { "[sessionid=issued-$_]" } 1 .. 8), ('[sessionid=one-more]') x 2]



=== the dead are pushed out before the living, and nobody is told
--- init
my $socket = IO::Socket::INET->new(PeerAddr => main::server_addr(),
                                   PeerPort => main::server_port());
print $socket "GET / HTTP/1.0\r\nCookie: sessionid=live\r\n\r\n";
() = <$socket>;
main::ping_sessions('?idleFor=600', 9000, 1);
--- steps
GET /
  Cookie: sessionid=live
= 200 [sessionid=live]
  X-State: live

GET /
  Cookie: sessionid=new
= 200 [sessionid=new]
  X-State: new

GET /
  Cookie: sessionid=filling-9000
= 200 []
  X-State: closed
--- no_error_log
is full
[alert]



=== a flood of invented cookies forgets no dead session
--- init
main::get("X-Set: sessionid=gone");
main::get("Cookie: sessionid=gone\r\nX-Set: sessionid=; Max-Age=0");
main::ping_sessions('?idleFor=1', 160_000, 16);
main::ping_sessions('?idleFor=600', 160_000, 16);
--- steps
GET /
  Cookie: sessionid=gone
= 200 []
  X-State: closed
--- no_error_log
[alert]



=== visitors who never come back push out nobody who does
--- init
for my $n (1 .. 20) {
    main::get("X-Set: sessionid=user-$n");
    main::get("Cookie: sessionid=user-$n") for 1 .. 2;
}
my $socket;
for my $n (1 .. 10_000) {
    $socket = IO::Socket::INET->new(PeerAddr => main::server_addr(),
                                    PeerPort => main::server_port()) if $n % 50 == 1;
    print $socket map { "GET / HTTP/1.1\r\nHost: localhost\r\n$_\r\n\r\n" }
        "X-Set: sessionid=visitor-$n", "Cookie: sessionid=visitor-$n";
    my ($got, $received) = ('', 0);
    while ($received < 2) {
        sysread $socket, $got, 65536, length $got or die 'no response';
        $received = () = $got =~ m{HTTP/1\.1 200 }g;
    }
}
--- request eval
[map { 'GET /' } 1 .. 20]
--- more_headers eval
[map { "Cookie: sessionid=user-$_" } 1 .. 20]
--- response_headers eval
[map { 'X-State: live' } 1 .. 20]
--- no_error_log
[alert]



=== with room for all nobody is pushed out
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    keepalive_requests 100000;
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "[$http_cookie]";
    }
--- init
main::ping_sessions('?idleFor=300', 9000, 2);
--- steps
GET /
  Cookie: sessionid=filling-1
= 200
  X-State: live

GET /
  Cookie: sessionid=filling-4711
= 200
  X-State: live

GET /
  Cookie: sessionid=filling-9000
= 200
  X-State: live
--- no_error_log
is full
[alert]
