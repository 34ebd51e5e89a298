/*
 * An edited form that was not submitted makes the browser ask before its page
 * is left; whether the session is over is not the user's to answer.
 */

const IGNORE = '[data-session-security=ignore]';

export function createForms(window, document, isOver) {
    const edited = new Set();
    let sent = -Infinity;

    const on = (types, target, listener) => {
        for (const type of types.split(' ')) {
            target.addEventListener(type, listener, true);
        }
    };

    on('input change', window, ({ isTrusted, target }) => {
        const { form } = target;

        if (isTrusted && form && !form.closest(IGNORE)) {
            edited.add(form);
        }
    });

    on('submit reset', window, ({ target }) => edited.delete(target));

    /* form.submit() fires no submit event, but this one */

    on('formdata', window, () => {
        sent = performance.now();
    });

    on('beforeunload', window, (event) => {

        if (isOver()) {
            event.stopImmediatePropagation();

        } else if (performance.now() - sent > 100
                   && [...edited].some((form) => form.isConnected))
        {
            event.preventDefault();
            event.returnValue = true;
        }
    });
}
