#!/usr/bin/env python3
"""
What make says where it cannot do what it was asked for, and when it configures
anew.  The nginx source is an invented one, and so is apt.
"""

import os
import shutil
import subprocess
import tempfile

from servers import Tap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# what a machine without apt, sudo and nginx has
COMMANDS = """bash sh make sed grep cat cp rm mkdir cmp ls head tail tr dirname
cc gcc env install id touch""".split()

# nginx's own configure is like this, as far as the module's config can see
CONFIGURE = """
for option; do
    case $option in
        --add-module=*) ngx_module_link=ADDON ngx_addon_dir=${option#*=} ;;
        --add-dynamic-module=*)
            ngx_module_link=DYNAMIC ngx_addon_dir=${option#*=} ;;
    esac
done
%s
. "$ngx_addon_dir/config"
echo filters: $HTTP_FILTER_MODULES
mkdir -p ../objs
cat > ../objs/Makefile << END
binary:	../objs/freshinx
../objs/freshinx modules:
	touch ../objs/freshinx ../objs/ngx_http_session_security_module.so
END
"""

FILTERS = """
HTTP_FILTER_MODULES="ngx_http_write_filter_module ngx_http_gzip_filter_module
ngx_http_sub_filter_module ngx_http_userid_filter_module
ngx_http_headers_filter_module"
"""

BUILT_IN = """filters: ngx_http_write_filter_module \
ngx_http_gzip_filter_module ngx_http_session_security_page_module \
ngx_http_sub_filter_module ngx_http_userid_filter_module \
ngx_http_session_security_module ngx_http_headers_filter_module
"""

APT_GET = "apt-get update && apt-get install --no-install-recommends"
SOURCE = "build for it with its own source, of the same version: make NGINX_SRC="


