/* The demo's own pages, as they are in its site. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { scenario } from '../scenario.mjs';

const site = new URL('../../../../demo/site/pages/', import.meta.url);
const read = (path) => readFileSync(new URL(path, site), 'utf8');

/* One of them, whole: as its own server, which is an nginx, includes it. */
function demo(path, script = '') {
    const nav = read('parts/nav.html')
        .replace('<!--# if expr="$in" -->', '')
        .replace(/<!--# else -->[^]*?<!--# endif -->\s*<\/ul>/, '</ul>')
        .replace(/<!--# if expr="\$page = \w+" -->.*?<!--# endif -->/g, '')
        .replace(`<a href="/${path}/"`, '$& aria-current="page"');
    const html = read(path + '/index.html')
        .replace('<!--# include virtual="/parts/nav.html" -->', nav)
        .replace('<!--# include virtual="/parts/top.html" -->',
                 `<script>${script}</script>` + read('parts/top.html'))
        .replace(/<!--#.*?default="(.*?)" -->/g, '$1')
        .replace(/<!--#.*?-->/g, '');

    return (res) => res.end(html);
}

const file = (path, type) => (res) => {
    res.setHeader('Content-Type', type);
    res.end(read(path));
};

const pages = {
    '/write/': demo('write'),
    '/denied/': demo('write', `Object.defineProperty(window, 'sessionStorage', {
        get() { throw new DOMException('denied', 'SecurityError'); } });`),
    '/status/': demo('status'),
    '/accounts/logout/': demo('accounts/logout'),
    '/static/demo.js': file('static/demo.js', 'text/javascript'),
    '/static/style.css': file('static/style.css', 'text/css'),
};

scenario('demo: what is written', {
    warn: '600s', expire: '1000s', inject: 'forms=on',
    pages: { ...pages, '/api/save': (res, { searchParams }, req) => {
        res.statusCode = /refuse/.test(req.headers.cookie) ? 401 : 200;
        res.end('{}');
    } },
}, async (t) => {
    const a = await t.open('/write/');

    /* whether the browser asks before the page is left */
    const asks = () => a.evaluate(() => {
        const event = new Event('beforeunload', { cancelable: true });

        window.dispatchEvent(event);
        return event.defaultPrevented;
    });

    const save = async (wanted) => {
        await a.click('form button');
        await t.until('an answer', () => a.evaluate((text) => (
            document.querySelector('[data-says]').textContent.startsWith(text)),
        wanted));
    };

    await a.type('#text', 'hello');
    t.equal(await asks(), true, 'not saved: the browser asks');

    await a.evaluate(() => { document.cookie = 'refuse=1; path=/'; });
    await save('Not saved: the session');
    t.equal(await asks(), true, 'saved in vain: it does, too');

    await a.evaluate(() => { document.cookie = 'refuse=; path=/; max-age=0'; });
    await save('Saved');
    t.equal(await asks(), false, 'saved: it does not');
});

scenario('demo: drafts', { warn: '600s', expire: '1000s', pages }, async (t) => {
    const a = await t.open('/write/');
    const draft = () => a.evaluate(() => sessionStorage.getItem('draft'));

    await a.type('#text', 'hello');
    await a.evaluate(() => {
        document.dispatchEvent(new Event('sessionsecurity:expire'));
    });
    t.equal(await draft(), 'hello', 'who was away finds a draft');

    await a.goto(t.url('/accounts/logout/'));
    t.equal(await draft(), null, 'who has logged out does not');

    await a.goto(t.url('/denied/'));
    t.ok(await t.until('the form', () => a.evaluate(() => {
        document.dispatchEvent(new Event('sessionsecurity:expire'));
        document.querySelector('form button').click();
        return document.querySelector('[data-says]').textContent === 'Saved.';
    })), 'where storage is denied, the page works');
});

scenario('demo: phone', {
    warn: '600s', expire: '1000s', pages, only: 'chromium',
}, async (t) => {
    const a = await t.open('/status/');

    for (const width of [320, 360]) {
        await a.setViewport({ width, height: 640 });
        t.ok(await a.evaluate(() => document.documentElement.scrollWidth
                                    <= innerWidth),
             `nothing scrolls sideways at ${width}`);
        t.equal(await a.evaluate(() => new Set(
            [...document.querySelectorAll('nav a')].map((link) => (
                link.getBoundingClientRect().top))).size), 1,
        `the links are in one row at ${width}`);
    }

    await a.screenshot({ path: join(process.env.BUILD, 'screenshots',
                                    'demo-status.png') });

    const session = await a.createCDPSession();

    await session.send('Emulation.setEmulatedMedia', {
        features: [{ name: 'forced-colors', value: 'active' }] });

    t.equal(await a.evaluate(() => {
        const colour = (link) => getComputedStyle(link).borderBottomColor;
        const canvas = getComputedStyle(document.body).backgroundColor;

        return [...document.querySelectorAll('nav a')]
            .filter((link) => colour(link) !== canvas)
            .map((link) => link.textContent);
    }), ['Status'], 'in forced colours, one link is current');
});
