/*
 * What shows that a user is there.  Events are caught on the window, where a
 * page has not stopped them yet; events that scripts make up do not count.
 */

export const EVENTS = 'mousemove mousedown pointermove pointerdown wheel '
    + 'scroll keydown input click touchstart touchmove';

export function createActivity(window, events, active) {
    const places = {};

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

    const listen = (target) => {
        for (const event of events) {
            target.addEventListener(event, listener, {
                capture: true,
                passive: !event.startsWith('key'),
            });
        }
    };

    /*
     * To be called again and again: document.open() removes listeners, and
     * frames (of this origin: editors, mostly) come and go.
     */
    return () => {
        listen(window);

        for (let i = 0; i < window.length; i++) {
            try {
                if (!window[i].sessionSecurity) {
                    listen(window[i]);
                }
            } catch {
                /* a frame of another origin tells nothing */
            }
        }
    };
}
