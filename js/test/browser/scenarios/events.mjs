/* What pages are told, and what they may say to it. */

import { page } from '../pages.mjs';
import { scenario, wait } from '../scenario.mjs';

const RECORD = `
    localStorage.told = '';

    for (const name of ['warn', 'extend', 'expire']) {
        document.addEventListener('sessionsecurity:' + name, (event) => {
            const { remaining } = event.detail;

            localStorage.told += name + ' ' + event.cancelable + ' '
                + (name === 'expire' || remaining > 0) + ' '
                + getComputedStyle(document.documentElement).opacity + ';';

            if (name === 'warn' && location.pathname === '/quiet') {
                event.preventDefault();
            }
        });
    }`;

const options = {
    pages: { '/': page({ script: RECORD }), '/quiet': page({ script: RECORD }) },
};

scenario('events told', options, async (t) => {
    const a = await t.open();

    await t.warned(a);
    await a.keyboard.press('x');
    await t.live(a);
    await t.ends(a);
    t.equal(await a.evaluate(() => localStorage.told),
            'warn true true 1;extend false true 1;warn true true 1;'
            + 'expire false true 0;',
            'warn (cancelable), extend, expire (with nothing to see any more)');
});

scenario('own warning', options, async (t) => {
    const a = await t.open('/quiet');

    await t.pass(600);
    await t.untilPage(a, 'a warning', ({ state }) => state === 'warned');
    await wait(1200);

    const now = await t.look(a);

    t.equal([now.state, now.dialog, now.cover, now.opacity],
            ['warned', false, false, '1'],
            'a page that cancels the warning shows its own');
    await a.keyboard.press('x');
    await t.live(a);
    t.ok(true, 'activity extends');
    await t.ends(a);
    t.ok(true, 'it expires all the same');
});
