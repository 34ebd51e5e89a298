/*
 * What must hold whatever happens: random schedules, the same ones each time.
 * SEED and ROUNDS are for who looks for more.
 */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { random, World } from './world.mjs';

const SEED = Number(process.env.SEED || 1);
const ROUNDS = Number(process.env.ROUNDS || 500);

/* idleFor and its answer are whole seconds: the server ends earlier by one */
const ROUNDED = 1000;

/* what questions, messages and timers take together */
const TOLERANCE = 500;

/* after the network was away, or as a tab wakes up */
const SETTLED = 10000;

/*
 * One world with what may happen in it.  Gives what was wrong, and counts
 * what was looked at.
 */
async function play(seed, may, seen) {
    const r = random(seed);
    const int = (from, to) => from + Math.floor(r() * (to - from + 1));
    const pick = (list) => list[int(0, list.length - 1)];

    /* where timers come once a minute nobody ends a session after half one */
    const expireAfter = int(30, 150) * (may.throttle ? 8 : 1);
    const warnAfter = expireAfter - int(8, Math.ceil(expireAfter / 2));
    const maxLifetime = r() < .3 ? int(60, 500) : Infinity;
    const world = new World({ expireAfter, warnAfter, maxLifetime, seed });
    const { server } = world;
    const length = int(2, 6) * expireAfter;
    const byButton = r() < .2;
    const wrong = [];
    let happened = 0;

    world.jitter = pick([0, 0, 100]);

    const say = (what) => wrong.push(`seed ${seed}, ${world.now / 1000} s: `
                                     + what);

    const open = (device) => {
        device.open({
            byButton,
            hidden: r() < .3,
            throttled: may.throttle && r() < .5,
            endsIn: maxLifetime - (world.now - server.created) / 1000,
        });
    };

    const devices = Array.from({ length: int(1, may.devices ? 3 : 1) },
                               () => world.device());

    server.login();

    for (const device of devices) {
        for (let n = int(1, 4); n; n--) {
            open(device);
        }
    }

    const works = ({ net, upSince }) => (
        net === 'up' && upSince <= world.now - SETTLED);

    world.onShow = (tab, phase) => {
        if (phase === 'expired') {
            seen.expired++;

            if (works(tab.device) && server.live
                && server.endAt - world.now > ROUNDED + TOLERANCE)
            {
                say('expired, but the server is live for '
                    + `${server.endAt - world.now} ms`);
            }
        }
    };

    world.onServerEnd = (endAt) => {
        if (server.endAt !== endAt || server.dead) {
            return;
        }

        seen.ended++;

        /* who was active is not taken for idle, if there is one to say so */

        for (const device of devices) {
            if (!may.freeze && endAt === server.last + world.expireAfter
                && device.upSince < device.last - SETTLED
                && device.net === 'up'
                && device.last > server.last + 2 * ROUNDED + TOLERANCE
                && device.last < endAt - TOLERANCE)
            {
                say(`active at ${device.last / 1000}, the server knows of `
                    + server.last / 1000);
            }
        }

        /* nobody is shown anything soon after */

        world.at(endAt + ROUNDED + TOLERANCE, () => {
            for (const tab of world.tabs) {
                if (tab.seen && !server.live && works(tab.device)
                    && tab.awake < world.now - SETTLED)
                {
                    say(`shown, but over since ${endAt / 1000}`);
                }
            }
        });
    };

    /* and never later than the user's last activity allows, network or not */

    for (let t = .33; t < length; t += .5) {
        world.on(t, () => {
            const idle = world.now - world.trueLast;
            const age = world.now - server.created;

            for (const tab of world.tabs) {
                if (tab.seen && tab.awake < world.now - 50
                    && (idle > world.expireAfter + TOLERANCE
                        || age > world.maxLifetime + TOLERANCE))
                {
                    say(`shown, but idle for ${idle}, old ${age}`);
                }
            }
        });
    }

    /* what happens */

    const act = () => {
        const device = pick(devices);
        const tab = pick(device.tabs);

        happened++;

        if (!tab) {
            open(device);
            return;
        }

        const what = {
            user: () => tab.user(),
            burst() {
                const gap = pick([.1, .5, 1, 3, 10]);

                for (let n = int(1, 20); n; n--) {
                    world.at(world.now + n * gap * 1000, () => tab.user());
                }
            },
            extend: () => tab.extend(),
            request: () => may.devices && server.request(),
            show: () => tab.hidden && !tab.frozen && tab.show(),
            hide: () => tab.hide(),
            wake: () => !tab.frozen && !tab.session.over
                && tab.session.wake(r() < .3, tab.delay()),
            open: () => device.tabs.length < 6 && server.live && (
                server.request(), open(device)),
            down: () => may.network && device.network(pick(['down', 'hang'])),
            up: () => device.network('up'),
            freeze: () => may.freeze && tab.freeze(),
            thaw: () => tab.frozen && tab.thaw(pick(['', 'timers',
                                                     'messages'])),
            close: () => may.freeze && device.tabs.length > 1 && tab.close(),
            strange: () => tab.run(() => tab.deliver({
                [pick(['activity', 'answer', 'ask', 'failed'])]:
                    pick([NaN, 'x', undefined, null, -1, {}]),
            })),
        };

        pick([what.user, what.user, what.user, what.burst,
              ...Object.values(what)])();
    };

    /* long pauses are what it is about */

    const busy = pick([.02, .1, .3, 1.2]) * expireAfter;

    for (let t = r() * busy; t < length; t += r() * 2 * busy) {
        world.on(t, act);
    }

    await world.until(length);

    /* nothing is done too often */

    const minutes = length / 60 + 1;

    for (const tab of world.tabs) {
        const asks = world.asks.filter((ask) => ask.tab === tab).length;

        seen.asks += asks;

        if (asks > 65 * minutes + 6 * happened) {
            say(`${asks} questions in ${minutes} minutes`);
        }

        if (tab.fired > 150 * minutes + 20 * happened) {
            say(`${tab.fired} timers in ${minutes} minutes`);
        }

        wrong.push(...tab.errors);
    }

    seen.worlds++;
    return wrong;
}

function property(name, may, options = {}) {
    test(name, options, async () => {
        const seen = { worlds: 0, expired: 0, ended: 0, asks: 0 };
        const wrong = [];
        let bad = 0;

        for (let i = 0; i < ROUNDS; i++) {
            const found = await play(SEED * 1e6 + i, may, seen);

            bad += found.length > 0;
            wrong.push(...found.slice(0, 1));
        }

        assert.equal(bad, 0, `${bad} of ${ROUNDS} worlds, as in:\n`
                             + wrong.slice(0, 5).join('\n'));

        /* it would be easy if nothing happened */
        assert.ok(seen.expired > ROUNDS / 4, JSON.stringify(seen));
        assert.ok(seen.ended > ROUNDS / 4, JSON.stringify(seen));
        assert.ok(seen.asks > ROUNDS, JSON.stringify(seen));
    });
}

property('random: one device', {});
property('random: devices', { devices: true });
property('random: network', { network: true });
property('random: devices and network', { devices: true, network: true });


property('random: hidden tabs with slow timers', {
    devices: true, throttle: true });
property('random: frozen and closed tabs', {
    devices: true, freeze: true });
property('random: all of it', {
    devices: true, network: true, throttle: true, freeze: true });
