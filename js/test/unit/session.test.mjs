/* The rule of session.js, in a world of its own: world.mjs. */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { simple, World } from './world.mjs';

/* what a ping and the wait for other tabs may take */
const SOON = .5;

/* a question that is not answered */
const PATIENCE = 2;

function between(value, from, to, what = '') {
    assert.ok(value >= from && value <= to,
              `${what} ${value}: not from ${from} to ${to}`);
}

function phases({ shows }, after = 0) {
    return shows.filter(({ at }) => at >= after * 1000)
        .map(({ phase }) => phase)
        .filter((phase, i, all) => phase !== all[i - 1]);
}

function all(tabs, phase) {
    assert.deepEqual(tabs.map((tab) => tab.phase), tabs.map(() => phase));
}

/* does it again and again: each so many seconds, from and to */
function every(world, seconds, from, to, f) {
    for (let t = from; t < to; t += seconds) {
        world.on(t, f);
    }
}


/* --- warning and expiry --- */

test('warns in all tabs at the same time', async () => {
    const { world, tabs } = simple({ tabs: 5 });

    await world.until(539.9);
    all(tabs, 'live');
    await world.until(541);
    all(tabs, 'warned');

    const times = tabs.map((tab) => tab.first('warned'));

    between(Math.min(...times), 540, 540 + SOON);
    assert.ok(Math.max(...times) - Math.min(...times) < .05, String(times));
});

test('warns once a second how long it is', async () => {
    const { world, tab } = simple();

    await world.until(590.5);

    const shown = tab.shows.map(({ remaining }) => (
        Math.round(remaining / 1000)));

    assert.deepEqual([...new Set(shown)],
                     Array.from({ length: 51 }, (_, i) => 60 - i));
    assert.ok(tab.shows.every(({ final }) => !final));
    assert.ok(tab.shows.length < 60, String(tab.shows.length));
});

test('asks the server before it warns', async () => {
    const { world, tab } = simple();

    await world.until(545);
    between(world.asks[0].at / 1000, 540, 540 + SOON);
    assert.ok(world.asks[0].at / 1000 < tab.first('warned'));
    assert.equal(world.asks[0].idleFor, 541);
});

test('asks the server right before it ends, and covers on time', async () => {
    const { world, tab } = simple();

    await world.until(605);

    const asked = world.asks.at(-1).at / 1000;

    between(asked, 600, 600 + SOON);
    assert.ok(asked < tab.first('expired'));
    between(tab.first('covered'), 600, 600.001);
    between(tab.first('expired'), 600, 600 + SOON);
});

test('all tabs are covered, then expire, together', async () => {
    const { world, tabs } = simple({ tabs: 5 });

    await world.until(605);
    all(tabs, 'expired');

    for (const tab of tabs) {
        assert.deepEqual(phases(tab), ['warned', 'covered', 'expired']);
        between(tab.first('covered'), 600, 600.001);
        between(tab.first('expired'), 600, 600 + SOON);
    }
});

test('other times than ten minutes', async () => {
    for (const [warn, expire] of [[5, 10], [1, 3], [55, 60], [3600, 28800]]) {
        const { world, tab } = simple({ warnAfter: warn, expireAfter: expire });

        await world.until(expire + 5);
        between(tab.first('warned'), warn, warn + SOON);
        between(tab.first('covered'), expire, expire + .001);
        between(tab.first('expired'), expire, expire + SOON);
    }
});

test('expires once, and does nothing any more', async () => {
    const { world, tabs: [a, b] } = simple({ tabs: 2 });

    await world.until(605);

    const { length } = world.asks;
    const { messages } = world;
    const shown = a.shows.length;

    a.session.activity();
    assert.equal(a.session.extend(), false);
    a.session.wake(true);
    a.session.wake(false);
    a.session.check();
    a.session.told({ activity: 605000, answer: 605000, ask: true });
    await world.pass(3600);
    assert.equal(world.asks.length, length);
    assert.equal(world.messages, messages);
    assert.equal(a.shows.length, shown);
    all([a, b], 'expired');
    assert.equal(a.shows.filter(({ phase }) => phase === 'expired').length, 1);
});


/* --- other devices --- */

test('no warning while another device is active', async () => {
    const { world, server, tabs } = simple({ tabs: 3 });

    every(world, 100, 100, 3600, () => server.request());
    await world.until(3600);

    for (const tab of tabs) {
        assert.deepEqual(phases(tab), []);
    }
});

test('another device was active some time ago: warned later', async () => {
    const { world, server, tab } = simple();

    world.on(300.5, () => server.request());
    await world.until(845);
    between(tab.first('warned'), 839.4, 840.5 + SOON);
    await world.until(905);
    between(tab.first('covered'), 899.4, 900.6);
    between(tab.first('expired'), 900.4, 900.5 + SOON);
});

test('the warning goes when another device becomes active', async () => {
    const world = new World();
    const here = world.device(), there = world.device();
    const tab = here.open(), beside = here.open(), other = there.open();

    world.server.login();
    await world.until(560);
    all([tab, beside, other], 'warned');
    other.user();
    assert.equal(other.phase, 'live');
    await world.until(572);
    all([tab, beside, other], 'live');
    between(tab.first('live'), 560, 571.5);
    await world.until(1090);
    all([tab, beside, other], 'live');
    await world.until(1102);
    all([tab, beside, other], 'warned');
});

test('another device becomes active in the last seconds', async () => {
    for (const at of [590, 597, 597.9, 598.5, 599, 599.8]) {
        const { world, server, tabs } = simple({ tabs: 2 });

        world.on(at, () => server.request());
        await world.until(605);
        all(tabs, 'live');
        assert.equal(server.live, true);
    }
});

test('a device without BroadcastChannel', async () => {
    const world = new World();
    const device = world.device({ channel: false });
    const tabs = [device.open(), device.open(), device.open()];

    world.server.login();
    await world.until(550);
    all(tabs, 'warned');
    tabs[0].user();
    await world.until(562);
    all(tabs, 'live');
    await world.until(1200);
    all(tabs, 'expired');
});

test('a server that was restarted learns of the session', async () => {
    const { world, server, tab } = simple();

    world.on(100, () => tab.user());
    world.on(200, () => server.restart());
    await world.until(640);
    assert.equal(tab.phase, 'live');
    await world.until(642);
    assert.equal(tab.phase, 'warned');
    between(server.last / 1000, 99, 100.1);
    tab.user();
    await world.until(650);
    assert.equal(server.live, true);
    assert.equal(tab.phase, 'live');
});


/* --- activity --- */

test('activity ends the warning everywhere at once', async () => {
    const { world, server, tabs } = simple({ tabs: 5 });

    await world.until(560);
    all(tabs, 'warned');
    assert.equal(tabs[2].user(), true);
    assert.equal(tabs[2].phase, 'live');
    await world.pass(.01);
    all(tabs, 'live');
    await world.pass(.5);
    between(server.last / 1000, 559, 560.05);
    assert.equal(tabs[0].session.idle, 510);

    await world.until(1099);
    all(tabs, 'live');
    await world.until(1101);
    all(tabs, 'warned');
});

