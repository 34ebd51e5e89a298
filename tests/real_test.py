#!/usr/bin/python3
"""
The module before real backends, each as its own documentation sets it up:
somebody logs in, works, goes away and is logged out; the old cookies open
nothing any more, and the next login does.  tests/real has the backends, and
tests/real/run gets what they need.
"""

import base64
import glob
import html
import http.cookiejar
import os
import re
import select
import socket
import string
import textwrap
import threading
import time
import traceback
import urllib.parse

import servers
from servers import API, PAGE

APPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "real")
PYTHON = "/usr/bin/python3"
PASSWORD = "correct horse battery"

# on the pages of those who have logged in, and nowhere else
LETTERS = "The letters of"

EXPIRE = 3.0                 # seconds
LIFETIME = 3.0


class Said(servers.Tap):
    """Keeps what a thread has to say until it is its turn."""

    def __init__(self, name):
        self.name = name
        self.lines = []

    def ok(self, good, text, *notes):
        self.lines.append((good, "%s: %s" % (self.name, text)) + notes)
        return good

    def tell(self, tap):
        for line in self.lines:
            tap.ok(*line)


class Jar:
    """Cookies, kept as browsers keep them (RFC 6265)."""

    def __init__(self, host):
        self.host = host
        self.cookies = {}    # name and path: value and end

    def take(self, lines, path):
        for line in lines:
            pair, *rest = line.split(";")
            name, _, value = (text.strip() for text in pair.partition("="))

            given = {}
            for attribute in rest:
                key, _, text = attribute.partition("=")
                given[key.strip().lower()] = text.strip()

            if given.get("domain", self.host).lstrip(".") != self.host:
                continue

            where = given.get("path", "")
            if not where.startswith("/"):
                where = path.partition("?")[0].rpartition("/")[0] or "/"

            end = None
            if re.fullmatch(r"-?\d+", given.get("max-age", "")):
                end = time.time() + int(given["max-age"])
            elif "expires" in given:
                end = http.cookiejar.http2time(given["expires"])

            self.cookies.pop((name, where), None)

            if end is None or end > time.time():
                self.cookies[name, where] = value, end

    def header(self, path):
        """What a request for the path gets, the longest path first."""

        path = path.partition("?")[0]
        fit = [(where, name, value)
               for (name, where), (value, end) in self.cookies.items()
               if (path == where or path.startswith(where.rstrip("/") + "/"))
               and (end is None or end > time.time())]

        return "; ".join("%s=%s" % (name, value) for where, name, value
                         in sorted(fit, key=lambda one: -len(one[0])))


class Browser:
    """Keeps cookies, and follows where it is told to."""

    def __init__(self, site, port=None):
        self.site = site
        self.port = port or site.port
        self.jar = Jar("127.0.0.1")
        self.held = []       # every Cookie header there was for /page
        self.leaked = []

    def ask(self, path, kind, **more):
        answer = servers.ask(self.port, path, kind,
                             self.jar.header(path) or None, timeout=15,
                             **more)
        self.jar.take(answer.set_cookies, path)
        self.hold(self.jar.header("/page"))

        if "X-Accel-Session" in answer.headers:
            self.leaked.append((path, answer))

        return answer

    def hold(self, header):
        if self.has_cookie(header) and header not in self.held:
            self.held.append(header)

    def has_cookie(self, header=None):
        if header is None:
            header = self.jar.header("/page")

        return re.search(r"(^|; )%s=" % re.escape(self.site.cookie),
                         header) is not None

    def page(self, path, **more):
        return self.ask(path, PAGE, **more)

    def api(self, path, **more):
        return self.ask(path, API, **more)

    def follow(self, answer):
        return self.page(answer.location) if answer.location else answer

    def send_form(self, answer, path, **fields):
        """The form in the page, with its hidden fields."""

        hidden = re.findall(r'<input type="hidden" name="(\w+)"'
                            r' value="([^"]*)">', answer.body)

        return self.page(path, method="POST", body=urllib.parse.urlencode(
            dict(((name, html.unescape(value)) for name, value in hidden),
                 **fields)))

    def log_in(self, name="alice", form=None):
        return self.send_form(form or self.page("/login"), "/login",
                              username=name, password=PASSWORD)

    def log_out(self):
        if self.site.logout_by_post:
            return self.send_form(self.page("/page"),
                                  self.site.logout_by_post)

        return self.page("/logout")


