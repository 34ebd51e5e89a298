/* The dialog. */

import { page } from '../pages.mjs';
import { scenario, timeless, wait } from '../scenario.mjs';

const inShadow = (page, f, ...args) => page.evaluate(
    `(${f})(document.querySelector('session-security').shadowRoot, `
    + `...${JSON.stringify(args)})`);

scenario('dialog', { slow: 3, own: true }, async (t) => {
    const a = await t.open();

    await a.evaluate(() => {
        window.statuses = [];
        new MutationObserver(() => {
            const root = document.querySelector('session-security')?.shadowRoot;
            const status = root?.querySelector('[part=status]');

            if (status && !status.watched) {
                status.watched = true;
                window.statuses.push(status.textContent);
                new MutationObserver(() => window.statuses.push(
                    status.textContent)).observe(status, {
                    subtree: true, childList: true, characterData: true });
            }
        }).observe(document.documentElement, { childList: true });
    });
    await a.focus('#field');

    const now = await t.warned(a);

    t.equal(await inShadow(a, (root) => [
        root.host.localName, root.querySelector('dialog').getAttribute('role'),
        root.querySelector('dialog').matches(':modal'), root.mode,
    ]), ['session-security', 'alertdialog', true, 'open'],
    'a custom element with a modal dialog, role alertdialog');
    t.equal(await t.described(a),
            [now.heading, timeless(now.message + ' ' + now.hint)],
            'which has a name and a description, each text once');
    t.equal(now.focus, 'stay', 'the focus is moved in');
    t.ok(now.heading && now.hint && now.leave && now.message,
         'it says what there is to say', JSON.stringify(now));

    t.equal(await a.evaluate(() => {
        const { left, top, width, height } = document.querySelector('#button')
            .getBoundingClientRect();
        const at = document.elementFromPoint(left + width / 2,
                                             top + height / 2);

        document.querySelector('#field').focus();

        return [at && at.id, document.activeElement.localName];
    }), ['', 'session-security'],
    'the page behind is inert: nothing to click at, nothing to focus');

    await t.hold();
    await t.pass((await t.look(a)).remaining - 58.5);

    const first = await t.untilPage(a, 'a minute', ({ countdown }) => (
        countdown === '0:59'));

    await a.evaluate(() => { window.statuses = []; });
    await t.pass(1);
    t.equal((await t.untilPage(a, 'the countdown', ({ countdown }) => (
        countdown !== first.countdown))).countdown, '0:58',
    'the countdown counts down');
    await t.pass(48);
    await t.untilPage(a, 'less', ({ countdown }) => countdown === '0:10');
    await t.pass(1);
    await t.untilPage(a, 'less', ({ countdown }) => countdown === '0:09');

    const statuses = await a.evaluate(() => window.statuses.filter(Boolean));

    t.ok(statuses.length === 2 && /in 11 .*in 10 sec/.test(statuses.join()),
         'it speaks at steps only', JSON.stringify(statuses));

    const [whole, seen] = await inShadow(a, (root) => {
        const dialog = root.querySelector('dialog');

        return [dialog.scrollHeight, dialog.clientHeight];
    });

    t.equal(whole, seen, 'which takes no room');

    await a.keyboard.down('Shift');
    await a.keyboard.press('Tab');
    await a.keyboard.up('Shift');
    await wait(200);

    t.equal((await t.look(a)).state, 'warned', 'Shift+Tab is no activity');
    await a.keyboard.press('Tab');
    await wait(200);
    t.equal((await t.look(a)).state, 'warned', 'nor is Tab');

    await a.keyboard.press('Escape');
    await t.go();
    await t.live(a);
    t.ok(await t.until('the focus', () => (
        a.evaluate(() => document.activeElement.id === 'field'))),
         'the focus is given back');
});

/* in the page: gives what is typed into, and focuses it */
const PLACES = {
    'an editor in a frame': () => {
        const frame = document.body.appendChild(
            document.createElement('iframe'));

        frame.contentDocument.body.contentEditable = true;
        frame.contentDocument.body.focus();
        return frame.contentDocument.body;
    },

    'a field in a frame in a frame': () => {
        const frame = document.body.appendChild(
            document.createElement('iframe'));
        const inner = frame.contentDocument.body.appendChild(
            frame.contentDocument.createElement('iframe'));
        const field = inner.contentDocument.body.appendChild(
            inner.contentDocument.createElement('input'));

        field.focus();
        return field;
    },

    'an editor in a frame in a shadow root': () => {
        const root = document.body.appendChild(document.createElement('div'))
            .attachShadow({ mode: 'open' });
        const frame = root.appendChild(document.createElement('iframe'));

        frame.contentDocument.body.contentEditable = true;
        frame.contentDocument.body.focus();
        return frame.contentDocument.body;
    },

    'a field in a shadow root': () => {
        const field = document.body.appendChild(document.createElement('div'))
            .attachShadow({ mode: 'open' })
            .appendChild(document.createElement('input'));

        field.focus();
        return field;
    },

    'a field in a closed shadow root': () => {
        const host = document.body.appendChild(document.createElement('div'));
        const field = host.attachShadow({ mode: 'closed' })
            .appendChild(document.createElement('input'));

        host.tabIndex = -1;
        field.focus();
        return field;
    },
};

