"""
What the tests over real servers share: starting and ending them, asking them
over HTTP, and saying what came of it.

MODULE and NGINX_BINARY name the module and the nginx binary.
"""

import http.client
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

# a shell's job in the background ignores it, and so would what is started here
signal.signal(signal.SIGINT, signal.default_int_handler)

MODULE = os.environ.get("MODULE", "")
NGINX = os.environ.get("NGINX_BINARY", "/usr/sbin/nginx")

# how a browser asks for a page, and how its scripts ask
PAGE = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
API = {"Sec-Fetch-Mode": "cors", "Accept": "application/json"}


class Tap:
    """Counts checks, and prints a line for each."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def ok(self, good, text, *notes):
        if good:
            self.passed += 1
        else:
            self.failed += 1

        print("%s %d - %s" % ("ok" if good else "not ok",
                              self.passed + self.failed, text), flush=True)

        if not good:
            for note in notes:
                print("# %s" % (note,), flush=True)

        return good

    def equal(self, got, wanted, text):
        return self.ok(got == wanted, text, "got    %r" % (got,),
                       "wanted %r" % (wanted,))

    def end(self):
        print("%d passed, %d failed" % (self.passed, self.failed))
        return 1 if self.failed or not self.passed else 0


class Servers:
    """A directory for temporary files and the processes that run in it."""

    def __init__(self, name):
        self.dir = tempfile.mkdtemp(prefix="session-security-%s." % name)
        self.started = []
        # nginx's workers may run as another user
        os.chmod(self.dir, 0o755)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)

        with open(self.path(name), "w") as file:
            file.write(text)

        return self.path(name)

    def read(self, name):
        try:
            with open(self.path(name), errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def start(self, args, log, **env):
        """Starts a program; gives the process."""

        with open(self.path(log), "ab") as out:
            process = subprocess.Popen(args, cwd=self.dir, stdout=out,
                                       stderr=out, stdin=subprocess.DEVNULL,
                                       env=dict(os.environ, **env))

        self.started.append(process)
        return process

    def stop(self, process, how=signal.SIGTERM):
        if process in self.started:
            self.started.remove(process)

        if process.poll() is None:
            process.send_signal(how)

        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def end(self):
        for process in reversed(list(self.started)):
            self.stop(process)

        shutil.rmtree(self.dir, ignore_errors=True)


class Nginx:
    """
    An nginx with the module, from the http block's content on.  Other modules
    are loaded where modules has them, before the module or after it.
    """

    def __init__(self, servers, http, name="nginx", modules=(MODULE,)):
        self.servers = servers
        self.modules = modules
        self.name = name
        self.process = None
        self.configure(http)

    def configure(self, http, conf=None):
        """Writes the configuration; reload() takes it."""

        self.servers.write(conf or self.name + ".conf", """
            %s
            env ASAN_OPTIONS;
            env UBSAN_OPTIONS;
            env LSAN_OPTIONS;
            daemon off;
            worker_processes 2;
            pid %s.pid;
            error_log %s.log notice;
            events { }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                %s
            }
            """ % ("".join('load_module "%s";\n' % module
                           for module in self.modules),
                   self.name, self.name, http))

    def args(self, *more, conf=None):
        return [NGINX, "-e", "stderr", "-p", self.servers.dir + "/", "-c",
                self.servers.path(conf or self.name + ".conf")] + list(more)

    def start(self, port):
        self.process = self.servers.start(self.args(), self.name + ".out")
        wait_for_port(port, self.process, lambda: self.log()
                      + self.servers.read(self.name + ".out"))

    def stop(self):
        self.servers.stop(self.process)

    def test(self, conf=None):
        """nginx -t; gives the exit code and what was said."""

        done = subprocess.run(self.args("-t", conf=conf),
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=20)
        return done.returncode, done.stdout.decode()

    def log(self):
        return self.servers.read(self.name + ".log")

    def workers(self):
        """The workers' process ids, without those that are on their way out."""

        pids = []
        pid = self.process.pid

        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            for child in file.read().split():
                try:
                    with open("/proc/%s/cmdline" % child) as cmdline:
                        title = cmdline.read()
                except OSError:
                    continue

                if "worker process" in title and "shutting" not in title:
                    pids.append(int(child))

        return sorted(pids)

    def reload(self):
        """HUP; true once other workers are there, false if refused."""

        before = set(self.workers())
        refused = self.log().count("[emerg]")

        self.process.send_signal(signal.SIGHUP)

        def settled():
            now = set(self.workers())
            return (self.log().count("[emerg]") > refused
                    or len(now) == 2 and not now & before)

        wait_until(settled, 5)

        return self.log().count("[emerg]") == refused


