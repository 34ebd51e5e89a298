/*
 * Express with cookie-session: all of the session is in a cookie, which is
 * signed by another one, and which here is new in every response.
 *
 *     cookie_session_app.js PORT PASSWORD
 */

'use strict';

const crypto = require('node:crypto');
const express = require('express');
const session = require('cookie-session');

const [port, password] = process.argv.slice(2);
const app = express();

app.use(express.urlencoded({ extended: false }));
app.use(session({ keys: ['of no worth outside of this test'] }));

app.use((req, res, next) => {
    req.session.n = (req.session.n || 0) + 1;
    next();
});

app.get('/login', (req, res) => {
    req.session.csrf = crypto.randomBytes(8).toString('hex');
    res.type('html').send('<form method="post">'
        + `<input type="hidden" name="csrf" value="${req.session.csrf}">`
        + '<input name="username"><input name="password" type="password">'
        + '<button>Log in</button></form>');
});

app.post('/login', (req, res) => {
    if (req.body.csrf !== req.session.csrf) {
        return res.sendStatus(400);
    }
    if (req.body.password !== password) {
        return res.sendStatus(403);
    }
    req.session.user = req.body.username;
    res.redirect(303, '/page');
});

function page(req, res) {
    if (!req.session.user) {
        return res.redirect('/login');
    }
    res.type('html').send(`<p>The letters of ${req.session.user}</p>`);
}

app.get('/page', page);

// a page that takes its time, while other things happen
app.get('/slow', (req, res) => {
    setTimeout(page, 1000, req, res);
});

app.get('/logout', (req, res) => {
    // the cookie is forgotten, but remains valid
    req.session = null;
    res.redirect('/login');
});

app.listen(Number(port), '127.0.0.1');
