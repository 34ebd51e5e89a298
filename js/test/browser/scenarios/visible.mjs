/* What can be seen once a session is over. */

import { page, tag } from '../pages.mjs';
import { scenario, wait } from '../scenario.mjs';

/* Chromium answers no questions while it waits for the next page. */
const SAY = `
    onbeforeunload = () => 'Stay?';

    const say = (when) => {
        const root = document.documentElement;
        const host = document.querySelector('session-security');
        const dialog = host && host.shadowRoot.querySelector('dialog');

        console.log('seen ' + JSON.stringify({
            when,
            state: window.sessionSecurity.state,
            text: [...root.querySelectorAll('*')].filter((node) => (
                !node.matches('head, title, style, session-security')))
                .map((node) => node.outerHTML).join(' '),
            title: document.title,
            opacity: getComputedStyle(root).opacity,
            cover: Boolean(dialog && dialog.matches('.cover:modal'))
                && dialog.innerText.trim(),
        }));
    };

    document.addEventListener('sessionsecurity:expire', () => {
        say('first');
        setTimeout(say, 0, 'next');
        setTimeout(say, 700, 'later');
    });`;

scenario('logout hangs', {
    slow: 2,
    logout: '/logout-that-hangs/',
    pages: { '/': page({ script: SAY }) },
}, async (t) => {
    const a = await t.open();

    a.stays = true;
    t.ok(await t.isRed(a), 'before, there is something to be seen');
    await a.click('#field');
    await t.nearEnd(a);

    const seen = await t.until('what could be seen', () => {
        const all = a.errors.filter((text) => text.startsWith('seen '))
            .map((text) => JSON.parse(text.slice(5)));

        return all.length === 3 && all;
    });

    t.ok(t.servers.requests.some(({ host, url }) => (
        host === t.host && url === '/logout-that-hangs/')),
    'a logout server that hangs was asked');
    t.equal([seen[0].when, seen[0].opacity], ['first', '0'],
            'before anything else, the page is hidden');

    for (const now of seen.slice(1)) {
        t.equal([now.state, now.text, now.title, now.opacity, now.cover],
                ['expired', '', 'You have been signed out.', '0',
                 'You have been signed out.\n\nContinue'],
                `${now.when} it is empty, and covered; the cover says why`);
    }

    t.ok(!await t.isRed(a), 'nothing of it in a screenshot');
    t.equal(a.dialogs, [], 'beforeunload did not keep it');
});

scenario('covered', {
    warn: '600s', expire: '1000s', inject: false,
    pages: { '/': (res) => res.end(page({ head: tag({
        ping: '/outside/error', 'warn-after': 600,
        'expire-after': 1000 }) })) },
}, async (t) => {
    const a = await t.open();

    /* as if it had been restored: no answer says that all is well */

    await a.evaluate(() => window.dispatchEvent(
        new PageTransitionEvent('pageshow', { persisted: true })));
    await t.untilPage(a, 'the cover', ({ state, cover }) => (
        state === 'covered' && cover));
    await wait(1000);

    const [now, red] = await Promise.all([t.look(a), t.isRed(a)]);

    t.equal(now.opacity, '0', 'while it is not sure, the page is hidden');
    t.equal([now.message, now.again], ['One moment…', ''],
            'and the cover says so');
    t.ok(!red, 'and nothing of it in a screenshot');
});

scenario('frame at the end', {
    logout: '/logout-that-hangs/',
    pages: { '/': page({ body: '<iframe src="/inner" title="x"></iframe>' }),
             '/inner': page() },
}, async (t) => {
    const a = await t.open();

    await t.nearEnd(a);
    await t.until('the request', () => t.servers.requests.some(
        ({ host, url }) => host === t.host && url === '/logout-that-hangs/'));
    t.ok(!await t.isRed(a), 'nothing can be seen of the page nor of its frame');
    t.equal(t.servers.requests.filter(({ host, url }) => (
        host === t.host && url === '/logout-that-hangs/')).length, 1,
    'one of them goes to the logout URL');
});
