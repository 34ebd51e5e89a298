package Test::Nginx::Client;

# Turns a block's request sections into packets and exchanges them with the
# server.

use strict;
use warnings;

use Errno qw(EAGAIN EINTR EWOULDBLOCK);
use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use Test::More ();
use Time::HiRes qw(sleep);
use Test::Nginx::Settings;

our @EXPORT = qw(requests_of exchange);

# The block's requests, each an array of packets { value, delay_before }.
sub requests_of {
    my ($block) = @_;
    my $name = $block->name;

    if (defined(my $raw = section($block, 'raw_request'))) {
        return [ map { { value => $_ } } ref $raw ? @$raw : $raw ];
    }

    if (my $list = section($block, 'pipelined_requests')) {
        ref $list eq 'ARRAY' or bail_out("$name - pipelined_requests is not an array");
        my $all = '';
        for my $i (0 .. $#$list) {
            my $connection = $i == $#$list ? 'close' : 'keep-alive';
            $all .= build($block, $i, $connection, expand($list->[$i], $name));
        }
        return [ { value => $all } ];
    }

    my $request = section($block, 'request');
    if (!ref $request) {
        $request //= '';
        1 while $request =~ s/\A\s+|\A#[^\n]*\n//;
        $request = [$request];
    }
    my @requests;
    for my $i (0 .. $#$request) {
        my @packets = map { ref $_ ? {%$_} : { value => $_ } }
                      ref $request->[$i] ? @{ $request->[$i] } : $request->[$i];
        my @built = build($block, $i, 'close', map { $_->{value} } @packets);
        $packets[$_]{value} = $built[$_] for 0 .. $#packets;
        push @requests, \@packets;
    }
    return @requests;
}

# Completes one request: "POST /x" gets its version, its headers and the
# length of its body. A request may come in several pieces; the result then
# has as many, cut at the matching places.
sub build {
    my ($block, $index, $connection, @pieces) = @_;
    my $name = $block->name;
    my $text = join '', @pieces;

    my ($line) = $text =~ /\A([^\n]*\n?)/;
    $line =~ /\A\s*(\S+)(?: +(\S+))?(?: +(\S+))?\s*\z/
        or bail_out("$name - bad request line \"$line\"");
    my @word = ([@-], [@+]);
    my $body = substr $text, length $line;

    my ($more, $chunked) = more_headers($block, $index);
    my $headers = '';
    $headers .= "Host: $S{name}\r\n" unless $more =~ /^Host:/mi;
    $headers .= "Connection: $connection\r\n" unless $more =~ /^Connection/mi;
    $headers .= $more;
    if (length $body && !$chunked && $more !~ /^Content-Length:/m) {
        s/\A\s+//, s/\s+\z// for $body;
        $headers .= 'Content-Length: ' . length($body) . "\r\n";
    }

    # Parts of the result: where each starts and ends in $text, and what
    # stands there now. All between them (blanks, the line's end) is dropped.
    my @parts;
    my @default = (undef, '/', 'HTTP/1.1');
    my @after   = (' ', ' ', "\r\n");
    for my $i (0 .. 2) {
        my ($start, $end) = map { $_->[$i + 1] } @word;
        if (!defined $start) {
            $start = $end = $parts[-1][1];
            push @parts, [$start, $end, $default[$i] . $after[$i]];
        } else {
            push @parts, [$start, $end, substr($text, $start, $end - $start) . $after[$i]];
        }
    }
    push @parts, [(length $line) x 2, "$headers\r\n"],
                 [length $line, length $text, $body];
    return cut(\@parts, map { length } @pieces);
}

# Joins the parts and cuts the result where the pieces of the given lengths
# met. A cut at a part's end stays behind it, one inside it moves along.
sub cut {
    my ($parts, @lengths) = @_;
    my ($joined, $sum) = ('', 0);
    my @cuts = map { $sum += $_ } @lengths;
    pop @cuts;
    my @at;
    for my $part (@$parts) {
        my ($start, $end, $new) = @$part;
        while (@cuts && $cuts[0] < $end) {
            my $in = shift(@cuts) - $start;
            $in = 0 if $in < 0;
            $in = length $new if $in > length $new;
            push @at, $in + length $joined;
        }
        $joined .= $new;
    }
    push @at, (length $joined) x (@cuts + 1);
    my $from = 0;
    my @result = map { my $piece = substr $joined, $from, $_ - $from; $from = $_; $piece } @at;
    return wantarray ? @result : $result[0];
}

sub more_headers {
    my ($block, $index) = @_;
    my $given = section($block, 'more_headers') // '';
    if (ref $given) {
        $given = $given->[$index]
            // bail_out($block->name, " - more_headers has nothing for request $index");
    }
    my ($out, $chunked) = ('', 0);
    for my $header (grep { !/^\s*#/ } split /\n+/, $given) {
        my ($key, $value) = split /:\s*/, $header, 2;
        $value //= '';
        $value =~ s/\r\z//;
        $chunked = 1 if lc $key eq 'transfer-encoding' && $value eq 'chunked';
        $out .= "$key: $value\r\n";
    }
    return ($out, $chunked);
}

# Sends the packets and reads until the server closes the connection. A
# packet's delay passes before it is sent; the first one goes at once.
sub exchange {
    my ($block, @packets) = @_;
    my $name    = $block->name;
    my $timeout = seconds(section($block, 'timeout')) // $S{timeout};
    my $middle  = section($block, 'raw_request_middle_delay');

    my $socket = IO::Socket::INET->new(PeerAddr => $S{addr}, PeerPort => $S{client_port},
                                       Proto => 'tcp', Timeout => $timeout);
    if (!$socket) {
        Test::More::fail("$name - cannot connect to $S{addr}:$S{client_port}: $@");
        return '';
    }
    $socket->blocking(0);

    local $SIG{PIPE} = 'IGNORE';
    my $select  = IO::Select->new($socket);
    my $out     = shift(@packets)->{value} // '';
    my $sending = 1;
    my $in      = '';
    while (1) {
        while ($sending && !length $out) {
            if (my $packet = shift @packets) {
                my $delay = $packet->{delay_before} // $middle;
                sleep $delay if $delay;
                $out = $packet->{value} // '';
            } else {
                $sending = 0;
                my $how = section($block, 'shutdown');
                shutdown $socket, $how =~ /\d/ ? $how : 1 if defined $how;
            }
        }
        my ($readable, $writable) =
            IO::Select->select($select, $sending ? $select : undef, undef, $timeout);
        if (!$readable) {
            next if $! == EINTR;
            Test::More::fail("$name - the client timed out after $timeout s")
                unless defined section($block, 'abort');
            last;
        }
        if (@$readable) {
            my $got = sysread $socket, $in, 65536, length $in;
            if (!defined $got) {
                next if $! == EAGAIN || $! == EWOULDBLOCK || $! == EINTR;
                warn "$name - cannot read the response: $!\n";
            }
            last unless $got;
        }
        if (@$writable) {
            my $sent = syswrite $socket, $out;
            if (defined $sent) {
                substr $out, 0, $sent, '';
            } elsif ($! != EAGAIN && $! != EWOULDBLOCK && $! != EINTR) {
                warn "$name - cannot send the request: $!\n";
                $sending = 0;
            }
        }
    }
    verbose("response: [$in]");
    return $in;
}

1;
