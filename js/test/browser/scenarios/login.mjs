/* A login page in place of a logout URL. */

import { SECRET } from '../pages.mjs';
import { scenario } from '../scenario.mjs';

scenario('login page', {
    login: '/sign-in/?next=$session_security_return_url',
}, async (t) => {
    const a = await t.open('/account');
    const now = await t.warned(a);

    t.equal(now.leave, '', 'no button that could not end a live session');
    t.equal(await a.evaluate(() => window.sessionSecurity.signOut || null),
            null, 'nor a function');

    t.ok(await t.ends(a, 20, '/sign-in/'), 'led to the login page');

    const text = await a.evaluate(() => document.body.textContent);

    t.ok(!text.includes(SECRET) && !text.includes('as before'),
         'which the backend showed as to somebody new', text);
    t.equal(await t.cookie(), undefined, 'the cookie is gone');
});
