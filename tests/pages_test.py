#!/usr/bin/python3
"""
Pages from a backend that sends them as it likes: in pieces of every size, by
every transfer, slowly, cut off; over HTTP/1.1 and HTTP/2.  Each comes out as
it went in, with the script's tag in one place and nothing else changed.
"""

import gzip
import os
import random
import re
import socket
import subprocess
import threading
import time

import servers
from servers import PAGE
from backends_test import certificate, http2_listen

TAG = re.compile(rb'<script defer src="/s\.js\?v=[0-9a-f]{16}"[^>]*></script>'
                 rb'<noscript><meta [^>]*></noscript>')

# "|" is where the tag belongs
PAGES = {
    "plain": '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
             '|<base href="/x/"><link rel=icon></head><body>text</body>',
    "loud": '<!DOCTYPE HTML><HTML><HEAD><TITLE>a</TITLE>|</HEAD><BODY>b',
    "comments": '<!-- <head> --> <!doctype html>\n<!---->|<header>h</header>',
    "bare": "|some text <b>and</b> a tag",
    "title": '<head><title><head></head></title><meta a="<body>">|<body>',
    "doctype": "<!doctype html>\n|",
    "cut": "<!doctype html><html><head>|<he",
    "unfinished": "<!doctype html><html lang='a",
    "utf-16": "<html>",
}


def page(name):
    text, found, rest = PAGES[name].partition("|")
    codec = "utf-16" if name == "utf-16" else "utf-8"

    return text.encode(codec), bool(found), rest.encode()


class Backend:
    """
    /PAGE/HOW?cut=N,...: sends it in pieces that end at these places; HOW is
    "length", "chunked" or "close".
    """

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.encodings = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.socket.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(client,),
                             daemon=True).start()

    def serve(self, client):
        with client:
            asked = b""

            while b"\r\n\r\n" not in asked:
                got = client.recv(65536)
                if not got:
                    return
                asked += got

            path = asked.split()[1].decode()
            self.encodings.append(b"accept-encoding" in asked.lower())

            name, how, cuts = re.match(r"/([^/]+)/(\w+)\?cut=([\d,]*)",
                                       path).groups()
            try:
                self.send(client, name, how,
                          [int(cut) for cut in cuts.split(",") if cut])
            except OSError:
                pass

    def send(self, client, name, how, cuts):
        if name == "large":
            body = b"<p>" + b"0123456789abcdef" * (10 << 16)
        else:
            before, _, after = page(name)
            body = before + after

        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: \"e\"\r\n"

        if how == "gzip":
            body = gzip.compress(body)
            head += b"Content-Encoding: gzip\r\n"
        if how == "chunked":
            head += b"Transfer-Encoding: chunked\r\n"
        elif how != "close":
            head += b"Content-Length: %d\r\n" % (len(body)
                                                 + 10 * (how == "short"))

        client.sendall(head + b"Connection: close\r\n\r\n")

        for first, last in zip([0] + cuts, cuts + [len(body)]):
            piece = body[first:last]

            if how == "chunked" and piece:
                piece = b"%x\r\n%s\r\n" % (len(piece), piece)

            client.sendall(piece)

            if cuts:
                time.sleep(0.002)

        if how == "chunked":
            client.sendall(b"0\r\n\r\n")


def ask(port, path, *args, cookie="sid=a"):
    """
    By curl; gives status, headers and the body's bytes.  The status is 0 if
    nothing comes.
    """

    scheme = "https" if "--http2" in args else "http"
    headers = [arg for name, value in PAGE.items()
               for arg in ("-H", "%s: %s" % (name, value))]

    done = subprocess.run(
        ["curl", "-sk", "-i", "--max-time", "20", *headers,
         "-H", "Cookie: " + cookie, *args,
         "%s://127.0.0.1:%d%s" % (scheme, port, path)],
        stdout=subprocess.PIPE)

    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")

    return (int((head.split() + [0, 0])[1]),
            {name.lower(): value for name, _, value in
             (line.partition(": ") for line in lines[1:])}, body)


