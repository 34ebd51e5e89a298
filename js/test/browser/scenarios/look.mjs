/* How the dialog looks, and to whom: axe, screenshots. */

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { page, tag } from '../pages.mjs';
import { colors, scenario, wait } from '../scenario.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve(
    'axe-core/axe.min.js'), 'utf8');
const SHOTS = join(process.env.BUILD, 'screenshots');

mkdirSync(SHOTS, { recursive: true });

const options = {
    warn: '600s', expire: '1000s', inject: false,
    pages: { '/': (res, { searchParams }) => res.end(page({
        lang: searchParams.get('lang') || 'en',
        style: `html { font-size: ${searchParams.get('font') || 100}% }`,
        head: tag({ 'warn-after': 0.1, 'expire-after': 46,
                    extend: searchParams.get('extend') || 'activity',
                    ping: '/session_security/ping/?' + searchParams }),
    }).replace(/<p id="secret[^]*?<a .*?<\/a>/, '<p>')) },
};

async function axe(t, a, what) {
    await a.evaluate(AXE);

    const found = await a.evaluate(async () => {
        const { violations, passes, incomplete }
            = await window.axe.run('session-security');

        return {
            violations: violations.map(({ id, nodes }) => id + ': '
                + nodes.map(({ target }) => target.flat().join(' '))),
            incomplete: incomplete.map(({ id, nodes }) => id + ': '
                + nodes.map(({ target }) => target.flat().join(' '))),
            looked: passes.some(({ nodes }) => nodes.some(({ target }) => (
                target.flat().includes('session-security')))),
        };
    });

    t.ok(!found.violations.length && found.looked,
         'axe-core finds nothing: ' + what, JSON.stringify(found));

    const least = await contrast(a);

    t.ok(least >= 7, `contrast ${least.toFixed(1)}: ` + what);
}

/* The least contrast of a text in the dialog with what is behind it. */
const contrast = (a) => a.evaluate(() => {
    const root = document.querySelector('session-security').shadowRoot;
    const canvas = document.createElement('canvas').getContext('2d');

    const light = (color) => {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);

        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => (
            v / 255 <= .04045 ? v / 255 / 12.92
            : ((v / 255 + .055) / 1.055) ** 2.4));

        return .2126 * r + .7152 * g + .0722 * b;
    };

    const behind = (node) => {
        const { backgroundColor } = getComputedStyle(node);

        return /^rgba.*, 0\)$|transparent/.test(backgroundColor)
            ? behind(node.parentNode) : backgroundColor;
    };

    return Math.min(...[...root.querySelectorAll('h2, p, button')]
        .map((node) => {
            const [x, y] = [light(getComputedStyle(node).color),
                            light(behind(node))].sort((p, q) => q - p);

            return (x + .05) / (y + .05);
        }));
});

/* Whether all of it is there to be seen. */
const fits = (a) => a.evaluate(() => {
    const dialog = document.querySelector('session-security').shadowRoot
        .querySelector('dialog');
    const box = dialog.getBoundingClientRect();

    return [box.left >= 0, box.right <= innerWidth, box.top >= 0,
            box.bottom <= innerHeight,
            dialog.scrollWidth <= dialog.clientWidth,
            document.documentElement.scrollWidth <= innerWidth,
            [...dialog.querySelectorAll('button')].every((button) => {
                const { width, height } = button.getBoundingClientRect();

                return width >= 44 && height >= 44;
            })];
});

const ALL = Array(7).fill(true);

/* Whether the whole of the button that has the focus is in sight. */
const inSight = (a) => a.evaluate(() => {
    const root = document.querySelector('session-security').shadowRoot;
    const button = root.activeElement.getBoundingClientRect();
    const dialog = root.querySelector('dialog').getBoundingClientRect();

    return button.top >= dialog.top && button.bottom <= dialog.bottom;
});

/* Whether it begins with its beginning, and words are not broken. */
const isReadable = (a) => a.evaluate(() => {
    const root = document.querySelector('session-security').shadowRoot;
    const dialog = root.querySelector('dialog');
    const range = document.createRange();

    return [dialog.scrollTop === 0
            && root.querySelector('h2').getBoundingClientRect().bottom
               < root.querySelector('div').getBoundingClientRect().top,
            ...[...root.querySelectorAll('button')].map((button) => {
                const { firstChild: text } = button;

                return [...text.data.matchAll(/\S+/g)].every((word) => {
                    range.setStart(text, word.index);
                    range.setEnd(text, word.index + word[0].length);
                    return range.getClientRects().length === 1;
                });
            })];
});

