/*
 * The dialog, and the cover over all of the page: one custom element with its
 * own shadow root and a native <dialog>, which makes the page behind it inert
 * and gives the focus back.  Pages may have replaced what the DOM offers, and
 * may remove what they do not know: it is checked whether it is there, and
 * then tried with the methods of a fresh frame.
 */

import css from './style.css';
import { documentOf } from './dom.js';
import { direction } from './texts.js';

const NAME = 'session-security';

/* the DOM's methods, by the prototype that has them */
const METHODS = {
    Node: ['appendChild'],
    Element: ['attachShadow', 'setAttribute'],
    HTMLDialogElement: ['showModal', 'close'],
    EventTarget: ['addEventListener'],
};

function methodsOf(window) {
    const methods = {};

    for (const [prototype, names] of Object.entries(METHODS)) {
        for (const name of names) {
            const method = window[prototype].prototype[name];

            methods[name] = (node, ...args) => method.apply(node, args);
        }
    }

    return methods;
}

function freshMethods(window) {
    const document = documentOf(window);
    const root = document.documentElement;
    const frame = root.insertBefore(document.createElement('iframe'), null);
    const methods = methodsOf(frame.contentWindow);

    root.removeChild(frame);
    return methods;
}

export class Dialog {
    parts = {};

    #window;
    #document;
    #on;
    #methods;
    #host;
    #dialog;
    #texts;
    #cover;

    /* stay, leave, escape: what is called for the buttons and that key */
    constructor(window, { stay, leave, escape }) {
        this.#window = window;
        this.#document = documentOf(window);
        this.#on = { stay, leave, escape };

        try {
            window.customElements.define(NAME,
                                         class extends window.HTMLElement {});
        } catch {
            /* it does without */
        }
    }

    get isOpen() {
        return Boolean(this.#dialog && this.#dialog.open
                       && this.#dialog.isConnected);
    }

    /*
     * texts: a locale.  what: the texts by part; a part that is not named is
     * not shown.  Does nothing if all that is shown already.
     */
    open(texts, what, cover) {
        if (!this.isOpen || this.#cover !== cover || this.#texts !== texts) {
            for (const methods of [methodsOf, freshMethods]) {
                this.close();

                try {
                    this.#build(methods(this.#window), texts, what, cover);
                } catch {
                    /* what the page has done to the DOM is not ours to say */
                }

                if (this.isOpen) {
                    return;
                }
            }

            this.close();
        }

        this.#fill(what);
    }

    #fill(what) {
        for (const [part, node] of Object.entries(this.parts)) {
            const text = what[part] || '';

            if (node.textContent !== text) {
                node.textContent = text;
            }

            node.hidden = !text && part !== 'status';
        }

        /* the dialog's name is the heading, or the message if there is none */

        const { heading, message } = this.parts;

        if (heading) {
            heading.id = what.heading ? 'h' : '';
            message.id = what.heading ? 'm' : 'h';
        }
    }

    close() {
        const dialog = this.#dialog;

        this.#dialog = null;

        try {
            this.#methods.close(dialog);
        } catch {
            /* there is none */
        }

        if (this.#host && this.#host.parentNode) {
            this.#host.parentNode.removeChild(this.#host);
        }

        this.parts = {};
    }

    #build(methods, texts, what, cover) {
        const document = this.#document;
        const parts = {};

        const make = (name, attributes, ...children) => {
            const node = document.createElement(name);

            for (const [key, value] of Object.entries(attributes)) {
                methods.setAttribute(node, key, value);

                if (key === 'part') {
                    parts[value] = node;
                }
            }

            for (const child of children) {
                methods.appendChild(node, child);
            }

            return node;
        };

        this.#methods = methods;
        this.#texts = texts;
        this.#cover = cover;
        this.parts = parts;

        this.#host = make(NAME, {});

        const root = methods.attachShadow(this.#host, { __proto__: null,
                                                        mode: 'open' });

        this.#dialog = make('dialog', {
            role: 'alertdialog',
            part: 'dialog',
            lang: texts.tag,
            dir: direction(texts),
            class: cover ? 'cover' : '',
            'aria-labelledby': 'h',
            'aria-describedby': 'm i',
        },
            make('h2', { part: 'heading' }),
            make('p', { part: 'message' }),
            make('p', { part: 'countdown', 'aria-hidden': 'true' }),
            make('p', { part: 'hint', id: 'i' }),
            make('div', {},
                make('button', { part: 'stay', type: 'button',
                                 autofocus: '' }),
                make('button', { part: 'leave', type: 'button' })),
            make('a', { part: 'again',
                        href: this.#window.location.href.split('#')[0] }),
            make('p', { part: 'status', role: 'status' }));

        delete parts.dialog;

        for (const part of ['stay', 'leave']) {
            methods.addEventListener(parts[part], 'click',
                                     (event) => event.isTrusted
                                                && this.#on[part]());
        }

        const dialog = this.#dialog;

        methods.addEventListener(dialog, 'cancel', (event) => {
            event.preventDefault();
            this.#on.escape();
        });

        /* browsers do not let a page prevent a second Escape */

        methods.addEventListener(dialog, 'close', () => {
            if (dialog === this.#dialog && dialog.isConnected) {
                methods.showModal(dialog);
            }
        });

        try {
            this.#style(root);
        } catch {
            /* then it is plain */
        }

        methods.appendChild(root, dialog);
        methods.appendChild(document.documentElement, this.#host);

        /* the texts first: they move what gets the focus */

        this.#fill(what);
        methods.showModal(dialog);

        /* where it does not fit, the focus has scrolled to the buttons */

        dialog.scrollTop = 0;
    }

    /* a sheet of its own needs no permission of a Content-Security-Policy */
    #style(root) {
        const sheet = new this.#window.CSSStyleSheet();

        sheet.replaceSync(css);
        root.adoptedStyleSheets = [sheet];
    }
}