class Site:
    """A backend behind nginx."""

    rotates = False          # its cookie is another one after each response
    forgets = False          # its logout leaves the old cookie valid
    comes_back = False       # the login leads to where one was
    logout_by_post = None    # where the logout takes no GET
    expired_to = "/logout"
    expired_status = 401
    extras = ()

    def __init__(self, name, cookie, **traits):
        self.name = name
        self.cookie = cookie
        self.port = new_port()       # nginx with the module
        self.direct = None           # the backend without it
        self.__dict__.update(traits)


ports = set()


def new_port():
    """One that nobody else here was given."""

    while True:
        port = servers.free_port()

        if port not in ports:
            ports.add(port)
            return port


# What the answers mean.

def shows(answer):
    return answer.status == 200 and LETTERS in answer.body


def leads_to(answer):
    """The path alone."""

    return answer.location and answer.location.partition("?")[0]


def wants_login(answer):
    return (answer.status in (302, 303) and LETTERS not in answer.body
            and leads_to(answer) == "/login")


def state(answer):
    return answer.headers.get("X-State")


def replay(site, headers, say, when, port=None):
    """Somebody tries all of the old cookies."""

    # some backends give all visitors the same, which is as good as none
    visitor = Browser(site, site.direct)
    visitor.page("/page")

    got = [(header, servers.ask(port or site.port, "/page", kind, header,
                                timeout=15))
           for header in headers for kind in (PAGE, API)]

    say.ok(got and not any(LETTERS in answer.body for _, answer in got),
           "none of the old cookies opens anything " + when,
           *[one for one in got if LETTERS in one[1].body][:2])
    say.equal([(header, state(answer)) for header, answer in got
               if state(answer) not in ("expired", "closed", "anonymous")
               and header not in visitor.held][:2], [],
              "nginx knows that none of them lives " + when)


# The same for every backend.

def whole(site, say):
    ok, equal = say.ok, say.equal

    user = Browser(site)

    answer = user.page("/page")
    ok(wants_login(answer), "without a login there is no page", answer)

    answer = user.log_in()
    ok(answer.status in (302, 303) and answer.location == "/page",
       "the login succeeds", answer)

    answer = user.follow(answer)
    ok(shows(answer) and "/session_security/script.js?" in answer.body,
       "the own page is shown, with the script", answer)

    extras = [extra(site, say) for extra in site.extras]
    for extra in extras:
        next(extra, None)

    # working; what the client says of the session is not believed

    for turn in range(3):
        time.sleep(0.4 * EXPIRE)
        answer = user.page("/page", headers=[("X-Accel-Session", "off")])

        if not shows(answer):
            break

    equal((turn, shows(answer), state(answer)), (2, True, "live"),
          "whoever works stays logged in past the limit")

    if site.rotates:
        ok(len(user.held) > 4, "the cookie changes all the time", user.held)
        branch(site, user, say)

    # going away

    time.sleep(EXPIRE + 0.2)

    for extra in extras:
        next(extra, None)

    old = list(user.held)

    answer = user.api("/page")
    equal((answer.status, answer.body.strip()),
          (site.expired_status, '{"error":"session_expired"}'),
          "who was idle gets %d for a fetch()" % site.expired_status)

    ok(shows(servers.ask(site.direct, "/page", PAGE,
                         user.jar.header("/page"), timeout=15)),
       "the backend alone would still show the page")
    replay(site, old, say, "before the logout")

    answer = user.page("/page?tab=2")
    equal((answer.status, leads_to(answer)),
          (302, site.expired_to), "and is sent away for a page")

    if site.expired_to == "/login":
        ok(not user.has_cookie(), "the cookie is deleted with that", answer)
    else:
        answer = user.follow(answer)
        ok(answer.status in (302, 303) and answer.sets(site.cookie) == ""
           and not user.has_cookie(),
           "the logout's response deletes the cookie", answer)

    answer = user.follow(answer)
    ok(answer.status == 200 and "password" in answer.body,
       "then there is the login", answer)
    replay(site, old, say, "after it")

    # logging in again

    answer = user.log_in(form=answer)
    equal((answer.status in (302, 303), answer.location),
          (True, "/page?tab=2" if site.comes_back else "/page"),
          "the next login succeeds")
    answer = user.follow(answer)
    equal((shows(answer), state(answer)), (True, "live"),
          "and the own page is shown again")

    # logging out

    old = list(user.held)
    last = user.jar.header("/page")

    answer = user.log_out()
    ok(wants_login(answer) and user.jar.header("/page") != last,
       "the user logs out", answer)

    if site.forgets:
        ok(shows(servers.ask(site.direct, "/page", PAGE, last, timeout=15)),
           "the backend alone would take the cookie even then")

    replay(site, old, say, "after the user's own logout")

    if site.forgets:
        late(site, say)

    answer = user.page("/page")
    ok(wants_login(answer), "there is no page any more", answer)

    user.log_in()
    answer = user.page("/page")
    equal((shows(answer), state(answer)), (True, "live"),
          "but there is after another login")

    equal(user.leaked[:1], [], "the backend's header is for nginx alone")


