#!/usr/bin/python3
"""
The demo: demo/run serves both backends, says what is wrong, and leaves
nothing behind.  The first minute of it; what comes after the idle time is
the matter of the other tests.
"""

import os
import signal
import subprocess
import time

import servers
from servers import API, PAGE

RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir,
                   "demo", "run")


class Demo:
    """demo/run, with its temporary files in a directory of the test's."""

    def __init__(self, running, backend, command=(RUN,)):
        self.running = running
        self.backend = backend
        self.command = list(command)
        self.port = servers.free_port()
        name = backend + "-" + os.path.basename(self.command[0])
        self.log = "demo-%s.log" % name
        self.temp = running.path("tmp-" + name)

        os.mkdir(self.temp)
        os.chmod(self.temp, 0o755)

        self.process = self.start(self.log)
        servers.wait_for_port(self.port, self.process, self.said, 30)

    def start(self, log):
        return self.running.start(
            self.command, log, MODULE=servers.MODULE, NGINX_BINARY=servers.NGINX,
            BACKEND=self.backend, PORT=str(self.port), TMPDIR=self.temp)

    def said(self):
        return self.running.read(self.log)

    def ask(self, path, kind=PAGE, cookie=None, **more):
        return servers.ask(self.port, path, kind, cookie, timeout=10, **more)

    def left(self):
        """What is still there of it: files and processes."""

        found = subprocess.run(["pgrep", "-f", self.temp],
                               stdout=subprocess.PIPE)
        return os.listdir(self.temp) + found.stdout.decode().split()

    def processes(self):
        """The process ids of what it started."""

        found = subprocess.run(["pgrep", "-P", str(self.process.pid)],
                               stdout=subprocess.PIPE)
        return [int(pid) for pid in found.stdout.split()]

    def end(self, how, code, tap):
        pids = self.processes()
        self.running.stop(self.process, how)

        tap.equal((self.process.returncode, self.left()), (code, []),
                  "%s ends it, and nothing is left" % how.name)
        tap.equal([pid for pid in pids if os.path.exists("/proc/%d" % pid)],
                  [], "nor is a process that it started")


def test_site(running, tap):
    demo = Demo(running, "site")
    tap.ok("http://127.0.0.1:%d/" % demo.port in demo.said(),
           "the site's URL is said", demo.said())

    for path, text in (("/", "Idle sessions end here"),
                       ("/login/", "Log in"),
                       ("/static/style.css", "prefers-color-scheme"),
                       ("/static/demo.js", "use strict")):
        answer = demo.ask(path)
        tap.ok(answer.status == 200 and text in answer.body,
               "%s is served" % path, answer)

    for path in ("/read/", "/write/", "/status/"):
        answer = demo.ask(path)
        tap.equal((answer.status, answer.location),
                  (302, "/login/?next=%%2F%s%%2F" % path.strip("/")),
                  "%s asks for a login" % path)

    answer = demo.ask("/login/?next=%2Fstatus%2F", method="POST", body="")
    tap.equal((answer.status, answer.location), (303, "/status/"),
              "a login leads back")
    cookie = "sessionid=%s" % answer.sets("sessionid")

    answer = demo.ask("/login/?next=%2F%2Fexample.com%2F", method="POST",
                      body="")
    tap.equal((answer.status, answer.location), (303, "/read/"),
              "but not to another site")

    for path, text in (("/", "You are logged in"),
                       ("/read/", "On leaving the desk"),
                       ("/write/", "A long form"),
                       ("/status/", "<td>live</td>")):
        answer = demo.ask(path, cookie=cookie)
        tap.ok(answer.status == 200 and text in answer.body
               and "[an error" not in answer.body,
               "%s is served with the cookie" % path, answer)

    time.sleep(1.1)
    answer = demo.ask("/api/clock", API, cookie)
    tap.ok('"idle":1' in answer.body, "the clock says how long idle", answer)
    answer = demo.ask("/session_security/ping/", API, cookie)
    tap.equal(answer.body, "1", "and is no activity")
    answer = demo.ask("/api/save", API, cookie, method="POST", body="text=a")
    tap.ok(answer.status == 200 and "saved" in answer.body,
           "what is written can be saved", answer)
    answer = demo.ask("/session_security/ping/", API, cookie)
    tap.equal(answer.body, "0", "which is activity")

    answer = demo.ask("/session_security/ping/?idleFor=40", API,
                      "sessionid=old")
    tap.equal(answer.body, '"logout"', "a session that was idle for too long")
    answer = demo.ask("/read/", cookie="sessionid=old")
    tap.equal((answer.status, answer.location),
              (302, "/accounts/logout/?why=idle&next=%2Fread%2F"),
              "is led to the logout page")
    answer = demo.ask(answer.location, cookie="sessionid=old")
    tap.ok("You were away" in answer.body
           and '"/login/?next=%2Fread%2F"' in answer.body
           and answer.sets("sessionid") == "",
           "which says why, and leads back", answer)

    answer = demo.ask("/accounts/logout/", cookie=cookie)
    tap.ok("You have logged out yourself" in answer.body
           and answer.sets("sessionid") == "", "a logout", answer)

    busy = demo.start("busy.log")
    busy.wait(5)
    tap.equal((busy.returncode, running.read("busy.log")),
              (1, "demo: port %d is in use; choose another: make demo"
               " PORT=8081\n" % demo.port), "a port that is busy is told of")

    demo.end(signal.SIGTERM, 143, tap)


def test_django(running, tap):
    demo = Demo(running, "django")
    tap.ok("user name: admin" in demo.said() and "password:" in demo.said(),
           "Django's user is said", demo.said())

    answer = demo.ask("/admin/")
    tap.equal((answer.status, answer.location),
              (302, "/admin/login/?next=/admin/"), "Django's admin is there")

    demo.end(signal.SIGINT, 130, tap)


def test_make(running, tap):
    """As it is begun by make, which is ended, and not its terminal's group."""

    build = os.path.dirname(os.path.dirname(os.path.abspath(servers.MODULE)))
    demo = Demo(running, "site", (
        "make", "-C", os.path.join(os.path.dirname(RUN), os.pardir),
        "-o", os.path.abspath(servers.MODULE), "BUILD=" + build,
        "NGINX=" + servers.NGINX, "demo"))

    tap.equal(demo.ask("/").status, 200, "make demo serves the site")
    demo.end(signal.SIGTERM, -signal.SIGTERM, tap)


def test(running, tap):
    test_site(running, tap)
    test_make(running, tap)
    test_django(running, tap)


if __name__ == "__main__":
    servers.main("demo", 300, test)
