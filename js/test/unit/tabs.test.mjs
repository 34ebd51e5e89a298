/* What tabs tell each other, on clocks of their own. */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createTabs } from '../../src/tabs.js';

/* All tabs of a browser, with one wall clock. */
function browser() {
    const is = { wall: 1700000000000, channels: [], posted: [] };

    is.open = (name, age, Date = { now: () => is.wall }) => {
        const heard = [];
        const start = is.wall - age;

        class BroadcastChannel {
            constructor(name) {
                this.name = name;
                is.channels.push(this);
            }

            postMessage(message) {
                const data = structuredClone(message);

                is.posted.push(data);

                for (const other of is.channels) {
                    if (other !== this && other.name === this.name) {
                        other.onmessage({ data });
                    }
                }
            }
        }

        const now = () => is.wall - start;
        const tell = createTabs(name, now, { Date, BroadcastChannel },
                                (message) => heard.push(message));

        return { tell, heard, now };
    };

    return is;
}

/* but for what the channel adds */
function same(heard, ...expected) {
    assert.deepEqual(heard.map(({ at, ...rest }) => rest), expected);
}

test('times are on the clock of who hears of them', () => {
    const is = browser();
    const a = is.open('x', 1000), b = is.open('x', 5000);

    for (const key of ['activity', 'answer', 'asked', 'failed', 'ended']) {
        a.tell({ [key]: 900 });
        b.tell({ [key]: 4950 });
        same(b.heard.splice(0), { [key]: 4900 });
        same(a.heard.splice(0), { [key]: 950 });
    }
});

test('what is no time stays as it is', () => {
    const is = browser();
    const a = is.open('x', 1000), b = is.open('x', 5000);

    a.tell({ ask: true });
    a.tell({ dismissed: true });
    same(b.heard, { ask: true }, { dismissed: true });
    assert.equal(a.heard.length, 0);
});

test('what is told is not changed itself', () => {
    const is = browser();
    const message = { activity: 5 };

    is.open('x', 1000).tell(message);
    assert.deepEqual(message, { activity: 5 });
});

test('the wall clock steps between two messages', () => {
    const is = browser();
    const a = is.open('x', 0), b = is.open('x', 0);

    a.tell({ activity: 0 });
    is.wall += 1000;
    a.tell({ activity: 1000 });
    same(b.heard, { activity: 0 }, { activity: 1000 });
});

test('other sessions hear nothing', () => {
    const is = browser();
    const a = is.open('x', 0), b = is.open('y', 0);

    a.tell({ activity: 0 });
    assert.deepEqual(b.heard, []);
});

test('no BroadcastChannel', () => {
    for (const BroadcastChannel of [undefined,
                                    class { constructor() { throw 1; } }])
    {
        const tell = createTabs('x', () => 0, { Date, BroadcastChannel },
                                () => assert.fail());

        tell({ activity: 0 });
    }
});

test('a channel that cannot be posted to', () => {
    const tell = createTabs('x', () => 0, {
        Date,
        BroadcastChannel: class { postMessage() { throw new Error('no'); } },
    }, () => assert.fail());

    tell({ activity: 0 });
});

test('a wall clock that throws', () => {
    const is = browser();
    const a = is.open('x', 0, { now() { throw new Error('no'); } });
    const b = is.open('x', 0);

    a.tell({ activity: 0 });
    assert.deepEqual(b.heard, []);
});

test('a wall clock that is no number makes no time', () => {
    const is = browser();
    const a = is.open('x', 0, { now: () => NaN });
    const b = is.open('x', 0);

    a.tell({ activity: 0 });
    same(b.heard, { activity: NaN });
});

test('what Object.prototype has is not in a message', () => {
    const is = browser();
    const a = is.open('x', 1000), b = is.open('x', 1000);

    Object.prototype.ended = 5;

    try {
        a.tell({ ask: true });
        assert.equal(b.heard[0].ended, undefined);
    } finally {
        delete Object.prototype.ended;
    }
});

test('messages that are none', () => {
    const is = browser();
    const a = is.open('x', 0);

    for (const data of [null, undefined, 1, 'activity', true, [], {}]) {
        is.channels[0].onmessage({ data });
    }

    assert.equal(a.heard.length, 7);
    assert.ok(a.heard.every((message) => message && !('activity' in message)));
});
