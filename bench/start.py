"""
How long nginx takes to start, from the command to the first answer, with a
zone of SIZE (1024m) in each of its kinds.  The zone's file is full of live
sessions, which another program puts there; the answer tells that one of them
is known.  Cold is a file of which no page is in memory.
"""

import http.client
import os
import statistics
import subprocess
import time

import setups

from report import BASE, OURS, RIVAL, Table

SIZE = os.environ.get("SIZE", "1024m")
TIMES = 3

HERE = os.path.dirname(os.path.abspath(__file__))
FILL = os.path.join(os.environ.get("BUILD", "build"), "bench", "fill")


def first_answer(setup):
    """Seconds to the first answer, and what that says of the session."""

    began = time.monotonic()

    with setups.Nginx(setup, pause=0.001) as nginx:
        connection = http.client.HTTPConnection("127.0.0.1", nginx.port)
        connection.request("GET", "/", headers={"Cookie": "sid=%032d" % 0})
        answer = connection.getresponse()
        took = time.monotonic() - began

        return took, answer.headers.get("X-State", "")


def median(setup, before=lambda: None, state=None):
    """Of several starts, in milliseconds."""

    times = []

    for _ in range(TIMES):
        before()
        took, got = first_answer(setup)
        times.append(1000 * took)

        if state and got != state:
            raise RuntimeError("the session is %s, not %s" % (got, state))

    return statistics.median(times)


def remove(path):
    if os.path.exists(path):
        os.unlink(path)


def forget(path):
    """No page of the file stays in memory."""

    fd = os.open(path, os.O_RDWR)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


def measure():
    subprocess.run([HERE + "/build"], check=True)

    table = Table("start", ("milliseconds",), "")
    lua_is_out = setups.lua_why_not()

    table.add(BASE, "bare nginx", median(setups.bare()))
    table.add(RIVAL, "limit_req", median(setups.limit_req(size=SIZE)))

    if lua_is_out:
        table.missing("lua", lua_is_out)
    else:
        table.add(RIVAL, "lua", median(setups.lua(size=SIZE)))

    table.add(OURS, "this module, in memory", median(setups.module(size=SIZE)))

    running = setups.servers.Servers("bench-file")
    path = running.path("zone")
    setup = setups.module(
        "session_security_expire_after 1d;"
        "add_header X-State $session_security_state; empty_gif;",
        size=SIZE, file=path)

    try:
        table.add(OURS, "this module, new file",
                  median(setup, lambda: remove(path), "new"))

        remove(path)
        first_answer(setup)
        sessions = int(subprocess.run([FILL, path], check=True,
                                      stdout=subprocess.PIPE).stdout)

        table.add(OURS, "this module, full file",
                  median(setup, state="live"))
        table.add(OURS, "this module, full file, cold",
                  median(setup, lambda: forget(path), "live"))
    finally:
        running.end()

    table.notes = ("From the command to the first answer, median of %d, zones "
                   "of %s, the file with %s live sessions. The less the "
                   "better." % (TIMES, SIZE, "{:,}".format(sessions)))

    return [table], []
