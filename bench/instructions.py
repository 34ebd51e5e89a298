"""
Instructions a request: one nginx process runs under callgrind and gets the
same request N times over one connection, for two numbers N; the difference
divided by the difference of the numbers is what one request takes, without
what it takes to start.  These counts are repeatable, unlike times.

What malloc() takes for the very same calls differs by some hundred
instructions a request with what the heap looked like when nginx had started,
which any line of its configuration changes.  So all run with jemalloc, where
it does not.
"""

import glob
import itertools
import re
import statistics
import subprocess
import tempfile

import setups

from report import BASE, OURS, RIVAL, Table, above

FEW, MANY = 1000, 3000
AGREED = 10                      # instructions a request

JEMALLOC = glob.glob("/usr/lib/*/libjemalloc.so.2")

# it gives nothing back as time passes
CONSTANT = "dirty_decay_ms:-1,muzzy_decay_ms:-1"

# above bare nginx, with a live session
BROWSER_ALLOWED = 1200
BROWSER_OF_LIMIT_REQ = 0.85
PLAIN_ALLOWED = 1000
PROXIED_ALLOWED = 1000

HOSTILE_FEW, HOSTILE_MANY = 10, 30
TOO_MUCH = 20                    # times a plain request of the same length
SIZES = (8000, 31000)            # bytes of a hostile Cookie header

# how the header begins, what is repeated in it, and how it ends; {} is another
# number each time, and {a} a sixteenth of the header
HOSTILE = [
    ("ends of values", ("", "sid=1 x&:/=(; ", "")),
    ("ends of values, all different", ("", "sid={} x&:/=(; ", "")),
    ("ends of values, behind commas", ("", ",sid=1 x&:/=(", "")),
    ("names with %XX", ("", "%73id=1 x&:/=(; ", "")),
    ("names with %uXXXX", ("", "%u0073id=1 x&:/=(; ", "")),
    ("names behind blanks", ("", " sid=1", "")),
    ("values, all different", ("", "sid={}; ", "")),
    ("equals signs", ("", "sid==", "")),
    ("quotes", ("", "sid=\"", "")),
    ("quotes behind semicolons", ("", "sid=\"; ", "")),
    ("names behind encoded blanks", ("", "%20", "sid=1")),
    ("sixteen long values of all ends", ("", "sid={}{a} ,&:/=(; ", "")),
    ("sixteen open quotes", ("", "sid=\"{}{a} ,&:/=(; ", "")),
    ("one value, all ends behind it", ("sid=", "a", " ,&:/=(")),
    ("one encoded value, all ends behind it", ("sid=%41", "a", " ,&:/=(")),
    ("one value of ends", ("sid=", "a&:/=( ,", "")),
    ("one value, %XX in %XX", ("sid=%", "25", "41")),
    ("one value, %uXXXX in %uXXXX", ("sid=%", "u0025", "41")),
    ("one value, octal escapes", ("sid=\"", "\\045", "\"")),
]

TEN = "; ".join(["other%d=0123456789abcdef" % i for i in range(10)]
                + [setups.COOKIE])

# what a browser sends for a page: eleven headers with Host, three cookies
BROWSER_COOKIES = "_ga=GA1.2.1234567890.1700000000; theme=dark; " + setups.COOKIE
BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101"
    " Firefox/128.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,"
    "image/avif,image/webp,*/*;q=0.8",
    "Accept-Language: en-US,en;q=0.5",
    "Accept-Encoding: gzip, deflate, br",
    "Upgrade-Insecure-Requests: 1",
    "Sec-Fetch-Dest: document",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Site: same-origin",
    "Sec-Fetch-User: ?1")

# a page of 100 KB, and how a browser asks for it
PAGE = ("<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
        "<title>A page</title>\n"
        "<link rel=stylesheet href=/style.css>\n</head>\n<body>\n"
        + "<p>Some text with <b>tags</b> in it, as pages have them.</p>\n"
        * 1800)[:102400]
NAVIGATE = ("Sec-Fetch-Mode: navigate", "Accept: text/html")
TAG = ('<script defer src="/session_security/script.js?v=0123456789abcdef"'
       ' data-ping="/session_security/ping/" data-logout="/logout/"'
       ' data-warn-after="540" data-expire-after="600" data-idle="0" async>'
       '</script><noscript><meta http-equiv="refresh"'
       ' content="600;url=/logout/"></noscript>')