class Place:
    """A copy of what make needs, and the commands that it finds."""

    def __init__(self, name):
        self.top = tempfile.mkdtemp(prefix="make-")
        self.dir = os.path.join(self.top, name)
        self.bin = os.path.join(self.top, "bin")
        self.source = os.path.join(self.top, "nginx")

        os.mkdir(self.dir)
        os.mkdir(self.bin)

        for name in ("Makefile", "config", "ngx_http_session_security_module.c"):
            shutil.copy(os.path.join(ROOT, name), self.dir)
        for name in ("tools", "demo", "src"):
            shutil.copytree(os.path.join(ROOT, name),
                            os.path.join(self.dir, name))

        for name in COMMANDS:
            os.symlink(shutil.which(name), os.path.join(self.bin, name))

        self.nginx("1.26.0")

    def write(self, path, text):
        path = os.path.join(self.top, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)

        with open(path, "w") as file:
            file.write(text)
        return path

    def command(self, name, text):
        """Invents a command, or replaces one."""

        path = os.path.join(self.bin, name)

        if os.path.lexists(path):
            os.unlink(path)
        os.chmod(self.write(path, "#!/bin/sh\n" + text + "\n"), 0o755)
        return path

    def nginx(self, version, more="", name="nginx"):
        """Invents a source tree."""

        major, minor, patch = version.split(".")
        self.write(name + "/src/core/nginx.h", """
#define nginx_version      %d%03d%03d
#define NGINX_VERSION      "%s"
#define NGINX_VER          "nginx/" NGINX_VERSION
""" % (int(major), int(minor), int(patch), version))
        self.write(name + "/auto/options", "  --with-http_sub_module    on\n")
        self.write(name + "/auto/module", "")
        self.write(name + "/auto/configure", CONFIGURE % more)

    def run(self, *args, path=None):
        """Gives the exit code and all that was said."""

        env = {name: value for name, value in os.environ.items()
               if not name.startswith("MAKE")
               and name not in ("NGINX_SRC", "BUILD", "SANITIZE", "CC", "PORT")}
        env["PATH"] = path or self.bin

        done = subprocess.run(args, cwd=self.dir, env=env, timeout=60,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout.decode()

    def make(self, *args):
        return self.run("make", *args)

    def end(self):
        shutil.rmtree(self.top)


def refused(tap, place, what, text, *args):
    code, said = place.make(*args)
    tap.ok(code != 0 and text in said, what, code, said)


def paths(tap):
    place = Place("a b")
    refused(tap, place, "a path with a blank",
            'CURDIR is "%s": move it to a path without blanks' % place.dir)
    place.end()

    place = Place("a")
    nginx = "NGINX_SRC=" + place.source
    refused(tap, place, "a source whose path has a blank",
            'NGINX_SRC is "/x y": move it', "NGINX_SRC=/x y")
    refused(tap, place, "a directory for what is built with a blank",
            'BUILD is "c d": move it', "BUILD=c d", nginx)
    refused(tap, place, "no source", 'NGINX_SRC is "/nonexistent", which is no '
            "source tree of nginx", "NGINX_SRC=/nonexistent")
    place.end()


def configuring(tap):
    place = Place("a")
    nginx = "NGINX_SRC=" + place.source

    for what, args, configured in (
            ("the first time", (), True),
            ("the same again", (), False),
            ("other options for the compiler", ("CC_OPT=-O1",), True),
            ("these again", ("CC_OPT=-O1",), False),
            ("none", (), True),
            ("another compiler", ("CC=gcc",), True)):
        code, said = place.make(nginx, *args)
        tap.ok(code == 0 and ("configuring" in said) == configured,
               "%s: %s" % (what, "configures" if configured else
                           "does not configure"), code, said)

    # one build directory for all, as it is with Debian's headers

    build = "BUILD=build/one"
    place.make(nginx, build)
    place.nginx("1.26.1")
    code, said = place.make(nginx, build)
    tap.ok(code == 0 and "configuring" in said,
           "another version of nginx: configures", code, said)

    place.nginx("1.26.1", name="fork")
    code, said = place.make(nginx.replace("/nginx", "/fork"), build)
    tap.ok(code == 0 and "configuring" in said,
           "another source of this version: configures", code, said)

    place.nginx("1.20.2")
    refused(tap, place, "an old nginx", "error: ngx_http_session_security_module"
            ' takes nginx 1.22.0 or a later version; this is "1.20.2"', nginx)

    place.nginx("1.26.0", "echo something; echo the reason; exit 1")
    refused(tap, place, "configure fails, and the reason is shown",
            "the reason\nconfigure failed: see build/nginx-1.26.0/configure.log",
            nginx)
    refused(tap, place, "and does so again", "the reason", nginx)
    place.end()


def built_in(tap):
    place = Place("a")
    place.nginx("1.26.0", FILTERS)
    nginx = "NGINX_SRC=" + place.source

    code, said = place.make(nginx, "STATIC=1")
    build = os.path.join(place.dir, "build/nginx-1.26.0-static")
    tap.ok(code == 0 and "built %s/objs/freshinx, with the module in it\n"
           % build in said, "built in, and nginx is named", code, said)

    with open(os.path.join(build, "configure.log")) as file:
        log = file.read()
    tap.equal(log[log.index("filters:"):], BUILT_IN, "the filters' places")

    refused(tap, place, "nothing to install", "STATIC is for", nginx,
            "STATIC=1", "install")
    place.end()


def packages(tap):
    place = Place("a")
    nginx = "NGINX_SRC=" + place.source

    place.command("dpkg-query", "exit 1")
    place.command("apt-get", "echo E: as it is >&2; exit 100")
    place.command("id", "echo 1000")
    refused(tap, place, "neither root nor sudo", "this is neither root nor is "
            "there sudo; as root: %s nginx nginx-dev gcc make libc6-dev "
            "libssl-dev\n" % APT_GET, "NGINX=" + place.source + "/none")

    place.command("sudo", 'exec "$@"')
    refused(tap, place, "packages that are not installed, with apt's reason",
            "E: as it is\nthese were not installed; as root: %s libpcre2-dev "
            "zlib1g-dev gcc make libc6-dev libssl-dev\n" % APT_GET, nginx)
    place.end()


def other_nginx(tap):
    place = Place("a")
    there = os.path.join(place.top, "sbin/nginx")
    args = ("NGINX=" + there, "NGINX_DEV=" + place.source)

    refused(tap, place, "no apt", "nginx is not Debian's here: " + SOURCE, *args)

    place.command("apt-get", "exit 0")
    place.command("dpkg-query", "[ $1 != -S ] && echo install ok installed")
    other = place.command("nginx", "echo nginx version: nginx/1.28.0 >&2")
    refused(tap, place, "an nginx that no package has",
            "%s is not Debian's nginx: %s" % (other, SOURCE), *args)

    place.command("dpkg-query", "echo install ok installed")
    refused(tap, place, "an nginx of another version",
            "%s is 1.28.0, and nginx-dev is for Debian's, 1.26.0: %s"
            % (other, SOURCE), "NGINX=" + other, args[1])

    place.command("apt-get", "exit 100")
    place.command("dpkg-query", 'case "$*" in *nginx-dev) exit 1 ;; esac\n'
                  "echo install ok installed")
    refused(tap, place, "one for which nginx-dev cannot be installed",
            "If %s is not Debian's: %s" % (other, SOURCE), "NGINX=" + other,
            args[1])
    place.end()


def installed(tap):
    place = Place("a")
    conf = os.path.join(place.top, "etc")
    tell = ("tools/installed", "ngx_http_session_security_module", conf)
    line = "load_module modules/ngx_http_session_security_module.so;"

    place.write("etc/nginx.conf", "# " + line + "\nevents { }\n")
    _, said = place.run(*tell)
    tap.ok(line in said and "does not start if another" in said
           and "restart it: a reload does not" in said,
           "what is left to do once it is installed", said)

    snippet = place.write("etc/modules-enabled/50-session-security.conf",
                          line + "\n")
    _, said = place.run(*tell)
    tap.ok(snippet + " loads it" in said and line not in said,
           "nothing, if a file loads it already", said)
    place.end()


def ports(tap):
    place = Place("a")

    for port in ("abc", "0", "-1", "65536", "8080x", "08080", "80 81"):
        code, said = place.run("env", "PORT=" + port, "demo/run")
        tap.ok(code == 1 and 'no PORT "%s"; a port is a number from 1 to 65535'
               % port in said, "PORT=" + port, code, said)
    place.end()


def main():
    tap = Tap()

    for test in (paths, configuring, built_in, packages, other_nginx,
                 installed, ports):
        test(tap)

    raise SystemExit(tap.end())


if __name__ == "__main__":
    main()
