/*
 * Sends messages between the tabs of one session.  Times in a message are on
 * the wall clock, the only clock that tabs share.
 */

const TIMES = ['at', 'activity', 'answer', 'asked', 'failed', 'ended'];

/*
 * told(message): is called with another tab's message, whose times are on the
 * clock now().  Gives a function that sends a message.
 */
export function createTabs(name, now, window, told) {
    let channel;

    const convert = (message, ms) => {
        const converted = { __proto__: null, ...message };

        for (const key of TIMES) {
            if (key in converted) {
                converted[key] += ms;
            }
        }

        return converted;
    };

    const ahead = () => window.Date.now() - now();

    try {
        channel = new window.BroadcastChannel(name);

        channel.onmessage = ({ data }) => told(convert(data, -ahead()));

    } catch {
        /* in an old browser tabs know of each other by the server only */
    }

    return (message) => {
        try {
            channel.postMessage(convert({ ...message, at: now() }, ahead()));
        } catch {
            /* the same */
        }
    };
}