INJECT = ("location = /session_security/ping/ { session_security_ping; }"
          "location = /session_security/script.js { session_security_script; }"
          "session_security zone=s;")


def count(setup, path, cookie, headers, n):
    """
    What two runs agree on: on a machine with other work some requests come in
    parts.  Where LuaJIT compiles, hardly two do: then the middle of five.
    """

    counted = []

    while len(counted) < 5:
        counted.append(count_once(setup, path, cookie, headers, n))

        for other in counted[:-1]:
            if abs(counted[-1] - other) <= AGREED * n:
                return (counted[-1] + other) / 2

    return statistics.median(counted)


def count_once(setup, path, cookie, headers, n):
    if "%(backend)d" in setup.http:
        with setups.Nginx(setups.bare()) as backend:
            return count_once(setup._replace(
                http=setup.http % {"backend": backend.port}),
                path, cookie, headers, n)

    with tempfile.NamedTemporaryFile() as out:
        tool = ("valgrind", "--tool=callgrind", "-q",
                "--callgrind-out-file=" + out.name)

        with setups.Nginx(setup, tool=tool, files=(("page.html", PAGE),),
                          LD_PRELOAD=JEMALLOC[0],
                          MALLOC_CONF=CONSTANT) as nginx:
            subprocess.run(
                ["h2load", "--h1", "-n", str(n), "-c", "1",
                 *itertools.chain.from_iterable(
                     ("-H", header)
                     for header in (*headers, "Cookie: " + cookie)),
                 "http://127.0.0.1:%d%s" % (nginx.port, path)],
                check=True, stdout=subprocess.DEVNULL, timeout=300)
            nginx.stop()

        with open(out.name) as file:
            return int(re.search(r"^(?:summary|totals): (\d+)", file.read(),
                                 re.M).group(1))


def per_request(setup, path="/e", cookie=setups.COOKIE, headers=(), few=FEW,
                many=MANY):
    return (count(setup, path, cookie, headers, many)
            - count(setup, path, cookie, headers, few)) / (many - few)


def proxied(make):
    """A setup whose requests go to another nginx, over kept connections."""

    setup = make("proxy_http_version 1.1; proxy_set_header Connection '';"
                 "proxy_pass http://backend;")

    return setup._replace(http=setup.http + (
        "upstream backend { server 127.0.0.1:%(backend)d; keepalive 4;"
        " keepalive_requests 100000000; }"))


