/*
 * "Leave site?": asked for text that was typed and not sent, and never at the
 * end of a session.
 */

import { page, SECRET } from '../pages.mjs';
import { scenario, wait } from '../scenario.mjs';

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

async function type(a, selector, text = 'hello') {
    await a.click(selector);
    await a.keyboard.type(text);
}

/* What the rows' scripts are written with: as jQuery sends it. */
const SCRIPT = `
    const $ = (id) => document.getElementById(id);
    const sent = () => { document.body.dataset.sent = 'yes'; };
    const serialize = (form) => new URLSearchParams(new FormData(form)) + '';

    function post(body, then = sent, path = '/saved') {
        const xhr = new XMLHttpRequest();

        xhr.onreadystatechange = () => xhr.readyState === 4 && then();
        xhr.open('POST', path);
        xhr.setRequestHeader('Content-Type',
                             'application/x-www-form-urlencoded');
        xhr.send(body);
    }`;

const FORM = '<form id=form method=post action=/saved>'
    + '<input id=a name=a><input id=b name=b value=before>'
    + '<button id=save>Save</button>'
    + '<button id=reset type=reset>Reset</button></form>';

const click = (selector) => (a) => a.click(selector);
const press = (key) => (a) => a.keyboard.press(key);
const types = (selector, text) => (a) => type(a, selector, text);
const run = (script) => (a) => a.evaluate(script);
const isSent = (a, t) => t.until('an answer', () => (
    a.evaluate(() => document.body.dataset.sent)));
const isAt = (path) => (a, t) => t.until(path, () => a.url().endsWith(path));
const onSubmit = (script) => `$('form').addEventListener('submit', (event) => {
    event.preventDefault(); const form = event.target; ${script} });`;

/*
 * The page, its script, what the user and the page do there; and whether the
 * browser is to ask then.
 */
