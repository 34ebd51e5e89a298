#!/usr/bin/python3
"""
Each allocation of the module fails in turn, while nginx reads its
configuration and in every kind of request.  Nothing may crash; the request
ends with 500, or without an answer if its own was under way, or it gets the
answer that it would have got; no session that lives is lost, none that is
dead gets through, and the log stays short.

tests/oom/run builds the module for it: MODULE, and SHIPPED as it is.
"""

import gzip
import http.client
import itertools
import mmap
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

import servers
from servers import API, PAGE

VALGRIND = os.environ.get("VALGRIND") == "1"
HERE = os.path.dirname(os.path.abspath(__file__))

# what the module calls and what never wants memory

HARMLESS = set("""
    SSL_is_init_finished
    ngx_atoi ngx_cached_time ngx_cmp_sockaddr ngx_conf_log_error ngx_current_msec
    ngx_cycle
    ngx_escape_html ngx_escape_uri ngx_event_timer_rbtree ngx_explicit_memzero
    ngx_hash_key
    ngx_hextoi ngx_http_arg ngx_http_clean_header ngx_http_core_module
    ngx_http_finalize_request
    ngx_http_gzip_ok ngx_http_parse_complex_uri ngx_http_run_posted_requests
    ngx_http_script_variables_count ngx_http_split_args ngx_http_top_body_filter
    ngx_http_top_header_filter ngx_inet_get_port
    ngx_cpystrn ngx_log_error_core ngx_murmur_hash2
    ngx_pagesize ngx_parse_size ngx_rbtree_delete
    ngx_rbtree_insert ngx_slprintf ngx_snprintf
    ngx_sprintf ngx_strcasecmp ngx_strlcasestrn ngx_strncasecmp ngx_unescape_uri

    ngx_process ngx_test_config ngx_worker

    __cxa_finalize __errno_location __stack_chk_fail clock_gettime close dirname
    fallocate fchmod fclose flock fread free fstat ftruncate geteuid getpid kill lstat
    madvise memchr memcmp memcpy memmove memset msync munmap open
    posix_fallocate pread pwrite read readlink rename sched_yield signal
    snprintf stat strchr strcmp strlen strncasecmp strncmp strrchr strtoull unlink
    usleep

    _ITM_deregisterTMCloneTable _ITM_registerTMCloneTable __gmon_start__
""".split())

# these are nginx's own, which it calls itself for a directive

HARMLESS |= {"ngx_conf_set_flag_slot", "ngx_http_set_predicate_slot"}

BODIES = {
    "page": b"<!doctype html><html lang=en><head><title>a</title></head>"
            b"<body>text",
    "bare": b"some text",
    "none": b"<!doctype html><ht",
    "utf-16": "<html>".encode("utf-16"),
    "": b"ok\n",
}


class Memory:
    """What tests/oom/fail.c shares."""

    SITE = struct.Struct("III48s68s")

    def __init__(self, path):
        with open(path, "wb") as file:
            file.write(bytes(65536))

        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 65536)

        os.environ["OOM_FILE"] = path

    def arm(self, fail_at=0, onwards=False):
        self.map[:16] = struct.pack("IIII", fail_at, onwards, 0, 0)

    def disarm(self):
        """How many calls there were, and how many failed."""

        _, _, seen, failed = struct.unpack("IIII", self.map[:16])
        self.arm()
        return seen, failed

    def failed(self):
        return struct.unpack_from("I", self.map, 12)[0]

    def failures(self):
        """The sites that have failed, once for each time."""

        return {"%s, %d" % (name, i)
                for name, (_, failed) in self.sites().items()
                for i in range(failed)}

    def sites(self):
        """{name: (times seen, times failed)}"""

        count, = struct.unpack("I", self.map[16:20])
        sites = {}

        for i in range(count):
            line, seen, failed, file, call = self.SITE.unpack_from(
                self.map, 20 + i * self.SITE.size)
            sites["%s:%d %s" % (text(file), line, text(call))] = seen, failed

        return sites


def text(data):
    return data.partition(b"\0")[0].decode()


