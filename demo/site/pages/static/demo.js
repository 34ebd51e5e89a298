'use strict';

const PING = '/session_security/ping/';


/* Every page: how long idle, in all tabs; reports nothing unless told to. */

async function ping(idleFor) {
    const query = idleFor === undefined ? '' : `?idleFor=${idleFor}`;
    const response = await fetch(PING + query);

    return response.json();
}


function seconds(n) {
    return `${n}\u00a0s`;
}


/* Screen readers speak a text that changes: so only what is new. */

function say(element, text) {
    if (element.textContent !== text) {
        element.textContent = text;
    }
}


function watchStatus(card) {
    const find = (selector) => card.querySelector(selector);
    const warnAfter = Number(card.dataset.warnAfter);
    const expireAfter = Number(card.dataset.expireAfter);

    function show(idle) {
        const ended = idle === 'logout';
        const warned = !ended && idle >= warnAfter;
        const remaining = ended ? 0 : Math.max(expireAfter - idle, 0);

        card.dataset.state = ended ? 'ended' : warned ? 'warned' : 'live';

        find('[data-name]').textContent = ended ? 'ended' : 'live';
        find('[data-idle]').textContent = ended ? '–' : seconds(idle);
        find('[data-remaining]').textContent = seconds(remaining);
        find('progress').value = remaining;
        find('button').hidden = ended;
        find('[data-next]').hidden = !ended;

        say(find('[data-says]'),
            ended ? 'The session has ended: the next page is the logout page.'
            : warned ? 'A warning is due: the session will end soon.'
            : 'The session is live.');
    }

    async function ask(idleFor) {
        try {
            show(await ping(idleFor));
        } catch (error) {
            say(find('[data-says]'), 'The server does not answer.');
        }
    }

    find('button').addEventListener('click', () => ask(0));

    setInterval(ask, 1000);
    ask();
}


function watchClock(card) {
    const find = (selector) => card.querySelector(selector);
    let timer = null;

    async function ask() {
        let response, answer;

        try {
            response = await fetch('/api/clock');
            answer = await response.json();
        } catch (error) {
            return;
        }

        if (response.ok) {
            find('[data-time]').textContent = answer.time.slice(11, 19);
            find('[data-idle]').textContent = seconds(answer.idle);
            find('[data-remaining]').textContent = seconds(answer.remaining);
            return;
        }

        card.dataset.state = 'ended';
        find('[data-remaining]').textContent = seconds(0);
        say(find('[data-says]'),
            `The clock has stopped: ${response.status} ${answer.error}.`);
        clearInterval(timer);
    }

    timer = setInterval(ask, 3000);
    ask();
}


/*
 * The draft of who was away for too long.  Who logs out leaves none: the next at
 * this screen may be another.  A browser may deny the place for it.
 */

const draft = {
    take() {
        try {
            const text = sessionStorage.getItem('draft');

            sessionStorage.removeItem('draft');
            return text;
        } catch (error) {
            return null;
        }
    },

    keep(text) {
        try {
            sessionStorage.setItem('draft', text);
        } catch (error) {
            /* then there is none */
        }
    },
};


function watchForm(form) {
    const says = form.querySelector('[data-says]');
    const answer = form.querySelector('[data-answer]');
    const text = draft.take();

    if (text) {
        form.elements.text.value = text;
        say(says, 'Your draft, from before the logout.');
    }

    document.addEventListener('sessionsecurity:expire', () => {
        draft.keep(form.elements.text.value);
    });

    form.addEventListener('submit', async (event) => {
        event.preventDefault();

        try {
            const response = await fetch(form.action, {
                method: 'POST',
                body: new URLSearchParams(new FormData(form)),
            });

            answer.textContent = `${response.status} `
                                 + (await response.text()).trim();
            answer.hidden = false;

            say(says, response.ok ? 'Saved.'
                : 'Not saved: the session has ended. Your text is still here; '
                  + 'log in again in another tab, then save.');
            answer.dataset.state = response.ok ? 'live' : 'ended';

        } catch (error) {
            say(says, 'Not saved: the server does not answer.');
        }
    });
}


/* What no event shows the script: somebody is looking at something. */

function watchFilm(box) {
    setInterval(() => box.checked && sessionSecurity.activity(), 1000);
}


for (const [id, watch] of [['status', watchStatus], ['clock', watchClock],
                           ['write', watchForm], ['film', watchFilm],
                           ['left', () => draft.take()]]) {
    const element = document.getElementById(id);

    if (element) {
        watch(element);
    }
}
