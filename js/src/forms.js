/*
 * An edited form that was not submitted makes the browser ask before its page
 * is left; whether the session is over is not the user's to answer.
 *
 * Where a page prevents the submission, to send the form by a script of its
 * own, only that script knows what became of it: it says so by what this gives,
 * a function of the form that is saved, or of none for all of them.
 */

import { listen } from './dom.js';

const IGNORE = '[data-session-security=ignore]';

/* within so many milliseconds of form.submit() its page is left */
const SENT = 500;

export function createForms(window, isOver) {
    const edited = new Map();       /* by form: the event of its submission */
    let sent = -Infinity;

    const on = (types, target, listener) => {
        for (const type of types.split(' ')) {
            listen(target, type, listener);
        }
    };

    on('input change', window, ({ isTrusted, target }) => {
        const { form } = target;

        if (isTrusted && form && !form.closest(IGNORE)) {
            edited.set(form, {});
        }
    });

    on('reset', window, ({ target }) => edited.delete(target));

    /* whether it is prevented is not known before others have heard of it */

    on('submit', window, (event) => {
        if (edited.has(event.target)) {
            edited.set(event.target, event);
        }
    });

    /* form.submit() fires no submit event, but this one; FormData() does too */

    on('formdata', window, () => {
        sent = performance.now();
    });

    on('beforeunload', window, (event) => {

        if (isOver()) {
            event.stopImmediatePropagation();

        } else if (performance.now() - sent > SENT
                   && [...edited].some(([form, { defaultPrevented = true }]) => (
                       defaultPrevented && form.isConnected)))
        {
            event.preventDefault();
            event.returnValue = true;
        }
    });

    return (form) => {
        if (form === undefined) {
            edited.clear();
        } else {
            edited.delete(form);
        }
    };
}
