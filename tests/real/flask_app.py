#!/usr/bin/python3
"""
Flask with its usual session: all of it is in the cookie, which is signed, and
which here is another one after each request.

    flask_app.py PORT PASSWORD
"""

import secrets
import sys
import time

from flask import Flask, abort, redirect, request, session

app = Flask(__name__)
app.secret_key = "of no worth outside of this test"

LOGIN = """<form method="post">
<input type="hidden" name="csrf" value="%s">
<input name="username"><input name="password" type="password">
<button>Log in</button></form>
"""


@app.before_request
def count():
    session["n"] = session.get("n", 0) + 1


@app.get("/login")
def login_form():
    session["csrf"] = secrets.token_hex(8)
    return LOGIN % session["csrf"]


@app.post("/login")
def login():
    if request.form["csrf"] != session.get("csrf"):
        abort(400)
    if request.form["password"] != sys.argv[2]:
        abort(403)

    session["user"] = request.form["username"]
    return redirect("/page")


@app.get("/page")
def page():
    if "user" not in session:
        return redirect("/login")

    return "<p>The letters of %s</p>" % session["user"]


@app.get("/slow")
def slow():
    """A page that takes its time, while other things happen."""

    time.sleep(1)
    return page()


@app.get("/logout")
def logout():
    # the cookie is forgotten, but remains valid
    session.clear()
    return redirect("/login")


app.run("127.0.0.1", int(sys.argv[1]), threaded=True)
