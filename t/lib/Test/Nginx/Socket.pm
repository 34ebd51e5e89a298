package Test::Nginx::Socket;

# A small stand-in for the CPAN module of the same name: runs declarative test
# blocks against an nginx of its own. See ../../README.md.

use strict;
use warnings;

use List::Util 'shuffle';
use Scalar::Util 'looks_like_number';
use Test::Base -base;
use Test::More ();
use Time::HiRes 'sleep';

use Test::Nginx::Check;
use Test::Nginx::Client;
use Test::Nginx::Config;
use Test::Nginx::Response;
use Test::Nginx::Server;
use Test::Nginx::Settings;

our @EXPORT = qw(
    plan run_tests is_str bail_out
    repeat_each timeout workers worker_connections log_level
    master_on master_off master_process_enabled
    no_shuffle no_long_string no_root_location check_accum_error_log
    server_name server_addr server_port server_port_for_client
    server_root html_dir config_preamble env_to_nginx
    add_block_preprocessor add_cleanup_handler add_test_cleanup_handler
);

# Sections of the real module that would change a block's outcome, but have no
# counterpart here: better no result than a wrong one.
my @unsupported = qw(
    http2 http3 http09 curl curl_options curl_protocol curl_error
    stap stap_out stap_out_like stap_out_unlike reload_fails
    tcp_listen tcp_query tcp_query_len tcp_reply tcp_reply_delay tcp_shutdown
    udp_listen udp_query udp_reply udp_reply_delay server_addr_for_client
    request_eval response_body_eval response_body_filters
    response_body_json_sort charset write_resp_body_file
    skip_nginx2 skip_openssl skip_slave
);

my (@preprocessors, @cleanups, @test_cleanups, $seen_config, $previous);

# Settings: called with a value they store it, without they give it.
for ([repeat_each => 'repeat'], [timeout => 'timeout'], [workers => 'workers'],
     [worker_connections => 'connections'], [log_level => 'log_level'],
     [server_name => 'name'], [server_addr => 'addr'],
     [server_port => 'port'], [server_port_for_client => 'client_port']) {
    my ($function, $key) = @$_;
    no strict 'refs';
    *$function = sub { $S{$key} = shift if @_; return $S{$key} };
}

sub master_process_enabled {
    $S{master} = shift() ? 'on' : 'off' if @_;
    return $S{master};
}

sub master_on ()             { $S{master} = 'on' }
sub master_off ()            { $S{master} = 'off' }
sub no_shuffle ()            { $S{shuffle} = 0 }
sub no_long_string ()        { $S{long_string} = 0 }
sub no_root_location ()      { $S{root_location} = 0 }
sub check_accum_error_log () { $S{whole_log} = 1 }
sub html_dir ()              { return $S{html} }
sub server_root ()           { return $S{root} }
sub config_preamble ($)      { $S{preamble} = shift }
sub env_to_nginx             { push @{ $S{pass_env} }, @_ }

sub add_block_preprocessor (&) { unshift @preprocessors, shift }
sub add_cleanup_handler ($)      { unshift @cleanups, shift }
sub add_test_cleanup_handler ($) { unshift @test_cleanups, shift }

sub run_tests () {
    probe_nginx();
    $ENV{TEST_NGINX_SERVER_PORT} //= $S{port};
    my @blocks = Test::Base::blocks();
    for my $block ($S{shuffle} ? shuffle @blocks : @blocks) {
        $_->($block) for @preprocessors;
        $block->set_value(name => $0 . ' ' . $block->name);
        run_block($block);
        $_->($block) for @test_cleanups;
    }
    end_previous();
    $_->() for @cleanups;
    Test::More::diag("the server root is kept: $S{root}") if $ENV{TEST_NGINX_NO_CLEAN};
}

# Ends the last block's server, for its shutdown checks too.
sub end_previous {
    stop_nginx();
    check_shutdown_log($previous) if $previous;
    undef $previous;
}