class Answer:
    """A response: status, headers and body."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode(errors="replace")

    @property
    def location(self):
        """Without the own host, which nginx puts before a path."""

        location = self.headers.get("Location")
        return location and re.sub(r"^https?://127\.0\.0\.1(:\d+)?/", "/",
                                   location)

    @property
    def set_cookies(self):
        return self.headers.get_all("Set-Cookie") or []

    def sets(self, name):
        """What it sets the cookie to; "" if it deletes it, else None."""

        value = None

        for line in self.set_cookies:
            pair, _, rest = line.partition(";")
            key, _, text = pair.partition("=")

            if key == name:
                value = "" if "max-age=0" in rest.lower() else text

        return value

    def __repr__(self):
        return "%d %s %s" % (self.status, dict(self.headers.items()),
                             self.body[:400])


def ask(port, path, kind=None, cookie=None, method="GET", body=None,
        headers=(), timeout=5):
    """
    One request over a connection of its own; gives an Answer.  The cookie is
    a header's value, or a list of them for a header each.
    """

    connection = http.client.HTTPConnection("127.0.0.1", port,
                                            timeout=timeout)
    try:
        connection.putrequest(method, path)

        for name, value in list((kind or {}).items()) + list(headers):
            connection.putheader(name, value)

        for value in [cookie] if isinstance(cookie, str) else cookie or []:
            connection.putheader("Cookie", value)

        if body is not None:
            connection.putheader("Content-Type",
                                 "application/x-www-form-urlencoded")
        if body is not None or method == "POST":
            connection.putheader("Content-Length", str(len(body or "")))

        connection.endheaders((body or "").encode())

        return Answer(connection.getresponse())

    finally:
        connection.close()


def free_port():
    """
    Below the ports that the system gives to clients, and beginning elsewhere in
    each process: what is free now is still so when a server opens it.
    """

    while True:
        port = 18000 + next(_ports) % 7000

        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


_ports = itertools.count(os.getpid() * 64)


def wait_until(condition, seconds, pause=0.02):
    """True once the condition holds, false if it does not in that time."""

    end = time.monotonic() + seconds

    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)

    return True


def wait_for_port(port, process, log, seconds=15, pause=0.02):
    def is_open():
        if process.poll() is not None:
            raise RuntimeError("%s ended: %s" % (process.args, log()))

        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    if not wait_until(is_open, seconds, pause):
        raise RuntimeError("%s does not listen: %s" % (process.args, log()))


def main(name, seconds, test):
    """Runs test(servers, tap) in bounded time; ends what it started."""

    if not os.path.exists(MODULE):
        sys.exit("MODULE is to name the module")

    def late(signum, frame):
        raise TimeoutError("ended by signal %d" % signum)

    signal.signal(signal.SIGALRM, late)
    signal.signal(signal.SIGTERM, late)
    signal.alarm(seconds)

    servers = Servers(name)
    tap = Tap()

    try:
        test(servers, tap)

    except Exception as error:
        tap.ok(False, "the test ran to its end", repr(error))

        for name in sorted(os.listdir(servers.dir)):
            if name.endswith(".log"):
                for line in servers.read(name).splitlines()[-15:]:
                    print("# %s: %s" % (name, line))

    finally:
        signal.alarm(0)
        servers.end()

    sys.exit(tap.end())