test('activity tells whether it ended a warning', async () => {
    const { world, tab } = simple();

    assert.equal(tab.user(), false);
    await world.until(100);
    assert.equal(tab.user(), false);
    await world.until(645);
    assert.equal(tab.phase, 'warned');
    assert.equal(tab.user(), true);
    assert.equal(tab.user(), false);
});

test('activity comes often, but is told of once a second', async () => {
    const { world, tab } = simple({ tabs: 2 });

    every(world, .05, 10, 40, () => tab.user());
    await world.until(50);
    between(world.messages, 25, 31);
    between(tab.session.idle / 1000, 10, 11);
});

/* the server would say so: nobody who is active is taken for idle */
function neverIdle(name, ...rest) {
    const options = rest.length > 1 ? rest.shift() : {};
    const [schedule] = rest;

    test('active ' + name, { todo: options.todo }, async () => {
        const { world, server, device, tabs } = simple({
            tabs: 3 });
        const least = { left: Infinity };

        every(world, .5, 0, 7200, () => {
            least.left = Math.min(least.left, server.endAt - world.now);
        });

        schedule({ world, device, tabs });
        await world.until(7200);
        all(tabs, 'live');
        assert.ok(least.left > 5000, `server: ${least.left}`);

        if (!options.mayWarn) {
            for (const tab of tabs) {
                assert.deepEqual(phases(tab), []);
            }
        }
    });
}

for (const seconds of [.7, 3, 31, 100, 200, 250, 271, 300, 450, 530, 539.9]) {
    neverIdle(`every ${seconds} s in one tab`, ({ world, tabs }) => {
        every(world, seconds, seconds, 7200, () => tabs[0].user());
    });

    neverIdle(`every ${seconds} s in one tab after the other`,
              ({ world, tabs }) => {
        let i = 0;

        every(world, seconds, seconds, 7200, () => tabs[i++ % 3].user());
    });
}

neverIdle('once only, soon after the page came', ({ world, tabs }) => {
    every(world, 400, 1.5, 7200, () => tabs[0].user());
});

for (const ms of [1, 5, 15, 25, 35, 60, 120]) {
    neverIdle(`${ms} ms after warn_after, as the server is asked`,
              { mayWarn: true }, ({ world, tabs }) => {
        let at = 0;

        while ((at += 540 + ms / 1000) < 7200) {
            world.on(at, () => tabs[0].user());
        }
    });
}

neverIdle('with two minutes of bad network in ten',
          ({ world, device, tabs }) => {
    every(world, 40, 40, 7200, () => tabs[1].user());
    every(world, 600, 230, 7200, () => device.network('down'));
    every(world, 600, 350, 7200, () => device.network('up'));
});

neverIdle('with pings that are not answered for two minutes in ten',
          ({ world, device, tabs }) => {
    every(world, 40, 40, 7200, () => tabs[1].user());
    every(world, 600, 230, 7200, () => device.network('hang'));
    every(world, 600, 350, 7200, () => { device.net = 'up'; });
});

neverIdle('with the first tab closed', ({ world, tabs }) => {
    every(world, 200, 100, 2000, () => tabs[0].user());
    world.on(2001, () => tabs[0].close());
    every(world, 200, 2200, 7200, () => tabs[1].user());
});

neverIdle('in a tab that is hidden soon after', ({ world, tabs }) => {
    tabs.forEach((tab) => {
        tab.throttled = true;
        tab.hide();
    });

    every(world, 300, 300, 7200, () => {
        tabs[0].show();
        tabs[0].user();
        world.at(world.now + 2000, () => tabs[0].hide());
    });
});

test('the server hears of activity that came while it was asked', async () => {
    for (let ms = 0; ms < 200; ms += 3) {
        const { world, server, tabs } = simple({ tabs: 2, seed: ms + 1 });

        world.at(540000 + ms, () => tabs[ms % 2].user());
        await world.until(545);
        all(tabs, 'live');
        between(server.last / 1000, 539, 541);
    }
});

test('activity while the ping fails is reported when it works', async () => {
    const { world, server, device, tabs } = simple({ tabs: 3 });

    device.network('down');
    every(world, 20, 20, 480, () => tabs[0].user());
    world.on(500, () => { device.net = 'up'; });
    await world.until(507);
    between(server.last / 1000, 459, 461);
    all(tabs, 'live');
});

test('activity after the end changes nothing', async () => {
    const { world, tab } = simple();

    await world.until(599.9);
    tab.freeze();
    await world.until(600.1);
    tab.frozen = false;
    assert.equal(tab.session.activity(), false);
    assert.equal(tab.phase, 'covered');
    assert.equal(tab.session.extend(), false);
    await world.until(601);
    assert.equal(tab.phase, 'expired');
});


/* --- how often the server is asked --- */

test('twenty tabs ask as one', async () => {
    const { world, device, tabs } = simple({ tabs: 20 });

    await world.until(539);
    assert.equal(world.asks.length, 0);
    await world.until(545);
    between(world.asked(539, 545), 1, 4, 'to warn:');

    tabs[4].user();
    await world.until(550);
    between(world.asked(545, 550), 1, 4, 'to extend:');
    all(tabs, 'live');

    await world.until(600);
    assert.equal(world.asked(550, 600), 0);
    device.network('down');
    device.network('up');
    await world.until(605);
    between(world.asked(600, 605), 1, 4, 'on line:');

    /* from 1085: the warning, a question each 10 s, and one before the end */

    await world.until(1140);
    all(tabs, 'warned');
    between(world.asked(605, 1140), 6, 20, 'while it warns:');
    await world.until(1144.9);
    between(world.asked(1140, 1144.9), 1, 8, 'before the end:');
});

test('twenty tabs ask a few times at the end', async () => {
    for (let seed = 1; seed <= 20; seed++) {
        const { world, tabs } = simple({ tabs: 20, seed });

        await world.until(599.99);
        await world.until(605);
        all(tabs, 'expired');
        between(world.asked(599.99, 605), 1, 4, `seed ${seed}:`);
    }
});

/* as where the page's own request took some time */
test('a server that is a moment behind is not asked all the time', async () => {
    for (const [n, most] of [[1, 5], [3, 15]]) {
        const { world, server, tabs } = simple({ tabs: n });

        world.on(.9, () => server.request());
        await world.until(603);
        all(tabs, 'expired');
        between(world.asked(599.9, 603), 1, most);
        between(tabs[0].first('expired'), 600.9, 600.9 + SOON);
    }
});

test('nor by twenty tabs at the same time', async () => {
    let most = 0;

    for (let seed = 1; seed <= 10; seed++) {
        const { world, server, tabs } = simple({ tabs: 20, seed });

        world.on(.9, () => server.request());
        await world.until(603);
        all(tabs, 'expired');
        most = Math.max(most, world.asked(599.9, 603));
    }

    between(most, 1, 20);
});