def is_right(name, body):
    """The page, with the tag in its place, or with nothing that shows."""

    before, has_place, after = page(name)

    if not has_place:
        rest = body[len(before):]
        return (body.startswith(before) and not TAG.search(body)
                and not rest.strip(b" \0"))

    tag = TAG.search(body)

    return tag and body == before + tag[0] + after


def test_pieces(backend, port, tls_port, tap):
    """Every split into two, and random ones into many."""

    seed = random.randrange(1 << 32)
    rand = random.Random(seed)
    print("# seed %d" % seed)

    for name in PAGES:
        before, _, after = page(name)
        size = len(before + after)
        cuts = [[i] for i in range(1, size)]
        cuts += [sorted(rand.sample(range(1, size), rand.randint(
            2, min(size - 1, 9)))) for _ in range(20) if size > 3]
        wrong = []

        for cut in cuts:
            how = rand.choice(["length", "chunked", "close"])
            where = rand.choice(["", "/buffered", "/changed"])
            path = "%s/%s/%s?cut=%s" % (where, name, how,
                                        ",".join(map(str, cut)))
            answer = servers.ask(port, path, PAGE, "sid=a")
            body = answer.body.encode("utf-8", "surrogateescape") \
                if name != "utf-16" else None

            if name == "utf-16":
                status, headers, body = ask(port, path)

            length = answer.headers.get("Content-Length")

            if not is_right(name, body) or length and name != "utf-16" \
                    and int(length) != len(body):
                wrong.append((path, answer.headers.items(), body))

        tap.ok(not wrong, "\"%s\" in %d ways of pieces" % (name, len(cuts)),
               *wrong[:3])


def test_transfers(backend, port, tls_port, tap):
    for how in "length", "chunked", "close":
        for where in "", "/buffered", "/changed":
            status, headers, body = ask(port, "%s/plain/%s?cut=" % (where,
                                                                    how))
            tap.ok(status == 200 and is_right("plain", body)
                   and "etag" not in headers
                   and headers.get("cache-control") == "no-store"
                   and headers.get("content-length", str(len(body)))
                   == str(len(body)),
                   "from%s \"%s\"" % (where, how), status, headers, body)

            status, headers, body = ask(
                tls_port, "%s/plain/%s?cut=30,40" % (where, how), "--http2")
            tap.ok(status == 200 and is_right("plain", body),
                   "from%s \"%s\" over HTTP/2" % (where, how), status,
                   headers, body)

    status, headers, body = ask(port, "/plain/length?cut=", "--http1.0")
    tap.ok(is_right("plain", body) and headers.get("content-length")
           == str(len(body)), "over HTTP/1.0", headers, body)

    status, headers, body = ask(port, "/plain/length?cut=", "-I")
    tap.ok(status == 200 and not body, "HEAD", status, headers, body)

    backend.encodings.clear()
    status, headers, body = ask(port, "/zipped/plain/length?cut=",
                                "-H", "Accept-Encoding: gzip")
    tap.ok(headers.get("content-encoding") == "gzip"
           and is_right("plain", gzip.decompress(body)),
           "nginx's own gzip compresses what has the tag", headers)
    tap.equal(backend.encodings, [False],
              "though the backend was not asked for compression")

    status, headers, body = ask(port, "/plain/gzip?cut=")
    tap.ok(headers.get("content-encoding") == "gzip"
           and gzip.decompress(body) == b"".join(page("plain")[::2]),
           "what is compressed all the same passes as it is", headers)

    status, headers, body = ask(port, "/plain/short?cut=")
    tap.ok(TAG.search(body), "a page that is cut off has the tag", body)

    status, headers, body = ask(port, "/large/chunked?cut=")
    tap.ok(TAG.match(body) and len(body) - len(TAG.match(body)[0])
           == 3 + 16 * (10 << 16), "10 MB without a head", len(body))


def test_stream(port, tap):
    """The page is not held back: its beginning is there before its end."""

    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /slow/ HTTP/1.1\r\nHost: a\r\nCookie: sid=a\r\n"
                       b"Accept: text/html\r\n\r\n")
        client.settimeout(10)
        got = b""

        while b"first" not in got:
            got += client.recv(65536)

        tap.ok(TAG.search(got) and b"second" not in got,
               "what a slow backend has sent is on its way", got)