def branch(site, user, say):
    """Several requests with the same cookie, as a page loads its parts."""

    header = user.jar.header("/page")
    answers, more = [], []

    for _ in range(3):
        answer = servers.ask(site.port, "/page", API, header, timeout=15)
        jar = Jar("127.0.0.1")
        jar.take(answer.set_cookies, "/page")
        answers.append(answer)
        more.append(jar.header("/page"))

    say.equal(([shows(one) for one in answers], [state(one)
                                                 for one in answers]),
              ([True] * 3, ["live"] * 3),
              "requests with the cookie of before are served")

    answers = [servers.ask(site.port, "/page", API, one, timeout=15)
               for one in more]
    say.equal(([shows(one) for one in answers], [state(one)
                                                 for one in answers]),
              ([True] * 3, ["live"] * 3), "and so are those with theirs")

    for one in more:
        user.hold(one)


def late(site, say):
    """
    A response that comes after the logout brings a valid cookie.  Where
    connections end with their session, it would not come.
    """

    user = Browser(site, site.lifetime_port)
    user.log_in()
    header = user.jar.header("/slow")
    got = []

    def load():
        got.append(servers.ask(user.port, "/slow", API, header, timeout=15))

    slow = threading.Thread(target=load)
    slow.start()
    time.sleep(0.4)
    user.log_out()
    slow.join(20)

    say.ok(got and got[0].status == 200, "a response comes after the logout",
           *got)

    jar = Jar("127.0.0.1")
    for answer in got:
        jar.take(answer.set_cookies, "/slow")

    # it may have been taken out of the response
    header = jar.header("/page")
    answer = servers.ask(user.port, "/page", PAGE, header or None, timeout=15)
    say.ok(LETTERS not in answer.body, "what cookie it brings opens nothing",
           header, answer)


# What only some of them are asked: one half before the idle time, the other
# after it.

def patient(site, say):
    """A user for whom the backend says another limit."""

    bob = Browser(site)
    bob.log_in("bob")
    first = bob.page("/page")

    yield

    answer = bob.page("/page")
    say.ok(shows(first) and shows(answer) and state(answer) == "live",
           "who may take longer by the backend's word is still logged in",
           first, answer)


def visitor(site, say):
    """Somebody with a session who has not logged in."""

    guest = Browser(site)
    guest.page("/")
    first = guest.page("/")
    header = guest.jar.header("/")

    say.equal((first.status, state(first), guest.has_cookie()),
              (200, "anonymous", True), "a visitor is known as such")
    say.ok("session_security" not in first.body,
           "a visitor's pages have no script", first)

    answer = guest.api("/session_security/ping/")
    say.equal(answer.body.strip(), '"logout"', "nor has a ping a time")

    yield

    answer = guest.page("/")
    say.equal((answer.status, state(answer), guest.jar.header("/")),
              (200, "anonymous", header),
              "an idle visitor is not sent away, and keeps the cookie")

    guest.log_in()
    answer = guest.page("/page")
    say.ok(shows(answer) and state(answer) == "live"
           and "session_security" in answer.body,
           "and can log in, and is watched from then on", answer)