test('twenty hidden tabs ask as one', async () => {
    const { world, device, tabs } = simple({
        tabs: 20, options: { hidden: true, throttled: false } });

    await world.until(545);
    between(world.asked(0, 545), 1, 4);
    all(tabs, 'warned');
    device.network('down');
    device.network('up');
    await world.until(546);
    between(world.asked(545, 546), 1, 4);
});

test('who looks at a tab does not make the others ask', async () => {
    const { world, tabs } = simple({ tabs: 20 });

    await world.until(100);
    tabs[0].session.wake();
    await world.until(100.5);
    tabs[0].session.wake();
    await world.until(110);
    assert.equal(world.asked(100, 110), 1);
    tabs[3].session.wake();
    await world.until(120);
    assert.equal(world.asked(110, 120), 1);
});

test('twenty tabs ask seldom while somebody is active', async () => {
    const { world, tabs } = simple({ tabs: 20 });

    every(world, 5, 5, 3600, () => tabs[7].user());
    await world.until(3600);
    between(world.asks.length, 10, 45);
});

test('twenty tabs ask seldom while the network is away', async () => {
    const { world, device, tabs } = simple({ tabs: 20 });

    device.network('down');
    every(world, 5, 5, 560, () => tabs[7].user());
    await world.until(500);
    between(world.asks.length, 20, 120);
});

test('a tab that is left alone asks the server but to warn', async () => {
    const { world } = simple({ tabs: 3 });

    await world.until(540);
    assert.ok(world.asks.length <= 1);
});

test('extend() again and again asks no more than once at a time', async () => {
    const { world, tab } = simple();

    every(world, .001, 10, 11, () => tab.extend());
    await world.until(20);
    between(world.asks.length, 1, 60);
});


/* --- the network --- */

test('without network: warned and expired on time', async () => {
    const { world, device, tabs } = simple({ tabs: 5 });

    device.network('down');
    await world.until(605);

    for (const tab of tabs) {
        between(tab.first('warned'), 540, 540.1 + .02);
        between(tab.first('covered'), 600, 600.001);
        between(tab.first('expired'), 600, 600.1 + .02);
    }
});

test('without network in one tab only', async () => {
    const { world, device, tab } = simple();

    device.network('down');
    await world.until(605);
    between(tab.first('warned'), 540, 540.1 + .02);
    between(tab.first('expired'), 600, 600.1 + .02);
});

test('pings that are not answered: covered on time', async () => {
    for (let expire = 590; expire <= 640; expire += .7) {
        const { world, device, tabs } = simple({
            tabs: 3, expireAfter: expire });

        device.network('hang');
        await world.until(expire + 5);

        for (const tab of tabs) {
            between(tab.first('warned'), 540, 540 + PATIENCE + .1);
            between(tab.first('covered'), expire, expire + .001);
            between(tab.first('expired'), expire, expire + PATIENCE + .1);
        }
    }
});

test('a minute of warning, and no answers: expired on time', async () => {
    const { world, device, tabs } = simple({ tabs: 3 });

    device.network('hang');
    await world.until(605);

    for (const tab of tabs) {
        between(tab.first('expired'), 600, 600.12);
    }
});

test('pings that are answered after three seconds are of use', async () => {
    const { world, device, server, tabs } = simple({ tabs: 3 });

    device.network('slow');
    world.on(300.5, () => server.request());
    await world.until(546);
    all(tabs, 'live');
    await world.until(839);
    all(tabs, 'live');
    await world.until(843);
    all(tabs, 'warned');
    world.on(850, () => server.request());
    await world.until(866);
    all(tabs, 'live');
});

test('a late answer is of use at once', async () => {
    const { world, device, server, tab } = simple();

    device.network('slow');
    world.on(300.5, () => server.request());
    await world.until(542.9);
    assert.equal(tab.phase, 'warned');
    await world.until(544);
    between(tab.first('live'), 543, 543.2);
});

test('pings that are answered late say when it is over', async () => {
    const { world, device, server, tabs } = simple({ tabs: 3 });

    device.network('slow');
    every(world, 1, 1, 400, () => tabs[0].user());
    world.on(100, () => server.logout());
    await world.until(290);
    all(tabs, 'expired');
});

test('network that comes back before the end', async () => {
    const { world, device, server, tabs } = simple({ tabs: 3 });

    device.network('down');
    world.on(500, () => server.request());
    await world.until(595);
    all(tabs, 'warned');

    while (world.asked(world.now / 1000 - 2, world.now / 1000 + 1)
           && world.now < 599000)
    {
        await world.pass(.1);
    }

    device.network('up');
    await world.pass(SOON);
    all(tabs, 'live');
    await world.until(1041);
    all(tabs, 'warned');
});

test('network that comes back right after a question in vain',
     async () => {
    const { world, device, server, tab } = simple();

    device.network('down');
    world.on(500, () => server.request());
    await world.until(555);

    /* the next question */

    const { length } = world.asks;

    while (world.asks.length === length && world.now < 599000) {
        await world.pass(.1);
    }

    await world.pass(.2);
    device.network('up');
    await world.pass(SOON);
    assert.equal(tab.phase, 'live');
});

test('network that comes back, with the session gone', async () => {
    const { world, device, server, tabs } = simple({ tabs: 3 });

    device.network('down');
    every(world, 10, 10, 700, () => tabs[0].user());
    world.on(650, () => device.network('up'));
    await world.until(649);
    assert.equal(server.live, false);
    all(tabs, 'live');
    await world.until(650 + SOON);
    all(tabs, 'expired');
    assert.deepEqual(phases(tabs[1]), ['covered', 'expired']);
});


/* --- logout --- */

test('"logout" at any time: covered, then expired, in all tabs', async () => {
    for (const at of [100, 200, 450, 539.99, 545, 571, 597.9, 599.9]) {
        const { world, server, tabs } = simple({ tabs: 4 });

        world.on(at, () => server.logout());
        world.on(at, () => tabs[3].session.wake());
        await world.until(Math.max(at + 11, 0));
        all(tabs, 'expired');

        for (const tab of tabs) {
            assert.deepEqual(phases(tab).slice(-2), ['covered', 'expired']);
        }

        if (at < 539) {
            between(tabs[0].first('expired'), at, at + SOON);
        }
    }
});

test('"logout" that comes late still counts', async () => {
    const { world, device, server, tab } = simple();

    device.network('slow');
    await world.until(100);
    tab.session.wake();
    await world.until(100.01);
    server.logout();
    await world.until(104);
    assert.equal(tab.phase, 'expired');
});


/* --- asking changes nothing --- */

/*
 * What the server says comes back to it, and where one question takes longer
 * than the next that makes up for some of the rounding: this is what is left
 * of it with three hundred questions.
 */
const drift = (jitter) => 50 + 7 * jitter;

test('asking does not make the idle time shorter', async () => {
    for (const jitter of [0, 50, 300]) {
        for (let seed = 1; seed <= 5; seed++) {
            const { world, server, tabs } = simple({ tabs: 4, seed });

            world.jitter = jitter;
            every(world, 1.37, 3, 595, () => tabs[seed % 4].session.wake());
            await world.until(597);
            assert.ok(world.asks.length > 300, String(world.asks.length));
            between(server.last, 0, drift(jitter), `jitter ${jitter}: server`);
            between(world.now - tabs[0].session.idle, 0, drift(jitter), 'tab');
            await world.until(606);
            all(tabs, 'expired');
            between(tabs[0].first('covered'), 600,
                    600.01 + drift(jitter) / 1000);
        }
    }
});

