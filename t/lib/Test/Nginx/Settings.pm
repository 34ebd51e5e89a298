package Test::Nginx::Settings;

# What a suite or the environment may tune, in one hash, with the few helpers
# that every other part of the harness needs.

use strict;
use warnings;

use Exporter 'import';
use File::Spec;
use File::Temp ();
use IO::Socket::INET;
use Test::More ();

our @EXPORT = qw(%S section bail_out expand seconds verbose);

my $env = sub { my ($default, @names) = @_;
                for (@names) { return $ENV{"TEST_NGINX_$_"} if $ENV{"TEST_NGINX_$_"} }
                return $default };

our %S = (
    binary      => scalar $env->(undef, 'BINARY'),
    modules     => [ split ' ', $env->('', 'LOAD_MODULES') ],
    addr        => '127.0.0.1',
    name        => 'localhost',
    workers     => 1,
    connections => 64,
    repeat      => 1,
    log_level   => scalar $env->('debug', 'LOG_LEVEL'),
    master      => scalar $env->('off', 'MASTER_PROCESS'),
    timeout     => scalar $env->(3, 'TIMEOUT'),
    tick        => scalar $env->(0.015, 'SLEEP'),
    shuffle     => !$env->(0, 'NO_SHUFFLE'),
    whole_log   => scalar $env->(0, 'CHECK_ACCUM_ERR_LOG'),
    long_string => 1,
    root_location => 1,
    preamble    => '',
    pass_env    => [],
    rand_ports  => {},
);

$S{port}        = $env->(free_port(), 'SERVER_PORT', 'PORT');
$S{client_port} = $env->($S{port}, 'CLIENT_PORT');

# The server root is emptied for every block, hence a directory of its own
# inside the temporary one.
$S{root} = $ENV{TEST_NGINX_SERVROOT}
    ? File::Spec->rel2abs($ENV{TEST_NGINX_SERVROOT})
    : File::Temp::tempdir('nginx-test-XXXXXX', TMPDIR => 1,
                          CLEANUP => !$ENV{TEST_NGINX_NO_CLEAN}) . '/root';
$S{html}       = "$S{root}/html";
$S{logs}       = "$S{root}/logs";
$S{conf}       = "$S{root}/conf/nginx.conf";
$S{pid_file}   = "$S{logs}/nginx.pid";
$S{error_log}  = "$S{logs}/error.log";
$S{access_log} = "$S{logs}/access.log";
$ENV{TEST_NGINX_SERVER_ROOT} = $S{root};

unless ($S{binary}) {
    my @found = grep { -x && !-d } map { "$_/nginx" }
                split(/:/, $ENV{PATH} // ''), '/usr/sbin', '/usr/local/sbin';
    $S{binary} = $found[0] // 'nginx';
}

# A section's value, or undef. Block accessors give an empty list in list
# context when the section is absent, so never call them there directly.
sub section {
    my ($block, $name) = @_;
    return scalar $block->$name;
}

# Ends the whole run. The TAP for that has room for a line only.
sub bail_out {
    my ($line, $rest) = split /\n/, join('', @_), 2;
    Test::More::diag($rest) if length($rest // '');
    Test::More->builder->BAIL_OUT($line);
}

sub verbose {
    warn '# ', @_, "\n" if $ENV{TEST_NGINX_VERBOSE};
}

# A port below the usual ephemeral range, so that no outgoing connection can
# take it between two starts of the server, and apart from those of other tests.
sub free_port {
    my %taken = map { $_ => 1 } @_;
    for (1 .. 500) {
        my $port = 10240 + int rand 7000;
        next if $taken{$port};
        return $port if IO::Socket::INET->new(
            LocalAddr => '127.0.0.1', LocalPort => $port,
            Proto => 'tcp', Listen => 1);
    }
    bail_out('no free port found');
}

# Replaces $TEST_NGINX_* by the environment's values; $TEST_NGINX_RAND_PORT_<n>
# is a free port, the same one throughout a block. References stay untouched.
sub expand {
    my ($text, $where) = @_;
    return $text if !defined $text || ref $text;
    my $ports = $S{rand_ports};
    my $value = sub {
        my $name = shift;
        return $ports->{$name} //= free_port($S{port}, grep { defined } values %$ports)
            if $name =~ /^TEST_NGINX_RAND_PORT_\d+$/;
        return $ENV{$name} // bail_out("$where - \$$name is used, but not set",
            $name eq 'TEST_NGINX_HTML_DIR'
            ? ' (put $ENV{TEST_NGINX_HTML_DIR} ||= html_dir(); before run_tests())' : '');
    };
    $text =~ s/\$(TEST_NGINX_[_A-Z0-9]+)/$value->($1)/ge;
    return $text;
}

# "500ms", "2s" and "2" as a number of seconds.
sub seconds {
    my ($time) = @_;
    return $time if !defined $time || $time !~ /^\s*([\d.]+)\s*(ms|s)?\s*$/;
    return $1 / (($2 // '') eq 'ms' ? 1000 : 1);
}

1;
