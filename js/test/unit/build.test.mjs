/* What is built, and in the repository. */

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { build, built } from '../../build.mjs';

const source = readFileSync(
    new URL('../../../src/core/ssec_script.c', import.meta.url), 'utf8');

const script = built('ssec_script');
const gzip = built('ssec_script_gzip');
const text = script.toString('utf8');

test('src/core/ssec_script.c matches js/: else "make script"', async () => {
    assert.ok((await build()).equals(script));
});

test('the compressed script is the script', () => {
    assert.ok(gunzipSync(gzip).equals(script));
});

test('at most 12,000 bytes compressed', () => {
    assert.ok(gzip.length <= 12000, `${gzip.length} bytes`);
});

test('the version is the hash of the script', () => {
    const [, version] = /ssec_script_version\[17\] = "([^"]*)"/.exec(source);

    assert.equal(version, createHash('sha256').update(script).digest('hex')
        .slice(0, 16));
});

test('UTF-8, one statement, without a source map', () => {
    assert.ok(Buffer.from(text, 'utf8').equals(script));
    assert.match(text, /^\(\(\)=>\{/);
    assert.match(text, /\}\)\(\);\s*$/);
    assert.doesNotMatch(text, /sourceMappingURL/);
});

test('nothing that a Content-Security-Policy forbids, or makes HTML', () => {
    for (const word of [/\beval\b/, /innerHTML/, /outerHTML/,
                        /insertAdjacentHTML/, /document\.write/,
                        /\bFunction\s*\(/, /createContextualFragment/,
                        /\bimport\s*\(/, /srcdoc/, /javascript:/])
    {
        assert.doesNotMatch(text, word);
    }
});

test('nothing from elsewhere', () => {
    assert.doesNotMatch(text, /https?:\/\//);
    assert.doesNotMatch(text, /["'`]\/\/\w/);
    assert.doesNotMatch(text, /@import|url\(/);
});

test('no timer is given a text', () => {
    assert.doesNotMatch(text, /set(Timeout|Interval)(\.call)?\(\s*["'`]/);
});

test('can be within a <script> element', () => {
    assert.doesNotMatch(text, /<\/script|<!--/i);
});