scenario('focus comes back', { slow: 4, own: true }, async (t) => {
    const a = await t.tab();

    for (const [name, place] of Object.entries(PLACES)) {
        await t.open('/', a);
        await a.evaluate(`window.place = (${place})();`);

        const text = () => a.evaluate(
            () => window.place.value ?? window.place.textContent);

        /* a key that comes while it warns is none for the page */

        const type = (key) => t.until(`"${key}" typed into ${name}`,
            async () => {
                await a.keyboard.press(key);
                return (await text()).endsWith(key);
            }, 10);

        await type('b');
        await t.warned(a);
        await a.keyboard.press('Escape');
        await t.live(a);
        await type('c');
        t.ok(/^b+c+$/.test(await text()), `to ${name}, and the caret`,
             await text());
    }
});

scenario('what stays goes no further', {
    slow: 3, own: true,
}, async (t) => {
    const a = await t.open();

    await a.evaluate(() => {
        window.clicks = 0;
        document.querySelector('#button').addEventListener(
            'click', () => { window.clicks++; });
    });

    await a.focus('#field');
    await t.warned(a);
    await a.keyboard.press('x');
    await t.live(a);
    await wait(600);
    t.ok(await a.evaluate(() => document.querySelector('#field').value)
         === '', 'a key that stays is not typed into the page');

    for (const key of ['Enter', ' ']) {
        await a.evaluate(() => { window.clicks = 0; });
        await a.focus('#button');
        await t.warned(a);
        await a.keyboard.press(key);
        await t.live(a);
        await wait(600);
        t.ok(await a.evaluate(() => window.clicks) === 0,
             `nor does "${key}" press the button that gets the focus back`);
    }

    await a.evaluate(() => { window.clicks = 0; });

    const { x, y } = await (await a.$('#button')).clickablePoint();

    await a.mouse.move(x, y);
    await t.warned(a);
    await a.mouse.down();
    await wait(50);
    await a.mouse.up();
    await t.live(a);
    await wait(600);
    t.equal(await a.evaluate(() => window.clicks), 0,
            'nor does the mouse, if it did not move, click below the dialog');
});

scenario('sign out by keyboard', {
    own: true,
}, async (t) => {
    const a = await t.open();

    await t.warned(a);

    await t.tabTo(a, 'leave');
    t.ok(true, 'Tab leads to the button');
    await a.keyboard.press('Enter');
    await t.out(a);
    t.ok(true, 'Enter signs out');
    t.ok(t.logouts().length, 'at the backend too');
});

scenario('by keyboard', {
    own: true,
}, async (t) => {
    const a = await t.open();

    await t.warned(a);
    await a.keyboard.press('Escape');
    await t.live(a);
    t.ok(true, 'Escape stays');

    await t.warned(a);
    await a.keyboard.press('Enter');
    await t.live(a);
    t.ok(true, 'Enter on the button does');
});

/* headless browsers have no pointer */
const mouse = (a) => a.evaluateOnNewDocument(() => {
    const { matchMedia } = window;

    window.matchMedia = (query) => (query === '(pointer: fine)'
        ? { matches: true } : matchMedia(query));
});

for (const key of ['Shift', 'Tab']) {
    scenario(`${key}, where there is one button`, {
        own: true,
    }, async (t) => {
        const a = await t.tab();

        await mouse(a);
        await t.open('/', a);
        t.equal((await t.warned(a)).leave, '',
                'a mouse that moves has extended the session: no way out');
        await a.keyboard.press(key);
        await t.live(a);
        t.ok(true, 'this key extends it like any other');
    });
}