test('nor that of another device', async () => {
    for (const jitter of [0, 50, 300]) {
        for (let seed = 1; seed <= 5; seed++) {
            const world = new World({ seed });
            const tabs = [0, 1, 2].map(() => world.device().open());

            world.server.login();
            world.jitter = jitter;
            world.on(50.6, () => world.server.request());
            every(world, 1.37, 60, 645, () => tabs[0].session.wake());
            every(world, 1.91, 60, 645, () => tabs[1].session.wake());
            await world.until(647);
            assert.ok(world.asks.length > 600);
            between(world.server.last, 50600, 50600 + drift(jitter));
            await world.until(656);
            all(tabs, 'expired');
            between(tabs[0].first('covered'), 649, 651 + drift(jitter) / 1000);
        }
    }
});

test('what is reported is never less than the idle time', async () => {
    const { world, tabs } = simple({ tabs: 2 });
    const sent = [];

    every(world, 7.77, 5, 590, () => sent.push(tabs[0].session.idle));
    every(world, 7.77, 5, 590, () => tabs[0].session.wake());
    await world.until(590);

    for (const { at, idleFor } of world.asks) {
        assert.ok(Number.isInteger(idleFor));
        between(idleFor * 1000 - at, 0, 1000);
    }
});


/* --- by button only --- */

test('by button: a movement does not end the warning', async () => {
    const { world, tabs } = simple({ tabs: 2, options: { byButton: true } });

    every(world, 1, 545, 700, () => tabs[0].user());
    await world.until(550);
    all(tabs, 'warned');
    await world.until(605);
    all(tabs, 'expired');
    between(tabs[0].first('covered'), 600, 600.001);
});

test('by button: the button ends it', async () => {
    const { world, server, tabs } = simple({ tabs: 2,
                                             options: { byButton: true } });

    await world.until(550);
    assert.equal(tabs[0].user(), false);
    assert.equal(tabs[0].extend(), true);
    await world.until(551);
    all(tabs, 'live');
    between(server.last / 1000, 549, 550.1);
    await world.until(1089);
    all(tabs, 'live');
});

test('by button: activity counts while there is no warning', async () => {
    const { world, tabs } = simple({ tabs: 2, options: { byButton: true } });

    every(world, 500, 500, 3600, () => tabs[0].user());
    await world.until(3600);
    assert.deepEqual(phases(tabs[0]), []);
});

test('by button: another device ends it, too', async () => {
    const { world, server, tabs } = simple({ tabs: 2,
                                             options: { byButton: true } });

    world.on(560, () => server.request());
    await world.until(572);
    all(tabs, 'live');
});


/* --- extend() --- */

test('extend() without a warning is activity, told at once', async () => {
    const { world, server, tab } = simple();

    await world.until(100);
    assert.equal(tab.extend(), true);
    await world.until(100.2);
    between(server.last / 1000, 99, 100.1);
    assert.equal(tab.phase, 'live');
});

test('extend() is too late once it is covered', async () => {
    const { world, device, tab } = simple();

    device.network('hang');
    await world.until(600);
    assert.equal(tab.extend(), false);
    await world.until(603);
    assert.equal(tab.extend(), false);
    assert.equal(tab.phase, 'expired');
});

test('extend() does not uncover a page that was restored', async () => {
    const { world, device, tab } = simple();

    await world.until(100);
    device.network('down');
    tab.session.wake(true);
    await world.until(105);
    assert.equal(tab.phase, 'covered');
    assert.equal(tab.extend(), false);
    assert.equal(tab.user(), false);
    assert.equal(tab.phase, 'covered');
});

test('extend() as the page is told of the warning', async () => {
    const { world, server, tabs } = simple({ tabs: 2, options: {
        onShow(phase, before) {
            if (phase === 'warned' && before !== 'warned') {
                this.session.extend();
            }
        },
    } });

    await world.until(3000);
    all(tabs, 'live');
    assert.equal(server.live, true);
    assert.ok(world.asks.length < 40, String(world.asks.length));
    assert.equal(tabs[0].shows.at(-1).phase, 'live');
});

test('stop() as the page is told of the warning', async () => {
    const { world, tab } = simple({ options: {
        onShow(phase) {
            if (phase === 'warned') {
                this.session.stop();
            }
        },
    } });

    await world.until(560);
    assert.equal(tab.phase, 'stopped');

    const { length } = world.asks;

    await world.until(3000);
    assert.equal(tab.phase, 'stopped');
    between(world.asks.length - length, 0, 0);
});


/* --- the maximal lifetime --- */

test('max lifetime: warned though active, and expired on time', async () => {
    const { world, tabs } = simple({ tabs: 3, maxLifetime: 1800,
                                     options: { endsIn: 1800 } });

    every(world, 5, 5, 1900, () => tabs[0].user());
    await world.until(1739.9);
    all(tabs, 'live');
    await world.until(1741);
    all(tabs, 'warned');
    between(tabs[0].first('warned'), 1740, 1740.001);
    assert.equal(tabs[1].session.final, true);
    assert.ok(tabs[2].shows.every(({ final, phase }) => (
        final === (phase === 'warned' ? true : undefined))));
    await world.until(1805);

    for (const tab of tabs) {
        assert.deepEqual(phases(tab), ['warned', 'covered', 'expired']);
        between(tab.first('covered'), 1800, 1800.001);
        between(tab.first('expired'), 1800, 1800 + SOON);
    }
});

test('max lifetime: OK dismisses it in all tabs, and it ends', async () => {
    const { world, tabs } = simple({ tabs: 3, maxLifetime: 1800,
                                     options: { endsIn: 1800 } });

    every(world, 5, 5, 1900, () => tabs[0].user());
    await world.until(1750);
    all(tabs, 'warned');
    assert.equal(tabs[1].extend(), true);
    assert.equal(tabs[1].phase, 'live');
    await world.until(1750.1);
    all(tabs, 'live');
    between(tabs[1].session.remaining, 49000, 50000);
    await world.until(1799.9);
    all(tabs, 'live');
    await world.until(1800 + SOON);
    all(tabs, 'expired');
    between(tabs[2].first('covered', 1751), 1800, 1800.001);
});

test('max lifetime: activity does not dismiss it', async () => {
    const { world, tab } = simple({ maxLifetime: 1800,
                                    options: { endsIn: 1800 } });

    every(world, 5, 5, 1741, () => tab.user());
    await world.until(1750);
    assert.equal(tab.user(), false);
    assert.equal(tab.phase, 'warned');
    assert.ok(tab.session.idle < 1000);
});

