/*
 * How the dialog, the cover and the page without JavaScript look, and to whom.
 * Each state in each look is judged, by axe-core too, and makes a screenshot:
 * build/screenshots.
 */

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { page, tag } from '../pages.mjs';
import { colors, scenario } from '../scenario.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve(
    'axe-core/axe.min.js'), 'utf8');
const SHOTS = join(process.env.BUILD, 'screenshots');

mkdirSync(SHOTS, { recursive: true });

/* time stands still: what the page has been told stays true */
const FROZEN = 'performance.now = () => 0; Date.now = () => 1e12;';

/* headless browsers have no pointer */
const MOUSE = `{
    const { matchMedia } = window;

    window.matchMedia = (query) => (query === '(pointer: fine)'
        ? { matches: true } : matchMedia(query));
}`;

/*
 * tag: the script's attributes.  answer: to the ping; without one it waits.
 * stays: the page is there once only, so that nothing comes in its place.
 * shows: the parts that have a text, of a fine pointer's dialog.
 */
const STATES = {
    'warning': {
        tag: { idle: 555 }, answer: '555',
        shows: 'heading message countdown hint stay',
    },
    'last-seconds': {
        tag: { idle: 595 }, answer: '595',
        shows: 'heading message countdown hint stay',
    },
    'by-button': {
        tag: { idle: 555, extend: 'button' }, answer: '555',
        shows: 'heading message countdown stay leave',
    },
    'lifetime': {
        tag: { 'ends-in': 45 }, answer: '0',
        shows: 'heading message countdown hint stay leave',
    },
    'asking': {
        tag: { idle: 600 }, cover: true,
        shows: 'message',
    },
    'ended': {
        tag: { idle: 600 }, answer: '"logout"', stays: true, cover: true,
        shows: 'message again',
    },
    'followed': {
        tag: { idle: 600 }, answer: '"other"', stays: true, cover: true,
        shows: 'message again',
    },
};

/*
 * width, height: of the window.  touch: a phone.  lang: the page's.  font: its
 * font size in percent.  scheme: what the user prefers.  forced: colours are.
 * firefox: looked at in Firefox, too, with these settings.
 * tight: the countdown does not fit.  small: nor need the rest of it.
 */
const LOOKS = {
    'light': { firefox: true },
    'dark': {
        scheme: 'dark',
        firefox: { 'layout.css.prefers-color-scheme.content-override': 0 },
    },
    'right-to-left': { lang: 'ar', firefox: true },
    '320': { width: 320, height: 568, lang: 'de', firefox: true },
    'small': { width: 320, height: 256, lang: 'de', tight: true,
               small: true },
    'phone': { width: 390, height: 844, touch: true },
    'phone-320': { width: 320, height: 568, touch: true, lang: 'hu' },
    'phone-small': { width: 320, height: 256, touch: true, lang: 'hu',
                     tight: true, small: true },
    'zoom-200': { width: 400, height: 320 },
    'text-200': { width: 360, height: 640, font: 200, lang: 'de',
                  tight: true, small: true },
    'forced-colors': { forced: true },
};

const sent = new Set();
let number = 0;

