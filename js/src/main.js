/*
 * The browser's side of ngx_http_session_security_module: reads its own tag,
 * puts the parts together, and offers window.sessionSecurity.  The reference is
 * docs/browser.md.
 */

import { createActivity, EVENTS } from './activity.js';
import { createClock } from './clock.js';
import { documentOf, hasScript, listen } from './dom.js';
import { createForms } from './forms.js';
import { createPing } from './ping.js';
import { EXPIRED, Session } from './session.js';
import { createTabs } from './tabs.js';
import { addLocale, pickLocale } from './texts.js';
import { View } from './view.js';

function start(window) {
    const { location } = window;
    const document = documentOf(window);
    const { dataset } = document.currentScript
        || document.querySelector(
            'script[data-expire-after],script[data-ended]')
        || document.documentElement;
    const set = { __proto__: null, ...dataset };

    const seconds = (value, otherwise) => {
        const n = parseFloat(value);

        return n >= 0 ? n * 1000 : otherwise;
    };

    const expireAfter = seconds(set.expireAfter, 600000);
    const pingUrl = new URL(set.ping || '/session_security/ping/',
                            location.origin).href;
    const url = set.logout && new URL(set.logout, location.href);
    const logout = url && /^https?:$/.test(url.protocol) ? url : null;

    /* later scripts of the page may replace these */

    const { performance } = window;
    const setTimeout = window.setTimeout.bind(window);
    const clearTimeout = window.clearTimeout.bind(window);
    const now = createClock(performance, window.Date);
    const ping = createPing(pingUrl, window);

    let session;
    let timer;

    const tell = createTabs('session-security ' + pingUrl, now, window,
                            (message) => session?.told(message));

    if (set.ended) {
        tell({ leaving: true });
        return;
    }

    const [{ responseStart, workerStart, transferSize } = {}]
        = performance.getEntriesByType('navigation');

    /* from a service worker or a cache: the page's times are out of date */
    const kept = workerStart > 0 || transferSize === 0;

    /* whether the script also runs in a page around this one */
    const inFrame = () => {
        try {
            for (let w = window; w !== w.parent; ) {
                w = w.parent;

                if (hasScript(w)) {
                    return true;
                }
            }
        } catch {
            /* a page of another origin */
        }

        return false;
    };

    const signOut = logout && (() => {
        tell({ leaving: true });
        location.assign(logout);
    });

    /*
     * Loads the page's current URL, which nginx redirects to the logout URL or
     * the login page.  reload() would post a form again.  A URL with a fragment
     * would load nothing.  A hidden page stays: if two tabs load login forms at
     * once, the first form may become invalid.
     *
     * For a page from a cache only reload() reaches the server.  If a service
     * worker answers reload() from its cache, the page goes to the logout URL.
     */
    const leave = () => {
        if (document.hidden || inFrame()) {
            return;
        }

        if (!kept) {
            location.replace(location.href.split('#')[0]);

        } else if (performance.navigation.type !== 1) {
            location.reload();

        } else if (logout) {
            location.replace(logout);
        }
    };

    const events = (set.events || EVENTS).split(/[\s,]+/);

    const view = new View(window, {
        session: () => session,
        locale: () => pickLocale([set.lang, document.documentElement.lang,
                                  ...navigator.languages]),
        leave: signOut,
        moves: events.some((type) => /^(mouse|pointer)(move|o|en|ra)/.test(type)),
        title: set.title !== 'off',
        inFrame,
        go: leave,
    });

    const hear = createActivity(window, events, (event) => {

        if (view.dialog.isChoice(event)) {
            return;
        }

        view.touched = event.pointerType === 'touch'
            || event.type.startsWith('touch');

        /* a key that has closed the warning is not for the page */

        if (session.activity() && event.type.startsWith('key')) {
            event.preventDefault();
            event.stopImmediatePropagation();
        }
    });

    const host = {
        ...ping,
        now,
        tell,
        hidden: () => document.hidden,
        delay: () => Math.random() * 400 + (document.hidden ? 600 : 0),
        later: (ms, f) => setTimeout(f, ms),

        /* the page may have broken the DOM: an error must not stop the timer */
        show(...args) {
            try {
                view.show(...args);
            } catch (error) {
                setTimeout(() => { throw error; });
            }
        },

        wait(ms, f) {
            clearTimeout(timer);
            hear();

            if (f) {
                timer = setTimeout(f, ms);
            }
        },
    };

    /* a stopped session until begin() */

    session = new Session(host, {});
    session.stop();

    const begin = (idle, endsIn, age) => {
        session = new Session(host, {
            expireAfter,
            warnAfter: seconds(set.warnAfter, expireAfter * .9),
            endsIn,
            idle,
            age,
            byButton: set.extend === 'button',
        });
        session.check();
    };

    const wake = (restored, delay) => {
        hear();
        session.wake(restored, delay);
    };

    listen(window, 'focus', () => wake(), false);
    listen(window, 'online', () => wake(false, host.delay()));

    listen(window, 'visibilitychange', () => {

        if (session.phase === EXPIRED) {
            leave();

        } else if (!document.hidden) {
            wake();
        }
    });

    /*
     * The browser may keep the page and show it again later: hide the content
     * now, before the page is kept.
     */

    listen(window, 'pagehide', ({ persisted }) => {
        if (session.over) {
            return;
        }

        if (persisted) {
            view.hide(true);
        }

        session.report();
    });

    listen(window, 'pageshow', ({ persisted }) => {

        if (persisted && session.phase === EXPIRED) {
            leave();

        } else if (persisted) {
            wake(true);
        }
    });

    const { saved, hasUnsent } = set.forms === 'on' ? createForms(window)
        : { saved() {}, hasUnsent() {} };

    /* the end of the session must not ask the user */

    listen(window, 'beforeunload', (event) => {

        if (session.phase === EXPIRED) {
            event.stopImmediatePropagation();

        } else if (hasUnsent()) {
            event.preventDefault();
            event.returnValue = true;
        }
    });

    window.sessionSecurity = {
        activity: () => { session.activity(); },
        extend: () => session.extend(),
        signOut,
        saved,
        start: () => begin(0, Infinity, 0),
        stop: () => { session.over || session.stop(); },
        addLocale,
        get state() { return session.phase; },
        get remaining() { return Math.max(0, session.remaining / 1000) || 0; },
    };

    if (set.start !== 'manual') {
        const since = performance.now();

        begin(seconds(set.idle, 0) + since,
              seconds(set.endsIn, Infinity) - since,
              responseStart ? since - responseStart : 0);

        /*
         * After Back or Forward the page may come from a cache although
         * transferSize does not tell.  performance.navigation is deprecated,
         * but all browsers have it.
         */
        if (kept || performance.navigation.type === 2) {
            wake(true);
        }
    }
}

/*
 * Whether this is a frame in a sandbox without allow-same-origin.  The frame
 * has no cookies, so the ping has no answer for it.  It disappears with the
 * page around it.
 */
const isApart = window.origin === 'null' && window.parent !== window;

/* a second tag does nothing */

if (!isApart && (!hasScript(window) || !window.sessionSecurity?.extend)) {
    start(window);
}
