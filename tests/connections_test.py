#!/usr/bin/python3
"""
Connections that outlive their session: WebSockets, event streams, downloads.

With VALGRIND=1, which tests/watched is for, nginx runs as one process.
CONNECTIONS is how many of one session are opened at once.
"""

import os
import re
import resource
import selectors
import socket
import subprocess
import threading
import time

import backends_test
import servers
from servers import API, PAGE, ask

MANY = int(os.environ.get("CONNECTIONS", "1000"))
VALGRIND = os.environ.get("VALGRIND") == "1"

# valgrind is slow, and so are these times then
SLOW = 4 if VALGRIND else 1
EXPIRE = 2.0 * SLOW
GRACE = 2.0 + (3 if VALGRIND else 0.5)

HANDSHAKE = ("Upgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
             "Sec-Fetch-Mode: websocket\r\n")


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Backend(threading.Thread):
    """
    Opens what lasts, and echoes what comes over a WebSocket.  What is sent to
    /upload and /held is answered when it has come to its "END", the latter
    not before release is set; /late answers "GO" with a stream.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.selector.register(self.listener, selectors.EVENT_READ, None)
        self.streams = []
        self.held = []
        self.release = threading.Event()

    def run(self):
        ticked = 0

        while True:
            for key, _ in self.selector.select(0.1):
                if key.fileobj is self.listener:
                    peer, _ = self.listener.accept()
                    peer.setblocking(False)
                    self.selector.register(peer, selectors.EVENT_READ,
                                           {"open": False, "got": b"",
                                            "answered": False})
                else:
                    self.read(key)

            if time.monotonic() > ticked + 0.2:
                ticked = time.monotonic()
                self.tick()

    def tick(self):
        while self.held and self.release.is_set():
            self.held.pop().send(OK)

        for peer in list(self.streams):
            try:
                peer.send(b"data: tick\n\n")
            except BlockingIOError:
                pass
            except OSError:
                self.streams.remove(peer)

    def read(self, key):
        peer, state = key.fileobj, key.data

        try:
            data = peer.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""

        if not data:
            self.selector.unregister(peer)
            if peer in self.streams:
                self.streams.remove(peer)
            peer.close()
            return

        if state["open"]:
            peer.send(data)
            return

        state["got"] += data

        if b"\r\n\r\n" in state["got"] and not state["answered"]:
            state["answered"] = True
            self.answer(peer, state)

    def answer(self, peer, state):
        path = state["got"].split(b" ")[1]
        said = re.search(rb"\r\nX-Say: ([^\r]*)", state["got"])
        more = b""

        if said:
            more = said.group(1) + b"\r\n"

        def ended(mark):
            return mark in state["got"].partition(b"\r\n\r\n")[2]

        if path.startswith(b"/ws"):
            state["open"] = True
            peer.send(b"HTTP/1.1 101 Switching Protocols\r\n"
                      b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n")

        elif path.startswith((b"/upload", b"/held")) and not ended(b"END"):
            state["answered"] = False

        elif path.startswith(b"/held"):
            self.held.append(peer)

        elif path.startswith(b"/late") and not ended(b"GO"):
            state["answered"] = False

        elif path.startswith((b"/events", b"/late")):
            self.streams.append(peer)
            peer.send(b"HTTP/1.1 200 OK\r\n"
                      b"Content-Type: text/event-stream\r\n\r\n")

        elif path.startswith(b"/never"):
            pass

        else:
            peer.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                      b"Content-Length: 2\r\n" + more + b"\r\nok")


def connect(port, path, cookie, headers=""):
    peer = socket.create_connection(("127.0.0.1", port), 30)
    peer.sendall(("GET %s HTTP/1.1\r\nHost: localhost\r\n"
                  "Cookie: sessionid=%s\r\n%s\r\n"
                  % (path, cookie, headers)).encode())
    return peer


def websocket(port, cookie, path="/ws"):
    """Connects, and waits until it is open."""

    peer = connect(port, path, cookie, HANDSHAKE)
    got = peer.recv(4096)

    if b" 101 " not in got:
        raise RuntimeError("no WebSocket: %r" % got)

    return peer


def websockets(port, cookie, n):
    peers = [connect(port, "/ws", cookie, HANDSHAKE) for _ in range(n)]

    for peer in peers:
        if b" 101 " not in peer.recv(4096):
            raise RuntimeError("no WebSocket")

    return peers


def when_closed(peers, seconds):
    """
    When each was closed, on the monotonic clock; None for one that is open
    after so many seconds.
    """

    selector = selectors.DefaultSelector()
    closed = {peer: None for peer in peers}
    end = time.monotonic() + seconds
    left = len(peers)

    for peer in peers:
        peer.setblocking(False)
        selector.register(peer, selectors.EVENT_READ)

    while left and time.monotonic() < end:
        for key, _ in selector.select(0.05):
            try:
                if key.fileobj.recv(65536):
                    continue
            except BlockingIOError:
                continue
            except OSError:
                pass

            closed[key.fileobj] = time.monotonic()
            selector.unregister(key.fileobj)
            left -= 1

    for peer in peers:
        peer.close()

    return list(closed.values())


def between(times, after, before):
    """Whether all lie in between, and what to say of it."""

    known = sorted(t - after for t in times if t is not None)
    good = (len(known) == len(times) and known[0] >= 0
            and known[-1] <= before - after)

    return good, "%d of %d closed, after %s s, wanted up to %.1f s" % (
        len(known), len(times),
        "%.2f to %.2f" % (known[0], known[-1]) if known else "-",
        before - after)


class Slow(servers.Nginx):
    """An nginx that may run under valgrind."""

    def configure(self, http, conf=None):
        super().configure(http, conf)
        path = self.servers.path(self.name + ".conf")

        with open(path) as file:
            text = file.read()

        text = text.replace("events { }",
                            "events { worker_connections 30000; }\n"
                            "worker_rlimit_nofile %d;"
                            % resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        text = text.replace("log notice", "log info")

        if VALGRIND:
            text = text.replace("worker_processes 2;", "master_process off;")

        with open(path, "w") as file:
            file.write(text)


def http2_stream(port, path, cookie):
    """An event stream over HTTP/2, by curl; a process."""

    return subprocess.Popen(
        ["curl", "-sN", "--http2-prior-knowledge", "--max-time", "60",
         "-b", "sessionid=" + cookie,
         "http://127.0.0.1:%d%s" % (port, path)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def uploads_conf(backend, proxy):
    """Where what is begun has time to be sent, for all that a machine does."""

    limits = """
        session_security_expire_after %dms;
        client_body_timeout 300s;
        proxy_buffering off;
        """ % (EXPIRE * 3000)
    pass_on = "%s %s" % (limits, proxy.replace(
        "127.0.0.1:%d" % backend.port, "127.0.0.1:%d/" % backend.port))

    return """
        location /up/ { %s }
        location /up/unbuffered/ { %s proxy_request_buffering off; }
        location = /up/state {
            %s
            session_security_passive 1;
            session_security_expired_status 403;
            add_header X-State $session_security_state always;
            empty_gif;
        }
        """ % (pass_on, pass_on, limits)


def start(running):
    backend = Backend()
    backend.start()

    port = servers.free_port()

    with open(running.path("large.bin"), "wb") as file:
        file.write(bytes(20000000))

    os.chmod(running.path("large.bin"), 0o644)

    proxy = """
        proxy_pass http://127.0.0.1:%d;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "Upgrade";
        proxy_read_timeout 60s;
        """ % backend.port

    port2 = servers.free_port()

    nginx = Slow(running, """
        session_security_zone cookie=sessionid zone=s:1m;
        session_security_expire_after %(expire)dms;

        server {
            listen 127.0.0.1:%(port)d backlog=4096;
            session_security zone=s;
            session_security_logout_url /logout;

            location / { %(proxy)s }
            location /ws-active {
                session_security_connections active;
                %(proxy)s
            }
            location /ws-off {
                session_security_connections off;
                %(proxy)s
            }
            location /ws-lifetime {
                session_security_max_lifetime %(lifetime)dms;
                %(proxy)s
            }
            location /download {
                alias %(dir)s;
                limit_rate 100k;
            }
            %(uploads)s
        }

        server {
            %(listen)s
            session_security zone=s;
            location / { %(proxy)s }
            %(uploads)s
        }
        """ % {"uploads": uploads_conf(backend, proxy), "listen": backends_test.http2_listen(port2).replace(" ssl", ""),
               "port": port, "proxy": proxy, "dir": running.dir,
               "expire": EXPIRE * 1000, "lifetime": EXPIRE * 1500})
    nginx.start(port)

    return nginx, port, port2, backend


def keep(port, cookie, seconds, also=lambda: None):
    """A user who is active for that long."""

    end = time.monotonic() + seconds

    while time.monotonic() < end:
        ask(port, "/", PAGE, cookie="sessionid=" + cookie, timeout=30)
        also()
        time.sleep(0.2 * SLOW)

    return time.monotonic()


def readable(peer):
    peer.setblocking(False)
    try:
        return peer.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False


def kinds(tap, port):
    """One of each kind, of a session that then expires."""

    last = time.monotonic()
    peers = {
        "a WebSocket": websocket(port, "kinds"),
        "an event stream": connect(port, "/events", "kinds"),
        "a download": connect(port, "/download/large.bin", "kinds"),
        "a request that waits": connect(port, "/never", "kinds"),
    }
    other = websocket(port, "other")
    off = websocket(port, "kinds", "/ws-off")

    def wait():
        keep(port, "other", EXPIRE + GRACE)

    thread = threading.Thread(target=wait)
    thread.start()
    closed = when_closed(list(peers.values()), EXPIRE + GRACE + 10)
    thread.join()

    for (name, _), at in zip(peers.items(), closed):
        good, note = between([at], last, last + EXPIRE + GRACE)
        tap.ok(good, "%s is ended with its session" % name, note)

    tap.ok(not readable(other), "another session's goes on")
    tap.ok(not readable(off), "one where it is off goes on")
    other.close()
    off.close()


def http2(tap, port):
    """Over HTTP/2, where the connection itself may go on."""

    last = time.monotonic()
    streams = [http2_stream(port, "/events", "http2") for _ in range(3)]

    for stream in streams:
        stream.wait(EXPIRE + GRACE + 10)

    good, note = between([time.monotonic()], last, last + EXPIRE + GRACE)
    tap.ok(good and all(stream.returncode for stream in streams),
           "HTTP/2 streams are ended, and not as if they were whole", note,
           [stream.returncode for stream in streams])


def ended(tap, port, name, said):
    """A session that ends before its time, by what the backend says."""

    cookie = re.sub(r"\W", "", said)
    peers = [websocket(port, cookie) for _ in range(20)]
    keep(port, cookie, EXPIRE / 4)

    at = time.monotonic()
    ask(port, "/", PAGE, cookie="sessionid=" + cookie,
        headers=[("X-Say", said)], timeout=30)

    good, note = between(when_closed(peers, GRACE + 5), at - 1, at + GRACE)
    tap.ok(good, "%s ends the connections" % name, note)


def traffic(tap, port, path, name, active):
    peer = websocket(port, name, path)
    last = time.monotonic()

    def talk():
        try:
            peer.send(b"\x81\x85\0\0\0\0hello")
        except OSError:
            pass

    end = last + EXPIRE * 2

    while time.monotonic() < end:
        talk()
        time.sleep(0.2)

    if active:
        tap.ok(open_after(peer), "traffic keeps the session where it is to")
        at = time.monotonic()
        good, note = between(when_closed([peer], EXPIRE + GRACE + 5), at - 1,
                             at + EXPIRE + GRACE)
        tap.ok(good, "and silence ends it", note)

    else:
        tap.ok(not open_after(peer), "traffic is no activity otherwise")
        peer.close()


def open_after(peer):
    """Whether it is open still, whatever has come over it."""

    peer.setblocking(False)

    try:
        while peer.recv(65536):
            pass
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def lifetime(tap, port):
    peer = websocket(port, "lifetime", "/ws-lifetime")
    at = time.monotonic()
    keep(port, "lifetime", EXPIRE * 1.5 + GRACE)
    tap.ok(not open_after(peer), "the end of the lifetime ends it, too",
           "after %.1f s" % (time.monotonic() - at))
    peer.close()


def upload(port, path, headers="Content-Length: 100\r\n", chunk=b"."):
    """Begins to send a body."""

    peer = socket.create_connection(("127.0.0.1", port), 60)
    peer.sendall(b"POST /up%s HTTP/1.1\r\nHost: localhost\r\n"
                 b"Connection: close\r\nCookie: sessionid=up\r\n%s\r\n%s"
                 % (path.encode(), headers.encode(), chunk))
    return peer


def http2_upload(port):
    """By curl, which sends what it gets from us; a process."""

    process = subprocess.Popen(
        ["curl", "-sN", "--http2-prior-knowledge", "--max-time", "200",
         "-b", "sessionid=up", "-T", ".",
         "http://127.0.0.1:%d/up/upload" % port],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    process.stdin.write(b".")
    process.stdin.flush()

    return process


def rest_of(peer, seconds=60):
    """All that comes until the end; None if there is none in that time."""

    peer.setblocking(True)
    end = time.monotonic() + seconds
    got = b""

    while time.monotonic() < end:
        peer.settimeout(seconds)

        try:
            more = peer.recv(65536)
        except TimeoutError:
            return None
        except OSError:
            return got

        if not more:
            return got
        got += more

    return None


def look_at_all(port, cookie):
    """Has each worker look at what lasts: another session's end is seen."""

    peers = [connect(port, "/ws", cookie, HANDSHAKE) for _ in range(20)]

    for peer in peers:
        peer.recv(4096)

    ask(port, "/", PAGE, cookie="sessionid=" + cookie,
        headers=[("X-Say", "X-Accel-Session: end")], timeout=30)

    return None not in when_closed(peers, 60)


