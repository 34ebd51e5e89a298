/*
 * A scenario's servers: an nginx with the module and a backend behind it, both
 * on free ports of 127.0.0.1.  Each scenario has a host name of its own
 * (NAME.localhost, which browsers look for on this machine) and a clock of its
 * own, so that none sees another's cookies, messages or times.
 */

import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
    chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync,
    rmSync, writeFileSync, writeSync,
} from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { page, SIGN_IN, SIGNED_OUT } from './pages.mjs';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/*
 * Below those that the system gives to clients, apart from other tests', and
 * beginning elsewhere in each process: what is free now is still so when nginx
 * opens it.
 */
const FIRST = 26000;
const PORTS = 6000;

let next = process.pid * 64 % PORTS;

async function freePort() {
    for (;;) {
        const port = FIRST + next++ % PORTS;
        const server = net.createServer();

        const isFree = await new Promise((resolve) => {
            server.on('error', () => resolve(false));
            server.listen(port, '127.0.0.1', () => resolve(true));
        });

        await new Promise((resolve) => { server.close(resolve); });

        if (isFree) {
            return port;
        }
    }
}

const isOpen = (port) => new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');

    socket.on('connect', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
});

/* where no page has the tag of nginx's */
const BY_HAND = `
    location = /session_security/script.js { session_security_script; }
    location = /session_security/ping/ { session_security_ping; }`;

export class Servers {
    dir = mkdtempSync(join(tmpdir(), 'nginx.'));
    requests = [];          /* what reached the backend */
    ahead = 0;              /* milliseconds that the clock has leapt */

    #site;
    #clock;                 /* the file that says so */
    #heldAt = 0;            /* since when it stands, on the machine's clock */
    #nginx;
    #backend;
    #live = new Set();      /* the backend's sessions */

    /* site: what #server() takes, with a host */
    constructor(site) {
        this.#site = site;
    }

    /* library: what buildClock() gives */
    async start(library) {
        chmodSync(this.dir, 0o755);

        this.#clock = openSync(join(this.dir, 'clock'), 'w', 0o644);
        this.pass(0);

        this.#backend = http.createServer((req, res) => this.#answer(req, res));

        const backend = await new Promise((resolve) => {
            this.#backend.listen(0, '127.0.0.1', () => resolve(
                this.#backend.address().port));
        });

        this.port = await freePort();
        this.#configure(backend);

        const out = openSync(join(this.dir, 'nginx.out'), 'a');

        this.#nginx = spawn(
            process.env.NGINX_BINARY,
            ['-e', 'stderr', '-p', this.dir + '/', '-c',
             join(this.dir, 'nginx.conf')],
            { stdio: ['ignore', out, out],
              env: { ...process.env, LD_PRELOAD: library,
                     TEST_CLOCK: join(this.dir, 'clock') } });

        closeSync(out);

        for (let i = 0; !await isOpen(this.port); i++) {

            if (this.#nginx.exitCode !== null || i > 300) {
                throw new Error('nginx does not start: '
                                + this.read('nginx.out')
                                + this.read('error.log'));
            }

            await wait(50);
        }