/* A text's box: its own, and what there is for it. */
const box = (a, part) => a.evaluate((part) => {
    const node = document.querySelector('session-security').shadowRoot
        .querySelector(`[part=${part}]`);
    const range = document.createRange();

    range.selectNodeContents(node);

    const { left, right, top, width, height } = range.getBoundingClientRect();
    const all = node.getBoundingClientRect();

    return { x: left, y: top, width, height,
             start: left - all.left, end: all.right - right };
}, part);

async function show(t, a, path) {
    await t.open(path, a);
    await t.warned(a);
    await wait(300);
}

scenario('axe', options, async (t) => {
    const a = await t.tab();

    await show(t, a, '/?light');
    await axe(t, a, 'light');
    await show(t, a, '/?lang=ar');
    await axe(t, a, 'right to left');
    await show(t, a, '/?extend=button');
    await axe(t, a, 'by button');

    if (!t.isFirefox) {
        await a.emulateMediaFeatures([{ name: 'prefers-color-scheme',
                                        value: 'dark' }]);
        await show(t, a, '/?dark');
        await axe(t, a, 'dark');
    }
});

scenario('axe, dark', {
    ...options, only: 'firefox',
    own: { 'layout.css.prefers-color-scheme.content-override': 0 },
}, async (t) => {
    const a = await t.open('/?dark');

    await t.warned(a);
    t.ok(await a.evaluate(() => matchMedia('(prefers-color-scheme: dark)')
        .matches), 'the browser prefers dark');
    await axe(t, a, 'dark');
});

scenario('screenshots', { ...options, slow: 3, own: true }, async (t) => {
    const a = await t.tab();

    const shot = async (name, path, width = 800, height = 600) => {
        await a.setViewport({ width, height });
        await show(t, a, path);
        t.equal(await fits(a), ALL, `it fits: ${name}`);

        t.ok(await inSight(a), `the button is in sight: ${name}`);

        await a.screenshot({ path: join(SHOTS, `${t.browserName}-${name}.png`) });
    };

    await shot('light', '/?1');
    await shot('320', '/?2', 320, 568);

    if (t.isFirefox) {
        return;
    }

    await shot('zoom-200', '/?3', 400, 300);
    await shot('right-to-left', '/?lang=ar');

    const { start, end } = await box(a, 'countdown');

    t.ok(end < start, 'the countdown is at the right, like all else');
    await shot('german-320', '/?lang=de', 320, 568);

    for (const [name, lang, font, width, height] of [
        ['small', 'de', 100, 320, 256],
        ['small-hungarian', 'hu', 100, 320, 256],
        ['text-200', 'de', 200, 360, 640],
        ['text-200-english', 'en', 200, 360, 640],
    ]) {
        await a.setViewport({ width, height });
        await show(t, a, `/?lang=${lang}&font=${font}`);
        await a.screenshot({ path: join(SHOTS, `${t.browserName}-${name}.png`) });
        t.equal(await isReadable(a), [true, true, true],
                `from its beginning, in whole words: ${name}`);
        t.ok(await inSight(a), `the button is in sight: ${name}`);
        t.equal((await t.look(a)).state, 'warned', `still warned: ${name}`);
    }

    const emulate = (name, value) => a.emulateMediaFeatures([{ name, value }]);

    await emulate('prefers-color-scheme', 'dark');
    await shot('dark', '/?4');
    await emulate('prefers-color-scheme', 'light');
    await emulate('prefers-reduced-motion', 'reduce');
    await shot('reduced-motion', '/?5');
    t.equal(await a.evaluate(() => getComputedStyle(document.querySelector(
        'session-security').shadowRoot.querySelector('dialog'))
        .animationName), 'none', 'no animation where motion is to be reduced');
    await emulate('prefers-reduced-motion', 'no-preference');

    /* puppeteer knows no forced colours, the browser does */

    const session = await a.createCDPSession();

    await session.send('Emulation.setEmulatedMedia', {
        features: [{ name: 'forced-colors', value: 'active' }] });
    await shot('forced-colors', '/?6');
    t.ok(await a.evaluate(() => matchMedia('(forced-colors: active)').matches),
         'colours are forced');

    const { x, y, width, height } = await box(a, 'stay');

    const clip = { x: x + 2, y: y + 3, width: width - 4, height: height - 6 };

    t.ok(colors(Buffer.from(await a.screenshot({ clip }))).length > 1,
         "the button's text can be read");
});