def bookmark(site, say):
    """A user who comes back by way of the login page."""

    bob = Browser(site)
    bob.log_in("bob")
    old = list(bob.held)

    answer = servers.ask(site.direct, site.logout_by_post, PAGE, timeout=15)
    say.equal(answer.status, 405, "the logout takes no GET")

    yield

    answer = bob.page("/login")
    say.ok(answer.status == 200 and "password" in answer.body
           and not bob.has_cookie(),
           "who is idle and asks for the login gets it, the cookie deleted",
           answer)
    replay(site, old, say, "after that either")

    bob.log_in("bob", answer)
    say.ok(shows(bob.page("/page")), "and logs in there")


def stranger(site, say):
    """Valid cookies that nginx has not seen the backend issue."""

    other = Browser(site, site.direct)
    other.log_in()
    header = other.jar.header("/page")

    say.ok(shows(other.page("/page")),
           "past nginx the backend can be asked for a cookie")
    replay(site, [header], say, "if nginx did not see it being issued")

    answer = servers.ask(site.port, "/page", API, header, timeout=15)
    say.equal(answer.status, site.expired_status,
              "it is one of an expired session")

    return
    yield


def spelling(site, say):
    """A signature of 160 bits has two to spare in base64."""

    user = Browser(site)
    user.log_in()
    header = user.jar.header("/page")
    letters = string.ascii_uppercase + string.ascii_lowercase \
        + string.digits + "-_"
    other = header[:-1] + letters[letters.index(header[-1]) ^ 1]

    say.ok(shows(servers.ask(site.direct, "/page", PAGE, other, timeout=15)),
           "the backend takes a cookie with another last character, too")

    user.log_out()
    replay(site, [header, other], say, "in either spelling")

    return
    yield


# A session has an end even if its cookie changes all the time.

def lifetime(site, say):
    user = Browser(site, site.lifetime_port)
    user.log_in()
    began = time.monotonic()
    turns = 0

    while True:
        answer = user.page("/page")

        if not shows(answer) or time.monotonic() - began > 3 * LIFETIME:
            break

        turns += 1
        time.sleep(0.2)

    say.ok(turns > 2 and len(user.held) > turns,
           "the cookie changes with each of many requests", turns, user.held)
    say.equal((answer.status, answer.location), (302, "/logout"),
              "the session ends at its max_lifetime all the same")

    old = list(user.held)
    replay(site, old, say, "then", user.port)

    user.follow(user.follow(answer))
    replay(site, old, say, "after the logout that follows", user.port)

    user.log_in()
    answer = user.page("/page")
    say.equal((shows(answer), state(answer)), (True, "live"),
              "the next login begins a session of its own")


def namesake(site, say):
    """Visitors who all get the same first cookie, one after the other."""

    alice, bob = (Browser(site, site.lifetime_port) for _ in range(2))

    alice.page("/page")
    first = alice.jar.header("/page")
    alice.log_in()

    bob.page("/page")
    say.equal(bob.jar.header("/page"), first,
              "all visitors have the same first cookie")
    bob.log_in("bob")

    answers = [alice.page("/page"), bob.page("/page")]
    say.ok(all(shows(answer) for answer in answers),
           "two of them can log in", *answers)

    old = list(bob.held)
    bob.log_out()

    answer = alice.page("/page")
    say.ok(shows(answer), "one's logout is not the other's", answer)

    replay(site, old, say, "of who has logged out", bob.port)


# Connections that stay open.

class Line:
    """A WebSocket, or an event stream."""

    def __init__(self, port, path, header):
        self.talks = path == "/socket"
        self.lasted = None
        self.heard = 0

        lines = ["GET %s HTTP/1.1" % path, "Host: 127.0.0.1:%d" % port]

        if header:
            lines.append("Cookie: " + header)

        if self.talks:
            lines += ["Connection: Upgrade", "Upgrade: websocket",
                      "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: "
                      + base64.b64encode(os.urandom(16)).decode(),
                      "Sec-Fetch-Mode: websocket"]
        else:
            lines += ["Accept: text/event-stream", "Sec-Fetch-Mode: cors"]

        self.socket = socket.create_connection(("127.0.0.1", port), 15)
        self.socket.sendall("\r\n".join(lines + ["", ""]).encode())

        self.data = b""
        while b"\r\n\r\n" not in self.data:
            data = self.socket.recv(4096)
            if not data:
                break
            self.data += data

        self.status = int(self.data.split()[1])

    def fileno(self):
        return self.socket.fileno()

    def say(self, text):
        """A frame with a short text; the mask is all zeros."""

        data = text.encode()
        try:
            self.socket.sendall(bytes([0x81, 0x80 | len(data)]) + bytes(4)
                                + data)
        except OSError:
            pass             # hear() finds the end

    def hear(self):
        """False if that was all."""

        try:
            data = self.socket.recv(65536)
        except OSError:
            return False

        self.heard += len(data)
        self.data = self.data[-100:] + data
        return data != b""

    def close(self):
        self.socket.close()


