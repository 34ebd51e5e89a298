"""
What the module costs, beside what nginx itself offers.

Instructions a request: one nginx process runs under callgrind and gets the
same request N times over one connection, for two numbers N; the difference
divided by the difference of the numbers is what one request takes, without
what it takes to start.  These counts are repeatable, unlike times.

Sessions per MiB: a zone of 1 MiB is filled with new 32-character keys until
the first one is pushed out.

MODULE and NGINX_BINARY name the module and the nginx binary.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

MODULE = os.environ["MODULE"]
NGINX = os.environ["NGINX_BINARY"]

COOKIE = "sid=0123456789abcdefghijklmnopqrstuv"
FEW, MANY = 1000, 3000

# a page of 100 KB, and how a browser asks for it
PAGE = ("<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
        "<title>A page</title>\n"
        "<link rel=stylesheet href=/style.css>\n</head>\n<body>\n"
        + "<p>Some text with <b>tags</b> in it, as pages have them.</p>\n"
        * 1800)[:102400]
NAVIGATE = ("-H", "Sec-Fetch-Mode: navigate", "-H", "Accept: text/html")
TAG = ('<script defer src="/session_security/script.js?v=0123456789abcdef"'
       ' data-ping="/session_security/ping/" data-logout="/logout/"'
       ' data-warn-after="540" data-expire-after="600" data-idle="0" async></script>'
       '<noscript><meta http-equiv="refresh" content="600;url=/logout/">'
       '</noscript>')

SERVER = ("""
        session_security zone=s;
        location = /session_security/ping/ { session_security_ping; }
        location = /session_security/script.js { session_security_script; }
""")

# name, http-level directives, location-level directives, path, cookie
CASES = [
    ("bare nginx", "", "empty_gif;", "/e", COOKIE),
    ("limit_req on the cookie",
     "limit_req_zone $cookie_sid zone=l:10m rate=1000000r/s;",
     "limit_req zone=l burst=1000; empty_gif;", "/e", COOKIE),
    ("this module, no session",
     "session_security_zone cookie=sid zone=s:10m;",
     "session_security zone=s; empty_gif;", "/e", "other=1"),
    ("this module, live session",
     "session_security_zone cookie=sid zone=s:10m;",
     "session_security zone=s; empty_gif;", "/e", COOKIE),
    ("bare nginx, ten other cookies", "", "empty_gif;", "/e",
     "; ".join("other%d=0123456789abcdef" % i for i in range(10))
     + "; " + COOKIE),
    ("this module, ten other cookies",
     "session_security_zone cookie=sid zone=s:10m;",
     "session_security zone=s; empty_gif;", "/e",
     "; ".join("other%d=0123456789abcdef" % i for i in range(10))
     + "; " + COOKIE),
    ("bare nginx, ping", "", "return 200 0;", "/e", COOKIE),
    ("this module, ping",
     "session_security_zone cookie=sid zone=s:10m;",
     "session_security zone=s; session_security_ping;", "/e?idleFor=1",
     COOKIE),
    ("this module, expired session (401)",
     "session_security_zone cookie=sid zone=s:10m;",
     "session_security zone=s; session_security_expire_after 1ms;"
     "session_security_logout_url /logout/; empty_gif;", "/e", COOKIE),
    ("this module, injecting, not HTML",
     "session_security_zone cookie=sid zone=s:10m;",
     "session_security zone=s; session_security_inject on; empty_gif;", "/e",
     COOKIE),
    ("bare nginx, page of 100 KB", "", "root html;", "/page.html", COOKIE),
    ("sub_filter, page of 100 KB", "",
     "sub_filter '</head>' '%s</head>'; root html;" % TAG, "/page.html",
     COOKIE),
    ("this module, page of 100 KB",
     "session_security_zone cookie=sid zone=s:10m;",
     "session_security zone=s; session_security_inject on;"
     "session_security_logout_url /logout/; root html;", "/page.html",
     COOKIE),
]

CONF = """
%(load)s
daemon off;
master_process %(master)s;
worker_processes 1;
user root;
pid %(dir)s/pid;
error_log %(dir)s/error.log warn;
events { worker_connections 64; }
http {
    types { text/html html; }
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path %(dir)s; proxy_temp_path %(dir)s;
    fastcgi_temp_path %(dir)s; uwsgi_temp_path %(dir)s; scgi_temp_path %(dir)s;
    %(http)s
    server {
        listen 127.0.0.1:%(port)d;
        location / { %(location)s }
        %(server)s
    }
}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Nginx:
    """An nginx of our own, ended by its process id."""

    def __init__(self, http, location, tool=()):
        self.dir = tempfile.mkdtemp(prefix="bench-")
        self.port = free_port()

        module = "session_security" in http

        with open(self.dir + "/nginx.conf", "w") as f:
            f.write(CONF % {
                "load": "load_module %s;" % MODULE if module else "",
                "master": "off", "dir": self.dir, "port": self.port,
                "http": http, "location": location,
                "server": SERVER if "inject" in location else ""})

        os.mkdir(self.dir + "/html")

        with open(self.dir + "/html/page.html", "w") as f:
            f.write(PAGE)

        os.chmod(self.dir, 0o755)

        if os.getuid() != 0:
            subprocess.run(["sed", "-i", "/^user /d",
                            self.dir + "/nginx.conf"], check=True)

        self.process = subprocess.Popen(
            [*tool, NGINX, "-p", self.dir, "-c", self.dir + "/nginx.conf"],
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)

        raise RuntimeError("nginx does not answer")

    def log(self):
        with open(self.dir + "/error.log") as f:
            return f.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.dir)


