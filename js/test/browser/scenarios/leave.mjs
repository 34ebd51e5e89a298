/* How a page is left as its session ends. */

import { join } from 'node:path';

import { page, SECRET, tag } from '../pages.mjs';
import { scenario, wait } from '../scenario.mjs';

const form = `<form method="post" action="/posted"><button id="post">Send
    </button></form>`;

scenario('its own URL', {
    pages: { '/': page({ body: form }), '/posted': page() },
}, async (t) => {
    const a = await t.open();

    await a.click('#post');
    await t.until('the page', () => t.evaluate(a, () => (
        location.pathname === '/posted' && window.sessionSecurity)));
    await a.evaluate(() => {
        history.pushState({}, '', '/pushed?a=b&c');
        location.hash = 'part';
    });
    await t.ends(a);

    const asked = t.servers.log(t.host).map(({ method, uri }) => (
        method + ' ' + uri));

    t.ok(asked.includes('GET /pushed?a=b&c'),
         'is loaded, as it was pushed, without the fragment', asked.join());
    t.equal(new URL(a.url()).search, '?next=%2Fpushed%3Fa%3Db%26c',
            'nginx knows the way back');
    t.equal(asked.filter((line) => line === 'POST /posted').length, 1,
            'and no form is sent again', asked.join());
});

scenario('one at a time', { own: true },
async (t) => {
    const a = await t.open('/one');
    const b = await t.open('/two');

    t.ok(await a.evaluate(() => document.hidden), 'a tab is in the background');
    await t.ends(b);

    const now = await t.untilPage(a, 'the cover', ({ state, cover }) => (
        state === 'expired' && cover));

    t.equal([now.message, now.again], ['You have been signed out.', 'Continue'],
            'it is covered, and says why');
    await wait(1000);
    t.equal(t.servers.requests.filter(({ host, url }) => (
        host === t.host && url.startsWith('/one'))).length, 1,
    'but fetches nothing');

    await b.goto(t.url('/login?next=/two'));
    await t.live(b);
    await a.bringToFront();
    await t.live(a);
    t.ok((await t.text(a)).includes(SECRET),
         'as it is seen, it is the new session\'s page');
    t.equal((await t.look(a)).path, '/one', 'and where it was');
});

scenario('leaving fails', {
    logout: '/logout-that-is-nothing/',
}, async (t) => {
    const a = await t.open();

    await t.nearEnd(a);
    await t.until('the logout', () => t.servers.requests.some(
        ({ host, url }) => host === t.host && url.includes('is-nothing')));

    const now = await t.untilPage(a, 'the cover', ({ cover }) => cover);

    t.equal([now.message, now.again], ['You have been signed out.', 'Continue'],
            'the cover says so, and has a link');
    t.ok(!await t.isRed(a), 'and nothing of the page can be seen');
    await a.screenshot({ path: join(process.env.BUILD, 'screenshots',
                                    t.browserName + '-left.png') });

    await a.evaluate(() => document.querySelector('session-security')
        .shadowRoot.querySelector('a').click());
    await t.left(a);
    t.equal((await t.look(a)).path, '/', 'which leads to the page itself');
});

scenario('signed out in another tab', { warn: '600s', expire: '1000s',
                                         own: true,
                                         logout: '/bye' }, async (t) => {
    const a = await t.open('/one');
    const b = await t.open('/two');

    await b.evaluate(() => window.sessionSecurity.signOut());
    await t.untilPage(a, 'the cover', ({ state, cover }) => (
        state === 'expired' && cover));
    t.ok(true, 'by the button: the others are covered, and at their end');
    await t.left(a);
    t.ok(true, 'and go as they are seen');
});

