/*
 * Pages and servers that do what nobody should: the user is warned and logged
 * out all the same, and nothing of the page can be seen then.
 */

import { page, SECRET, tag } from '../pages.mjs';
import { scenario } from '../scenario.mjs';

/* Watches the page until it is gone. */
async function watch(t, a, { dialog = true, told = true } = {}) {
    const states = [];
    let warned = false;
    let shown = false;

    await t.until('the logout URL', async () => {
        if (a.url().includes('/logout/')) {
            return true;
        }

        const now = await t.look(a);

        if (now.state && now.state !== states[states.length - 1]) {
            states.push(now.state);
        }

        warned ||= now.state === 'warned' || now.cover;
        shown ||= now.dialog || now.cover;

        await t.onward(a);
        return false;
    }, 40);

    t.ok(warned, 'the user is warned', states.join());

    if (typeof dialog === 'string') {
        t.ok(shown, 'by a dialog, or a cover', dialog);
    } else if (dialog) {
        t.ok(shown, 'by a dialog, or a cover', states.join());
    }

    const text = await t.until('the page', () => t.text(a));

    t.ok(!text.includes(SECRET) && text.includes('Signed out'),
         'and logged out: ' + states.join(), text);

    /* asked in vain, the script does not know the server's time exactly */

    if (told) {
        t.ok(await t.cookieGone(a), 'the cookie is gone');
    }

    await a.goto(t.url('/'));
    t.equal(await a.title(), 'Sign in', 'the session is over');
}

const THROW = "() => { throw new Error('no') }";

for (const [name, script, how] of [
    ['Date frozen', 'Date.now = () => 1e12;'],
    ['Date NaN', 'Date.now = () => NaN;'],
    ['Date throws', `Date.now = ${THROW};`],
    ['Date replaced', `window.Date = class { static now() { return 'x'; } };`],
    ['Date gone', 'window.Date = undefined;'],
    ['performance frozen', 'performance.now = () => 5;'],
    ['fetch never', 'window.fetch = () => new Promise(() => {});'],
    ['fetch throws', `window.fetch = ${THROW};`],
    ['fetch gone', 'window.fetch = undefined;'],
    ['fetch rejects', "window.fetch = () => Promise.reject('no');"],
    ['fetch lies', "window.fetch = () => Promise.resolve({ status: 200,"
                   + " text: () => '<html>' });", { told: false }],
    ['no channel', 'window.BroadcastChannel = undefined;'],
    ['attachShadow throws', `Element.prototype.attachShadow = ${THROW};`],
    ['attachShadow idle', 'Element.prototype.attachShadow = () => {};'],
    ['DOM throws', `for (const [p, names] of [
        [Element, 'attachShadow append prepend setAttribute remove closest'],
        [HTMLDialogElement, 'showModal close'],
    ]) for (const name of names.split(' ')) p.prototype[name] = ${THROW};`],
    ['appendChild throws', `Node.prototype.appendChild = ${THROW};`, { dialog:
     'the fresh frame, too, is added by the method that the page has broken' }],
    ['DOM idle', `for (const [p, names] of [
        [Element, 'attachShadow append prepend setAttribute remove closest'],
        [HTMLDialogElement, 'showModal close'],
    ]) for (const name of names.split(' ')) p.prototype[name] = () => {};`],
    ['showModal idle', 'HTMLDialogElement.prototype.showModal = () => {};'],
    ['createElement throws', `document.createElement = ${THROW};`],
    ['customElements gone', 'window.customElements = undefined;'],
    ['CSSStyleSheet gone', 'window.CSSStyleSheet = undefined;',
     { dialog: false }],
    ['CustomEvent gone', 'window.CustomEvent = undefined;',
     { dialog: false, throws: /is not a constructor$/ }],
    ['listener throws', `for (const name of ['warn', 'extend', 'expire'])
        document.addEventListener('sessionsecurity:' + name, ${THROW});`,
     { throws: /: no$/ }],
    ['element removed', `new MutationObserver(() => {
        document.querySelectorAll('session-security')
            .forEach((node) => node.remove());
    }).observe(document, { childList: true, subtree: true });`,
     { dialog: false }],
    ['style removed', `new MutationObserver(() => {
        document.documentElement.removeAttribute('style');
    }).observe(document, { attributes: true, subtree: true });`],
]) {
    scenario(name, {
        pages: { '/': page({ script }) },
        throws: how?.throws,
    }, async (t) => {
        const a = await t.open();

        if (name === 'showModal idle') {
            const { hosts } = await t.warned(a);

            t.ok(hosts === 1, 'one element only');
        }

        await watch(t, a, how);
    });
}

