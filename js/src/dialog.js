/*
 * The dialog, and the cover over all of the page: one custom element with its
 * own shadow root and a native <dialog>, which makes the page behind it inert
 * and gives the focus back.  Pages may have replaced what the DOM offers, and
 * may remove what they do not know: it is checked whether it is there, and
 * then tried with the methods of a fresh frame.
 */

import { documentOf, listen } from './dom.js';
import css from './style.css';
import { direction } from './texts.js';

const NAME = 'session-security';

/* what presses a button, or keeps it from being pressed where it is prevented */
const EVENTS = 'click keydown keypress keyup touchstart touchend pointerdown '
    + 'mousedown';

/* Calls the DOM's methods as that window has them. */
const methodsOf = ({ HTMLDialogElement: { prototype } }) => (
    (node, name, ...args) => prototype[name].apply(node, args));

function freshMethods(window) {
    const document = documentOf(window);
    const root = document.documentElement;
    const frame = root.insertBefore(document.createElement('iframe'), null);
    const call = methodsOf(frame.contentWindow);

    root.removeChild(frame);
    return call;
}

/* A sheet needs no permission of a Content-Security-Policy. */
function addStyle(root, { CSSStyleSheet }) {
    try {
        const sheet = new CSSStyleSheet();

        sheet.replaceSync(css);
        root.adoptedStyleSheets = [sheet];
    } catch {
        /* then it is plain */
    }
}

/* The deepest element with the focus, also in shadow roots and in frames. */
function focused(document) {
    let node = document.activeElement;

    try {
        for (let next = node; next; /* void */) {
            node = next;
            next = (node.shadowRoot || node.contentDocument).activeElement;
        }
    } catch {
        /* there is nothing in it, or nothing that this page may see */
    }

    return node;
}

export class Dialog {
    parts = {};

    #window;
    #document;
    #on;
    #call;
    #host;
    #dialog;
    #texts;
    #cover;
    #before;        /* what had the focus */

    /* on: stay(), leave() and escape(), for the buttons and that key */
    constructor(window, on) {
        this.#window = window;
        this.#document = documentOf(window);
        this.#on = on;
    }

    get isOpen() {
        return this.#dialog?.open && this.#dialog.isConnected;
    }

    /* Tab goes from button to button, and a tap on "Sign out" is that. */
    isChoice(event) {
        return this.isOpen && !this.parts.leave.hidden
            && (event.key === 'Tab' || event.key === 'Shift'
                || event.composedPath()[0] === this.parts.leave);
    }

    /* A page may have opened a modal dialog of its own above this one. */
    get #isBuried() {
        try {
            const { left, top, width, height }
                = this.#call(this.#dialog, 'getBoundingClientRect');
            const found = this.#document.elementFromPoint(left + width / 2,
                                                          top + height / 2);

            return found && found !== this.#host;
        } catch {
            return false;
        }
    }

    /*
     * texts: a locale.  what: the texts by part; a part that is not named is
     * not shown.  Does nothing if all that is shown already.
     */
    open(texts, what, cover) {
        if (!this.isOpen || this.#cover !== cover || this.#texts !== texts
            || this.#isBuried)
        {
            for (const methods of [methodsOf, freshMethods]) {
                this.close();

                try {
                    this.#call = methods(this.#window);
                    this.#build(texts, what, cover);
                } catch {
                    /* what the page has done to the DOM is not ours to say */
                }

                if (this.isOpen) {
                    break;
                }
            }
        }

        if (this.isOpen) {
            this.#fill(what);
        } else {
            this.close();
        }
    }

    #fill(what) {
        const { parts } = this;

        for (const [part, node] of Object.entries(parts)) {
            const text = what[part] || '';

            if (node.textContent !== text) {
                node.textContent = text;
            }

            node.hidden = !text && part !== 'status';
        }

        /* the dialog's name is the heading, or the message if there is none */

        parts.heading.id = what.heading ? 'h' : '';
        parts.message.id = what.heading ? 'm' : 'h';

        /* the message has the time, too: where there is no room, that will do */

        parts.countdown.hidden ||= this.#dialog.scrollHeight
                                   > this.#dialog.clientHeight;
    }

    close() {
        const dialog = this.#dialog;

        this.#dialog = null;

        try {
            this.#call(dialog, 'close');
        } catch {
            /* there is none */
        }

        this.#host?.parentNode?.removeChild(this.#host);
        this.parts = {};

        /* the browser gives it back to a frame, but not to an editor in it */

        if (dialog && this.#before !== focused(this.#document)) {
            try {
                this.#call(this.#before, 'focus', { preventScroll: true });
            } catch {
                /* it is gone */
            }
        }
    }

    #build(texts, what, cover) {
        const document = this.#document;
        const call = this.#call;
        const parts = {};

        const make = (name, attributes, ...children) => {
            const node = document.createElement(name);

            for (const [key, value] of Object.entries(attributes)) {
                call(node, 'setAttribute', key, value);
            }

            for (const child of children) {
                call(node, 'appendChild', child);
            }

            return node;
        };

        const part = (element, name, attributes) => {
            parts[name] = make(element, { part: name, ...attributes });
            return parts[name];
        };

        this.#texts = texts;
        this.#cover = cover;
        this.parts = parts;

        this.#host = make(NAME, {});

        const root = call(this.#host, 'attachShadow', { __proto__: null,
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
            part('h2', 'heading'),
            part('p', 'message'),
            part('p', 'countdown', { 'aria-hidden': 'true' }),
            part('p', 'hint', { id: 'i' }),
            make('div', {},
                part('button', 'stay', { autofocus: '' }),
                part('button', 'leave')),
            part('a', 'again',
                 { href: this.#window.location.href.split('#')[0] }),
            part('p', 'status', { role: 'status' }));

        for (const type of EVENTS.split(' ')) {
            listen(this.#window, type, this.#hear);
        }

        const dialog = this.#dialog;

        listen(dialog, 'cancel', (event) => {
            event.preventDefault();
            this.#on.escape();
        });

        /* browsers do not let a page prevent a second Escape */

        listen(dialog, 'close', () => {
            if (dialog === this.#dialog && dialog.isConnected) {
                call(dialog, 'showModal');
            }
        });

        addStyle(root, this.#window);
        call(root, 'appendChild', dialog);
        call(document.documentElement, 'appendChild', this.#host);

        /* the texts first: they move what gets the focus */

        this.#fill(what);
        this.#before = focused(document);
        call(dialog, 'showModal');

        /* where it does not fit, the focus has scrolled to the buttons */

        dialog.scrollTop = 0;
    }

    /* Pages that guard a dialog of their own stop what is not for that. */
    #hear = (event) => {
        if (!this.isOpen) {
            return;
        }

        event.stopPropagation();

        const [target] = event.composedPath();
        const part = Object.keys(this.parts)
            .find((name) => this.parts[name] === target);

        if (event.type === 'click' && event.isTrusted) {
            this.#on[part]?.();
        }
    };
}
