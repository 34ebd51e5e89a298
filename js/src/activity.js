/*
 * What shows that a user is there.  Events are caught on the window, where a
 * page has not stopped them yet; events that scripts make up do not count.
 */

import { documentOf, hasScript, listen } from './dom.js';

export const EVENTS = 'mousemove mousedown pointermove pointerdown wheel '
    + 'scroll keydown input click touchstart touchmove';

export function createActivity(window, events, active) {
    const places = { __proto__: null };

    const listener = (event) => {
        if (!event.isTrusted) {
            return;
        }

        /* a pointer that lies still "moves" when the page below it does */

        if (/move$/.test(event.type) && 'screenX' in event) {
            const before = places[event.type];
            const place = event.screenX + ' ' + event.screenY;

            places[event.type] = place;

            if (!before || before === place) {
                return;
            }
        }

        active(event);
    };

    /* the focus may go to a frame that was not heard yet */
    const moved = () => window.setTimeout(again);

    const hear = (target) => {
        for (const event of events) {
            listen(target, event, listener, {
                __proto__: null,
                capture: true,
                passive: !event.startsWith('key'),
            });
        }

        listen(target, 'blur', moved);

        /* not by its length, which a page's own "var length" replaces */

        for (let i = 0; target[i]; i++) {
            hearFrame(target[i]);
        }

        /* no window counts the frames in shadow roots */

        let focused = documentOf(target).activeElement;

        while (focused?.shadowRoot) {
            focused = focused.shadowRoot.activeElement;

            if (focused?.contentWindow) {
                hearFrame(focused.contentWindow);
            }
        }
    };

    const hearFrame = (frame) => {
        try {
            if (!hasScript(frame)) {
                hear(frame);
            }
        } catch {
            /* a frame of another origin tells nothing */
        }
    };

    /*
     * To be called again and again: document.open() removes listeners, and
     * frames (of this origin: editors, mostly) come and go.
     */
    const again = () => hear(window);

    return again;
}
