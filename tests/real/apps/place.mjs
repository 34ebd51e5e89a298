/*
 * Where an application runs: a directory of its own, the programs that it needs,
 * and an nginx that is set up as the application's recipe says.
 */

import { execFileSync, spawn } from 'node:child_process';
import {
    appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync,
    openSync, readdirSync, readFileSync, rmSync, writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const ROOT = new URL('../../../', import.meta.url).pathname;
const IS_ROOT = process.getuid() === 0;

export const WARN = 9;      /* seconds */
export const EXPIRE = 20;

export function freePort() {
    return new Promise((resolve, reject) => {
        const server = net.createServer();

        server.on('error', reject);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();

            server.close(() => resolve(port));
        });
    });
}

/* address: a port of 127.0.0.1, or a socket's path */
const isOpen = (address) => new Promise((resolve) => {
    const socket = typeof address === 'number'
        ? net.connect(address, '127.0.0.1') : net.connect(address);

    socket.on('connect', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
});

/* Text with everything replaced; each of what is to be replaced has to be there. */
export function replace(text, changes) {
    for (const [from, to] of changes) {
        if (!(from instanceof RegExp ? from.test(text) : text.includes(from))) {
            throw new Error(`"${from}" is not in\n${text}`);
        }

        text = text.replace(from, () => to);
    }

    return text;
}

/* The first block in a recipe that is in that language, and has that in it. */
export function blockOf(name, language, what = /^/) {
    const text = readFileSync(join(ROOT, 'docs/recipes', name + '.md'), 'utf8');
    const block = [...text.matchAll(/^```(\w+)\n([^]*?)^```/gm)]
        .find(([, word, inner]) => word === language && what.test(inner));

    if (!block) {
        throw new Error(`docs/recipes/${name}.md has no ${language} block`
                        + ` with ${what}`);
    }

    return block[2];
}

export class Place {
    #processes = [];

    constructor(name) {
        this.dir = mkdtempSync(join(tmpdir(), name + '.'));
        chmodSync(this.dir, 0o755);
    }

    path(...names) {
        return join(this.dir, ...names);
    }

    makeDir(name) {
        mkdirSync(this.path(name), { recursive: true });
        return this.path(name);
    }

    write(name, text) {
        mkdirSync(dirname(this.path(name)), { recursive: true });
        writeFileSync(this.path(name), text);
        return this.path(name);
    }

    append(name, text) {
        appendFileSync(this.path(name), text);
    }

    read(name) {
        return existsSync(this.path(name))
            ? readFileSync(this.path(name), 'utf8') : '';
    }

    /* A copy of a directory, with what its links lead to. */
    copy(from, name) {
        cpSync(from, this.path(name), { recursive: true, dereference: true });
        return this.path(name);
    }

    /* Runs a program to its end; gives its output. */
    run(command, args, options = {}) {
        try {
            return execFileSync(command, args, {
                cwd: this.dir, encoding: 'utf8', stdio: 'pipe',
                timeout: 120000, ...options,
            });
        } catch (error) {
            throw new Error(`${command} ${args.join(' ')}: ${error.message}\n`
                            + error.stdout + error.stderr, { cause: error });
        }
    }

    /* Starts a program, and waits until it listens there. */
    async start(command, args, address, { env = {}, log = 'out.log' } = {}) {
        const out = openSync(this.path(log), 'a');
        const child = spawn(command, args, {
            cwd: this.dir, env: { ...process.env, ...env },
            stdio: ['ignore', out, out],
        });
        let end;

        child.on('error', (error) => { end = error.message; });
        child.on('exit', (...how) => { end ??= 'it ended: ' + how; });
        this.#processes.push(child);

        for (let i = 0; !await isOpen(address); i++) {

            if (end || i > 1200) {
                throw new Error(`${command} does not listen on ${address}: `
                                + `${end}\n${this.read(log)}`);
            }

            await wait(50);
        }

        return child;
    }

    /*
     * Ends the programs, the last one first.  Also from where there is no time
     * to wait: then by force.
     */
    async end({ force = false, keep = false } = {}) {
        for (const child of this.#processes.reverse()) {
            const gone = () => child.exitCode !== null || child.signalCode;

            for (let i = 0; !gone() && child.pid && i < 100; i++) {
                try {
                    process.kill(child.pid, force || i > 80 ? 'SIGKILL'
                                                            : 'SIGTERM');
                } catch {
                    break;
                }

                if (force) {
                    break;
                }

                await wait(100);
            }
        }

        if (!keep) {
            rmSync(this.dir, { recursive: true, force: true, maxRetries: 20 });
        }
    }

    /*
     * PHP-FPM; gives its socket.  env: its environment.  settings: of PHP.
     */
    async phpFpm({ env = {}, settings = {} } = {}) {
        const binary = readdirSync('/usr/sbin')
            .filter((name) => name.startsWith('php-fpm')).sort().pop();
        const socket = this.path('php-fpm.sock');
        const lines = (what, values) => Object.entries(values)
            .map(([name, value]) => `${what}[${name}] = ${value}`);

        const all = {
            'session.save_path': this.makeDir('php-sessions'),
            'upload_tmp_dir': this.makeDir('php-uploads'),
            ...settings,
        };

        this.write('php-fpm.conf', [
            '[global]',
            'error_log = ' + this.path('php-fpm.log'),
            'daemonize = no',
            '[ours]',
            IS_ROOT ? 'user = root' : '',
            'listen = ' + socket,
            'listen.mode = 0666',
            'pm = static',
            'pm.max_children = 6',
            'catch_workers_output = yes',
            ...lines('env', env), ...lines('php_admin_value', all), '',
        ].join('\n'));

        await this.start('/usr/sbin/' + binary,
                         ['-F', '-y', this.path('php-fpm.conf'),
                          ...(IS_ROOT ? ['-R'] : [])],
                         socket, { log: 'php-fpm.out' });

        return socket;
    }

    /* MariaDB; gives its socket.  sql is run in it, by its root. */
    async mariaDb(sql) {
        const socket = this.path('mariadb.sock');
        const user = IS_ROOT ? ['--user=root'] : [];

        this.run('mariadb-install-db', [
            '--no-defaults', '--datadir=' + this.path('mariadb'),
            '--auth-root-authentication-method=normal', '--skip-test-db',
            ...user]);

        await this.start('/usr/sbin/mariadbd', [
            '--no-defaults', '--datadir=' + this.path('mariadb'),
            '--socket=' + socket, '--skip-networking',
            '--pid-file=' + this.path('mariadb.pid'),
            '--innodb-flush-log-at-trx-commit=0', ...user,
        ], socket, { log: 'mariadb.log' });

        this.run('mariadb', ['--no-defaults', '--socket=' + socket,
                             '--user=root'], { input: sql });

        return socket;
    }

    /*
     * nginx with a recipe's configuration, in a directory of that name; gives
     * the port.  changes: what has to be another one here, beside the port:
     * where the backend and its files are.  times: of the recipe's own limit,
     * or undefined, where that may stay.
     */
    async nginx(name, recipe, changes, times) {
        const port = await freePort();
        const dir = this.makeDir(name);
        const conf = replace(recipe, [
            ['listen 80;', `listen 127.0.0.1:${port};`],
            ...(times ? [
                [/session_security_expire_after [0-9a-z]+;/,
                 `session_security_warn_after ${times.warn}s;`
                 + ` session_security_expire_after ${times.expire}s;`],
            ] : []),
            ...changes,
        ]);

        /* some say the host without its port, which is not the usual one here */

        for (const file of ['mime.types', 'fastcgi_params', 'uwsgi_params',
                            'fastcgi.conf'])
        {
            const text = readFileSync(join('/etc/nginx', file), 'utf8');

            this.write(join(name, file), text.replace(
                /(HTTP_HOST +)\$host;/, '$1"$host:$server_port";'));
        }

        this.write(name + '/nginx.conf', `
            load_module "${process.env.MODULE}";
            daemon off;
            worker_processes 2;
            ${IS_ROOT ? 'user root;' : ''}
            pid nginx.pid;
            error_log error.log notice;
            events { }
            http {
                include mime.types;
                log_format tests "$msec\\t$request_method\\t$request_uri\\t"
                                 "$status\\t$session_security_state\\t"
                                 "$http_sec_fetch_dest";
                access_log access.log tests;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;

                ${conf}
            }`);

        await this.start(process.env.NGINX_BINARY,
                         ['-e', 'stderr', '-p', dir + '/',
                          '-c', join(dir, 'nginx.conf')],
                         port, { log: name + '.out' });

        return port;
    }

    /* What that nginx was asked for, in order. */
    requests(name) {
        return this.read(name + '/access.log').split('\n').filter(Boolean)
            .map((line) => {
                const [time, method, uri, status, state, dest]
                    = line.split('\t');

                return { time: time * 1000, method, uri, status: +status,
                         state, dest };
            });
    }

    errors(name) {
        return this.read(name + '/error.log').split('\n')
            .filter((line) => /\[(error|crit|alert|emerg)\]|exited on signal/
                .test(line));
    }
}
