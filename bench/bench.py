"""
What the module costs, beside what else does such work: bench.py [PART ...]

Each part measures what it names and everything that it is compared with in
one run, prints tables, and leaves them in results/ as text and as a picture.
Fails if a count does not hold that has to; times never make it fail.

MODULE and NGINX_BINARY name the module and the nginx binary; BUILD is where
programs are built.
"""

import importlib
import sys

import report

PARTS = ("instructions", "rate", "table", "room", "memory", "start",
         "pings")


def main(parts):
    unknown = set(parts) - set(PARTS)

    if unknown:
        sys.exit("bench: there is no part %s, but %s"
                 % (", ".join(sorted(unknown)), ", ".join(PARTS)))

    failed = 0

    for part in parts or PARTS:
        tables, goals = importlib.import_module(part).measure()
        report.write(part, tables)

        for goal, holds in goals:
            print("%s - %s" % ("ok" if holds else "not ok", goal), flush=True)
            failed += not holds

        print()

    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
