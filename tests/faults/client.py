"""
Requests over many connections at once, in one thread.

A connection that a killed process had is the only one that may break.  That
nginx closes connections that are kept alive when a worker is told to quit is no
fault either, but a client may have sent its next request by then: so while that
is about to happen connections are used once, and none is used again that was
opened before it (see settled and generation).
"""

import select
import socket
import struct
from collections import namedtuple

from faults.model import now

# after so many milliseconds there will be no answer
PATIENCE = 20000

# what is left of a connection is not waited for
LINGER = struct.pack("ii", 1, 0)

Response = namedtuple("Response", "status head body state idle")


class Connection:
    def __init__(self, client):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.fd = self.socket.fileno()
        self.opened = now()
        self.pid = None
        self.generation = client.generation
        self.once = not client.settled
        self.got = b""
        self.wire = b""
        self.done = None                 # called with a Response, or a reason
        self.sent = 0


class Client:
    def __init__(self, port, most):
        self.port = port
        self.most = most
        self.poll = select.epoll()
        self.open = {}
        self.idle = []
        self.busy = 0
        self.generation = 0
        self.settled = True
        self.killed = set()              # process ids
        self.last_kill = 0               # when the last one was killed
        self.answers = 0
        self.broken = 0                  # with a killed process

    def has_room(self):
        return self.busy < self.most

    def unsettle(self):
        """From now on connections may be closed by nginx as not in use."""

        self.settled = False
        self.generation += 1

        for connection in self.idle:
            self.close(connection)

        self.idle = []

    def request(self, line, headers, done):
        """
        done(response or reason, t0, t1) is called once it is answered, or its
        connection broken.  A reason is None if that is excused.
        """

        if self.idle:
            connection = self.idle.pop()
        else:
            connection = Connection(self)
            self.open[connection.fd] = connection

        connection.done = done
        connection.wire = b"".join((
            line, b" HTTP/1.1\r\nHost: localhost\r\n",
            b"Connection: close\r\n" if connection.once else b"",
            headers, b"\r\n"))
        self.busy += 1

        if connection.sent == 0:
            connection.socket.connect_ex(("127.0.0.1", self.port))
            connection.sent = now()
            self.poll.register(connection.fd, select.EPOLLIN)

        self.send(connection)

    def send(self, connection):
        connection.sent = now()

        try:
            connection.socket.send(connection.wire)
        except BlockingIOError:
            self.poll.modify(connection.fd, select.EPOLLIN | select.EPOLLOUT)
        except OSError as error:
            self.fail(connection, "not sent: %s" % error.strerror)

    def watch(self, other):
        """wait() returns as well when there is something to read there."""

        self.poll.register(other.fileno(), select.EPOLLIN)

    def wait(self, seconds):
        for fd, event in self.poll.poll(seconds):
            connection = self.open.get(fd)

            if connection is None:
                continue

            if event == select.EPOLLOUT:
                self.poll.modify(fd, select.EPOLLIN)
                self.send(connection)
            else:
                self.receive(connection)

    def receive(self, connection):
        try:
            data = connection.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            self.fail(connection, error.strerror)
            return

        if not data:
            self.fail(connection, "closed without an answer")
            return

        connection.got += data
        response = self.parse(connection)

        if response is None:
            return

        t0, t1, done = connection.sent, now(), connection.done
        connection.done = None
        connection.got = b""
        self.busy -= 1
        self.answers += 1

        if connection.once or connection.generation != self.generation:
            self.close(connection)
        else:
            self.idle.append(connection)

        done(response, t0, t1)

    def parse(self, connection):
        got = connection.got
        end = got.find(b"\r\n\r\n")

        if end < 0:
            return None

        head = got[:end + 2]
        body = got[end + 4:]

        if len(body) < int(header(head, b"Content-Length") or 0):
            return None

        state, idle, connection.pid = seen(head)

        return Response(int(head[9:12]), head, body, state, idle)

    def fail(self, connection, reason):
        done = connection.done
        self.close(connection)

        if done is None:
            if connection in self.idle:
                self.idle.remove(connection)
            return

        self.busy -= 1

        if reason != "no answer" \
                and (connection.pid in self.killed if connection.pid
                     else self.last_kill >= connection.opened):
            self.broken += 1
            reason = None

        done(reason, connection.sent, now())

    def give_up(self):
        """What was not answered for so long, never will be."""

        late = now() - PATIENCE

        for connection in list(self.open.values()):
            if connection.done and connection.sent < late:
                self.fail(connection, "no answer")

    def close(self, connection):
        del self.open[connection.fd]
        connection.socket.close()

    def end(self):
        for connection in list(self.open.values()):
            self.close(connection)

        self.poll.close()


def header(head, name):
    start = head.find(b"\r\n" + name + b": ")

    if start < 0:
        return b""

    start += len(name) + 4
    return head[start:head.index(b"\r\n", start)]


def seen(head):
    """The state, the idle time, and the worker's process id."""

    parts = header(head, b"X-Seen").split(b" ")

    if len(parts) != 3:
        return "", None, None

    return parts[0].decode(), int(parts[1]) if parts[1] else None, int(parts[2])


class Flood:
    """Requests with invented keys, many at a time over one connection."""

    BATCH = 100

    def __init__(self, client, random):
        self.client = client
        self.random = random
        self.socket = None
        self.ahead = 0
        self.tail = b""
        self.answers = 0
        self.pid = None                  # of the worker

    def stop(self):
        self.pid = None

        if self.socket:
            self.socket.close()
            self.socket = None

    def go_on(self):
        """Sends some, and takes what was answered."""

        try:
            if self.socket is None:
                self.socket = socket.create_connection(
                    ("127.0.0.1", self.client.port))
                self.socket.setblocking(False)
                self.client.watch(self.socket)
                self.ahead = 0
                self.tail = b""

            while self.ahead <= self.BATCH:
                self.socket.sendall(b"".join(
                    b"GET /flood HTTP/1.1\r\nHost: localhost\r\n"
                    b"Cookie: sid=invented-%032x\r\n\r\n"
                    % self.random.getrandbits(128)
                    for _ in range(self.BATCH)))
                self.ahead += self.BATCH

            got = self.socket.recv(65536)

            if not got:
                self.stop()
                return

            got = self.tail + got
            answers = got.count(b"HTTP/1.1 200")
            self.tail = got[-11:]

            if self.pid is None and b"\r\n\r\n" in got:
                self.pid = seen(got[:got.find(b"\r\n\r\n") + 2])[2]

            self.answers += answers
            self.ahead -= answers

        except BlockingIOError:
            pass
        except OSError:
            self.stop()
