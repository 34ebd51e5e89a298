/* phpMyAdmin, with MariaDB and PHP-FPM. */

import { replace } from './place.mjs';

const USER = 'alice';
const PASSWORD = 'correct horse battery';

const CONFIG = (socket) => `<?php
$cfg['blowfish_secret'] = 'thirty-two characters of a test.';
$cfg['TempDir'] = __DIR__ . '/tmp';
$cfg['Servers'][1] = [
    'auth_type' => 'cookie', 'host' => 'localhost', 'socket' => '${socket}',
];
`;

export default {
    packages: 'phpmyadmin mariadb-server php-fpm php-mysql',

    async setUp(place) {
        const socket = await place.mariaDb(`
            CREATE DATABASE letters;
            CREATE TABLE letters.letters (id INT PRIMARY KEY, letter TEXT);
            INSERT INTO letters.letters VALUES (1, 'Dear Bob');
            CREATE USER ${USER}@localhost IDENTIFIED BY '${PASSWORD}';
            GRANT ALL ON letters.* TO ${USER}@localhost;`);

        const root = place.copy('/usr/share/phpmyadmin', 'phpmyadmin');

        place.makeDir('phpmyadmin/tmp');
        place.write('phpmyadmin/config.inc.php', CONFIG(socket));

        /* Debian's has its configuration and its cache where all share them */

        const vendor = 'phpmyadmin/libraries/vendor_config.php';

        place.write(vendor, replace(place.read(vendor), [
            ["'/etc/phpmyadmin/config.inc.php'", "ROOT_PATH . 'config.inc.php'"],
            ["'/var/lib/phpmyadmin/tmp/'", "ROOT_PATH . 'tmp/'"],
        ]));

        return [
            ['server unix:/run/php/php-fpm.sock;',
             `server unix:${await place.phpFpm()};`],
            ['root /usr/share/phpmyadmin;', `root ${root};`],
        ];
    },

    home: '/index.php?route=/',
    inside: 'id="pma_navigation"',
    loginForm: '#login_form',

    async login(page, t) {
        await t.fill(page, {
            '#input_username': USER, '#input_password': PASSWORD,
        });
        await page.click('#input_go');
    },

    editor: {
        frame: '',
        field: '#sqlqueryform .CodeMirror-lines',
        async open(page, t) {
            await page.goto(t.url('/index.php?route=/server/sql'));
        },
    },

    reason: 'Your session has expired',

    quiet: {
        async 'a query that was run'(page, t) {
            await page.goto(t.url('/index.php?route=/server/sql'));
            await page.waitForSelector('#sqlqueryform .CodeMirror-lines');
            await page.click('#sqlqueryform .CodeMirror-lines');
            await page.keyboard.type('SELECT * FROM letters.letters');
            await page.click('#button_submit_query');
            await t.shows(page, '.result_query', 'SELECT');
        },
    },
};
