#!/usr/bin/python3
"""
The documents: links lead somewhere, and the reference has each directive and
variable that the module has, with the default that the code has.
"""

import os
import re
import subprocess

import servers

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

MAIN = "ngx_http_session_security_module.c"
REFERENCE = "docs/directives.md"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def documents():
    """Every Markdown file of the project."""

    names = subprocess.run(["git", "ls-files", "*.md"], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.split()

    return names or ["README.md"]


def prose(text):
    """Without blocks and spans of code."""

    text = re.sub(r"^( *)```.*?^\1```", "", text, flags=re.DOTALL | re.MULTILINE)

    return re.sub(r"`[^`\n]*`", "", text)


def anchors(path):
    """As GitHub makes them of headings."""

    found = set()

    for heading in re.findall(r"^#+ +(.*)$", read(path), re.MULTILINE):
        text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        text = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        anchor = text
        number = 0

        while anchor in found:
            number += 1
            anchor = "%s-%d" % (text, number)

        found.add(anchor)

    return found


def broken_links(path):
    text = prose(read(path))
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    links += re.findall(r"^\[[^]]+\]: +(\S+)", text, re.MULTILINE)

    for link in links:
        if re.match(r"[a-z]+:", link):
            continue

        name, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(path), name)) \
            if name else path

        if not os.path.exists(target):
            yield link + ": no such file"
        elif anchor and anchor not in anchors(target):
            yield link + ": no such heading"


def directives():
    return re.findall(r'ngx_string\("(session_security\w*)"\),\n'
                      r"      NGX_HTTP_", read(MAIN))


def variables():
    return re.findall(r'ngx_string\("(session_security_\w+)"\), NULL',
                      read("src/nginx/ngx_http_ssec_variable.c"))


def default(directive):
    """As the reference has it, or None."""

    section = re.search(r"^## %s$(.*?)(?=^## |\Z)" % directive,
                        read(REFERENCE), re.DOTALL | re.MULTILINE)
    row = section and re.search(r"^\| \*\*Default:\*\* \| (.*?) \|$",
                                section.group(1), re.MULTILINE)

    return row and row.group(1).strip("`")


def milliseconds(text):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h)", text).groups()

    return int(number) * {"ms": 1, "s": 1000, "m": 60000, "h": 3600000}[unit]


def constant(name):
    text = re.search(r"#define %s +(.*)" % name,
                     read("src/nginx/ngx_http_ssec_limits.h")).group(1)
    product = 1

    for factor in re.findall(r"\d+", text):
        product *= int(factor)

    return product


def exported():
    """The names of the symbols that other modules can see."""

    symbols = subprocess.run(["nm", "-D", "--defined-only", servers.MODULE],
                             check=True, capture_output=True, text=True).stdout

    return {line.split()[-1] for line in symbols.splitlines()}


def test(running, tap):
    for path in documents():
        broken = list(broken_links(path))
        tap.ok(not broken, "%s: each link leads somewhere" % path, *broken)

    headings = re.findall(r"^## (session_security\w*)$", read(REFERENCE),
                          re.MULTILINE)

    tap.equal(sorted(headings), sorted(directives()),
              "the reference has each directive")

    listed = re.findall(r"^- \[(session_security\w*)\]", read(REFERENCE),
                        re.MULTILINE)

    tap.equal(listed, headings, "its list has them in their order")

    text = read(REFERENCE)
    missing = [name for name in variables() if "`$%s`" % name not in text]

    tap.ok(not missing, "the reference has each variable", *missing)

    value = default("session_security_expire_after") or ""
    words = re.fullmatch(r"session_security_expire_after (\w+);", value)

    tap.equal(words and milliseconds(words.group(1)),
              constant("NGX_HTTP_SSEC_EXPIRE_AFTER"),
              "session_security_expire_after has the default of the code")

    tap.equal(exported(), set(re.findall(r"\w+(?=;)", read("src/exports"))),
              "the module exports what src/exports lists")


servers.main("docs", 60, test)
