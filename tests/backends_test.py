#!/usr/bin/python3
"""
The module before real backends of each kind, over HTTP/1.1 and HTTP/2, and
through what happens to a running nginx: reloads, killed workers, nginx -t and
a zone that is full.
"""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import wsgiref.simple_server

import servers
from servers import API, PAGE

EXPIRE = 2.0                 # seconds

# What a backend says of the cookies that it got.

WSGI = r'''
import json


def application(environ, start_response):
    body = json.dumps({
        "cookie": environ.get("HTTP_COOKIE"),
        "http_cookie": environ.get("HTTP_X_HTTP_COOKIE", ""),
        "named": environ.get("HTTP_X_NAMED", ""),
    })
    start_response("200 OK", [("Content-Type", "application/json"),
                              ("Content-Length", str(len(body)))])
    return [body.encode()]
'''

PHP = r'''<?php
$said = [
    "cookie" => $_SERVER["HTTP_COOKIE"] ?? null,
    "http_cookie" => $_SERVER["HTTP_X_HTTP_COOKIE"] ?? "",
    "named" => $_SERVER["HTTP_X_NAMED"] ?? "",
    "names" => array_map("strval", array_keys($_COOKIE)),
];
if (str_contains($_SERVER["REQUEST_URI"], "session")) {
    session_start();
    $_SESSION["count"] = ($_SESSION["count"] ?? 0) + 1;
    $said["count"] = $_SESSION["count"];
}
if (str_contains($_SERVER["REQUEST_URI"], "logout")) {
    session_start();
    session_destroy();
}
header("Content-Type: application/json");
print json_encode($said);
'''


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *args):
        pass


def wsgi_server():
    """A backend for proxy_pass, in a thread; gives its port."""

    scope = {}
    exec(WSGI, scope)

    server = wsgiref.simple_server.make_server(
        "127.0.0.1", 0, scope["application"], handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    return server.server_port


def uwsgi_server(running):
    port = servers.free_port()

    process = running.start(
        ["uwsgi", "--plugin", "python3", "--need-app", "--die-on-term",
         "--disable-logging",
         "--uwsgi-socket", "127.0.0.1:%d" % port,
         "--wsgi-file", running.write("app.py", WSGI)],
        "uwsgi.log", PYTHONDONTWRITEBYTECODE="1")
    servers.wait_for_port(port, process, lambda: running.read("uwsgi.log"))

    return port


def php_server(running):
    port = servers.free_port()

    os.makedirs(running.path("php-sessions"))

    process = running.start(
        ["php-cgi", "-n", "-d",
         "session.save_path=" + running.path("php-sessions"),
         "-d", "cgi.force_redirect=0", "-b", "127.0.0.1:%d" % port],
        "php.log")
    servers.wait_for_port(port, process, lambda: running.read("php.log"))

    return port


def certificate(running):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-keyout", running.path("key.pem"),
         "-out", running.path("cert.pem")],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def nginx_version():
    said = subprocess.run([servers.NGINX, "-v"],
                          stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    version = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said.stderr.decode())

    return tuple(map(int, version.groups()))


def http2_listen(port):
    """The directive changed in nginx 1.25.1."""

    if nginx_version() >= (1, 25, 1):
        return "listen 127.0.0.1:%d ssl; http2 on;" % port

    return "listen 127.0.0.1:%d ssl http2;" % port