test('max lifetime: idle in its last minute, and then not', async () => {
    const { world, tab } = simple({ maxLifetime: 1000,
                                    options: { endsIn: 1000 } });

    world.on(430, () => tab.user());
    await world.until(945);
    assert.equal(tab.phase, 'warned');
    assert.equal(tab.session.final, true);
    await world.until(975);
    assert.equal(tab.phase, 'warned');
    assert.equal(tab.session.final, false);
    between(tab.session.remaining, 24999, 25001);

    /* idle is over, the lifetime is not, and there is a word on that */

    assert.equal(tab.user(), true);
    assert.equal(tab.session.final, true);
    assert.equal(tab.phase, 'warned');
    await world.until(1000 + SOON);
    assert.equal(tab.phase, 'expired');
});

test('max lifetime: without network, and without answers', async () => {
    for (const net of ['down', 'hang']) {
        const { world, device, tabs } = simple({
            tabs: 2, maxLifetime: 500, options: { endsIn: 500 } });

        device.network(net);
        every(world, 5, 5, 510, () => tabs[0].user());
        await world.until(505);

        for (const tab of tabs) {
            between(tab.first('warned'), 440, 440.001);
            between(tab.first('covered'), 500, 500.001);
            between(tab.first('expired'), 500,
                    500.15 + (net === 'hang' ? PATIENCE : 0));
        }
    }
});

test('max lifetime: shorter than the time of the warning', async () => {
    const { world, tab } = simple({ maxLifetime: 30, options: { endsIn: 30 } });

    assert.equal(tab.phase, 'warned');
    assert.equal(tab.session.final, true);
    await world.until(31);
    assert.equal(tab.phase, 'expired');
});

test('max lifetime: over already', async () => {
    const { world, server, device } = simple({ tabs: 0 });

    await world.until(10);
    server.logout();

    const tab = device.open({ endsIn: -5 });

    assert.notEqual(tab.phase, 'live');
    await world.until(12.5);
    assert.equal(tab.phase, 'expired');
});

/*
 * The page is older than the login, or the wall clock leapt: it is the server
 * who knows.
 */
test('max lifetime: the server says that it goes on',
     async () => {
    const { world, server, device, tabs } = simple({
        tabs: 2, options: { endsIn: 1800 } });

    every(world, 5, 5, 1000, () => tabs[0].user());
    await world.until(1000);
    server.created = world.now;

    const fresh = device.open({ endsIn: 3600 });

    all([fresh, ...tabs], 'live');
    every(world, 5, 1005, 2500, () => fresh.user());
    await world.until(1790);
    all(tabs, 'warned');
    await world.until(1810);
    all([fresh, ...tabs], 'live');
    await world.until(2500);
    all([fresh, ...tabs], 'live');
});


/* --- pages that start late --- */

test('idle already, as it starts', async () => {
    const { world, device, server } = simple({ tabs: 0 });

    await world.until(200);

    const tab = device.open({ idle: 200 });

    await world.until(545);
    between(tab.first('warned'), 540, 540 + SOON);
    await world.until(605);
    between(tab.first('covered'), 600, 600.001);
    assert.equal(server.live, false);
});

test('idle beyond warn_after, as it starts', async () => {
    const { world, device } = simple({ tabs: 0 });

    await world.until(560);

    const tab = device.open({ idle: 560 });

    await world.until(561);
    assert.equal(tab.phase, 'warned');
    await world.until(605);
    assert.equal(tab.phase, 'expired');
    between(tab.first('covered'), 600, 600.001);
});

test('idle beyond expire_after, as it starts', async () => {
    for (const idle of [600, 601, 700, 100000]) {
        const { world, device, server } = simple({ tabs: 0 });

        await world.until(idle);

        const tab = device.open({ idle });

        assert.notEqual(tab.phase, 'live');
        await world.pass(SOON);
        assert.equal(tab.phase, 'expired');
        assert.equal(server.live, false);
    }
});

/* as after an alert(), or in a tab that was opened to be looked at later */
test('the page took long to load, and the server is asked',
     async () => {
    for (const idle of [545, 601, 610, 2000]) {
        const world = new World();
        const device = world.device();

        world.server.login();
        await world.until(3000);
        world.server.login();

        const tab = device.open({ idle });

        await world.pass(1);
        assert.equal(tab.phase, 'live', `idle ${idle}`);
        assert.ok(!tab.shows.some(({ phase }) => phase === 'warned'));
    }
});


/* --- pages that come back --- */

test('a restored page is covered until the server has spoken', async () => {
    const { world, tabs: [tab, other] } = simple({ tabs: 2 });

    await world.until(100);
    tab.session.wake(true);
    assert.equal(tab.phase, 'covered');
    assert.equal(other.phase, 'live');
    await world.until(100 + SOON);
    all([tab, other], 'live');
    assert.equal(world.asks.length, 1);
});

test('a restored page, within a second of the last question', async () => {
    const { world, tab } = simple();

    await world.until(100);
    tab.session.wake();
    await world.until(100.3);
    tab.session.wake(true);
    assert.equal(tab.phase, 'covered');
    await world.until(101);
    assert.equal(tab.phase, 'live');
    assert.equal(world.asks.length, 2);
});

test('an answer to what was asked before does not uncover', async () => {
    const { world, device, tab } = simple();

    await world.until(100);
    device.network('slow');
    tab.session.wake();
    await world.until(100.5);
    device.net = 'hang';
    tab.session.wake(true);
    await world.until(120);
    assert.equal(tab.phase, 'covered');
    device.net = 'up';
    await world.until(124);
    assert.equal(tab.phase, 'live');
});

test('a restored page of a session that is over', async () => {
    const { world, server, tab } = simple();

    await world.until(100);
    server.logout();
    tab.session.wake(true);
    await world.until(100 + SOON);
    assert.deepEqual(phases(tab), ['covered', 'expired']);
});

test('a restored page to be warned in', async () => {
    const { world, tab } = simple();

    await world.until(500);
    tab.freeze();
    await world.until(570);
    tab.frozen = false;
    tab.session.wake(true);
    await world.until(571);
    assert.deepEqual(phases(tab), ['covered', 'warned']);
});

test('a restored page without network asks until there is one', async () => {
    for (const net of ['down', 'hang']) {
        const { world, device, tab } = simple();

        await world.until(100);
        device.network(net);
        tab.session.wake(true);
        await world.until(160);
        assert.equal(tab.phase, 'covered');
        between(world.asked(100, 160), 18, 62, net);
        device.net = 'up';
        await world.until(163.2);
        assert.equal(tab.phase, 'live');
    }
});

test('a restored page without network expires on time', async () => {
    for (const net of ['down', 'hang']) {
        const { world, device, tab } = simple();

        await world.until(100);
        device.network(net);
        tab.session.wake(true);
        await world.until(605);
        assert.deepEqual(phases(tab), ['covered', 'expired']);
        between(tab.first('expired'), 600,
                600 + (net === 'hang' ? PATIENCE : 1) + .2);
    }
});


/* --- sleep --- */

test('the timer comes hours late: covered, then the server says', async () => {
    for (const live of [true, false]) {
        const { world, server, tab } = simple();

        await world.until(100);
        tab.freeze();
        every(world, 60, 100, 20000, () => live && server.request());
        await world.until(20000);
        tab.thaw();
        await world.pass(0);
        assert.equal(tab.phase, 'covered');
        await world.pass(SOON);
        assert.equal(tab.phase, live ? 'live' : 'expired');
    }
});

