/* What the scenarios are written with. */

import { inflateSync } from 'node:zlib';

import { pageClock } from './clock.mjs';

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const timeless = (text) => text.replace(/\d+/g, '#');

/* milliseconds: what pages may put off, and half of what they let pass */
const MOMENT = 1200;
const LEAP = 250000;

export const scenarios = [];

/*
 * options: what Servers takes for a site, with limits that no test reaches but
 * by warned(), ends() or pass(); and
 *     own     Firefox: a browser of its own (what is tested depends on which
 *             tab or window has the focus), true or an object of settings
 *     slow    the higher, the earlier it starts
 *     only    the one browser in which this makes sense
 *     hangs   the ping does not answer: no use in waiting for that
 *     throws  what errors in its pages may say: any other is a failure
 */
export function scenario(name, options, run) {
    const host = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '').slice(0, 60) + '.localhost';

    scenarios.push({ name, host, run, warn: '600s', expire: '1200s',
                     ...options });
}

/* In the page: all that is looked at from outside. */
function look() {

    /* as its prototype has it, whatever elements of the page are called */

    const document = new Proxy({}, {
        get(none, name) {
            const value = Reflect.get(Document.prototype, name,
                                      window.document);

            return typeof value === 'function' ? value.bind(window.document)
                                               : value;
        },
    });
    const session = window.sessionSecurity;
    const hosts = [...document.querySelectorAll('session-security')];
    const dialogOf = (node) => node && node.shadowRoot
        && node.shadowRoot.querySelector('dialog');
    const host = hosts.find((node) => dialogOf(node)?.open) || hosts[0];
    const dialog = dialogOf(host);
    const part = (name) => {
        const node = dialog && dialog.querySelector(`[part=${name}]`);

        return node && !node.hidden ? node.textContent : '';
    };
    const root = document.documentElement;
    const tag = document.querySelector('script[data-expire-after]');

    return {
        state: session && session.state,
        remaining: session && session.remaining,
        shown: tag && tag.dataset.expireAfter - tag.dataset.warnAfter,
        hosts: hosts.length,
        dialog: Boolean(dialog && dialog.open && dialog.matches(':modal')
                        && !dialog.classList.contains('cover')),
        cover: Boolean(dialog && dialog.open && dialog.matches(':modal')
                       && dialog.classList.contains('cover')),
        heading: part('heading'),
        message: part('message'),
        countdown: part('countdown'),
        hint: part('hint'),
        stay: part('stay'),
        leave: part('leave'),
        again: part('again'),
        status: part('status'),
        lang: dialog && dialog.lang,
        dir: dialog && dialog.dir,
        focus: host && host.shadowRoot && host.shadowRoot.activeElement
            && host.shadowRoot.activeElement.getAttribute('part'),
        opacity: root && getComputedStyle(root).opacity,
        title: document.title,
        path: location.pathname,
    };
}

export class Scenario {
    results = [];
    thrown = [];
    held = false;

    #silent = new Set();    /* frames that no longer answer */

    constructor({ browserName, browser, servers, site }) {
        this.browserName = browserName;
        this.browser = browser;
        this.servers = servers;
        this.site = site;
        this.host = site.host;
        this.contexts = [];
        this.pages = [];
    }

    get isFirefox() {
        return this.browserName === 'firefox';
    }

    /* --- checks --- */

    ok(good, text, ...notes) {
        this.results.push({ good: Boolean(good), text, notes });
        return good;
    }

    equal(got, wanted, text) {
        return this.ok(JSON.stringify(got) === JSON.stringify(wanted), text,
                       'got    ' + JSON.stringify(got),
                       'wanted ' + JSON.stringify(wanted));
    }

    /* Whether scripts in the pages threw nothing but what they were to. */
    checkThrown() {
        this.equal(this.thrown.filter((text) => !this.site.throws?.test(text)),
                   [], 'no page has an error');
    }

    skip(text, reason) {
        this.results.push({ good: true, text, skip: reason, notes: [] });
    }

    /* Waits for what condition() gives to be true; gives it. */
    async until(what, condition, seconds = 40) {
        const end = performance.now() + seconds * 1000;
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

            if (performance.now() > end) {
                throw new Error(`waited ${seconds} s for: ${what} (last: `
                                + `${JSON.stringify(last)}; `
                                + await this.#where() + ')');
            }

            await wait(120);
        }
    }

    async #where() {
        const all = [];

        for (const page of this.pages) {
            const now = await this.look(page);

            all.push(JSON.stringify([page.url(), now.state, now.remaining,
                                     now.dialog, now.cover, now.error]));
        }

