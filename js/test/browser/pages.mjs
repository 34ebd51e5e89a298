/* The backend's pages. */

/* What nobody is to see once the session is over: a text, and a colour. */
export const SECRET = 'Balance: 12,345';

export const SIGN_IN = `<!DOCTYPE html>
<html lang="en"><head><title>Sign in</title></head>
<body><h1>Sign in</h1></body></html>`;

export const SIGNED_OUT = `<!DOCTYPE html>
<html lang="en"><head><title>Bye</title></head>
<body><h1>Signed out</h1></body></html>`;

/* script: one that is run before ours.  lang: '' for none. */
export function page({
    lang = 'en', head = '', script = '', body = '', title = 'Account',
    style = '',
} = {}) {
    return `<!DOCTYPE html>
<html${lang && ` lang="${lang}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
:root { color-scheme: light dark }
#secret { padding: 2em; background: #f00; color: #000 }
${style}
</style>
<script>${script}</script>
${head}
</head>
<body>
<main>
<h1>Account</h1>
<p id="secret">${SECRET}</p>
<p><input id="field" aria-label="Note"> <button id="button">Do it</button>
<a id="link" href="/other">Other page</a></p>
${body}
</main>
</body>
</html>`;
}

/* The script's tag, written by hand. */
export function tag(attributes) {
    return '<script defer src="/session_security/script.js"'
        + Object.entries({ ping: '/session_security/ping/',
                           logout: '/logout/', ...attributes })
            .map(([name, value]) => ` data-${name}="${value}"`).join('')
        + '></script>';
}