def backends(running, port, tls_port):
    """The configuration with a location for each kind of backend."""

    running.write("index.php", PHP)
    certificate(running)

    params = """
        %%(p)s_param REQUEST_METHOD  $request_method;
        %%(p)s_param REQUEST_URI     $request_uri;
        %%(p)s_param QUERY_STRING    $query_string;
        %%(p)s_param CONTENT_TYPE    $content_type;
        %%(p)s_param CONTENT_LENGTH  $content_length;
        %%(p)s_param SERVER_PROTOCOL $server_protocol;
        %%(p)s_param SERVER_NAME     localhost;
        %%(p)s_param SERVER_PORT     80;
        %%(p)s_param PATH_INFO       $uri;
        %%(p)s_param SCRIPT_FILENAME %s;
        %%(p)s_param HTTP_X_HTTP_COOKIE $http_cookie;
        """ % running.path("index.php")

    def location(kind, zone, rest):
        return """
            location /%s/ {
                session_security zone=%s;
                session_security_logout_url /%s/logout;
                %s
            }
            """ % (kind, zone, kind, rest)

    return """
        session_security_zone cookie=sid zone=sid:1m;
        session_security_zone cookie=PHPSESSID zone=php:1m;
        session_security_expire_after %dms;

        ssl_certificate cert.pem;
        ssl_certificate_key key.pem;

        server {
            listen 127.0.0.1:%d;
            %s

            location / {
                empty_gif;
            }

            %s
        }
        """ % (EXPIRE * 1000, port, http2_listen(tls_port), "".join([
            location("proxy", "sid", """
                proxy_pass http://127.0.0.1:%d;
                proxy_set_header X-Http-Cookie $http_cookie;
                proxy_set_header X-Named $cookie_sid;
                """ % wsgi_server()),
            location("uwsgi", "sid", params % {"p": "uwsgi"} + """
                uwsgi_param HTTP_X_NAMED $cookie_sid;
                uwsgi_pass 127.0.0.1:%d;
                """ % uwsgi_server(running)),
            location("fastcgi", "php", params % {"p": "fastcgi"} + """
                fastcgi_param HTTP_X_NAMED $cookie_PHPSESSID;
                fastcgi_pass 127.0.0.1:%d;
                """ % php_server(running)),
        ]))


def told(answer):
    """Cookie, $http_cookie and $cookie_NAME, as the backend got them."""

    try:
        said = json.loads(answer.body)
    except ValueError:
        return repr(answer)

    return said["cookie"] or "", said["http_cookie"], said["named"]


def php_names(answer):
    return sorted(json.loads(answer.body)["names"])


