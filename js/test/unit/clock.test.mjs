/* The clock: it never goes back, and counts the time a machine sleeps. */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createClock } from '../../src/clock.js';
import { random } from './world.mjs';

function fake({ wall = 1700000000000, steady = 1234.5 } = {}) {
    const is = { wall, steady };
    const performance = { now: () => is.steady };
    const Date = { now: () => is.wall };

    is.now = createClock(performance, Date);
    is.Date = Date;
    is.performance = performance;

    is.pass = (ms, wallMs = ms) => {
        is.steady += ms;
        is.wall += wallMs;
        return is.now();
    };

    return is;
}

test('starts near zero, and runs', () => {
    const is = fake();

    assert.equal(is.now(), 0);
    assert.equal(is.pass(1), 1);
    assert.equal(is.pass(2.25), 3.25);
    assert.equal(is.pass(1e9), 1e9 + 3.25);
});

test('counts sleep that only the wall clock sees', () => {
    const is = fake();

    is.pass(1000);
    assert.equal(is.pass(0, 3600000), 3601000);
    assert.equal(is.pass(1000), 3602000);
    assert.equal(is.pass(20, 60000), 3662000);
    assert.equal(is.pass(1000), 3663000);
});

test('counts sleep that both see once', () => {
    const is = fake();

    assert.equal(is.pass(3600000), 3600000);
    assert.equal(is.pass(1000), 3601000);
});

test('small differences are none', () => {
    const is = fake();

    assert.equal(is.pass(1000, 1499), 1000);
    assert.equal(is.pass(1000, 501), 2000);
    assert.equal(is.pass(1000, 500), 3000);
});

test('the wall clock steps back, or back and forth', () => {
    const is = fake();

    assert.equal(is.pass(1000), 1000);
    assert.equal(is.pass(1000, -3600000), 2000);
    assert.equal(is.pass(1000), 3000);
    assert.equal(is.pass(0, 30000), 33000);
    assert.equal(is.pass(1000, -60000), 34000);
    assert.equal(is.pass(1000), 35000);
});

test('a step forward counts: it may have been sleep', () => {
    const is = fake();

    assert.equal(is.pass(1000, 3601000), 3601000);
    assert.equal(is.pass(1000, -3599000), 3602000);
    assert.equal(is.pass(1000), 3603000);
});

test('slept after a step back', () => {
    const is = fake();

    is.pass(1000, -1e9);
    assert.equal(is.pass(0, 5000), 6000);
});

test('a wall clock that stands still', () => {
    const is = fake();

    assert.equal(is.pass(1000, 0), 1000);
    assert.equal(is.pass(400, 0), 1400);
    assert.equal(is.pass(1e6, 0), 1001400);
});

test('performance that stands still', () => {
    const is = fake();

    is.pass(10);
    assert.equal(is.pass(0, 1000), 1010);
    assert.equal(is.pass(0, 300), 1010);
    assert.equal(is.pass(0, 300), 1610);
    assert.equal(is.pass(0, 1e6), 1001610);
});

test('performance that starts anew', () => {
    const is = fake({ steady: 1e6 });

    is.pass(5000);
    is.steady = 0;
    assert.ok(is.now() >= 5000);
    assert.ok(is.pass(60000) >= 65000 - 500);
});

test('performance that goes back a little', () => {
    const is = fake();

    is.pass(1000);
    is.steady -= 300;
    assert.equal(is.now(), 1000);
});

test('Date.now() throws, or is no number, for some time or always', () => {
    const broken = [
        () => { throw new Error('no'); }, () => NaN, () => undefined,
        () => 'x', () => ({}),
    ];

    for (const now of broken) {
        const is = fake();
        const { Date } = is;
        const good = Date.now;

        is.pass(1000);
        Date.now = now;
        assert.equal(is.now(), 1000);
        assert.equal(is.pass(5000), 6000);
        Date.now = good;
        assert.equal(is.pass(1000), 7000);

        const always = createClock({ now: () => is.steady }, { now });
        const from = is.steady;

        is.pass(1000);
        assert.equal(always(), is.steady - from);
    }
});

test('Date without now', () => {
    const is = fake();

    delete is.Date.now;
    assert.equal(is.pass(1000), 1000);
});

test('performance.now() throws, or is no number, for some time',
     () => {
    for (const now of [() => NaN, () => { throw new Error('no'); }]) {
        const is = fake();
        const good = is.performance.now;

        is.pass(1000);
        is.performance.now = now;
        is.pass(1000);
        is.performance.now = good;
        assert.equal(is.pass(1000), 3000);
    }
});

test('never goes back, whatever the clocks do', () => {
    const r = random(7);

    for (let i = 0; i < 300; i++) {
        const is = fake();
        let before = is.now();
        let least = 0;

        for (let j = 0; j < 200; j++) {
            const ms = r() * 10000;

            is.steady += ms;
            least += ms;
            is.wall = r() < .8 ? is.wall + ms
                : r() < .2 ? NaN
                : 1700000000000 + (r() - .5) * 1e10;

            if (Number.isNaN(is.wall)) {
                is.now();
                is.wall = 1700000000000 + least;
            }

            const time = is.now();

            assert.ok(time >= before, `${before} > ${time}`);
            assert.ok(time >= least - 1e-3, `${least} > ${time}`);
            before = time;
        }
    }
});
