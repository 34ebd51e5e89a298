/* The ping: what is sent, and what counts as an answer. */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createPing } from '../../src/ping.js';

const URL = '/session_security/ping/';

function response(status, text) {
    return { status, text: async () => text };
}

/* A window; what it was asked for goes to the list. */
function fake({ fetch, xhr } = {}) {
    const asked = [];

    class XMLHttpRequest {
        open(method, target) {
            asked.push(['xhr', method, target, this]);
        }

        send() {
            queueMicrotask(() => xhr(this));
        }
    }

    return {
        asked,
        fetch: fetch && function (target, options) {
            asked.push(['fetch', target, options, this]);
            return fetch(target, options);
        },
        XMLHttpRequest: xhr && XMLHttpRequest,
    };
}

function answers(status, text) {
    return (xhr) => {
        Object.assign(xhr, { status, responseText: text });
        xhr.onload();
    };
}

test('what is sent', async () => {
    const window = fake({ fetch: async () => response(200, '5') });

    assert.equal(await createPing(URL, window).ask(17, 61), 5);
    assert.equal(window.asked.length, 1);

    const [[, target, options, self]] = window.asked;

    assert.equal(target, '/session_security/ping/?idleFor=17&age=61');
    assert.equal(options.cache, 'no-store');
    assert.equal(options.redirect, 'error');
    assert.ok(options.signal instanceof AbortSignal);
    assert.equal(options.credentials, undefined);
    assert.equal(self, window);
});

test('a URL with a query string', async () => {
    const window = fake({ fetch: async () => response(200, '5') });

    await createPing('https://a.example/p?x=1', window).ask(0, 0);
    assert.equal(window.asked[0][1], 'https://a.example/p?x=1&idleFor=0&age=0');
});

const GOOD = [['0', 0], ['17', 17], ['"logout"', 'logout'], ['17\n', 17],
              ['"other"', 'other'],
              ['"logout"\r\n', 'logout'], ['86400  ', 86400]];

const BAD = [
    [200, '<!DOCTYPE html><title>Sign in</title>'], [200, ''], [200, ' '],
    [200, 'null'], [200, 'true'], [200, '-1'], [200, '1.5'], [200, '1e3'],
    [200, '[1]'], [200, '{}'], [200, 'logout'], [200, '"Logout"'], [200, 'other'], [200, '01'],
    [200, '"logout" 1'], [200, '1\n2'], [200, ' 1'], [200, '0x10'],
    [200, 'NaN'], [200, 'Infinity'], [200, '"17"'], [200, '\n"logout"'],
    [500, '5'], [500, '"logout"'], [404, '5'], [401, '"logout"'], [204, ''],
    [302, '5'], [0, ''], [0, '5'], [201, '5'], [419, '{"error":"expired"}'],
];

for (const [text, answer] of GOOD) {
    test('an answer: ' + JSON.stringify(text), async () => {
        const byFetch = fake({ fetch: async () => response(200, text) });
        const byXhr = fake({ xhr: answers(200, text) });

        assert.equal(await createPing(URL, byFetch).ask(1), answer);
        assert.equal(await createPing(URL, byXhr).ask(1), answer);
    });
}

for (const [status, text] of BAD) {
    test(`no answer: ${status} ${JSON.stringify(text)}`, async () => {
        const byFetch = fake({ fetch: async () => response(status, text) });
        const byXhr = fake({ xhr: answers(status, text) });

        await assert.rejects(createPing(URL, byFetch).ask(1));
        await assert.rejects(createPing(URL, byXhr).ask(1));
    });
}

/* what pages and their tools make of fetch() */
const REPLACED = {
    missing: undefined,
    throwing: () => { throw new Error('no'); },
    rejecting: async () => { throw new TypeError('Failed to fetch'); },
    'giving nothing': () => undefined,
    'giving a text': async () => '5',
    'giving no text()': async () => ({ status: 200 }),
    'giving a text() that fails': async () => (
        { status: 200, text: async () => { throw new Error('no'); } }),
};

for (const [name, fetch] of Object.entries(REPLACED)) {
    test(`fetch() is ${name}: XMLHttpRequest`, async () => {
        const window = fake({ fetch, xhr: answers(200, '17\n') });

        assert.equal(await createPing(URL, window).ask(3, 4), 17);

        const [how, method, target, xhr] = window.asked.at(-1);

        assert.equal(how, 'xhr');
        assert.equal(method, 'GET');
        assert.equal(target, '/session_security/ping/?idleFor=3&age=4');
        assert.ok(xhr.timeout > 0);
        assert.equal(window.asked.length, fetch ? 2 : 1);
    });
}

test('fetch() that a page replaces later is not called', async () => {
    const window = fake({ fetch: async () => response(200, '5') });
    const { ask } = createPing(URL, window);

    window.fetch = () => assert.fail();
    assert.equal(await ask(1), 5);
});

test('both fail', async () => {
    const fetch = async () => { throw new Error('no'); };

    for (const xhr of [(x) => x.onerror(new Error('no')),
                       (x) => x.ontimeout(new Error('no')), undefined])
    {
        await assert.rejects(createPing(URL, fake({ fetch, xhr })).ask(1));
    }
});

test('without AbortSignal.timeout()', async (t) => {
    t.mock.method(AbortSignal, 'timeout', () => { throw new TypeError(); });

    const window = fake({ fetch: async () => response(200, '5'),
                          xhr: answers(200, '6') });

    assert.equal(await createPing(URL, window).ask(1), 6);
});

test('a report waits for nothing', () => {
    const asked = [];
    const navigator = {
        sendBeacon(...args) {
            asked.push([this, ...args]);
        },
    };
    const { report } = createPing(URL, { navigator });

    assert.equal(report(3, 60), undefined);
    assert.deepEqual(asked, [
        [navigator, '/session_security/ping/?idleFor=3&age=60']]);
});

test('a browser without sendBeacon() reports nothing', () => {
    createPing(URL, { navigator: {} }).report(3, 60);
});
