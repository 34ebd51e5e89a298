/* Roundcube, with SQLite, PHP-FPM and Dovecot. */

import { chmodSync, copyFileSync } from 'node:fs';

import { freePort } from './place.mjs';

const USER = 'alice';
const PASSWORD = 'correct-horse-battery';

const CONFIG = (place, imap) => `<?php
$config['db_dsnw'] = 'sqlite:///${place.path('roundcube.db')}?mode=0600';
$config['imap_host'] = '127.0.0.1:${imap}';
$config['des_key'] = 'twenty-four characters!!';
$config['temp_dir'] = '${place.makeDir('roundcube-temp')}';
$config['log_dir'] = '${place.makeDir('roundcube-logs')}';
$config['htmleditor'] = 1;
$config['language'] = 'en_US';
$config['session_lifetime'] = 720;
`;

const MESSAGE = `From: Bob <bob@example.com>
To: Alice <alice@example.com>
Subject: A letter
Date: Sat, 28 Nov 2026 12:00:00 +0000
MIME-Version: 1.0
Content-Type: text/plain

Dear Alice, all is well.
`;

/* root may not read mail, says Dovecot */
function dovecotConf(place, port) {
    const isRoot = process.getuid() === 0;
    const uid = isRoot ? 33 : process.getuid();
    const gid = isRoot ? 33 : process.getgid();

    return `
base_dir = ${place.path('dovecot')}
state_dir = ${place.path('dovecot-state')}
log_path = ${place.path('dovecot.log')}
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:${place.path('mail')}/%u
first_valid_uid = 1
first_valid_gid = 1
${isRoot ? '' : `
default_internal_user = ${process.env.USER}
default_internal_group =
default_login_user = ${process.env.USER}
service anvil {
  chroot =
}
`}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${place.path('mail')}/%u
}
service imap-login {
  ${isRoot ? '' : 'chroot ='}
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
namespace inbox {
  inbox = yes
  mailbox Drafts {
    auto = subscribe
    special_use = \\Drafts
  }
}
`;
}

export default {
    packages: 'roundcube-core roundcube-sqlite3 php-fpm php-sqlite3'
        + ' dovecot-imapd',

    async setUp(place) {
        const imap = await freePort();

        chmodSync(place.makeDir('mail'), 0o777);

        for (const dir of ['new', 'cur', 'tmp']) {
            chmodSync(place.makeDir(`mail/${USER}/${dir}`), 0o777);
        }

        chmodSync(place.path('mail', USER), 0o777);
        chmodSync(place.write(`mail/${USER}/new/1.a.b`, MESSAGE), 0o666);

        await place.start('/usr/sbin/dovecot', [
            '-F', '-c', place.write('dovecot.conf', dovecotConf(place, imap)),
        ], imap, { log: 'dovecot.out' });

        place.write('config/config.inc.php', CONFIG(place, imap));

        for (const file of ['defaults.inc.php', 'mimetypes.php']) {
            copyFileSync('/etc/roundcube/' + file, place.path('config', file));
        }

        const fpm = await place.phpFpm({
            env: { ROUNDCUBE_CONFIG_DIR: place.path('config') },
        });

        return [['server unix:/run/php/php-fpm.sock;', `server unix:${fpm};`]];
    },

    home: '/?_task=mail&_mbox=INBOX',
    inside: 'class="task-mail',
    loginForm: '#login-form',
    reason: 'Your session is invalid or expired',

    async login(page, t) {
        await t.fill(page, {
            '#rcmloginuser': USER,
            '#rcmloginpwd': PASSWORD,
        });
        await page.click('#rcmloginsubmit');
    },

    editor: {
        frame: '#composebody_ifr',
        field: 'body',
        async open(page, t) {
            await page.goto(t.url('/?_task=mail&_action=compose'));
        },
    },

    /* the secret, at another time */
    spellings: {
        'of another time': (name, value) => (
            name + '=' + value.replace(/\d+$/, (time) => +time + 21600)),
        'of an earlier time': (name, value) => (
            name + '=' + value.replace(/\d+$/, (time) => time - 21600)),
    },

    quiet: {
        async 'a draft that was saved'(page, t) {
            await page.goto(t.url('/?_task=mail&_action=compose'));
            await page.waitForFunction(() => (
                document.querySelector('#composebody_ifr')
                    ?.contentDocument?.querySelector('#tinymce')));
            await page.type('#compose-subject', 'A letter');
            await page.click('#toolbar-menu .save');
            await t.shows(page, '#messagestack', 'saved to Drafts');
        },
    },
};
