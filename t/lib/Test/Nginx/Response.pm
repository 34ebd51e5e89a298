package Test::Nginx::Response;

# A parsed HTTP response.

use strict;
use warnings;

# Takes the response's bytes and whether it answers a HEAD request. The object
# has code, head (status line and headers as sent), body, rest (bytes behind
# the response) and error, the reason why it could not be read.
sub parse {
    my ($class, $raw, $is_head) = @_;
    my $self = bless { head => '', headers => {}, body => '', rest => '' }, $class;
    $self->{head} = $1 if $raw =~ /\A(.*?\r\n)\r\n/s;

    my ($status, $text) = split /\r?\n/, $raw, 2;
    my $code = (split ' ', $status // '')[1];
    $self->{code} = $code if defined $code && $code =~ /^\d+$/;

    $text //= '';
    my $last;
    while ($text =~ /\G([^\s:]+)[ \t]*: ?([^\n]*?)\r?(?:\n|\z)|\G([ \t][^\n]*?)\r?(?:\n|\z)/gc) {
        if (defined $1) {
            push @{ $self->{headers}{ key($1) } }, $2;
            $last = \$self->{headers}{ key($1) }[-1];
        } elsif ($last) {
            $$last .= "\n$3";
        }
    }
    $text =~ /\G\r?\n/gc;
    $text = substr $text, pos($text) // 0;

    if (defined $code && $code =~ /^(?:101|304)$/) {
        $self->{body} = $text;
    } elsif (($self->header('Transfer-Encoding') // '') eq 'chunked') {
        $self->unchunk($text);
    } else {
        my $length = $self->header('Content-Length');
        if (defined $length && $length =~ /^\d+$/) {
            $self->{short} = $length if length $text < $length && !$is_head;
            $self->{rest}  = substr $text, $length if length $text > $length;
            $text = substr $text, 0, $length;
        }
        $self->{body} = $text;
    }
    return $self;
}

sub key { my $name = lc shift; $name =~ tr/_/-/; return $name }

sub header {
    my ($self, $name) = @_;
    my $values = $self->{headers}{ key($name) } or return undef;
    return join ', ', @$values;
}

sub unchunk {
    my ($self, $text) = @_;
    while ($text =~ /\G[ \t]*([0-9A-Fa-f]+)[ \t]*\r\n/gc) {
        my ($size, $at) = (hex $1, pos $text);
        if ($size == 0) {
            return $self->{error} = 'bad end of the chunked body'
                unless $text =~ /\G(?:[^\r\n]+\r\n)*\r\n/gc;
            $self->{rest} = substr $text, pos $text;
            return;
        }
        return $self->{error} = 'a chunk is cut short or has no end'
            if length $text < $at + $size + 2 || substr($text, $at + $size, 2) ne "\r\n";
        $self->{body} .= substr $text, $at, $size;
        pos($text) = $at + $size + 2;
    }
    $self->{error} = 'the chunked body lacks its last chunk';
}

1;