test('the timer comes hours late, and there is no network', async () => {
    const { world, device, tab } = simple();

    await world.until(100);
    tab.freeze();
    await world.until(20000);
    device.net = 'down';
    tab.thaw();
    await world.pass(0);
    assert.equal(tab.phase, 'covered');
    await world.pass(.2);
    assert.equal(tab.phase, 'expired');
});

test('a short sleep makes it ask', async () => {
    const { world, tab, server } = simple();

    await world.until(100);
    tab.freeze();
    await world.until(200);
    server.logout();
    tab.thaw();
    await world.pass(SOON);
    assert.equal(tab.phase, 'expired');
});

test('twenty tabs wake up, and ask as one', async () => {
    const { world, server, tabs } = simple({ tabs: 20 });

    await world.until(100);
    tabs.forEach((tab) => tab.freeze());
    every(world, 100, 100, 5001, () => server.request());
    await world.until(5001);
    tabs.forEach((tab) => tab.thaw());
    await world.pass(0);
    all(tabs, 'covered');
    await world.pass(1);
    all(tabs, 'live');
    between(world.asked(5000, 5003), 1, 4);
});

test('the first thing after the sleep is a movement', async () => {
    const { world, tab } = simple();

    await world.until(100);
    tab.freeze();
    await world.until(5000);
    tab.frozen = false;
    assert.equal(tab.user(), false);
    assert.equal(tab.phase, 'covered');
    await world.pass(1);
    assert.equal(tab.phase, 'expired');
});


/* --- hidden tabs --- */

test('hidden, with timers once a minute: never a minute late', async () => {
    const { world, tabs } = simple({
        tabs: 3, options: { hidden: true, throttled: true } });

    await world.until(720);
    all(tabs, 'expired');
});

test('hidden, with timers once a minute, beside one that is not', async () => {
    const { world, device, tab } = simple();
    const hidden = device.open({ hidden: true, throttled: true });

    await world.until(541);
    all([tab, hidden], 'warned');
    tab.user();
    await world.until(545);
    all([tab, hidden], 'live');
    await world.until(1200);
    all([tab, hidden], 'expired');
    between(hidden.first('expired'), 1140, 1142);
});

test('hidden, with timers once a minute, and seen again', async () => {
    const { world, server, tab } = simple({
        options: { hidden: true, throttled: true } });

    world.on(300, () => server.request());
    await world.until(610);
    tab.show();
    assert.notEqual(tab.phase, 'warned');
    await world.pass(SOON);
    assert.equal(tab.phase, 'live');
    between(tab.session.idle / 1000, 310, 312);
});

for (const seed of [1, 2, 3]) {
    test('hidden, with timers once a minute, and a session that is live: '
         + seed,
         async () => {
        const { world, server, tabs } = simple({
            tabs: seed, seed, options: { hidden: true, throttled: true } });

        every(world, 97, 97, 7200, () => server.request());
        await world.until(7200);
        all(tabs, 'live');
        assert.ok(tabs.every((tab) => !tab.first('expired')));
    });
}


/* --- messages --- */

test('a fresh "ended" ends all tabs', async () => {
    const { world, server, tabs } = simple({ tabs: 3 });

    await world.until(100);
    server.logout();
    tabs[0].session.wake();
    await world.until(100 + SOON);
    all(tabs, 'expired');
    assert.equal(world.asks.length, 1);
});

test('an old "ended" does not end a new session, but its page goes', async () => {
    for (const first of ['', 'timers', 'messages']) {
        const { world, server, tabs: [tab, other] } = simple({ tabs: 2 });

        await world.until(100);
        tab.freeze();
        server.logout();
        other.session.wake();
        await world.until(110);
        assert.equal(other.phase, 'expired');
        server.login();
        await world.until(200);
        tab.thaw(first);
        await world.pass(0);
        assert.equal(tab.phase, 'covered');
        await world.pass(PATIENCE + 1 + SOON);
        assert.equal(tab.phase, 'expired');
        assert.equal(tab.shows.at(-1).other, true);
        assert.equal(server.live, true);
    }
});

test('a "logout" that a frozen tab hears late does not end a new session',
     async () => {
    const { world, device, server, tabs: [tab] } = simple();

    await world.until(100);
    server.logout();
    device.network('slow');
    tab.session.wake();
    await world.until(101);
    tab.freeze();
    await world.until(110);
    device.network('up');
    server.login();

    const other = device.open();

    await world.until(200);
    tab.thaw();
    await world.until(200 + SOON);
    assert.equal(tab.phase, 'expired');
    assert.equal(other.phase, 'live');
});

test('"ended" without the server\'s word: it is asked', async () => {
    const { world, server, tabs: [tab, other] } = simple({ tabs: 2 });

    await world.until(100);
    other.tell({ ended: 100000 });
    await world.until(100.01);
    assert.equal(tab.phase, 'covered');
    await world.until(100 + SOON);
    assert.equal(tab.phase, 'live');

    server.logout();
    other.tell({ ended: 100000 + SOON * 1000 });
    await world.until(100 + 2 * SOON);
    assert.equal(tab.phase, 'expired');
});

test('a page with old limits goes alone, if the server says it lives',
     async () => {
    const { world, device, tabs } = simple({ tabs: 2 });

    world.expireAfter /= 2;
    world.warnAfter /= 2;

    const old = device.open();

    world.expireAfter *= 2;
    world.warnAfter *= 2;
    await world.until(310);
    assert.equal(old.phase, 'expired');
    assert.ok(world.asked(300, 303, [old]));
    all(tabs, 'live');
    assert.deepEqual(tabs.flatMap(phases), []);
});

test('a page with old limits, and no network: the others ask', async () => {
    const { world, device, tabs: [tab] } = simple();

    world.expireAfter /= 2;

    const old = device.open();

    world.expireAfter *= 2;
    world.on(200, () => { device.net = 'down'; });
    world.on(302, () => device.network('up'));
    await world.until(302);
    assert.equal(old.phase, 'expired');
    assert.equal(tab.phase, 'covered');
    await world.until(302 + SOON);
    assert.equal(tab.phase, 'live');
});

test('a question that failed before the end does not end another tab',
     async () => {
    const { world, server, tab } = simple();

    world.on(599, () => server.request());
    await world.until(600.002);
    assert.equal(tab.phase, 'covered');
    tab.session.told({ failed: 590000, at: 600002 });
    assert.equal(tab.phase, 'covered');
    await world.until(600 + SOON);
    assert.equal(tab.phase, 'live');
});

test('a question that failed after the end is not asked again', async () => {
    const { world, device, tab } = simple();

    await world.until(599.5);
    device.net = 'hang';
    await world.until(600.002);
    assert.equal(tab.phase, 'covered');
    tab.session.told({ failed: 599900, at: 600002 });
    assert.equal(tab.phase, 'expired');
});

