/* MediaWiki, with SQLite and PHP-FPM. */

const USER = 'Alice';
const PASSWORD = 'correct horse battery';

export default {
    packages: 'mediawiki php-fpm php-cli php-sqlite3 php-mbstring php-xml php-intl',

    async setUp(place, t) {
        place.run('php', [
            '/usr/share/mediawiki/maintenance/install.php', '--dbtype=sqlite',
            '--dbpath=' + place.makeDir('database'), '--dbname=my_wiki',
            '--confpath=' + place.dir, '--server=http://mediawiki.localhost',
            '--scriptpath=', '--pass=' + PASSWORD, 'Letters', USER]);

        place.append('LocalSettings.php',
                     "$wgServer = 'http://' . $_SERVER['HTTP_HOST'];\n");

        const socket = await place.phpFpm({ env: {
            MW_CONFIG_FILE: place.path('LocalSettings.php'),
        } });

        return [
            ['server unix:/run/php/php-fpm.sock;', `server unix:${socket};`],
        ];
    },

    home: '/index.php?title=Special:Watchlist',
    inside: 'id="pt-logout"',
    loginForm: '#wpPassword1',

    async login(page, t) {
        await t.fill(page, { '#wpName1': USER, '#wpPassword1': PASSWORD });
        await page.click('#wpLoginAttempt');
    },

    editor: {
        frame: '',
        field: '#wpTextbox1',
        async open(page, t) {
            await page.goto(t.url('/index.php?title=Main_Page&action=edit'));
        },
    },

    /* visitors have a session, too */

    async more(t) {
        const context = await t.browser.createBrowserContext();
        const page = await t.tab(context);

        await page.goto(t.url(this.home));
        await t.loginPage(page);

        const cookies = await t.cookies(context);

        t.ok(cookies.some((cookie) => t.isSession(cookie)),
             'a visitor has a session', JSON.stringify(cookies));
        t.equal([await t.idle(context),
                 (await page.content()).includes('data-expire-after')],
                ['logout', false], 'which is not watched');
        await context.close();
    },

    quiet: {
        async 'a search'(page) {
            await page.type('#searchInput', 'letter');
        },
    },
};