class Slow:
    """Sends half a page, and waits."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        self.client, _ = self.socket.accept()
        self.client.recv(65536)
        self.client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                            b"\r\n<head><p>first")


# Debian's modules, which only Debian's nginx can load

MODULES = "/usr/lib/nginx/modules/"
XSLT = MODULES + "ngx_http_xslt_filter_module.so"
IMAGE = MODULES + "ngx_http_image_filter_module.so"
SUBS = MODULES + "ngx_http_subs_filter_module.so"
SRCACHE = MODULES + "ngx_http_srcache_filter_module.so"
HEADERS_MORE = MODULES + "ngx_http_headers_more_filter_module.so"

STYLE = """<?xml version="1.0"?>
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="html" indent="no"/>
<xsl:template match="/"><html><p><xsl:value-of select="a"/></p></html>
</xsl:template>
</xsl:stylesheet>
"""

BESIDE = """
    session_security_zone cookie=sid zone=s:1m;

    map $session_security_state $of_session {
        default    1;
        none       0;
        anonymous  0;
    }

    log_format stored "$uri $cookie_sid $srcache_store_status";

    server {
        listen 127.0.0.1:%d;
        root %s;

        session_security zone=s;
        session_security_inject on;
        session_security_logout_url /logout/;

        location = /ping/ { session_security_ping; }
        location = /s.js { session_security_script; }

        location /a.xml {
            types { text/xml xml; }
            xslt_stylesheet %s;
        }
        location /off/ {
            alias %s/;
            types { text/xml xml; }
            xslt_stylesheet %s;
            add_header X-Accel-Session off;
        }
        location /a.html {
            default_type text/html;
            sub_filter 'src="/' 'src="/app/';
            sub_filter_once off;
        }
        location /subs/ {
            alias %s/;
            default_type text/html;
            subs_filter 'src="/' 'src="/app/';
        }
        location /stored/ {
            alias %s/;
            default_type text/html;
            access_log stored.log stored;
            srcache_store PUT /store;
            srcache_fetch GET /stored-page;
            srcache_fetch_skip $of_session;
            srcache_store_skip $of_session;
        }
        location /replaced/ {
            alias %s/;
            add_header X-State $session_security_state;
            more_set_input_headers -r "Cookie: sid=replaced";
        }
        location /cleared/ {
            alias %s/;
            add_header X-State $session_security_state;
            more_clear_input_headers Cookie;
        }
        location = /store { internal; return 204; }
        location = /stored-page { internal; return 404; }
    }
    """


def test_beside(running, tap, name, modules):
    """Beside other modules, whichever nginx loads first."""

    port = servers.free_port()
    directory = running.path("beside")
    style = running.write("beside/style.xsl", STYLE)
    running.write("beside/a.xml", "<a>text</a>")
    running.write("beside/a.html", '<html><img src="/a">')

    nginx = servers.Nginx(running, BESIDE % (
        port, directory, style, directory, style, directory, directory,
        directory, directory), name, modules)
    nginx.start(port)

    for path, what, wanted in (
            ("/a.xml", "xslt_stylesheet makes", b"<html>|<p>text</p></html>"),
            ("/a.html", "sub_filter changes", b'<html>|<img src="/app/a">'),
            ("/subs/a.html", "subs_filter changes",
             b'<html>|<img src="/app/a">'),
            ("/stored/a.html", "srcache is not to store",
             b'<html>|<img src="/a">')):
        status, headers, body = ask(port, path)
        tap.equal((status, TAG.sub(b"|", body).strip()), (200, wanted),
                  "%s: the page that %s has the tag" % (name, what))
        tap.ok(headers.get("content-type", "").startswith("text/html")
               and headers.get("cache-control") == "no-store"
               and headers.get("content-length", str(len(body)))
               == str(len(body)), "%s: and no-store" % name, headers, body)

    status, headers, body = ask(port, "/off/a.xml", cookie="sid=visitor")
    tap.ok(not TAG.search(body) and "x-accel-session" not in headers
           and "cache-control" not in headers,
           "%s: what add_header says of the session counts, and is taken out"
           % name, headers, body)

    status, headers, body = ask(port, "/stored/a.html", cookie="other=1")
    tap.ok(not TAG.search(body), "%s: without a session no tag" % name, body)

    # nginx before 1.23 has an array of Cookie headers: headers-more leaves
    # NULL there if it has found no Cookie header to replace

    for path, cookie, wanted in (
            ("/replaced/a.html", "", "none"),
            ("/replaced/a.html", "sid=a", "new"),
            ("/replaced/a.html", "sid=b", "live"),
            ("/cleared/a.html", "", "none"),
            ("/cleared/a.html", "sid=a", "none")):
        status, headers, body = ask(port, path, cookie=cookie)
        tap.equal((status, headers.get("x-state")), (200, wanted),
                  "%s: headers-more at %s, and [%s]: the session is %s"
                  % (name, path, cookie, wanted))

    def stored():
        return sorted(running.read("stored.log").splitlines())

    wanted = ["/stored/a.html - STORE", "/stored/a.html a BYPASS"]
    servers.wait_until(lambda: len(stored()) == len(wanted), 10)
    tap.equal(stored(), wanted,
              "%s: srcache stores what belongs to no session" % name)
    os.unlink(running.path("stored.log"))

    log = [line for line in nginx.log().splitlines()
           if "[notice]" not in line]
    tap.ok(not log, "%s: nginx has nothing to complain of" % name, *log)
    nginx.stop()


def test_load_orders(running, tap):
    others = [XSLT, IMAGE, SUBS, SRCACHE, HEADERS_MORE]

    if (servers.NGINX != "/usr/sbin/nginx"
            or not all(os.path.exists(other) for other in others)):
        print("# not tested beside the modules of Debian's nginx")
        return

    test_beside(running, tap, "loaded-first", [servers.MODULE] + others)
    test_beside(running, tap, "loaded-last", others + [servers.MODULE])


def test(running, tap):
    backend = Backend()
    slow = Slow()
    port, tls_port = servers.free_port(), servers.free_port()

    certificate(running)

    nginx = servers.Nginx(running, """
        session_security_zone cookie=sid zone=s:1m;

        ssl_certificate cert.pem;
        ssl_certificate_key key.pem;

        server {
            listen 127.0.0.1:%d;
            %s

            session_security zone=s;
            session_security_inject on;
            session_security_logout_url /logout/;

            location = /ping/ { session_security_ping; }
            location = /s.js { session_security_script; }

            proxy_http_version 1.1;

            location / {
                proxy_pass http://127.0.0.1:%d;
                proxy_buffering off;
            }
            location /buffered/ {
                proxy_pass http://127.0.0.1:%d/;
                proxy_buffers 4 1k;
                proxy_buffer_size 1k;
                proxy_busy_buffers_size 2k;
            }
            location /changed/ {
                proxy_pass http://127.0.0.1:%d/;
                proxy_buffering off;
                sub_filter_once off;
                sub_filter "<htx" "never";
                sub_filter "eadx" "never";
                sub_filter "src=" "never";
            }
            location /zipped/ {
                proxy_pass http://127.0.0.1:%d/;
                gzip on;
                gzip_min_length 1;
            }
            location /slow/ {
                proxy_pass http://127.0.0.1:%d/;
                proxy_buffering off;
            }
        }
        """ % (port, http2_listen(tls_port), backend.port, backend.port,
               backend.port, backend.port, slow.port), "pages")
    nginx.start(port)

    test_pieces(backend, port, tls_port, tap)
    test_transfers(backend, port, tls_port, tap)
    test_stream(port, tap)
    test_load_orders(running, tap)

    log = [line for line in nginx.log().splitlines()
           if re.search(r"\[(alert|crit|emerg)\]", line)]
    tap.ok(not log, "nginx has nothing to complain of", *log)


if __name__ == "__main__":
    servers.main("pages", 300, test)
