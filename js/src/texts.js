/* What the dialog says, in the user's language: js/locales has the texts. */

import packed from 'locales';

const KEYS = ['heading', 'warning', 'hint', 'stay', 'leave', 'ended', 'again',
              'save', 'limit', 'wait'];

/* where the browser does not know; with the script, as in uz-Arab */
const RIGHT_TO_LEFT = /^(ar|ckb|dv|fa|he|ks|ps|sd|ug|ur|yi)\b|-(arab|hebr)\b/i;

/* regions that write Chinese in that way */
const TRADITIONAL = /^zh-(tw|hk|mo|hant)\b.*/i;

const locales = new Map();

/* Some write pt_BR, as POSIX does. */
const hyphens = (tag) => `${tag || ''}`.replaceAll('_', '-');

/* build.mjs has moved the letters of other alphabets than ours to ASCII */

for (const line of packed.split('\n')) {
    const [tag, distance, ...values] = line.split('/');
    const locale = { tag };

    KEYS.forEach((key, i) => {
        locale[key] = values[i].replace(/[@-~]/g, (letter) => (
            String.fromCharCode(letter.charCodeAt() + +distance)));
    });

    locales.set(tag.toLowerCase(), locale);
}

/*
 * texts: those that are missing are as the nearest language has them, which may
 * be English; and dir, "ltr" or "rtl", where the browser may not know.  Throws
 * where the tag, or a text, is none.
 */
export function addLocale(tag, texts) {
    const locale = { ...pickLocale([tag]), ...texts, tag: hyphens(tag) };

    const check = (good, what) => {
        if (!good) {
            throw new TypeError('sessionSecurity.addLocale: bad ' + what);
        }
    };

    try {
        Intl.getCanonicalLocales(locale.tag);
    } catch {
        check(false, 'tag ' + locale.tag);
    }

    check(texts === Object(texts), 'texts');

    for (const key of KEYS) {
        check(typeof locale[key] === 'string' && locale[key].trim(), key);
    }

    check(/^(ltr|rtl)$/.test(locale.dir ?? 'ltr'), 'dir');
    locales.set(locale.tag.toLowerCase(), locale);
}

/* The first of the wanted languages that there is; else English. */
export function pickLocale(wanted) {
    for (let tag of wanted) {
        tag = hyphens(tag).toLowerCase();

        if (!locales.has(tag)) {
            tag = tag.replace(TRADITIONAL, 'zh-hant');
        }

        while (tag) {
            if (locales.has(tag)) {
                return locales.get(tag);
            }

            tag = tag.replace(/(^|-)[^-]*$/, '');
        }
    }

    return locales.get('en');
}

/* The locale's own, else the browser's, which Firefox does not tell. */
export function direction({ tag, dir }) {
    const locale = new Intl.Locale(tag);
    const info = locale.getTextInfo?.() || locale.textInfo;

    return dir || info?.direction || (RIGHT_TO_LEFT.test(tag) ? 'rtl' : 'ltr');
}

/* "in 45 seconds", "in 3 minutes", with the language's plural forms. */
export function phrase({ tag }, seconds) {
    const [n, unit] = seconds < 120 ? [seconds, 'second']
                                    : [Math.ceil(seconds / 60), 'minute'];

    return new Intl.RelativeTimeFormat(tag).format(n, unit);
}

export function countdown(seconds) {
    return Math.floor(seconds / 60) + ':'
        + String(seconds % 60).padStart(2, '0');
}