        if (this.read('nginx.out')) {
            throw new Error('nginx, or its clock: ' + this.read('nginx.out'));
        }
    }

    /* Lets so many milliseconds pass. */
    pass(ms) {
        const bytes = Buffer.alloc(8);

        this.ahead += Math.round(ms);
        bytes.writeBigInt64LE(BigInt(this.#heldAt + this.ahead));
        writeSync(this.#clock, bytes, 0, 8, 0);
    }

    /* The clock stands until go(); gives since when, on the machine's clock. */
    hold() {
        this.#heldAt ||= Date.now();
        this.pass(0);
        return this.#heldAt;
    }

    /* Gives when the clock went on, on the machine's clock. */
    go() {
        const now = Date.now();
        const stood = this.#heldAt && now - this.#heldAt;

        this.#heldAt = 0;
        this.pass(-stood);
        return now;
    }

    read(name) {
        const file = join(this.dir, name);

        return existsSync(file) ? readFileSync(file, 'utf8') : '';
    }

    /* What nginx was asked for on that host, in order. */
    log(host, path = '/') {
        return this.read('access.log').split('\n').filter(Boolean)
            .map((line) => {
                const [time, name, method, uri, status, state]
                    = line.split('\t');

                return { time: time * 1000, host: name, method, uri,
                         status: +status, state,
                         idleFor: +/idleFor=(\d+)/.exec(uri)?.[1] };
            })
            .filter((r) => r.host === host && r.uri.startsWith(path));
    }

    errors() {
        return this.read('error.log').split('\n')
            .filter((line) => /\[(alert|emerg|crit)\]|exited on signal/
                .test(line));
    }

    /* Also from where there is no time to wait. */
    end() {
        this.#backend?.close();
        this.#backend?.closeAllConnections?.();

        try {
            this.#nginx?.kill('SIGTERM');
        } catch {
            /* it is gone */
        }

        if (this.#clock !== undefined) {
            closeSync(this.#clock);
            this.#clock = undefined;
        }

        rmSync(this.dir, { recursive: true, force: true, maxRetries: 20 });
    }

    #configure(backend) {
        writeFileSync(join(this.dir, 'nginx.conf'), `
            load_module "${process.env.MODULE}";
            daemon off;
            worker_processes 2;
            pid nginx.pid;
            error_log error.log notice;
            events { }
            http {
                log_format tests "$msec\\t$host\\t$request_method\\t"
                                 "$request_uri\\t$status\\t"
                                 "$session_security_state";
                access_log access.log tests;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                server_names_hash_bucket_size 128;
                session_security_zone cookie=sessionid zone=sessions:1m;
                proxy_set_header Host $host;
                ${this.#server(this.#site, backend)}
            }`);
    }

    /*
     * warn, expire: times.  inject: what session_security_inject takes, false
     * for off.  logout: the logout URL; login: a login page in its place.
     * cookie: the Path of the backend's cookie.  nginx: more of the server
     * block.
     */
    #server({ host, warn, expire, inject = '',
              logout = '/logout/?next=$session_security_return_url',
              login = '', nginx = '' }, backend)
    {
        const proxy = `proxy_pass http://127.0.0.1:${backend};`;

        return `
            server {
                listen 127.0.0.1:${this.port};
                server_name ${host};
                session_security zone=sessions;
                session_security_warn_after ${warn};
                session_security_expire_after ${expire};
                ${login ? `session_security_login_url ${login};`
                        : `session_security_logout_url ${logout};`}
                ${nginx}

                location / {
                    session_security_inject ${inject === false ? 'off'
                                              : 'on ' + inject};
                    ${proxy}
                }

                location = /favicon.ico {
                    session_security off;
                    return 204;
                }

                location /outside/ {
                    session_security off;
                    ${proxy}
                }

                ${inject === false ? BY_HAND : ''}
            }`;
    }

    #answer(req, res) {
        const host = req.headers.host.replace(/:.*/, '');
        const url = new URL(req.url, 'http://' + host);
        const [, session] = /(?:^|; *)sessionid=([^;]*)/
            .exec(req.headers.cookie || '') || [];

        this.requests.push({ host, url: req.url, session });

        const send = (html, headers = {}, status = 200) => {
            res.writeHead(status, {
                'Content-Type': 'text/html; charset=utf-8', ...headers });
            res.end(html);
        };

        const site = this.#site;
        const cookie = `; Path=${site.cookie || '/'}; HttpOnly`;

        const paths = {
            [(site.cookie || '') + '/login']: () => {
                const id = randomBytes(16).toString('hex');

                this.#live.add(id);
                send('', {
                    Location: url.searchParams.get('next') || '/',
                    'Set-Cookie': 'sessionid=' + id + cookie,
                }, 302);
            },
            '/sign-in/': () => send(SIGN_IN + (session ? 'as before' : '')),
            '/logout/': () => {
                this.#live.delete(session);
                send(SIGNED_OUT);
            },
            '/logout-that-hangs/': () => {},
            '/logout-that-is-nothing/': () => send('', {}, 204),
            '/bye': () => {
                this.#live.delete(session);
                send(SIGNED_OUT, { 'Set-Cookie':
                                   'sessionid=; Max-Age=0' + cookie });
            },
            '/api': () => send('{}', { 'Content-Type': 'application/json' }),
            '/outside/html': () => send('<h1>No answer</h1>'),
            '/outside/error': () => send('Oh no', {}, 500),
            '/outside/redirect': () => send('', { Location:
                                            '/outside/html' }, 302),
            '/outside/nothing': () => {},
            '/outside/slow': () => setTimeout(() => send(
                session ? '0' : '"logout"',
                { 'Content-Type': 'application/json' }), 1500),
        };

        if (paths[url.pathname]) {
            paths[url.pathname]();
            return;
        }

        if (!this.#live.has(session)) {
            send(SIGN_IN);
            return;
        }

        const { pages = {} } = site;
        const what = pages[url.pathname] || page();

        if (typeof what === 'function') {
            res.setHeader('Content-Type', 'text/html; charset=utf-8');
            what(res, url, req);
        } else {
            send(what);
        }
    }
}

/* Whether nginx takes the module at all. */
export function checkModule() {
    const { MODULE, NGINX_BINARY } = process.env;

    if (!existsSync(MODULE || '')) {
        throw new Error('MODULE is to name the module: ' + MODULE);
    }

    execFileSync(NGINX_BINARY, ['-v'], { stdio: 'ignore' });
}
