/* When the server is asked, and by how many. */

import { page } from '../pages.mjs';
import { scenario, wait } from '../scenario.mjs';

/* keeps when things happened, across the logout */
const RECORD = `
    const n = location.pathname.slice(1) || '0';

    for (const name of ['warn', 'expire']) {
        document.addEventListener('sessionsecurity:' + name, () => {
            localStorage[name + n] = Date.now();
        });
    }`;

const recorded = (page, name) => page.evaluate((name) => (
    Object.keys(localStorage).filter((key) => key.startsWith(name))
        .map((key) => +localStorage[key])), name);

scenario('asks before', {
    warn: '2s', expire: '7s', pages: { '/': page({ script: RECORD }) },
}, async (t) => {
    const a = await t.open();

    await t.out(a);

    const [warned] = await recorded(a, 'warn');
    const [expired] = await recorded(a, 'expire');
    const [first] = t.pings();
    const last = t.pings().pop();

    t.ok(first.idleFor >= 2 && first.time <= warned + 5,
         'the server is asked before a warning', JSON.stringify(first), warned);
    t.ok(last.idleFor >= 7 && last.time <= expired + 5,
         'and before the session ends', JSON.stringify(last), expired);
    t.ok(t.pings().every(({ idleFor }) => idleFor >= 0), 'with idleFor');
});

scenario('another browser', {
    warn: '4s', expire: '60s',
    pages: { '/': page({ script: RECORD }), '/quiet': (res) => res.end('ok') },
}, async (t) => {
    const a = await t.open();
    const cookie = await t.cookie();
    const other = await t.context();

    await other.setCookie(cookie);

    const b = await t.tab(other);

    await t.until('activity elsewhere', async () => {
        await b.goto(t.url('/quiet'));
        await wait(400);
        return t.servers.log(t.host, '/quiet').length > 12;
    });

    t.equal(await recorded(a, 'warn'), [],
            'no warning while the user is active in another browser');
    await b.goto('about:blank');
    await t.warned(a);
    t.ok(true, 'one after that');
});

const FIVE = ['/1', '/2', '/3', '/4', '/5'];

scenario('five tabs', {
    warn: '4s', expire: '9s', slow: 4,
    pages: Object.fromEntries(FIVE.map((path) => (
        [path, page({ script: RECORD })]))),
}, async (t) => {
    const tabs = [];

    for (const path of FIVE) {
        tabs.push(await t.open(path));
    }

    /* they were not opened at the same time */

    for (const tab of tabs) {
        await t.untilPage(tab, 'the script', ({ state }) => state);
    }

    let start;
    const since = () => t.pings().filter(({ time, idleFor }) => (
        time > start && idleFor > 3));
    const asked = [];

    /* where messages take long, all may have asked before they hear of it */

    for (let i = 0; i < 3 && !asked.some((n) => n < 5); i++) {
        await tabs[4].evaluate(() => window.sessionSecurity.extend());
        start = Date.now();

        for (const tab of tabs) {
            await t.live(tab);
        }

        /* what only the server knows, and tells in whole seconds */

        await wait(1200);
        await tabs[4].evaluate(() => fetch('/api').then((r) => r.text()));

        for (const tab of tabs) {
            await t.untilPage(tab, 'a warning', ({ dialog }) => dialog);
        }

        asked.push(since().length);
    }

    for (const tab of tabs) {
        await t.left(tab);
    }

    const warned = (await recorded(tabs[0], 'warn')).sort();
    const expired = (await recorded(tabs[0], 'expire')).sort();
    const apart = (times) => Math.max(...times) - Math.min(...times);

    t.equal([warned.length, expired.length], [5, 5],
            'all five warned, and ended');

    /* a second is what was asked for; a machine may have more to do */

    t.ok(apart(warned) < 1500, 'they warned within a second: '
         + apart(warned) + ' ms');
    t.ok(apart(expired) < 1500, 'they ended within a second: '
         + apart(expired) + ' ms');

    t.ok(asked.some((n) => n < 5), 'not every tab asks before it warns: '
         + asked);

    const last = since().filter(({ state }) => state !== 'live').length;

    t.ok(last < 5, 'nor when it is over: ' + last);
});

scenario('seen again', { warn: '600s', expire: '1000s', own: true },
async (t) => {
    const a = await t.open();
    const b = await t.open('/two');

    t.ok(await a.evaluate(() => document.hidden), 'a tab is in the background');
    await wait(1500);

    const before = t.pings().length;

    await a.bringToFront();
    await t.until('a question', () => t.pings().length > before);
    t.equal((await t.look(a)).state, 'live', 'the server is asked at once');

    await b.bringToFront();
    await wait(1500);
    await t.deleteCookie();
    await t.left(a);
    t.ok(true, 'logged out elsewhere: the page goes as it is seen again');
    await t.untilPage(b, 'the cover', ({ cover }) => cover);
    await t.left(b);
    t.ok(true, 'and those that are not seen, covered until then');
});

scenario('on line again', { warn: '600s', expire: '1000s' }, async (t) => {
    const a = await t.open();

    await wait(1500);
    await a.setOfflineMode(true);
    await t.deleteCookie();
    await wait(300);
    t.equal((await t.look(a)).state, 'live', 'nothing happens off line');
    await a.setOfflineMode(false);
    await t.left(a);
    t.ok(true, 'the server is asked as soon as the browser is on line');
});
