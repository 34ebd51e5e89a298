/*
 * The DOM as its prototypes define it.  Elements of a page take names from it:
 * <img name=hidden> is document.hidden, <form id=sessionSecurity> is
 * window.sessionSecurity, and <img id=addEventListener> hides the window's
 * method.
 */

/* A stand-in for the window's document; its methods are bound. */
export function documentOf({ document, Document }) {
    return new Proxy({}, {
        get(none, name) {
            const value = Reflect.get(Document.prototype, name, document);

            return typeof value === 'function' ? value.bind(document) : value;
        },
        set: (none, name, value) => (
            Reflect.set(Document.prototype, name, value, document)),
    });
}

export function listen(target, type, listener, options = true) {
    EventTarget.prototype.addEventListener.call(target, type, listener,
                                                options);
}

/* Whether a program, ours, gave the window its API: throws if it may not be
 * looked into. */
export function hasScript(window) {
    return Object.hasOwn(window, 'sessionSecurity');
}