scenario('signed out by a link', {
    warn: '600s', expire: '1000s', own: true,
    pages: { '/two': page({ body: '<a id="bye" href="/bye">Bye</a>' }) },
}, async (t) => {
    const a = await t.open('/one');
    const b = await t.open('/two');

    await b.click('#bye');
    await t.untilPage(a, 'the cover', ({ state, cover }) => (
        state === 'expired' && cover));
    t.ok(true, 'the page that the logout answers with tells the others');
    t.equal(await b.evaluate(() => window.sessionSecurity ?? null), null,
            'and does nothing else');
});

scenario('another login', { warn: '600s', expire: '1000s', own: true },
async (t) => {
    const a = await t.open('/one');

    await t.pass(3);
    await t.deleteCookie();

    const b = await t.tab();

    await b.goto(t.url('/login?next=/two'));
    await t.live(b);
    await a.evaluate(() => { document.title = 'old'; });
    await a.bringToFront();
    await t.until('another page', async () => (
        await t.evaluate(a, () => document.title) === 'Account'));
    await t.live(a);
    t.equal((await t.look(a)).path, '/one', 'the page is loaded anew');
    t.equal(t.logouts().length, 0, 'without a logout');
    t.equal((await t.look(b)).state, 'live', 'and others do not mind');
});

scenario('a cookie for a part of the site', {
    cookie: '/app', logout: '/app/logout/',
}, async (t) => {
    const a = await t.open('/app/page');

    await t.warned(a);
    await a.keyboard.press('x');
    await t.live(a);
    await t.until('a ping that tells of it', () => (
        t.pings('/app').some(({ idleFor, state }) => (
            idleFor <= 1 && state === 'live'))));
    t.ok(true, 'pings have the cookie');
    t.equal(t.servers.log(t.host, '/app/session_security/script.js').length, 1,
            'and the script is there, too');
    await t.ends(a, 25, '/app/logout/');
    t.ok(true, 'until it ends');
});

/* answers pages from what it has */
const WORKER = `
    self.addEventListener('install', () => self.skipWaiting());
    self.addEventListener('activate', (event) => {
        event.waitUntil(self.clients.claim());
    });
    self.addEventListener('fetch', (event) => {
        if (event.request.mode === 'navigate'
            && new URL(event.request.url).pathname === '/')
        {
            event.respondWith(caches.open('a').then(async (cache) => {
                const found = await cache.match('/');

                if (found) {
                    return found;
                }

                const response = await fetch(event.request);

                await cache.put('/', response.clone());
                return response;
            }));
        }
    });`;

const SEEN = `
    new MutationObserver(() => {
        if (document.documentElement.style.opacity === '0') {
            sessionStorage.covered = 'yes';
        }
    }).observe(document.documentElement, { attributes: true });`;

/* the tag by hand: what a worker asks for does not look alike in all browsers */

scenario('a page from a worker', {
    warn: '600s', expire: '1000s', inject: false,
    pages: {
        '/': page({ script: SEEN, head: tag({ 'warn-after': 600,
                                              'expire-after': 1000 }) }),
        '/start': page(),
        '/worker.js': (res) => {
            res.setHeader('Content-Type', 'text/javascript');
            res.end(WORKER);
        },
    },
}, async (t) => {
    const a = await t.open('/start');

    await a.evaluate(async () => {
        await navigator.serviceWorker.register('/worker.js');
        await new Promise((resolve) => {
            if (navigator.serviceWorker.controller) {
                resolve();
            }

            navigator.serviceWorker.oncontrollerchange = resolve;
        });
    });

    await a.goto(t.url('/'));
    await t.live(a);

    const before = t.pings().length;

    await a.evaluate(() => sessionStorage.clear());
    await a.goto(t.url('/'));
    await t.until('a question', () => t.pings().length > before);
    await t.live(a);
    t.equal(await a.evaluate(() => sessionStorage.covered), 'yes',
            'it is covered until the server has said that all is well');

    await t.deleteCookie();
    await a.goto(t.url('/')).catch(() => {});
    await t.out(a);
    t.ok(true, 'and left for good if it does not');
});
