/*
 * Runs the scenarios: run.mjs BROWSER...  ONLY names a part of them, JOBS how
 * many run at the same time.
 */

import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { close, killAll, launch } from './browsers.mjs';
import { Scenario, scenarios, wait } from './scenario.mjs';
import { checkModule, Servers } from './servers.mjs';

const JOBS = +(process.env.JOBS || 8);
const ALONE = 2;            /* of them, those that want the focus */
const LIMIT = 90;           /* seconds for a scenario */
const ALL = 900;            /* and for everything */

let number = 0;
let passed = 0;
let failed = 0;
let servers;

/* the browsers' profiles are in it too, which are left where one is killed */
const dir = mkdtempSync(join(tmpdir(), 'session-security-browser.'));

chmodSync(dir, 0o755);
process.env.TMPDIR = dir;

process.on('exit', () => {
    killAll();
    servers?.end();
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => process.exit(1));
}

/* what puppeteer still waits for when a browser's tab is closed */
process.on('unhandledRejection', () => {});

function report(browser, name, { good, text, notes, skip }) {
    passed += good ? 1 : 0;
    failed += good ? 0 : 1;

    console.log(`${good ? 'ok' : 'not ok'} ${++number} - ${browser}: ${name}: `
                + text + (skip ? ` # SKIP ${skip}` : ''));

    if (!good) {
        for (const note of notes) {
            console.log('# ' + String(note).replaceAll('\n', '\n# '));
        }
    }
}

async function runOne(browserName, shared, site) {
    const start = Date.now();
    let browser = shared;
    let t;
    let timer;

    try {
        if (typeof site.own === 'object' && browserName === 'firefox') {
            browser = await launch(browserName, site.own);
        }

        t = new Scenario({ browserName, browser, servers, site });

        await Promise.race([
            site.run(t),
            new Promise((resolve, reject) => {
                timer = setTimeout(() => reject(new Error('took too long')),
                                   LIMIT * 1000);
            }),
        ]);

        if (!t.results.length) {
            t.ok(false, 'there are checks');
        }

        t.checkThrown();

    } catch (error) {
        t ||= { results: [] };
        t.results.push({ good: false, text: 'runs to its end',
                         notes: [error.stack] });
    }

    clearTimeout(timer);

    for (const result of t.results) {
        report(browserName, site.name, result);
    }

    if (process.env.TIMES) {
        console.log(`# ${browserName}: ${site.name}: `
                    + `${((Date.now() - start) / 1000).toFixed(1)} s`);
    }

    if (t.end) {
        await t.end();
    }

    if (browser !== shared && browser) {
        await close(browser);
    }
}

async function runAll(name) {
    const start = Date.now();
    const left = scenarios.filter((site) => (
        (!site.only || site.only === name)
        && (!process.env.ONLY || site.name.includes(process.env.ONLY))));

    if (!left.length) {
        throw new Error('there is no such scenario');
    }

    /* the longest first */
    left.sort((a, b) => (b.slow || 0) - (a.slow || 0));

    servers = new Servers();
    await servers.start(left);

    const work = async (browser, from) => {
        while (from.length) {
            await runOne(name, browser, from.shift());
        }
    };

    /* those that want the focus, one at a time; the others share a browser */

    const alone = name === 'firefox' ? left.filter(({ own }) => own === true)
                                     : [];
    const rest = left.filter((site) => !alone.includes(site));
    const lanes = Math.min(ALONE, alone.length);
    const browsers = [await launch(name)];

    for (let i = 0; i < lanes; i++) {
        browsers.push(await launch(name));
    }

    await Promise.all([
        ...browsers.slice(1).map((browser) => work(browser, alone)),
        ...Array.from({ length: JOBS - lanes }, () => work(browsers[0], rest)),
    ]);

    report(name, 'nginx', { good: !servers.errors().length,
                            text: 'has nothing to complain of',
                            notes: servers.errors() });

    await Promise.all(browsers.map(close));
    servers.end();
    servers = undefined;

    console.log(`# ${name}: ${Math.round((Date.now() - start) / 1000)} s`);
}

setTimeout(() => {
    console.log('# it took too long');
    process.exit(1);
}, ALL * 1000).unref();

try {
    checkModule();

    const all = new URL('scenarios/', import.meta.url);

    for (const file of readdirSync(all).sort()) {
        await import(new URL(file, all));
    }

    for (const name of process.argv.slice(2)) {
        await runAll(name);
        await wait(100);
    }

} catch (error) {
    failed++;
    console.log(`not ok ${++number} - the tests run\n# `
                + error.stack.replaceAll('\n', '\n# '));
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
