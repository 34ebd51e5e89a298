/* Pages within pages. */

import { page } from '../pages.mjs';
import { scenario } from '../scenario.mjs';

scenario('frames', {
    pages: { '/': page({ body: '<iframe src="/inner" title="x"></iframe>' }),
             '/inner': page() },
}, async (t) => {
    const a = await t.open();
    const frame = await t.until('the frame', () => (
        a.frames().find((f) => f.url().endsWith('/inner'))));
    const inner = () => t.look(frame);

    await t.warned(a);
    await t.until('a warning in the frame', async () => (
        (await inner()).state === 'warned'));
    t.equal([(await inner()).dialog, (await inner()).cover], [false, false],
            'one dialog, in the page around the frame');

    await frame.evaluate(() => document.querySelector('#field').focus());
    await a.keyboard.press('x');
    await t.live(a);
    await t.until('no warning in the frame', async () => (
        (await inner()).state === 'live'));
    t.ok(true, 'activity hides it');

    await t.pass(30);
    await frame.focus('#field');
    await t.until('activity in the frame', async () => {
        await a.keyboard.press('y');

        const { remaining } = await t.look(a);

        return remaining > 1190;
    });
    t.equal(await frame.evaluate(() => (
        document.querySelector('#field').value.length > 0)), true,
    'activity in the frame counts');

    await t.ends(a);
    t.ok(!a.frames().some((f) => f.url().endsWith('/inner')),
         'both are gone when it expires');
});

scenario('editor frame', {
    warn: '600s', expire: '1000s',
    pages: { '/': page({ body: `<iframe id="editor" title="editor"
        srcdoc="<body contenteditable>Text</body>"></iframe>` }) },
}, async (t) => {
    const a = await t.open();
    const frame = await t.until('the frame', async () => {
        for (const f of a.frames().slice(1)) {
            if (await f.evaluate(() => document.body.isContentEditable)) {
                return f;
            }
        }
    });

    await t.pass(2);
    await frame.evaluate(() => document.body.focus());

    const typed = await t.until('activity', async () => {
        await a.keyboard.press('z');
        return (await t.look(a)).remaining > 999.5;
    });

    t.ok(typed && await frame.evaluate(() => (
        document.body.textContent.includes('z'))),
    'typing into a frame without the script counts');

    await a.evaluate(() => {
        const late = document.createElement('iframe');

        late.id = 'late';
        late.srcdoc = '<body><input id="late-field"></body>';
        document.body.append(late);
    });

    const late = await t.until('the other frame', async () => {
        for (const f of a.frames().slice(1)) {
            if (await f.evaluate(() => Boolean(document.querySelector(
                '#late-field'))))
            {
                return f;
            }
        }
    });

    await t.pass(2);
    await late.evaluate(() => document.querySelector('input').focus());
    await t.until('activity', async () => {
        await a.keyboard.press('z');
        return (await t.look(a)).remaining > 999.5;
    });
    t.ok(true, 'and into one that came later');
});

/* Frames without the script, by how they are in the page; #deep is in each. */
const INNER = '<input id=deep>';
const quoted = (html) => html.replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;');
const framed = (html) => `<iframe srcdoc="${quoted(html)}"></iframe>`;
const shadowed = (html) => `<div id=host></div><script>
    document.querySelector('#host').attachShadow({ mode: 'open' })
        .innerHTML = ${JSON.stringify(html).replaceAll('</', '<\\/')};
    </script>`;

for (const [name, body] of Object.entries({
    'a frame in a frame': framed(framed(INNER)),
    'a frame in a shadow root': shadowed(framed(INNER)),
    'a frame in two shadow roots': shadowed(
        '<x-inner></x-inner>') + `<script>
        document.querySelector('#host').shadowRoot.firstChild
            .attachShadow({ mode: 'open' }).innerHTML = ${
    JSON.stringify(framed(INNER)).replaceAll('</', '<\\/')};
        </script>`,
    'a frame in a shadow root in a frame': framed(shadowed(framed(INNER))),
    'a frame in a frame in a shadow root': shadowed(framed(framed(INNER))),
})) {
    scenario('typing in ' + name, {
        pages: { '/': page({ body }) },
    }, async (t) => {
        const a = await t.open();
        const frame = await t.until('the frame', async () => {
            for (const f of a.frames()) {
                if (await f.$('#deep')) {
                    return f;
                }
            }
        });

        await t.pass(60);
        await frame.evaluate(() => document.querySelector('#deep').focus());
        await t.until('activity', async () => {
            await a.keyboard.press('z');
            return (await t.look(a)).remaining > 1150;
        });
        t.ok(await frame.evaluate(() => (
            document.querySelector('#deep').value.length > 0)),
        'typing counts');
    });
}

scenario('sandboxed frame', {
    pages: { '/': page({ body: `<iframe sandbox="allow-scripts" src="/inner"
        title="x"></iframe>` }),
             '/inner': page() },
}, async (t) => {
    const a = await t.open();
    const frame = await t.until('the frame', () => (
        a.frames().find((f) => f.url().endsWith('/inner'))));

    await a.focus('#field');

    for (let i = 0; i < 4; i++) {
        await t.pass(500);
        await a.keyboard.press('x');
        await t.until('activity', async () => (
            (await t.look(a)).remaining > 1190));
    }

    t.equal(await a.evaluate(() => document.querySelector('#field').value),
            'xxxx', 'what is typed in the page around it stays there');
    t.equal(await frame.evaluate(() => (
        [document.title, document.querySelectorAll('session-security').length]
    )), ['Account', 0], 'it stays, without a word, while the session lives');

    await t.ends(a);
    t.ok(!a.frames().some((f) => f.url().endsWith('/inner')),
         'it is gone with the page around it');
});
