/* What shows that a user is there, and what does not. */

import { page, tag } from '../pages.mjs';
import { scenario, wait } from '../scenario.mjs';

const HOSTILE = `
    for (const type of ('mousemove mousedown mouseup pointermove pointerdown '
        + 'wheel scroll keydown keyup keypress input click touchstart touchmove '
        + 'touchend').split(' '))
    {
        document.addEventListener(type, (event) => {
            event.stopPropagation();
            event.stopImmediatePropagation();
        }, true);
    }`;

/* So long that activity makes a difference. */
const idle = (t) => t.pass(2);

/* When it ends, which nothing but activity moves: however late one looks. */
const end = async (page) => (await page.evaluate(
    () => window.sessionSecurity.remaining + performance.now() / 1000));

/* Whether what it does is activity. */
async function counts(t, page, act, seconds = 20) {
    await idle(t);

    const before = await end(page);

    await act();

    for (let i = 0; i < seconds * 20; i++) {
        if (await end(page) > before + .5) {
            return true;
        }

        await wait(50);
    }

    return false;
}

const EVENTS = {
    'mousemove pointermove': async ({ mouse }) => {
        await mouse.move(210, 210);
        await mouse.move(230, 240);
        await mouse.move(260, 240);
    },
    wheel: ({ mouse }) => mouse.wheel({ deltaY: 50 }),
    scroll: ({ mouse }) => mouse.wheel({ deltaY: 90 }),
    keydown: ({ keyboard }) => keyboard.press('x'),
    mousedown: ({ mouse }) => mouse.click(200, 200),
    click: ({ mouse }) => mouse.click(202, 202),
    'touchstart touchmove': ({ touchscreen }) => touchscreen.tap(200, 200),
    input: async (page) => {
        await page.focus('#field');
        await page.keyboard.sendCharacter('é');
    },
};

scenario('events', {
    warn: '600s', expire: '1000s', inject: false, slow: 5,
    pages: {
        '/': (res, url) => res.end(page({
            script: HOSTILE,
            style: 'body { height: 5000px }',

            /* a ping URL of its own: pages do not hear of each other */
            head: tag({
                ping: '/session_security/ping/?' + url.searchParams.get('n'),
                events: url.searchParams.get('events'),
                'warn-after': 600, 'expire-after': 1000,
            }),
        })),
    },
}, async (t) => {
    const a = await t.tab();
    let n = 0;

    for (const [events, act] of Object.entries(EVENTS)) {
        await t.open(`/?n=${n++}&events=${encodeURIComponent(events)}`, a);
        t.ok(await counts(t, a, () => act(a)), events + ' is activity, though '
             + 'the page stops it');
    }

    await t.open('/?n=x&events=keydown', a);
    t.ok(!await counts(t, a, async () => {
        await EVENTS['mousemove pointermove'](a);
        await a.mouse.click(200, 200);
    }, .5), 'what is not named in data-events is none');
    t.ok(await counts(t, a, () => EVENTS.keydown(a)), 'what is named, is');
});

scenario('events of inject', {
    warn: '600s', expire: '1000s', inject: 'events=keydown,click',
}, async (t) => {
    const a = await t.open();

    t.ok(!await counts(t, a, () => EVENTS['mousemove pointermove'](a), .5),
         'events= goes without those not named');
    t.ok(await counts(t, a, () => EVENTS.click(a)), 'and with the named');
});

scenario('what is no activity', {
    warn: '600s', expire: '1000s',
    pages: { '/': page({ style: `#over { position: fixed; inset: 0;
        background: #eee }` }) },
}, async (t) => {
    const a = await t.open();

    await a.mouse.move(200, 200);
    await a.mouse.move(220, 220);

    t.ok(!await counts(t, a, () => a.evaluate(() => {
        const types = { Event: 'scroll input',
                        KeyboardEvent: 'keydown',
                        MouseEvent: 'mousemove mousedown click',
                        PointerEvent: 'pointermove pointerdown',
                        WheelEvent: 'wheel' };

        for (let i = 0; i < 3; i++) {
            for (const [name, list] of Object.entries(types)) {
                for (const type of list.split(' ')) {
                    document.body.dispatchEvent(new window[name](type, {
                        bubbles: true, clientX: i, screenX: i, key: 'x' }));
                }
            }
        }

        document.querySelector('#button').click();
    }), .5), 'events that a script makes up are none');

    t.ok(!await counts(t, a, async () => {
        await a.evaluate(() => {
            const over = document.createElement('div');

            over.id = 'over';
            document.body.append(over);
        });
        await a.mouse.move(220, 220);
        await wait(200);
        await a.evaluate(() => document.querySelector('#over').remove());
        await a.mouse.move(220, 220);
    }, .5), 'a pointer that lies still is none, though the page below moves');

    t.ok(await counts(t, a, () => a.mouse.move(240, 220)),
         'it is once it moves');
    t.ok(await counts(t, a, () => a.evaluate(
        () => window.sessionSecurity.activity())),
    'sessionSecurity.activity() is activity');
});

scenario('throttled', { warn: '600s', expire: '1000s' }, async (t) => {
    const a = await t.open();

    await a.evaluate(() => {
        const channel = new BroadcastChannel('session-security '
            + new URL('/session_security/ping/', location.origin));

        window.told = [];
        channel.onmessage = ({ data }) => window.told.push(data);
    });
    await idle(t);

    const start = Date.now();

    for (let i = 0; i < 100; i++) {
        await a.mouse.move(100 + i, 100);
    }

    await t.until('a message', () => a.evaluate(() => (
        window.told.some(({ activity }) => activity))));

    const told = (await a.evaluate(() => window.told))
        .filter(({ activity }) => activity).length;
    const passed = (Date.now() - start) / 1000;

    t.ok(told >= 1 && told <= passed + 1, `100 moves in ${passed.toFixed(1)} s: `
         + 'tabs are told once a second at most', told);
    t.ok(t.pings().length <= 1, 'and the server not, but for a focus',
         t.pings().length);
});

scenario('the last click', { warn: '600s', expire: '1000s' }, async (t) => {
    const a = await t.open();

    const reports = () => t.servers.log(t.host)
        .filter(({ method }) => method === 'POST');

    /* a page whose user has done nothing has nothing to report */

    await a.goto(t.url('/?second'));
    await t.pass(60);
    await a.mouse.click(200, 200);
    await t.until('activity', async () => (await t.look(a)).remaining > 950);
    await a.goto('about:blank');

    const all = await t.until('a report', () => (
        reports().length && reports()));

    t.equal(all.map(({ uri, state }) => [uri.replace(/\d+/g, '#'), state]),
            [['/session_security/ping/?idleFor=#&age=#', 'live']],
            'is reported when the page is left, and nothing else is');
    t.ok(all[0].idleFor < 60, 'with the time since then', all[0].idleFor);
});
