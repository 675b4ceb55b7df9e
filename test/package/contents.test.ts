import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { entries, programs, root } from '../../scripts/entries.mjs';
import { runScript } from './support.js';

const files = inject('packedFiles');
const installed = join(inject('project'), 'node_modules/ttlog');

test('the tarball holds the two builds and the papers, nothing else', () => {
  const others = files.filter((file) => !/^dist\/(?:esm|cjs)\/(?:[\w-]+\/)*[\w.-]+\.(?:js|d\.ts)$/.test(file));
  expect(others.toSorted()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist/cjs/package.json',
    'dist/esm/package.json',
    'package.json',
  ]);
});

test('every door and every program is in it', () => {
  const wanted = entries.flatMap(({ file }) =>
    ['esm', 'cjs'].flatMap((build) => [`dist/${build}/${file}.js`, `dist/${build}/${file}.d.ts`]),
  );
  expect(files).toEqual(expect.arrayContaining([...wanted, ...programs.map(({ file }) => `dist/esm/${file}.js`)]));
});

test('no file knows where it was built', () => {
  const telling = files.filter((file) => readFileSync(join(installed, file), 'utf8').includes(root.slice(0, -1)));
  expect(telling).toEqual([]);
});

test('the program that npm links answers', () => {
  expect(runScript(inject('project'), ['node_modules/.bin/ttlog', '--help'])).toMatch(/ttlog view/);
});