def uploads(tap, port, port2, backend):
    """Bodies that are on their way when their session ends."""

    sent = b"." * 96 + b"END"
    chunked = "Transfer-Encoding: chunked\r\n"

    whole = {
        "an upload": upload(port, "/upload"),
        "one without buffering": upload(port, "/unbuffered/upload"),
        "one in chunks": upload(port, "/unbuffered/upload", chunked,
                                b"1\r\n.\r\n"),
    }
    held = upload(port, "/held")
    late = upload(port, "/unbuffered/late")
    ended_with_it = {
        "a stream both ways": upload(port, "/unbuffered/events"),
        "a WebSocket with a body": upload(
            port, "/ws", "Content-Length: 100\r\n" + HANDSHAKE),
    }
    over_http2 = http2_upload(port2)

    def state():
        return ask(port, "/up/state", API, cookie="sessionid=up",
                   timeout=30).headers.get("X-State")

    tap.equal(state(), "live", "uploads begin while their session lives")
    tap.ok(servers.wait_until(lambda: state() == "expired", 120, 0.1),
           "which then expires")

    for name, peer in ended_with_it.items():
        tap.ok(when_closed([peer], 60) != [None], "%s ends with it" % name)

    tap.ok(look_at_all(port, "look1"),
           "every worker looks for what has lasted too long")

    held.sendall(sent)
    tap.ok(servers.wait_until(lambda: backend.held, 60),
           "a body that is sent to its end reaches the backend")
    late.sendall(b"GO")
    got = rest_of(late)
    tap.ok(got is not None and got.startswith(b"HTTP/1.1 200"),
           "once a stream both ways has a response, it ends as well", got)
    tap.ok(look_at_all(port, "look2"), "every worker looks once more")

    for name, peer in whole.items():
        peer.sendall(b"3\r\nEND\r\n0\r\n\r\n" if name == "one in chunks"
                     else sent)
        got = rest_of(peer) or b""
        tap.ok(got.startswith(b"HTTP/1.1 200") and got.endswith(b"ok"),
               "%s comes to its end" % name, got)

    got = over_http2.communicate(b"END", 200)[0]
    tap.equal((over_http2.returncode, got), (0, b"ok"),
              "one over HTTP/2 does, too")

    backend.release.set()
    got = rest_of(held) or b""
    tap.ok(got.startswith(b"HTTP/1.1 200") and got.endswith(b"ok"),
           "so does a response that comes late", got)

    tap.equal(ask(port, "/up/upload", API, cookie="sessionid=up",
                  timeout=30).status, 401, "nothing else opens")


