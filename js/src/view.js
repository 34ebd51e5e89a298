/* What the user gets to see: the warning, the cover, and the end. */

import { LIVE, WARNED, COVERED, EXPIRED } from './session.js';
import { Dialog } from './dialog.js';
import { documentOf } from './dom.js';
import { countdown, phrase } from './texts.js';

/* seconds left at which a screen reader says so; and every full minute */
const SPOKEN = [10, 30];

const TAP = 400;

/* all of a page but for its looks, which the cover goes on to have */
const CONTENT = ':root>:not(head),'
    + 'head>:not(style,[rel~=stylesheet],[name=color-scheme])';

export class View {
    #window;
    #document;
    #host;

    #quiet;         /* the page shows a warning of its own */
    #step;          /* seconds left, as last read out */
    #spoken;
    #ours;          /* the titles */
    #theirs;

    /*
     * host: session(): the session.  locale(): the texts.  leave(): signs out,
     * if there is anything to sign out by.  moves: whether a mouse that moves
     * is activity.  title: whether that may change.  inFrame(): whether a page
     * around this one warns.  go(): leaves this page, if it is time to.
     */
    constructor(window, host) {
        const { session, leave } = host;

        this.#window = window;
        this.#document = documentOf(window);
        this.#host = host;

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

                if (this.#host.session().phase !== WARNED) {
                    return;
                }
            }

            this.#warn();
            return;

        case COVERED:
            this.#restoreTitle();
            this.#cover({ message: this.#host.locale().wait });
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
            this.#window.setTimeout(() => this.#host.session().phase === LIVE
                                         && this.dialog.close(), TAP);
        } else {
            this.dialog.close();
        }
    }

    #cover(what) {
        const { inFrame, locale } = this.#host;

        inFrame() || this.dialog.open(locale(), what, true);
    }

    #emit(name, cancelable = false) {
        const { CustomEvent } = this.#window;
        const { remaining } = this.#host.session();

        return this.#document.dispatchEvent(
            new CustomEvent('sessionsecurity:' + name, {
                cancelable,
                detail: { remaining: Math.max(0, remaining) },
            }));
    }

    #warn() {
        const texts = this.#host.locale();
        const session = this.#host.session();
        const { final } = session;
        const left = Math.ceil(session.remaining / 1000);
        const heading = final ? texts.save : texts.heading;
        const message = texts.warning.replace(/{time}|#/, phrase(texts, left));

        if (this.#host.inFrame()) {
            return;
        }

        if (this.#quiet) {
            this.dialog.close();

        } else {
            this.dialog.open(texts, {
                heading,
                message,
                countdown: countdown(left),
                hint: final ? texts.limit
                    : session.byButton ? '' : texts.hint,
                leave: this.#canLeave(session) ? texts.leave : '',
                stay: final ? 'OK' : texts.stay,
                status: this.#status(left, message),
            }, false);
        }

        this.#setTitle(countdown(left) + ' \u00b7 ' + heading);
    }

    /* Not by a mouse whose way to the button extends the session already. */
    #canLeave({ byButton, final }) {
        const { leave, moves } = this.#host;
        let isMouse;

        try {
            isMouse = this.#window.matchMedia('(pointer: fine)').matches;
        } catch {
            /* the page has broken that */
        }

        return leave && (final || byButton || !moves || !isMouse);
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

        if (!this.#host.title || !document.hidden) {
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
        const { ended, again, wait } = this.#host.locale();
        const message = other ? wait : ended;

        this.hide(true);

        try {
            this.#restoreTitle();
            this.#emit('expire');

            for (const node of document.querySelectorAll(CONTENT)) {
                node.parentNode.removeChild(node);
            }

            document.title = message;
            this.#cover({ message, again });

        } finally {
            this.#host.go();
        }
    }
}
