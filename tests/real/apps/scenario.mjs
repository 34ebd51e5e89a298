/*
 * What somebody sees of a session, from the login to its end and the next login:
 * the same for every application.
 *
 * An application (NAME.mjs) is an object:
 *
 *     packages   Debian's, that have it
 *     setUp(place, t)  starts it; gives the changes to its recipe: [from, to],
 *                of where its files and its sockets are
 *     home       the path of a page for users that have logged in
 *     inside     what only their pages have: of raw answers, and in the browser
 *     loginForm  a selector of what is on its login page only
 *     login(page, t)  fills in and sends the login form, which the page shows
 *     editor     where somebody types, in a frame where the application has one:
 *                    open(page, t)  goes there from a page of a user
 *                    frame        the frame's selector; "" if there is none
 *                    field        the selector of what is typed into, in there
 *     more(t)    what only this one has
 *     spellings  of its own, beside those below
 *     reason     what the login page says of a session that was idle too long,
 *                where the recipe has a place for that
 *     quiet      what must not have the browser ask "Leave site?", by what it
 *                is: functions (page, t) of a page of a user (forms=on)
 *     asks       what has to, likewise
 *     complaints what its error.log may have, since it is so without the module
 */

import http from 'node:http';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { blockOf, EXPIRE, WARN } from './place.mjs';

const { PART } = process.env;

/* In the page: all that is looked at from outside. */
function look() {
    const session = window.sessionSecurity;
    const host = document.querySelector('session-security');
    const dialog = host?.shadowRoot?.querySelector('dialog');
    const open = Boolean(dialog?.open && dialog.matches(':modal'));
    const isCover = Boolean(dialog?.classList.contains('cover'));

    return {
        url: location.href,
        state: session?.state,
        remaining: session?.remaining,
        warning: open && !isCover,
        cover: open && isCover,
        text: open ? dialog.innerText : '',
        hidden: document.hidden,
    };
}

/* In the page: the deepest active element, as "tag#id" from the outermost. */
function focused() {
    const path = [];

    for (let root = document; root;) {
        const { activeElement: node } = root;

        if (!node) {
            break;
        }

        path.push(node.localName + (node.id && '#' + node.id));

        try {
            root = node.shadowRoot || node.contentDocument;
        } catch {
            break;
        }
    }

    return path.join(' ');
}

export class Trial {
    results = [];
    pages = [];
    asked = [];              /* "Leave site?" */

