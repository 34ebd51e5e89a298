/* The texts of the dialog in the user's language, from js/locales. */

import packed from 'locales';

const KEYS = ['heading', 'warning', 'hint', 'stay', 'leave', 'ended', 'again',
              'save', 'limit', 'wait'];

/* used if the browser does not tell; some tags name the script: uz-Arab */
const RIGHT_TO_LEFT = /^(ar|ckb|dv|fa|he|ks|ps|sd|ug|ur|yi)\b|-(arab|hebr)\b/i;

/* tags of traditional Chinese */
const TRADITIONAL = /^zh-(tw|hk|mo|hant)\b.*/i;

const locales = new Map();

/* POSIX writes pt_BR. */
const hyphens = (tag) => `${tag || ''}`.replaceAll('_', '-');

/* build.mjs has moved the letters of other alphabets to ASCII: move back */

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
 * Adds or replaces a language.  texts: some or all texts, and dir, "ltr" or
 * "rtl", if the browser may not know the direction.  Missing texts are those of
 * the nearest language, which may be English.  Throws a TypeError if the tag or
 * a text is invalid.
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

/* The locale of the first wanted language that has one; else of English. */
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

/* "ltr" or "rtl": by the locale, the browser (not Firefox), or the tag. */
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

/* "1:05" for 65 seconds. */
export function countdown(seconds) {
    return Math.floor(seconds / 60) + ':'
        + String(seconds % 60).padStart(2, '0');
}