/*
 * Names of elements, which hide what document, window or a form have by that
 * name; all that the script may use of them.
 */
const NAMES = 'currentScript querySelector querySelectorAll documentElement '
    + 'hidden visibilityState title activeElement createElement dispatchEvent '
    + 'addEventListener removeEventListener getElementById elementFromPoint '
    + 'getElementsByName adoptedStyleSheets body head defaultView isConnected '
    + 'appendChild insertBefore contains hasFocus';
const WINDOW = 'sessionSecurity addEventListener removeEventListener '
    + 'dispatchEvent';
const EVIL = '/outside/evil';

const EVIL_DATA = `data-ping=${EVIL} data-logout=${EVIL} data-start=manual
    data-expire-after=1 data-warn-after=1 data-ended`;

const MARKUP = {
    images: NAMES.split(' ').map((n) => `<img name=${n} alt>`).join('')
        + WINDOW.split(' ').map((n) => `<img id=${n} alt>`).join(''),
    forms: NAMES.split(' ').map((n) => `<form name=${n} ${EVIL_DATA}>
        <input name=dataset><input name=extend></form>`).join('')
        + WINDOW.split(' ').map((n) => `<form id=${n}><input name=extend>
            <input name=activity></form>`).join(''),
    others: `<img name=currentScript alt ${EVIL_DATA}>`.repeat(2)
        + '<a id=sessionSecurity name=extend></a>'.repeat(2)
        + WINDOW.split(' ').map((n) => `<iframe name=${n} title=x
            srcdoc="<form id=sessionSecurity></form>"></iframe>`).join(''),
};

/* What a parser of query strings may have been made to write. */
const POLLUTED = {
    start: 'manual', ping: EVIL, logout: EVIL, ended: '1', expireAfter: '1',
    endsIn: '1', idle: '100', leaving: 1, activity: 1, answer: 1, failed: 1,
    credentials: 'omit', method: 'POST', body: 'x', once: true, signal: 'x',
    slotAssignment: 'x', part: 'x', mousemove: 'x', extend: 'button',
};

const evil = (t) => t.equal(t.servers.requests.filter(({ host, url }) => (
    host === t.host && url.startsWith(EVIL))).length, 0,
'nothing but its own URLs was asked for');

const TAG = tag({ 'warn-after': 600, 'expire-after': 1200 });

const marked = (body) => page({
    body: `${body}${TAG}<script type=text/plain ${EVIL_DATA}></script>
        <base href=http://127.0.0.1:9/>`,
});

for (const [name, html] of Object.entries({
    ...Object.fromEntries(Object.entries(MARKUP).map(([kind, body]) => (
        ['markup: ' + kind, marked(body)]))),
    'Object.prototype': page({
        script: `Object.assign(Object.prototype, ${JSON.stringify(POLLUTED)});`,
        head: TAG,
    }),
})) {
    scenario(name, {
        inject: false, pages: { '/': (res) => res.end(html) },
    }, async (t) => {
        await watch(t, await t.open());
        t.ok(t.pings().length, 'the server was asked');
        evil(t);
    });
}

