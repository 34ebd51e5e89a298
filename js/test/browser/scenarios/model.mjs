/* What the module is for, in two tabs. */

import { scenario, timeless, wait } from '../scenario.mjs';

scenario('two tabs', {}, async (t) => {
    const a = await t.open();
    const b = await t.open('/two');

    await t.live(a);
    await t.warned(a);
    await t.warned(b);
    t.ok(true, 'the warning shows in both');
    t.ok(await t.cookie(), 'the session has its cookie while it warns');

    await t.ends(b);
    await t.left(a);
    t.ok(true, 'the session expires in both');
    t.ok(t.logouts().some(({ session }) => session),
         'the backend was told, with its cookie');
    t.ok(await t.cookieGone(a), 'the cookie is gone');

    await a.goto(t.url('/'));
    t.equal(await a.title(), 'Sign in', 'nobody is signed in any more');
});

scenario('activity in one tab', {}, async (t) => {
    const a = await t.open();
    const b = await t.open('/two');

    await t.warned(a);
    await t.warned(b);
    await b.keyboard.press('x');
    await t.live(b);
    await t.live(a);
    t.ok(true, 'hides the warning in both');

    await t.until('a question', () => (
        t.pings().some(({ idleFor }) => idleFor <= 1)));
    t.ok(true, 'the server is told');
});

scenario('activity prevents', {}, async (t) => {
    const a = await t.open();

    await a.evaluate(() => {
        window.warnings = 0;
        document.addEventListener('sessionsecurity:warn',
                                  () => { window.warnings++; });
    });

    for (let i = 0; i < 8; i++) {
        await a.mouse.move(100 + i % 2 * 50, 100);
        await t.untilPage(a, 'activity', ({ remaining }) => remaining > 1100);
        await t.pass(200);
    }

    t.equal(await a.evaluate(() => window.warnings), 0,
            'no warning while the user is active');
    await t.warned(a);
    t.equal(await a.evaluate(() => window.warnings), 1, 'one after that');
});

scenario('API requests', {}, async (t) => {
    const a = await t.open();

    await a.evaluate(() => {
        window.warnings = 0;
        document.addEventListener('sessionsecurity:warn',
                                  () => { window.warnings++; });
    });

    for (let i = 0; i < 8; i++) {
        await a.evaluate(() => fetch('/api').then((r) => r.text()));
        await t.pass(200);
        await t.untilPage(a, 'an answer', (now) => t.untilWarning(now) > 0);
    }

    t.equal(await a.evaluate(() => window.warnings), 0,
            'requests are activity, which the script is told before it warns');
});

scenario('maximal lifetime', {
    own: true, nginx: 'session_security_max_lifetime 3000s;',
}, async (t) => {
    const a = await t.open();
    let i = 0;

    await a.evaluate(() => window.sessionSecurity.addLocale('en', {
        limit: 'No session is longer than this.',
    }));

    const now = await t.until('the final warning', async () => {
        await a.mouse.move(100 + i++ % 2 * 50, 100);

        const state = await t.look(a);

        return state.dialog ? state : t.pass(500);
    });

    t.equal([now.heading, now.stay, now.hint],
            ['Please save your work', 'OK', 'No session is longer than this.'],
            'the final warning says what to do, and why; nothing extends it');
    t.equal(await t.described(a),
            [now.heading, timeless(now.message + ' ' + now.hint)],
            'its name is the heading');
    await a.keyboard.press('x');
    await wait(300);
    t.equal((await t.look(a)).dialog, true, 'a key does not close it');
    await a.evaluate(() => document.querySelector('session-security')
        .shadowRoot.querySelector('[part=stay]').focus());
    await a.keyboard.press('Enter');
    await t.live(a);
    t.ok(true, 'OK closes it');

    await t.until('the logout URL', async () => {
        await a.mouse.move(100 + i++ % 2 * 50, 100);
        await t.pass(200);
        return new URL(a.url()).pathname === '/logout/';
    });
    t.ok(true, 'active users are logged out all the same');
});

scenario('started by the page', {
    inject: false,
    pages: { '/': (res) => res.end(`<!DOCTYPE html><html lang="en"><title>x</title>
        <script src="/session_security/script.js" data-start="manual"
                data-ping="/session_security/ping/" data-logout="/logout/"
                data-warn-after="600" data-expire-after="1200"></script>
        <script src="/session_security/script.js"
                data-expire-after="1"></script>`) },
}, async (t) => {
    const a = await t.open();

    t.equal((await t.look(a)).state, 'stopped', 'nothing happens before');
    await a.evaluate(() => window.sessionSecurity.start());
    await t.warned(a);
    t.ok(true, 'start() starts it; a second tag does nothing');
    await a.evaluate(() => window.sessionSecurity.stop());
    t.equal((await t.look(a)).dialog, false, 'stop() takes the warning away');
    await a.evaluate(() => window.sessionSecurity.signOut());
    await t.out(a);
    t.ok(true, 'signOut() signs out');
});
