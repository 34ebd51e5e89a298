/* What the user gets to see: the warning, the cover, and the end. */

import { LIVE, WARNED, COVERED, EXPIRED } from './session.js';
import { Dialog } from './dialog.js';
import { documentOf } from './dom.js';
import { countdown, phrase } from './texts.js';

/* seconds left at which a screen reader says so; and every full minute */
const SPOKEN = [10, 30];

const TAP = 400;

export class View {
    #window;
    #document;
    #session;
    #locale;
    #leaves;
    #withTitle;
    #inFrame;
    #go;

    #quiet;         /* the page shows a warning of its own */
    #step;          /* seconds left, as last read out */
    #spoken;
    #ours;          /* the titles */
    #theirs;

    /*
     * session(): the session.  locale(): the texts.  leaves: whether there is
     * anything to sign out by.  inFrame(): whether a page around this one
     * warns.  go(): leaves this page, if it is time to.
     */
    constructor(window, { session, locale, leave, title, inFrame, go }) {
        this.#window = window;
        this.#document = documentOf(window);
        this.#session = session;
        this.#locale = locale;
        this.#leaves = Boolean(leave);
        this.#withTitle = title;
        this.#inFrame = inFrame;
        this.#go = go;

        this.dialog = new Dialog(window, {
            stay: () => session().extend(),
            leave,
            escape: () => session().byButton || session().extend(),
        });
    }

    /* other: the session that has ended was followed by another one */
    show(phase, before, other) {
        if (phase === COVERED) {
            this.hide(true);

        } else if (phase !== EXPIRED && before === COVERED) {
            this.hide(false);
        }

        switch (phase) {

        case WARNED:
            if (before !== WARNED) {
                this.#spoken = undefined;
                this.#quiet = !this.#emit('warn', true);

                /* the page may have extended or stopped it at once */

                if (this.#session().phase !== WARNED) {
                    return;
                }
            }

            this.#warn();
            return;

        case COVERED:
            this.#restoreTitle();
            this.#inFrame() || this.dialog.open(this.#locale(), {}, true);
            return;

        case EXPIRED:
            this.#end(other);
            return;

        case LIVE:
            this.#restoreTitle();
            this.#close();

            if (before === WARNED) {
                this.#emit('extend');
            }
        }
    }

    /* A tap's click is still to come, and not for what lies below. */
    #close() {
        if (this.touched && this.dialog.isOpen) {
            this.#window.setTimeout(() => this.#session().phase === LIVE
                                         && this.dialog.close(), TAP);
        } else {
            this.dialog.close();
        }
    }

    #emit(name, cancelable = false) {
        const { CustomEvent } = this.#window;

        return this.#document.dispatchEvent(
            new CustomEvent('sessionsecurity:' + name, {
                cancelable,
                detail: { remaining: Math.max(0, this.#session().remaining) },
            }));
    }

    #warn() {
        const texts = this.#locale();
        const session = this.#session();
        const { final } = session;
        const left = Math.ceil(session.remaining / 1000);
        const message = texts.warning.replace(/{time}|~/, phrase(texts, left));

        if (this.#inFrame()) {
            return;
        }

        if (this.#quiet) {
            this.dialog.close();

        } else {
            this.dialog.open(texts, {
                heading: final ? '' : texts.heading,
                message,
                countdown: countdown(left),
                hint: final ? texts.save
                    : session.byButton ? '' : texts.hint,
                leave: this.#leaves ? texts.leave : '',
                stay: final ? 'OK' : texts.stay,
                status: this.#status(left, message),
            }, false);
        }

        this.#setTitle(countdown(left) + ' \u00b7 ' + texts.heading);
    }

    /* what is read out first is the dialog itself */
    #status(left, message) {
        const step = SPOKEN.find((s) => left <= s)
            || Math.ceil(left / 60) * 60;

        if (this.#step !== step) {
            this.#spoken = this.#spoken === undefined ? '' : message;
        }

        this.#step = step;
        return this.#spoken;
    }

    #setTitle(text) {
        const document = this.#document;

        if (!this.#withTitle || !document.hidden) {
            this.#restoreTitle();
            return;
        }

        if (document.title !== this.#ours) {
            this.#theirs = document.title;
        }

        this.#ours = document.title = text;
    }

    #restoreTitle() {
        if (this.#ours !== undefined && this.#document.title === this.#ours) {
            this.#document.title = this.#theirs;
        }

        this.#ours = undefined;
    }

    /* All of the page, inline, as it has no rule that is stronger. */
    hide(hidden) {
        const { style } = this.#document.documentElement;

        if (hidden) {
            style.setProperty('opacity', '0', 'important');
        } else {
            style.removeProperty('opacity');
        }
    }

    #end(other) {
        const document = this.#document;
        const texts = this.#locale();

        this.hide(true);

        try {
            this.#restoreTitle();
            this.#emit('expire');
            document.documentElement.textContent = '';

            if (!this.#inFrame()) {
                this.dialog.open(texts, {
                    message: other ? '' : texts.ended,
                    again: texts.again,
                }, true);
            }

        } finally {
            this.#go();
        }
    }
}
