/*
 * Runs the applications' scenario: run.mjs [NAME...], of all that are here if
 * none is named.  With --packages it tells which Debian packages they need.
 * KEEP=1 leaves the directory of one that failed; PART=walk, respell or
 * quiet runs that part of the scenario alone.
 */

import { readdirSync } from 'node:fs';

const here = new URL('.', import.meta.url);
const HELPERS = ['run', 'place', 'scenario'];

const all = readdirSync(here).filter((file) => file.endsWith('.mjs'))
    .map((file) => file.slice(0, -4)).filter((name) => !HELPERS.includes(name));

const args = process.argv.slice(2);
const names = args.filter((arg) => !arg.startsWith('--'));

for (const name of names) {
    if (!all.includes(name)) {
        console.log(`there is no ${name}: only ${all.join(', ')}`);
        process.exit(1);
    }
}

const load = async (name) => (
    (await import(new URL(name + '.mjs', here))).default);

if (args.includes('--packages')) {
    for (const name of names.length ? names : all) {
        console.log((await load(name)).packages);
    }

    process.exit(0);
}

const { close, killAll, launch } = await import(
    '../../../js/test/browser/browsers.mjs');
const { Place } = await import('./place.mjs');
const { run, Trial } = await import('./scenario.mjs');

let number = 0;
let passed = 0;
let failed = 0;
let place;

process.on('exit', () => {
    killAll();
    place?.end({ force: true });
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => process.exit(1));
}

/* what puppeteer still waits for when a browser's tab is closed */
process.on('unhandledRejection', () => {});

function report(name, { good, text, notes }) {
    passed += good ? 1 : 0;
    failed += good ? 0 : 1;

    console.log(`${good ? 'ok' : 'not ok'} ${++number} - ${name}: ${text}`);

    if (!good) {
        for (const note of notes) {
            console.log('# ' + String(note).replaceAll('\n', '\n# '));
        }
    }
}

async function tryOne(name) {
    const start = Date.now();
    const app = await load(name);
    let browser;
    let t;

    place = new Place('session-security-' + name);

    try {
        browser = await launch(process.env.BROWSER || 'chromium');
        t = new Trial({ app, name, browser, place });
        await run(t);

    } catch (error) {
        t ||= { results: [], pages: [] };
        t.results.push({ good: false, text: 'runs to its end',
                         notes: [error.stack] });

        for (const page of t.pages) {
            if (!page.isClosed()) {
                await t.screenshot(page, 'failed').catch(() => {});
                break;
            }
        }
    }

    for (const result of t.results) {
        report(name, result);
    }

    if (browser) {
        await close(browser);
    }

    const keep = process.env.KEEP && t.results.some(({ good }) => !good);

    if (keep) {
        console.log('# ' + place.dir);
    }

    await place.end({ keep });

    place = undefined;
    console.log(`# ${name}: ${Math.round((Date.now() - start) / 1000)} s`);
}

for (const name of names.length ? names : all) {
    await tryOne(name);
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
