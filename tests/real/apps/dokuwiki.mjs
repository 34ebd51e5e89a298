/* DokuWiki, with PHP-FPM; its pages are files. */

const USER = 'alice';
const PASSWORD = 'correct horse battery';

const LOCAL = (data) => `<?php
$conf['title'] = 'Letters';
$conf['useacl'] = 1;
$conf['superuser'] = '@admin';
$conf['savedir'] = '${data}';

/* or the cookie's name has the port in it */
$conf['securecookie'] = 0;
`;

const ACL = `# acl.auth.php
* @ALL 0
* @user 8
`;

export default {
    packages: 'dokuwiki php-fpm php-cli php-xml',

    async setUp(place) {
        const conf = place.makeDir('conf');
        const data = place.makeDir('data');

        for (const name of ['attic', 'cache', 'index', 'locks', 'log', 'media',
                            'media_attic', 'media_meta', 'meta', 'pages', 'tmp'])
        {
            place.makeDir('data/' + name);
        }

        const hash = place.run('php', [
            '-r', `echo password_hash('${PASSWORD}', PASSWORD_BCRYPT);`]);

        place.write('conf/local.php', LOCAL(data));
        place.write('conf/acl.auth.php', ACL);
        place.write('conf/users.auth.php',
                    `${USER}:${hash}:Alice:alice@example.com:user\n`);
        place.write('data/pages/start.txt', '====== Letters ======\n');

        const socket = await place.phpFpm({ settings: {
            auto_prepend_file: place.write(
                'prepend.php', `<?php define('DOKU_CONF', '${conf}/');`),
        } });

        return [
            ['server unix:/run/php/php-fpm.sock;', `server unix:${socket};`],
        ];
    },

    home: '/doku.php?id=start',
    inside: 'do=logout',
    loginForm: '#dw__login input[name=p]',

    /* with "Remember me", which must not open anything later */

    async login(page, t) {
        await page.click('#dw__login input[name=r]');
        await t.fill(page, { '#dw__login input[name=u]': USER,
                             '#dw__login input[name=p]': PASSWORD });
        await page.click('#dw__login button[type=submit]');
    },

    editor: {
        frame: '',
        field: '#wiki__text',
        async open(page, t) {
            await page.goto(t.url('/doku.php?id=start&do=edit'));
        },
    },

    /* of a cookie that is empty, and of a user that a visitor has logged off */
    complaints: /PHP Warning: +Undefined array key/,

    quiet: {
        async 'a search'(page) {
            await page.type('#qsearch__in', 'letter');
        },
    },
};
