"""
What an operation on the session table costs as the sessions become more,
beside limit_req's tree with the same keys: nanoseconds, and instructions and
cache misses by callgrind's model of a cache.  bench/table.c does it.

SESSIONS (10000000) is the greatest number of sessions.
"""

import collections
import glob
import os
import re
import statistics
import subprocess
import tempfile

from report import OURS, RIVAL, Table

SESSIONS = int(os.environ.get("SESSIONS", "10000000"))

# one third is how full the smallest table is with 1,000 sessions; the last is
# for the module alone, as nothing else gets fuller
SIZES = [(n, 33) for n in (1000, 10000, 100000, 1000000, 10000000)
         if n <= SESSIONS] + [(SESSIONS, 75, "module")]
ROUNDS = 3

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(os.environ.get("BUILD", "build"), "bench", "table")

# 32 KiB and 32 MiB: a core's own cache, and that before the memory
CACHES = ("--D1=32768,8,64", "--LL=33554432,16,64")

OPERATIONS = [("touch", "touch: the request of a known session"),
              ("insert", "insert: a new session"),
              ("unknown", "look-up of a key that is not there")]


def run(args, tool=()):
    """Gives (table, operation), how many of it, and nanoseconds each."""

    said = subprocess.run([*tool, PROGRAM, *map(str, args)], check=True,
                          stdout=subprocess.PIPE).stdout.decode()

    for line in said.splitlines():
        name, operation, count, took = line.split(", ")
        yield (name, operation), int(count), float(took)


def times(size):
    """Nanoseconds of each operation: the median of some runs."""

    taken = collections.defaultdict(list)

    for _ in range(ROUNDS):
        for key, _, took in run(size):
            taken[key].append(took)

    return {key: statistics.median(took) for key, took in taken.items()}


def counts(size):
    """Of each operation: instructions, near misses, far misses."""

    with tempfile.TemporaryDirectory() as directory:
        out = directory + "/out"
        done = list(run(size, (
            "valgrind", "-q", "--tool=callgrind", "--instr-atstart=no",
            "--collect-atstart=no", "--cache-sim=yes", *CACHES,
            "--callgrind-out-file=" + out)))

        dumps = sorted(glob.glob(out + ".*"),
                       key=lambda name: int(name.rpartition(".")[2]))

        return {key: [n / count for n in totals(dump)]
                for (key, count, _), dump in zip(done, dumps)}


def totals(path):
    with open(path) as file:
        text = file.read()

    events = re.search("^events: (.*)$", text, re.M).group(1).split()
    found = re.search("^totals: (.*)$", text, re.M).group(1).split()
    n = collections.defaultdict(int, zip(events, map(int, found)))

    return n["Ir"], n["D1mr"] + n["D1mw"], n["DLmr"] + n["DLmw"]


def measure():
    subprocess.run([HERE + "/build", "table"], check=True)

    measured = [(size, times(size), counts(size)) for size in SIZES]
    tables = []

    for operation, title in OPERATIONS:
        table = Table(title, ("nanoseconds", "instructions", "cache misses",
                              "to memory"))

        for (n, percent, *_), took, counted in measured:
            table.group()

            for whose, name in (RIVAL, "limit_req"), (OURS, "this module"):
                key = name, operation

                if key in took:
                    table.add(whose, "{:,} sessions, {}".format(n, name)
                              + (", %d %% full" % percent
                                 if name == "this module" else ""),
                              took[key], *counted[key])

        tables.append(table)

    tables[-1].notes = (
        "Median of %d runs; instructions and misses are valgrind's, of a "
        "cache of 32 KiB and one of 32 MiB before the memory. limit_req has "
        "no look-up that does not insert. The less the better." % ROUNDS)

    return tables, goals(*measured[0][1:], *measured[len(SIZES) - 2][1:])


def goals(few_took, few, many_took, many):
    key = "this module", "touch"
    ratio = many_took[key] / few_took[key]

    # a time: it is said, but makes nothing fail
    print("touch at {:,} sessions takes {:.1f} times as long as at 1,000: at "
          "most 2 {}".format(SESSIONS, ratio,
                             "holds" if ratio <= 2 else "does not hold"))

    return [
        ("touch at 1,000 sessions: %.0f instructions, at most: %.0f, which is "
         "the same within 3 %%" % (few[key][0], many[key][0]),
         abs(many[key][0] / few[key][0] - 1) <= 0.03),
        ("touch at {:,} sessions: {:.2f} cache misses, at most 2".format(
            SESSIONS, many[key][1]), many[key][1] <= 2),
    ]