class Backend(threading.Thread):
    """
    Answers as the request's arguments say: h, a header, as often as wanted;
    body, one of the above; how, its transfer; cut, where it is cut into
    pieces; status.  Keeps what came.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.seen = []

    def run(self):
        while True:
            client, _ = self.socket.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(client,),
                             daemon=True).start()

    def serve(self, client):
        with client:
            got = b""

            try:
                while b"\r\n\r\n" not in got:
                    more = client.recv(65536)
                    if not more:
                        return
                    got += more

                self.seen.append(got.decode())
                self.answer(client, got.decode())

            except OSError:
                pass

    def answer(self, client, got):
        said = urllib.parse.parse_qs(urllib.parse.urlsplit(
            got.split(" ")[1]).query, keep_blank_values=True)
        how, = said.get("how", ["length"])
        body = BODIES[said.get("body", [""])[0]]
        cuts = [int(cut) for cut in said.get("cut", [])]

        if "\r\nupgrade:" in got.lower():
            client.sendall(b"HTTP/1.1 101 Switching Protocols\r\n"
                           b"Upgrade: websocket\r\n"
                           b"Connection: Upgrade\r\n\r\n")
            client.recv(1)
            return

        head = ["HTTP/1.1 %s Said" % said.get("status", ["200"])[0],
                "Connection: close"] + said.get("h", [])

        if how == "chunked":
            head.append("Transfer-Encoding: chunked")
        elif how == "length":
            head.append("Content-Length: %d" % len(body))

        client.sendall(("\r\n".join(head) + "\r\n\r\n").encode())

        if got.startswith("HEAD"):
            return

        for first, last in zip([0] + cuts, cuts + [len(body)]):
            piece = body[first:last]

            if how == "chunked" and piece:
                piece = b"%x\r\n%s\r\n" % (len(piece), piece)

            client.sendall(piece)

            if cuts:
                time.sleep(0.002)

        if how == "chunked":
            client.sendall(b"0\r\n\r\n")


CONF = """
    session_security_zone cookie=sid zone=s:1m;
    session_security_zone cookie=part* zone=split:1m until=!;
    session_security_zone $http_x_key$http_x_more zone=keyed:1m;
    session_security_zone cookie=__Host-id zone=host:1m;
    session_security_zone cookie=filed zone=filed:1m file=%(dir)s/zone;

    map $arg_expire $expire { default $arg_expire$arg_unit; "" 600s; }
    map $arg_max $max { default $arg_max$arg_unit; "" 0; }

    proxy_http_version 1.1;
    keepalive_timeout 0;
    large_client_header_buffers 4 32k;

    server {
        listen 127.0.0.1:%(port)d;

        session_security zone=s;
        session_security_logout_url
            /logout?next=$session_security_return_url;
        add_header X-State $session_security_state always;

        location / {
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location = /ping {
            session_security_ping;
        }
        location = /s.js {
            session_security_script;
        }
        location = /state {
            include state.conf;
        }
        location /passive/ {
            session_security_passive $arg_poll$arg_also;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /pattern/ {
            session_security_passive_urls /pattern/x/* ~*^/pattern/[A-C]+$
                                          /moved/here;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /moved/ {
            rewrite ^ /pattern/z last;
        }
        location /user/ {
            session_security_activity user;
            session_security_origins https://app.example http://app.example:81;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /variables/ {
            proxy_pass http://127.0.0.1:%(backend)d;
            proxy_set_header X-State $session_security_state;
            proxy_set_header X-Idle $session_security_idle;
            proxy_set_header X-Remaining $session_security_remaining;
            proxy_set_header X-Return $session_security_return_url;
        }
        location /times/ {
            session_security_expire_after $expire;
            session_security_max_lifetime $max;
            session_security_warn_after $arg_warn$arg_unit;
            session_security_inject on;
            proxy_pass http://127.0.0.1:%(backend)d;

            location = /times/ping { session_security_ping; }
            location = /times/state {
                session_security_expire_after 9000s;
                include state.conf;
            }
        }
        location /login/ {
            session_security_login_url
                /login/in?next=$session_security_return_url;
            session_security_cookie path=$arg_path domain=$host
                                    secure partitioned;
            session_security_inject on;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /elsewhere/ {
            session_security_logout_url https://sso.example/out?u=$uri;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /nowhere/ {
            session_security_logout_url $arg_none;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /strange/ {
            session_security_logout_url "/out now/&<$arg_x>";
            session_security_inject on;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /address/ {
            session_security_logout_url http://127.0.0.1/address/out;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /coded/ {
            session_security_logout_url /coded/out%%20now;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /denied/ {
            session_security_expired_status 403;
            error_page 403 = /refused;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /status/ {
            session_security_expired_status 444;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /fallback/ {
            error_page 500 = @fallback;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location @fallback {
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /unwatched/ {
            error_page 500 = /off$uri?$args;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /off/ {
            internal;
            session_security off;
            proxy_set_header X-Off 1;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location = /returned {
            add_header Set-Cookie sid=$arg_new;
            return 200 returned;
        }
        location /strict/ {
            session_security_unknown expired;
            proxy_pass http://127.0.0.1:%(backend)d;

            location = /strict/state { include state.conf; }
        }
        location /page/ {
            session_security_inject on extend=button forms=off title=on
                events=keydown,click lang=$arg_lang nonce=$request_id;
            proxy_pass http://127.0.0.1:%(backend)d;

            location /page/unbuffered/ {
                proxy_buffering off;
                proxy_pass http://127.0.0.1:%(backend)d;
            }
            location /page/small/ {
                proxy_buffers 4 1k;
                proxy_buffer_size 1k;
                proxy_busy_buffers_size 2k;
                proxy_pass http://127.0.0.1:%(backend)d;
            }
            location /page/gzip/ {
                gzip on;
                gzip_min_length 1;
                proxy_pass http://127.0.0.1:%(backend)d;
            }
            location /page/static/ {
                alias %(dir)s/static/;
            }
        }
        location /kept/ {
            session_security_no_store on;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /ws/ {
            session_security_connections active;
            session_security_passive $arg_poll$arg_also;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection Upgrade;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /split/ {
            session_security zone=split;
            proxy_pass http://127.0.0.1:%(backend)d;

            location = /split/ping { session_security_ping; }
            location = /split/state { include state.conf; }
        }
        location /keyed/ {
            session_security zone=keyed;
            proxy_pass http://127.0.0.1:%(backend)d;

            location = /keyed/ping { session_security_ping; }
            location = /keyed/state { include state.conf; }
        }
        location /host/ {
            session_security zone=host;
            proxy_pass http://127.0.0.1:%(backend)d;

            location = /host/ping { session_security_ping; }
            location = /host/state { include state.conf; }
        }
        location /filed/ {
            session_security zone=filed;
            proxy_pass http://127.0.0.1:%(backend)d;

            location = /filed/ping { session_security_ping; }
            location = /filed/state { include state.conf; }
        }
    }

    server {
        listen 127.0.0.1:%(port)d;
        server_name builtin;

        session_security zone=s;
        session_security_logout_url /logout;
        session_security_expire_after $expire;
        session_security_max_lifetime $max;
        add_header X-State $session_security_state always;

        location / {
            session_security_inject on;
            session_security_cookie path=$arg_path;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
        location /api/ {
            session_security_expire_after $expire;
            proxy_pass http://127.0.0.1:%(backend)d;
        }
    }
"""

# all that a session's state can be asked of, and made from

STATE = """
    session_security_passive 1;
    add_header X-State "$session_security_state $session_security_idle" always;
    alias %(dir)s/static/state.txt;
"""

# where a zone's locations are, and how a request carries its key

ZONES = {
    "s": ("", "Cookie: sid={k}", "sid"),
    "split": ("/split", "Cookie: part_0={k}; part_1=rest", "part_0"),
    "keyed": ("/keyed", "X-Key: {k}", "sid"),
    "host": ("/host", "Cookie: __Host-id={k}", "__Host-id"),
    "filed": ("/filed", "Cookie: filed={k}", "filed"),
}


def say(*headers, **more):
    """Arguments that have the backend answer so."""

    said = [("h", header) for header in headers] + [
        (name, value) for name, values in more.items()
        for value in (values if isinstance(values, list) else [values])]

    return "?" + urllib.parse.urlencode(said, safe="{}/")


class Kind:
    """
    A kind of request: what it is, of a session in which state, and what comes
    of it if there is memory.  {k} stands for the session's key, {n} for a new
    one.  What the expression in vary matches may differ.  lost: what it is, if
    not what it usually is, where the response was lost.  unwatched: an error
    page asks the backend, where nobody watches.
    """

    def __init__(self, name, path, before, status, after, kind=PAGE,
                 method="GET", headers=None, more=(), body=None, zone="s",
                 new=None, state="/state", vary=None, lost=None,
                 unwatched=False):
        self.name = name
        self.path = path
        self.before = before
        self.status = status
        self.after = after
        self.kind = kind
        self.method = method
        self.headers = [ZONES[zone][1]] if headers is None else headers
        self.headers = self.headers + list(more)
        self.body = body
        self.zone = zone
        self.new = new
        self.state = ZONES[zone][0] + state
        self.vary = vary
        self.lost = lost
        self.unwatched = unwatched


SET = "Set-Cookie: sid={n}; Path=/"
AGAIN = "Set-Cookie: sid={k}; Path=/"
GONE = "Set-Cookie: sid=; Path=/; Max-Age=0"
HTML = "Content-Type: text/html"
ON, OFF, END = ("X-Accel-Session: " + word for word in ("on", "off", "end"))
BEACON = "Sec-Fetch-Site: same-origin"
BUILTIN = ["Host: builtin"]
TWO = ["Cookie: a=b", "Cookie: sid={k}"]
GZIP = "Accept-Encoding: gzip"

KINDS = [
    # whose session it is
    Kind("without a key", "/", None, 200, None, headers=[]),
    Kind("unknown", "/", "unknown", 200, "live"),
    Kind("unknown, from a script", "/", "unknown", 200, "live", API),
    Kind("live", "/", "idle", 200, "live"),
    Kind("live, from a script", "/", "live", 200, "live", API),
    Kind("live, with a body", "/", "live", 200, "live", method="POST",
         body="a=b"),
    Kind("a visitor's", "/", "visitor", 200, "anonymous"),
    Kind("live, spelled in another way", "/", "live", 200, "live",
         headers=["Cookie: sid={spelled}; a=b"]),
    Kind("live, in the second of two headers", "/", "live", 200, "live",
         headers=TWO),
    Kind("three live", "/", "live", 200, "live",
         headers=["Cookie: sid={k}; sid={n}; sid=a%6ec"]),
    Kind("three, one of them dead", "/", "closed", 200, "closed",
         headers=["Cookie: a=b; sid=one; sid={k}; c=d; sid=two"]),
    Kind("an expired one beside another", "/", "expired", 200, "expired",
         headers=["Cookie: sid={k}; sid={n}"]),
    Kind("too many", "/", "live", 200, "live",
         headers=["Cookie: sid={k}; " + "; ".join(
             "sid=many%d" % i for i in range(17))]),

    # expired and closed
    Kind("expired, a page", "/a?b=c", "expired", 302, "expired"),
    Kind("expired, a page with slashes", "/%2F%252fa", "expired", 302,
         "expired"),
    Kind("expired, a form", "/a", "expired", 303, "expired", method="POST",
         body="a=b"),
    Kind("expired, a script", "/", "expired", 401, "expired", API),
    Kind("expired, a script's POST", "/", "expired", 401, "expired", API,
         "POST", body="{}"),
    Kind("expired, logout", "/logout?next=%2F", "expired", 200, "closed"),
    Kind("expired, logout that sets cookies",
         "/logout" + say(AGAIN, SET, "Set-Cookie: other=1"), "expired", 200,
         "closed"),
    Kind("expired, logout in other letters", "/coded/%6Fut%20now",
         "expired", 200, "closed"),
    Kind("expired, logout at an address", "/address/out",
         "expired", 200, "closed"),
    Kind("expired, a form of another site's", "/a", "expired", 200, "expired",
         {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"},
         "POST", body="a=b"),
    Kind("expired, in the second of two headers", "/", "expired", 302,
         "expired", headers=TWO),
    Kind("expired, without a logout URL", "/nowhere/", "expired", 200,
         "closed"),
    Kind("expired, logout elsewhere", "/elsewhere/", "expired", 302,
         "closed"),
    Kind("expired, strange logout URL", "/strange/?x=<%20>", "expired", 302,
         "expired"),
    Kind("expired, a page that has a login page", "/login/x", "expired", 302,
         "closed"),
    Kind("expired, the login page", "/login/in", "expired", 200, "closed"),
    Kind("expired, cookie from another path",
         "/login/x?path=/app", "expired", 302, "closed"),
    Kind("expired, an error page of nginx's", "/denied/", "expired", 200,
         "expired", API),
    Kind("closed, a page", "/", "closed", 200, "closed"),
    Kind("closed, among other cookies", "/", "closed", 200, "closed",
         headers=["Cookie: a=b; sid={k}; c=d"]),
    Kind("closed, among other headers", "/", "closed", 200, "closed",
         headers=["X-A: b", "Cookie: sid={k}", "X-C: d"]),
    Kind("closed, in the second of two headers", "/", "closed", 200,
         "closed", headers=TWO),
    Kind("closed, spelled in another way", "/", "closed", 200, "closed",
         headers=["Cookie: sid={spelled}"]),
    Kind("closed, a script", "/", "closed", 200, "closed", API),
    Kind("closed, with an error page that goes to the backend", "/fallback/",
         "closed", 200, "closed"),
    Kind("closed, the same by two headers", "/fallback/", "closed", 200,
         "closed", headers=TWO),
    Kind("closed, of several, the same", "/fallback/", "closed", 200,
         "closed", headers=["Cookie: sid={k}; sid={n}"]),
    Kind("closed, an error page that is not watched",
         "/unwatched/" + say(AGAIN), "closed", 200, "live", unwatched=True),
    Kind("closed, of several, the same", "/unwatched/" + say(AGAIN),
         "closed", 200, "closed", headers=["Cookie: sid={k}; sid={n}"],
         unwatched=True),
    Kind("closed, learned scopes", "/", "closed", 200, "closed",
         more=["Host: localhost"]),

    # responses
    Kind("a login", "/" + say(SET), None, 200, None, headers=[], new="live"),
    Kind("a login that says so", "/" + say(SET, ON), "unknown", 200, "live",
         new="live"),
    Kind("a login, where unknown is expired", "/strict/" + say(SET), None,
         200, None, headers=[], new="live", state="/strict/state"),
    Kind("a login with a dead cookie", "/" + say(AGAIN), "closed", 200,
         "live"),
    Kind("a login with a dead cookie, a new one", "/" + say(SET), "closed",
         200, "closed", new="live"),
    Kind("the cookie is set again", "/" + say(AGAIN), "live", 200, "live"),
    Kind("the cookie changes", "/" + say(SET), "live", 200, "live",
         new="live"),
    Kind("the cookie changes, and nine others with it", "/" + say(
        *("Set-Cookie: sid={n}; Path=/%d" % i for i in range(9)), SET),
         "live", 200, "live", new="live"),
    Kind("the cookie changes, of an unissued one", "/" + say(SET), "idle",
         200, "live", new="live"),
    Kind("the cookie is deleted", "/" + say(GONE), "live", 200, "closed"),
    Kind("the cookie is deleted, and others are set", "/" + say(
        "Set-Cookie: a=b", GONE, "Set-Cookie: sid2={n}"), "live", 200,
         "closed"),
    Kind("the cookie is deleted and set", "/" + say(GONE, SET), "live", 200,
         "live", new="live"),
    Kind("the backend says on", "/" + say(ON), "visitor", 200, "live"),
    Kind("the backend says limits", "/" + say(
        ON + "; expire_after=300s; warn_after=20s"), "live", 200, "live"),
    Kind("the backend says off", "/" + say(OFF), "live", 200, "anonymous"),
    Kind("the backend says off, and sets the cookie", "/" + say(OFF, AGAIN),
         "live", 200, "anonymous"),
    Kind("the backend says off, and changes the cookie", "/" + say(OFF, SET),
         "live", 200, "closed", new="anonymous", lost="anonymous"),
    Kind("the backend says end", "/" + say(END), "live", 200, "closed"),
    Kind("the backend says end, and sets the cookie", "/" + say(END, AGAIN),
         "live", 200, "closed"),
    Kind("the backend says end, and changes the cookie", "/" + say(END, SET),
         "live", 200, "closed", new="live"),
    Kind("the backend says what is wrong", "/" + say(ON + "; a=b"), "live",
         200, "live"),
    Kind("the backend redirects", "/" + say("X-Accel-Redirect: /b", END),
         "live", 200, "closed"),
    Kind("the backend redirects a login",
         "/" + say("X-Accel-Redirect: /b", SET, ON), None, 200, None,
         headers=[], new="live"),
    Kind("an answer of nginx's own", "/returned?new={n}", None, 200, None,
         headers=[], new="live"),
    Kind("an answer of nginx's own, with a cookie", "/returned?new={n}",
         "live", 200, "live", new="live"),
    Kind("an answer of nginx's own, with two", "/returned?new={n}", "live",
         200, "live", new="live", headers=TWO),

    # activity
    Kind("passive", "/passive/?poll=1", "idle", 200, "live"),
    Kind("passive by a pattern", "/pattern/abc", "idle", 200, "live"),
    Kind("passive before it was rewritten", "/moved/x/../h%65re", "idle", 200,
         "live"),
    Kind("passive for all but users", "/user/", "idle", 200, "live",
         more=["Sec-Fetch-User: ?1"]),
    Kind("variables", "/variables/%2Fa", "live", 200, "live",
         vary=r"X-(Idle|Remaining|Return): [^\r]*\r\n"),
    Kind("a WebSocket", "/ws/", "idle", 101, "live",
         {"Sec-Fetch-Mode": "websocket"}, more=["Upgrade: websocket"]),
    Kind("a WebSocket of an expired session", "/ws/", "expired", 401,
         "expired", {"Sec-Fetch-Mode": "websocket"},
         more=["Upgrade: websocket"]),

    # the ping
    Kind("ping", "/ping", "idle", 200, "live", API),
    Kind("ping that tells of activity", "/ping?idleFor=10", "idle", 200,
         "live", API),
    Kind("ping, HEAD", "/ping", "idle", 200, "live", API, "HEAD"),
    Kind("ping, POST", "/ping?idleFor=10", "idle", 200, "live", API, "POST",
         body="", more=[BEACON]),
    Kind("ping, PUT", "/ping", "idle", 405, "live", API, "PUT"),
    Kind("ping without a session", "/ping", None, 200, None, API,
         headers=[]),
    Kind("ping of an expired one", "/ping", "expired", 200, "expired", API),
    Kind("ping of a closed one", "/ping", "closed", 200, "closed", API),
    Kind("ping from a page", "/ping?back=%2Fa%20%26", "idle", 200, "live"),
    Kind("ping from a page that is dead", "/ping?back=%2Fa%20%26", "expired",
         302, "expired"),

    # the ping and the script without locations of their own
    Kind("built-in ping", "/a/session_security/ping/?idleFor=10&age=1", "idle",
         200, "live", API, more=BUILTIN),
    Kind("built-in ping in another location",
         "/api/session_security/ping/?idleFor=10", "idle", 200, "live", API,
         more=BUILTIN),
    Kind("built-in ping of another session's page",
         "/session_security/ping/?idleFor=10&age=9000", "live", 200, "live",
         API, more=BUILTIN),
    Kind("built-in ping of an expired one", "/session_security/ping/",
         "expired", 200, "expired", API, more=BUILTIN),
    Kind("built-in ping, PUT", "/session_security/ping/", "idle", 405, "live",
         API, "PUT", more=BUILTIN),
    Kind("built-in script", "/a/session_security/script.js", None, 200, None,
         headers=BUILTIN),
    Kind("a page with them", "/a&b/page" + say(HTML, body="page"),
         "live", 200, "live", more=BUILTIN),
    Kind("a page with them, below a path", "/a&b/page" + say(
        HTML, body="page", path="/a&b"), "live", 200, "live", more=BUILTIN),
    Kind("a page that closes its session", "/a&b/page" + say(
        HTML, GONE, body="page"), "live", 200, "closed", more=BUILTIN),

    # times with variables
    Kind("expired by a variable", "/times/?expire=20&max=0", "idle", 302,
         "expired"),
    Kind("live by a variable", "/times/?expire=9000&max=0", "old", 200, "live",
         state="/times/state"),
    Kind("too old by a variable", "/times/?expire=9000&max=20", "idle", 302,
         "expired"),
    Kind("warned by a variable",
         "/times/" + say(HTML, expire="9000", max="0",
                        warn="8000", body="page"),
         "idle", 200, "live"),

    # pages
    Kind("a page", "/page/" + say(HTML, body="page"), "live", 200, "live"),
    Kind("a page in chunks", "/page/" + say(HTML, body="page", how="chunked"),
         "live", 200, "live"),
    Kind("a page to the connection's end",
         "/page/" + say(HTML, body="page", how="close"), "live", 200,
         "live"),
    Kind("a page, HEAD", "/page/" + say(HTML, body="page"), "live", 200,
         "live", method="HEAD", vary=r"Content-Length: \d+"),
    Kind("a page in pieces", "/page/unbuffered/" + say(
        HTML, body="page", cut=["20", "31", "33", "40"]), "live", 200,
         "live"),
    Kind("a page in pieces, in chunks", "/page/unbuffered/" + say(
        HTML, body="page", how="chunked", cut=["17", "28", "33"]), "live",
         200, "live"),
    Kind("a page in small buffers", "/page/small/" + say(
        HTML, body="page", cut=["17", "28", "33"]), "live", 200, "live"),
    Kind("a page with options", "/page/" + say(
        HTML, body="page", lang='"<de>"'), "live", 200, "live"),
    Kind("a page that is compressed", "/page/gzip/" + say(
        HTML, body="page"), "live", 200, "live", more=[GZIP]),
    Kind("a page that the browser has", "/page/" + say(HTML, body="page"),
         "live", 200, "live", more=[
             "If-None-Match: e", "X-A: b", "If-Modified-Since: e", "X-B: c",
             GZIP, "X-C: d"]),
    Kind("a page without a place", "/page/" + say(HTML, body="none"), "live",
         200, "live"),
    Kind("a page without a place, in pieces", "/page/unbuffered/" + say(
        HTML, body="none", cut=["3", "16"]), "live", 200, "live"),
    Kind("a page with a place at its end", "/page/unbuffered/" + say(
        HTML, body="bare", cut=["3"]), "live", 200, "live"),
    Kind("a page in UTF-16", "/page/" + say(HTML, body="utf-16"), "live",
         200, "live", vary=r"Content-Length: \d+|\0{9,}"),
    Kind("a page that is a file", "/page/static/page.html", "live", 200,
         "live"),
    Kind("a page of a directory", "/page/static/", "live", 200, "live"),
    Kind("a page with limits of its own", "/page/" + say(
        HTML, ON + "; expire_after=300s", body="page"), "live", 200, "live"),
    Kind("a page that changes the cookie", "/page/" + say(
        HTML, SET, body="page"), "live", 200, "live", new="live"),
    Kind("a page with a strange logout URL", "/strange/" + say(
        HTML, body="page", x="<%20>"), "live", 200, "live"),
    Kind("a page with a login page", "/login/" + say(HTML, body="page"),
         "live", 200, "live"),
    Kind("a page that is kept out of caches", "/kept/" + say(
        HTML, body="page"), "live", 200, "live"),
    Kind("a page of a visitor's", "/page/" + say(HTML, body="page"),
         "visitor", 200, "anonymous"),

    # the first page of a session
    Kind("a login with its page", "/page/" + say(HTML, SET, body="page"),
         None, 200, None, headers=[], more=[GZIP], new="live"),
    Kind("a login with its page, and times by variables", "/times/" + say(
        HTML, SET, expire="9000", max="8000", warn="800", body="page"),
         None, 200, None, headers=[], new="live",
         vary=r'data-ends-in="[\d.]+"|content="\d+;|Content-Length: \d+'),
    Kind("a visitor who logs in with a page", "/page/" + say(
        HTML, ON, body="page"), "visitor", 200, "live"),
    Kind("without a key, and with one in another zone", "/page/" + say(
        "X-Accel-Redirect: /keyed/b"), "idle", 200, "live", zone="keyed"),

    # the script
    Kind("the script", "/s.js", None, 200, None, headers=[]),
    Kind("the script, HEAD", "/s.js", None, 200, None, method="HEAD",
         headers=[]),
    Kind("the script, compressed", "/s.js?v={v}", None, 200, None,
         headers=[GZIP]),
    Kind("the script, with a body", "/s.js?v={v}", None, 200, None,
         headers=[], body="a"),
    Kind("the script, POST", "/s.js", None, 405, None, method="POST",
         body="a", headers=[]),

    # other zones
    Kind("a split cookie", "/split/", "live", 200, "live", zone="split"),
    Kind("a split cookie, closed", "/split/", "closed", 200, "closed",
         zone="split"),
    Kind("a split cookie that changes", "/split/" + say(
        "Set-Cookie: part_0={n}", "Set-Cookie: part_1=tail"), "live", 200,
         "live", zone="split", new="live"),
    Kind("a header's key", "/keyed/", "idle", 200, "live", zone="keyed"),
    Kind("a header's key, expired", "/keyed/", "expired", 401, "expired",
         API, zone="keyed"),
    Kind("a header's key, closed", "/keyed/", "closed", 401, "closed",
         zone="keyed"),
    Kind("a __Host- cookie, closed", "/host/", "closed", 200, "closed",
         zone="host"),
    Kind("a zone in a file", "/filed/", "live", 200, "live", zone="filed"),
    Kind("a zone in a file, closed", "/filed/", "closed", 200, "closed",
         zone="filed"),
]


class Answer:
    """What came of a request; none is one that was cut off."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def all(self, name):
        return [value for key, value in self.headers if key == name]

    def shape(self, key, new, vary):
        """It, without what differs from one request to the next."""

        body = self.body

        if "gzip" in self.all("Content-Encoding") and body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)

        tagged = b"<script defer" in body
        lines = ["%s: %s" % (name, value) for name, value in self.headers
                 if name != "Date"
                 and not (name == "Content-Length" and tagged)]

        return plain("%d\r\n%s\r\n\r\n%s" % (
            self.status, "\r\n".join(sorted(lines)),
            body.decode("latin-1")), key, new, vary)


def plain(text, key, new, vary):
    """Text without the keys, and without what times and chance make of it."""

    text = text.replace(new, "NEW").replace(key, "KEY")
    text = text.replace("%6b" + key[1:], "SPELLED")
    text = re.sub(r"data-(idle|ends-in)=\"[\d.]+\"", r"data-\1", text)
    text = re.sub(r"content=\"\d+", "content=\"", text)
    text = re.sub(r"nonce=\"\w+\"", "nonce", text)
    text = re.sub(r"next=(%2F)?[^\s;&\"]*", "next", text)

    # a request header that was to go may be left behind, but empty

    text = re.sub(r"(Cookie|If-None-Match|If-Modified-Since|Accept-Encoding)"
                  r": \r\n", "", text)

    return re.sub(vary, "", text) if vary else text


class Run:
    """The servers, and what it takes to try one kind after the other."""

    def __init__(self, running, tap, memory):
        self.running = running
        self.tap = tap
        self.memory = memory
        self.numbers = itertools.count()
        self.logged = 0
        self.version = ""

        self.backend = Backend()
        self.backend.start()
        self.port = servers.free_port()

        os.makedirs(running.path("static"))

        for name, body in (("state.txt", "state"),
                           ("page.html", BODIES["page"].decode()),
                           ("index.html", BODIES["page"].decode())):
            running.write("static/" + name, body)

        names = {"dir": running.dir, "port": self.port,
                 "backend": self.backend.port}

        running.write("state.conf", STATE % names)
        self.nginx = Nginx(running, CONF % names)

    # asking

    def ask(self, path, kind=PAGE, method="GET", headers=(), body=None):
        """An Answer; None if the connection ended before it was whole."""

        lines = ["%s: %s" % line for line in kind.items()] + list(headers)

        if body is not None:
            lines.append("Content-Length: %d" % len(body))

        if not any(line.startswith("Host:") for line in lines):
            lines.append("Host: 127.0.0.1")

        asked = "%s %s HTTP/1.1\r\n%s\r\n\r\n%s" % (
            method, path, "\r\n".join(lines), body or "")

        with socket.create_connection(("127.0.0.1", self.port), 30) as peer:
            peer.sendall(asked.encode())
            response = http.client.HTTPResponse(peer, method=method)

            try:
                response.begin()
                got = b"" if response.status == 101 else response.read()
            except (http.client.HTTPException, ConnectionError):
                return None

            return Answer(response.status, response.getheaders(), got)

    def state(self, path, headers):
        """Of a key: its state, and how long it has been idle."""

        answer = self.ask(path, PAGE, "GET", headers)
        said = answer.all("X-State") if answer else []
        state, _, idle = "".join(said).partition(" ")

        return state, int(idle or -1)

    def make(self, before, zone, key):
        """A session in that state."""

        prefix, carries, name = ZONES[zone]
        carries = [carries.format(k=key)]

        def tell(*said):
            self.ask(prefix + "/" + say(*said), API, headers=carries)

        if before in ("idle", "old", "expired"):
            path = "/times/ping?idleFor=700&expire=9000" if before == "old" else \
                prefix + "/ping?idleFor=%d" % {"idle": 50,
                                               "expired": 9000}[before]
            self.ask(path, API, headers=carries)

        elif before in ("live", "closed", "visitor"):
            if zone == "keyed":
                tell()
            else:
                self.ask(prefix + "/" + say("Set-Cookie: %s=%s; Path=/"
                                            % (name, key)), API)
            if before == "closed":
                tell(END)
            elif before == "visitor":
                tell(OFF)

    def prepare(self):
        """What every kind of request may need."""

        # a cookie that is set in more than one scope

        self.ask("/" + say("Set-Cookie: sid=one; Domain=localhost; Secure; "
                           "SameSite=None; Partitioned"),
                 headers=["Host: localhost"])

        page = self.ask("/page/" + say(HTML, body="page"),
                        headers=["Cookie: sid=two"])
        self.version = re.search(rb"\?v=(\w+)", page.body)[1].decode()

    # what is checked

    def lines(self):
        """What the log has got since the last time."""

        log = self.nginx.log()
        new, self.logged = log[self.logged:], len(log)

        return new.splitlines()

    def once(self, kind, fail_at=0, onwards=False):
        """
        One request of a session made for it; gives what came of it, and how
        many calls failed.
        """

        number = next(self.numbers)
        key, new = "k%023d" % number, "n%023d" % number
        spelled = "%6b" + key[1:]

        def fill(text):
            return text.format(k=key, n=new, spelled=spelled, v=self.version)

        self.make(kind.before, kind.zone, key)
        had = self.state(kind.state, [ZONES[kind.zone][1].format(k=key)]) \
            if kind.before not in (None, "unknown") else ("new", 0)

        self.backend.seen.clear()
        self.lines()
        self.memory.arm(fail_at, onwards)

        answer = self.ask(fill(kind.path), kind.kind, kind.method,
                          [fill(line) for line in kind.headers], kind.body)

        _, failed = self.memory.disarm()
        lines = self.lines()
        seen = list(self.backend.seen)
        carries = ZONES[kind.zone][1]

        return Came(
            answer,
            answer and answer.shape(key, new, kind.vary),
            [plain(got, key, new, kind.vary) for got in seen],
            had,
            kind.before and self.state(kind.state, [carries.format(k=key)]),
            kind.new and self.state(kind.state, [carries.format(k=new)]),
            lines), failed

    def try_kind(self, kind):
        """All of its calls fail, one after the other."""

        usual, _ = self.once(kind)
        wrong = []

        if (usual.answer is None or usual.answer.status != kind.status
                or kind.before and usual.after[0] != kind.after
                or kind.new and usual.new[0] != kind.new):
            wrong.append("with memory: %r" % usual)

        workers = self.nginx.workers()
        calls = 0

        for onwards in False, True:
            for fail_at in itertools.count(1):
                came, failed = self.once(kind, fail_at, onwards)

                if not failed:
                    break

                calls += 1

                for what in came.wrong(kind, usual):
                    wrong.append("call %d%s: %s: %r" % (
                        fail_at, " and all after it" if onwards else "",
                        what, came))

                if self.nginx.workers() != workers:
                    wrong.append("call %d: another worker: %r" % (
                        fail_at, came.lines))
                    workers = self.nginx.workers()

        self.tap.ok(not wrong, "%s: %d times without memory"
                    % (kind.name, calls), *wrong[:4])


class Came:
    """What came of a request, wherever it can be seen."""

    def __init__(self, answer, shape, seen, had, after, new, lines):
        self.answer = answer
        self.shape = shape
        self.seen = seen
        self.had = had
        self.after = after
        self.new = new
        self.lines = lines

    def __repr__(self):
        return "%r, from %r to %r, new %r; to the backend %r; log %r" % (
            self.shape and self.shape[:1500], self.had, self.after, self.new,
            [got[:300] for got in self.seen], self.lines)

    def wrong(self, kind, usual):
        """What may not be so, as compared with what usually comes of it."""

        if kind.unwatched and any("X-Off" in got for got in self.seen):
            if self.after[0] != self.had[0]:
                yield "an error page revives it"
            return

        whole = self.shape == usual.shape

        if not whole and self.answer:
            yield from self.wrong_failure(usual)

        if any(got not in usual.seen for got in self.seen):
            yield "the backend got something else"

        if whole and len(self.seen) != len(usual.seen):
            yield "answered, and the backend was not asked"

        if kind.before:
            allowed = {usual.after[0]}

            # what has ended has, once the backend was asked

            if not whole and not (self.seen and self.had[0] == "live"
                                  and usual.after[0] != "live"):
                allowed.add(self.had[0])

            if not whole and kind.lost:
                allowed.add(kind.lost)

            if self.after[0] not in allowed:
                yield "its session is %s" % self.after[0]

        if kind.before == "idle" and self.after[0] == "live":
            moved = self.after[1] < usual.had[1]

            if (moved != (usual.after[1] < usual.had[1])
                    and (whole or moved)):
                yield "its last activity is wrong"

        if kind.new:
            allowed = {usual.new[0]} if whole else {usual.new[0], "new",
                                                    "expired"}
            if self.new[0] not in allowed:
                yield "the new session is %s" % self.new[0]

        if len(self.lines) > 1:
            yield "it logs too much"

        if any(re.search(r"\[(alert|crit|emerg)\]", line)
               for line in self.lines):
            yield "it logs what is alarming"

    def wrong_failure(self, usual):
        """An answer other than the usual one is a 500, and nothing else."""

        if (self.answer.status != 500
                or b"500 Internal Server Error" not in self.answer.body
                and self.answer.body):
            yield "neither 500 nor the usual answer"

        for name in "Content-Encoding", "ETag", "Location", "Last-Modified":
            if self.answer.all(name):
                yield "it has %s" % name

        if not set(self.answer.all("Cache-Control")) <= {"no-store"}:
            yield "it may be kept"

        for line in re.findall(r"Set-Cookie: [^\r]*", self.shape):
            if line not in usual.shape and not (
                    "Max-Age=0" in line and self.had[0] == "closed"):
                yield "it sets a cookie"


class Nginx(servers.Nginx):
    """One worker, and perhaps valgrind."""

    def configure(self, http, conf=None):
        super().configure(http, conf)
        path = self.servers.path(self.name + ".conf")

        with open(path) as file:
            text = file.read()

        with open(path, "w") as file:
            file.write(text.replace("worker_processes 2;",
                                    "worker_processes 1;"))

    def args(self, *more, conf=None):
        args = super().args(*more, conf=conf)

        if VALGRIND and not more:
            args = ["valgrind", "-q", "--log-file=%s" % self.servers.path(
                        "valgrind.log.%p"),
                    "--suppressions=" + os.path.join(HERE, "valgrind.supp")
                    ] + args

        return args

    def reload(self):
        """HUP; true once another worker is there."""

        before = self.workers()
        self.process.send_signal(signal.SIGHUP)

        return servers.wait_until(lambda: len(self.workers()) == 1
                                  and self.workers() != before, 10)


def test_configuration(run):
    """nginx -t without memory: it says no, and is not killed."""

    memory, tap = run.memory, run.tap
    wrong = []
    before = memory.failures()

    for fail_at in itertools.count(1):
        memory.arm(fail_at)
        code, said = run.nginx.test()
        _, failed = memory.disarm()

        if not failed:
            break

        after = memory.failures()
        name, = after - before
        before = after

        # who holds a lock is then known by its id alone

        wanted = 0 if " fopen(" in name else 1
        word = "test is successful" if wanted == 0 else "test failed"

        if code != wanted or word not in said:
            wrong.append("%s: %d, %s" % (name, code, said))

    tap.ok(not wrong, "nginx -t: %d times without memory" % (fail_at - 1),
           *wrong[:4])
    tap.ok(code == 0, "nginx -t, with memory", said)


def test_reload(run):
    """
    A reload without memory is refused, and what runs goes on, also with the
    next worker.  It is one that has to make a zone's file anew.
    """

    memory, nginx, tap = run.memory, run.nginx, run.tap
    keys = [["Cookie: sid=reload"], ["Cookie: sid=dead"]]
    wrong = []
    before = memory.failures()

    run.ask("/ping?idleFor=50", API, headers=keys[0])
    run.ask("/ping?idleFor=9000", API, headers=keys[1])

    def states():
        return [run.state("/state", key)[0] for key in keys]

    def is_next():
        return len(nginx.workers()) == 1 and nginx.workers() != workers

    for fail_at in itertools.count(1):
        if os.path.exists(run.running.path("zone")):
            os.unlink(run.running.path("zone"))

        workers = nginx.workers()
        memory.arm(fail_at)
        nginx.process.send_signal(signal.SIGHUP)

        servers.wait_until(lambda: memory.failed()
                           or nginx.workers() != workers, 10)

        if not memory.failed():
            break

        # the master says so when it is back from that

        said = nginx.log().count("reopening logs")
        nginx.process.send_signal(signal.SIGUSR1)

        if not servers.wait_until(
                lambda: nginx.log().count("reopening logs") > said, 10):
            wrong.append("call %d: the master is gone" % fail_at)
            break

        memory.disarm()
        after = memory.failures()
        name, = after - before
        before = after

        # who holds a lock is then known by its id alone

        if " fopen(" in name:
            if not servers.wait_until(is_next, 10):
                wrong.append("%s: refused" % name)
            continue

        if os.path.exists(run.running.path("zone.new")):
            wrong.append("%s: a zone's file is left behind" % name)

        if nginx.workers() != workers or states() != ["live", "expired"]:
            wrong.append("%s: not refused, or %r" % (name, states()))

        # this leaves nginx with half its filters, as in its own modules

        if "handlers)" in name:
            continue

        os.kill(workers[0], signal.SIGKILL)

        if not servers.wait_until(is_next, 10):
            wrong.append("%s: no next worker" % name)
            break

        if states() != ["live", "expired"]:
            wrong.append("%s: the next worker: %r" % (name, states()))

    memory.disarm()

    tap.ok(not wrong, "a reload: %d times without memory" % (fail_at - 1),
           *wrong[:4])
    tap.ok(nginx.reload() and states() == ["live", "expired"],
           "a reload, with memory")


def test_calls(tap):
    """Whatever the module calls can fail here, or wants no memory."""

    with open(os.path.join(HERE, "oom", "fail.h")) as file:
        fails = set(re.findall(r"#define (\w+)\(", file.read()))

    done = subprocess.run(["nm", "-D", "--undefined-only",
                           os.environ["SHIPPED"]], stdout=subprocess.PIPE,
                          check=True)
    called = {re.sub("64$", "", line.split()[-1].partition("@")[0])
              for line in done.stdout.decode().splitlines()}

    tap.equal(sorted(called - fails - HARMLESS), [],
              "what the module calls is known here")


def test(running, tap):
    memory = Memory(running.path("memory"))
    run = Run(running, tap, memory)

    test_calls(tap)
    test_configuration(run)

    started = len(run.nginx.log())
    run.nginx.start(run.port)
    run.prepare()

    for kind in KINDS:
        run.try_kind(kind)

    # there is no telling workers by their title under valgrind

    if not VALGRIND:
        test_reload(run)

    # the signal 9 is the reload test's

    lines = [line for line in run.nginx.log()[started:].splitlines()
             if re.search(r"\[(alert|crit)\]", line)
             and "exited on signal 9" not in line]
    tap.ok(not lines, "nginx has nothing to complain of", *lines[:4])

    if VALGRIND:
        said = [running.read(name) for name in os.listdir(running.dir)
                if name.startswith("valgrind.log")]
        tap.ok(not any(said), "nor has valgrind", *filter(None, said))

    sites = memory.sites()
    never = ["%s, %d times there" % (name, seen)
             for name, (seen, failed) in sites.items() if not failed]

    tap.ok(not never, "every allocation has failed", *never)

    print("# %d calls in %d places failed" % (
        sum(failed for _, failed in sites.values()),
        len(sites) - len(never)))


if __name__ == "__main__":
    servers.main("oom", 3000 if VALGRIND else 600, test)
