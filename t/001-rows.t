# What rows stand for: each word of t/support/Steps.pm, and that what is no such word
# ends the run, so that a typing error loses no check.

use FindBin;
use lib "$FindBin::Bin/support";
use Test::Nginx::Socket;
use Steps 'defaults';

plan tests => 31;

my $deleted = 'Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly';

sub block {
    my %section = (name => 'a block', cookie => 'sid', ping => '/ping/', page => 'Accept: text/html');
    my $block = Test::Base::Block->new;
    $block->set_value($_ => $section{$_}) for keys %section;
    return $block;
}

# The row, and what is sent and expected: request, headers, status, headers, body.
for (
    ['GET /a => 200',                  'GET /a', '', 200, '', qr/(?:)/],
    ['a: GET /a => 401 expired',       'GET /a', "Cookie: sid=a\n", 401, "X-State: expired\n", qr/(?:)/],
    ['a; b=1: PAGE / => 200',          'GET /', "Cookie: sid=a; b=1\nAccept: text/html\n", 200, '', qr/(?:)/],
    ['sid=: GET / => 200',             'GET /', "Cookie: sid=\n", 200, '', qr/(?:)/],
    ['GET / | Cookie: a=1 => 200 [a]', 'GET /', "Cookie: a=1\n", 200, '', qr/\A\Q[a]\E\n?\z/],
    ['POST / | body: a=b => 303',      "POST /\na=b", '', 303, '', qr/(?:)/],
    ['GET / | X-A: \x41 => 200 ~ a$',  'GET /', "X-A: A\n", 200, '', qr/a$/s],
    ['a: ping => live about 300',      'GET /ping/', "Cookie: sid=a\n", 200, "X-State: live\n", qr/^30\d$/s],
    ['a: ping 5 | A: b => 5 | no B',   'GET /ping/?idleFor=5', "Cookie: sid=a\nA: b\n", 200, "!B\n", qr/\A5\n?\z/],
    ['a: ping 5 => | A: b',            'GET /ping/?idleFor=5', "Cookie: sid=a\n", 200, "A: b\n", qr/(?:)/],
    ['GET / => 302 | to /x',           'GET /', '', 302, "Location: http://localhost:\$ServerPort/x\n", qr/(?:)/],
    ['GET / => 302 | to //a/x',        'GET /', '', 302, "Location: http://localhost:\$ServerPort//a/x\n", qr/(?:)/],
    ['GET / => 302 | to http://a/x',   'GET /', '', 302, "Location: http://a/x\n", qr/(?:)/],
    ['GET / => 200 | deleted',         'GET /', '', 200, "Set-Cookie: sid=; $deleted\n", qr/(?:)/],
    ['GET / => 200 | S: (b deleted)',  'GET /', '', 200, "S: b=; $deleted\n", qr/(?:)/],
    ['GET / => 200 | deleted in /a',   'GET /', '', 200, "Set-Cookie: sid=; " . $deleted =~ s{/}{/a}r . "\n", qr/(?:)/],
) {
    my ($row, @expected) = @$_;
    my @got = Steps::parse(block(), $row);
    is_deeply([map { "$_" } @got], [map { "$_" } @expected], $row);
}

# The rows that a situation stands for.
for (
    ['a has ended',               'a: ping 600 => "logout"'],
    ['a is idle for 30',          'a: ping 30 => 30'],
    ['a is issued',               'GET /login | X-Set: sid=a => 200 []'],
    ['x_1=a is issued, idle for 30', 'x_1=a: ping 30 => 30', 'x_1=a: GET /poll | X-Set: x_1=a => 200 [x_1=a]'],
    ['GET / | A: it has ended => 200', 'GET / | A: it has ended => 200'],
) {
    my ($row, @rows) = @$_;
    is_deeply([Steps::in_full(block(), $row)], \@rows, $row);
}

# What is not clear.
for (
    'GET /', 'GET / => ', 'GET / => live', 'a has gone', 'get / => 200', 'GET / | A => 200',
    'GET / => 200 | delete', 'GET / => 200 | expired', 'a: pong => 300', 'GET / => 200 | no a b',
) {
    no warnings 'redefine';
    local *Test::Nginx::Socket::bail_out = sub { die "unclear\n" };
    my $is_clear = eval { Steps::parse(block(), $_); 1 };
    ok(!$is_clear, "\"$_\" is not clear");
}
