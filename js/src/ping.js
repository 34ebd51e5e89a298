/*
 * Asks the server how long the session has been idle, and tells it for how
 * long it has been so here, and how old the page is: whole seconds, all.
 * Resolves to a number, to 'logout', or to 'other': the session is another one
 * than the page's.  Rejects for whatever is no answer of the module's: an error,
 * a redirect to some login page, HTML.
 */

const LIMIT = 30000;

export function createPing(url, window) {
    const { fetch, XMLHttpRequest } = window;

    /* a page may have replaced fetch() by what does not work */

    const old = (target) => new Promise((resolve, reject) => {
        const xhr = new XMLHttpRequest();

        xhr.open('GET', target);
        xhr.timeout = LIMIT;
        xhr.onload = () => resolve([xhr.status, xhr.responseText]);
        xhr.onerror = xhr.ontimeout = reject;
        xhr.send();
    });

    return async (idleFor, age) => {
        const target = url + (url.includes('?') ? '&' : '?')
            + 'idleFor=' + idleFor + '&age=' + age;
        let status, text;

        try {
            const response = await fetch.call(window, target, {
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
}