        return all.join(' ');
    }

    /* Tab goes on until a part of the dialog has the focus. */
    tabTo(page, part) {
        return this.until('the focus on ' + part, async () => {
            if ((await this.look(page)).focus === part) {
                return true;
            }

            await page.keyboard.press('Tab');
            return false;
        });
    }

    /* --- pages --- */

    url(path) {
        return `http://${this.host}:${this.servers.port}${path}`;
    }

    async context() {
        const context = await this.browser.createBrowserContext();

        this.contexts.push(context);
        return context;
    }

    /* A tab, without any page yet. */
    async tab(context = this.contexts[0]) {
        if (!context) {
            context = await this.context();
        }

        /* Firefox: a new tab would hide another scenario's */

        const page = await context.newPage(
            this.isFirefox && !this.site.own ? { type: 'window' } : {});

        await page.evaluateOnNewDocument(pageClock, this.servers.ahead);
        page.setDefaultTimeout(30000);
        page.dialogs = [];
        page.errors = [];
        page.on('dialog', (dialog) => {
            page.dialogs.push(dialog.type());
            (page.stays ? dialog.dismiss() : dialog.accept()).catch(() => {});
        });
        page.on('console', (message) => page.errors.push(message.text()));
        page.on('pageerror', (error) => {
            const text = String(error?.message ?? error);

            page.errors.push(text);
            this.thrown.push(page.url() + ': ' + text);
        });

        this.pages.push(page);
        return page;
    }

    /* A page of the session; of a new one if there is none yet. */
    async open(path = '/', page = undefined) {
        page ||= await this.tab();

        await page.goto(this.url(this.isLoggedIn ? path
            : (this.site.cookie || '') + '/login?next='
              + encodeURIComponent(path)));
        this.isLoggedIn = true;

        return page;
    }

    async look(page) {
        try {
            return await this.evaluate(page, look);
        } catch (error) {
            return { error: error.message };
        }
    }

    /*
     * What a screen reader makes of the dialog: its name, its description.  Time
     * goes on: its numbers are left out here, as by timeless().
     */
    async described(page) {
        const texts = await this.evaluate(page, () => {
            const root = document.querySelector('session-security').shadowRoot;

            return ['aria-labelledby', 'aria-describedby'].map((name) => (
                root.querySelector('dialog').getAttribute(name).split(' ')
                    .map((id) => root.getElementById(id)?.textContent)
                    .filter(Boolean).join(' ')));
        });

        return texts.map(timeless);
    }

    /* The text that can be seen, which takes long in a large page. */
    text(page) {
        return this.evaluate(page, () => document.documentElement.innerText);
    }

    /* A frame that goes away may never answer. */
    evaluate(page, ...args) {
        let timer;

        return Promise.race([
            page.evaluate(...args),
            new Promise((resolve, reject) => {
                timer = setTimeout(() => reject(new Error('no answer')), 8000);
            }),
        ]).finally(() => clearTimeout(timer));
    }

    /* Waits until the page is as asked; gives all of it. */
    untilPage(page, what, condition, seconds) {
        return this.until(what, async () => {
            const now = await this.look(page);

            return !now.error && condition(now) && now;
        }, seconds);
    }

    /*
     * Time passes, for all pages and the server.  What a page has put off for
     * a moment, such as a question, it does before and after each leap.  pause:
     * real milliseconds after each step, which is then smaller, for messages
     * between tabs.
     */
    async pass(seconds, pause = 0) {
        await this.#hold();

        let rest = seconds * 1000;

        rest -= await this.#moment(rest, pause);

        while (rest > 0) {
            const ms = Math.min(LEAP, rest - MOMENT);

            if (ms > 0) {
                await this.#pass(ms, true);
                rest -= ms;
            }

            rest -= await this.#moment(rest, pause);
        }

        if (!this.held) {
            await this.go();
        }
    }

    /* In steps so small that server and pages have the same time. */
    async #moment(rest, pause) {
        const moment = Math.min(rest, MOMENT);
        const step = MOMENT / (pause ? 20 : 4);

        for (let ms = moment; ms > 0; ms -= step) {
            await this.#pass(Math.min(ms, step), false);
            await wait(pause);
        }

        return moment;
    }

    #pass(ms, leaps) {
        this.servers.pass(ms);

        return this.#everywhere((...args) => window.testClock?.pass(...args),
                                ms, leaps, this.site.hangs);
    }

    /* Calls f in all frames of all pages, but for those that are leaving. */
    #everywhere(f, ...args) {
        const frames = this.pages.filter((page) => !page.isClosed())
            .flatMap((page) => page.frames())
            .filter((frame) => !this.#silent.has(frame));

        return Promise.all(frames.map((frame) => (
            this.evaluate(frame, f, ...args)
                .catch(() => this.#silent.add(frame)))));
    }

    /* No time passes, for pages and the server, but by pass(), until go(). */
    hold() {
        this.held = true;
        return this.#hold();
    }

    async go() {
        const at = this.servers.go();

        this.held = false;

        await Promise.all(this.pages
            .filter((page) => !page.isClosed()
                    && !this.#silent.has(page.mainFrame()))
            .map((page) => page.evaluateOnNewDocument(pageClock,
                                                      this.servers.ahead)));
        await this.#everywhere((at) => { window.testClock?.go(at); }, at);
    }

    async #hold() {
        this.#silent.clear();
        await this.#everywhere(() => { window.testClock?.hold(); });
        await this.#everywhere((...args) => window.testClock?.catchUp(...args),
                               this.servers.hold(), this.site.hangs);
    }

    /*
     * While nobody does anything: how many seconds there are until a page
     * warns that looks so.
     */
    untilWarning({ state, remaining, shown }) {
        const { warn, expire } = this.site;

        return state === 'live'
            ? remaining - (shown || parseFloat(expire) - parseFloat(warn)) : 0;
    }

    /* Time passes until the page warns. */
    warned(page, seconds) {
        return this.until('a warning', async () => {
            const now = await this.look(page);

            if (now.state === 'warned' && now.dialog) {
                return now;
            }

            const rest = this.untilWarning(now);

            return rest > 0 && await this.pass(rest + 1);
        }, seconds);
    }

    /*
     * Time passes until the page warns, and when it does, until just before it
     * ends: while it leaves, it may answer nobody.  Gives whether it warned.
     * It is asked how long that is as time stands: the question may take longer
     * than what is left.
     */
    async onward(page) {
        const restOf = (now) => {
            const rest = now.state === 'warned' ? now.remaining - 1
                : this.untilWarning(now);

            return rest > 0 ? rest + .5 : 0;
        };
        let now = await this.look(page);

        if (restOf(now)) {
            await this.#hold();
            now = await this.look(page);
            await this.pass(restOf(now));
        }

        return now.state === 'warned';
    }

    /* Time passes until just before the page ends. */
    nearEnd(page) {
        return this.until('the end to be near', () => this.onward(page));
    }

    /* Time passes until the page warns, and ends, and leaves. */
    ends(page, seconds, path = '/logout/') {
        return this.until('the end', async () => {
            await this.onward(page);
            return new URL(page.url()).pathname === path;
        }, seconds);
    }

    live(page, seconds) {
        return this.untilPage(page, 'no warning', (now) => now.state === 'live'
                              && !now.dialog && !now.cover, seconds);
    }

    out(page, seconds, path = '/logout/') {
        return this.until('the logout URL', () => (
            new URL(page.url()).pathname === path), seconds);
    }

    /*
     * The user looks at the tab: its page has heard of that, and has asked what
     * it has to ask.  For browsers of one's own: others have the focus, too.
     */
    async front(page) {
        await page.bringToFront();
        await this.until('the tab to be seen', () => this.evaluate(
            page, () => !document.hidden && document.hasFocus()));
    }

    /* Looks at the page, and waits until it is what strangers get. */
    async left(page, seconds) {
        await page.bringToFront();
        return this.until('the page for strangers', async () => (
            ['Sign in', 'Bye'].includes(await this.evaluate(
                page, () => document.title))), seconds);
    }

    async cookie(context = this.contexts[0]) {
        return (await context.cookies())
            .find(({ name, domain, value }) => name === 'sessionid' && value
                  && domain === this.host);
    }

    async deleteCookie(context = this.contexts[0]) {
        await context.deleteCookie(await this.cookie(context));
    }

    /*
     * Waits until nginx has deleted the cookie of the ended session.  A response
     * that took a second does not, lest it is a new one: the next page does.
     */
    cookieGone(page) {
        return this.until('the cookie to be deleted', async () => {
            if (!await this.cookie()) {
                return true;
            }

            await page.goto(this.url('/'));
            return false;
        });
    }

    pings(below = '') {
        return this.servers.log(this.host, below + '/session_security/ping/');
    }

    logouts() {
        return this.servers.requests.filter(({ host, url }) => (
            host === this.host && url.startsWith('/logout/')));
    }

    /* Whether the secret's colour can be seen. */
    async isRed(page) {
        return colors(Buffer.from(await page.screenshot()))
            .some((color) => color >> 16 > 150 && (color >> 8 & 255) < 100
                  && (color & 255) < 100);
    }

    async end() {
        for (const context of this.contexts) {
            await Promise.race([context.close().catch(() => {}), wait(5000)]);
        }
    }
}

/* The colours in a PNG (8 bits, RGB or RGBA, not interlaced), as numbers. */
export function colors(png) {
    const width = png.readUInt32BE(16);
    const bytes = png[25] === 6 ? 4 : 3;
    const data = [];
    const found = new Set();

    for (let at = 8; at < png.length;) {
        const length = png.readUInt32BE(at);

        if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
            data.push(png.subarray(at + 8, at + 8 + length));
        }

        at += 12 + length;
    }

    const raw = inflateSync(Buffer.concat(data));
    const row = width * bytes;
    let above = Buffer.alloc(row);

    for (let at = 0; at < raw.length; at += row + 1) {
        const filter = raw[at];
        const line = Buffer.from(raw.subarray(at + 1, at + 1 + row));

        for (let i = 0; i < row; i++) {
            const a = i < bytes ? 0 : line[i - bytes];
            const b = above[i];
            const c = i < bytes ? 0 : above[i - bytes];
            const p = a + b - c;
            const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b),
                                  Math.abs(p - c)];

            line[i] += [0, a, b, (a + b) >> 1,
                        pa <= pb && pa <= pc ? a : pb <= pc ? b : c][filter];
        }

        for (let i = 0; i < row; i += bytes) {
            found.add(line.readUIntBE(i, 3));
        }

        above = line;
    }

    return [...found];
}
