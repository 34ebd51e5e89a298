#!/usr/bin/python3
"""
A gate for nginx's auth_request: it knows who has logged in, and serves
nothing but the login.

    gate_app.py PORT PASSWORD
"""

import http.server
import secrets
import sys
import urllib.parse
from http.cookies import SimpleCookie

LOGIN = """<form method="post">
<input name="username"><input name="password" type="password">
<button>Log in</button></form>
"""

users = {}


class Gate(http.server.BaseHTTPRequestHandler):

    def key(self):
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("gate")
        return cookie and cookie.value

    def say(self, status, text="", **headers):
        self.send_response(status)

        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)

        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        path = self.path.partition("?")[0]

        if path == "/check":
            self.check()
        elif path == "/login":
            self.say(200, LOGIN)
        elif path == "/logout":
            users.pop(self.key(), None)
            self.say(303, Location="/login",
                     Set_Cookie="gate=; Path=/; Max-Age=0")
        else:
            self.say(404)

    def check(self):
        user = users.get(self.key())

        if user is None:
            self.say(401)
        elif user == "bob":
            # somebody who may take longer
            self.say(200, X_Accel_Session="on; warn_after=50m;"
                     " expire_after=1h")
        else:
            self.say(200, X_Accel_Session="on")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        form = urllib.parse.parse_qs(body.decode())

        if form["password"] != [sys.argv[2]]:
            self.say(403)
            return

        key = secrets.token_hex(16)
        users[key] = form["username"][0]
        self.say(303, Location="/page",
                 Set_Cookie="gate=%s; Path=/; HttpOnly" % key)


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])),
                                Gate).serve_forever()
