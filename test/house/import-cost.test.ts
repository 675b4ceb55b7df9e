import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { moduleImports } from './support/module-imports.js';

/** What a file of dist/ loads before its importer goes on: files, and modules of Node. */
function loadedWith(entry: string): { files: string[]; builtins: string[] } {
  const files = new Set([join(root, entry)]);
  const builtins = new Set<string>();
  for (const file of files) {
    for (const { specifier } of moduleImports(file, readFileSync(file, 'utf8'))) {
      if (builtinModules.includes(specifier.replace(/^node:/, ''))) builtins.add(specifier);
      else if (specifier.startsWith('.')) files.add(join(dirname(file), specifier));
    }
  }
  return { files: [...files].map((file) => file.slice(root.length)), builtins: [...builtins].toSorted() };
}

// A process that imports ttlog pays for every file (0.4-0.5 ms) and every module of Node in this graph; crypto alone takes as long as all
// of ttlog's own code. What is needed later is in src/recorder/lazy-node.ts.
describe.each(['esm', 'cjs'])('what %s code loads with ttlog/core', (build) => {
  test('is two files and nothing of Node', () => {
    expect(loadedWith(`dist/${build}/core/index.js`)).toEqual({
      files: [`dist/${build}/core/index.js`, `dist/${build}/chunks/core.js`],
      builtins: [],
    });
  });
});

describe.each(['esm', 'cjs'])('what %s code loads with ttlog', (build) => {
  const { files, builtins } = loadedWith(`dist/${build}/index.js`);

  test('is three files', () => {
    expect(files.toSorted()).toEqual([
      `dist/${build}/chunks/core.js`,
      `dist/${build}/chunks/ttlog.js`,
      `dist/${build}/index.js`,
    ]);
  });

  test("is Node's small modules", () => {
    expect(builtins).toEqual([
      'node:async_hooks',
      'node:fs',
      'node:path',
      'node:url',
      'node:util/types',
      'node:worker_threads',
    ]);
  });
});
