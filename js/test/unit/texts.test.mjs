/* What the dialog says, and in which language. */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { load } from './bundle.mjs';

const KEYS = ['heading', 'warning', 'hint', 'stay', 'leave', 'ended', 'again',
              'save', 'limit', 'wait'];

const there = new URL('../../locales/', import.meta.url);
const files = Object.fromEntries(
    readdirSync(there).filter((name) => name.endsWith('.json'))
        .map((name) => [name.slice(0, -5),
                        JSON.parse(readFileSync(new URL(name, there)))]));
const TAGS = Object.keys(files);

const { addLocale, countdown, direction, phrase, pickLocale }
    = await load('texts.js');

function picks(wanted, tag) {
    assert.equal(pickLocale(wanted).tag, tag, wanted.join(', '));
}

test('the languages that are to be there are', () => {
    assert.equal(TAGS.length, 32);

    assert.match(readFileSync(new URL('../../../CHANGELOG.md', import.meta.url),
                              'utf8'), /\bin 32 languages\b/);
});

for (const tag of TAGS) {
    test(`${tag}: all keys, in order, with all that they need`, () => {
        const texts = files[tag];

        assert.deepEqual(Object.keys(texts), KEYS);

        for (const [key, text] of Object.entries(texts)) {
            assert.ok(text.trim() === text && text, key);

            /* what separates them in the script, and stands for the time */
            assert.ok(!/[/#]/.test(text), key);
            assert.equal(text.split('{time}').length - 1,
                         key === 'warning' ? 1 : 0, key);
            assert.ok(!/[<>&]/.test(text), key);
        }

        assert.ok([...texts.stay].length <= 28, texts.stay);
        assert.ok([...texts.leave].length <= 28, texts.leave);
    });

    test(`${tag}: is in the script as it is in its file`, () => {
        const { tag: found, ...texts } = pickLocale([tag]);

        assert.equal(found, tag);
        assert.deepEqual(texts, {
            ...files[tag],
            warning: files[tag].warning.replace('{time}', '#'),
        });
    });

    test(`${tag}: its plural forms`, () => {
        assert.deepEqual(Intl.RelativeTimeFormat.supportedLocalesOf([tag]),
                         [tag]);

        const rules = new Intl.PluralRules(tag);
        const byForm = {};

        for (let n = 0; n < 120; n++) {
            const text = phrase({ tag }, n);

            assert.equal(text, text.trim());

            /* what is left if the number is taken out */
            (byForm[rules.select(n)] ||= new Set())
                .add(text.replace(/\p{Nd}+/gu, '#'));
        }

        for (const [form, texts] of Object.entries(byForm)) {
            assert.equal(texts.size, 1, `${form}: ${[...texts]}`);
        }

        const forms = Object.values(byForm);

        const texts = new Set(forms.map(([text]) => text));

        /* these have forms, but not for a second, or not for all of them */
        if (!/^(ar|bn|fa|hi|hu|sw|tr|ur)$/.test(tag)) {
            assert.equal(texts.size, forms.length, Object.keys(byForm).join());
        }

        if (/^(ar|cs|pl|ru|uk)$/.test(tag)) {
            assert.ok(texts.size >= 3, tag);
        }
    });
}

test('plural forms of some languages, word by word', () => {
    const says = (tag, seconds) => phrase({ tag }, seconds)
        .replace(/\u00a0/g, ' ');

    assert.equal(says('en', 1), 'in 1 second');
    assert.equal(says('en', 45), 'in 45 seconds');
    assert.equal(says('pl', 1), 'za 1 sekundę');
    assert.equal(says('pl', 2), 'za 2 sekundy');
    assert.equal(says('pl', 5), 'za 5 sekund');
    assert.equal(says('pl', 22), 'za 22 sekundy');
    assert.equal(says('ru', 1), 'через 1 секунду');
    assert.equal(says('ru', 3), 'через 3 секунды');
    assert.equal(says('ru', 11), 'через 11 секунд');
    assert.equal(says('ru', 21), 'через 21 секунду');
    assert.equal(says('cs', 1), 'za 1 sekundu');
    assert.equal(says('cs', 4), 'za 4 sekundy');
    assert.equal(says('cs', 5), 'za 5 sekund');
    assert.equal(new Set([1, 2, 3, 11].map((n) => (
        says('ar', n).replace(/\p{Nd}+/gu, '#')))).size, 4);
    assert.equal(says('de', 120), 'in 2 Minuten');
});

test('minutes where there are two or more, and never too few', () => {
    const en = { tag: 'en' };

    assert.equal(phrase(en, 0), 'in 0 seconds');
    assert.equal(phrase(en, 119), 'in 119 seconds');
    assert.equal(phrase(en, 120), 'in 2 minutes');
    assert.equal(phrase(en, 121), 'in 3 minutes');
    assert.equal(phrase(en, 600), 'in 10 minutes');
    assert.equal(phrase(en, 7200), 'in 120 minutes');
});

test('countdown()', () => {
    assert.equal(countdown(0), '0:00');
    assert.equal(countdown(9), '0:09');
    assert.equal(countdown(10), '0:10');
    assert.equal(countdown(59), '0:59');
    assert.equal(countdown(60), '1:00');
    assert.equal(countdown(61), '1:01');
    assert.equal(countdown(600), '10:00');
    assert.equal(countdown(6001), '100:01');
});

test('the language itself, or that of the region', () => {
    picks(['de'], 'de');
    picks(['de-AT'], 'de');
    picks(['DE-at'], 'de');
    picks(['de-Latn-CH-1996'], 'de');
    picks(['en-US'], 'en');
    picks(['pt'], 'pt');
    picks(['pt-PT'], 'pt');
    picks(['pt-AO'], 'pt');
    picks(['pt-BR'], 'pt-BR');
    picks(['pt-br'], 'pt-BR');
});

test('both ways to write Chinese', () => {
    for (const tag of ['zh', 'zh-CN', 'zh-SG', 'zh-Hans', 'zh-Hans-CN', 'zh-cn',
                       'zh-Hans-TW'])
    {
        picks([tag], 'zh');
    }

    for (const tag of ['zh-TW', 'zh-tw', 'zh-HK', 'zh-MO', 'zh-Hant',
                       'zh-Hant-HK', 'zh-hant-tw', 'zh-Hant-CN'])
    {
        picks([tag], 'zh-Hant');
    }
});

test('the next, if there is none; and then English', () => {
    picks(['xx', 'de'], 'de');
    picks(['tlh', 'yo-NG', 'fr-CA', 'de'], 'fr');
    picks(['fr', 'de'], 'fr');
    picks(['', 'de'], 'de');
    picks([undefined, null, '', 'it'], 'it');
    picks(['*', '-', '--', 'de-'], 'de');
    picks(['x-klingon'], 'en');
    picks(['german'], 'en');
    picks(['dex'], 'en');
    picks([''], 'en');
    picks([], 'en');
});

test('texts of the page itself', () => {
    addLocale('eo', { ...files.en, stay: 'Resti' });
    picks(['eo'], 'eo');
    picks(['eo-XX', 'de'], 'eo');
    assert.equal(pickLocale(['eo']).stay, 'Resti');

    addLocale('de-AT', { ...files.de, stay: 'Bleiben' });
    assert.equal(pickLocale(['de-AT']).stay, 'Bleiben');
    assert.equal(pickLocale(['de-DE']).stay, files.de.stay);

    addLocale('sv', { ...files.sv, stay: 'Stanna' });
    assert.equal(pickLocale(['sv-SE']).stay, 'Stanna');
});

test('texts of the page itself for zh-TW', () => {
    addLocale('zh-TW', { ...files['zh-Hant'], stay: 'x' });
    assert.equal(pickLocale(['zh-TW']).stay, 'x');
});

test('texts of the page itself, but not all of them', () => {
    addLocale('it', { stay: 'Resto qui' });
    assert.deepEqual({ ...pickLocale(['it']) },
                     { ...files.it, stay: 'Resto qui', tag: 'it',
                       warning: files.it.warning.replace('{time}', '#') });
    addLocale('it', { leave: 'Vado' });
    assert.equal(pickLocale(['it']).stay, 'Resto qui', 'as it was before');

    addLocale('fr-CA', { stay: 'Rester' });
    assert.equal(pickLocale(['fr-CA']).leave, files.fr.leave, "the language's");

    addLocale('tlh', { stay: 'jIratlh' });
    assert.equal(pickLocale(['tlh']).leave, files.en.leave, 'else English');
});

test('tags with underscores', () => {
    picks(['pt_BR', 'de'], 'pt-BR');
    picks(['PT_br'], 'pt-BR');
    picks(['de_CH', 'fr'], 'de');
    picks(['zh_HK'], 'zh-Hant');
    picks(['zh_Hant_HK'], 'zh-Hant');

    addLocale('nl_BE', { stay: 'Blijven' });
    picks(['nl-BE'], 'nl-BE');
    picks(['nl_BE'], 'nl-BE');
    assert.equal(pickLocale(['nl-BE']).stay, 'Blijven');
    assert.equal(phrase(pickLocale(['nl_BE']), 5), 'over 5 seconden');
});

test('what is no tag, and no text, is refused at once', () => {
    const good = { ...files.en };

    for (const tag of ['', 'english language', 'de-1', 'de_DE.UTF-8', '-', 'x',
                       undefined, null, 5, {}])
    {
        assert.throws(() => addLocale(tag, good),
                      /^TypeError: sessionSecurity\.addLocale: bad tag/, tag);
    }

    for (const texts of [undefined, null, 'text', 5]) {
        assert.throws(() => addLocale('cs', texts), /addLocale: bad texts/);
    }

    for (const key of KEYS) {
        for (const text of [undefined, null, '', ' ', 5, {}, ['a']]) {
            assert.throws(() => addLocale('cs', { ...good, [key]: text }),
                          { name: 'TypeError',
                            message: 'sessionSecurity.addLocale: bad ' + key });
        }
    }

    for (const dir of ['', 'auto', 'left', 5]) {
        assert.throws(() => addLocale('cs', { ...good, dir }), /bad dir/);
    }

    assert.equal(pickLocale(['cs']).stay, files.cs.stay, 'nothing has changed');
});

test('right to left: the locale, the browser, the list', () => {
    const { prototype } = Intl.Locale;
    const there = Object.getOwnPropertyDescriptors(prototype);
    const tells = (name, what) => Object.defineProperty(
        prototype, name, { configurable: true, ...what });

    try {
        delete prototype.getTextInfo;
        delete prototype.textInfo;

        for (const tag of ['ps', 'yi', 'sd', 'ckb', 'ar-EG', 'uz-Arab']) {
            assert.equal(direction({ tag }), 'rtl', tag);
        }

        for (const tag of ['arn', 'de', 'pst', 'az-Latn', 'nqo']) {
            assert.equal(direction({ tag }), 'ltr', tag);
        }

        assert.equal(direction({ tag: 'nqo', dir: 'rtl' }), 'rtl');
        assert.equal(direction({ tag: 'ps', dir: 'ltr' }), 'ltr');

        tells('textInfo', { get: () => ({ direction: 'rtl' }) });
        assert.equal(direction({ tag: 'nqo' }), 'rtl');
        tells('getTextInfo', { value: () => ({ direction: 'ltr' }) });
        assert.equal(direction({ tag: 'nqo' }), 'ltr');

        addLocale('nqo', { dir: 'rtl' });
        assert.equal(direction(pickLocale(['nqo'])), 'rtl');

    } finally {
        delete prototype.getTextInfo;
        delete prototype.textInfo;
        Object.defineProperties(prototype, there);
    }
});

test('right to left', () => {
    for (const tag of TAGS) {
        assert.equal(direction({ tag }),
                     ['ar', 'fa', 'he', 'ur'].includes(tag) ? 'rtl' : 'ltr');
    }

    assert.equal(direction({ tag: 'ar-EG' }), 'rtl');
    assert.equal(direction({ tag: 'arn' }), 'ltr');
});
