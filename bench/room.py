"""
Sessions per MiB: a zone of 1 MiB is filled with new 32-character keys until
the first one is pushed out.
"""

import socket

import setups

from report import OURS, RIVAL, Table

# says how many, once it has pushed one out
LUA = """content_by_lua_block {
    local sessions, now = ngx.shared.sessions, ngx.now()

    for i = 0, 1000000 do
        local _, _, pushed = sessions:set(string.format("%032d", i), now)

        if pushed then
            return ngx.say(i)
        end
    end
}"""


class Client:
    """Sends requests in batches over one connection."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.file = self.socket.makefile("rb")

    def get(self, keys, path="/e"):
        """Gives the statuses and the bodies."""

        self.socket.sendall(b"".join(
            b"GET %s HTTP/1.1\r\nHost: a\r\nCookie: sid=%032d\r\n\r\n"
            % (path.encode(), key) for key in keys))

        return [self.answer() for _ in keys]

    def answer(self):
        status = int(self.file.readline().split()[1])
        length = 0
        chunked = False

        for line in iter(self.file.readline, b"\r\n"):
            name, _, value = line.lower().partition(b":")

            if name == b"content-length":
                length = int(value)
            if name == b"transfer-encoding":
                chunked = True

        if not chunked:
            return status, self.file.read(length)

        body = b""

        while True:
            length = int(self.file.readline(), 16)
            body += self.file.read(length)
            self.file.readline()

            if length == 0:
                return status, body


def limit_req_remembers(n):
    """Whether the first of n keys is refused its second request."""

    with setups.Nginx(setups.limit_req(size="1m", rate="1r/m",
                                       burst="")) as nginx:
        client = Client(nginx.port)

        for first in range(0, n, 100):
            client.get(range(first, min(first + 100, n)))

        return client.get([0])[0][0] == 401


def limit_req():
    low, high = 1000, 65000

    while high - low > 100:
        middle = (low + high) // 2

        if limit_req_remembers(middle):
            low = middle
        else:
            high = middle

    return low


def lua():
    with setups.Nginx(setups.lua(LUA, size="1m")) as nginx:
        return int(Client(nginx.port).get([0])[0][1])


def module():
    with setups.Nginx(setups.module(size="1m")) as nginx:
        client = Client(nginx.port)

        for first in range(0, 100000, 100):
            client.get(range(first, first + 100))

            if "is full" in nginx.log():
                return first

    raise RuntimeError("a zone of 1 MiB is never full")


def measure():
    table = Table("a zone of 1 MiB", ("sessions",),
                  "Keys of 32 characters, until the first one is pushed out, "
                  "to within a hundred. The more the better.")

    table.add(RIVAL, "limit_req", limit_req())

    why = setups.lua_why_not()

    if why:
        table.missing("lua", why)
    else:
        table.add(RIVAL, "lua", lua())

    table.add(OURS, "this module", module())

    return [table], []
