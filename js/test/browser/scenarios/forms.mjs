/* Forms that were edited and not submitted. */

import { page, SECRET } from '../pages.mjs';
import { scenario, wait } from '../scenario.mjs';

const FORM = page({ body: `
    <form id="form" action="/saved">
    <input id="a" name="a"><button id="submit">Save</button>
    <button id="reset" type="reset">Reset</button>
    </form>
    <form id="chooser" action="/chosen">
    <select id="select" name="s" onchange="this.form.submit()">
    <option>one<option>two</select>
    <input id="b" name="b">
    </form>
    <form data-session-security="ignore"><input id="c" name="c"></form>
    <input id="d">` });

/* Leaves the page by a link; gives whether the browser asked. */
async function asks(t, a, stays = false) {
    const before = a.dialogs.length;

    a.stays = stays;
    await a.evaluate(() => {
        setTimeout(() => { location.href = '/other'; }, 10);
    });

    if (stays) {
        await t.until('a question', () => a.dialogs.length > before);
        await wait(200);
    } else {
        await t.until('the other page', () => a.url().endsWith('/other'));
    }

    a.stays = false;
    return a.dialogs.slice(before).join();
}

async function type(a, selector) {
    await a.click(selector);
    await a.keyboard.type('hello');
}

scenario('forms', {
    warn: '600s', expire: '1000s', slow: 3,
    pages: { '/': FORM },
}, async (t) => {
    const a = await t.open();

    await a.click('#a');
    t.equal(await asks(t, a), '', 'a form that was not edited: not asked');

    await t.open('/', a);
    await type(a, '#a');
    t.equal(await asks(t, a, true), 'beforeunload',
            'an edited form: the browser asks');
    t.equal((await t.look(a)).path, '/', 'and stays if told so');

    await a.click('#reset');
    t.equal(await asks(t, a), '', 'reset: not asked');

    await t.open('/', a);
    await type(a, '#a');
    await a.click('#submit');
    await t.until('the next page', () => a.url().includes('/saved'));
    t.equal(a.dialogs.length, 1, 'submitted: not asked');

    await t.open('/', a);
    await type(a, '#b');
    await a.focus('#select');
    await a.keyboard.press('ArrowDown');

    /* some do not tell of the change before the list is left */

    if (!a.url().includes('/chosen')) {
        await a.keyboard.press('Tab').catch(() => {});
    }

    await t.until('the next page', () => a.url().includes('/chosen'));
    t.equal(a.dialogs.length, 1, 'form.submit() in onchange: not asked');

    await t.open('/', a);
    await type(a, '#c');
    await type(a, '#d');
    t.equal(await asks(t, a), '',
            'data-session-security=ignore, or no form: not asked');

    await t.open('/', a);
    await type(a, '#a');
    await a.evaluate(() => document.querySelector('#form').remove());
    t.equal(await asks(t, a), '', 'a form that is gone: not asked');

    await t.open('/', a);
    await a.evaluate(() => {
        const field = document.querySelector('#a');

        field.value = 'made up';
        field.dispatchEvent(new Event('input', { bubbles: true }));
        field.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await a.click('#d');
    t.equal(await asks(t, a), '', 'changed by a script: not asked');
});

scenario('forms sent by the page', {
    warn: '600s', expire: '1000s',
    pages: { '/': FORM.replace('</main>', `<script>
        document.querySelector('#form').addEventListener('submit', (event) => {
            event.preventDefault();
            event.stopPropagation();
            window.submitted = true;
        });
    </script></main>`) },
}, async (t) => {
    const a = await t.open();

    await type(a, '#a');
    await a.click('#submit');
    await t.until('the submission', () => a.evaluate(() => window.submitted));
    t.equal(await asks(t, a, true), 'beforeunload',
            'submitted, but prevented: the browser asks');

    await a.evaluate(() => window.sessionSecurity.saved(
        document.querySelector('#form')));
    t.equal(await asks(t, a), '', 'the page says that it is saved: not asked');
});

scenario('forms off', {
    warn: '600s', expire: '1000s', inject: 'forms=off', pages: { '/': FORM },
}, async (t) => {
    const a = await t.open();

    await type(a, '#a');
    await a.evaluate(() => window.sessionSecurity.saved());
    t.equal(await asks(t, a), '', 'forms=off: not asked');
});

for (const [how, script] of Object.entries({
    'own form': '',
    'own handler': `onbeforeunload = () => 'Really?';
        addEventListener('beforeunload', (event) => {
            event.preventDefault();
            event.returnValue = 'Really?';
        });`,
    'first handler': `addEventListener('beforeunload', (event) => {
            event.preventDefault();
            event.returnValue = 'Really?';
        }, true);`,
})) {
    scenario('expiry and ' + how, {
        pages: { '/': FORM.replace('<script>', '<script>' + script) },
    }, async (t) => {
        const a = await t.open();

        a.stays = true;
        await type(a, '#a');

        if (how === 'first handler' && t.isFirefox) {

            /* which is heard there: docs/browser.md, "Limits" */

            await t.pass(1200);
            await t.until('an empty page', async () => (
                !(await t.text(a)).includes(SECRET)));
            t.ok(true, 'asked or not, nothing is left to be seen');
        } else {
            await t.ends(a);
            t.ok(true, 'the page is left');
            t.equal(a.dialogs, [], 'no question holds it up');
        }
    });
}
