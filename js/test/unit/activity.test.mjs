/* What shows that a user is there. */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import './fake.mjs';
import { createActivity, EVENTS } from '../../src/activity.js';

/* An event that claims to be a user's. */
function trusted(type, more = {}) {
    return { type, isTrusted: true, ...more };
}

/* A window, as far as listeners go: adding one twice adds it once. */
function fake(more = {}) {
    const listeners = new Map();
    const document = { activeElement: null };

    return {
        length: 0,
        document,
        Document: { prototype: document },
        setTimeout: (f) => f(),
        listeners,
        added: 0,
        heard(type, listener, options) {
            this.added++;

            if (type !== 'blur') {
                this.options = options;
            }

            listeners.set(type, (listeners.get(type) || new Set())
                .add(listener));
        },
        fire(event) {
            for (const listener of listeners.get(event.type) || []) {
                listener(event);
            }
        },
        ...more,
    };
}

function start(window, events = EVENTS) {
    const seen = [];
    const listen = createActivity(window, events.split(' '),
                                  (event) => seen.push(event));

    return { seen, listen };
}

test('listens to all of its events, early and passively', () => {
    const window = fake();
    const { listen } = start(window);

    assert.equal(window.added, 0);
    listen();
    assert.deepEqual([...window.listeners.keys()],
                     [...EVENTS.split(' '), 'blur']);
    assert.deepEqual({ ...window.options }, { capture: true, passive: true });
    assert.equal(Object.getPrototypeOf(window.options), null);
});

test('each event counts', () => {
    for (const type of EVENTS.split(' ')) {
        const window = fake();
        const { listen, seen } = start(window);

        listen();
        window.fire(trusted(type));
        assert.equal(seen.length, 1, type);
    }
});

test('other events do not', () => {
    const window = fake();
    const { listen, seen } = start(window, 'click');

    listen();
    window.fire(trusted('keydown'));
    assert.equal(seen.length, 0);
});

test('what scripts make up does not count', () => {
    const target = Object.assign(new EventTarget(),
                                 { ...fake(), heard: undefined });
    const { listen, seen } = start(target);

    listen();

    for (const type of EVENTS.split(' ')) {
        target.dispatchEvent(new Event(type));
    }

    assert.equal(seen.length, 0);
});

test('a pointer that lies still does not move', () => {
    for (const type of ['mousemove', 'pointermove']) {
        const window = fake();
        const { listen, seen } = start(window);
        const move = (screenX, screenY) => (
            window.fire(trusted(type, { screenX, screenY })));

        listen();
        move(10, 10);
        move(10, 10);
        move(10, 10);
        assert.equal(seen.length, 0);
        move(11, 10);
        assert.equal(seen.length, 1);
        move(11, 10);
        assert.equal(seen.length, 1);
        move(11, 12);
        assert.equal(seen.length, 2);

        /* "1 11" is not "11 1" */
        move(1, 11);
        move(11, 1);
        assert.equal(seen.length, 4);
    }
});

test('a finger has no such place', () => {
    const window = fake();
    const { listen, seen } = start(window);

    listen();
    window.fire(trusted('touchmove'));
    window.fire(trusted('touchmove'));
    assert.equal(seen.length, 2);
});

test('a click at the same place counts', () => {
    const window = fake();
    const { listen, seen } = start(window);

    listen();
    window.fire(trusted('click', { screenX: 1, screenY: 1 }));
    window.fire(trusted('click', { screenX: 1, screenY: 1 }));
    assert.equal(seen.length, 2);
});

test('a pointer that lies still between two pixels', () => {
    const window = fake();
    const { listen, seen } = start(window);

    listen();

    for (let i = 0; i < 10; i++) {
        window.fire(trusted('pointermove', { screenX: 10.5, screenY: 20.25 }));
        window.fire(trusted('mousemove', { screenX: 10, screenY: 20 }));
    }

    assert.equal(seen.length, 0);
});

test('frames of this origin, also those that come later', () => {
    const window = fake();
    const { listen, seen } = start(window);

    listen();
    window[0] = fake();
    window.length = 1;
    listen();
    window[0].fire(trusted('keydown'));
    assert.equal(seen.length, 1);
});

test('a page with a variable called length', () => {
    for (const length of [0, 1e9, 'x']) {
        const window = fake({ 0: fake(), length });
        const { listen, seen } = start(window);

        listen();
        window[0].fire(trusted('keydown'));
        assert.equal(seen.length, 1);
    }
});

test('frames in frames', () => {
    const inner = fake();
    const window = fake({ 0: fake({ 0: inner, length: 1 }), length: 1 });
    const { listen, seen } = start(window);

    listen();
    inner.fire(trusted('keydown'));
    assert.equal(seen.length, 1);
});

test('a frame in a shadow root, once it has the focus', () => {
    const inner = fake();
    const window = fake();
    const { listen, seen } = start(window);

    listen();
    window.document.activeElement = {
        shadowRoot: { activeElement: {
            shadowRoot: { activeElement: { contentWindow: inner } },
        } },
    };
    window.fire({ type: 'blur' });
    inner.fire(trusted('keydown'));
    assert.equal(seen.length, 1);

    /* from there to another one: the outer window has no focus to lose */

    const other = fake();

    window.document.activeElement = {
        shadowRoot: { activeElement: { contentWindow: other } },
    };
    inner.fire({ type: 'blur' });
    other.fire(trusted('keydown'));
    assert.equal(seen.length, 2);
});

test('a closed shadow root tells nothing, and stops nothing', () => {
    const window = fake();
    const { listen, seen } = start(window);

    window.document.activeElement = { shadowRoot: null };
    listen();
    window.document.activeElement = { shadowRoot: { activeElement: null } };
    listen();
    window.fire(trusted('click'));
    assert.equal(seen.length, 1);
});

test('a frame with a script of its own tells by itself', () => {
    const window = fake({ 0: fake({ sessionSecurity: {} }), length: 1 });
    const { listen } = start(window);

    listen();
    assert.equal(window[0].added, 0);
});

test('an element named sessionSecurity is no script', () => {
    const named = Object.create({ sessionSecurity: {} },
                                Object.getOwnPropertyDescriptors(fake()));
    const window = fake({ 0: named, length: 1 });
    const { listen, seen } = start(window);

    listen();
    named.fire(trusted('click'));
    assert.equal(seen.length, 1);
});

test('frames of other origins tell nothing, and stop nothing', () => {
    const other = new Proxy({}, {
        get() { throw new Error('cross-origin'); },
    });
    const window = fake({ 0: other, 1: fake(), length: 2 });
    const { listen, seen } = start(window);

    listen();
    window[1].fire(trusted('click'));
    assert.equal(seen.length, 1);
});

test('listening again and again changes nothing', () => {
    const window = fake();
    const { listen, seen } = start(window);

    listen();
    listen();
    listen();
    window.fire(trusted('click'));
    assert.equal(seen.length, 1);

    /* what document.open() does */
    window.listeners.clear();
    listen();
    window.fire(trusted('click'));
    assert.equal(seen.length, 2);
});