scenario('a mouse that is no activity', {
    inject: 'events=keydown,click', own: true,
}, async (t) => {
    const a = await t.tab();

    await mouse(a);
    await t.open('/', a);
    t.ok((await t.warned(a)).leave, 'reaches the button');
    await a.keyboard.press('Shift');
    await a.mouse.move(20, 20);
    await a.mouse.move(...await middle(a, 'leave'));
    t.equal((await t.look(a)).state, 'warned', 'still warned');
    await a.mouse.click(...await middle(a, 'leave'));
    await t.out(a);
    t.ok(true, 'and signs out');
});

const middle = async (page, part) => inShadow(page, (root, part) => {
    const { left, top, width, height } = root.querySelector(`[part=${part}]`)
        .getBoundingClientRect();

    return [left + width / 2, top + height / 2];
}, part);

scenario('button', {
    inject: 'extend=button', slow: 3, own: true,
}, async (t) => {
    const a = await t.open();
    const now = await t.warned(a);

    t.equal(now.hint, '', 'there is no hint at moving');
    t.equal(await t.described(a), [now.heading, timeless(now.message)],
            'and it is described without');

    const before = (await t.look(a)).remaining;

    await a.mouse.move(20, 20);
    await a.mouse.move(40, 60);
    await a.mouse.click(5, 5);
    await a.keyboard.press('x');
    await a.evaluate(() => window.sessionSecurity.activity());
    await a.keyboard.press('Escape');
    await wait(500);

    const after = await t.look(a);

    t.ok(after.dialog && after.remaining < before,
         'moves, clicks, keys and Escape do not extend', JSON.stringify(after));

    await a.mouse.click(...await middle(a, 'stay'));
    await t.live(a);
    t.ok(true, 'the button does');

    await t.warned(a);
    await a.keyboard.press(' ');
    await t.live(a);
    t.ok(true, 'by keyboard too');

    await t.warned(a);
    await a.evaluate(() => window.sessionSecurity.extend());
    await t.live(a);
    t.ok(true, 'and so does sessionSecurity.extend()');

    await t.warned(a);
    await a.mouse.click(...await middle(a, 'leave'));
    await t.out(a);
    t.ok(true, 'a click signs out');
});

/* milliseconds: what Firefox takes for a long press, with some to spare */
const LONG = 150;

/* A tap that a busy machine drew out was a long press, without a click. */
async function tap(page, part, isDone) {
    for (let took = LONG; took >= LONG && !await isDone(); /* void */) {
        const start = Date.now();

        await page.touchscreen.tap(...await middle(page, part));
        took = Date.now() - start;
        await wait(1000);
    }
}

/* pages that would keep the buttons from working */
const OBSTACLES = {
    'a focus trap': { script: `
        for (const type of ('click pointerdown mousedown touchstart touchend '
            + 'keydown keypress keyup').split(' '))
        {
            document.addEventListener(type, (event) => {
                if (event.target.id !== 'field') {
                    event.preventDefault();
                    event.stopImmediatePropagation();
                }
            }, { capture: true, passive: false });
        }` },
    'no pointer events': { style: `
        * { pointer-events: none !important }` },
    'styles for all': { style: `
        * { position: fixed !important; opacity: 0 !important;
            display: none !important; visibility: hidden !important }
        html { display: block !important }` },
    'a modal dialog': {
        body: '<dialog id="modal"><button id="ok">OK</button></dialog>',
        after: () => document.querySelector('#modal').showModal(),
    },
    'a modal dialog without a backdrop': {
        style: '::backdrop { display: none } #modal { margin: 0 }',
        body: '<dialog id="modal"><button id="ok">OK</button></dialog>',
        after: () => document.querySelector('#modal').showModal(),
    },
};

for (const [name, { after, ...obstacle }] of Object.entries(OBSTACLES)) {
    scenario('buttons and ' + name, {
        inject: 'extend=button', own: true, pages: { '/': page(obstacle) },
    }, async (t) => {
        const a = await t.tab();

        const begin = async () => {
            await t.open('/', a);
            await t.warned(a);

            if (after) {
                await a.evaluate(after);
                await t.pass(1);
            }

            await t.until('the dialog above all', async () => a.evaluate(
                (x, y) => document.elementFromPoint(x, y)?.localName
                          === 'session-security', ...await middle(a, 'stay')));
        };

        await begin();
        await a.mouse.click(...await middle(a, 'stay'));
        await t.live(a);
        t.ok(true, 'a click stays');

        if (after) {
            t.equal(await a.evaluate(() => document.activeElement.id), 'ok',
                    "and the focus is the page's again");
        }

        await begin();
        await a.keyboard.press('Enter');
        await t.live(a);
        t.ok(true, 'so does Enter');

        await begin();
        await tap(a, 'stay', async () => (
            (await t.look(a)).state === 'live'));
        await t.live(a);
        t.ok(true, 'and a tap');

        await begin();
        await t.tabTo(a, 'leave');
        await a.keyboard.press(' ');
        await t.out(a);
        t.ok(true, 'Tab and Space sign out');
    });
}