def filled(shape, size):
    """A header of that size: how it begins, what repeats, how it ends."""

    start, repeated, end = shape
    sixteenth = "a" * (size // 16 - 32)
    left = size - len(start) - len(end)
    pieces = []

    for i in itertools.count():
        piece = repeated.format(i, a=sixteenth)
        left -= len(piece)

        if left < 0:
            return start + "".join(pieces) + end

        pieces.append(piece)


def hostile():
    """
    Cookie headers that are made to cost much, beside a plain one of the same
    length.  Gives the table, and what has to hold with whether it does.
    """

    table = Table("instructions a request, hostile", ("all", "times plain"),
                  "A Cookie header of 8 or 31 KB in which something repeats, "
                  "beside one with the session's cookie and a long other one. "
                  "More than %d times is too much." % TOO_MUCH)
    goals = []

    setup = setups.module()
    setup = setup._replace(http=setup.http
                           + "large_client_header_buffers 4 64k;")

    def measured(shape, size):
        return per_request(setup, "/e", filled(shape, size), (), HOSTILE_FEW,
                           HOSTILE_MANY)

    for size in SIZES:
        table.group()
        plain = measured((setups.COOKIE + "; other=", "x", ""), size)
        table.add(BASE, "plain, %d KB" % (size // 1000), plain, "")

        for name, shape in HOSTILE:
            name = "%s, %d KB" % (name, size // 1000)
            n = measured(shape, size)
            table.add(OURS, name, n, "%.1f" % (n / plain))
            goals.append(("%s: %.1f times a plain request of its length, "
                          "allowed are %d" % (name, n / plain, TOO_MUCH),
                          n <= TOO_MUCH * plain))

    return table, goals


BROWSER_ASKS = ("/e", BROWSER_COOKIES, BROWSER)
PAGE_ASKS = ("/page.html", setups.COOKIE, NAVIGATE)

# groups of a base and of what is compared with it:
# whose, name, setup, and what else per_request() takes
GROUPS = [
    [(BASE, "bare nginx, browser", setups.bare(), *BROWSER_ASKS),
     (RIVAL, "limit_req", setups.limit_req(), *BROWSER_ASKS),
     (RIVAL, "lua", setups.lua(), *BROWSER_ASKS),
     (OURS, "this module", setups.module(), *BROWSER_ASKS)],

    [(BASE, "bare nginx, browser, proxied", proxied(setups.bare),
      *BROWSER_ASKS),
     (RIVAL, "limit_req", proxied(setups.limit_req), *BROWSER_ASKS),
     (OURS, "this module", proxied(setups.module), *BROWSER_ASKS)],

    [(BASE, "bare nginx", setups.bare()),
     (RIVAL, "limit_req", setups.limit_req()),
     (RIVAL, "lua", setups.lua()),
     (OURS, "this module", setups.module())],

    [(BASE, "bare nginx, no session", setups.bare(), "/e", "other=1"),
     (RIVAL, "limit_req", setups.limit_req(), "/e", "other=1"),
     (RIVAL, "lua", setups.lua(), "/e", "other=1"),
     (OURS, "this module", setups.module(), "/e", "other=1")],

    [(BASE, "bare nginx, ten more cookies", setups.bare(), "/e", TEN),
     (RIVAL, "limit_req", setups.limit_req(), "/e", TEN),
     (RIVAL, "lua", setups.lua(), "/e", TEN),
     (OURS, "this module", setups.module(), "/e", TEN)],

    [(BASE, "bare nginx, refused with 401", setups.bare("return 401;")),
     (RIVAL, "limit_req", setups.limit_req(rate="1r/m", burst="")),
     (RIVAL, "lua", setups.lua(idle="0")),
     (OURS, "this module, expired session", setups.module(
         "session_security_expire_after 1ms;"
         "session_security_logout_url /logout/; empty_gif;"))],

    [(BASE, "bare nginx, ping", setups.bare("return 200 0;")),
     (RIVAL, "lua", setups.lua(setups.LUA_PING), "/e?idleFor=1"),
     (OURS, "this module", setups.module("session_security_ping;"),
      "/e?idleFor=1")],

    [(BASE, "bare nginx, page of 100 KB", setups.bare(""), *PAGE_ASKS),
     (RIVAL, "sub_filter", setups.bare(
         "sub_filter '</head>' '%s</head>';" % TAG), *PAGE_ASKS),
     (OURS, "this module, inject", setups.module(
         "session_security_inject on; session_security_logout_url /logout/;",
         server=INJECT), *PAGE_ASKS)],

    [(BASE, "bare nginx, inject but no HTML", setups.bare()),
     (OURS, "this module, inject", setups.module(
         "session_security_inject on; empty_gif;", server=INJECT))],
]


def measure():
    """Gives tables, and what has to hold with whether it does."""

    table = Table("instructions a request", ("all", "above bare"),
                  "A cookie of 32 characters, one request after the other, "
                  "callgrind, jemalloc. The fewer the better.")
    lua_is_out = setups.lua_why_not()
    results = []

    for group in GROUPS:
        table.group()
        base = None
        counts = {}

        for whose, name, *what in group:
            if name == "lua" and lua_is_out:
                table.missing(name, lua_is_out)
                continue

            n = per_request(*what)

            if whose == BASE:
                base = n

            counts[name.partition(",")[0]] = n - base
            table.add(whose, name, n, "" if whose == BASE else above(n, base))

        results.append(counts)

    other, bounds = hostile()

    return ([table, other],
            goals(results[0], results[1], results[2], results[7]) + bounds)


def goals(browser, proxy, plain, page):
    return [
        ("%s: %d instructions above bare nginx, allowed are %d"
         % (what, counts["this module"], allowed),
         counts["this module"] <= allowed)
        for what, counts, allowed in (
            ("a browser's request", browser, BROWSER_ALLOWED),
            ("the same, proxied", proxy, PROXIED_ALLOWED),
            ("a tool's request", plain, PLAIN_ALLOWED))
    ] + [
        ("a browser's request: %d instructions above bare nginx, limit_req %d;"
         " allowed are %.2f of these"
         % (browser["this module"], browser["limit_req"],
            BROWSER_OF_LIMIT_REQ),
         browser["this module"]
         <= BROWSER_OF_LIMIT_REQ * browser["limit_req"]),
        ("a page of 100 KB: %d instructions above bare nginx, sub_filter %d"
         % (page["this module"], page["sub_filter"]),
         page["this module"] <= page["sub_filter"]),
    ]
