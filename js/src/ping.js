/*
 * ask(idleFor, age) tells the server how long this tab has been idle, and how
 * old the page is.  It resolves to the session's idle time; or to 'logout' if
 * the session has ended; or to 'other' if a login has begun another session
 * since the page was loaded.  All times are whole seconds.  It rejects if the
 * answer is not the module's: an error, a redirect, HTML.
 *
 * report(idleFor, age) tells the server the same without waiting for an answer,
 * for a page that is being left.
 */

/* the longest wait for an answer, in milliseconds */
const LIMIT = 30000;

export function createPing(url, window) {
    const { fetch, navigator, XMLHttpRequest } = window;

    /* the page may have replaced fetch() by a function that fails */

    const askByXhr = (target) => new Promise((resolve, reject) => {
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
            [status, text] = await askByXhr(target);
        }

        if (status !== 200 || !/^(\d+|"logout"|"other")\s*$/.test(text)) {
            throw new Error('no answer: ' + status);
        }

        return JSON.parse(text);
    };

    const report = (...times) => navigator.sendBeacon?.(targetOf(...times));

    return { ask, report };
}
