#!/usr/bin/python3
"""
The module before a real Django admin, the one of demo/django, with the very
configuration that the demo shows: only its ports and times are changed.
"""

import json
import os
import re
import sqlite3
import time
import urllib.parse

import servers
from servers import API, PAGE

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir,
                    "demo")
PYTHON = "/usr/bin/python3"
PASSWORD = "correct horse battery"

EXPIRE = 5.0                 # seconds


class Django:
    """The demo's project, in a process of its own."""

    def __init__(self, running):
        self.running = running
        self.database = running.path("db.sqlite3")
        self.port = servers.free_port()
        self.env = {
            "DEMO_DATABASE": self.database,
            "DEMO_SECRET_KEY": "of no worth outside of this test",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "PYTHONDONTWRITEBYTECODE": "1",
        }

        self.manage("migrate", "--verbosity", "0")
        self.manage("createsuperuser", "--noinput", "--verbosity", "0",
                    "--username", "admin", "--email", "admin@localhost")

        process = self.command("runserver", "--noreload",
                               "127.0.0.1:%d" % self.port)
        servers.wait_for_port(self.port, process,
                              lambda: running.read("django.log"))

    def command(self, *args):
        return self.running.start(
            [PYTHON, os.path.join(DEMO, "django", "manage.py")] + list(args),
            "django.log", **self.env)

    def manage(self, *args):
        process = self.command(*args)
        process.wait()
        self.running.started.remove(process)

        if process.returncode:
            raise RuntimeError(self.running.read("django.log"))

    def query(self, sql, *values):
        database = sqlite3.connect(self.database, timeout=5)
        try:
            with database:
                return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def row(self, key):
        rows = self.query("SELECT session_key, session_data, expire_date"
                          " FROM django_session WHERE session_key = ?", key)
        return rows[0] if rows else None


class Browser:
    """What keeps cookies and follows nothing."""

    def __init__(self, port):
        self.port = port
        self.cookies = {}

    def ask(self, path, kind, **more):
        cookie = "; ".join("%s=%s" % pair for pair in self.cookies.items())
        answer = servers.ask(self.port, path, kind, cookie or None,
                             timeout=10, **more)

        for name in ("sessionid", "csrftoken"):
            value = answer.sets(name)

            if value:
                self.cookies[name] = value
            elif value == "":
                self.cookies.pop(name, None)

        return answer

    def page(self, path, **more):
        return self.ask(path, PAGE, **more)

    def api(self, path, **more):
        return self.ask(path, API, **more)

    def ping(self, idle_for=None):
        query = "" if idle_for is None else "?idleFor=%d" % idle_for
        return json.loads(self.api("/session_security/ping/" + query).body)

    def log_in(self):
        form = self.page("/admin/login/?next=/admin/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"',
                          form.body)

        return self.page(
            "/admin/login/?next=/admin/", method="POST",
            body=urllib.parse.urlencode({
                "csrfmiddlewaretoken": token.group(1),
                "username": "admin",
                "password": PASSWORD,
                "next": "/admin/",
            }))


def configuration(port, seen_port, django_port):
    """The demo's, with a server in between that logs what Django gets."""

    with open(os.path.join(DEMO, "django.conf")) as file:
        example = file.read()

    for old, new in (("127.0.0.1:8080", "127.0.0.1:%d" % port),
                     ("30s;", "%dms;" % (EXPIRE * 1000)),
                     ("15s;", "%dms;" % (EXPIRE * 500))):
        assert old in example, old
        example = example.replace(old, new)

    return """
        upstream backend { server 127.0.0.1:%d; }
        %s
        log_format seen '$request_method $request_uri $http_cookie';
        server {
            listen 127.0.0.1:%d;
            access_log seen.log seen;
            location / {
                proxy_pass http://127.0.0.1:%d;
                proxy_set_header Host $http_host;
            }
        }
        """ % (seen_port, example, seen_port, django_port)


