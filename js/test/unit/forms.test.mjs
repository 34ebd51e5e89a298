/* What is asked about: with fakes of controls, forms and requests. */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import './fake.mjs';
import { createForms } from '../../src/forms.js';

/* A page with one form, or more; all of it says that it is the user's. */
function page() {
    const listeners = [];
    const requests = [];
    const selectors = [];

    class HTMLFormElement {
        work = true;
        controls = [{ type: 'text' }, { type: 'submit' }];
        submitted = 0;

        get elements() {
            return this.controls;
        }

        submit() {
            this.submitted++;
        }
    }

    class XMLHttpRequest {
        heard(type, listener) {
            assert.equal(type, 'readystatechange');
            this.listener = listener;
        }

        send(body) {
            this.body = body;
            requests.push(this);
        }

        answer(status) {
            this.status = 0;
            this.listener();
            this.status = status;
            this.listener();
            this.listener();
        }
    }

    const window = {
        heard: (...args) => listeners.push(args),
        Element: { prototype: {
            matches(selector) {
                selectors.push(selector);
                return this.work;
            },
            querySelector() {
                return this.image || null;
            },
        } },
        HTMLFormElement,
        XMLHttpRequest,
        fetch: (...args) => new Promise((resolve, reject) => {
            requests.push({ args, resolve, reject });
        }),
    };

    const { saved, hasUnsent } = createForms(window);

    const fire = (type, target, more = {}) => {
        const event = { type, target, isTrusted: true, eventPhase: 0,
                        defaultPrevented: false, ...more };

        for (const [listened, listener] of listeners) {
            if (listened === type) {
                listener(event);
            }
        }

        return event;
    };

    return {
        window, listeners, requests, selectors, saved, hasUnsent, fire,
        form: () => new HTMLFormElement(),
        control: (form, more = {}) => ({
            form, type: 'text', value: '', defaultValue: '', isConnected: true,
            ...more,
        }),
        write(control, text) {
            fire('beforeinput', control);
            control.value = text;
            fire('input', control);
        },
        post(body) {
            const xhr = new XMLHttpRequest();

            xhr.send(body);
            return xhr;
        },
    };
}

/* A page with one edited control. */
function edited(text = 'hello', more = {}) {
    const is = page();

    is.a = is.control(is.form(), more);
    is.write(is.a, text);
    assert.equal(is.hasUnsent(), true);
    return is;
}

test('nothing was edited', () => {
    assert.equal(page().hasUnsent(), false);
});

test('text that differs from the first', () => {
    const is = edited();

    is.write(is.a, '');
    assert.equal(is.hasUnsent(), false);
});

test('the first text is what a script has written', () => {
    const is = page();
    const a = is.control(is.form(), { value: 'x' });

    is.write(a, 'xy');
    assert.equal(is.hasUnsent(), true);
    is.write(a, 'x');
    assert.equal(is.hasUnsent(), false);
});

test('what the browser fills in has no beforeinput', () => {
    const is = page();
    const a = is.control(is.form(), { value: 'filled' });

    is.fire('input', a);
    assert.equal(is.hasUnsent(), true);
    a.value = '';
    assert.equal(is.hasUnsent(), false);
});

test('controls without text', () => {
    for (const type of ['checkbox', 'radio', 'file', 'select-one', 'color',
                        'select-multiple', 'search', 'range'])
    {
        const is = page();
        const control = is.control(is.form(), { type });

        is.write(control, 'on');
        assert.equal(is.hasUnsent(), false, type);
    }
});

test('what is no edit', () => {
    const is = page();

    is.fire('input', is.control(is.form(), { value: 'x' }),
            { isTrusted: false });
    is.write(is.control(null), 'x');
    is.fire('input', {});
    assert.equal(is.hasUnsent(), false);
});

test('what is no work', () => {
    const is = edited();

    is.a.isConnected = false;
    assert.equal(is.hasUnsent(), false, 'gone');
    is.a.isConnected = true;
    is.a.form.work = false;
    assert.equal(is.hasUnsent(), false, 'no form for work');
    is.a.form.work = true;
    is.a.form.controls.pop();
    assert.equal(is.hasUnsent(), false, 'no button');
    is.a.form.image = {};
    assert.equal(is.hasUnsent(), true, 'a picture');
    is.a.form = null;
    assert.equal(is.hasUnsent(), false, 'taken out of its form');
});