test('an answer to a question before "leaving" does not uncover', async () => {
    const { world, device, tab } = simple();

    await world.until(100);
    device.net = 'hang';
    tab.session.told({ leaving: true, at: 100000 });
    await world.until(102.5);
    assert.equal(tab.phase, 'covered');
    tab.session.told({ answer: 100000, asked: 99900, at: 102500 });
    assert.equal(tab.phase, 'covered');
    tab.session.told({ answer: 100000, asked: 102400, at: 102500 });
    assert.equal(tab.phase, 'live');
});

/* --- another session than the page's --- */

test('another login: old pages go, new ones do not hear of it', async () => {
    const { world, server, device, tabs } = simple({ tabs: 2 });

    await world.until(100);
    server.login();
    await world.until(200);

    const fresh = device.open();
    const messages = [];

    fresh.channel.onmessage = ({ data }) => messages.push(data);
    await world.until(210);
    tabs[0].session.wake();
    await world.until(211);
    assert.deepEqual(phases(tabs[0]), ['covered', 'expired']);
    assert.equal(tabs[0].shows.at(-1).other, true);
    assert.equal(fresh.phase, 'live');
    assert.deepEqual(messages.map(({ ended, leaving }) => ended || leaving)
                     .filter(Boolean), []);
});

test('another login: the page of it is its own, however old', async () => {
    const { world, server, tab } = simple({ options: { age: 3 } });

    server.began = -3000;
    every(world, 5, 5, 1000, () => tab.user());
    await world.until(1000);
    assert.deepEqual(phases(tab), []);
});

test('a server that was restarted has seen no login', async () => {
    const { world, server, tab } = simple();

    every(world, 5, 5, 1000, () => tab.user());
    await world.until(100);
    server.restart();
    await world.until(1000);
    assert.deepEqual(phases(tab), []);
    assert.equal(server.began, 0);
});

test('the age counts from when the page was loaded', async () => {
    const { world, tab } = simple({ options: { age: 7 } });

    await world.until(100.5);
    tab.session.wake();
    await world.until(101);
    assert.deepEqual(world.asks.map(({ age }) => age), [107]);
});

/* --- signed out in another tab --- */

test('"leaving": covered at once, and gone as the server says so', async () => {
    const { world, server, tabs: [tab, other] } = simple({ tabs: 2 });

    await world.until(100);
    tab.tell({ leaving: true });
    server.logout();
    await world.until(100.01);
    assert.equal(other.phase, 'covered');
    await world.until(100 + SOON);
    assert.equal(other.phase, 'expired');
    assert.equal(world.asks.length, 1);
});

test('"leaving": the logout takes longer than the first question', async () => {
    const { world, server, tabs: [tab, other] } = simple({ tabs: 2 });

    await world.until(100);
    tab.tell({ leaving: true });
    await world.until(101);
    server.logout();
    await world.until(104);
    assert.deepEqual(phases(other), ['covered', 'expired']);
    between(world.asks.length, 2, 4);
});

test('"leaving": the user has changed their mind', async () => {
    const { world, tabs } = simple({ tabs: 20 });

    await world.until(100);
    tabs[0].tell({ leaving: true });
    await world.until(101);
    all(tabs.slice(1), 'covered');
    await world.until(104);
    all(tabs, 'live');
    between(world.asks.length, 2, 12);
});

test('"leaving", and no network: covered until there is one', async () => {
    const { world, device, tabs: [tab, other] } = simple({ tabs: 2 });

    await world.until(100);
    device.net = 'down';
    tab.tell({ leaving: true });
    await world.until(150);
    assert.equal(other.phase, 'covered');
    device.network('up');
    await world.until(153);
    assert.equal(other.phase, 'live');
});

test('an old "ended", and the session is over', async () => {
    const { world, server, tabs: [tab, other] } = simple({ tabs: 2 });

    await world.until(100);
    tab.freeze();
    server.logout();
    other.session.wake();
    await world.until(200);
    tab.thaw();
    await world.pass(0);
    assert.equal(tab.phase, 'covered');
    await world.pass(PATIENCE + 1 + SOON);
    assert.equal(tab.phase, 'expired');
});

const STRANGE = [NaN, 'x', '1', '', undefined, null, true, false, [], {}, -1, 0,
                 Infinity, -Infinity, 1e300, 5e-324];

test('messages that make no sense change nothing for long', async () => {
    for (const key of ['activity', 'answer', 'ask', 'failed', 'dismissed']) {
        for (const value of STRANGE) {
            const { world, device, tab } = simple();

            device.network('down');
            await world.until(100);
            tab.deliver({ [key]: value });
            tab.session.told({ [key]: value });
            assert.equal(tab.phase, 'live', `${key}: ${value}`);
            between(tab.session.idle, 0, 100000, `${key}: ${value}`);
            assert.ok(tab.session.remaining > 0);

            /* the latest that anybody can make of it is activity now */

            await world.until(705);
            assert.equal(tab.phase, 'expired', `${key}: ${value}`);
        }
    }
});

test('messages that are none', async () => {
    const { world, device, tab } = simple();

    device.network('down');
    await world.until(100);

    for (const data of [null, undefined, 1, 'ended', [], {}, { x: 1 }, true]) {
        tab.deliver(data);
        assert.equal(tab.phase, 'live');
    }

    assert.deepEqual(tab.errors, []);
    await world.until(605);
    assert.equal(tab.phase, 'expired');
});

test('times in the future are now', async () => {
    const { world, tab } = simple();

    await world.until(100);
    tab.session.told({ activity: 1e9 });
    assert.equal(tab.session.idle, 0);
    await world.until(200);
    assert.equal(tab.session.idle, 100000);
    tab.session.told({ answer: 1e9, at: 200000 });
    between(tab.session.idle, 0, 100000);
    assert.ok(tab.session.remaining <= 600000);
});

test('an answer counts that a coarse clock puts into the future', async () => {
    const { world, tab } = simple();

    await world.until(100);
    tab.session.told({ answer: 100020, asked: 100040, at: 100050 });
    assert.equal(tab.session.idle, 0);
});

test('no failure is forgotten that a coarse clock puts into the future',
async () => {
    const { world, tab } = simple();

    await world.until(100);
    tab.session.told({ ask: true, at: 100000 });
    tab.session.told({ failed: 100040, at: 100050 });
    await world.until(104);
    assert.equal(world.asked(100, 104), 0);
});

test('times in the past do not make it older', async () => {
    const { world, tab } = simple();

    await world.until(100);
    tab.session.told({ activity: 95000 });
    tab.session.told({ activity: 50000, answer: -1e9 });
    assert.equal(tab.session.idle, 5000);
});

test('no message uncovers what has expired', async () => {
    for (const key of ['activity', 'answer', 'ask', 'failed', 'dismissed']) {
        const { world, device, tab } = simple();

        device.network('down');
        await world.until(601);
        assert.equal(tab.phase, 'expired');
        tab.deliver({ [key]: 1e15 });
        assert.equal(tab.phase, 'expired');
    }
});

