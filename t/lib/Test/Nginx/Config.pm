package Test::Nginx::Config;

# Lays out a block's server root: directories, user files and nginx.conf.

use strict;
use warnings;

use Exporter 'import';
use File::Basename 'dirname';
use File::Path qw(make_path remove_tree);
use Test::Nginx::Settings;

our @EXPORT = qw(lay_out_root write_user_files);

sub lay_out_root {
    my ($block, $config) = @_;
    empty_root();
    make_path(@S{qw(html logs)}, "$S{root}/conf");
    spew("$S{html}/index.html",
        '<html><head><title>It works!</title></head><body>It works!</body></html>');
    if (defined(my $code = section($block, 'post_setup_server_root'))) {
        eval $code;
        bail_out($block->name, " - post_setup_server_root: $@") if $@;
    }
    write_user_files($block);
    spew($S{conf}, nginx_conf($block, $config));
}

# Removes only what a run can have left behind: should the server root be the
# wrong directory, its other contents survive and the run ends here.
sub empty_root {
    my $root = $S{root};
    -d $root or return;
    opendir my $dir, $root or bail_out("cannot read $root: $!");
    remove_tree(map { "$root/$_" }
                grep { /^(?:conf|cache|html|logs)$|_(?:cache|temp)$/ } readdir $dir);
    rmdir $root or bail_out("cannot empty the server root $root: $!");
}

# Either text, each file headed by ">>> name [date]", or an array of
# [name, body, date]; a date has the form of touch(1), in GMT.
sub write_user_files {
    my ($block) = @_;
    my $files = section($block, 'user_files') or return;
    unless (ref $files) {
        my @parsed;
        for my $line (split /(?<=\n)/, $files) {
            if ($line =~ />>> (\S+)(?:[ \t]+(\S.*))?/) {
                push @parsed, [$1, '', $2];
            } elsif (@parsed) {
                $parsed[-1][1] .= $line;
            }
        }
        $files = \@parsed;
    }
    for my $file (@$files) {
        my ($name, $body, $date) = @$file;
        my $path = $name =~ m{^/} ? $name : "$S{html}/$name";
        make_path(dirname($path));
        spew($path, expand($body, $block->name) // '');
        next unless $date;
        local $ENV{TZ} = 'GMT';
        system('touch', '-t', $date, $path) == 0
            or bail_out($block->name, " - bad date of user file $name: $date");
    }
}

sub nginx_conf {
    my ($block, $config) = @_;
    my $part = sub { on_loopback(expand(section($block, $_[0]), $block->name) // '') };
    my ($main, $http, $post_main) = map { $part->($_) }
                                    qw(main_config http_config post_main_config);
    $config = on_loopback($config // '');

    my $load = join '', map { "load_module $_;\n" } @{ $S{modules} };
    my $pass = join '', map { "env '$_';\n" }
               qw(ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS LD_PRELOAD LD_LIBRARY_PATH), @{ $S{pass_env} };
    my $user = $ENV{TEST_NGINX_WORKER_USER} // ($> == 0 ? 'root' : undef);
    $user = defined $user ? "user $user;" : '';
    my $log = expand(section($block, 'error_log_file'), $block->name) // $S{error_log};

    my $temp = '';
    for (qw(client_body proxy fastcgi scgi uwsgi)) {
        next if $S{built_with} =~ /--without-http_${_}_module\b/
             || $http =~ /\b${_}_temp_path\b/;
        $temp .= "    ${_}_temp_path $S{root}/${_}_temp;\n";
    }
    my $postpone = $ENV{TEST_NGINX_POSTPONE_OUTPUT};
    $postpone = defined $postpone && $http !~ /\bpostpone_output\b/
              ? "postpone_output $postpone;" : '';
    my $event = $ENV{TEST_NGINX_EVENT_TYPE};
    $event = $event ? "use $event;" : '';

    (my $name = section($block, 'server_name') // $S{name}) =~ s/([\\'])/\\$1/g;
    my $root_location = !$S{root_location} ? '' : <<"END";
        location / {
            root $S{html};
            index index.html index.htm;
        }
END

    return <<"END";
daemon off;
master_process $S{master};
worker_processes $S{workers};
error_log $log $S{log_level};
pid $S{pid_file};
$user
$pass$load
$main

http {
    access_log $S{access_log};
    default_type text/plain;
    keepalive_timeout 68000ms;
$temp    $postpone

$http

    server {
        listen $S{addr}:$S{port};
        server_name '$name';
        client_max_body_size 30M;

$S{preamble}
$config

$root_location    }
}

$post_main

events {
    worker_connections $S{connections};
    accept_mutex off;
    $event
}
END
}

# "listen 8080" becomes "listen 127.0.0.1:8080". No test opens a port to the
# network, and another server on the block's own port keeps sharing one
# listening socket with it, told apart by name.
sub on_loopback {
    my ($text) = @_;
    $text =~ s/\blisten(\s+)(\d+)(?=[\s;])/listen$1$S{addr}:$2/g;
    return $text;
}

sub spew {
    my ($path, $text) = @_;
    open my $out, '>:raw', $path or bail_out("cannot write $path: $!");
    print $out $text;
    close $out or bail_out("cannot write $path: $!");
}

1;
