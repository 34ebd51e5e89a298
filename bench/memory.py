"""
Resident memory: what the master and two workers hold together (the sum of
their proportional set sizes), once they have started and after SESSIONS
(100,000) requests with as many keys.  A zone of 16 MB for each.
"""

import os

import room
import setups

from report import BASE, OURS, RIVAL, Table

SESSIONS = int(os.environ.get("SESSIONS", "100000"))
SIZE = "16m"

SETUPS = [
    (BASE, "bare nginx", setups.bare()),
    (RIVAL, "limit_req", setups.limit_req(size=SIZE)),
    (RIVAL, "lua", setups.lua(size=SIZE)),
    (OURS, "this module", setups.module(size=SIZE)),
]


def resident(process):
    """KiB of a master and its workers; shared memory counts once."""

    with open("/proc/%d/task/%d/children" % (process.pid, process.pid)) as file:
        pids = [process.pid] + [int(pid) for pid in file.read().split()]

    kib = 0

    for pid in pids:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            kib += sum(int(line.split()[1]) for line in file
                       if line.startswith("Pss:"))

    return kib


def measure():
    table = Table("resident memory", ("MiB with sessions", "when started"),
                  "Master and two workers, zones of 16 MiB, {:,} sessions. "
                  "The less the better.".format(SESSIONS))
    lua_is_out = setups.lua_why_not()

    for whose, name, setup in SETUPS:
        if name == "lua" and lua_is_out:
            table.missing(name, lua_is_out)
            continue

        with setups.Nginx(setup, workers=2) as nginx:
            client = room.Client(nginx.port)
            client.get([0])
            started = resident(nginx.process)

            for first in range(0, SESSIONS, 100):
                client.get(range(first, first + 100))

            table.add(whose, name, resident(nginx.process) / 1024,
                      started / 1024)

    return [table], []