test('"ended" that is no time', async () => {
    for (const ended of STRANGE) {
        const { world, tab } = simple();

        await world.until(100);
        tab.session.told({ ended, logout: true });
        await world.until(103);
        assert.ok(['live', 'expired'].includes(tab.phase), String(ended));
        assert.equal(tab.phase, ended === Infinity || ended === 1e300
                                ? 'expired' : 'live', String(ended));
    }
});

test('a tab whose wall clock is broken does no harm to others', async () => {
    for (const wall of [() => NaN, () => { throw new Error('no'); }]) {
        const { world, device, server, tabs } = simple({ tabs: 2 });
        const broken = device.open({ wall });

        world.on(100, () => broken.user());
        await world.until(300);
        all([broken, ...tabs], 'live');
        tabs[0].user();
        await world.until(500);
        assert.equal(server.live, true);
        all(tabs, 'live');
        await world.until(1000);
        assert.equal(server.live, false);
        all([...tabs, broken], 'expired');
    }
});

test('a tab whose wall clock stands still does not speak for the others', async () => {
    for (const wall of [() => NaN, (now) => -now - 1e9]) {
        const world = new World();
        const device = world.device();
        const tab = device.open();

        world.server.login();
        device.open({ wall });
        every(world, 5, 5, 3000, () => tab.user());
        await world.until(3000);
        assert.equal(world.server.live, true);
        assert.equal(tab.phase, 'live');
    }
});

test('the tab that has asked is frozen, and another is active just then', async () => {
    for (let seed = 1; seed <= 20; seed++) {
        const { world, server, tabs: [a, b] } = simple({ tabs: 2, seed });

        world.jitter = 500;
        a.host.delay = () => 1;

        /* asked at 540.001; the answer comes not before 540.021 */

        world.on(540.015, () => b.user());
        every(world, 20, 560, 3000, () => b.user());

        a.onShow = () => {};
        a.host.tell = (message) => {
            a.tell(message);

            if ('answer' in message) {
                world.at(world.now, () => a.freeze());
            }
        };

        await world.until(3000);
        assert.equal(server.live, true, `seed ${seed}`);
        assert.equal(b.phase, 'live');
    }
});


/* --- tabs that were frozen --- */

/*
 * The queue of a frozen tab, or of one with an alert(), holds all that others
 * have said meanwhile.
 */
for (const first of ['', 'timers', 'messages']) {
    test(`a frozen tab comes back to a live session (${first || 'in order'})`, async () => {
        for (const gap of [20, 200, 500]) {
            const { world, tabs: [tab, other, another] } = simple({ tabs: 3 });

            await world.until(100);
            tab.freeze();
            every(world, gap, 100, 5000, () => other.user());
            await world.until(4000);
            tab.thaw(first);
            await world.pass(0);
            await world.pass(5);
            all([tab, other, another], 'live');
            assert.equal(tab.first('expired'), undefined);
        }
    });
}

test('a tab frozen while it waits for its turn to ask, or for the answer',
     async () => {
    for (const net of ['up', 'slow']) {
        const { world, device, server, tab } = simple();

        device.network(net);
        await world.until(100);
        tab.session.wake(false, 50);
        tab.freeze();
        every(world, 60, 100, 5000, () => server.request());
        await world.until(4000);
        device.net = 'up';
        tab.thaw();
        await world.pass(5);
        assert.equal(tab.phase, 'live', net);
    }
});

test('the tab that asks at the end is closed before the answer', async () => {
    for (let seed = 1; seed <= 10; seed++) {
        const world = new World({ seed });
        const device = world.device();
        const tabs = [device.open(), device.open()];

        world.server.login();
        world.jitter = 500;

        /* all are asked right before the end, and it closes its own */

        world.on(599.98, () => world.server.request());

        for (const tab of tabs) {
            tab.host.tell = (message) => {
                tab.tell(message);

                if (message.ask && world.now >= 597999) {
                    tabs.forEach((t) => { t.host.tell = t.tell; });
                    world.at(world.now + 1, () => tab.close());
                }
            };
        }

        await world.until(606);
        assert.deepEqual(device.tabs.map((tab) => tab.phase), ['live']);
    }
});


/* --- stop --- */

test('stop(): nothing happens any more', async () => {
    for (const at of [100, 545, 599]) {
        const { world, tab } = simple();

        await world.until(at);
        tab.session.stop();
        assert.equal(tab.phase, 'stopped');
        assert.equal(tab.session.over, true);

        const { length } = world.asks;
        const { fired } = tab;

        tab.user();
        tab.session.activity();
        tab.session.wake(true);
        tab.session.told({ ended: at * 1000 });
        assert.equal(tab.session.extend(), false);
        await world.until(3000);
        assert.equal(tab.phase, 'stopped');
        assert.equal(world.asks.length, length);
        assert.equal(tab.fired, fired);
        assert.equal(at === 100 || tab.shows.at(-1).phase === 'live', true);
    }
});

test('stop(): what was asked before changes nothing', async () => {
    const { world, server, tab } = simple();

    await world.until(100);
    server.logout();
    tab.session.wake();
    tab.session.stop();
    await world.until(110);
    assert.equal(tab.phase, 'stopped');
});

test('stop(): the other tabs go on', async () => {
    const { world, tabs } = simple({ tabs: 3 });

    await world.until(545);
    tabs[0].session.stop();
    await world.until(550);
    all(tabs.slice(1), 'warned');
    await world.until(601);
    all(tabs.slice(1), 'expired');
    assert.equal(tabs[0].phase, 'stopped');
});

test('stop(): a question that waits for its turn is not asked', async () => {
    const { world, tab } = simple();

    await world.until(100);
    tab.session.wake(false, 80);
    tab.session.stop();
    await world.until(110);
    assert.equal(world.asks.length, 0);
});


/* --- how exact --- */

test('warned within the patience for an answer, without answers', async () => {
    const { world, device, tab } = simple();

    device.network('hang');
    await world.until(545);
    between(tab.first('warned'), 540, 542.1);
});

test('covered on time, and expired within that patience, without answers',
     async () => {
    for (let expire = 590; expire <= 640; expire += .7) {
        const { world, device, tab } = simple({ expireAfter: expire });

        device.network('hang');
        await world.until(expire + 5);
        between(tab.first('covered'), expire, expire + .11);
        between(tab.first('expired'), expire, expire + 2.11);
    }
});


/* --- the page goes --- */

test('reports what the server does not know yet, and only that', async () => {
    const { world, tab } = simple();

    tab.session.report();
    assert.deepEqual(tab.reports, [], 'it is known when the page was loaded');
    await world.until(100.2);
    tab.user();
    await world.until(102.5);
    tab.session.report();
    assert.deepEqual(tab.reports, [[3, 102]], 'rounded up, and down');
    tab.session.wake();
    await world.until(110);
    tab.session.report();
    assert.equal(tab.reports.length, 1, 'the server was told');
});

test('reports the activity that another tab has told of', async () => {
    const { world, tabs: [a, b] } = simple({ tabs: 2 });

    await world.until(100);
    a.user();
    await world.until(105);
    b.session.report();
    assert.deepEqual(b.reports, [[5, 105]]);
});
