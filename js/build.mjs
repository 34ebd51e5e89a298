/*
 * Builds the script: bundles, minifies and compresses the sources, and writes
 * src/core/ssec_script.c.  So a build of the module needs no Node.
 *
 *     node build.mjs            writes src/core/ssec_script.c
 *     node build.mjs --check    checks whether that file matches the sources
 *     node build.mjs --print    prints the minified script
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
    mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { minify } from 'terser';

const here = fileURLToPath(new URL('.', import.meta.url));
const target = join(here, '..', 'src', 'core', 'ssec_script.c');

/* similar languages are neighbours, which compresses better; others follow */
const ORDER = 'de nl sv sw tr pl ro it ca pt-BR es fr pt vi en hu cs id el ru '
    + 'uk bn hi ur fa th ar he zh zh-Hant ja ko';

/*
 * Other letters than Latin have two or three bytes in UTF-8.  So an alphabet is
 * moved to the ASCII characters from "@" to "~"; texts.js moves it back.  This
 * makes the script 280 bytes smaller.
 */
const isLetter = (code) => code >= 0x40 && code <= 0x7e;

/*
 * The distance that moves most of a text's letters into that range.  Gives 0
 * for Latin, and for Chinese, Japanese and Korean, which have too many letters.
 */
function distanceOf(text) {
    const codes = [...text].map((letter) => letter.charCodeAt());
    const moved = (by) => codes.filter((code) => isLetter(code - by)).length;
    let best = 0;

    for (let by = 0x300; by < 0x1000; by++) {
        if (moved(by) > moved(best)) {
            best = by;
        }
    }

    return best;
}

/* The texts of all languages: a line each of tag, distance and texts. */
function locales() {
    const there = readdirSync(join(here, 'locales'))
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -5));

    return [...new Set([...ORDER.split(' '), ...there.sort()])].map((tag) => {
        const text = readFileSync(join(here, 'locales', tag + '.json'), 'utf8');

        const texts = Object.values(JSON.parse(text)).join('/')
            .replaceAll('{time}', '#');
        const distance = distanceOf(texts);

        const moved = texts.replace(/[^ -~]/g, (letter) => {
            const code = letter.charCodeAt() - distance;

            return isLetter(code) ? String.fromCharCode(code) : letter;
        });

        return [tag, distance, moved].join('/');
    }).join('\n');
}

export const plugin = {
    name: 'session-security',
    setup(build) {
        build.onResolve({ filter: /^locales$/ }, () => (
            { path: 'locales', namespace: 'locales' }));
        build.onLoad({ filter: /./, namespace: 'locales' }, () => (
            { contents: locales(), loader: 'text' }));
        build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
            const { code } = await esbuild.transform(
                readFileSync(path, 'utf8'), { loader: 'css', minify: true });

            return { contents: code.trim(), loader: 'text' };
        });
    },
};

/* Builds the sources.  Gives the minified script's bytes. */
export async function build() {
    const result = await esbuild.build({
        entryPoints: [join(here, 'src', 'main.js')],
        bundle: true,
        write: false,
        minify: true,
        format: 'iife',
        target: 'es2022',
        charset: 'utf8',
        legalComments: 'none',
        plugins: [plugin],
    });

    /* terser makes the script 2 % smaller than esbuild alone */

    const { code } = await minify(result.outputFiles[0].text,
                                  { ecma: 2022, toplevel: true,
                                    compress: { passes: 3, inline: false } });

    return Buffer.from(code);
}

/* Data as a C array of this name. */
function bytes(name, data) {
    const lines = [];

    for (let i = 0; i < data.length; i += 16) {
        lines.push('    ' + [...data.subarray(i, i + 16)].join(','));
    }

    return `const unsigned char  ${name}[] = {\n${lines.join(',\n')}\n};\n`
        + `const size_t  ${name}_len = sizeof(${name});\n`;
}

/* zopfli makes the script 5 % smaller than zlib. */
function gzip(data) {
    const file = join(mkdtempSync(join(tmpdir(), 'script-')), 'script.js');

    writeFileSync(file, data);

    try {
        return execFileSync('zopfli', ['-c', '--i100', file]);
    } finally {
        rmSync(dirname(file), { recursive: true });
    }
}

function write(script) {
    const version = createHash('sha256').update(script).digest('hex')
        .slice(0, 16);

    writeFileSync(target, '/* Made of js/ by "make script": change that. */\n\n'
        + '#include "ssec_script.h"\n\n\n'
        + `const char  ssec_script_version[17] = "${version}";\n\n`
        + bytes('ssec_script', script) + '\n'
        + bytes('ssec_script_gzip', gzip(script)));
}

/* The bytes of the array of this name in the repository's ssec_script.c. */
export function built(name) {
    const [, numbers] = new RegExp(`char {2}${name}\\[\\] = {([^}]*)}`)
        .exec(readFileSync(target, 'utf8'));

    return Buffer.from(numbers.split(',').map(Number));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const script = await build();

    if (process.argv.includes('--print')) {
        process.stdout.write(script);

    } else if (process.argv.includes('--check')) {
        const same = script.equals(built('ssec_script'))
            && script.equals(gunzipSync(built('ssec_script_gzip')));

        console.log(same ? 'src/core/ssec_script.c matches js/'
                         : 'src/core/ssec_script.c is old: run "make script"');
        process.exitCode = same ? 0 : 1;

    } else {
        write(script);
        console.log(`src/core/ssec_script.c: ${script.length} bytes, `
                    + `${built('ssec_script_gzip').length} compressed`);
    }
}
