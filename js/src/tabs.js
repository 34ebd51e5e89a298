/*
 * What the tabs of one session tell each other.  Times go over the wall clock,
 * the only one that they share.
 */

const TIMES = ['at', 'activity', 'answer', 'asked', 'failed', 'ended'];

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
        /* an old browser: the server still tells of other tabs */
    }

    return (message) => {
        try {
            channel.postMessage(convert({ ...message, at: now() }, ahead()));
        } catch {
            /* likewise */
        }
    };
}
