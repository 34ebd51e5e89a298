/*
 * Recognizes a user's activity by DOM events.  Listens on the window in the
 * capture phase, before the page can stop an event.  Events that scripts create
 * do not count.
 */

import { documentOf, hasScript, listen } from './dom.js';

export const EVENTS = 'mousemove mousedown pointermove pointerdown wheel '
    + 'scroll keydown input click touchstart touchmove';

/*
 * events: the names of the events that are activity.  active(event): is called
 * at each of them.  Gives a function that adds the listeners.
 */
export function createActivity(window, events, active) {
    const lastPlaces = { __proto__: null };

    const listener = (event) => {
        if (!event.isTrusted) {
            return;
        }

        /* a still pointer gets move events when the page below it moves */

        if (/move$/.test(event.type) && 'screenX' in event) {
            const before = lastPlaces[event.type];
            const place = event.screenX + ' ' + event.screenY;

            lastPlaces[event.type] = place;

            if (!before || before === place) {
                return;
            }
        }

        active(event);
    };

    /* the focus may have moved to a frame without the listeners */
    const addSoon = () => window.setTimeout(addListeners);

    const listenIn = (target) => {
        for (const event of events) {
            listen(target, event, listener, {
                __proto__: null,
                capture: true,
                passive: !event.startsWith('key'),
            });
        }

        listen(target, 'blur', addSoon);

        /* a page's own "var length" replaces the window's length */

        for (let i = 0; target[i]; i++) {
            listenInFrame(target[i]);
        }

        /* frames in shadow roots are not among the window's frames */

        let focused = documentOf(target).activeElement;

        while (focused?.shadowRoot) {
            focused = focused.shadowRoot.activeElement;

            if (focused?.contentWindow) {
                listenInFrame(focused.contentWindow);
            }
        }
    };

    const listenInFrame = (frame) => {
        try {
            if (!hasScript(frame)) {
                listenIn(frame);
            }
        } catch {
            /* the frame is of another origin */
        }
    };

    /*
     * To be called again and again: document.open() removes listeners, and the
     * page adds frames of its own origin, for example editors.
     */
    const addListeners = () => listenIn(window);

    return addListeners;
}