def listen(lines, seconds, talking=True):
    """Until all are ended, or time is over; what they lasted is noted."""

    began = said = time.monotonic()

    while time.monotonic() < began + seconds:
        left = [line for line in lines if line.lasted is None]

        if not left:
            break

        if talking and time.monotonic() > said + 0.3:
            said = time.monotonic()
            for line in left:
                if line.talks:
                    line.say("hello")

        for line in select.select(left, [], [], 0.1)[0]:
            if not line.hear():
                line.lasted = time.monotonic() - began
                line.close()


def opened(port, header, each):
    """So many WebSockets and so many streams."""

    return [Line(port, path, header) for path in ("/socket", "/events")
            for _ in range(each)]


def lasted(lines):
    return ["%s %s" % ("socket" if line.talks else "stream", line.lasted)
            for line in lines]


def connections(site, say):
    ok, equal = say.ok, say.equal

    def left():
        return servers.ask(site.direct, "/open?alice", PAGE).body

    equal([line.status for line in opened(site.port, None, 1)], [401, 401],
          "without a login there is neither socket nor stream")

    user = Browser(site)
    user.log_in()
    lines = opened(site.port, user.jar.header("/"), 4)
    equal([line.status for line in lines], [101] * 4 + [200] * 4,
          "with one, there are both")

    # they are not idle, but the user is

    listen(lines, EXPIRE / 2)
    ok(all(line.heard for line in lines)
       and all(b"echo hello" in line.data for line in lines if line.talks),
       "they bring something", [line.data for line in lines])
    equal([line.lasted for line in lines], [None] * 8,
          "they go on while the session does")
    equal(left(), "8", "the backend has them open")

    listen(lines, EXPIRE / 2 + 2 + 1.5)
    ok(all(line.lasted for line in lines),
       "they are ended soon after it expires", lasted(lines))

    answer = user.page("/page")
    equal((answer.status, answer.location), (302, "/logout"),
          "their traffic has not kept it alive")

    equal([line.status for line in opened(site.port,
                                          user.jar.header("/"), 1)],
          [401, 401], "there are no new ones")
    ok(servers.wait_until(lambda: left() == "0", 5),
       "the backend has none open", left())

    old = user.jar.header("/")
    user.follow(answer)
    equal([line.status for line in opened(site.port, old, 1)],
          [401, 401], "nor are there after the logout")

    # a logout ends them at once

    user.log_in()
    lines = opened(site.port, user.jar.header("/"), 4)
    listen(lines, 0.3)
    equal([(line.status, line.lasted) for line in lines],
          [(101, None)] * 4 + [(200, None)] * 4,
          "after another login there are new ones")

    answer = user.page("/slow-logout")
    ok(answer.body.endswith("You have left."),
       "the logout's own page is complete",
       answer)

    listen(lines, 2 + 1)
    ok(all(line.lasted for line in lines),
       "the user's logout ends them, too", lasted(lines))


def kept(site, say):
    """Where what is said on a socket is activity, and where all may go on."""

    active, off = Browser(site, site.active_port), Browser(site, site.off_port)
    active.log_in("bob")
    off.log_in("bob")

    line = Line(active.port, "/socket", active.jar.header("/"))
    others = opened(off.port, off.jar.header("/"), 1)

    listen([line] + others, EXPIRE + 2.5)

    answer = active.page("/page")
    say.equal((line.lasted, shows(answer)), (None, True),
              "who talks on a socket stays logged in, if so configured")

    answer = off.page("/page")
    say.equal(([one.lasted for one in others], answer.location),
              ([None, None], "/logout"),
              "connections outlive their session, if so configured")

    # the backend talks on

    listen([line], EXPIRE + 2 + 1.5, talking=False)
    say.ok(line.lasted, "what only the backend says is no activity")

    for one in others:
        one.close()


