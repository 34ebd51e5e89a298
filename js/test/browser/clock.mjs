/*
 * Time under the tests' control.  It goes on as ever, and leaps ahead when a
 * test says so: for the module by clock.c, for pages by what is put before
 * their scripts.  So limits can be long, which no busy machine reaches, and
 * nobody has to wait for them.
 */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/* The library that nginx is to preload. */
export function buildClock(dir) {
    const library = join(dir, 'clock.so');

    execFileSync(process.env.CC || 'cc', [
        '-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror',
        '-o', library, fileURLToPath(new URL('clock.c', import.meta.url)),
    ], { stdio: 'inherit' });

    return library;
}

/*
 * In the page, before its scripts: the wall clock is so many milliseconds
 * ahead.  After hold() no time passes but by pass(), until go().  Timers that
 * are due run in order; where it leaps, all of them at its end, as after a
 * machine's sleep.  It waits for answers of the ping, unless there are none.
 *
 * The server's clock stands a little later, and goes on a little earlier: at
 * those times, of the machine's clock, catchUp() and go() are told of.
 */
export function pageClock(ahead) {
    if (window.testClock) {
        window.testClock.ahead = ahead;     /* the last is the newest */
        return;
    }

    const { performance, Date, fetch } = window;
    const { send } = XMLHttpRequest.prototype;
    const steady = performance.now.bind(performance);
    const wall = Date.now.bind(Date);
    const setTimer = window.setTimeout.bind(window);
    const clearTimer = window.clearTimeout.bind(window);
    const { port1, port2 } = new MessageChannel();
    const timers = new Map();       /* by the number that the page has */
    const waiting = [];             /* for answers */
    let asking = 0;                 /* how many are on their way */
    let time = 0;                   /* as it was at that steady time: */
    let since = 0;
    let held = false;
    let heldAt = 0;                 /* by the machine's clock */

    const now = () => time + (held ? 0 : steady() - since);

    const arm = (timer) => {
        clearTimer(timer.id);

        if (!held || timer.due <= now()) {
            timer.id = setTimer(timer.run, Math.max(0, timer.due - now()));
        }
    };

    const inOrder = () => [...timers.values()].sort((a, b) => a.due - b.due);

    /* once the page has heard of it, too */

    port1.onmessage = () => {
        if (--asking === 0) {
            waiting.splice(0).forEach((resolve) => resolve());
        }
    };

    const answered = () => port2.postMessage(0);

    const clock = {
        ahead,
        wall,                       /* the machine's clock */
        async pass(ms, leaps, hangs) {
            const end = now() + ms;

            time = leaps ? end : time;

            for (;;) {
                if (asking && !hangs) {
                    await new Promise((resolve) => { waiting.push(resolve); });
                }

                const [timer] = inOrder();

                if (!timer || timer.due > end) {
                    break;
                }

                time = Math.max(time, timer.due);
                clearTimer(timer.id);
                timer.run();
            }

            time = end;
        },
        hold() {
            if (!held) {
                time = now();
                heldAt = wall();
                held = true;
                inOrder().forEach(arm);
            }
        },
        catchUp(at, hangs) {
            const ms = Math.max(0, at - heldAt);

            heldAt += ms;
            return clock.pass(ms, false, hangs);
        },
        go(at) {
            if (held) {
                since = steady() - Math.max(0, wall() - at);
                held = false;
                inOrder().forEach(arm);
            }
        },
    };

    Object.defineProperty(window, 'testClock', { value: clock });

    performance.now = now;
    Date.now = () => wall() + clock.ahead + now() - steady();

    window.setTimeout = (f, ms, ...args) => {
        const id = setTimer(() => {});
        const timer = {
            id,
            due: now() + (Number(ms) || 0),
            run() {
                timers.delete(id);
                f(...args);
            },
        };

        timers.set(id, timer);
        arm(timer);
        return id;
    };

    window.clearTimeout = (id) => {
        clearTimer(timers.get(id)?.id ?? id);
        timers.delete(id);
    };

    window.fetch = async (...args) => {
        if (!/[?&]idleFor=/.test(args[0])) {
            return fetch.apply(window, args);
        }

        asking++;

        try {
            const response = await fetch.apply(window, args);
            const text = await response.text();

            response.text = async () => text;
            return response;

        } finally {
            answered();
        }
    };

    XMLHttpRequest.prototype.send = function (...args) {
        asking++;
        this.addEventListener('loadend', answered);
        return send.apply(this, args);
    };
}
