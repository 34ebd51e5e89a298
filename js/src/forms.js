/*
 * Text that was typed into a form and has not left the page: the browser asks
 * before such a page is left.
 *
 * A control counts while its text differs from its first text, or from the text
 * that was sent last.  Text is sent by a submission that nobody prevents, by
 * form.submit(), or by a request in the background that carries it and gets a
 * good answer.
 */

import { listen } from './dom.js';

/* what is sent to be kept: no search, nor what the page excepts */
const WORK = 'form[method=post i]:not([role=search],search *,'
    + '[data-session-security=ignore],[data-session-security=ignore] *)';

/* controls without text of the user's: their loss is a click's */
const NO_TEXT = /^(select.*|checkbox|radio|file|search|color|range)$/;

const words = (text) => text.match(/[\p{L}\p{N}]+/gu) || [];

const hasLetters = (text) => /\p{L}/u.test(text);

/* A request's body: FormData, URL-encoded, or JSON, whose escapes go. */
const textOf = (body) => [...new URLSearchParams(
    body?.append ? body : `${body}`.replace(/\\./g, ' '))].join(' ');

/* Calls before() first, and its result with the method's result. */
function hook(object, name, before) {
    const method = object?.[name];

    if (method) {
        object[name] = function (...args) {
            const after = before.apply(this, args);
            const result = method.apply(this, args);

            after?.(result);
            return result;
        };
    }
}

export function createForms(window) {
    const { Element, HTMLFormElement, XMLHttpRequest } = window;

    /* by control; a new entry for each edit */
    const edited = new Map();
    let handled;        /* the last submission or reset */

    const { matches, querySelector } = Element.prototype;

    const canSubmit = (form) => (
        [...Reflect.get(HTMLFormElement.prototype, 'elements', form)]
            .some(({ type }) => type === 'submit')
        || querySelector.call(form, 'input[type=image i]'));

    const isWork = ({ form }) => (
        form instanceof HTMLFormElement && matches.call(form, WORK)
            && canSubmit(form));

    /* of all forms, if none is given */
    const saved = (form) => {
        for (const control of edited.keys()) {
            if (!form || control.form === form) {
                edited.delete(control);
            }
        }
    };

    /* who prevents it may do so to the end of the event */
    const settle = () => {
        if (handled && !handled.eventPhase) {
            handled.defaultPrevented || saved(handled.target);
            handled = null;
        }
    };

    const unsent = () => {
        settle();

        return [...edited].filter(([control, { first }]) => (
            control.isConnected && control.value !== first
            && isWork(control)));
    };

    /*
     * Gives what to do when a request with that body has succeeded.  What has no
     * letters is sent with the rest of its form: numbers and dates may be
     * written in another way, and many a request has the same ones by chance.
     */
    const sending = (body, isUnknown) => {
        const all = unsent();
        const carried = new Set(all.length ? words(textOf(body)) : []);

        const carries = (text) => isUnknown
            || body && words(text).every((word) => carried.has(word));

        const sent = all.filter(([{ form, value }]) => {
            const some = (test) => (
                all.some(([other]) => other.form === form && test(other.value)));

            return hasLetters(value) ? carries(value) : some(carries)
                && !some((text) => !carries(text) && hasLetters(text));
        });

        return () => {
            for (const [control, edit] of sent) {
                if (edit === edited.get(control)) {
                    edited.delete(control);
                }
            }
        };
    };

    const edits = ({ isTrusted, target, type }) => {
        if (isTrusted && !NO_TEXT.test(target.type)) {
            settle();

            edited.set(target, {
                first: type === 'input' ? target.defaultValue : target.value,
                ...edited.get(target),
            });
        }
    };

    /* scripts may set a text after the page has come: it is the first, too */

    listen(window, 'beforeinput', edits);
    listen(window, 'input', edits);

    for (const type of ['submit', 'reset']) {
        listen(window, type, (event) => {
            if (event.isTrusted) {
                settle();
                handled = event;
            }
        });
    }

    hook(HTMLFormElement.prototype, 'submit', function () {
        saved(this);
    });

    hook(XMLHttpRequest?.prototype, 'send', function (body) {
        const done = sending(body);

        /* as soon as there is a status: a page may leave at the end of it */

        listen(this, 'readystatechange',
               () => /^2/.test(this.status) && done());
    });

    hook(window, 'fetch', (input, init) => {

        /* a Request does not give its body in time */

        const done = sending(init?.body, input?.clone
                                         && !/^(GET|HEAD)$/.test(input.method));

        return (answer) => Promise.resolve(answer)
            .then(({ ok }) => ok && done(), () => {});
    });

    return { saved, hasUnsent: () => unsent().length > 0 };
}
