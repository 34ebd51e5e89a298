/*
 * The part of view.js that needs no page: what it makes of what a page does in
 * the events.  The rest is tested in browsers.
 */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { load } from './bundle.mjs';

const { View } = await load('view.js');

function fake({ leave = null, moves = true, pointer = 'none' } = {}) {
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
        matchMedia: (query) => ({ matches: query === `(pointer: ${pointer})` }),
        CustomEvent: class extends Event {
            constructor(name, { detail, cancelable }) {
                super(name, { cancelable });
                this.detail = detail;
            }
        },
    };

    const texts = { tag: 'en', heading: 'H', warning: '#', hint: 'I',
                    stay: 'S', leave: 'L', ended: 'E', again: 'A', save: 'V',
                    limit: 'M', wait: 'W' };
    const view = new View(window, {
        session: () => session, locale: () => texts, leave, moves, title: true,
        inFrame: () => false, go() {},
    });

    view.dialog = {
        isOpen: false,
        open(locale, what, cover) {
            Object.assign(this, { isOpen: true, what, cover });
        },
        close() { this.isOpen = false; },
    };

    /* as Session does it */
    const to = (phase) => {
        const before = session.phase;

        session.phase = phase;
        view.show(phase, before);
    };

    return { window, document, session, view, to };
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

test('what the dialog says', () => {
    for (const [session, phase, heading, hint, stay] of [
        [{}, 'warned', 'H', 'I', 'S'],
        [{ byButton: true }, 'warned', 'H', '', 'S'],
        [{ final: true }, 'warned', 'V', 'M', 'OK'],
        [{ final: true, byButton: true }, 'warned', 'V', 'M', 'OK'],
    ]) {
        const { document, session: fakes, view, to } = fake();

        Object.assign(fakes, session);
        to(phase);

        const { what, cover } = view.dialog;

        assert.deepEqual([what.heading, what.hint, what.stay, cover],
                         [heading, hint, stay, false], JSON.stringify(session));
        assert.equal(document.title, '1:00 \u00b7 ' + heading);
    }
});

test('the cover says something while the server is asked', () => {
    const { view, to } = fake();

    to('covered');
    assert.deepEqual(view.dialog.what, { message: 'W' });
    assert.equal(view.dialog.cover, true);
});

test('"Sign out now" is there where it can be reached', () => {
    const leave = () => {};

    for (const [is, options, session] of [
        [true, { leave, pointer: 'coarse' }],
        [true, { leave, pointer: 'none' }],
        [false, { leave, pointer: 'fine' }],
        [true, { leave, pointer: 'fine', moves: false }],
        [true, { leave, pointer: 'fine' }, { byButton: true }],
        [true, { leave, pointer: 'fine' }, { final: true }],
        [false, { pointer: 'coarse' }],
        [false, { pointer: 'fine' }, { byButton: true }],
    ]) {
        const { session: fakes, view, to } = fake(options);

        Object.assign(fakes, session);
        to('warned');
        assert.equal(view.dialog.what.leave, is ? 'L' : '',
                     JSON.stringify([options, session]));
    }

    const { window, view, to } = fake({ leave });

    window.matchMedia = undefined;
    to('warned');
    assert.equal(view.dialog.what.leave, 'L', 'the page has broken that');
});
