package Test::Nginx::Check;

# The assertions of a block. Their number depends on the block alone, never on
# their outcome, so that a suite's plan holds.

use strict;
use warnings;

use Exporter 'import';
use Test::LongString ();
use Test::More ();
use Test::Nginx::Server;
use Test::Nginx::Settings;

our @EXPORT = qw(check_response check_logs check_shutdown_log is_str);

# Long texts are shown around their first difference only, unless the suite
# asked for whole ones.
sub is_str {
    my ($got, $expected, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return Test::More::like($got, $expected, $name) if ref $expected eq 'Regexp';
    return $S{long_string} ? Test::LongString::is_string($got, $expected, $name)
                           : Test::Base::is($got, $expected, $name);
}

# What a section expects of request number $index. With several requests in a
# block every expectation has to be an array.
sub expected {
    my ($block, $section, $index, $many) = @_;
    my $value = section($block, $section);
    return $value->[$index] if ref $value eq 'ARRAY';
    bail_out($block->name, " - $section must be an array, one element for each request")
        if $many;
    return $value;
}

sub given { return defined section(@_) }

sub with_ports {
    my ($text) = @_;
    return $text if !defined $text || ref $text;
    $text =~ s/\$ServerPortForClient\b/$S{client_port}/g;
    $text =~ s/\$ServerPort\b/$S{port}/g;
    return $text;
}

sub check_response {
    my ($block, $response, $index, $many) = @_;
    my $name = $block->name;
    my $expected = sub { expected($block, $_[0], $index, $many) };
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    Test::More::fail("$name - $response->{error}") if $response->{error};
    warn "$name - the response ends after ", length $response->{body},
         " of $response->{short} octets\n" if $response->{short};

    my $code = $response->{error} ? '' : $response->{code} // '';
    if (given($block, 'error_code_like')) {
        my $pattern = $expected->('error_code_like');
        Test::More::like($code, qr/$pattern/sm, "$name - status code");
    } else {
        Test::More::is($code, given($block, 'error_code') ? $expected->('error_code') : 200,
                       "$name - status code");
    }

    if (given($block, 'raw_response_headers_like')) {
        my $pattern = $expected->('raw_response_headers_like');
        Test::More::like($response->{head}, qr/$pattern/s, "$name - raw headers");
    }
    if (given($block, 'raw_response_headers_unlike')) {
        my $pattern = $expected->('raw_response_headers_unlike');
        Test::More::unlike($response->{head}, qr/$pattern/s, "$name - raw headers, unwanted");
    }

    if (given($block, 'response_headers')) {
        for (header_lines($expected->('response_headers'))) {
            my ($key, $value) = @$_;
            if (defined $value) {
                Test::More::is($response->header($key) // '', with_ports($value),
                               "$name - header $key");
            } else {
                Test::More::unlike($response->{head}, qr/^\s*\Q$key\E\s*:/m,
                                   "$name - no header $key");
            }
        }
    } elsif (given($block, 'response_headers_like')) {
        for (header_lines($expected->('response_headers_like'))) {
            my ($key, $value) = @$_;
            $value //= '';
            Test::More::like($response->header($key) // '', qr/^$value$/,
                             "$name - header $key");
        }
    }

    my $body = $response->{body};
    if (given($block, 'response_body')) {
        is_str($body, expand(with_ports($expected->('response_body')), $name),
               "$name - body of request $index");
    } elsif (given($block, 'response_body_like')) {
        my $pattern = with_ports($expected->('response_body_like'));
        Test::More::like($body, qr/$pattern/s, "$name - body of request $index");
    } elsif (given($block, 'response_body_unlike')) {
        my $pattern = with_ports($expected->('response_body_unlike'));
        Test::More::unlike($body, qr/$pattern/s, "$name - body of request $index, unwanted");
    }
}

# "Name: value" gives [name, value]; "!Name" or a bare "Name" gives [name,
# undef], that is, absent. Of one name's lines the last counts.
sub header_lines {
    my ($text) = @_;
    my (@order, %value);
    for my $line (split /\n/, $text // '') {
        $line =~ s/\A\s+|\s+\z//g;
        my $absent = $line =~ s/\A!\s*//;
        my ($key, $value) = $absent ? ($line) : split /\s*:\s*/, $line, 2;
        $key //= '';
        push @order, $key unless exists $value{$key};
        $value{$key} = $value;
    }
    return map { [$_, $value{$_}] } @order;
}

# A section's patterns: one a line, one regex, or an array of either kind.
sub patterns {
    my ($block, $section) = @_;
    my $value = section($block, $section) // return;
    return @$value if ref $value eq 'ARRAY';
    return $value if ref $value;
    chomp $value;
    return split /\n+/, $value;
}

sub matches {
    my ($line, $pattern) = @_;
    return ref $pattern ? $line =~ $pattern : index($line, $pattern) >= 0;
}

sub all_found {
    my ($lines, @patterns) = @_;
    for my $pattern (@patterns) {
        return 0 unless grep { matches($_, $pattern) } @$lines;
    }
    return 1;
}

sub check_lines {
    my ($what, $lines, $wanted, $unwanted) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    for my $pattern (grep { defined } @$wanted) {
        next if Test::More::ok(all_found($lines, $pattern), "$what has \"$pattern\"");
        my @tail = grep { !/\[debug\]/ } @$lines;
        splice @tail, 0, -10;
        Test::More::diag(@tail ? ("the log's end:\n", @tail) : 'the log is empty');
    }
    for my $pattern (grep { defined } @$unwanted) {
        my @hits = grep { matches($_, $pattern) } @$lines;
        next if Test::More::ok(!@hits, "$what lacks \"$pattern\"");
        Test::More::diag('found: ', $_) for splice @hits, 0, 10;
    }
}

# Looks at what the logs got since the last check: after every request of a
# block, $round being the count of its repetitions.
sub check_logs {
    my ($block, $round, $with_access) = @_;
    my $name = $block->name;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my @wanted   = patterns($block, 'error_log');
    my @unwanted = patterns($block, 'no_error_log');
    my $grep     = section($block, 'grep_error_log');
    my $out      = expand(section($block, 'grep_error_log_out'), $name);
    bail_out("$name - grep_error_log and grep_error_log_out need each other")
        if defined $grep ? !defined $out : defined $out;
    $grep = $grep->[$round] if ref $grep eq 'ARRAY';
    $out  = $out->[$round]  if ref $out eq 'ARRAY';

    my $fits = !defined $grep            ? sub { 1 }
             : ref $out eq 'Regexp'      ? sub { excerpts($grep, @_) =~ $out }
             :                             sub { excerpts($grep, @_) eq ($out // '') };
    my $waits = @wanted || @unwanted || defined $grep;
    my $lines = error_lines($waits && sub { all_found($_[0], @wanted) && $fits->($_[0]) });

    is_str(excerpts($grep, $lines), $out, "$name - grep_error_log_out of round $round")
        if defined $grep;
    check_lines("$name - error.log", $lines, \@wanted, \@unwanted);

    for my $level (qw(alert crit emerg)) {
        next if grep { /\Q[$level/ } @wanted, @unwanted;
        warn "$name - $_" for grep { /\[$level\]/ } @$lines;
    }
    for (grep { /\bAssertion .*failed\b/ } @$lines) {
        chomp;
        Test::More::fail("$name - $_");
    }

    return unless $with_access;
    @wanted   = patterns($block, 'access_log');
    @unwanted = patterns($block, 'no_access_log');
    return unless @wanted || @unwanted;
    $lines = access_lines(sub { all_found($_[0], @wanted) });
    check_lines("$name - access.log", $lines, \@wanted, \@unwanted);
}

# All that the pattern matched, a line each.
sub excerpts {
    my ($pattern, $lines) = @_;
    my $regex = ref $pattern ? $pattern : qr/\Q$pattern\E/;
    return join '', map { /$regex/ && index($&, "\n") < 0 ? "$&\n" : () } @$lines;
}

# For use when a block's server has ended.
sub check_shutdown_log {
    my ($block) = @_;
    my @wanted   = patterns($block, 'shutdown_error_log');
    my @unwanted = patterns($block, 'no_shutdown_error_log');
    return unless @wanted || @unwanted;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    check_lines($block->name . ' - error.log at the end',
                error_lines(sub { all_found($_[0], @wanted) }), \@wanted, \@unwanted);
}

1;