def nghttp(port, path, *cookies, kind=API, body=None, running=None):
    """A request by HTTP/2, with a cookie a crumb; gives an Answer."""

    args = ["nghttp", "-v", "--no-dep", "--timeout=5"]

    for name, value in kind.items():
        args += ["-H", "%s: %s" % (name.lower(), value)]
    for cookie in cookies:
        args += ["-H", "cookie: " + cookie]
    if body is not None:
        args += ["-d", running.write("form", body)]

    done = subprocess.run(args + ["https://127.0.0.1:%d%s" % (port, path)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    return Http2Answer(done.stdout.decode(errors="replace"))


class Http2Answer(servers.Answer):
    def __init__(self, said):
        received = re.findall(r"recv \(stream_id=\d+\) ([^:\s]+|:status): (.*)",
                              said)
        status = [value for name, value in received if name == ":status"]

        self.said = said
        self.status = int(status[-1]) if status else 0
        self.names = [name for name, value in received]
        self.cookie_lines = [value.strip() for name, value in received
                             if name == "set-cookie"]
        body = re.search(r"^.*?(\{\".*\})", said, re.M)
        self.body = body.group(1) if body else ""

    @property
    def set_cookies(self):
        return self.cookie_lines

    def __repr__(self):
        return self.said


def test_withholding(running, tap):
    ok, equal = tap.ok, tap.equal

    port, tls_port = servers.free_port(), servers.free_port()

    nginx = servers.Nginx(running, backends(running, port, tls_port),
                          "backends")
    nginx.start(port)

    kinds = {"proxy": "sid", "uwsgi": "sid", "fastcgi": "PHPSESSID"}

    # live: every backend gets every cookie

    for kind, name in kinds.items():
        path = "/%s/x" % kind
        sid = "%s=%s-session" % (name, kind)

        got = told(servers.ask(port, path, API, "a=b; %s; c=d" % sid))
        equal(got, ("a=b; %s; c=d" % sid, "a=b; %s; c=d" % sid,
                    "%s-session" % kind),
              "%s_pass: of a live session the backend gets the cookie" % kind)

    equal(php_names(servers.ask(port, "/fastcgi/x", API,
                                "a=b; PHPSESSID=fastcgi-session")),
          ["PHPSESSID", "a"], "fastcgi_pass: PHP reads it")

    got = told(nghttp(tls_port, "/proxy/x", "a=b", "sid=crumb", "c=d"))
    equal(got, ("a=b; sid=crumb; c=d", "a=b; sid=crumb; c=d", "crumb"),
          "HTTP/2: a Cookie header in crumbs reaches the backend")

    got = told(servers.ask(port, "/proxy/x", API, ["a=b", "sid=lines"]))
    ok("a=b" in got[0] and "sid=lines" in got[0],
       "HTTP/1.1: so does one in two lines", got)

    # a session of PHP's own

    answer = servers.ask(port, "/fastcgi/session", API)
    php = answer.sets("PHPSESSID")
    ok(php, "PHP sets its cookie", answer)

    answer = servers.ask(port, "/fastcgi/session", API, "PHPSESSID=" + php)
    equal(json.loads(answer.body).get("count"), 2,
          "and finds its session again")

    ok("sess_" + php in os.listdir(running.path("php-sessions")),
       "which lies in a file")

    time.sleep(EXPIRE + 0.1)

    # expired

    for kind, name in kinds.items():
        path = "/%s/x" % kind
        dead = "%s=%s-session" % (name, kind)

        answer = servers.ask(port, path, API, dead)
        equal((answer.status, answer.body.strip()),
              (401, '{"error":"session_expired"}'),
              "%s_pass: an API call of an expired session gets 401" % kind)

        for cookie, rest in ((dead, ""),
                             ("a=b; " + dead, "a=b"),
                             (dead + "; a=b", "a=b"),
                             ("a=b; %s; c=d" % dead, "a=b; c=d"),
                             ("a=b; %s; %s" % (dead, dead), "a=b"),
                             ('a=b; %s="%s-session"' % (name, kind), "a=b")):
            answer = servers.ask(port, path, API, cookie, "POST", "x=y")
            equal((answer.status, told(answer), answer.sets(name)),
                  (200, (rest, rest, ""), None),
                  "%s_pass: [%s] goes as [%s]" % (kind, cookie, rest))

        for cookies in (["a=b", dead], [dead, "a=b"], [dead, "a=b", dead]):
            answer = servers.ask(port, path, API, cookies, "POST", "x=y")
            equal((answer.status, told(answer)), (200, ("a=b", "a=b", "")),
                  "%s_pass: [%s] goes as [a=b]"
                  % (kind, "] [".join(cookies)))

        answer = servers.ask(port, path, PAGE, dead)
        equal((answer.status, answer.location), (302, "/%s/logout" % kind),
              "%s_pass: a page leads to the logout URL" % kind)

        answer = servers.ask(port, "/%s/logout" % kind, PAGE,
                             "a=b; " + dead)
        equal((told(answer)[0], answer.sets(name)), ("a=b; " + dead, ""),
              "%s_pass: there the backend gets the cookie, the browser"
              " loses it" % kind)

        answer = servers.ask(port, path, PAGE, "a=b; " + dead)
        equal((answer.status, told(answer), answer.sets(name)),
              (200, ("a=b", "a=b", ""), ""),
              "%s_pass: after it the cookie is withheld and deleted" % kind)

    # HTTP/2

    answer = nghttp(tls_port, "/proxy/x", "a=b", "sid=crumb", "c=d")
    equal(answer.status, 401, "HTTP/2: an expired session gets 401")

    answer = nghttp(tls_port, "/proxy/x", "a=b", "sid=crumb", "c=d",
                    body="x=y", running=running)
    equal((answer.status, told(answer)),
          (200, ("a=b; c=d", "a=b; c=d", "")),
          "HTTP/2: its crumb is withheld, the others are not")

    answer = nghttp(tls_port, "/proxy/logout", "sid=crumb", kind=PAGE)
    equal((told(answer)[0], answer.sets("sid")), ("sid=crumb", ""),
          "HTTP/2: the logout URL gets it")
    ok(any("; Secure" in line for line in answer.set_cookies),
       "over TLS it is deleted with Secure", answer)

    answer = nghttp(tls_port, "/proxy/x", "sid=crumb", "c=d", kind=PAGE)
    equal((told(answer), answer.sets("sid")), (("c=d", "c=d", ""), ""),
          "HTTP/2: after it the cookie is withheld and deleted")

    # PHP's session

    answer = servers.ask(port, "/fastcgi/session", API, "PHPSESSID=" + php)
    equal(answer.status, 401, "PHP's session has expired, too")

    answer = servers.ask(port, "/fastcgi/session", API, "PHPSESSID=" + php,
                         "POST", "x=y")
    fresh = answer.sets("PHPSESSID")
    ok(answer.status == 200 and fresh and fresh != php
       and json.loads(answer.body)["count"] == 1,
       "a login by fetch gets another session from PHP", answer)

    answer = servers.ask(port, "/fastcgi/session", API, "PHPSESSID=" + fresh)
    equal((answer.status, json.loads(answer.body).get("count")), (200, 2),
          "which works on")

    servers.ask(port, "/fastcgi/logout", PAGE, "PHPSESSID=" + php)
    ok("sess_" + php not in os.listdir(running.path("php-sessions")),
       "the logout URL ends the old one's file")

    answer = servers.ask(port, "/fastcgi/session", PAGE, "PHPSESSID=" + php)
    ok(answer.status == 200 and answer.sets("PHPSESSID") not in ("", php),
       "a page with the old cookie gets a new session, which is kept", answer)

    quiet(nginx, tap)
    nginx.stop()


def quiet(nginx, tap, *known):
    bad = [line for line in nginx.log().splitlines()
           if "[notice]" not in line
           and not any(text in line for text in known)]
    tap.equal(bad[:5], [], "nginx has logged nothing else")


# Early Hints and trailers.

SAYS = b"X-Accel-Session: end\r\nSet-Cookie: sid=other\r\nX-More: 1\r\n"


def talking_server():
    """Says the same in Early Hints and in trailers; gives its port."""

    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            client, _ = listener.accept()

            with client:
                asked = b""

                while b"\r\n\r\n" not in asked:
                    asked += client.recv(65536) or b"\r\n\r\n"

                client.sendall(
                    (b"HTTP/1.1 103 Early Hints\r\n" + SAYS + b"\r\n"
                     if b"/early_hints/" in asked else b"")
                    + b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                    b"Connection: close\r\n\r\n2\r\nok\r\n0\r\n"
                    + SAYS + b"\r\n")

    threading.Thread(target=serve, daemon=True).start()

    return listener.getsockname()[1]


def raw(port, path):
    """Everything that comes for a request over HTTP/1.1."""

    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\n"
                       b"Cookie: sid=a\r\nTE: trailers\r\n"
                       b"Connection: close\r\n\r\n" % path.encode())
        got = b""

        while True:
            more = client.recv(65536)
            if not more:
                return got.decode()
            got += more


def aside_locations(running, backend, grpc_port):
    """The locations that this nginx can have; by what speaks in each."""

    proxied = "proxy_http_version 1.1; proxy_pass http://127.0.0.1:%d;" % (
        backend)

    known = {
        "add_trailer": """
            alias %s/;
            add_trailer X-Accel-Session end;
            add_trailer Set-Cookie sid=other;
            add_trailer X-More 1;
            """ % running.path("aside"),
        "grpc_pass": "grpc_pass grpc://127.0.0.1:%d;" % grpc_port,
    }

    if nginx_version() >= (1, 27, 2):
        known["proxy_pass_trailers"] = proxied + "proxy_pass_trailers on;"

    if nginx_version() >= (1, 29, 0):
        known["early_hints"] = proxied + "early_hints 1;"

    return known


def aside_conf(running, port, other, tls_port, grpc_port):
    known = aside_locations(running, talking_server(), grpc_port)
    locations = "".join("location /%s/ { %s }\n" % location
                        for location in known.items())

    return known, """
        session_security_zone cookie=sid zone=s:1m;

        ssl_certificate cert.pem;
        ssl_certificate_key key.pem;

        server {
            listen 127.0.0.1:%(port)d;
            %(tls)s

            session_security zone=s;

            location = /state {
                alias %(dir)s/x;
                add_header X-State $session_security_state;
            }
            %(locations)s
        }

        server {
            listen 127.0.0.1:%(other)d;
            %(locations)s
        }

        server {
            %(grpc)s
            location /grpc_pass/ { %(added)s }
        }
        """ % {"port": port, "other": other, "tls": http2_listen(tls_port),
               "grpc": http2_listen(grpc_port).replace(" ssl", ""),
               "dir": running.path("aside"), "locations": locations,
               "added": known["add_trailer"]}


def test_asides(running, tap):
    """What is said beside a response's header counts for nothing."""

    port, other, tls_port, grpc_port = [servers.free_port()
                                        for _ in range(4)]
    running.write("aside/x", "ok")
    certificate(running)

    known, conf = aside_conf(running, port, other, tls_port, grpc_port)
    nginx = servers.Nginx(running, conf, "asides")
    nginx.start(port)

    def is_live(text):
        answer = servers.ask(port, "/state", API, "sid=a")
        tap.equal(answer.headers.get("X-State"), "live",
                  "%s: the session goes on" % text)

    servers.ask(port, "/state", API, "sid=a")

    for name in ("add_trailer", "proxy_pass_trailers", "early_hints"):
        if name not in known:
            print("# %s: not in this nginx" % name)
            continue

        got = raw(port, "/%s/x" % name)
        tap.ok("X-More: 1" in got and "X-Accel-Session" not in got
               and "Set-Cookie" not in got,
               "%s: what it says of the session is taken out" % name, got)
        is_live(name)

        got = raw(other, "/%s/x" % name)
        tap.ok("X-Accel-Session: end" in got
               and "Set-Cookie: sid=other" in got,
               "%s: where no session is watched it passes" % name, got)

    answer = nghttp(tls_port, "/grpc_pass/x", "sid=a")
    tap.ok("x-more" in answer.names and "x-accel-session" not in answer.names
           and "set-cookie" not in answer.names,
           "grpc_pass: what it says of the session is taken out", answer)
    is_live("grpc_pass")

    answer = servers.ask(port, "/state", API, "sid=other")
    tap.equal(answer.headers.get("X-State"), "new",
              "no key is known that they set")

    quiet(nginx, tap)
    nginx.stop()


# A running nginx.

def running_conf(port, key="cookie=sid", size="1m"):
    return """
        session_security_zone %s zone=s:%s;
        session_security_zone cookie=sid zone=small:160k;
        keepalive_requests 1000000;

        server {
            listen 127.0.0.1:%d;

            add_header X-State $session_security_state always;
            add_header X-Idle $session_security_idle always;

            session_security zone=s;
            session_security_logout_url /logout;
            session_security_passive $arg_passive;

            location / { empty_gif; }
            location /short { session_security_expire_after 400ms; empty_gif; }
            location /small { session_security zone=small; empty_gif; }
        }
        """ % (key, size, port)


def state(port, sid, path="/x?passive=1", kind=API):
    answer = servers.ask(port, path, kind, "sid=" + sid)
    idle = answer.headers.get("X-Idle")

    return (answer.status, answer.headers.get("X-State"),
            None if idle is None else int(idle))


def test_running(running, tap):
    port = servers.free_port()

    nginx = servers.Nginx(running, running_conf(port), "running")
    nginx.start(port)

    # a session in each state

    for sid in ("live", "expired", "closed"):
        tap.equal(state(port, sid, "/short"), (200, "new", 0),
                  "a session to be %s is new" % sid)

    time.sleep(0.5)

    tap.equal(state(port, "live", "/x")[1], "live", "one is live")
    tap.equal(state(port, "expired", "/short")[1], "expired",
              "one is expired")
    tap.equal(state(port, "closed", "/short", PAGE)[:2], (302, "expired"),
              "one is led to the logout URL")
    tap.equal(state(port, "closed", "/logout", PAGE)[:2], (200, "expired"),
              "and gets there")

    began = time.monotonic() - 0.1

    def kept(text):
        """Live, and idle since it began; expired; closed."""

        least = int(time.monotonic() - began - 0.2)

        status, name, idle = state(port, "live")
        tap.ok((status, name) == (200, "live") and idle is not None
               and least <= idle <= least + 1, text + ": the live session is"
               " live, and its idle time goes on", (status, name, idle, least))
        tap.equal(state(port, "expired")[:2], (401, "expired"),
                  text + ": the expired one is expired")
        tap.equal(state(port, "closed")[:2], (200, "closed"),
                  text + ": the closed one is closed")

    time.sleep(1.1)
    kept("before")

    tap.ok(nginx.reload(), "a reload")
    kept("after a reload")

    resizing(nginx, tap, port, kept)
    new_key(nginx, tap, port, kept)
    testing_beside(nginx, tap, port, kept)
    killing(nginx, tap, port)
    kept("after killed workers")
    filling(nginx, tap, port)
    kept("after another zone was full")

    quiet(nginx, tap, "is full", "exited on signal 9", "uses the")
    nginx.stop()


def resizing(nginx, tap, port, kept):
    many(port, ["many%d" % i for i in range(1500)], "/x", "new")

    for size in ("3m", "512k"):
        nginx.configure(running_conf(port, size=size))
        tap.ok(nginx.reload(), "a reload with a zone of " + size)
        kept("in a zone of " + size)

        said = re.findall(r'session_security_zone "s" was resized: .*',
                          nginx.log())
        tap.equal(said[-1:],
                  ['session_security_zone "s" was resized: 1501 live sessions'
                   ' are kept, 0 are lost'], "error.log says what was kept")

    tap.equal(many(port, ["many%d" % i for i in range(1500)], "/x",
                   "live"), 1500, "all of 1500 others are live, too")

    nginx.configure(running_conf(port))
    tap.ok(nginx.reload(), "a reload with the size that it was")
    kept("in the zone as it was")


def new_key(nginx, tap, port, kept):
    wanted = ('[emerg] session_security_zone "s" uses the "cookie=other" key'
              ' while previously it used the "cookie=sid" key; give the zone'
              ' another name, or restart nginx')

    for size in ("1m", "2m"):
        workers = nginx.workers()
        before = nginx.log().count("[emerg]")

        nginx.configure(running_conf(port, "cookie=other", size))
        tap.ok(not nginx.reload(), "a reload with another key, and a zone of"
               " %s, is refused" % size)

        said = [re.sub(r".*?(\[\w+\]) \d+#\d+: ", r"\1 ", line)
                for line in nginx.log().splitlines() if "[emerg]" in line]
        tap.equal(said[before:], [wanted], "and says why")

        time.sleep(0.2)
        tap.equal(nginx.workers(), workers, "the workers go on")
        kept("after it")

    nginx.configure(running_conf(port))
    tap.ok(nginx.reload(), "the next reload, with the key as it was, is taken")
    kept("after that")


def testing_beside(nginx, tap, port, kept):
    pid = nginx.servers.read(nginx.name + ".pid")
    workers = nginx.workers()

    code, said = nginx.test()
    tap.ok(code == 0 and "test is successful" in said,
           "nginx -t beside it succeeds", said)

    nginx.configure(running_conf(port, size="4k"), "bad.conf")
    code, said = nginx.test("bad.conf")
    tap.ok(code == 1 and 'zone "s" of "session_security_zone" is too small'
           in said, "nginx -t with a bad configuration fails", said)

    nginx.configure(running_conf(port, size="2m"), "other.conf")
    code, said = nginx.test("other.conf")
    tap.equal(code, 0, "nginx -t with another size succeeds")

    tap.equal((nginx.servers.read(nginx.name + ".pid"), nginx.workers()),
              (pid, workers), "the running nginx does not notice")
    kept("after nginx -t")


def killing(nginx, tap, port):
    """Workers are killed while four clients work in 160 sessions."""

    threads, each, seconds = 4, 40, 3.0

    names = [["k%d-%d" % (i, j) for j in range(each)] for i in range(threads)]
    done, slowest, wrong = [0] * threads, [0.0] * threads, []
    stop = threading.Event()

    for some in names:
        many(port, some, "/x", "new")

    def work(i):
        client = Client(port)
        n = 0

        while not stop.is_set():
            began = time.monotonic()

            try:
                answer = client.ask([names[i][n % each]], "/x")[0]
            except OSError:
                client.close()
                client = Client(port)
                continue

            if answer != (200, "live"):
                wrong.append(answer)

            slowest[i] = max(slowest[i], time.monotonic() - began)
            done[i] += 1
            n += 1

        client.close()

    workers = [threading.Thread(target=work, args=(i,))
               for i in range(threads)]
    for thread in workers:
        thread.start()

    killed = 0
    end = time.monotonic() + seconds

    while time.monotonic() < end:
        time.sleep(0.1)

        for pid in nginx.workers()[killed % 2:][:1]:
            os.kill(pid, signal.SIGKILL)
            killed += 1

    stop.set()
    for thread in workers:
        thread.join(10)

    tap.ok(killed >= 10 and min(done) > 100,
           "%d workers were killed during %d requests" % (killed, sum(done)),
           done)
    tap.ok(nginx.log().count("exited on signal 9") >= killed - 1,
           "error.log says so")
    tap.equal(wrong[:5], [], "every answer was right")
    tap.ok(max(slowest) < 2, "the slowest took %d ms" % (1000 * max(slowest)))

    tap.ok(servers.wait_until(lambda: len(nginx.workers()) == 2, 3),
           "there are two workers again")

    alive = sum(many(port, some, "/x?passive=1", "live") for some in names)
    tap.equal(alive, threads * each, "every session is live")

    before = cpu(nginx.workers())
    time.sleep(0.5)
    spent = cpu(nginx.workers()) - before
    tap.ok(spent < 0.1, "no worker spins", spent)

    # each of the two answers
    answers = [state(port, names[0][0])[1] for _ in range(40)]
    tap.equal(answers, ["live"] * 40, "no worker is stuck")


def cpu(pids):
    """The seconds of processor time that they have had."""

    ticks = 0

    for pid in pids:
        with open("/proc/%d/stat" % pid) as file:
            fields = file.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])

    return ticks / os.sysconf("SC_CLK_TCK")


