/*
 * Finds text that was typed into a form and not sent.  The browser asks the
 * user before a page with unsent text is left.
 *
 * A control counts while its text differs from its text before the first edit
 * since the last sending.  Text is sent by a submission that nobody prevents,
 * by form.submit(), or by a background request that carries the text and gets a
 * 2xx answer.
 */

import { listen } from './dom.js';

/* forms whose text is work: no search, and none that the page excepts */
const WORK = 'form[method=post i]:not([role=search],search *,'
    + '[data-session-security=ignore],[data-session-security=ignore] *)';

/* types of controls that hold no typed text, or a search */
const NO_TEXT = /^(select.*|checkbox|radio|file|search|color|range)$/;

const words = (text) => text.match(/[\p{L}\p{N}]+/gu) || [];

const hasLetters = (text) => /\p{L}/u.test(text);

/* The text of a body: FormData, URL-encoded, or JSON without its escapes. */
const textOf = (body) => [...new URLSearchParams(
    body?.append ? body : `${body}`.replace(/\\./g, ' '))].join(' ');

/*
 * Wraps a method: before() is called first.  If before() gives a function, the
 * function is called afterwards with the method's result.
 */
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

    /* edited controls; each edit makes a new entry */
    const edited = new Map();
    let handled;        /* the event of the last submission or reset */

    const { matches, querySelector } = Element.prototype;

    const canSubmit = (form) => (
        [...Reflect.get(HTMLFormElement.prototype, 'elements', form)]
            .some(({ type }) => type === 'submit')
        || querySelector.call(form, 'input[type=image i]'));

    const isWork = ({ form }) => (
        form instanceof HTMLFormElement && matches.call(form, WORK)
            && canSubmit(form));

    /* without a form: the text of all forms is saved */
    const saved = (form) => {
        for (const control of edited.keys()) {
            if (!form || control.form === form) {
                edited.delete(control);
            }
        }
    };

    /* only after the event it is certain that nobody prevents the event */
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
     * Gives a function to be called after a request with this body succeeded.
     * A text without letters counts as sent with the other texts of its form.
     * Requests may write numbers and dates in another way, and may contain the
     * same numbers by chance.
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

    /* beforeinput has the text before the edit, which a script may have set */

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

        /* at the status, because the page may leave when the request ends */

        listen(this, 'readystatechange',
               () => /^2/.test(this.status) && done());
    });

    hook(window, 'fetch', (input, init) => {

        /* a Request's body cannot be read synchronously */

        const done = sending(init?.body, input?.clone
                                         && !/^(GET|HEAD)$/.test(input.method));

        return (answer) => Promise.resolve(answer)
            .then(({ ok }) => ok && done(), () => {});
    });

    return { saved, hasUnsent: () => unsent().length > 0 };
}
