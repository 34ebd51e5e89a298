# What Perl's CGI makes of Cookie headers, one "NAME HEX" a line.
# For each: a JSON object of parser to value in hexadecimal.

use strict;
use warnings;

use CGI::Cookie;

while (<STDIN>) {
    my ($name, $hex) = /^(\S*) (\S*)$/ or die;
    my %cookies = CGI::Cookie->parse(pack 'H*', $hex);
    my $value = $cookies{$name} && $cookies{$name}->value;

    print defined $value ? qq({"cgi.pm": "@{[unpack 'H*', $value]}"}\n) : "{}\n";
}

print qq(["cgi.pm"]\n);
