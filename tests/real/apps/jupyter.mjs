/* Jupyter Notebook, with a password, and a kernel of Python. */

import { freePort } from './place.mjs';

const PASSWORD = 'correct horse battery';

const HASH = `from notebook.auth import passwd
print(passwd('${PASSWORD}', algorithm='sha1'))`;

const notebook = (source) => JSON.stringify({
    cells: [{ cell_type: 'code', execution_count: null, metadata: {},
              outputs: [], source }],
    metadata: { kernelspec: { display_name: 'Python 3', language: 'python',
                              name: 'python3' } },
    nbformat: 4,
    nbformat_minor: 4,
});

export default {
    packages: 'jupyter-notebook',

    async setUp(place, t) {
        const port = await freePort();
        const hash = place.run('/usr/bin/python3', ['-c', HASH]).trim();

        place.write('letters/letters.ipynb', notebook([]));
        place.write('letters/sums.ipynb', notebook(['print(6 * 7)']));
        place.write('jupyter_notebook_config.py', [
            t.block('python'),
            `c.NotebookApp.password = '${hash}'`,
            `c.NotebookApp.port = ${port}`,
            `c.NotebookApp.notebook_dir = '${place.path('letters')}'`,
            'c.NotebookApp.open_browser = False',
            'c.NotebookApp.allow_root = True',
            /* without a port in it, as where nginx listens on port 80 */
            'c.NotebookApp.tornado_settings = '
            + "{'cookie_name': 'username-jupyter-localhost'}", '',
        ].join('\n'));

        await place.start(
            '/usr/bin/jupyter-notebook',
            ['--config=' + place.path('jupyter_notebook_config.py')], port,
            { env: { HOME: place.dir }, log: 'jupyter.log' });

        return [['server 127.0.0.1:8888;', `server 127.0.0.1:${port};`]];
    },

    home: '/tree',
    inside: 'id="logout"',
    loginForm: '#password_input',

    async login(page, t) {
        await t.fill(page, { '#password_input': PASSWORD });
        await page.click('#login_submit');
    },

    editor: {
        frame: '',
        field: '.CodeMirror',
        async open(page, t) {
            await page.goto(t.url('/notebooks/letters.ipynb'));
        },
    },

    /* over the kernel's WebSocket */

    async more(t) {
        const context = await t.browser.createBrowserContext();
        const page = await t.tab(context);

        await page.goto(t.url('/notebooks/sums.ipynb'));
        await t.loginPage(page);
        await this.login(page, t);
        await t.until('a kernel', () => page.evaluate(() => (
            window.Jupyter.notebook.kernel.is_connected())));
        await page.evaluate(() => window.Jupyter.notebook.execute_all_cells());

        const output = await t.until('its answer', () => page.evaluate(() => (
            document.querySelector('.output_text').textContent)));

        t.equal(output.trim(), '42', 'a kernel answers');
        await context.close();
    },

    quiet: {
        async 'an upload'(page, t) {
            const field = await page.waitForSelector('input.fileinput');

            await field.uploadFile(t.place.write('letter.txt', 'Dear Bob\n'));
            await page.click('.upload_button');
            await page.waitForSelector('a[href$="/edit/letter.txt"]');
        },
    },
};
