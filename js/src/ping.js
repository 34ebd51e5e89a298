/*
 * ask() asks the server how long the session has been idle, and tells it for
 * how long it has been so here, and how old the page is: whole seconds, all.
 * Resolves to a number, to 'logout', or to 'other': the session is another one
 * than the page's.  Rejects for whatever is no answer of the module's: an
 * error, a redirect to some login page, HTML.
 *
 * report() tells the server the same, and waits for no answer: a page that is
 * left gets none.
 */

const LIMIT = 30000;

export function createPing(url, window) {
    const { fetch, navigator, XMLHttpRequest } = window;

    /* a page may have replaced fetch() by what does not work */

    const old = (target) => new Promise((resolve, reject) => {
        const xhr = new XMLHttpRequest();

        xhr.open('GET', target);
        xhr.timeout = LIMIT;
        xhr.onload = () => resolve([xhr.status, xhr.responseText]);
        xhr.onerror = xhr.ontimeout = reject;
        xhr.send();
    });

    const targetOf = (idleFor, age) => (
        url + (url.includes('?') ? '&' : '?')
            + 'idleFor=' + idleFor + '&age=' + age);

    const ask = async (...times) => {
        const target = targetOf(...times);
        let status, text;

        try {
            const response = await fetch.call(window, target, {
                __proto__: null,
                cache: 'no-store',
                redirect: 'error',
                signal: AbortSignal.timeout(LIMIT),
            });

            status = response.status;
            text = await response.text();

        } catch {
            [status, text] = await old(target);
        }

        if (status !== 200 || !/^(\d+|"logout"|"other")\s*$/.test(text)) {
            throw new Error('no answer: ' + status);
        }

        return JSON.parse(text);
    };

    const report = (...times) => navigator.sendBeacon?.(targetOf(...times));

    return { ask, report };
}