def instructions(case, n):
    name, http, location, path, cookie = case

    with tempfile.NamedTemporaryFile() as out:
        tool = ("valgrind", "--tool=callgrind", "-q",
                "--callgrind-out-file=" + out.name)

        with Nginx(http, location, tool) as nginx:
            subprocess.run(
                ["h2load", "--h1", "-n", str(n), "-c", "1",
                 "-H", "Cookie: " + cookie,
                 *(NAVIGATE if "page" in path else ()),
                 "http://127.0.0.1:%d%s" % (nginx.port, path)],
                check=True, stdout=subprocess.DEVNULL, timeout=300)

        with open(out.name) as f:
            return int(re.search(r"^(?:summary|totals): (\d+)", f.read(),
                                 re.M).group(1))


def per_request(case):
    return (instructions(case, MANY) - instructions(case, FEW)) \
        / (MANY - FEW)


class Client:
    """Sends requests in batches over one connection, and counts statuses."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.file = self.socket.makefile("rb")

    def get(self, keys):
        self.socket.sendall(b"".join(
            b"GET /e HTTP/1.1\r\nHost: a\r\nCookie: sid=%032d\r\n\r\n" % k
            for k in keys))

        statuses = []

        for _ in keys:
            statuses.append(int(self.file.readline().split()[1]))
            length = 0

            for line in iter(self.file.readline, b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])

            self.file.read(length)

        return statuses


def capacity_ours():
    with Nginx("session_security_zone cookie=sid zone=s:1m;",
               "session_security zone=s; empty_gif;") as nginx:
        client = Client(nginx.port)

        for first in range(0, 100000, 100):
            client.get(range(first, first + 100))

            if "is full" in nginx.log():
                return first


def limit_req_remembers(n):
    """Whether the first of n keys is refused its second request."""

    with Nginx("limit_req_zone $cookie_sid zone=l:1m rate=1r/m;",
               "limit_req zone=l; empty_gif;") as nginx:
        client = Client(nginx.port)

        for first in range(0, n, 100):
            client.get(range(first, min(first + 100, n)))

        return client.get([0])[0] == 503


def capacity_limit_req():
    low, high = 1000, 65000

    while high - low > 100:
        middle = (low + high) // 2

        if limit_req_remembers(middle):
            low = middle
        else:
            high = middle

    return low


def main():
    version = subprocess.run([NGINX, "-v"], capture_output=True,
                             text=True).stderr.strip()
    print(version)
    print()
    print("%-38s %12s %12s" % ("instructions a request", "all", "above bare"))

    counts = {}

    for case in CASES:
        counts[case[0]] = n = per_request(case)

        bare = counts["bare nginx"]

        if "bare nginx, " + case[0].split(", ")[-1] in counts:
            bare = counts["bare nginx, " + case[0].split(", ")[-1]]

        print("%-38s %12.0f %12s" % (case[0], n, "%+.0f" % (n - bare)
                                     if case[0] != "bare nginx" else ""),
              flush=True)

    print()
    print("%-38s %12s" % ("keys in 1 MiB until one is pushed out", ""))
    print("%-38s %12d" % ("limit_req", capacity_limit_req()), flush=True)
    print("%-38s %12d" % ("this module", capacity_ours()), flush=True)

    page = counts["bare nginx, page of 100 KB"]
    ours = counts["this module, page of 100 KB"] - page
    theirs = counts["sub_filter, page of 100 KB"] - page

    print()
    print("a page of 100 KB: %d instructions, sub_filter: %d, ratio %.2f"
          % (ours, theirs, ours / theirs))

    slower = ours > theirs
    ours = counts["this module, live session"] - counts["bare nginx"]
    theirs = counts["limit_req on the cookie"] - counts["bare nginx"]

    print()
    print("a live session: %d instructions, limit_req: %d, ratio %.2f"
          % (ours, theirs, ours / theirs))

    return 0 if ours <= 900 and not slower else 1


if __name__ == "__main__":
    sys.exit(main())