sub run_block {
    my ($block) = @_;
    return if defined section($block, 'SKIP');
    my $name = $block->name;
    for (grep { defined section($block, $_) } @unsupported) {
        bail_out("$name - the stand-in knows no section \"$_\"");
    }

    local $S{log_level}  = section($block, 'log_level') || $S{log_level};
    local $S{rand_ports} = {};
    my $config = expand(section($block, 'config'), $name);
    bail_out("$name - the first block needs a config") unless $seen_config //= defined $config;

    my ($count, $reason) = to_skip($block);
    if (!defined $count) {
        end_previous();
        lay_out_root($block, $config);
        rewind_error_log();
        return dies($block) if defined section($block, 'must_die');
        start_nginx() == 0 or bail_out("$name - nginx does not start:\n", why_not());
        $previous = $block;
        run_code($block, 'init');
    }
    my ($todo, $todo_reason) = to_do($block);

    rewind_error_log();
    for my $round (0 .. $S{repeat} - 1) {
        if (defined $count) {
            SKIP: { Test::More::skip("$name - $reason", $count) }
        } elsif (defined $todo) {
            Test::More->builder->todo_skip("$name - $todo_reason")
                for 1 .. $todo;
        } else {
            write_user_files($block) if $round;
            run_round($block, $round);
        }
    }
}

# One run of all requests of a block.
sub run_round {
    my ($block, $round) = @_;
    my $silent    = defined section($block, 'ignore_response');
    my @requests  = requests_of($block);
    my $pipelined = section($block, 'pipelined_requests');
    my $total     = $pipelined ? @$pipelined : @requests;
    my $many      = $pipelined || $total > 1;

    my $raw = '';
    for my $index (0 .. $total - 1) {
        my $is_head = 0;
        if (my $packets = $requests[$index]) {
            $is_head = join('', map { $_->{value} } @$packets) =~ /\A\s*HEAD\s/;
            $raw = exchange($block, @$packets);
        }
        if (!$silent) {
            my $response = Test::Nginx::Response->parse($raw, $is_head);
            $raw = $response->{rest};
            check_response($block, $response, $index, $many);
        }
        if (my $wait = section($block, 'wait')) { sleep $wait }
        check_logs($block, $round, !$silent);
    }
    warn $block->name, " - octets behind the response: \"$raw\"\n" if !$silent && length $raw;
}

# A block whose server must not start: with a number for its exit code.
sub dies {
    my ($block) = @_;
    my $name = $block->name;
    my $code = section($block, 'must_die');
    for my $round (0 .. $S{repeat} - 1) {
        my $status = start_nginx();
        if ($status & 127) {
            Test::More::fail("$name - nginx was killed by signal " . ($status & 127));
        } elsif (looks_like_number($code)) {
            Test::More::is($status >> 8, $code, "$name - exit code of the start");
        } else {
            Test::More::isnt($status, 0, "$name - nginx refuses to start");
        }
        Test::More::diag(why_not()) if $status >> 8 == 127;
        check_logs($block, $round);
        stop_nginx();
    }
}

# "3: < 1.25.1: reason" skips three assertions on such a version, and
# "3: perl code" when the code gives a true value.
sub to_skip {
    my ($block) = @_;
    my $name = $block->name;
    if (defined(my $spec = section($block, 'skip_eval'))) {
        my ($count, $code) = $spec =~ /^\s*(\d+)\s*:\s*(.*)/s
            or bail_out("$name - bad skip_eval: $spec");
        my $skip = eval "package main; $code";
        bail_out("$name - skip_eval: $@") if $@;
        return ($count, 'skip_eval') if $skip;
    }
    if (defined(my $spec = section($block, 'skip_nginx'))) {
        my ($count, $condition) = $spec =~ /^\s*(\d+)\s*:(.*)/s
            or bail_out("$name - bad skip_nginx: $spec");
        my ($holds, $reason) = version_is($name, $condition);
        return ($count, $reason) if $holds;
    }
    return;
}

sub to_do {
    my ($block) = @_;
    my $name = $block->name;
    my $spec = section($block, 'todo') // return;
    $spec =~ /^\s*(\d+)\s*:\s*(.*?)\s*\z/s or bail_out("$name - bad todo: $spec");
    return ($1, $2);
}

sub version_is {
    my ($name, $condition) = @_;
    $condition =~ /^\s*([<>]=?)\s*(\d+)\.(\d+)\.(\d+)\s*(?::\s*(.*?))?\s*\z/s
        or bail_out("$name - bad condition on the version: $condition");
    my ($operator, $reason) = ($1, $5 || "nginx $1 $2.$3.$4");
    my $order = $S{version} <=> Test::Nginx::Server::version_number($2, $3, $4);
    my $holds = $operator =~ /=/ && $order == 0
             || ($operator =~ /</ ? $order < 0 : $order > 0);
    return ($holds, $reason);
}

sub run_code {
    my ($block, $section) = @_;
    my $code = section($block, $section) // return;
    eval "package main; $code";
    bail_out($block->name, " - $section: $@") if $@;
}

1;
