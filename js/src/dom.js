/*
 * The DOM as its prototypes define it.  A page's elements can hide properties:
 * with <img name=hidden> document.hidden is this image.  In the same way
 * <form id=sessionSecurity> and <img id=addEventListener> hide properties of
 * the window.
 */

/* A proxy that has the document's own properties; its methods are bound. */
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

/* Whether this script runs in the window.  Throws if it has another origin. */
export function hasScript(window) {
    return Object.hasOwn(window, 'sessionSecurity');
}
