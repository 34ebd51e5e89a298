/* Shows the user the warning, the cover and the end of the session. */

import { LIVE, WARNED, COVERED, EXPIRED } from './session.js';
import { Dialog } from './dialog.js';
import { documentOf } from './dom.js';
import { countdown, phrase } from './texts.js';

/* seconds left at which a screen reader reads the time, as at full minutes */
const SPOKEN = [10, 30];

/* milliseconds after which the click of a tap has come */
const TAP = 400;

/* all of a page except its style, which the cover keeps */
const CONTENT = ':root>:not(head),'
    + 'head>:not(style,[rel~=stylesheet],[name=color-scheme])';

export class View {
    #window;
    #document;
    #host;

    #quiet;         /* whether the page shows a warning of its own */
    #step;          /* seconds left when the time was last read out */
    #spoken;        /* text for screen readers */
    #ours;          /* title with the countdown, while it is shown */
    #theirs;        /* the page's own title */

    /*
     * The host provides
     *
     *     session()  the session
     *     locale()   the texts
     *     leave()    signs out; missing without a logout URL
     *     moves      whether a mouse's movement is activity
     *     title      whether the title may show the countdown
     *     inFrame()  whether a page around this one shows the warning
     *     go()       leaves the page, unless it is hidden or in such a frame
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

    /*
     * Shows the session's phase.  before: the phase before.  other: a login has
     * begun another session.
     */
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

                /* the event's listener may have extended the session */

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

    /* Closes the dialog after a tap's click, which is not for the page. */
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

    /* Dispatches an event.  Gives false if the page has cancelled it. */
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

    /* No button where a mouse extends the session on its way to the button. */
    #canLeave({ byButton, final }) {
        const { leave, moves } = this.#host;
        let isMouse;

        try {
            isMouse = this.#window.matchMedia('(pointer: fine)').matches;
        } catch {
            /* the page has broken matchMedia() */
        }

        return leave && (final || byButton || !moves || !isMouse);
    }

    /* The text for screen readers.  Empty at first: they read the dialog. */
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

    /* An inline style with !important overrides the page's own rules. */
    hide(hidden) {
        const { style } = this.#document.documentElement;

        if (hidden) {
            style.setProperty('opacity', '0', 'important');
        } else {
            style.removeProperty('opacity');
        }
    }

    /* Removes the page's content, shows the end, and leaves the page. */
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
