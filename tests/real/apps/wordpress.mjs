/* WordPress, with MariaDB and PHP-FPM. */

const USER = 'alice';
const PASSWORD = 'correct horse battery';

const CONFIG = (socket) => `<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'wordpress');
define('DB_PASSWORD', 'secret');
define('DB_HOST', 'localhost:${socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 'wp_';

foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $what) {
    define($what . '_KEY', $what . ' key of a test');
    define($what . '_SALT', $what . ' salt of a test');
}

$site = 'http://' . ($_SERVER['HTTP_HOST'] ?? 'wordpress.localhost');
define('WP_HOME', $site);
define('WP_SITEURL', $site);
define('COOKIEHASH', md5('a test'));

define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);

LINES
require_once __DIR__ . '/wp-settings.php';
`;

const INSTALL = `<?php
define('WP_INSTALLING', true);
require 'wp-load.php';
require 'wp-admin/includes/upgrade.php';
wp_install('Letters', '${USER}', 'alice@example.com', true, '', '${PASSWORD}');
wp_insert_post(['post_title' => 'Hello', 'post_status' => 'publish',
                'post_content' => 'A letter.']);
`;

export default {
    packages: 'wordpress wordpress-theme-twentytwentythree mariadb-server php-fpm php-mysql php-cli',

    async setUp(place, t) {
        const socket = await place.mariaDb(`
            CREATE DATABASE wordpress CHARACTER SET utf8mb4;
            CREATE USER wordpress@localhost IDENTIFIED BY 'secret';
            GRANT ALL ON wordpress.* TO wordpress@localhost;`);

        const root = place.copy('/usr/share/wordpress', 'wordpress');

        place.copy('/var/lib/wordpress/wp-content', 'wordpress/wp-content');
        place.write('wordpress/wp-config.php', CONFIG(socket)
            .replace('LINES', () => t.block('php')));
        place.write('wordpress/install.php', INSTALL);

        /* the editor in a frame, as most sites have it by a plugin */

        place.write('wordpress/wp-content/mu-plugins/classic.php',
                    "<?php add_filter('use_block_editor_for_post',"
                    + " '__return_false');");
        place.run('php', ['install.php'], { cwd: root });

        return [
            ['server 127.0.0.1:9000;',
             `server unix:${await place.phpFpm()};`],
            ['root /srv/wordpress;', `root ${root};`],
        ];
    },

    home: '/wp-admin/edit.php',
    inside: 'id="wpadminbar"',
    loginForm: '#loginform',

    async login(page, t) {
        await t.fill(page, { '#user_login': USER, '#user_pass': PASSWORD });
        await page.click('#wp-submit');
    },

    editor: {
        frame: '#content_ifr',
        field: 'body',
        async open(page, t) {
            await page.goto(t.url('/wp-admin/post-new.php'));
        },
    },

    reason: 'You are now logged out.',

    /* a theme that has no widgets */
    complaints: /class-wp-customize-widgets/,

    quiet: {
        async 'a category that was added'(page, t) {
            await page.goto(t.url('/wp-admin/edit-tags.php?taxonomy=category'));
            await page.type('#tag-name', 'Postcards');
            await page.click('#submit');
            await t.shows(page, '#the-list', 'Postcards');
        },

        async 'Quick Edit'(page, t) {
            await page.goto(t.url('/wp-admin/edit.php'));
            await page.hover('#the-list tr');
            await page.click('#the-list .editinline');
            await page.type('.inline-edit-row .ptitle', ' Again');
            await page.click('.inline-edit-row .save');
            await t.shows(page, '#the-list', ' Again');
        },

        async 'a search for plugins'(page, t) {
            await page.goto(t.url('/wp-admin/plugins.php'));
            await page.type('#plugin-search-input', 'spam');
        },

        async 'a reply to a comment'(page, t) {
            await page.goto(t.url('/wp-admin/edit-comments.php'));
            await page.hover('#the-comment-list tr');
            await page.click('#the-comment-list .reply button');
            await page.type('#replycontent', 'Thank you.');
            await page.click('#replybtn');
            await t.shows(page, '#the-comment-list', 'Thank you.');
        },

        async 'an upload'(page, t) {
            await page.goto(t.url('/wp-admin/media-new.php'));

            const input = await page.waitForSelector(
                '.moxie-shim input[type=file]');

            await input.uploadFile(t.place.write('letter.txt', 'Dear Bob'));
            await page.waitForSelector('.media-item .edit-attachment, '
                                       + '.media-item .media-list-title');
        },

        async 'the Customizer'(page, t) {
            await page.goto(t.url('/wp-admin/customize.php'));
            await page.waitForFunction(() => (
                window.wp?.customize?.section('title_tagline')));
            await page.evaluate(() => (
                window.wp.customize.section('title_tagline').expand()));
            await page.waitForSelector('#_customize-input-blogname',
                                       { visible: true });
            await page.type('#_customize-input-blogname', ' of Alice');
            await page.waitForFunction(() => (
                !window.wp.customize.state('saved').get()));
            await page.click('#save');
            await page.waitForFunction(() => (
                window.wp.customize.state('saved').get()));
        },
    },

    asks: {
        async 'a category that was not added'(page, t) {
            await page.goto(t.url('/wp-admin/edit-tags.php?taxonomy=category'));
            await page.type('#tag-name', 'Telegrams');
        },
    },
};