test('submitted or reset', () => {
    for (const type of ['submit', 'reset']) {
        const is = edited();
        const other = is.control(is.form());

        is.fire(type, is.a.form);
        assert.equal(is.hasUnsent(), false, type);
        is.write(other, 'x');
        is.fire(type, is.a.form);
        assert.equal(is.hasUnsent(), true, 'another form');
        is.fire(type, other.form);
        assert.equal(is.hasUnsent(), false);
        is.write(is.a, 'again');
        assert.equal(is.hasUnsent(), true, 'edited again');
    }
});

test('edited again before anybody asks', () => {
    const is = edited();

    is.fire('submit', is.a.form);
    is.write(is.a, 'again');
    assert.equal(is.hasUnsent(), true);
});

test('two forms at once', () => {
    const is = edited();
    const b = is.control(is.form());

    is.write(b, 'x');
    is.fire('submit', is.a.form);
    is.fire('submit', b.form);
    assert.equal(is.hasUnsent(), false);
});

test('an event that is prevented, late, or made up by a script', () => {
    for (const type of ['submit', 'reset']) {
        const is = edited();

        is.fire(type, is.a.form, { isTrusted: false });
        assert.equal(is.hasUnsent(), true, 'made up');

        const event = is.fire(type, is.a.form);

        event.eventPhase = 3;
        assert.equal(is.hasUnsent(), true, 'still heard of');
        event.defaultPrevented = true;
        event.eventPhase = 0;
        assert.equal(is.hasUnsent(), true, 'prevented');
    }
});

test('form.submit()', () => {
    const is = edited();
    const other = is.form();

    other.submit();
    assert.equal(is.hasUnsent(), true);
    is.a.form.submit();
    assert.equal(is.hasUnsent(), false);
    assert.equal(is.a.form.submitted, 1);
});

test('the page says that it is saved', () => {
    const is = edited();

    is.saved(is.form());
    assert.equal(is.hasUnsent(), true);
    is.saved(is.a.form);
    assert.equal(is.hasUnsent(), false);
    is.write(is.a, 'again');
    is.saved();
    assert.equal(is.hasUnsent(), false);
});

const TEXT = 'Ab c:\\new "über" 100% + 5\nZeile 二';

/* A body for each way of sending a text. */
const bodies = (text) => [
    new URLSearchParams({ a: text }),
    String(new URLSearchParams({ a: text })),
    'a=' + encodeURIComponent(text),
    JSON.stringify({ a: text }),
    JSON.stringify([{ html: `<p>${text}</p>` }]),
    (() => {
        const data = new FormData();

        data.append('a', text);
        data.append('b', new Blob(['x']));
        return data;
    })(),
];

test('sent by XMLHttpRequest', () => {
    for (const text of [TEXT, 'x', '二', '5']) {
        for (const body of bodies(text)) {
            const is = edited(text);
            const xhr = is.post(body);

            assert.equal(is.hasUnsent(), true, 'not yet');
            xhr.answer(200);
            assert.equal(is.hasUnsent(), false, String(body));
        }
    }
});

test('sent as multipart that the page has written', () => {
    const is = edited('one\ntwo');

    is.post('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
            + 'one\r\ntwo\r\n--x--\r\n').answer(200);
    assert.equal(is.hasUnsent(), false);
});

test('sent by fetch()', async () => {
    for (const body of bodies('hello')) {
        const is = edited();
        const answer = is.window.fetch('/x', { method: 'PUT', body });

        is.requests[0].resolve({ ok: true });
        await answer;
        assert.equal(is.hasUnsent(), false);
        assert.deepEqual(is.requests[0].args, ['/x', { method: 'PUT', body }]);
    }
});

test('sent by fetch() with a Request', async () => {
    for (const [method, sent] of [['POST', true], ['PATCH', true],
                                  ['GET', false], ['HEAD', false]])
    {
        const is = edited();
        const answer = is.window.fetch(new Request('http://x.example/',
                                                   { method }));

        is.requests[0].resolve({ ok: true });
        await answer;
        assert.equal(is.hasUnsent(), !sent, method);
    }
});

