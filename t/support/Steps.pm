package Steps;

# Tests as rows. A row is a request, and what has to come of it:
#
#     a: GET /page | X-Set: sessionid=b => 302 expired | to /logout/ | deleted
#
#     a:             the session: the request has "Cookie: sessionid=a"; with
#                    "a; other=1:" it has "Cookie: sessionid=a; other=1"
#     GET /page      the request; PAGE is a GET that a browser sends for a page
#     | Name: value  a header of it; "| body: text" is its body
#     => 302         the status
#     expired        one of the module's states: X-State says so
#     | to /logout/  Location says so; a path is one of this server
#     | deleted      Set-Cookie deletes the session's cookie; "deleted in /app" with
#                    that Path. "(NAME deleted)" in a header is such a deletion.
#     | Name: value  another header of the response
#     | no Name      a header that the response does not have
#
# Behind the status and the state stands the body: all of it, or a pattern behind
# "~ ", or "about 300", which is 300 to 309. A ping's answer has no status:
#
#     a: ping 300 => live 300       a ping with idleFor=300
#     a: ping => about 300          a ping without idleFor
#
# Rows that tell the situation:
#
#     a has ended                   by a ping that reports ten minutes: the session is
#                                   expired, or closed if there is no logout URL
#     a is idle for 300             a ping begins this session
#     a is issued                   the backend sets the cookie
#     a is issued, idle for 300     a ping begins the session, the backend sets the cookie
#     after 0.3 s                   a pause before the next row
#
# A row goes on in lines that are indented. In a request's header "\xHH" is that
# byte. The rows stand below a block's title, or in "--- steps" behind sections. They
# become Test::Nginx's own sections, so others (error_log, timeout) may stand beside
# them. A check that fails tells its row, and both values.
#
# Sections for the rows, with their defaults: "cookie" (sessionid), "ping" (/ping/),
# and "page", the header that a PAGE has (Accept: text/html).
#
# Sections for the configuration:
#
#     also, also_http   what stands before the suite's config and http_config
#     without           statements of the suite's config to leave out: how they begin
#     key               another key for the suite's zone
#     refused           nginx does not start, and says this
#
# "http://backend" and "listen backend" are a server on a free port, "backend_2" is
# another one.
#
# "--- each" repeats a block: the first row has names, each further row what to put in
# their place, in the title and all sections. In "NAME" the value is without its quotes.
#
# defaults() gives sections to all blocks of a suite. rewrite() changes the text of
# each row, in $_. table() is for a section of the suite's own: it gives the rows for
# each line of it, in $_, from the line's number and the block.

use strict;
use warnings;

use Exporter 'import';
use FindBin;
use IO::Socket::INET;
use Test::More ();
use Test::Nginx::Socket ();

our @EXPORT_OK = qw(defaults rewrite table send_all script_version);

my %default = (cookie => 'sessionid', ping => '/ping/', page => 'Accept: text/html');
my ($rewrite, @table, @row, $row);

sub defaults {
    %default = (%default, @_);
    Test::Nginx::Socket::no_root_location();
    local $/;
    &Test::Base::spec_string(CORE::join "\n", map { each_of($_) } split /^(?==== )/m, <main::DATA>);
}

sub rewrite (&) { $rewrite = shift }

sub table { push @table, [@_] }