const ROWS = {
    'of applications': {
        'WordPress, add category': {
            html: `<form id=addtag method=post action=/saved class=validate>
                <input type=hidden name=action value=add-tag>
                <input name=tag-name id=a type=text value="" size=40>
                <input name=slug id=slug type=text value="" size=40>
                <textarea name=description id=b></textarea>
                <input type=submit name=submit id=submit value=Add></form>`,
            script: `$('submit').onclick = () => {
                post(serialize($('addtag'))); return false; };`,
            act: [types('#a', 'Käse & Brot, 100%'), types('#b', 'a\nb'),
                  click('#submit'), isSent],
        },

        'WordPress, Quick Edit of a category': {
            html: `<form id=posts-filter method=post>
                <select name=action><option>Bulk</select>
                <input type=submit id=doaction value=Apply>
                <table><tr id=edit-7><td>
                <input type=text name=name id=a value="">
                <input type=text name=slug id=b value=""></td><td>
                <button type=button id=save>Update</button></td></tr></table>
                </form>`,
            script: `$('a').value = 'News'; $('b').value = 'news';
                $('save').onclick = () => {
                    post(serialize($('posts-filter')) + '&action=inline');
                };`,
            act: [types('#a', ' of today'), click('#save'), isSent],
        },

        'WordPress, Quick Edit, cancelled': {
            html: `<form id=posts-filter method=post>
                <input type=submit id=doaction value=Apply>
                <table><tr id=edit-7><td>
                <input type=text name=name id=a value="">
                <button type=button id=cancel>Cancel</button></td></tr></table>
                </form>`,
            script: `$('a').value = 'News';
                $('cancel').onclick = () => $('edit-7').remove();`,
            act: [types('#a', ' of today'), click('#cancel')],
        },

        'WordPress, plugin search': {
            html: `<form class="search-form search-plugins" method=get>
                <input type=hidden name=tab value=search>
                <input type=search name=s id=a value="">
                <input type=submit id=search-submit class=hide-if-js></form>`,
            script: `$('a').addEventListener('input', () => {
                post('s=' + $('a').value + '&action=search-plugins'); });`,
            act: [types('#a', 'shop')],
        },

        'WordPress, comment reply': {
            html: `<form id=post method=post action=/saved>
                <input type=submit value=Update>
                <div id=replyrow><textarea name=replycontent id=a></textarea>
                <button type=button id=save>Reply</button></div></form>`,
            script: `$('save').onclick = () => post('comment_ID=1&content='
                + encodeURIComponent($('a').value) + '&action=reply');`,
            act: [types('#a', 'Thank you: "so" it is!'), click('#save'),
                  isSent],
        },

        'WordPress, media upload': {
            html: `<form enctype=multipart/form-data method=post action=/saved
                class="media-upload-form type-form validate" id=file-form>
                <input type=file name=async-upload id=a>
                <input type=submit name=html-upload value=Upload></form>`,
            act: [async (a) => (await a.$('#a')).uploadFile(process.execPath)],
        },

        'WordPress, Customizer': {
            html: `<form id=customize-controls class=wrap><input id=a type=text>
                <input type=submit name=save id=save value=Publish></form>`,
            act: [types('#a')],
        },

        'DokuWiki, search': {
            html: `<form action=/start method=get role=search class=search
                id=dw__search><input name=q type=text class=edit id=a value="">
                <button value=1 type=submit>Search</button></form>`,
            act: [types('#a')],
        },

        'MediaWiki, search': {
            html: `<form action=/saved id=searchform>
                <input type=search name=search id=a>
                <input type=submit name=go value=Go></form>`,
            act: [types('#a')],
        },

        "Roundcube's saved draft": {
            html: `<form id=form method=post action=/saved>
                <input type=hidden name=_draft value="">
                <textarea name=_message id=a></textarea>
                <button id=send>Send</button>
                <button type=button id=save>Save</button></form>`,
            script: `$('save').onclick = () => {
                const frame = document.createElement('iframe');

                frame.name = $('form').target = 'savetarget';
                document.body.append(frame);
                frame.onload = () => {
                    frame.contentWindow.location.href === 'about:blank'
                        || sent(); };
                $('form')._draft.value = '1';
                $('form').submit();
            };`,
            act: [types('#a'), click('#save'), isSent],
        },

        "Jupyter's upload": {
            html: `<form id=alternate_upload class=alternate_upload>
                <input type=file id=a name=datafile multiple></form>
                <form id=b-form method=post>
                <input id=b value=notebook.ipynb></form>`,
            act: [async (a) => (await a.$('#a')).uploadFile(process.execPath),
                  types('#b')],
        },

        "a ticked row in Django's admin list": {
            html: `<form id=changelist-form method=post novalidate>
                <select name=action id=action><option value="">---
                <option value=delete>Delete</select>
                <button type=submit name=index value=0>Go</button>
                <input type=checkbox name=_selected_action value=1 id=a></form>`,
            act: [click('#a'), (a) => a.select('#action', 'delete'),
                  (a) => a.focus('#action'), press('ArrowUp')],
        },
    },

    'that are sent': {
        'submitted into a frame': {
            html: FORM.replace('method', 'target=there method')
                  + '<iframe name=there id=there></iframe>',
            script: `$('there').onload = () => {
                $('there').contentWindow.location.href === 'about:blank'
                    || sent(); };`,
            act: [types('#a'), click('#save'), isSent],
        },
        'sent by fetch(), as JSON': {
            html: FORM, script: onSubmit(`fetch('/saved', { method: 'PUT',
                body: JSON.stringify({ x: form.a.value }) }).then(sent);`),
            act: [types('#a', 'C:\\new "über" 5 + 5 = 10 %'), click('#save'), isSent],
        },
        'sent by fetch(), as FormData': {
            html: FORM, script: onSubmit(`fetch('/saved', { method: 'POST',
                body: new FormData(form) }).then(sent);`),
            act: [types('#a', 'C:\\new 100%'), click('#save'), isSent],
        },
        'sent by fetch(), as URLSearchParams': {
            html: FORM, script: onSubmit(`fetch('/saved', { method: 'POST',
                body: new URLSearchParams(new FormData(form)) }).then(sent);`),
            act: [types('#a', 'one two'), click('#save'), isSent],
        },
        'sent by fetch(), as a Request': {
            html: FORM, script: onSubmit(`fetch(new Request('/saved', {
                method: 'POST', body: new FormData(form) })).then(sent);`),
            act: [types('#a'), click('#save'), isSent],
        },
        'left as soon as it was sent': {
            html: FORM, script: onSubmit(`post(serialize(form), () => {
                location.href = '/saved'; });`),
            act: [types('#a'), click('#save'), isAt('/saved')],
        },
        'left as soon as it was sent by fetch()': {
            html: FORM, script: onSubmit(`fetch('/saved', { method: 'POST',
                body: new FormData(form),
            }).then(() => { location.href = '/saved'; });`),
            act: [types('#a'), click('#save'), isAt('/saved')],
        },
        'changed by the page when it was sent': {
            html: FORM, script: onSubmit(`post(serialize(form), () => {
                $('a').value = 'a-slug'; sent(); });`),
            act: [types('#a', 'A Slug'), click('#save'), isSent],
        },
    },

    'without work': {
        'not edited': { html: FORM, act: [click('#a')] },
        'as it was at first': {
            html: FORM, act: [types('#a', 'x'), press('Backspace')],
        },
        'as a script wrote it at first': {
            html: FORM, script: `$('a').value = 'x';`,
            act: [types('#a', 'y'), press('Backspace')],
        },
        'reset': { html: FORM, act: [types('#a'), click('#reset')] },
        'written by a script': {
            html: FORM, act: [run(`{
                $('a').value = 'made up';
                $('a').dispatchEvent(new Event('input', { bubbles: true })); }`),
                              click('h1')],
        },
        'gone': { html: FORM, act: [types('#a'), run(`$('form').remove()`)] },
        'in no form': { html: '<input id=a>', act: [types('#a')] },
        'to be ignored': {
            html: FORM.replace('method', 'data-session-security=ignore method'),
            act: [types('#a')],
        },
        'within what is to be ignored': {
            html: `<div data-session-security=ignore>${FORM}</div>`,
            act: [types('#a')],
        },
        'a search by POST': {
            html: `<search>${FORM}</search>`, act: [types('#a')],
        },
        'form.submit()': {
            html: FORM, script: `$('a').oninput = (event) => {
                if (event.data === 'o') {
                    $('form').submit();
                } };`,
            act: [types('#a', 'hello'), isAt('/saved')],
        },
        'submitted': {
            html: FORM, act: [types('#a'), click('#save'), isAt('/saved')],
        },
    },

    'with work': {
        'edited': { html: FORM, act: [types('#a')], asks: true },
        'edited in an e-mail field': {
            html: FORM.replace('id=a', 'id=a type=email'), act: [types('#a')],
            asks: true,
        },
        'with a button elsewhere': {
            html: FORM.replace(/<button.*button>/, '')
                  + '<button form=form>Save</button>',
            act: [types('#a')], asks: true,
        },
        'with a picture for a button': {
            html: FORM.replace(/<button.*button>/, '<input type=image alt=Save>'),
            act: [types('#a')], asks: true,
        },
        'with controls named as methods': {
            html: FORM.replace('<button', ['matches', 'closest', 'elements',
                                           'method', 'submit', 'querySelector',
                                           'isConnected', 'getAttribute', 'target']
                .map((name) => `<input name=${name}>`).join('') + '<button'),
            act: [types('#a')], asks: true,
        },
        'a reset that was prevented': {
            html: FORM, script: `$('form').onreset = () => false;`,
            act: [types('#a'), click('#reset')], asks: true,
        },
        'a submission that nobody sent': {
            html: FORM, script: onSubmit('event.stopPropagation(); sent();'),
            act: [types('#a'), click('#save'), isSent], asks: true,
        },
        'a form that was only read': {
            html: FORM, script: onSubmit(`setTimeout(() => {
                new FormData(form); sent(); });`),
            act: [types('#a'), click('#save'), isSent], asks: true,
        },
        'an answer that is an error': {
            html: FORM, script: onSubmit(`post(serialize(form), sent, '/error');`),
            act: [types('#a'), click('#save'), isSent], asks: true,
        },
        'an answer of fetch() that is an error': {
            html: FORM, script: onSubmit(`fetch('/error', { method: 'POST',
                body: new FormData(form) }).then(sent);`),
            act: [types('#a'), click('#save'), isSent], asks: true,
        },
        'no answer': {
            html: FORM, script: onSubmit(`fetch('http://127.0.0.1:9/', {
                method: 'POST', body: new FormData(form) }).catch(sent);`),
            act: [types('#a'), click('#save'), isSent], asks: true,
        },
        'edited again': {
            html: FORM, script: onSubmit('post(serialize(form));'),
            act: [types('#a'), click('#save'), isSent, types('#a', '!')],
            asks: true,
        },
        'edited while it was sent': {
            html: FORM, script: onSubmit(`post(serialize(form), sent, '/slow');`),
            act: [types('#a'), click('#save'), types('#a', '!'),
                  run(`fetch('/go')`), isSent],
            asks: true,
        },
        'a heartbeat after the last edit': {
            html: FORM, act: [types('#a'), run(`post('action=heartbeat&n=1')`),
                              isSent], asks: true,
        },
        'a poll after the last edit': {
            html: FORM, act: [types('#a'), run(`fetch('/saved').then(sent)`),
                              isSent], asks: true,
        },
        'another form that was sent': {
            html: FORM + `<form id=c-form method=post><input id=c name=c>
                <button>Save</button></form>`,
            act: [types('#a'), types('#c', 'other'),
                  run(`post(serialize($('c-form')))`), isSent], asks: true,
        },
    },
};