test('a request that fails', async () => {
    for (const status of [0, 302, 404, 500]) {
        const is = edited();

        is.post('a=hello').answer(status);
        assert.equal(is.hasUnsent(), true, String(status));
    }

    const is = edited();
    const one = is.window.fetch('/', { body: 'a=hello' });
    const two = is.window.fetch('/', { body: 'a=hello' });

    is.requests[0].resolve({ ok: false });
    is.requests[1].reject(new TypeError('no'));
    await one;
    await assert.rejects(two);
    assert.equal(is.hasUnsent(), true);
});

test('a request that does not carry it', () => {
    const large = new Blob(['hello']);

    for (const body of [undefined, null, '', 'action=heartbeat', 'a=hel', large,
                        new Uint8Array(9), '{"a":"hello!there"}'.slice(0, 7)])
    {
        const is = edited('hello you');

        is.post(body).answer(200);
        assert.equal(is.hasUnsent(), true, String(body));
    }
});

test('a form is sent as a whole', () => {
    const is = edited();
    const number = is.control(is.a.form);
    const other = is.control(is.form());

    is.write(number, '1,50');
    is.post('{"a":"hello","n":1.5}').answer(200);
    assert.equal(is.hasUnsent(), false);
    is.write(is.a, 'hello');
    is.write(other, 'x');
    is.post('a=hello').answer(200);
    assert.equal(is.hasUnsent(), true, 'the other form');
});

test('what tells nothing of a form does not send it', () => {
    for (const text of ['', '1', '\u{1f44d}', '2026-11-29']) {
        const is = edited('a long text');

        is.write(is.control(is.a.form, { value: 'old' }), text);

        for (const body of [undefined, null, '', '{"poll":[1,2026,11,29]}']) {
            is.post(body).answer(200);
            assert.equal(is.hasUnsent(), true, `${text}: ${body}`);
        }

        is.post('a=a+long+text').answer(200);
        assert.equal(is.hasUnsent(), false, text);
    }
});

test('a text is cleared, and that is sent', () => {
    const is = edited('', { defaultValue: 'old', value: 'old' });

    is.window.fetch('/poll');
    is.requests[0].resolve({ ok: true });
    is.post().answer(200);
    assert.equal(is.hasUnsent(), true);
    is.post('a=').answer(200);
    assert.equal(is.hasUnsent(), false);
});

test('what is no form, and what is no list, breaks no request', () => {
    const is = edited();

    is.write(is.control('a-form'), 'hello');
    is.post({ append() {} }).answer(200);
    assert.equal(is.requests.length, 1);
    assert.equal(is.hasUnsent(), true);
    is.post('a=hello').answer(200);
    assert.equal(is.hasUnsent(), false);
});

test('edited after it was sent', () => {
    const is = edited();
    const xhr = is.post('a=hello');

    is.write(is.a, 'hello!');
    xhr.answer(200);
    assert.equal(is.hasUnsent(), true);
    is.post('a=hello!').answer(201);
    assert.equal(is.hasUnsent(), false);

    /* what a script makes of it then is no edit */
    is.a.value = 'hello-1';
    assert.equal(is.hasUnsent(), false);
    is.write(is.a, 'hello-2');
    is.write(is.a, 'hello-1');
    assert.equal(is.hasUnsent(), false, 'as it was when it was sent');
});

test('what a page has replaced or removed', async () => {
    const is = page();
    const { XMLHttpRequest, ...window } = is.window;

    window.fetch = undefined;
    createForms(window);
    assert.equal(window.fetch, undefined);
    assert.ok(XMLHttpRequest);

    window.fetch = () => 5;
    createForms(window);
    assert.equal(window.fetch('/', { body: 'x' }), 5);

    const error = new Error('no');

    window.fetch = () => { throw error; };
    createForms(window);
    assert.throws(() => window.fetch('/'), error);
    await null;
});

test('hears of it before the page does', () => {
    assert.ok(page().listeners.every(([, , capture]) => capture === true));
});
