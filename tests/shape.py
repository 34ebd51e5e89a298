#!/usr/bin/python3
"""
The shape of the code: how long a function and a header may be, and which file
may include which, by CONTRIBUTING.md's table.
"""

import os
import re
import sys

FUNCTION = 80           # lines
HEADER = 150            # of a header in src/nginx
HIGHEST = 1000          # more than there are lines in the table

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

MAIN = "ngx_http_session_security_module.c"
GENERATED = "src/core/ssec_script.c"


def files():
    paths = [os.path.join(folder, name)
             for folder in ("src/core", "src/nginx")
             for name in sorted(os.listdir(folder))]

    return [MAIN] + [path for path in paths if path != GENERATED]


def lines(path):
    with open(path, encoding="utf-8") as file:
        return file.read().split("\n")


def long_functions(path):
    """From the line of the name to the brace in the first column."""

    text = lines(path)

    for number, line in enumerate(text):
        if line != "{":
            continue

        start = number - 1

        while text[start].startswith(" "):
            start -= 1

        name = re.match(r"(\w+)\(", text[start])
        end = text.index("}", number)

        if name and end - start + 1 > FUNCTION:
            yield "%s:%d: %s() has %d lines, more than %d" % (
                path, start + 1, name.group(1), end - start + 1, FUNCTION)


def long_header(path):
    length = len(lines(path)) - 1

    if path.startswith("src/nginx/") and path.endswith(".h") \
            and length > HEADER:
        yield "%s has %d lines, more than %d" % (path, length, HEADER)


def included(path):
    return re.findall(r'^#include ["<]([\w./]+)[">]', "\n".join(lines(path)),
                      re.MULTILINE)


def upward(path):
    """The pure part knows nothing of nginx."""

    for name in included(path):
        if path.startswith("src/core/") and name.startswith("ngx_"):
            yield "%s includes %s" % (path, name)


def room(name):
    """A .c and its .h are one; so is the table, with rooms of its own."""

    name = os.path.basename(name).rsplit(".", 1)[0]

    return "ssec_table" if name.startswith("ssec_table_") else name


def circles(paths):
    """Rooms that include one another."""

    rooms = {}

    for path in paths:
        rooms.setdefault(room(path), set()).update(
            room(name) for name in included(path)
            if name.startswith(("ssec_", "ngx_http_ssec")))

    done = set()

    def walk(name, way):
        if name in way:
            yield " -> ".join(way[way.index(name):] + [name])
            return

        if name not in done:
            for other in sorted(rooms.get(name, set()) - {name}):
                yield from walk(other, way + [name])

            done.add(name)

    for name in sorted(rooms):
        yield from walk(name, [])


def ranks():
    """The lines of CONTRIBUTING.md's table of src/nginx, from top to bottom."""

    table = re.search(r"^\| src/nginx \|.*?\n\n",
                      "\n".join(lines("CONTRIBUTING.md")) + "\n\n",
                      re.DOTALL | re.MULTILINE).group(0)

    return {"ngx_http_ssec_" + name: rank
            for rank, row in enumerate(table.split("\n")[2:])
            for name in re.findall(r"`(\w+)`", row.split("|")[1] if row else "")}


def layers(paths):
    """No room includes one of a line above it."""

    rank = ranks()

    for path in paths:
        if not path.startswith("src/nginx/") or room(path) == "ngx_http_ssec":
            continue

        if room(path) not in rank:
            yield "CONTRIBUTING.md does not have " + room(path)
            continue

        for name in map(room, included(path)):
            if rank.get(name, HIGHEST) < rank[room(path)]:
                yield "%s includes %s.h, which is above it" % (path, name)


def main():
    found = []

    for path in files():
        for check in (long_functions, long_header, upward):
            found += check(path)

    found += circles(files())
    found += layers(files())

    for each in found:
        print(each)

    sys.exit(bool(found))


main()