# What is started.

def program(running, name, args):
    """One of the apps, on a port of its own; gives the port."""

    port = new_port()
    log = os.path.splitext(name)[0] + ".log"
    first = "node" if name.endswith(".js") else PYTHON

    process = running.start(
        [first, os.path.join(APPS, name), str(port)] + args, log,
        PYTHONDONTWRITEBYTECODE="1")
    process.log = log

    return port, process


def php_fpm(running):
    binary = sorted(glob.glob("/usr/sbin/php-fpm*"))[-1]
    port = new_port()
    root = os.getuid() == 0

    os.makedirs(running.path("php-sessions"))
    conf = textwrap.dedent("""\
        [global]
        error_log = %s
        daemonize = no
        [ours]
        %s
        listen = 127.0.0.1:%d
        pm = static
        pm.max_children = 3
        php_admin_value[session.save_path] = %s
        """) % (running.path("php-fpm.log"), "user = root" if root else "",
                port, running.path("php-sessions"))

    process = running.start(
        [binary, "-n", "-F", "-y", running.write("php-fpm.conf", conf)]
        + (["-R"] if root else []),
        "php-fpm.out")
    process.log = "php-fpm.out"

    return port, process


def proxy(port):
    return """
        proxy_pass http://127.0.0.1:%d;
        proxy_set_header Host $http_host;
        """ % port


def fastcgi(port):
    return """
        fastcgi_pass 127.0.0.1:%d;
        fastcgi_param REQUEST_METHOD  $request_method;
        fastcgi_param REQUEST_URI     $request_uri;
        fastcgi_param QUERY_STRING    $query_string;
        fastcgi_param CONTENT_TYPE    $content_type;
        fastcgi_param CONTENT_LENGTH  $content_length;
        fastcgi_param SERVER_PROTOCOL $server_protocol;
        fastcgi_param SCRIPT_FILENAME %s;
        fastcgi_param PASSWORD        "%s";
        """ % (port, os.path.join(APPS, "php_app.php"), PASSWORD)


def plain(port, backend):
    """A server without the module."""

    return """
        server {
            listen 127.0.0.1:%d;
            location / { %s }
        }
        """ % (port, backend)


def watched(site, location, *lines, port=None, expire=EXPIRE):
    """A server with it, and with a zone of its own."""

    port = port or site.port

    return """
        session_security_zone cookie=%s zone=at%d:1m;

        server {
            listen 127.0.0.1:%d;

            session_security zone=at%d;
            session_security_expire_after %dms;
            %s

            add_header X-State $session_security_state always;

            location / {
                session_security_inject on;
                %s
            }
        }
        """ % (site.cookie, port, port, port, 1000 * expire,
               "\n".join(lines), location)


LOGOUT = "session_security_logout_url /logout;"


def django(running):
    port, process = program(running, "django_app.py",
                            [running.dir, PASSWORD])

    by_get = Site("Django", "sessionid", direct=port)
    by_post = Site("Django, logout by POST", "sessionid", direct=port,
                   expired_to="/login", logout_by_post="/logout-by-post",
                   comes_back=True, extras=[bookmark])

    conf = watched(by_get, proxy(port), LOGOUT) + watched(
        by_post, proxy(port), "session_security_login_url"
        " /login?next=$session_security_return_url;")

    return conf, process, [(whole, by_get), (whole, by_post)]


def php(running):
    port, process = php_fpm(running)
    site = Site("PHP-FPM", "PHPSESSID", direct=new_port(), comes_back=True)

    conf = watched(site, fastcgi(port), "session_security_logout_url"
                   " /logout?next=$session_security_return_url;") \
        + plain(site.direct, fastcgi(port))

    return conf, process, [(whole, site)]


