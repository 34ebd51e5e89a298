"""
The nginx configurations that are measured beside each other, and an nginx
that runs one of them.

MODULE and NGINX_BINARY name the module and the nginx binary; MODULES_DIR where
Debian's packages put theirs.
"""

import collections
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "tests"))

import servers

from servers import MODULE, NGINX

MODULES_DIR = os.environ.get("MODULES_DIR", "/usr/lib/nginx/modules")

KEY = "0123456789abcdefghijklmnopqrstuv"
COOKIE = "sid=" + KEY

Setup = collections.namedtuple("Setup", "load http server location",
                               defaults=("", "", "", ""))


def bare(location="empty_gif;"):
    return Setup(location=location)


def limit_req(location="empty_gif;", size="10m", rate="1000000r/s",
              burst="burst=1000"):
    return Setup(
        http="limit_req_zone $cookie_sid zone=l:%s rate=%s;" % (size, rate),
        location="limit_req zone=l %s; limit_req_status 401;"
                 "limit_req_log_level info; %s" % (burst, location))


def module(location="empty_gif;", size="10m", server="", file=""):
    return Setup(
        load='load_module "%s";' % MODULE,
        http="session_security_zone cookie=sid zone=s:%s%s;"
             % (size, ' "file=%s"' % file if file else ""),
        server=server, location="session_security zone=s; " + location)


# The same job as this module's plain one, as a lua-nginx user would have it
# at its fastest: what is used again and again is local, nothing is allocated,
# and LuaJIT compiles the look-ups through lua-resty-core.
LUA = """
    lua_shared_dict sessions %s;

    init_by_lua_block {
        local sessions, var, now = ngx.shared.sessions, ngx.var, ngx.now
        local exit, floor = ngx.exit, math.floor

        package.loaded.idle = {
            check = function()
                local key = var.cookie_sid

                if not key then
                    return
                end

                local time = now()
                local last = sessions:get(key)

                if last and time - last >= %s then
                    return exit(401)
                end

                sessions:set(key, time)
            end,

            ping = function()
                local key = var.cookie_sid
                local last = key and sessions:get(key)
                local time = now()

                if not last or time - last >= %s then
                    if key and not last then
                        sessions:set(key, time)
                    end
                    return ngx.print('"logout"')
                end

                local idle = tonumber(var.arg_idleFor)

                if idle and time - idle > last then
                    last = time - idle
                    sessions:set(key, last)
                end

                ngx.print(floor(time - last))
            end
        }
    }
"""

LUA_CHECK = 'access_by_lua_block { require("idle").check() } '
LUA_PING = 'content_by_lua_block { require("idle").ping() }'


def lua(location=LUA_CHECK + "empty_gif;", size="10m", idle="600"):
    return Setup(
        load="load_module %s/ndk_http_module.so;"
             "load_module %s/ngx_http_lua_module.so;"
             % (MODULES_DIR, MODULES_DIR),
        http=LUA % (size, idle, idle), location=location)


CONF = """
%(load)s
daemon off;
master_process %(master)s;
worker_processes %(workers)d;
%(user)s
pid %(dir)s/pid;
error_log %(dir)s/error.log warn;
events { worker_connections 1024; }
http {
    types { text/html html; }
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path %(dir)s; proxy_temp_path %(dir)s;
    fastcgi_temp_path %(dir)s; uwsgi_temp_path %(dir)s; scgi_temp_path %(dir)s;
    %(http)s
    server {
        listen 127.0.0.1:%(port)d;
        root %(dir)s;
        location / { %(location)s }
        %(server)s
    }
}
"""


class Nginx:
    """An nginx of a Setup in a directory of its own, ended by its id."""

    def __init__(self, setup, workers=1, tool=(), files=(), pause=0.02,
                 **env):
        self.servers = servers.Servers("bench")
        self.port = servers.free_port()

        self.servers.write("nginx.conf", CONF % {
            "load": setup.load, "http": setup.http, "server": setup.server,
            "location": setup.location, "workers": workers,
            # a tool is to watch the one process that does the work
            "master": "off" if tool else "on",
            "user": "user root;" if os.getuid() == 0 else "",
            "dir": self.servers.dir, "port": self.port})

        for name, text in files:
            self.servers.write(name, text)

        self.args = [*tool, NGINX, "-e", "stderr", "-p", self.servers.dir,
                     "-c", self.servers.path("nginx.conf")]

        try:
            self.process = self.servers.start(self.args, "nginx.out", **env)
            servers.wait_for_port(self.port, self.process, lambda: self.log()
                                  + self.servers.read("nginx.out"), 600, pause)
        except Exception:
            self.servers.end()
            raise

    def log(self):
        return self.servers.read("error.log")

    def stop(self):
        """
        Until it has ended, which takes long under valgrind.  A single process
        may miss a signal that comes just before it goes to sleep.
        """

        while self.process.poll() is None:
            self.process.terminate()

            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                pass

        self.servers.started.remove(self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process in self.servers.started:
            self.stop()

        self.servers.end()


def why_not(setup):
    """Why this nginx does not run the setup, or None if it does."""

    try:
        with Nginx(setup):
            return None

    except RuntimeError as error:
        found = [line for line in str(error).splitlines() if "emerg" in line]

        return (found or [str(error)])[0].partition("[emerg] ")[2] \
            or "nginx does not start"


def lua_why_not():
    if not os.path.exists(MODULES_DIR + "/ngx_http_lua_module.so"):
        return "libnginx-mod-http-lua is not installed"

    # no path of this machine into the results
    why = why_not(lua())
    return why and why.replace(MODULES_DIR + "/", "")
