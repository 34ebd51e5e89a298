/* Pages that the browser keeps, and Back. */

import { page, SECRET, tag } from '../pages.mjs';
import { scenario, wait } from '../scenario.mjs';

/* what could be seen in each frame since the page was restored */
const FRAMES = `
    window.frames_ = [];
    window.shows = [];

    addEventListener('error', ({ message }) => {
        sessionStorage.error = message;
    });


    addEventListener('pageshow', ({ persisted }) => {
        shows.push(persisted);
        sessionStorage.persisted = persisted;

        if (!persisted) {
            return;
        }

        requestAnimationFrame(function look() {
            const { state } = window.sessionSecurity;

            frames_.push(getComputedStyle(document.documentElement).opacity
                         + ' ' + state);
            sessionStorage.frames = JSON.stringify(frames_);
            requestAnimationFrame(look);
        });
    });`;

const slow = (res) => res.end(page({
    script: FRAMES,
    head: tag({ ping: '/outside/slow', 'warn-after': 600,
                'expire-after': 1000 }),
}));

const options = {
    warn: '600s', expire: '1000s', inject: false,
    nginx: 'session_security_no_store off;',
    pages: { '/': slow, '/other': (res) => res.end(page()) },
};

const leave = async (t, a) => {
    await a.evaluate(() => { location.href = '/other'; });
    await t.until('the other page', () => t.evaluate(a, () => (
        location.pathname === '/other' && document.readyState === 'complete')));
    await wait(300);
};

/* Goes back; whether the page was kept. */
const back = async (t, a) => {
    await a.evaluate(() => { setTimeout(() => history.back(), 50); });
    await t.until('the page', async () => t.evaluate(a, () => (
        location.pathname !== '/other')));

    return t.until('pageshow', () => t.evaluate(
        a, () => sessionStorage.persisted)) === 'true';
};

scenario('kept by the browser', options, async (t) => {
    const a = await t.open();

    await leave(t, a);
    await a.evaluate(() => { delete sessionStorage.persisted; });

    const asked = t.servers.requests.length;

    await back(t, a);

    if (await a.evaluate(() => sessionStorage.persisted) !== 'true') {
        t.skip('a restored page is covered', 'this browser did not keep it');
        return;
    }

    await t.untilPage(a, 'the cover', ({ state }) => state === 'covered');
    t.equal(await a.evaluate(() => sessionStorage.error ?? ''), '',
            'nothing was thrown as it was left');
    await t.live(a);

    const frames = await t.until('a frame with the page', () => a.evaluate(
        () => window.frames_.includes('1 live') && window.frames_));
    const first = frames.findIndex((frame) => !frame.startsWith('0 '));

    t.ok(first > 0 && frames.slice(0, first).every((f) => f === '0 covered'),
         `a restored page is covered, for ${first} frames`, frames.slice(0, 9));
    t.ok(t.servers.requests.slice(asked)
        .some(({ url }) => url.startsWith('/outside/slow')),
    'until the server has said that all is well');
    t.equal((await t.look(a)).opacity, '1', 'then it is shown');
});

scenario('kept and logged out', options, async (t) => {
    const a = await t.open();

    await leave(t, a);
    await a.evaluate(() => { delete sessionStorage.persisted; });
    await t.deleteCookie();
    await back(t, a);
    await t.left(a);

    if (await a.evaluate(() => sessionStorage.persisted) !== 'true') {
        t.skip('a restored page is covered', 'this browser did not keep it');
        return;
    }

    const frames = JSON.parse(await a.evaluate(() => sessionStorage.frames));

    t.ok(frames.every((frame) => frame.startsWith('0 ')),
         'after a logout elsewhere, Back shows nothing', frames.join());
});

scenario('from the cache', {
    ...options,
    pages: {
        '/': (res) => {
            res.setHeader('Cache-Control', 'max-age=600');
            res.end(page({
                script: `addEventListener('unload', () => {});` + FRAMES,
                head: tag({ 'warn-after': 600, 'expire-after': 1000 }),
            }));
        },
        '/other': (res) => res.end(page()),
    },
}, async (t) => {
    const a = await t.open();

    await leave(t, a);
    await a.evaluate(() => { delete sessionStorage.persisted; });
    await t.deleteCookie();
    await a.evaluate(() => { setTimeout(() => history.back(), 50); });

    const gone = await t.until('pageshow', async () => (
        a.url().includes('/logout/')
        || await t.evaluate(a, () => sessionStorage.persisted
                                     || document.title === 'Sign in')))
        && await t.out(a, 4).then(() => true, () => false);

    t.ok(gone || await a.title() === 'Sign in',
         'Back to a page in the cache, after a logout elsewhere');
});

/* inject where it is needed: for a whole server, or in a location */
for (const [where, nginx] of [
    ['server', 'session_security_inject on;'],
    ['on', 'session_security_no_store on;'],
    ['location', ''],
]) {
    scenario('Back after logout, ' + where, { nginx }, async (t) => {
        const a = await t.open();
        const response = await a.goto(t.url('/two'));

        t.ok(/no-store/.test(response.headers()['cache-control']),
             'pages are not to be kept');
        await t.ends(a);
        await a.evaluate(() => { setTimeout(() => history.back(), 50); });
        await t.until('another page', () => !a.url().includes('/logout/'));

        const text = await t.until('its text', () => t.text(a));

        t.ok(!text.includes(SECRET) && await a.title() === 'Sign in',
             'Back shows nothing but what the backend has for strangers',
             text);
    });
}
