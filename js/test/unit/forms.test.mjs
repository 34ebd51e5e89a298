/* Forms that were edited, with events that only claim to be trusted. */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import './fake.mjs';
import { createForms } from '../../src/forms.js';

function page() {
    const listeners = [];
    const is = { over: false };
    const window = {
        heard: (...args) => listeners.push(args),
    };

    is.saved = createForms(window, () => is.over);

    is.listeners = listeners;

    is.fire = (type, event = {}) => {
        const done = { type, isTrusted: true, target: {},
                       preventDefault() { done.prevented = true; },
                       stopImmediatePropagation() { done.stopped = true; },
                       defaultPrevented: false,
                       ...event };

        for (const [listened, listener] of listeners) {
            if (listened === type) {
                listener(done);
            }
        }

        return done;
    };

    is.form = (ignored) => ({
        isConnected: true,
        closest: (selector) => (
            selector === '[data-session-security=ignore]' && ignored
                ? {} : null),
    });

    is.asks = () => {
        const { prevented, returnValue, stopped } = is.fire('beforeunload');

        assert.equal(stopped, undefined);
        assert.equal(Boolean(prevented), Boolean(returnValue));
        return Boolean(prevented);
    };

    return is;
}

test('nothing was edited', () => {
    assert.equal(page().asks(), false);
});

test('edited', () => {
    for (const type of ['input', 'change']) {
        const is = page();

        is.fire(type, { target: { form: is.form() } });
        assert.equal(is.asks(), true, type);
        assert.equal(is.asks(), true, type);
    }
});

test('edited by a script', () => {
    const is = page();

    is.fire('input', { isTrusted: false, target: { form: is.form() } });
    assert.equal(is.asks(), false);
});

test('edited what is in no form', () => {
    const is = page();

    is.fire('input', { target: {} });
    is.fire('input', { target: { form: null } });
    assert.equal(is.asks(), false);
});

test('edited what is to be ignored', () => {
    const is = page();

    is.fire('input', { target: { form: is.form(true) } });
    assert.equal(is.asks(), false);
});

test('submitted or reset', () => {
    for (const type of ['submit', 'reset']) {
        const is = page(), form = is.form(), other = is.form();

        is.fire('input', { target: { form } });
        is.fire('input', { target: { form: other } });
        is.fire(type, { target: form });
        assert.equal(is.asks(), true, 'the other');
        is.fire(type, { target: other });
        assert.equal(is.asks(), false);
        is.fire('input', { target: { form } });
        assert.equal(is.asks(), true, 'edited again');
    }
});

test('submitted, but prevented: only the page knows what became of it', () => {
    for (const how of ['saved', 'all', 'reset']) {
        const is = page(), form = is.form(), other = is.form();

        is.fire('input', { target: { form } });

        /* by who hears of it after this script */
        is.fire('submit', { target: form }).defaultPrevented = true;
        assert.equal(is.asks(), true, 'it may have failed');

        if (how === 'saved') {
            is.saved(other);
            assert.equal(is.asks(), true, 'another form is saved');
            is.saved(form);
        } else if (how === 'all') {
            is.saved();
        } else {
            is.fire(how, { target: form });
        }

        assert.equal(is.asks(), false, how);
        is.fire('submit', { target: form }).defaultPrevented = true;
        assert.equal(is.asks(), false, 'as it was saved');
        is.fire('input', { target: { form } });
        assert.equal(is.asks(), true, 'edited again');
    }
});

test('submitted by form.submit()', (t) => {
    let now = 5000;

    t.mock.method(performance, 'now', () => now);

    const is = page();

    is.fire('input', { target: { form: is.form() } });
    is.fire('formdata');
    assert.equal(is.asks(), false);
    now += 400;
    assert.equal(is.asks(), false);

    /* that was a script's new FormData() */
    now += 200;
    assert.equal(is.asks(), true);
});

test('the form is gone', () => {
    const is = page(), form = is.form();

    is.fire('change', { target: { form } });
    form.isConnected = false;
    assert.equal(is.asks(), false);
});

test('the session is over: nobody is asked, by nobody', () => {
    const is = page();

    is.fire('input', { target: { form: is.form() } });
    is.over = true;

    const event = is.fire('beforeunload');

    assert.equal(event.prevented, undefined);
    assert.equal(event.returnValue, undefined);
    assert.equal(event.stopped, true);
});

test('hears of it before the page does', () => {
    assert.ok(page().listeners.every(([, , capture]) => capture === true));
});