scenario('markup and the buttons', {
    own: true,
    inject: false,
    pages: Object.fromEntries(Object.entries(MARKUP).map(([kind, body]) => (
        ['/' + kind, (res) => res.end(marked(body))]))),
}, async (t) => {
    const a = await t.tab();

    for (const kind of Object.keys(MARKUP)) {
        await t.open('/' + kind, a);
        await t.warned(a);
        await a.keyboard.press('x');
        await t.live(a);
        await t.warned(a);
        await t.tabTo(a, 'leave');
        await a.keyboard.press('Enter');
        await t.until('the logout URL', () => a.url().includes('/logout/'));
        t.ok(true, `${kind}: a key extends it, a button ends it`);
        t.isLoggedIn = false;
    }

    evil(t);
});

scenario('document.write', {
    pages: { '/': page({ script: `addEventListener('load', () => {
        setTimeout(() => {
            document.open();
            document.write('<!DOCTYPE html><html lang="en"><title>New</title>'
                + '<p>${SECRET}<input id=field>');
            document.close();
        }, 300);
    });` }) },
}, async (t) => {
    const a = await t.open();

    await t.until('the new page', async () => (
        (await t.look(a)).title === 'New'));
    await t.warned(a);
    await a.keyboard.press('x');
    await t.live(a);
    t.ok(true, 'activity counts in a page that has written itself anew');
    await watch(t, a);
});

scenario('large page', {
    slow: 4,
    pages: { '/': (res) => {
        res.write(`<p>${SECRET}</p>\n`);
        res.end(`<p>${'lorem ipsum '.repeat(85)}</p>\n`.repeat(10000));
    } },
}, async (t) => {
    const a = await t.tab();

    /* it may take longer to come than to warn */

    t.open('/', a).catch(() => {});
    await watch(t, a);
});

for (const [name, html] of Object.entries({
    'in the body': `<!DOCTYPE html><html lang="en"><head><title>x</title></head>
        <body><p>${SECRET}</p><div class="a`,
    'without a head': `<p>${SECRET}</p><div class="a`,
    'in the head': `<!DOCTYPE html><html lang="en"><head><title>x</title>
        <meta name="descr`,
})) {
    scenario('cut off ' + name, {
        pages: { '/': (res) => {
            res.writeHead(200, { 'Content-Type': 'text/html',
                                 'Content-Length': html.length + 1000 });
            res.write(html);
            setTimeout(() => res.destroy(), 200);
        } },
    }, async (t) => {
        const a = await t.open('/other');

        /* there is nothing to wait for that comes in every browser */

        t.evaluate(a, () => { location.href = '/'; }).catch(() => {});

        if (name === 'in the head') {
            await t.until('the page', async () => (
                (await t.look(a)).title === 'x'));
            t.equal((await t.text(a)).trim(), '', 'nothing can be seen yet');
            return;
        }

        await watch(t, a);
    });
}

for (const [name, ping] of [
    ['HTML', '/outside/html'],
    ['an error', '/outside/error'],
    ['a redirect', '/outside/redirect'],
    ['nothing', '/outside/nothing'],
    ['not found', '/outside/not-there-at-all'],
]) {
    scenario('ping answers ' + name, {
        inject: false, hangs: ping === '/outside/nothing',
        pages: { '/': (res) => res.end(page({ head: tag({
            ping, 'warn-after': 600, 'expire-after': 1200 }) })) },
    }, async (t) => {
        const a = await t.open();

        await watch(t, a, { told: false });
        t.ok(t.servers.requests.some(({ host, url }) => (
            host === t.host && url.startsWith(ping))), 'the ping was asked');
    });
}

scenario('server gone', {
    inject: false,
    pages: { '/': (res) => res.end(page({ head: tag({
        ping: 'http://127.0.0.1:9/', 'warn-after': 600,
        'expire-after': 1200 }) })) },
}, async (t) => {
    await watch(t, await t.open(), { told: false });
});
