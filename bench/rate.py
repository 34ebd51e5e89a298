"""
Requests a second: wrk asks each nginx in turn for an empty picture, round
after round, with the cookies of 1,000 sessions.  Times are noisy, so that what
counts is the ratio to bare nginx within a round; the median over the rounds is
given.

ROUNDS (7) and SECONDS (3) say how many and how long.
"""

import os
import re
import statistics
import subprocess

import setups

from report import BASE, OURS, RIVAL, Table

ROUNDS = int(os.environ.get("ROUNDS", "7"))
SECONDS = int(os.environ.get("SECONDS", "3"))

# made beforehand: what makes a request is not to be measured
SCRIPT = """
    local requests, n = {}, 0

    init = function()
        for i = 1, 1000 do
            requests[i] = wrk.format("GET", wrk.path, {
                Cookie = string.format("sid=%032d", i) })
        end
    end

    request = function()
        n = n % 1000 + 1
        return requests[n]
    end
"""

SETUPS = [
    (BASE, "bare nginx", setups.bare()),
    (RIVAL, "limit_req", setups.limit_req()),
    (RIVAL, "lua", setups.lua()),
    (OURS, "this module", setups.module()),
]


def ask(port, script, path="/e"):
    """So many answers a second; all of them have to be good."""

    said = subprocess.run(
        ["wrk", "-t1", "-c32", "-d%ds" % SECONDS, "--timeout", "60s",
         "-s", script, "http://127.0.0.1:%d%s" % (port, path)],
        check=True, stdout=subprocess.PIPE).stdout.decode()

    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)

    return float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))


def in_turn(running):
    """
    Asks each of (nginx, script, path) in turn, and gives for each its rates.
    """

    rates = [[] for _ in running]

    for i in range(ROUNDS):
        for j in range(len(running)):
            # another one begins each round
            j = (i + j) % len(running)
            rates[j].append(ask(*running[j]))

    return rates


def ratio(rates, to):
    """Of each round, and of those the median, the least and the greatest."""

    ratios = sorted(a / b for a, b in zip(rates, to))

    return (statistics.median(ratios),
            "%.2f to %.2f" % (ratios[0], ratios[-1]))


def measure():
    lua_is_out = setups.lua_why_not()
    tables = []

    for workers in 1, 2:
        table = Table("%d worker%s" % (workers, "s"[:workers - 1]),
                      ("requests a second", "of bare nginx", "in the rounds"),
                      "Median of %d rounds of %d s each, wrk with 32 "
                      "connections on the same machine. The more the better."
                      % (ROUNDS, SECONDS))
        rows = [row for row in SETUPS if row[1] != "lua" or not lua_is_out]
        started = []

        try:
            for _, _, setup in rows:
                nginx = setups.Nginx(setup, workers=workers,
                                     files=(("wrk.lua", SCRIPT),))
                started.append(nginx)

            rates = in_turn([(nginx.port, nginx.servers.path("wrk.lua"))
                             for nginx in started])
        finally:
            for nginx in started:
                nginx.__exit__()

        for (whose, name, _), got in zip(rows, rates):
            table.add(whose, name, statistics.median(got),
                      *ratio(got, rates[0]))

        if lua_is_out:
            table.missing("lua", lua_is_out)

        tables.append(table)

    return tables, []
