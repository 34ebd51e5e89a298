"""
A flood of invented cookies: a zone of 10 MB holds SESSIONS (10,000) sessions
that the backend issued, half of them to clients that came with a stale cookie.
Then REQUESTS (10,000,000) requests come with as many different cookies that
nobody issued; and after them a hundredth as many with one session's cookie,
each of which the backend answers with another one.  Prints how many of the
sessions are lost.

MODULE and NGINX_BINARY name the module and the nginx binary.
"""

import os
import re
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "tests"))

import servers

SESSIONS = int(os.environ.get("SESSIONS", "10000"))
REQUESTS = int(os.environ.get("REQUESTS", "10000000"))
SIZE = os.environ.get("SIZE", "10m")

FIXED = """
wrk.headers["Cookie"] = "sid=issued-session-0"
"""

# 24 random digits: none is sent twice
LUA = """
local thread = 0

function setup(t)
    thread = thread + 1
    t:set("seed", thread * 1000003 + %d)
end

function init(args)
    math.randomseed(seed)
end

function request()
    return wrk.format("GET", "/", { ["Cookie"] = string.format(
        "sid=made-up-%%012d%%012d", math.random(0, 2^39), math.random(0, 2^39)) })
end
"""


def states(port, path, numbers):
    """What $session_security_state is for each of them."""

    peer = socket.create_connection(("127.0.0.1", port))
    file = peer.makefile("rb")
    numbers = list(numbers)

    for start in range(0, len(numbers), 100):
        some = numbers[start:start + 100]

        peer.sendall(b"".join(
            (path % ((n,) * path.count("%d"))).encode() for n in some))

        for n in some:
            length = 0
            state = ""

            for line in iter(file.readline, b"\r\n"):
                name, _, value = line.decode().partition(": ")

                if name == "X-State":
                    state = value.strip()
                if name == "Content-Length":
                    length = int(value)

            file.read(length)
            yield state

    peer.close()


LOGIN = "GET /login?k=%d HTTP/1.1\r\nHost: a\r\n\r\n"
AGAIN = ("GET /login?k=%d HTTP/1.1\r\nHost: a\r\n"
         "Cookie: sid=stale-and-unknown-%d\r\n\r\n")
ASK = "GET / HTTP/1.1\r\nHost: a\r\nCookie: sid=issued-session-%d\r\n\r\n"


def flood(running, port, path, lua, wanted):
    """So many requests, or some more; gives how many."""

    sent = 0

    while sent < wanted:
        script = running.write("flood.lua",
                               lua % sent if "%d" in lua else lua)
        said = subprocess.run(
            ["wrk", "-t2", "-c64", "-d5s", "-s", script,
             "http://127.0.0.1:%d%s" % (port, path)], check=True,
            stdout=subprocess.PIPE).stdout.decode()
        sent += int(re.search(r"(\d+) requests in", said).group(1))

    return sent


def main():
    running = servers.Servers("flood")
    port = servers.free_port()

    nginx = servers.Nginx(running, """
        session_security_zone cookie=sid zone=s:%s;
        keepalive_requests 100000000;
        server {
            listen 127.0.0.1:%d;
            session_security zone=s;
            session_security_expire_after 1d;
            add_header X-State $session_security_state;
            location / { empty_gif; }
            location /login {
                add_header Set-Cookie "sid=issued-session-$arg_k; Path=/";
                empty_gif;
            }
            location /rotate {
                add_header Set-Cookie "sid=rotated-$request_id; Path=/";
                empty_gif;
            }
        }
        """ % (SIZE, port))

    try:
        nginx.start(port)

        for path, first in (LOGIN, 0), (AGAIN, 1):
            for _ in states(port, path, range(first, SESSIONS, 2)):
                pass

        before = list(states(port, ASK, range(SESSIONS)))
        print("sessions issued: %d, in a zone of %s"
              % (before.count("live"), SIZE), flush=True)

        began = time.monotonic()
        sent = flood(running, port, "/", LUA, REQUESTS)

        print("requests with invented cookies: %d, in %d s"
              % (sent, time.monotonic() - began), flush=True)

        after = list(states(port, ASK, range(SESSIONS)))
        lost = len(after) - after.count("live")

        print("sessions lost: %d" % lost, flush=True)

        sent = flood(running, port, "/rotate", FIXED, REQUESTS // 100)

        after = list(states(port, ASK, range(1, SESSIONS)))
        others = len(after) - after.count("live")

        print("responses with another key for one session: %d" % sent)
        print("other sessions lost: %d" % others)

        for line in nginx.log().splitlines()[-1:]:
            print(line)

        return 1 if lost or others or before.count("live") != SESSIONS else 0

    finally:
        running.end()


if __name__ == "__main__":
    sys.exit(main())
