/*
 * Pages that go on: a WebSocket (of ws) and an event stream, behind a login.
 *
 *     live_app.js PORT PASSWORD
 */

'use strict';

const crypto = require('node:crypto');
const http = require('node:http');
const { WebSocketServer } = require('ws');

const [port, password] = process.argv.slice(2);
const sessions = new Map();
const streams = new Set();

function user(req) {
    const found = /(?:^|; )sid=(\w+)/.exec(req.headers.cookie || '');
    return found && sessions.get(found[1]);
}

function go(res, path, headers) {
    res.writeHead(303, { Location: path, ...headers });
    res.end();
}

function html(res, text) {
    res.writeHead(200, { 'Content-Type': 'text/html' });
    res.end(text);
}

function login(req, res) {
    let body = '';

    req.on('data', (data) => { body += data; });
    req.on('end', () => {
        const form = new URLSearchParams(body);

        if (form.get('password') !== password) {
            return res.writeHead(403).end();
        }

        const sid = crypto.randomBytes(16).toString('hex');
        sessions.set(sid, form.get('username'));
        go(res, '/page', { 'Set-Cookie': `sid=${sid}; Path=/; HttpOnly` });
    });
}

const gone = { 'Set-Cookie': 'sid=; Path=/; Max-Age=0' };

function leave(req) {
    const found = /(?:^|; )sid=(\w+)/.exec(req.headers.cookie || '');

    if (found) {
        sessions.delete(found[1]);
    }
}

function logout(req, res) {
    leave(req);
    go(res, '/login', gone);
}

// a page that comes slowly
function slowLogout(req, res) {
    leave(req);
    res.writeHead(200, { 'Content-Type': 'text/html', ...gone });
    res.write('You have ');
    setTimeout(() => res.end('left.'), 1500);
}

function events(req, res) {
    if (!user(req)) {
        return res.writeHead(401).end();
    }

    res.writeHead(200, { 'Content-Type': 'text/event-stream' });

    res.user = user(req);
    streams.add(res);
    const timer = setInterval(() => res.write('data: tick\n\n'), 100);

    res.on('close', () => {
        clearInterval(timer);
        streams.delete(res);
    });
}

const server = http.createServer((req, res) => {
    switch (`${req.method} ${req.url.split('?')[0]}`) {
    case 'GET /login':
        return html(res, '<form method="post"><input name="username">'
            + '<input name="password" type="password">'
            + '<button>Log in</button></form>');
    case 'POST /login':
        return login(req, res);
    case 'GET /page':
        return user(req) ? html(res, `<p>The letters of ${user(req)}</p>`)
            : go(res, '/login');
    case 'GET /logout':
        return logout(req, res);
    case 'GET /slow-logout':
        return slowLogout(req, res);
    case 'GET /events':
        return events(req, res);
    case 'GET /open':
        // asked by the test alone: what the backend has open for a user
        return html(res, String([...sockets.clients, ...streams].filter(
            (one) => one.user === req.url.split('?')[1]).length));
    }

    return res.writeHead(404).end();
});

const sockets = new WebSocketServer({ noServer: true });

server.on('upgrade', (req, socket, head) => {
    if (!user(req)) {
        return socket.end('HTTP/1.1 401 Unauthorized\r\n'
            + 'Content-Length: 0\r\n\r\n');
    }

    sockets.handleUpgrade(req, socket, head, (ws) => {
        const timer = setInterval(() => ws.send('tick'), 100);

        ws.user = user(req);
        ws.on('message', (data) => ws.send(`echo ${data}`));
        ws.on('close', () => clearInterval(timer));
        ws.on('error', () => {});
    });
});

server.listen(Number(port), '127.0.0.1');
