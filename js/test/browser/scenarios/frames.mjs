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
