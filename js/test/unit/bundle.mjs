/*
 * Modules that import what only the build has: the packed locales, and CSS as
 * text.  They are bundled as build.mjs does it.
 */

import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { plugin } from '../../build.mjs';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

export async function load(name) {
    const { outputFiles: [{ text }] } = await esbuild.build({
        entryPoints: [src + name],
        bundle: true,
        write: false,
        format: 'esm',
        target: 'es2022',
        charset: 'utf8',
        plugins: [plugin],
    });

    return import('data:text/javascript;base64,'
                  + Buffer.from(text).toString('base64'));
}
