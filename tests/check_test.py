#!/usr/bin/env python3
"""
What tests/check says where a package cannot be installed, a suite fails, or a
browser test passes only when it is tried again.  Packages and browsers are
invented here.
"""

import os
import re
import subprocess
import tempfile

import servers

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# by name: what takes the place of the command
COMMANDS = {
    "dpkg-query": """#!/bin/sh
        for name; do :; done
        [ "$name" != "$NOT_THERE" ] && echo "install ok installed"
        """,
    "apt-get": """#!/bin/sh
        echo "E: Unable to locate package $NOT_THERE" >&2
        exit 100
        """,
    "python3": """#!/bin/sh
        echo "$SAYS"
        exit ${STATUS:-0}
        """,
}


def check(running, *suites, **env):
    """The last lines of tests/check, and whether it was content."""

    there = os.path.join(running.dir, "bin")

    if not os.path.isdir(there):
        os.mkdir(there)

        for name, text in COMMANDS.items():
            with open(os.path.join(there, name), "w") as f:
                f.write(text)
            os.chmod(f.name, 0o755)

    with tempfile.TemporaryDirectory(dir=running.dir) as build:
        done = subprocess.run(
            ["tests/check", *suites], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "BUILD": build, "CI": "", "SANITIZE": "",
                 "VALGRIND": "", "NOT_THERE": "", "SAYS": "1 passed, 0 failed",
                 "PATH": there + ":" + os.environ["PATH"], **env})

    return done.stdout, done.returncode == 0


def test(running, tap):
    ok, equal = tap.ok, tap.equal

    def last(out):
        return out.rstrip("\n").split("\n")[-1]

    out, good = check(running, "early data")
    equal((last(out), good), ("1 passed, 0 failed", True), "what passes")

    # --- a package that cannot be installed ---

    out, good = check(running, "early data", "Firefox", NOT_THERE="firefox-esr")
    equal((last(out), good), ("1 passed, 0 failed, 1 skipped", True),
          "without Firefox the rest is run")
    ok(re.search("^Firefox +skipped$", out, re.M)
       and re.search("^skipped: 1\n +Firefox: .*firefox-esr", out, re.M),
       "which is skipped, and it says why", out)

    out, good = check(running, "early data", "Firefox", NOT_THERE="firefox-esr",
                      CI="true")
    ok(not good, "that is a failure in CI", out)

    out, good = check(running, "early data", NOT_THERE="curl")
    equal(last(out), "0 passed, 0 failed, 1 skipped", "nor any other package")

    # --- suites that fail ---

    out, good = check(running, "early data", "Django",
                      SAYS="what went wrong\n3 passed, 2 failed", STATUS="1")
    equal((last(out), good), ("6 passed, 4 failed", False), "what fails")
    ok(re.search("^early data +3 passed, 2 failed .*\n +what went wrong", out,
                 re.M), "its last lines are shown", out)

    out, good = check(running, "early data", SAYS="", STATUS="1")
    equal((last(out), good), ("0 passed, 1 failed", False),
          "what fails without a word counts as one test")

    # --- what is not steady ---

    out, good = check(running, "early data",
                      SAYS="unsteady - firefox: nonce: x\n2 passed, 0 failed")
    equal((last(out), good), ("2 passed, 0 failed", True),
          "what passes when it is tried again has passed")
    ok(re.search("alone: 1\n +firefox: nonce: x\n", out),
       "and is told of at the end", out)

    out, good = check(running, "no such thing")
    equal((last(out), good), ("there is no such suite: no such thing", False),
          "a suite that does not exist")


servers.main("check", 300, test)
