/* Pages of all kinds: without JavaScript, in other languages, with a CSP. */

import { page, tag } from '../pages.mjs';
import { scenario } from '../scenario.mjs';

scenario('without JavaScript', {
    warn: '2s', expire: '4s', own: { 'javascript.enabled': false },
}, async (t) => {
    const a = await t.tab();

    if (!t.isFirefox) {
        await a.setJavaScriptEnabled(false);
    }

    await t.open('/', a);
    t.ok(!a.url().includes('/logout/'), 'the page is there');
    await t.out(a);
    t.ok(t.logouts().length, 'the refresh leads to the logout URL');
    t.ok(!await t.cookie(), 'the cookie is gone');
});

scenario('languages', {
    warn: '600s', expire: '1000s', inject: false,
    pages: { '/': (res, { searchParams }) => res.end(page({
        lang: searchParams.get('lang') || '',
        head: tag({ 'warn-after': 0.1, 'expire-after': 1000,
                    ping: '/session_security/ping/?' + searchParams,
                    ...searchParams.get('data')
                       && { lang: searchParams.get('data') } }),
    })) },
}, async (t) => {
    const a = await t.tab();

    for (const [query, lang, dir, heading, what] of [
        ['lang=de', 'de', 'ltr', 'Sind Sie noch da?', 'html lang=de'],
        ['lang=ar', 'ar', 'rtl', 'هل ما زلت هنا؟', 'html lang=ar'],
        ['lang=pt-BR', 'pt-BR', 'ltr', null, 'html lang=pt-BR'],
        ['lang=pt_BR', 'pt-BR', 'ltr', null, 'html lang=pt_BR'],
        ['data=zh_TW', 'zh-Hant', 'ltr', null, 'data-lang=zh_TW'],
        ['lang=de-AT', 'de', 'ltr', 'Sind Sie noch da?', 'html lang=de-AT'],
        ['lang=de&data=fr', 'fr', 'ltr', null, 'data-lang before that'],
        ['lang=xx', 'en', 'ltr', 'Are you still there?',
         'html lang=xx: what the browser prefers'],
        ['', 'en', 'ltr', 'Are you still there?',
         'none: what the browser prefers'],
    ]) {
        await t.open('/?' + query, a);

        const now = await t.warned(a);

        t.equal([now.lang, now.dir, heading ? now.heading : null],
                [lang, dir, heading], what);
    }

    await a.evaluateOnNewDocument(() => {
        Object.defineProperty(navigator, 'languages',
                              { get: () => ['fr-CA', 'en'] });
    });
    await t.open('/?fr', a);
    t.equal((await t.warned(a)).lang, 'fr', 'none: French, if it prefers that');
});

scenario('texts of the page', {
    warn: '600s', expire: '1000s', inject: false,
    pages: { '/': (res) => res.end(page({
        lang: 'ps_AF',
        head: tag({ 'warn-after': 1, 'expire-after': 1000 }),
        script: `addEventListener('load', () => {
            sessionSecurity.addLocale('ps_AF', { stay: 'پاتې کېدل' });

            try {
                sessionSecurity.addLocale('ps@AF', { stay: 'x' });
            } catch (error) {
                window.told = error.message;
            }
        });`,
    })) },
}, async (t) => {
    const a = await t.open();
    const now = await t.warned(a);

    t.equal([now.stay, now.leave, now.lang, now.dir],
            ['پاتې کېدل', 'Sign out now', 'ps-AF', 'rtl'],
            'one text is enough, and an underscore');
    t.equal(await a.evaluate(() => window.told),
            'sessionSecurity.addLocale: bad tag ps@AF',
            'what is no tag is refused');
});

const strict = (policy, more = {}) => (res) => {
    res.setHeader('Content-Security-Policy', policy);

    for (const [name, value] of Object.entries(more)) {
        res.setHeader(name, value);
    }

    res.end('<!DOCTYPE html><html lang="en"><head><title>Account</title>'
            + '</head><body><h1>Account</h1></body></html>');
};

const watch = (a) => a.evaluateOnNewDocument(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
        window.violations.push(event.violatedDirective + ' '
                               + event.blockedURI);
    });
});

scenario('CSP', {
    pages: { '/': strict("default-src 'self'; script-src 'self'; "
        + "style-src 'self'; require-trusted-types-for 'script'") },
}, async (t) => {
    const a = await t.tab();

    await watch(a);
    await t.open('/', a);
    await t.warned(a);

    const style = await a.evaluate(() => {
        const root = document.querySelector('session-security').shadowRoot;

        return [getComputedStyle(root.querySelector('dialog'))
            .borderTopLeftRadius,
                getComputedStyle(root.querySelector('[part=stay]')).minHeight,
                getComputedStyle(root.querySelector('h2')).fontWeight];
    });

    t.equal(style, ['12px', '44px', '600'], 'the dialog has its style');
    await a.keyboard.press('Escape');
    await t.live(a);
    t.equal(await a.evaluate(() => window.violations), [],
            'the policy is not violated');
    t.equal(a.errors.filter((text) => /security.policy|trusted/i.test(text)),
            [], 'nor does the console tell of it');
});

scenario('CSP to the end', {
    pages: { '/': strict("default-src 'self'; script-src 'self'; "
        + "style-src 'self'; require-trusted-types-for 'script'; "
        + "trusted-types 'none'") },
}, async (t) => {
    const a = await t.tab();

    await watch(a);
    await t.open('/', a);
    await t.warned(a);
    await t.ends(a);
    t.equal(a.errors.filter((text) => /security.policy|trusted/i.test(text)),
            [], 'the end violates nothing');
});

scenario('nonce', {
    inject: 'nonce=$upstream_http_x_nonce',
    throws: /: Content-Security-Policy: .*blocked a script/,
    pages: { '/': strict("script-src 'nonce-r4nd0m'", { 'X-Nonce': 'r4nd0m' }),
             '/none': strict("script-src 'nonce-r4nd0m'") },
}, async (t) => {
    const a = await t.tab();

    await watch(a);
    await t.open('/', a);
    await t.warned(a);
    t.equal(await a.evaluate(() => window.violations), [],
            'the tag has the nonce that the page demands');
    await t.open('/none', a);
    t.equal((await t.look(a)).state, undefined, 'without it there is no script');
});
