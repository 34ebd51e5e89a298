/*
 * The dialog of the warning, and the cover over the whole page.  Both are a
 * custom element with a shadow root and a native <dialog>, which makes the page
 * behind it inert and gives the focus back.
 *
 * A page may have replaced methods of the DOM, and may remove elements that it
 * does not know.  So open() looks whether the dialog is shown.  If it is not,
 * open() tries again with the methods of a new frame.
 */

import { documentOf, listen } from './dom.js';
import css from './style.css';
import { direction } from './texts.js';

const NAME = 'session-security';

/* the events that press a button, or that keep it unpressed if prevented */
const EVENTS = 'click keydown keypress keyup touchstart touchend pointerdown '
    + 'mousedown';

/* Gives a function that calls a method of this window's HTMLDialogElement. */
const methodsOf = ({ HTMLDialogElement: { prototype } }) => (
    (node, name, ...args) => prototype[name].apply(node, args));

/* The same for a new frame, whose methods no page has replaced. */
function freshMethods(window) {
    const document = documentOf(window);
    const root = document.documentElement;
    const frame = root.insertBefore(document.createElement('iframe'), null);
    const call = methodsOf(frame.contentWindow);

    root.removeChild(frame);
    return call;
}

/* A Content-Security-Policy does not forbid a constructed style sheet. */
function addStyle(root, { CSSStyleSheet }) {
    try {
        const sheet = new CSSStyleSheet();

        sheet.replaceSync(css);
        root.adoptedStyleSheets = [sheet];
    } catch {
        /* an old browser, or a page that has broken this: no style */
    }
}

/* The element that has the focus, also in shadow roots and in frames. */
function focused(document) {
    let node = document.activeElement;

    try {
        for (let next = node; next; /* void */) {
            node = next;
            next = (node.shadowRoot || node.contentDocument).activeElement;
        }
    } catch {
        /* the frame has another origin, or the element is no frame */
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
    #before;        /* the element that had the focus before */

    /* on: stay() and leave() for the buttons, escape() for the Escape key */
    constructor(window, on) {
        this.#window = window;
        this.#document = documentOf(window);
        this.#on = on;
    }

    get isOpen() {
        return this.#dialog?.open && this.#dialog.isConnected;
    }

    /* Whether the event chooses between the buttons, and is not activity. */
    isChoice(event) {
        return this.isOpen && !this.parts.leave.hidden
            && (event.key === 'Tab' || event.key === 'Shift'
                || event.composedPath()[0] === this.parts.leave);
    }

    /* Whether the page has opened a modal dialog of its own above this one. */
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
     * Shows the dialog, or only changes its texts if it is shown already.
     * texts: a locale.  what: the text of each part; parts without a text are
     * hidden.  cover: whether to cover the whole page.
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
                    /* the page has changed the DOM: isOpen tells below */
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

        /* the heading is the dialog's name; without a heading the message */

        parts.heading.id = what.heading ? 'h' : '';
        parts.message.id = what.heading ? 'm' : 'h';

        /* the message tells the time, too: hide the countdown to save room */

        parts.countdown.hidden ||= this.#dialog.scrollHeight
                                   > this.#dialog.clientHeight;
    }

    close() {
        const dialog = this.#dialog;

        this.#dialog = null;

        try {
            this.#call(dialog, 'close');
        } catch {
            /* there is no dialog */
        }

        this.#host?.parentNode?.removeChild(this.#host);
        this.parts = {};

        /* browsers give the focus back to a frame, not to an element in it */

        if (dialog && this.#before !== focused(this.#document)) {
            try {
                this.#call(this.#before, 'focus', { preventScroll: true });
            } catch {
                /* the page has removed the element */
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
            listen(this.#window, type, this.#handle);
        }

        const dialog = this.#dialog;

        listen(dialog, 'cancel', (event) => {
            event.preventDefault();
            this.#on.escape();
        });

        /* a second Escape closes the dialog: browsers allow no prevention */

        listen(dialog, 'close', () => {
            if (dialog === this.#dialog && dialog.isConnected) {
                call(dialog, 'showModal');
            }
        });

        addStyle(root, this.#window);
        call(root, 'appendChild', dialog);
        call(document.documentElement, 'appendChild', this.#host);

        /* before showModal(), since hidden buttons get no focus */

        this.#fill(what);
        this.#before = focused(document);
        call(dialog, 'showModal');

        /* show the beginning: the focus may have scrolled to the buttons */

        dialog.scrollTop = 0;
    }

    /*
     * Handles the buttons.  The page does not get the event: a page that guards
     * the focus of its own dialog would prevent it.
     */
    #handle = (event) => {
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