const options = {
    warn: '600s', expire: '1000s', inject: false,
    pages: {
        '/': (res, { href, searchParams }) => {
            const { tag: attributes, stays } = STATES[searchParams.get('state')];

            if (stays && sent.has(href)) {
                res.statusCode = 204;
                res.end();
                return;
            }

            sent.add(href);
            res.end(page({
                lang: searchParams.get('lang'),
                script: FROZEN + (searchParams.get('mouse') ? MOUSE : ''),
                style: `html { font-size: ${searchParams.get('font')}% }`,
                head: tag({ 'warn-after': 540, 'expire-after': 600,
                            ping: '/answer?' + searchParams, ...attributes }),
            }).replace(/<p id="secret[^]*?<a .*?<\/a>/, '<p>'));
        },

        '/answer': (res, { searchParams }) => {
            const { answer } = STATES[searchParams.get('state')];

            if (answer) {
                res.setHeader('Content-Type', 'application/json');
                res.end(answer);
            }
        },
    },
};

/* In the page: what is to be true of the dialog, however it looks. */
function judge({ small, dir, scheme = 'light' }) {
    const root = document.querySelector('session-security').shadowRoot;
    const dialog = root.querySelector('dialog');
    const box = (node) => node.getBoundingClientRect();
    const shown = (selector) => [...root.querySelectorAll(selector)]
        .filter((node) => box(node).width > 1);
    const all = box(dialog);
    const bar = box(root.querySelector('div'));
    const bottom = bar.height ? bar.top : all.bottom;
    const inner = dialog.clientWidth - 2 * parseFloat(
        getComputedStyle(dialog).paddingLeft);
    const range = document.createRange();

    const isWhole = ({ firstChild: text }) => (
        [...text.data.matchAll(/\S+/g)].every((word) => {
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            return range.getClientRects().length === 1;
        }));

    const isAtStart = (node) => {
        range.selectNodeContents(node);

        const { left, right } = box(range);
        const space = box(node);

        return dir === 'rtl' ? space.right - right <= left - space.left
            : left - space.left <= space.right - right;
    };

    const focus = root.activeElement;

    const [red] = getComputedStyle(dialog).backgroundColor.match(/\d+/);

    return {
        'is light or dark, as the page is': (red < 128) === (scheme === 'dark'),
        'is in the window': all.left >= 0 && all.right <= innerWidth
            && all.top >= 0 && all.bottom <= innerHeight,
        'does not scroll sideways': dialog.scrollWidth <= dialog.clientWidth
            && document.documentElement.scrollWidth <= innerWidth,
        'is there as a whole': small
            || dialog.scrollHeight <= dialog.clientHeight,
        'begins at its beginning': dialog.scrollTop === 0,
        'has its heading in sight': shown('h2').every(
            (node) => box(node).bottom <= bottom),
        'has its countdown whole, or none': shown('[part=countdown]').every(
            (node) => box(node).bottom <= bottom),
        'has the focus in sight': !focus || (box(focus).top >= all.top
                                             && box(focus).bottom <= all.bottom),
        'has targets of 44 pixels': shown('button, a').every(
            (node) => box(node).width >= 44 && box(node).height >= 44),
        'has buttons of full width where it is narrow': innerWidth > 480
            || shown('button').every((node) => box(node).width >= inner - 1),
        'breaks no words of buttons': shown('button').every(isWhole),
        'is written from its side': shown('h2, p').every(isAtStart),
    };
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

    return Math.min(...[...root.querySelectorAll('h2, p, button, a')]
        .filter((node) => node.textContent && node.checkVisibility?.() !== false)
        .map((node) => {
            const [x, y] = [light(getComputedStyle(node).color),
                            light(behind(node))].sort((p, q) => q - p);

            return (x + .05) / (y + .05);
        }));
});

/* ignored: the rules that are not for that */
async function axe(t, a, what, scope, ignored = []) {
    await a.evaluate(AXE);

    const found = await a.evaluate(async (scope, ignored) => {
        const rules = Object.fromEntries(ignored.map((id) => (
            [id, { enabled: false }])));
        const { violations, passes, incomplete }
            = await window.axe.run(scope, { rules });
        const said = (rules) => rules.map(({ id, nodes }) => id + ': '
            + nodes.map(({ target }) => target.flat().join(' ')));

        return { violations: said(violations), incomplete: said(incomplete),
                 passes: passes.length };
    }, scope, ignored);

    t.ok(!found.violations.length && found.passes,
         'axe-core finds nothing: ' + what, JSON.stringify(found));
}

async function emulate(t, a, { width = 800, height = 600, touch = false,
                               scheme = 'light', forced = false })
{
    await a.setViewport({ width, height, ...touch && {
        hasTouch: true, isMobile: true, deviceScaleFactor: 2 } });

    if (t.isFirefox) {
        return;
    }

    /* puppeteer knows no forced colours, the browser does */

    const session = await a.createCDPSession();

    await session.send('Emulation.setEmulatedMedia', { features: [
        { name: 'prefers-color-scheme', value: scheme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
        { name: 'forced-colors', value: forced ? 'active' : 'none' },
    ] });
}

const shot = (t, a, name) => a.screenshot({
    path: join(SHOTS, `${t.browserName}-${name}.png`) });

async function see(t, a, name, state, look) {
    const { cover, shows, answer } = STATES[state];
    const { lang = 'en', font = 100, touch = false } = LOOKS[look];

    /* a page that leaves at once may end its own loading */

    await t.open('/?' + new URLSearchParams({
        state, lang, font, mouse: touch ? '' : 'yes', look,
        number: ++number }), a).catch(() => {});

    const now = await t.untilPage(a, state, (page) => (
        cover ? page.cover && Boolean(page.again) === Boolean(answer)
        : page.dialog));
    const parts = 'heading message countdown hint stay leave again';

    /* with touch there is always a way to sign out; the countdown may go */

    t.equal(parts.split(' ').filter((part) => now[part]
                                    && part !== 'countdown').join(' '),
            (touch && !cover ? shows.replace(/ stay.*/, ' stay leave') : shows)
                .replace('countdown ', ''),
            `what there is to see: ${name}`);

    const judged = await a.evaluate(judge, { ...LOOKS[look], dir: now.dir });

    t.equal(Object.entries(judged).filter(([, good]) => !good)
        .map(([what]) => 'not: ' + what), [], `it fits: ${name}`);

    if (!cover) {
        t.equal(now.countdown, LOOKS[look].tight ? ''
                : state === 'last-seconds' ? '0:05' : '0:45',
                `the countdown: ${name}`);
    }

    await shot(t, a, name);
    return now;
}

/* The colours that a part has, but for its edges. */
async function colorsOf(a, part) {
    const { left, top, width, height } = await a.evaluate((part) => (
        document.querySelector('session-security').shadowRoot
            .querySelector(`[part=${part}]`).getBoundingClientRect().toJSON()),
    part);
    const clip = { x: left + 8, y: top + 3, width: width - 16,
                   height: height - 6 };

    return colors(Buffer.from(await a.screenshot({ clip })));
}

for (const [look, { firefox, ...how }] of Object.entries(LOOKS)) {
    scenario('look, ' + look, {
        ...options, own: firefox, only: firefox ? '' : 'chromium',
    }, async (t) => {
        const a = await t.tab();

        await emulate(t, a, how);

        for (const [state, { stays }] of Object.entries(STATES)) {
            const name = `${state}-${look}`;

            await see(t, a, name, state, look);
            await axe(t, a, name, 'session-security');

            /* at the end there is nothing else in the page */

            if (stays) {
                await axe(t, a, name + ', the page', 'html', [
                    'landmark-one-main', 'page-has-heading-one']);
            }

            if (!how.forced) {
                const least = await contrast(a);

                t.ok(least >= 7, `contrast ${least.toFixed(1)}: ${name}`);

            } else if (state === 'warning') {
                t.ok((await colorsOf(a, 'stay')).length > 1,
                     "the button's text can be read");
            }
        }

        await a.goto(t.url('/session_security/ping/?back=%2F'));
        t.ok((await t.text(a)).includes('still signed in'),
             'the page without JavaScript', await t.text(a));

        /* until the session ends, and there is a link */

        await axe(t, a, `noscript-${look}`, 'html', ['meta-refresh']);
        await shot(t, a, `noscript-${look}`);
    });
}
