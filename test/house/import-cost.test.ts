import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { moduleImports } from './support/module-imports.js';

/** A program of one file, without what it does not use. */
async function bundled(program: string): Promise<string> {
  const bundle = await rolldown({
    input: 'program',
    platform: 'neutral',
    external: /^node:/,
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === 'program' ? id : null),
        load: (id) => (id === 'program' ? program : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  return output[0].code;
}

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
test('a bundle leaves out what it does not use: spans, backends, events that are built', async () => {
  const calls = await bundled(`export { info } from '${root}dist/esm/core/index.js';`);
  expect(calls).toContain('function info(');
  expect(calls).not.toMatch(/\b(?:class Span|Span = class|function copyFields|EventBuilder|RingBackend)\b/);
  const loggers = await bundled(`export { getLogger } from '${root}dist/esm/core/index.js';`);
  expect(loggers).toMatch(/\bSpan = class\b|\bclass Span\b/);
  expect(loggers).not.toMatch(/\b(?:function copyFields|EventBuilder|RingBackend)\b/);
});

// A worker that only logs takes part in the ttlog of the thread that called init(), with that one's recorder.
test('a bundle that only logs leaves the recorder out', async () => {
  const code = await bundled(`export { info } from '${root}dist/esm/index.js';`);
  expect(code).toContain('function joinThreads(');
  expect(code).not.toContain('RingCursor');
});

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

  // Anything else is decoded, and takes V8 two bytes a character: three times as long to read.
  test('is ASCII', () => {
    for (const file of files) expect(readFileSync(join(root, file), 'latin1')).not.toMatch(/[\u0080-\uffff]/);
  });

  // As a string it is read eight times as fast as it is parsed; it is evaluated by `init()`.
  test('is nothing of the recorder but its text', () => {
    const code = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    const text = /_recorder_source_default = "(?:[^"\\]|\\.)*"/.exec(code)![0];
    expect(text).toContain('RingCursor');
    expect(code.replace(text, '')).not.toContain('RingCursor');
  });

  test("is Node's small modules", () => {
    expect(builtins).toEqual(['node:async_hooks', 'node:path']);
  });
});
