# A zone that is full: new sessions still work, and what was evicted is said.

use FindBin;
use lib "$FindBin::Bin/support";
use Time::HiRes 'time';
use Test::Nginx::Socket;
use Steps qw(defaults send_all);

plan tests => 127;

# The smallest zone has room for less than 6,000 sessions.

defaults(
    http_config => <<'END',
    session_security_zone cookie=sessionid zone=sessions:160k;
    keepalive_requests 100000;
    server {
        listen backend;
        add_header Set-Cookie $http_x_set;
        return 200 "[$http_cookie]";
    }
END
    config => <<'END',
    session_security zone=sessions;
    add_header X-State $session_security_state always;
    location / { proxy_pass http://backend; }
    location = /ping/ { session_security_ping; }
END
    log_level => 'warn',
);

# Pings of so many sessions, up to sixteen at once.
sub ping_sessions {
    my ($args, $count, $at_once) = @_;
    my @name = map { "sessionid=filling-$_" } 1 .. $count;
    my @requests;
    push @requests, "GET /ping/$args\nCookie: " . CORE::join('; ', splice @name, 0, $at_once)
        while @name;
    send_all(@requests);
}

# The warnings in the error log: one a second, no more.
sub check_warnings {
    my ($seconds) = @_;
    open my $log, '<', server_root() . '/logs/error.log' or die "no error log: $!";
    my @lines = grep { /is full/ } <$log>;
    ok(@lines >= 1, 'the log says that the zone is full');
    ok(@lines <= 1 + $seconds, 'and says so once a second');
    my $said = qr/^\S+ \S+ \[warn\] \d+#\d+: \*\d+ session_security_zone "sessions" is full: ([1-9]\d*) live sessions were evicted so far, \d+ of them issued by the backend, \d+ others seen in one request only, and \d+ found no room; make the zone larger, client: /;
    is(scalar(grep { $_ !~ $said } @lines), 0, 'in these words');
}

run_tests();

__DATA__

=== invented sessions push each other out, not those that the backend began
--- init
main::send_all(map { "GET /\nX-Set: sessionid=issued-$_" } 1 .. 8);
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

=== the dead are evicted before the living, and nobody is told
--- init
main::send_all("GET /\nCookie: sessionid=live");
main::ping_sessions('?idleFor=600', 9000, 1);
--- steps
live: GET /         => 200 live [sessionid=live]
new: GET /          => 200 new [sessionid=new]
filling-9000: GET / => 200 closed []
--- no_error_log
is full
[alert]

=== a flood of invented cookies forgets no dead session
--- init
main::send_all("GET /\nX-Set: sessionid=gone",
               "GET /\nCookie: sessionid=gone\nX-Set: sessionid=; Max-Age=0");
main::ping_sessions('?idleFor=1', 160_000, 16);
main::ping_sessions('?idleFor=600', 160_000, 16);
--- steps
gone: GET / => 200 closed []
--- no_error_log
[alert]

=== visitors who never come back push out nobody who does
--- init
main::send_all(map { ("GET /\nX-Set: sessionid=user-$_",
                      ("GET /\nCookie: sessionid=user-$_") x 2) } 1 .. 20);
main::send_all(map { ("GET /\nX-Set: sessionid=visitor-$_",
                      "GET /\nCookie: sessionid=visitor-$_") } 1 .. 10_000);
--- request eval
[map { 'GET /' } 1 .. 20]
--- more_headers eval
[map { "Cookie: sessionid=user-$_" } 1 .. 20]
--- response_headers eval
[map { 'X-State: live' } 1 .. 20]
--- no_error_log
[alert]

=== with room for all nobody is evicted
--- http_config
    session_security_zone cookie=sessionid zone=sessions:1m;
    keepalive_requests 100000;
    server {
        listen backend;
        return 200 "[$http_cookie]";
    }
--- init
main::ping_sessions('?idleFor=300', 9000, 2);
--- steps
filling-1: GET /    => 200 live
filling-4711: GET / => 200 live
filling-9000: GET / => 200 live
--- no_error_log
is full
[alert]
