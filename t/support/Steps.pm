package Steps;

# "--- steps": the requests of a block, each with what it has to give, in the
# order in which they happen.
#
#     GET /page                        the request; "POST /page" may have a body,
#                                      "PAGE /page" is a GET that accepts HTML
#       Cookie: sessionid=a            its headers, indented
#     | name=value                     its body
#     = 302 moved                      the status and the whole body, or, after
#       Location: /logout/             a "~", a pattern; the response's headers
#       !Set-Cookie                    and those that must not be there
#
#     after 0.3 s                      a pause before the request
#     GET /other                       a blank line ends each step
#     = 200 ~ ^h.llo
#
# \xHH in a header of a request stands for that byte, and "(NAME deleted)" in
# one of a response for what the module sets a cookie to, to delete it. The
# steps become Test::Nginx's own sections, so whatever these can do else
# (error_log, timeout) goes beside them.
#
# Also here: "--- also" and "--- also_http", lines put before a block's config
# and http_config; and sections that a suite gives to all of its blocks.

use strict;
use warnings;

use Exporter 'import';
use Test::Nginx::Socket ();

our @EXPORT_OK = qw(defaults);

my %default;

sub defaults { %default = @_ }

Test::Nginx::Socket::add_block_preprocessor(sub {
    my $block = shift;
    for my $section (keys %default) {
        $block->set_value($section => $default{$section})
            unless defined $block->$section;
    }
    for my $section (qw(config http_config)) {
        my $also = $section eq 'config' ? $block->also : $block->also_http;
        $block->set_value($section => "$also\n" . ($block->$section // ''))
            if defined $also;
    }
    steps_of($block) if defined $block->steps;
});

sub steps_of {
    my $block = shift;
    my (@request, @more, @code, @headers, @body);
    for my $text (split /\n\s*\n/, $block->steps) {
        my ($pause, $line, $sent, $body, $got) = ('', '', '', '', undef);
        my ($code, $expected) = (200, '');
        for (split /\n/, $text) {
            if    (/^#/)                           { }
            elsif (/^after ([\d.]+) s$/)           { $pause = $1 }
            elsif (/^\| ?(.*)/)                    { $body .= "\n$1" }
            elsif (/^= (\d+|none)(?: (.*))?$/)     { ($code, $expected, $got) = ($1, $2, '') }
            elsif (/^\s+(\S.*)/ && defined $got)   { $got .= "$1\n" }
            elsif (/^\s+(\S.*)/)                   { $sent .= "$1\n" }
            elsif (/^PAGE (.*)/)                   { $line = "GET $1"; $sent .= "Accept: text/html\n" }
            elsif (/^[A-Z]+ /)                     { $line = $_ }
            else  { Test::Nginx::Socket::bail_out($block->name . " - what does \"$_\" mean?") }
        }
        next unless length $line;
        defined $got or Test::Nginx::Socket::bail_out($block->name . " - nothing is expected of $line");
        $sent =~ s/\\x([0-9A-Fa-f]{2})/chr hex $1/ge;
        $got  =~ s/\((\S+) deleted\)/deleted($1)/ge;
        push @request, length $pause
            ? ['', { value => "$line$body", delay_before => $pause }] : "$line$body";
        push @more, $sent;
        push @code, $code eq 'none' ? '' : $code;
        push @headers, $got;
        push @body, !defined $expected      ? qr/(?:)/
                  : $expected =~ /^~ (.*)/s ? qr/$1/s
                  :                           qr/\A\Q$expected\E\n?\z/;
    }
    $block->set_value(request          => \@request);
    $block->set_value(more_headers     => \@more);
    $block->set_value(error_code       => \@code);
    $block->set_value(response_headers => \@headers);
    $block->set_value(response_body    => \@body);
}

sub deleted {
    my $name = shift;
    return "$name=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly";
}

1;
