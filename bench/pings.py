"""
Pings a second: this module beside django-session-security, which it follows,
on gunicorn, in turn, with two workers each.

django-session-security comes by pip, or from the directory that
DJANGO_SESSION_SECURITY names.
"""

import os
import statistics
import subprocess

import rate
import setups

from report import OURS, RIVAL, Table

PYTHON = "/usr/bin/python3"              # Debian's, which has Django
HERE = os.path.dirname(os.path.abspath(__file__))
PIP = os.path.join(os.environ.get("BUILD", "build"), "django-session-security")

# the first ones are Django's default, and the least that it can do
ENGINES = [("db", "sessions in SQLite"),
           ("signed_cookies", "sessions in cookies")]


def django_session_security():
    """Where it is, or None; and why it is not."""

    directory = os.environ.get("DJANGO_SESSION_SECURITY")

    if directory:
        if os.path.exists(directory + "/session_security/middleware.py"):
            return os.path.abspath(directory), None

        return None, "not in DJANGO_SESSION_SECURITY"

    if not os.path.exists(PIP + "/session_security"):
        done = subprocess.run(
            [PYTHON, "-m", "pip", "install", "--quiet", "--no-deps",
             "--retries", "1", "--target", PIP,
             "django-session-security~=2.6.6"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

        if done.returncode != 0:
            return None, "pip does not get it; see docs/performance.md"

    return os.path.abspath(PIP), None


class Gunicorn:
    """The site, and a logged-in user's cookie for it."""

    def __init__(self, directory, engine):
        self.servers = setups.servers.Servers("bench-django")
        self.port = setups.servers.free_port()
        self.env = dict(PYTHONPATH=directory + ":" + HERE, ENGINE=engine,
                        DATABASE=self.servers.path("db.sqlite"),
                        PYTHONDONTWRITEBYTECODE="1")

        try:
            self.cookie = self.prepared()
            process = self.servers.start(
                ["/usr/bin/gunicorn", "--workers", "2", "--bind",
                 "127.0.0.1:%d" % self.port, "pings_site"],
                "gunicorn.log", **self.env)
            setups.servers.wait_for_port(
                self.port, process, lambda: self.servers.read("gunicorn.log"))
        except Exception:
            self.end()
            raise

    def prepared(self):
        return subprocess.run([PYTHON, HERE + "/pings_site.py"], check=True,
                              env=dict(os.environ, **self.env),
                              stdout=subprocess.PIPE).stdout.decode().strip()

    def end(self):
        self.servers.end()


def alive(port, path, cookie):
    """A ping has to be answered with a number: 0, as it is asked at once."""

    answer = setups.servers.ask(port, path, cookie=cookie)

    if answer.body not in ("0", "1"):
        raise RuntimeError("a ping is answered with %r" % answer)


def measure():
    table = Table("pings a second", ("pings a second", "of the first"),
                  "Two workers each, one session, median of %d rounds of "
                  "%d s, wrk with 32 connections on the same machine. The "
                  "more the better." % (rate.ROUNDS, rate.SECONDS))
    directory, why = django_session_security()
    path = "/session_security/ping/?idleFor=0"
    running = []
    names = []

    try:
        for engine, name in ENGINES if directory else ():
            gunicorn = Gunicorn(directory, engine)
            running.append((gunicorn, gunicorn.servers, gunicorn.cookie))
            names.append((RIVAL, "django-session-security, " + name))

        nginx = setups.Nginx(setups.module("session_security_ping;"),
                             workers=2)
        running.append((nginx, nginx.servers, setups.COOKIE))
        names.append((OURS, "this module"))

        asked = []

        for server, temporary, cookie in running:
            script = temporary.write(
                "wrk.lua", 'wrk.headers["Cookie"] = "%s"' % cookie)
            alive(server.port, path, cookie)
            alive(server.port, path, cookie)
            asked.append((server.port, script, path))

        rates = rate.in_turn(asked)

    finally:
        for _, temporary, _ in running:
            temporary.end()

    if why:
        table.missing("django-session-security", why)

    for (whose, name), got in zip(names, rates):
        table.add(whose, name, statistics.median(got),
                  rate.ratio(got, rates[0])[0])

    return [table], []
