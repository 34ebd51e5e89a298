package Test::Nginx::Server;

# Starts and ends the one nginx of a suite and reads its logs. nginx stays in
# the foreground as our own child and leads a process group of its own: it is
# signalled and reaped by its process id alone.

use strict;
use warnings;

use Exporter 'import';
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);
use Test::Nginx::Settings;

our @EXPORT = qw(probe_nginx start_nginx stop_nginx why_not
                 rewind_error_log error_lines access_lines);

my ($pid, $log_pos);
my $stderr_file = "$S{logs}/stderr";
my $owner       = $$;

my %number = (HUP => 1, INT => 2, TERM => 15);
for my $signal (keys %number) {
    $SIG{$signal} = sub { exit 128 + $number{$signal} }
        if ($SIG{$signal} // 'DEFAULT') eq 'DEFAULT';
}

END {
    if ($$ == $owner) {
        local $?;
        stop_nginx();
    }
}

sub probe_nginx {
    open my $out, '-|', "'$S{binary}' -V 2>&1" or bail_out("cannot run $S{binary}: $!");
    $S{built_with} = do { local $/; <$out> } // '';
    $S{built_with} =~ m{/(\d+)\.(\d+)\.(\d+)}
        or bail_out("$S{binary} does not look like nginx: $S{built_with}");
    $S{version} = version_number($1, $2, $3);
}

sub version_number { return $_[0] * 1_000_000 + $_[1] * 1_000 + $_[2] }

# Gives 0 once nginx serves, or the wait status of one that ended instead.
# nginx writes its pid file after it has bound its ports.
sub start_nginx {
    unlink $S{pid_file};
    my @command = ($S{binary}, '-e', $S{error_log}, '-p', "$S{root}/", '-c', $S{conf});
    verbose("starting: @command");
    defined($pid = fork) or bail_out("cannot fork: $!");
    if (!$pid) {
        setpgrp;
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', $stderr_file;
        no warnings 'exec';
        exec { $command[0] } @command;
        print STDERR "cannot run $command[0]: $!\n";
        POSIX::_exit(127);
    }
    my $deadline = time + ($S{timeout} > 30 ? $S{timeout} : 30);
    until (-s $S{pid_file}) {
        if (waitpid($pid, WNOHANG) == $pid) {
            my $status = $?;
            undef $pid;
            return -s $S{pid_file} ? 0 : $status;
        }
        if (time > $deadline) {
            stop_nginx();
            bail_out('nginx does not get ready: ', why_not());
        }
        sleep 0.002;
    }
    return 0;
}

# One process without events may miss a signal just before it waits for some:
# it is sent again.
sub stop_nginx {
    my $ending = $pid or return;
    undef $pid;
    my $signal = $ENV{TEST_NGINX_FAST_SHUTDOWN} ? 'TERM' : 'QUIT';
    my ($started, $sent) = (time, 0);
    until (waitpid($ending, WNOHANG)) {
        if (time - $started > $S{timeout}) {
            warn "nginx (process $ending) ignores its end, killed\n";
            kill 'KILL', -$ending;
            waitpid $ending, 0;
            last;
        }
        if (time - $sent > 0.5) {
            kill $signal, $ending;
            $sent = time;
        }
        sleep 0.002;
    }
    kill 'KILL', -$ending;    # workers that a dead master left, if any
}

# What nginx said about a failed start, with the line of configuration it
# points at.
sub why_not {
    my $said = slurp($stderr_file) . slurp($S{error_log});
    my %seen;
    my $report = join '', grep { /\[(?:emerg|alert|crit|error)\]|^cannot run/ }
                          grep { !$seen{ s/^\S+ \S+ (?=\[)|^nginx: //r =~ s/ \d+#\d+:.*? / /r }++ }
                          split /(?<=\n)/, $said;
    if ($said =~ / in \Q$S{conf}\E:(\d+)/) {
        my $line = (split /\n/, slurp($S{conf}))[$1 - 1] // '';
        $report .= "line $1 of nginx.conf: $line\n";
    }
    return length $report ? $report : $said;
}

sub rewind_error_log { $log_pos = 0 }

# The lines that came since the last call. nginx may still be logging when its
# client has the whole response, so wait until the log keeps quiet: shortly
# when $enough is content with the lines, three times as long when it is not.
# Without $enough there is no waiting at all.
sub error_lines {
    my ($enough) = @_;
    my ($lines, $size) = settled($S{error_log}, $log_pos, $enough);
    $log_pos = $size unless $S{whole_log};
    return $lines;
}

sub access_lines {
    my ($lines) = settled($S{access_log}, 0, $_[0]);
    return $lines;
}

sub settled {
    my ($file, $from, $enough) = @_;
    my $started = time;
    my ($size, $since, $patience, $lines) = (-1, 0, 0, []);
    while (1) {
        my $now = -s $file // 0;
        if ($now != $size) {
            ($size, $since) = ($now, time);
            my $text = slurp($file, $from);
            $size  = $from + length $text;
            $lines = [ split /(?<=\n)/, $text ];
            return ($lines, $size) unless $enough;
            $patience = $S{tick} * ($enough->($lines) ? 1 : 3);
        }
        return ($lines, $size) if time - $since > $patience || time - $started > 3;
        sleep 0.003;
    }
}

sub slurp {
    my ($file, $from) = @_;
    open my $in, '<:raw', $file or return '';
    seek $in, $from // 0, 0;
    local $/;
    return scalar(<$in>) // '';
}

1;