const PAGES = {
    '/': (res, url) => {
        const { html, script = '' } = ROWS[url.searchParams.get('kind')]
            [url.searchParams.get('row')];

        res.end(page({ script: SCRIPT, body: html
                       + `<script>{ ${script} }</script>` }));
        },
    '/saved': (res) => res.end('ok'),
    '/error': (res) => { res.writeHead(500); res.end('no'); },
};

/* '/slow' answers when '/go' is asked for. */
{
    const slow = [];

    PAGES['/slow'] = (res) => { slow.push(res); };
    PAGES['/go'] = (res) => { [...slow.splice(0), res].forEach(
        (one) => one.end('ok')); };
}

const rows = Object.entries(ROWS).flatMap(([kind, all]) => (
    Object.entries(all).map(([row, what]) => ({ kind, row, ...what }))));

for (const { kind, row, act, asks: wanted = false } of rows) {
    scenario(`forms ${kind}: ${row}`, {
        inject: 'forms=on', pages: PAGES, throws: /NetworkError|fetch/,
    }, async (t) => {
        const a = await t.open('/?' + new URLSearchParams({ kind, row }));

        await t.until('the script', () => (
            a.evaluate(() => Boolean(window.sessionSecurity))));

        for (const step of act) {
            await step(a, t);
        }

        if (wanted) {
            t.equal(await asks(t, a, true), 'beforeunload',
                    'the browser asks');
            await a.evaluate(() => window.sessionSecurity.saved());
        }

        await asks(t, a);
        t.equal(a.dialogs.length, Number(wanted),
                wanted ? 'not asked, once the page says that it is saved'
                    : 'not asked');
    });
}

for (const inject of ['', 'forms=off']) {
    scenario('forms off ' + inject, {
        inject, pages: { '/': page({ body: FORM }) },
    }, async (t) => {
        const a = await t.open();

        await type(a, '#a');
        await a.evaluate(() => window.sessionSecurity.saved());
        t.equal(await asks(t, a), '', `"${inject}": not asked`);
    });
}

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
        inject: how === 'own form' ? 'forms=on' : '',
        pages: { '/': page({ script, body: FORM }) },
    }, async (t) => {
        const a = await t.open();

        a.stays = true;
        await type(a, '#a');

        if (how === 'first handler' && t.isFirefox) {

            /* which is heard there: docs/browser.md, "Limits" */

            await t.nearEnd(a);
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
