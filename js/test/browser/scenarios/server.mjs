/* When the server is asked, and by how many. */

import { page } from '../pages.mjs';
import { scenario, wait } from '../scenario.mjs';

/* keeps when things happened, by the machine's clock, across the logout */
const RECORD = `
    const n = location.pathname.slice(1) || '0';

    for (const name of ['warn', 'expire']) {
        document.addEventListener('sessionsecurity:' + name, () => {
            localStorage[name + n] = window.testClock.wall();
        });
    }`;

const recorded = (page, name) => page.evaluate((name) => (
    Object.keys(localStorage).filter((key) => key.startsWith(name))
        .map((key) => +localStorage[key])), name);

scenario('asks before', {
    pages: { '/': page({ script: RECORD }) },
}, async (t) => {
    const a = await t.open();

    await t.warned(a);
    await t.ends(a);

    const [warned] = await recorded(a, 'warn');
    const [expired] = await t.until('what the page kept', async () => {
        const all = await recorded(a, 'expire');

        return all.length && all;
    });

    /* nginx writes its log when the browser may have the answer already */

    const last = await t.until('the last question', () => (
        t.pings().find(({ idleFor }) => idleFor >= 1200)));

    t.ok(t.pings().some(({ idleFor, time }) => (
        idleFor >= 600 && time <= warned + 5)),
    'the server is asked before a warning', JSON.stringify(t.pings()), warned);
    t.ok(last.time <= expired + 5,
         'and before the session ends', JSON.stringify(last), expired);
    t.ok(t.pings().every(({ idleFor }) => idleFor >= 0), 'with idleFor');
});

scenario('another browser', {
    pages: { '/': page({ script: RECORD }), '/quiet': (res) => res.end('ok') },
}, async (t) => {
    const a = await t.open();
    const cookie = await t.cookie();
    const other = await t.context();

    await other.setCookie(cookie);

    const b = await t.tab(other);

    for (let i = 0; i < 8; i++) {
        await b.goto(t.url('/quiet'));
        await t.pass(200);
        await t.untilPage(a, 'an answer', (now) => t.untilWarning(now) > 0);
    }

    t.equal(await recorded(a, 'warn'), [],
            'no warning while the user is active in another browser');
    await b.goto('about:blank');
    await t.warned(a);
    t.ok(true, 'one after that');
});

const FIVE = ['/1', '/2', '/3', '/4', '/5'];

scenario('five tabs', {
    slow: 4,
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

    const since = (start) => t.pings().slice(start)
        .filter(({ idleFor }) => idleFor >= 590);
    const asked = [];

    /*
     * Tabs that have not heard of another tab's question ask, too.  So messages
     * between tabs get more time with each attempt.
     */

    for (let i = 0; i < 4 && !asked.some((n) => n < 5); i++) {
        await tabs[4].evaluate(() => window.sessionSecurity.extend());

        for (const tab of tabs) {
            await t.live(tab);
        }

        const start = t.pings().length;

        await t.hold();
        await t.pass(t.untilWarning(await t.look(tabs[4])) - .2);
        await t.pass(1.2, 100 * (i + 1));
        await t.go();

        for (const tab of tabs) {
            await t.warned(tab);
        }

        asked.push(since(start).length);
    }

    t.ok(asked.some((n) => n < 5), 'not every tab asks before it warns: '
         + asked);

    await t.ends(tabs[4]);

    for (const tab of tabs) {
        await t.left(tab);
    }

    t.equal([(await recorded(tabs[0], 'warn')).length,
             (await recorded(tabs[0], 'expire')).length], [5, 5],
            'all five warned, and ended');
});

scenario('seen again', { warn: '600s', expire: '1000s', own: true },
async (t) => {
    const a = await t.open();
    const b = await t.open('/two');

    await t.front(b);
    t.ok(await a.evaluate(() => document.hidden), 'a tab is in the background');
    await t.pass(2);

    const before = t.pings().length;

    await t.front(a);
    await t.until('a question', () => t.pings().length > before);
    t.equal((await t.look(a)).state, 'live', 'the server is asked at once');

    await t.front(b);
    await t.pass(2);
    await t.deleteCookie();
    await t.left(a);
    t.ok(true, 'logged out elsewhere: the page goes as it is seen again');
    await t.untilPage(b, 'the cover', ({ cover }) => cover);
    await t.left(b);
    t.ok(true, 'and those that are not seen, covered until then');
});

scenario('on line again', { warn: '600s', expire: '1000s' }, async (t) => {
    const a = await t.open();

    await t.pass(2);
    await a.setOfflineMode(true);
    await t.deleteCookie();
    await wait(300);
    t.equal((await t.look(a)).state, 'live', 'nothing happens off line');
    await a.setOfflineMode(false);
    await t.left(a);
    t.ok(true, 'the server is asked as soon as the browser is on line');
});