def filling(nginx, tap, port):
    """Thousands of new sessions in the smallest of zones."""

    began = time.time()
    end = time.monotonic() + 4
    count = right = 0
    again = True

    while time.monotonic() < end or count < 5000:
        some = ["new%d" % (count + i) for i in range(200)]
        right += many(port, some, "/small", "new")
        count += len(some)

        if many(port, some[-1:], "/small", "live") != 1:
            again = False

        # in use: to lose these is worth a line each second
        many(port, some, "/small", "live")

    tap.equal(right, count, "all of %d new sessions work in a zone of 160k"
              % count)
    tap.ok(again, "the newest is always known")

    lines = [line for line in nginx.log().splitlines()
             if 'session_security_zone "small" is full' in line]
    spent = time.time() - began

    tap.ok(lines and re.search(
        r'\[warn\] .* session_security_zone "small" is full: \d+ live'
        r' sessions were evicted so far, \d+ of them issued by the backend,'
        r' \d+ others seen in one request only, and \d+ found no room; make'
        r' the zone larger', lines[0]),
        "error.log says that the zone is full", lines[:1])
    tap.ok(2 <= len(lines) <= int(spent) + 1,
           "once a second: %d times in %.1f s" % (len(lines), spent), *lines)


class Client:
    """A connection that is kept, with requests one upon the other."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        self.socket.settimeout(5)
        self.file = self.socket.makefile("rb")

    def ask(self, sids, path):
        """Status and state for each; OSError if the connection is lost."""

        self.socket.sendall(b"".join(
            b"GET %s HTTP/1.1\r\nHost: localhost\r\nCookie: sid=%s\r\n\r\n"
            % (path.encode(), sid.encode()) for sid in sids))

        return [self.answer() for _ in sids]

    def answer(self):
        line = self.file.readline()
        if not line:
            raise OSError("the connection is closed")

        status, name, length = int(line.split()[1]), None, 0

        while True:
            line = self.file.readline()
            if not line:
                raise OSError("the connection is closed")
            if line == b"\r\n":
                break

            key, _, value = line.decode().partition(":")

            if key == "X-State":
                name = value.strip()
            elif key == "Content-Length":
                length = int(value)

        if len(self.file.read(length)) < length:
            raise OSError("the connection is closed")

        return status, name

    def close(self):
        self.file.close()
        self.socket.close()


def many(port, sids, path, wanted):
    """How many of these sessions get 200 and are in the wanted state."""

    client = Client(port)
    right = 0

    try:
        for i in range(0, len(sids), 50):
            right += client.ask(sids[i:i + 50], path).count((200, wanted))
    finally:
        client.close()

    return right


def test(running, tap):
    test_withholding(running, tap)
    test_asides(running, tap)
    test_running(running, tap)


if __name__ == "__main__":
    servers.main("backends", 300, test)
