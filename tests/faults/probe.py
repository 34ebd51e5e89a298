"""
When the backend was silent.  A proxy's 502 or 504 is right in that time only:
the backend was stopped, or the machine had no time for it.
"""

import socket
import threading
import time

from faults.model import now

# milliseconds between two answers, less than any of the proxy's timeouts
SILENCE = 500

REQUEST = b"GET / HTTP/1.1\r\nHost: probe\r\n\r\n"


class Probe(threading.Thread):
    """Asks the backend ten times a second, until end()."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.heard = now()               # the last answer
        self.silences = []               # from one answer to the next
        self.is_over = False
        self.start()

    def run(self):
        connection = None

        while not self.is_over:
            try:
                connection = connection or socket.create_connection(
                    ("127.0.0.1", self.port))
                connection.sendall(REQUEST)

                if not connection.recv(4096):
                    raise ConnectionError()

            except OSError:
                connection = None
                time.sleep(0.1)
                continue

            heard = now()

            if heard - self.heard >= SILENCE:
                self.silences.append((self.heard, heard))

            self.heard = heard
            time.sleep(0.1)

    def was_silent(self, t0, t1):
        """Whether the backend was, at any time between t0 and t1."""

        heard = self.heard

        return (now() - heard >= SILENCE and heard <= t1
                or any(start <= t1 and t0 <= end
                       for start, end in self.silences[-20:]))

    def end(self):
        self.is_over = True
