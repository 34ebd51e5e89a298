/*
 * Runs the scenarios: run.mjs BROWSER...  ONLY names a part of them, JOBS how
 * many run at the same time.
 */

import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClock } from './clock.mjs';
import { close, killAll, launch } from './browsers.mjs';
import { Scenario, scenarios, wait } from './scenario.mjs';
import { checkModule, Servers } from './servers.mjs';

const JOBS = +(process.env.JOBS || 8);
const ALONE = 2;            /* of them, those that want the focus */
const LIMIT = 180;          /* seconds for a scenario */
const ALL = 1800;           /* and for everything */

const TRIES = 2;            /* more, alone, for one that failed */

let number = 0;
let passed = 0;
let failed = 0;
let library;

const running = new Set();  /* servers */
const unsteady = [];

/* the browsers' profiles are in it too, which are left where one is killed */
const dir = mkdtempSync(join(tmpdir(), 'session-security-browser.'));

chmodSync(dir, 0o755);
process.env.TMPDIR = dir;

process.on('exit', () => {
    killAll();
    running.forEach((servers) => servers.end());
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

/* What a scenario has to say, once it has run: its results. */
async function tryOne(browserName, shared, site) {
    const start = Date.now();
    const servers = new Servers(site);
    let browser = shared;
    let results = [];
    let t;
    let timer;

    running.add(servers);

    try {
        await servers.start(library);

        if (typeof site.own === 'object' && browserName === 'firefox') {
            browser = await launch(browserName, site.own);
        }

        t = new Scenario({ browserName, browser, servers, site });
        results = t.results;

        await Promise.race([
            site.run(t),
            new Promise((resolve, reject) => {
                timer = setTimeout(() => reject(new Error('took too long')),
                                   LIMIT * 1000);
            }),
        ]);

        if (!results.length) {
            t.ok(false, 'there are checks');
        }

        t.checkThrown();
        t.equal(servers.errors(), [], 'nginx has nothing to complain of');

    } catch (error) {
        results.push({ good: false, text: 'runs to its end',
                       notes: [error.stack] });
    }

    clearTimeout(timer);

    if (process.env.TIMES) {
        console.log(`# ${browserName}: ${site.name}: `
                    + `${((Date.now() - start) / 1000).toFixed(1)} s`);
    }

    if (t) {
        await t.end();
    }

    if (browser !== shared && browser) {
        await close(browser);
    }

    servers.end();
    running.delete(servers);

    return results;
}

const isGood = (results) => results.every(({ good }) => good);

/* What failed is told of when it was tried again. */
async function runOne(browserName, browser, site) {
    const results = await tryOne(browserName, browser, site);

    if (!isGood(results)) {
        site.failed = results;
        return;
    }

    for (const result of results) {
        report(browserName, site.name, result);
    }
}

/*
 * Alone, with nothing beside it that takes its time: what fails then is broken,
 * what passes was not steady.
 */
async function runAgain(browserName, site) {
    const { text, notes } = site.failed.find(({ good }) => !good);
    let results = site.failed;

    for (let i = 0; i < TRIES && !isGood(results); i++) {
        const browser = await launch(browserName);

        results = await tryOne(browserName, browser, site);
        await close(browser);
    }

    if (isGood(results)) {
        unsteady.push(`${browserName}: ${site.name}: ${text}`);
        console.log('# first: ' + notes.join('\n').replaceAll('\n', '\n# '));
    }

    for (const result of results) {
        report(browserName, site.name, result);
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

    const all = [...left];

    all.forEach((site) => { delete site.failed; });

    /* the longest first */
    left.sort((a, b) => (b.slow || 0) - (a.slow || 0));

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

    await Promise.all(browsers.map(close));

    for (const site of all.filter((one) => one.failed)) {
        await runAgain(name, site);
    }

    console.log(`# ${name}: ${Math.round((Date.now() - start) / 1000)} s`);
}

setTimeout(() => {
    console.log('# it took too long');
    process.exit(1);
}, ALL * 1000).unref();

try {
    checkModule();
    library = buildClock(dir);

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

for (const what of unsteady) {
    console.log('unsteady - ' + what);
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
