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
};