    constructor({ app, name, browser, place }) {
        Object.assign(this, { app, name, browser, place });
        this.host = name + '.localhost';
        this.recipe = this.block('nginx', /^server \{/m);
        this.cookie = /^session_security_zone cookie=([^ ;]+)/m
            .exec(this.recipe)[1];
    }

    /* What the recipe has for other files than nginx.conf. */
    block(language, what) {
        return blockOf(this.name, language, what);
    }

    ok(good, text, ...notes) {
        this.results.push({ good: Boolean(good), text, notes });
        return good;
    }

    equal(got, wanted, text) {
        return this.ok(JSON.stringify(got) === JSON.stringify(wanted), text,
                       'got    ' + JSON.stringify(got),
                       'wanted ' + JSON.stringify(wanted));
    }

    /* Waits for what condition() gives to be true; gives it. */
    async until(what, condition, seconds = 60) {
        const end = Date.now() + seconds * 1000;
        let last;

        for (;;) {
            try {
                last = await condition();

                if (last) {
                    return last;
                }
            } catch (error) {
                last = error.message;
            }

            if (Date.now() > end) {
                const all = await Promise.all(this.pages.map(
                    (page) => this.look(page)));

                throw new Error(`waited ${seconds} s for: ${what}, last `
                                + JSON.stringify([last, all]));
            }

            await wait(100);
        }
    }

    url(path, port = this.port) {
        return `http://${this.host}:${port}${path}`;
    }

    async tab(context) {
        const page = await context.newPage();

        await page.setViewport({ width: 1200, height: 800 });
        page.setDefaultTimeout(60000);
        page.on('dialog', (dialog) => {
            this.asked.push(dialog.type() + ' ' + dialog.message());
            dialog.accept().catch(() => {});
        });
        this.pages.push(page);
        return page;
    }

    async look(page) {
        try {
            return await page.evaluate(look);
        } catch (error) {
            return { error: error.message };
        }
    }

    untilPage(page, what, condition, seconds) {
        return this.until(what, async () => {
            const now = await this.look(page);

            return !now.error && condition(now) && now;
        }, seconds);
    }

    live(page) {
        return this.untilPage(page, 'a live page', ({ state, warning, cover }) => (
            state === 'live' && !warning && !cover));
    }

    /* Waits until a part of the page has that text. */
    shows(page, selector, text) {
        return this.until(`"${text}" in ${selector}`, () => page.evaluate(
            (where, what) => [...document.querySelectorAll(where)].some(
                ({ textContent }) => textContent.includes(what)),
            selector, text));
    }

    async isInside(page) {
        return (await page.content()).includes(this.app.inside);
    }

    inside(page) {
        return this.until('a page for users', () => this.isInside(page));
    }

    loginPage(page) {
        return this.until('the login page', () => page.evaluate(
            (selector) => (document.readyState === 'complete'
                           && Boolean(document.querySelector(selector))),
            this.app.loginForm));
    }

    async screenshot(page, what) {
        const dir = join(process.env.BUILD, 'screenshots');

        mkdirSync(dir, { recursive: true });
        await page.screenshot({ path: join(dir, `${this.name}-${what}.png`) });
    }

    /*
     * Fills in fields, by their selectors.  Not by keys: the page's own script
     * may move the focus meanwhile.
     */
    async fill(page, fields) {
        for (const [selector, value] of Object.entries(fields)) {
            await page.$eval(selector, (node, text) => {
                node.value = text;
            }, value);
        }
    }

    /* Sends a request that is no browser's; gives status, headers and body. */
    raw(path, headers, port = this.port) {
        return new Promise((resolve, reject) => {
            const request = http.get({
                host: '127.0.0.1', port, path, timeout: 60000,
                headers: { Host: `${this.host}:${port}`, ...headers },
            }, (response) => {
                let body = '';

                response.setEncoding('utf8');
                response.on('data', (data) => { body += data; });
                response.on('end', () => resolve({
                    status: response.statusCode, headers: response.headers,
                    body }));
                response.on('error', reject);
            });

            request.on('error', reject);
            request.on('timeout', () => request.destroy(
                new Error('no answer')));
        });
    }

    async cookies(context) {
        const all = await context.cookies();

        return all.filter(({ domain }) => domain === this.host)
            .map(({ name, value }) => ({ name, value }));
    }

    isSession({ name }) {
        return this.cookie.endsWith('*')
            ? name.startsWith(this.cookie.slice(0, -1)) : name === this.cookie;
    }

    /* What nginx knows: seconds, or "logout". */
    async idle(context) {
        const { body } = await this.raw('/session_security/ping/', {
            Cookie: header(await this.cookies(context)),
        });

        return JSON.parse(body);
    }

    /* Whether this Cookie header opens a page for users, in any way. */
    async opens(Cookie, port) {
        const answers = [
            await this.raw(this.app.home, {
                Cookie, 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty',
                'Sec-Fetch-Site': 'same-origin',
            }, port),
            await this.raw(this.app.home, {
                Cookie, 'Sec-Fetch-Mode': 'navigate', Accept: 'text/html',
                'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': 'none',
            }, port),
        ];

        return answers.some(({ body }) => body.includes(this.app.inside));
    }
}

const header = (cookies) => cookies
    .map(({ name, value }) => `${name}=${value}`).join('; ');

const encode = (char) => '%' + char.charCodeAt(0).toString(16)
    .padStart(2, '0').toUpperCase();

/* As some backend may still read a cookie. */
const SPELLINGS = {
    'as it was': (name, value) => `${name}=${value}`,
    'in quotes': (name, value) => `${name}="${value}"`,
    'its value percent-encoded': (name, value) => (
        `${name}=${encode(value[0])}${value.slice(1)}`),
    'its end percent-encoded': (name, value) => (
        `${name}=${value.slice(0, -1)}${encode(value.at(-1))}`),
    'its name percent-encoded': (name, value) => (
        `${encode(name[0])}${name.slice(1)}=${value}`),
    'its name with a dot': (name, value) => (
        `${name.replace(/_/, '.')}=${value}`),
    'its name in capitals': (name, value) => `${name.toUpperCase()}=${value}`,
    'blanks around': (name, value) => ` ${name} = ${value} `,
    'a plus in front': (name, value) => `${name}=+${value}`,
    'a tab in front': (name, value) => `${name}=\t${value}`,
    'twice': (name, value) => `${name}=${value}; ${name}=${value}`,
    'after an empty one': (name, value) => `${name}=; ${name}=${value}`,
    'before an invented one': (name, value) => (
        `${name}=${value}; ${name}=${'f'.repeat(value.length)}`),
    'after an invented one': (name, value) => (
        `${name}=${'f'.repeat(value.length)}; ${name}=${value}`),
    'as an array': (name, value) => `${name}[]=${value}`,
    'a "!" behind': (name, value) => `${name}=${value}!`,
    'a "%21" behind': (name, value) => `${name}=${value}%21`,
    'a comma behind': (name, value) => `${name}=${value},`,
    'a "-" inside': (name, value) => (
        `${name}=${value.slice(0, 9)}-${value.slice(9)}`),
    'a "%00" behind': (name, value) => `${name}=${value}%00`,
    'without its padding': (name, value) => (
        `${name}=${value.replace(/(=|%3D)+$/i, '')}`),
};

/* The cookies of a new session, of which nginx with the module knows nothing. */
async function logInBehind(t) {
    const context = await t.browser.createBrowserContext();
    const page = await t.tab(context);

    await page.goto(t.url(t.app.home, t.plainPort));
    await logIn(t, page);

    const cookies = await t.cookies(context);

    await context.close();
    return cookies;
}

/*
 * A dead session's cookies, as other clients may write them: the backend still
 * has the session, and nginx is told by a ping that it was idle for too long.
 */
async function respell(t) {
    const accepted = [];
    let refused = 0;
    let cookies;

    for (const [spelling, spell] of Object.entries({ ...SPELLINGS,
                                                     ...t.app.spellings }))
    {
        if (!cookies || !await t.opens(header(cookies), t.plainPort)) {
            cookies = await logInBehind(t);

            const { body } = await t.raw(
                '/session_security/ping/?idleFor=86400',
                { Cookie: header(cookies) });

            if (body !== '"logout"') {
                throw new Error('the ping answers ' + body);
            }
        }

        const written = cookies.map((cookie) => (
            t.isSession(cookie) ? spell(cookie.name, cookie.value)
                                : header([cookie]))).join('; ');

        if (await t.opens(written)) {
            accepted.push(spelling);
        } else {
            refused++;
        }
    }

    t.equal(accepted, [], 'a dead cookie opens nothing, however it is spelled');
    t.ok(refused > 20, 'all spellings were tried');
}

async function logIn(t, page) {
    await t.loginPage(page);
    await t.app.login(page, t);
    await t.inside(page);
}

/*
 * Another session of the user, whose page is cut off from the backend: so that
 * nothing ends it there, and the page cannot be left when it has ended.
 */
async function logInElsewhere(t) {
    const context = await t.browser.createBrowserContext();
    const page = await t.tab(context);

    await page.goto(t.url(t.app.home));
    await logIn(t, page);
    await t.live(page);

    await page.setRequestInterception(true);
    page.on('request', (request) => {
        if (request.url().includes('/session_security/')) {
            request.continue();
        } else {
            request.respond({ status: 204 });
        }
    });

    return { context, page, cookies: await t.cookies(context) };
}

/* The editor's field, with the focus: soon, or there is no session any more. */
async function enter(t, page) {
    const { frame, field } = t.app.editor;

    return t.until('the editor', async () => {
        const outer = frame && await page.$(frame);
        const where = frame ? await outer.contentFrame() : page;
        const node = await where.$(field);

        await node.click();
        return node;
    }, EXPIRE - 5);
}

const typed = (node) => node.evaluate(
    ({ value, textContent }) => value ?? textContent);

/* The whole of it. */
export async function walk(t) {
    const { app, browser } = t;
    const context = await browser.createBrowserContext();
    const a = await t.tab(context);

    /* the login */

    await a.goto(t.url(app.home));
    await logIn(t, a);
    t.ok(true, 'somebody logs in');

    const first = await t.until('a page that is loaded', async () => (
        await a.evaluate(() => document.readyState === 'complete'
                         && [Boolean(window.sessionSecurity)])));

    t.equal(first, [true], 'the first page of the session has the tag');

    const old = await t.cookies(context);

    t.ok(old.some((cookie) => t.isSession(cookie)),
         `the session's cookie is ${t.cookie}`,
         old.map(({ name }) => name).join());
    t.ok(await t.opens(header(old)), 'it opens pages, whoever sends it');

    const other = await logInElsewhere(t);

    /* two tabs, one with an editor */

    const b = await t.tab(context);

    await b.goto(t.url(app.home));
    await t.live(b);

    await a.bringToFront();
    await app.editor.open(a, t);
    await t.live(a);

    const field = await enter(t, a);
    const where = await a.evaluate(focused);

    if (app.editor.frame) {
        t.ok(/^iframe\S* ./.test(where), 'the editor is in a frame', where);
    }

    /*
     * Nothing else is activity until the typing is.  A frame that is new is heard
     * some seconds later.
     */

    await t.until('a session that is idle for a while', async () => (
        await t.idle(context) >= 4));

    await t.until('typing that counts', async () => {
        await a.keyboard.type('a');
        return await t.idle(context) < 4;
    });
    t.ok(true, 'typing in the editor is activity');

    const text = await typed(field);

    t.ok(text.includes('a'), 'and is in the editor', text);

    /* the warning, and another tab that takes it away */

    const isWarned = ({ state }) => state === 'warned';

    const warned = await t.untilPage(a, 'a warning', (now) => (
        isWarned(now) && now.warning));

    await t.screenshot(a, 'warning');
    t.ok(/\d/.test(warned.text), 'the user is warned', warned.text);
    t.ok((await t.untilPage(b, 'a warning', isWarned)).hidden,
         'in the hidden tab, too');

    await b.bringToFront();
    await b.keyboard.press('ArrowUp');
    await t.live(b);
    await t.live(a);
    t.ok(true, 'a key in the other tab extends the session in both');

    await a.bringToFront();
    await t.live(a);
    t.equal(await a.evaluate(focused), where,
            'the focus is in the editor again');
    await a.keyboard.type('two');

    const after = await typed(field);

    t.ok(/a.*two/s.test(after), 'and what is typed goes there', after);

    /* the end */

    const last = await t.cookies(context);
    const place = (await t.look(b)).url;

    await t.loginPage(a);
    await t.screenshot(a, 'login');
    t.ok(true, 'at the end the visible tab gets the login page');
    t.equal(t.asked, [], 'no question was asked');

    if (app.reason) {
        t.ok((await a.content()).includes(app.reason),
             'which says why', a.url());
    }

    const hidden = await t.untilPage(b, 'the end in the other tab',
                                     ({ state, cover }) => (
                                         state === 'expired' && cover));

    t.equal([hidden.hidden, hidden.url], [true, place],
            'the hidden tab is covered, and stays where it is');

    t.equal([await t.opens(header(old)), await t.opens(header(last))],
            [false, false], 'the first cookies are dead, and the last ones');

    const covered = await t.untilPage(
        other.page, 'the cover', ({ cover, state }) => (
            cover && state === 'expired'));

    await t.screenshot(other.page, 'cover');
    t.equal(covered.text.split('\n')[0], 'You have been signed out.',
            'where there is no page in return, the cover stays and says why');
    await other.context.close();

    t.ok(await t.opens(header(other.cookies), t.plainPort),
         'a session that the backend has not ended is open there');
    t.ok(!await t.opens(header(other.cookies)), 'behind nginx it is not');

    /* and again */

    await app.login(a, t);
    await t.inside(a);
    t.ok(true, 'the next login succeeds at the first try');

    const documents = () => t.place.requests('nginx')
        .filter(({ dest }) => dest === 'document').length;
    const count = documents();

    await b.bringToFront();
    await t.live(b);
    await t.inside(b);
    await t.screenshot(b, 'again');
    t.ok(documents() > count, 'the hidden tab loads itself as it is shown');
    t.ok(true, 'and is logged in');

    t.ok(!await t.opens(header(last)), 'the old cookies stay dead');
    t.ok(await t.opens(header(await t.cookies(context))),
         'the new ones are not');

    await context.close();
}

/* With forms=on: unsaved work has the browser ask, and nothing else does. */
export async function leaveQuietly(t) {
    const context = await t.browser.createBrowserContext();

    const page = await t.tab(context);

    await page.goto(t.url(t.app.home));
    await logIn(t, page);

    for (const [actions, wanted] of [[t.app.quiet, 0], [t.app.asks, 1]]) {
        for (const [what, act] of Object.entries(actions || {})) {
            await page.goto(t.url(t.app.home));
            t.asked = [];

            try {
                await act(page, t);
                await page.goto(t.url(t.app.home));
                t.equal(t.asked.length, wanted,
                        `questions asked after: ${what}`);
            } catch (error) {
                t.ok(false, what + ' is tried', error.stack);
                await t.screenshot(page, 'failed');
            }
        }
    }

    await context.close();
}

/* The same nginx.conf without the module's directives. */
const withoutModule = (conf) => (
    conf.replace(/(?<!\$)\bsession_security\w*(\s[^;{}]*)?;/g, ''));

export async function run(t) {
    const { app, place, recipe } = t;
    const changes = await app.setUp(place, t);

    t.port = await place.nginx('nginx', recipe, changes,
                               { warn: WARN, expire: EXPIRE });
    t.plainPort = await place.nginx('plain', withoutModule(recipe), changes);
    await app.ready?.(t);

    if (!PART || PART === 'walk') {
        await walk(t);
        await app.more?.(t);
    }

    if (!PART || PART === 'respell') {
        await respell(t);
    }

    if (app.quiet && (!PART || PART === 'quiet')) {
        t.port = await place.nginx('forms', recipe, [
            ...changes,
            ['session_security_inject on;', 'session_security_inject on'
             + ' forms=on;'],
        ]);
        await leaveQuietly(t);
    }

    for (const name of ['nginx', 'forms']) {
        t.equal(place.errors(name).filter((line) => (
            !app.complaints?.test(line))), [],
                name + ' has nothing to complain of');
    }
}
