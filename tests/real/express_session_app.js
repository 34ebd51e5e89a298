/*
 * Express with express-session, which gives every visitor a session and so
 * says by a header which of them have logged in.
 *
 *     express_session_app.js PORT PASSWORD
 */

'use strict';

const crypto = require('node:crypto');
const express = require('express');
const session = require('express-session');

const [port, password] = process.argv.slice(2);
const app = express();

app.use(express.urlencoded({ extended: false }));

app.use(session({
    secret: 'of no worth outside of this test',
    resave: false,
    saveUninitialized: true,
    rolling: true,
}));

app.use((req, res, next) => {
    if (!req.session.user) {
        res.set('X-Accel-Session', 'off');
    } else if (req.session.user === 'bob') {
        // somebody who may take longer
        res.set('X-Accel-Session', 'on; warn_after=50m; expire_after=1h');
    } else {
        res.set('X-Accel-Session', 'on');
    }
    next();
});

app.get('/', (req, res) => {
    res.type('html').send('<p>Welcome to the shop</p>');
});

app.get('/login', (req, res) => {
    req.session.csrf = crypto.randomBytes(8).toString('hex');
    res.type('html').send('<form method="post">'
        + `<input type="hidden" name="csrf" value="${req.session.csrf}">`
        + '<input name="username"><input name="password" type="password">'
        + '<button>Log in</button></form>');
});

app.post('/login', (req, res, next) => {
    if (req.body.csrf !== req.session.csrf) {
        return res.sendStatus(400);
    }
    if (req.body.password !== password) {
        return res.sendStatus(403);
    }

    req.session.regenerate((error) => {
        if (error) {
            return next(error);
        }
        req.session.user = req.body.username;
        res.set('X-Accel-Session', 'on').redirect(303, '/page');
    });
});

app.get('/page', (req, res) => {
    if (!req.session.user) {
        return res.redirect('/login');
    }
    res.type('html').send(`<p>The letters of ${req.session.user}</p>`);
});

app.get('/logout', (req, res, next) => {
    // it leaves the cookie alone, so nginx is told
    req.session.destroy((error) => {
        if (error) {
            return next(error);
        }
        res.set('X-Accel-Session', 'end').redirect('/login');
    });
});

app.listen(Number(port), '127.0.0.1');
