/* What the dialog says, in the user's language: js/locales has the texts. */

import packed from 'locales';

const KEYS = ['heading', 'warning', 'hint', 'stay', 'leave', 'ended'];

const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/;

/* regions that write Chinese in that way */
const TRADITIONAL = /^zh-(tw|hk|mo|hant)\b.*/i;

const locales = new Map();

export function addLocale(tag, texts) {
    locales.set(tag.toLowerCase(), { ...texts, tag });
}

for (const [tag, texts] of Object.entries(packed)) {
    const values = texts.split('|');

    addLocale(tag, Object.fromEntries(KEYS.map((key, i) => [key, values[i]])));
}

/* The first of the wanted languages that there is; else English. */
export function pickLocale(wanted) {
    for (let tag of wanted) {
        tag = (tag || '').toLowerCase();

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

export function direction({ tag }) {
    return RIGHT_TO_LEFT.test(tag) ? 'rtl' : 'ltr';
}

/* "in 45 seconds", "in 3 minutes", with the language's plural forms. */
export function phrase({ tag }, seconds) {
    const [n, unit] = seconds < 120 ? [seconds, 'second']
                                    : [Math.ceil(seconds / 60), 'minute'];

    return new Intl.RelativeTimeFormat(tag).format(n, unit);
}

export function countdown(seconds) {
    const rest = seconds % 60;

    return Math.floor(seconds / 60) + ':' + (rest < 10 ? '0' : '') + rest;
}