def resized(running, tap):
    """What an old worker keeps open ends with what it knows of the session."""

    backend = Backend()
    backend.start()
    port = servers.free_port()

    def conf(size):
        return """
            session_security_zone cookie=sessionid zone=s:%s;
            session_security_expire_after %dms;
            session_security_connections active;

            server {
                listen 127.0.0.1:%d;
                session_security zone=s;

                location / {
                    proxy_pass http://127.0.0.1:%d;
                    proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection "Upgrade";
                }
            }
            """ % (size, EXPIRE * 1000, port, backend.port)

    nginx = servers.Nginx(running, conf("1m"), "resized")
    nginx.start(port)

    peer = websocket(port, "resized")
    time.sleep(1)
    nginx.configure(conf("2m"))
    tap.ok(nginx.reload(), "the zone gets another size")
    at = time.monotonic()

    while time.monotonic() < at + EXPIRE + GRACE:
        ask(port, "/", PAGE, cookie="sessionid=resized")
        try:
            peer.send(b"\x81\x85\0\0\0\0hello")
        except OSError:
            pass
        time.sleep(0.2)

    tap.ok(not open_after(peer), "the WebSocket of an old worker has ended")
    peer.close()
    nginx.stop()


def test(running, tap):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, 4 * MANY + 1000)
    resource.setrlimit(resource.RLIMIT_NOFILE,
                       (min(wanted, hard) if hard > 0 else wanted, hard))

    nginx, port, port2, backend = start(running)

    peers = websockets(port, "many", MANY)
    last = keep(port, "many", EXPIRE * 1.2)
    tap.ok(not any(readable(peer) for peer in peers),
           "%d WebSockets stay open while their session is in use" % MANY)
    good, note = between(when_closed(peers, EXPIRE + GRACE + 10), last - 1,
                         last + EXPIRE + GRACE)
    tap.ok(good, "and are closed within %.1f s once it has expired" % GRACE,
           note)
    print("# " + note)

    def run(f, *args):
        try:
            f(*args)
        except Exception as error:
            tap.ok(False, "%s%r ran" % (f.__name__, args[2:]), repr(error))

    threads = [threading.Thread(target=run, args=args) for args in [
        (kinds, tap, port),
        (http2, tap, port2),
        (traffic, tap, port, "/ws", "passive", False),
        (traffic, tap, port, "/ws-active", "active", True),
        (lifetime, tap, port),
        (uploads, tap, port, port2, backend),
        (ended, tap, port, "a logout", "Set-Cookie: sessionid=; Max-Age=0"),
        (ended, tap, port, "the backend's word", "X-Accel-Session: end"),
        (ended, tap, port, "not being logged in", "X-Accel-Session: off"),
    ]]

    for thread in threads:
        thread.start()

    for thread in threads:
        thread.join()

    if not VALGRIND:
        resized(running, tap)

    # what is closed is gone in nginx, too: it ends at once

    began = time.monotonic()

    # one process without events may miss a signal just before it waits

    while (nginx.process.poll() is None
           and time.monotonic() < began + 20):
        nginx.process.send_signal(3)
        time.sleep(0.5)

    tap.ok(nginx.process.returncode == 0, "nginx ends in peace",
           nginx.process.returncode, "%.1f s" % (time.monotonic() - began))

    bad = [line for line in nginx.log().splitlines()
           if re.search(r"\[(alert|emerg|crit|error)\]|exited on signal", line)]
    tap.equal(bad, [], "the error log has nothing to complain of")


if __name__ == "__main__":
    servers.main("connections", 300, test)