scenario('Escape again', {
    inject: 'extend=button', own: true,
}, async (t) => {
    const a = await t.open();

    await t.warned(a);

    for (let i = 0; i < 3; i++) {
        await a.keyboard.press('Escape');
    }

    await t.untilPage(a, 'the dialog', ({ dialog }) => dialog);
    await t.pass(10);
    t.equal((await t.look(a)).dialog, true, 'the dialog stays open');
});

scenario('taps', {
    pages: { '/': page({ style: `#below { position: fixed; inset: 0;
                                          font-size: 5em }`,
                         body: '<button id="below">Buy</button>' }) },
}, async (t) => {
    const a = await t.open();

    await a.evaluate(() => {
        window.clicks = 0;
        document.querySelector('#below').addEventListener(
            'click', () => { window.clicks++; });
    });
    await t.warned(a);
    await t.hold();
    await a.touchscreen.tap(20, 20);
    await t.untilPage(a, 'an end', ({ state }) => state === 'live');
    await wait(200);
    await t.go();
    await t.live(a);
    t.equal(await a.evaluate(() => window.clicks), 0,
            'a tap stays, and is not a click on what lies below');

    await t.warned(a);

    await tap(a, 'leave', () => new URL(a.url()).pathname !== '/');
    await t.out(a);
    t.ok(true, 'a tap on the button signs out');
});

scenario('title', {
    own: true,
}, async (t) => {
    const a = await t.open();
    const b = await t.open('/two');
    const countdown = /^\d+:\d\d · Are you still there\?$/;

    await t.warned(b);
    await t.untilPage(a, 'a title', ({ title }) => countdown.test(title));
    t.ok(true, 'a hidden tab counts down in its title');
    t.equal(await b.title(), 'Account', 'one that is seen does not');

    const { title } = await t.look(a);

    await t.pass(1);
    await t.untilPage(a, 'another', (now) => now.title !== title
                      && countdown.test(now.title));
    t.ok(true, 'it goes on');
    await b.keyboard.press('x');
    await t.live(a);
    t.equal(await a.title(), 'Account', 'its own comes back');

    await t.warned(b);
    await t.untilPage(a, 'a title', (now) => countdown.test(now.title));
    await a.evaluate(() => { document.title = 'New'; });
    await t.pass(1);
    await t.untilPage(a, 'a title', (now) => countdown.test(now.title));
    await a.bringToFront();
    await t.until('its own title', async () => await a.title() === 'New');
    t.equal((await t.look(a)).dialog, true, 'seen, it has its own, as the page '
            + 'has changed it meanwhile, and the dialog');
});

scenario('title off', {
    inject: 'title=off', own: true,
}, async (t) => {
    const a = await t.open();
    const b = await t.open('/two');

    await t.warned(b);
    await t.warned(a);
    await t.pass(2);
    await wait(200);
    t.equal(await a.title(), 'Account', 'title=off leaves titles alone');
});

scenario('theme', {
    pages: { '/': page({ style: `
        session-security {
            --session-security-accent: rgb(10, 20, 30);
            --session-security-on-accent: rgb(240, 250, 255);
            --session-security-background: rgb(250, 240, 230);
            --session-security-color: rgb(40, 30, 20);
            --session-security-radius: 3px;
            --session-security-font: monospace;
            --session-security-backdrop: rgb(1, 2, 3);
        }
        session-security::part(heading) { text-transform: uppercase }
        session-security::part(stay) { border-radius: 21px }` }) },
}, async (t) => {
    const a = await t.open();

    await t.warned(a);
    t.equal(await inShadow(a, (root) => {
        const style = (selector, pseudo) => getComputedStyle(
            root.querySelector(selector), pseudo);

        return [style('[part=stay]').backgroundColor,
                style('[part=stay]').color,
                style('dialog').backgroundColor, style('dialog').color,
                style('dialog').borderTopLeftRadius,
                style('dialog').fontFamily,
                style('dialog', '::backdrop').backgroundColor,
                style('[part=heading]').textTransform,
                style('[part=stay]').borderTopLeftRadius];
    }), ['rgb(10, 20, 30)', 'rgb(240, 250, 255)', 'rgb(250, 240, 230)',
         'rgb(40, 30, 20)', '3px', 'monospace', 'rgb(1, 2, 3)', 'uppercase',
         '21px'], 'custom properties and ::part change it');
});
