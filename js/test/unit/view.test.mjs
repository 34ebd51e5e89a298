/*
 * The part of view.js that needs no page: what it makes of what a page does in
 * the events.  The rest is tested in browsers.
 */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { load } from './bundle.mjs';

const { View } = await load('view.js');

function fake() {
    const target = new EventTarget();
    const style = { setProperty() {}, removeProperty() {} };
    const document = Object.assign(target, {
        title: 'Page', hidden: true, documentElement: { style },
    });
    const session = { phase: 'live', final: false, byButton: false,
                      remaining: 60000, extend() {} };
    const window = {
        document,
        Document: { prototype: document },
        CustomEvent: class extends Event {
            constructor(name, { detail, cancelable }) {
                super(name, { cancelable });
                this.detail = detail;
            }
        },
    };

    const texts = { tag: 'en', heading: 'H', warning: '~', hint: '', stay: '',
                    leave: '', ended: '' };
    const view = new View(window, {
        session: () => session, locale: () => texts, leave: null, title: true,
        inFrame: () => false, go() {},
    });

    view.dialog = {
        isOpen: false,
        open() { this.isOpen = true; },
        close() { this.isOpen = false; },
    };

    /* as Session does it */
    const to = (phase) => {
        const before = session.phase;

        session.phase = phase;
        view.show(phase, before);
    };

    return { document, session, view, to };
}

test('a warning is shown, and goes', () => {
    const { document, view, to } = fake();
    const heard = [];

    for (const name of ['warn', 'extend', 'expire']) {
        document.addEventListener('sessionsecurity:' + name,
                                  () => heard.push(name));
    }

    to('warned');
    assert.equal(view.dialog.isOpen, true);
    assert.equal(document.title, '1:00 \u00b7 H');
    to('warned');
    to('live');
    assert.equal(view.dialog.isOpen, false);
    assert.equal(document.title, 'Page');
    assert.deepEqual(heard, ['warn', 'extend']);
});

test('a page shows a warning of its own', () => {
    const { document, view, to } = fake();

    document.addEventListener('sessionsecurity:warn', (event) => {
        assert.equal(event.detail.remaining, 60000);
        event.preventDefault();
    });

    to('warned');
    assert.equal(view.dialog.isOpen, false);
});

test('a page extends the session as it is told of the warning', () => {
    for (const phase of ['live', 'stopped']) {
        const { document, session, view, to } = fake();

        document.addEventListener('sessionsecurity:warn', () => {
            to('live');
            session.phase = phase;
        });

        to('warned');
        assert.equal(view.dialog.isOpen, false);
        assert.equal(document.title, 'Page');
    }
});