def signed(running, name, app, extras, jobs=()):
    """All of the session is in the cookie, of which no server knows."""

    port, process = program(running, app, [PASSWORD])
    site = Site(name, "session", direct=port, lifetime_port=new_port(),
                rotates=True, forgets=True, extras=extras)

    strict = "session_security_unknown expired;"
    conf = watched(site, proxy(port), LOGOUT, strict) + watched(
        site, proxy(port), LOGOUT, strict,
        "session_security_connections off;",
        "session_security_max_lifetime %dms;" % (1000 * LIFETIME),
        port=site.lifetime_port, expire=3600)

    return conf, process, [(job, site) for job in (whole, lifetime, *jobs)]


def flask(running):
    return signed(running, "Flask", "flask_app.py", [stranger, spelling])


def cookie_session(running):
    return signed(running, "cookie-session", "cookie_session_app.js",
                  [stranger], [namesake])


def express_session(running):
    port, process = program(running, "express_session_app.js", [PASSWORD])
    site = Site("express-session", "connect.sid", direct=port,
                extras=[visitor, patient])

    return watched(site, proxy(port), LOGOUT), process, [(whole, site)]


def live(running):
    port, process = program(running, "live_app.js", [PASSWORD])
    site = Site("WebSocket and event stream", "sid", direct=port,
                active_port=new_port(), off_port=new_port())

    location = proxy(port) + """
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $http_connection;
        proxy_buffering off;
        """
    conf = watched(site, location, LOGOUT)

    for other, setting in ((site.active_port, "active"),
                           (site.off_port, "off")):
        conf += watched(site, location, LOGOUT,
                        "session_security_connections %s;" % setting,
                        port=other)

    return conf, process, [(whole, site), (connections, site), (kept, site)]


def gate(running):
    port, process = program(running, "gate_app.py", [PASSWORD])
    site = Site("auth_request", "gate", direct=new_port(),
                expired_status=403, extras=[patient, invented])

    running.write("site/page", "<p>The letters of them all</p>")

    def conf(listen):
        """What is the same with and without the module."""

        return """
            auth_request /check;
            error_page 401 = @login;
            default_type text/html;
            root site;
        }

        location @login {
            return 302 /login;
        }

        location = /login {
            %s
        }

        location = /logout {
            %s
        }

        location = /check {
            internal;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            %s
            """ % ((proxy(port),) * 3)

    # nginx's own 401 leads to the login, so the module's has another number
    with_module = """
        auth_request_set $said $upstream_http_x_accel_session;
        add_header X-Accel-Session $said;
        add_header X-State $session_security_state always;
        """ + conf(site.port)

    return (watched(site, with_module, LOGOUT,
                    "session_security_expired_status 403;")
            + plain(site.direct, conf(site.direct)), process,
            [(whole, site)])


def invented(site, say):
    """What the gate refuses is no session."""

    answers = [servers.ask(site.port, "/page", PAGE, "gate=" + "f" * 32,
                           timeout=15) for _ in range(2)]

    say.ok(all(wants_login(answer) for answer in answers),
           "an invented cookie leads to the login", *answers)
    say.equal([state(answer) for answer in answers], ["new", "new"],
              "and begins no session")

    return
    yield


def test(running, tap):
    backends = [backend(running)
                for backend in (django, php, flask, express_session,
                                cookie_session, live, gate)]
    todo = [one for _, _, some in backends for one in some]

    nginx = servers.Nginx(running, "\n".join(conf for conf, _, _ in backends))
    nginx.start(todo[0][1].port)

    for _, process, some in backends:
        servers.wait_for_port(some[0][1].direct, process,
                              lambda: running.read(process.log), 30)

    # they sleep most of the time, so all at once

    threads = []

    for job, site in todo:
        say = Said(site.name)

        def work(job=job, site=site, say=say):
            try:
                job(site, say)
            except Exception:
                say.ok(False, "the test ran to its end",
                       *traceback.format_exc().splitlines())

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        threads.append((thread, say))

    end = time.monotonic() + 60

    for thread, say in threads:
        thread.join(max(end - time.monotonic(), 0))
        say.tell(tap)

        if thread.is_alive():
            tap.ok(False, say.name + ": the test ended")

    bad = [line for line in nginx.log().splitlines()
           if "[notice]" not in line]
    tap.equal(bad[:5], [], "nginx has logged nothing else")


if __name__ == "__main__":
    servers.main("real", 300, test)