def test(running, tap):
    ok, equal = tap.ok, tap.equal

    django = Django(running)
    port, seen_port = servers.free_port(), servers.free_port()
    nginx = servers.Nginx(running,
                          configuration(port, seen_port, django.port))
    nginx.start(port)

    def seen():
        """What Django got since it was asked last."""

        time.sleep(0.1)
        lines = running.read("seen.log").splitlines()
        new = lines[seen.read:]
        seen.read = len(lines)
        return new

    seen.read = 0

    user = Browser(port)

    # logging in, and working

    answer = user.page("/admin/")
    equal((answer.status, answer.location),
          (302, "/admin/login/?next=/admin/"),
          "without a session, Django asks for a login")

    answer = user.log_in()
    equal((answer.status, answer.location), (302, "/admin/"),
          "the login through nginx succeeds")

    dead = user.cookies.get("sessionid")
    ok(dead and django.row(dead), "Django has a row for the session")

    answer = user.page("/admin/")
    ok(answer.status == 200 and "Site administration" in answer.body,
       "the admin is shown", answer)

    time.sleep(0.6 * EXPIRE)
    answer = user.page("/admin/auth/user/")
    ok(answer.status == 200 and "admin@localhost" in answer.body,
       "the list of users is shown", answer)

    # what is no activity

    since = time.monotonic()
    idle = user.ping()
    ok(idle in (0, 1, 2), "a ping answers the seconds since the last page",
       idle)

    answer = user.api("/admin/jsi18n/")
    equal(answer.status, 200, "a passive URL is served")

    answer = user.api("/static/admin/css/base.css")
    equal(answer.status, 200, "a static file is served")

    time.sleep(max(since + 2.1 - time.monotonic(), 0))
    idle = user.ping()
    ok(idle in (2, 3, 4), "neither they nor the ping were activity", idle)

    # idle past the limit

    time.sleep(max(since + EXPIRE + 0.1 - time.monotonic(), 0))
    equal(user.ping(), "logout", "past the limit the ping answers logout")

    seen()

    answer = user.page("/admin/auth/user/")
    equal((answer.status, answer.location,
           answer.headers.get_all("Cache-Control")),
          (302, "/admin/logout/", ["no-store"]),
          "the next page leads to the logout URL")

    answer = user.page("/admin/auth/user/add/", method="POST", body="a=b")
    equal((answer.status, answer.location), (303, "/admin/logout/"),
          "so does a form that is sent")

    answer = user.api("/admin/auth/user/")
    equal((answer.status, answer.headers.get_content_type(),
           answer.body.strip()),
          (401, "application/json", '{"error":"session_expired"}'),
          "an API call gets 401 and JSON")

    equal(seen(), [], "Django has seen nothing of all that")

    row = django.row(dead)
    ok(row, "Django still has the session's row")

    # the logout URL

    answer = user.page("/admin/logout/")
    ok(answer.status == 200 and "Logged out" in answer.body,
       "the logout URL is served by Django", answer)
    equal(answer.sets("sessionid"), "", "its response deletes the cookie")
    ok("sessionid" not in user.cookies, "the browser has it no longer")
    ok(any("sessionid=" + dead in line for line in seen()),
       "Django got the cookie, to know which session to end")
    ok(django.row(dead) is None, "Django's own row is gone")

    # the dead session's cookie, tried again

    for again in (False, True):

        if again:
            django.query("INSERT INTO django_session (session_key,"
                         " session_data, expire_date) VALUES (?, ?, ?)",
                         *row)

        thief = Browser(port)
        thief.cookies["sessionid"] = dead

        answer = thief.page("/admin/")
        equal((answer.status, answer.location, answer.sets("sessionid")),
              (302, "/admin/login/?next=/admin/", ""),
              "the old cookie gets the login page, and is deleted"
              + (", even if Django would take it" if again else ""))

        equal(seen(), ["GET /admin/ -"], "Django never saw the old cookie")

    answer = servers.ask(django.port, "/admin/", PAGE, "sessionid=" + dead,
                         timeout=10)
    equal(answer.status, 200, "and Django would have taken it")

    answer = servers.ask(port, "/admin/", PAGE, "sessionid=" + dead
                         + "; csrftoken=" + "t" * 64, timeout=10)
    equal((answer.status, seen()),
          (302, ["GET /admin/ csrftoken=" + "t" * 64]),
          "the other cookies reach Django")

    # logging in again

    answer = user.log_in()
    equal((answer.status, answer.location), (302, "/admin/"),
          "the user logs in again")
    ok(user.cookies.get("sessionid") not in (None, dead),
       "into another session")

    answer = user.page("/admin/auth/user/")
    equal(answer.status, 200, "and works on")

    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"',
                      answer.body).group(1)
    answer = user.page("/admin/auth/group/add/", method="POST",
                       body=urllib.parse.urlencode({
                           "csrfmiddlewaretoken": token, "name": "readers"}))
    equal((answer.status, answer.location,
           len(django.query("SELECT * FROM auth_group"))),
          (302, "/admin/auth/group/", 1), "a form is saved")

    # a restart of nginx: it knows nothing, and the open tabs teach it

    other = Browser(port)
    other.log_in()

    nginx.stop()
    nginx.start(port)

    equal(user.ping(2), 2, "after a restart a ping teaches nginx the idle"
                           " time")
    equal(other.ping(1), 1, "and that of another session")
    equal(other.page("/admin/").status, 200, "which works on")

    time.sleep(EXPIRE - 2 + 0.1)
    answer = user.page("/admin/")
    equal((answer.status, answer.location), (302, "/admin/logout/"),
          "the session expires when it would have")

    nginx.stop()
    nginx.start(port)

    equal(other.ping(4000), "logout",
          "a tab that was idle for too long teaches that, too")
    answer = other.page("/admin/")
    equal((answer.status, answer.location), (302, "/admin/logout/"),
          "and its next page leads to the logout URL")
    other.page("/admin/logout/")
    equal(other.page("/admin/").location, "/admin/login/?next=/admin/",
          "and from there to the login")

    bad = [line for line in nginx.log().splitlines()
           if "[notice]" not in line]
    equal(bad, [], "nginx has logged no error")


servers.main("django", 300, test)