# A block's text, once for each row of its "--- each".
sub each_of {
    my ($text) = @_;
    $text =~ s/^--- each\n(.*?)(?=^--- |\z)//ms or return $text;
    my ($names, @rows) = map { [split /\s+\|(?:\s+|\z)|\s+\z/] } grep { /\S/ } split /\n/, $1;
    return map {
        my %value;
        @value{@$names} = map { $_ // '' } @$_[0 .. $#$names];
        my $name = CORE::join '|', @$names;
        $text =~ s{(")?(?<![A-Z])($name)(?![A-Z])}{
            my ($quote, $value) = ($1 // '', $value{$2});
            $value =~ s/\A(["'])(.*)\1\z/$2/ if $quote;
            $quote . $value;
        }ger;
    } @rows;
}

# Sends requests, "GET /a" with further lines, fifty to a connection; gives the
# answers.
sub send_all {
    my (@requests) = @_;
    my @answers;
    while (my @some = splice @requests, 0, 50) {
        $some[-1] .= "\nConnection: close";
        my $socket = IO::Socket::INET->new(PeerAddr => Test::Nginx::Socket::server_addr(),
                                           PeerPort => Test::Nginx::Socket::server_port())
            or die "cannot connect: $!";
        for my $request (@some) {
            my ($line, @headers) = split /\n/, $request;
            print $socket map { "$_\r\n" } "$line HTTP/1.1", 'Host: localhost', @headers, '';
        }
        local $/;
        push @answers, split m{(?=HTTP/1\.1 \d{3} )}, <$socket>;
    }
    return @answers;
}

# The version in the script's URL.
sub script_version {
    open my $in, '<', "$FindBin::Bin/../src/core/ssec_script.c" or die "no script: $!";
    local $/;
    return <$in> =~ /ssec_script_version\[17\] = "(\w{16})"/ ? $1 : die 'no version';
}

Test::Nginx::Socket::add_block_preprocessor(sub {
    my $block = shift;
    for my $section (keys %default) {
        $block->set_value($section => $default{$section})
            unless defined $block->$section;
    }
    configure($block);
    refused($block) if defined $block->refused;
    steps_of($block);
});

sub configure {
    my $block = shift;
    if (defined(my $key = $block->key)) {
        $key =~ s/\s+\z//;
        $block->set_value(http_config => $block->http_config =~ s/(session_security_zone) \S+/$1 $key/r);
        $block->set_value(cookie => $1) if $key =~ /^cookie=([^*]+)$/;
    }
    for my $section (qw(config http_config)) {
        my $text = $block->$section // '';
        my $also = $section eq 'config' ? $block->also : $block->also_http;
        if ($section eq 'config') {
            $text =~ s/^ {4}\Q$_\E.*(?:(?<=\{)\n(?s:.*?)^ {4}\})?\n//m
                or Test::Nginx::Socket::bail_out($block->name . " - there is no \"$_\" to leave out")
                for split /\n/, $block->without // '';
        }
        $text = "$also\n$text" if defined $also;
        $text =~ s{(\bhttp://|\blisten )backend(?:_(\d))?\b}{
            $1 . '127.0.0.1:$TEST_NGINX_RAND_PORT_' . ($2 // 1)}ge;
        $block->set_value($section => $text) if defined $block->$section || defined $also;
    }
}

sub refused {
    my $block = shift;
    my $message = $block->refused =~ s/\s+\z//r;
    $block->set_value(must_die        => 1);
    $block->set_value(suppress_stderr => 1);
    $block->set_value(error_log       => qr/\[emerg\] .*?: \Q$message\E(?: in \S+:\d+)?$/);
}

sub steps_of {
    my $block = shift;
    @row = ();
    undef $row;
    my (@request, @more, @code, @headers, @body, $pause);
    for my $text (rows_of($block)) {
        if ($text =~ /^after ([\d.]+) s$/) {
            $pause = $1;
            next;
        }
        for my $line (in_full($block, $text)) {
            my ($request, $sent, $code, $got, $body) = parse($block, $line);
            push @row, $text;
            push @request, $pause ? ['', { value => $request, delay_before => $pause }] : $request;
            push @more, $sent;
            push @code, $code;
            push @headers, $got;
            push @body, $body;
            undef $pause;
        }
    }
    unclear($block, "after $pause s") if defined $pause;
    return unless @request;
    $block->set_value(request          => \@request);
    $block->set_value(more_headers     => \@more);
    $block->set_value(error_code       => \@code);
    $block->set_value(response_headers => \@headers);
    $block->set_value(response_body    => \@body);
}

sub rows_of {
    my $block = shift;
    my $text = $block->steps // ($block->description eq $block->name ? '' : $block->description);
    my @rows = grep { !/^#/ } split /\n+/, $text =~ s/\n[ \t]+/ /gr;
    my $n = 0;
    for my $table (@table) {
        my ($section, $rows) = @$table;
        push @rows, map { $rows->(++$n, $block) } split /\n/, $block->$section // '';
    }
    return @rows;
}

# A row that tells of a session stands for those of its requests.
sub in_full {
    my ($block, $text) = @_;
    local $_ = $text;
    $rewrite->() if $rewrite;
    return "$1: ping 600 => \"logout\"" if /^([^|]+) has ended$/;
    return "$1: ping $2 => $2" if /^([^|]+) is idle for (\d+)$/;
    my ($who, $idle) = /^([^|]+) is issued(?:, idle for (\d+))?$/ or return $_;
    my $cookie = cookie($block, $who);
    return "GET /login | X-Set: $cookie => 200 []" unless defined $idle;
    return ("$who: ping $idle => $idle", "$who: GET /poll | X-Set: $cookie => 200 [$cookie]");
}

# A row's request, its headers, and the status, headers and body that it expects.
sub parse {
    my ($block, $line) = @_;
    my ($event, $answer) = split /\s+=>(?:\s+|\z)/, $line, 2;
    my ($request, @sent) = split /\s+\|\s+/, $event;
    my ($who, $ping, $is, $url) = $request =~ /^(?:(.+?): )?(?:(ping)(?: (\S+))?|([A-Z]+ .+))$/
        or unclear($block, $line);
    defined $answer or unclear($block, $line);

    my ($body, @got) = split /(?:\A|\s+)\|\s+/, $answer;
    $body //= '';
    my $code = 200;
    if ($ping) {
        $url = 'GET ' . $block->ping . (defined $is ? "?idleFor=$is" : '');
    } else {
        $code = $1 if $body =~ s/^(\d{3})(?: |\z)// or unclear($block, $line);
    }
    unshift @got, "X-State: $1" if $body =~ s/^(none|new|live|expired|closed|anonymous)(?: |\z)//;

    unshift @sent, $block->page if $url =~ s/^PAGE /GET /;
    unshift @sent, 'Cookie: ' . cookie($block, $who) if defined $who;
    my $more = '';
    for (@sent) {
        if    (/^body: (.*)/) { $url  .= "\n$1" }
        elsif (/^\S+?:/)      { $more .= "$_\n" }
        else                  { unclear($block, $line) }
    }
    $more =~ s/\\x([0-9A-Fa-f]{2})/chr hex $1/ge;

    my @headers = map { header($block, $_) . "\n" } @got;
    unclear($block, $line) if grep { !/^!\S+$|^\S+:/ } @headers;
    return ($url, $more, $code, CORE::join('', @headers), body($body));
}

sub unclear {
    my ($block, $line) = @_;
    Test::Nginx::Socket::bail_out($block->name . " - what does \"$line\" mean?");
}

sub cookie {
    my ($block, $who) = @_;
    return $who =~ /^[^=;]+(?:;|$)/ ? $block->cookie . "=$who" : $who;
}

# What a response's header has to be, as Test::Nginx has it.
sub header {
    my ($block, $text) = @_;
    local $_ = $text;
    s/^no (?=\S+$)/!/;
    s{^to (?=/)}{Location: http://localhost:\$ServerPort};
    s/^to /Location: /;
    s/^deleted\b(.*)$/'Set-Cookie: (' . $block->cookie . " deleted$1)"/e;
    s{\((\S+) deleted(?: in ([^)]*))?\)}{
        "$1=; Path=" . ($2 // '/') . '; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly'}ge;
    return $_;
}

sub body {
    my ($text) = @_;
    return qr/(?:)/    if $text eq '';
    return qr/$1/s     if $text =~ /^~ (.*)/s;
    return qr/^$1\d$/s if $text =~ /^about (\d*)\d$/;
    return qr/\A\Q$text\E\n?\z/;
}

# The row that is being checked: a check that fails tells it. The stand-in in t/lib
# and the real module call one of these for each response.
my %index = (check_response => 2, check_error_code => 3);

for my $check (keys %index) {
    no strict 'refs';
    no warnings qw(redefine prototype);
    my $name = "Test::Nginx::Socket::$check";
    my $real = defined &$name ? \&$name : next;
    *$name = sub { $row = $row[$_[$index{$check}]]; goto &$real };
}

{
    no warnings 'redefine';
    my $ok = \&Test::Builder::ok;
    *Test::Builder::ok = sub {
        local $Test::Builder::Level = $Test::Builder::Level + 1;
        my $passed = &$ok;
        $_[0]->diag("  Row: $row") if !$passed && defined $row;
        return $passed;
    };
}

1;
