import { describe, expect, test } from 'vitest';
import { AREAS, forbiddenImports } from './support/import-directions.js';
import { readSourceFiles } from './support/source-files.js';

describe('import directions', () => {
  test('src/ keeps to them', () => {
    const files = readSourceFiles('src', '.ts');
    expect(files.size).toBeGreaterThan(0);
    expect(forbiddenImports(files)).toEqual([]);
  });

  const house = new Map<string, string>([
    ['src/index.ts', `export { a } from './core/a.js';`],
    ['src/core/a.ts', `export const a = 1;`],
    [
      'src/context/b.ts',
      `import { a } from '../core/a.js'; import { AsyncLocalStorage } from 'node:async_hooks'; export { a, AsyncLocalStorage };`,
    ],
    ['src/recorder/sink.ts', `export const contract = 1;`],
    ['src/recorder/thread.ts', `import source from 'virtual:ttlog-recorder-source'; export { source };`],
    [
      'src/sinks/file.ts',
      `import { contract } from '../recorder/sink.js'; import type { source } from '../recorder/thread.js'; export { contract, type source };`,
    ],
    [
      'src/compat/winston/y.ts',
      `import t from 'winston-transport'; import { a } from '../../core/a.js'; export { a, t };`,
    ],
  ]);

  test('a house in order has no complaints', () => {
    expect(forbiddenImports(house)).toEqual([]);
  });

  test.each([
    [
      'an area above',
      'src/core/x.ts',
      `import '../context/b.js';`,
      'src/core/x.ts:1 imports src/context/b.ts: core may import nothing',
    ],
    [
      'only its types',
      'src/core/x.ts',
      `import type { b } from '../context/b.js';`,
      'src/core/x.ts:1 imports src/context/b.ts: core may import nothing',
    ],
    [
      'a type in passing',
      'src/core/x.ts',
      `let x: import('../context/b.js').B;`,
      'src/core/x.ts:1 imports src/context/b.ts: core may import nothing',
    ],
    [
      'a re-export',
      'src/context/x.ts',
      `\nexport * from '../sinks/file.js';`,
      'src/context/x.ts:2 imports src/sinks/file.ts: context may import core',
    ],
    [
      'a dynamic import',
      'src/recorder/x.ts',
      `await import('../sinks/file.js');`,
      'src/recorder/x.ts:1 imports src/sinks/file.ts: recorder may import core',
    ],
    [
      'the face',
      'src/runtime/x.ts',
      `import { a } from '../index.js';`,
      'src/runtime/x.ts:1 imports src/index.ts, which is for users only',
    ],
    [
      'node in core',
      'src/core/x.ts',
      `import { performance } from 'node:perf_hooks';`,
      'src/core/x.ts:1 imports node:perf_hooks: core knows no node',
    ],
    [
      "node's types in core",
      'src/core/x.ts',
      `/// <reference types="node" />`,
      'src/core/x.ts:1 imports the package node',
    ],
    ['a bare builtin', 'src/sinks/x.ts', `import fs from 'fs';`, `src/sinks/x.ts:1 imports fs without 'node:'`],
    ['a package', 'src/sinks/x.ts', `import pino from 'pino';`, 'src/sinks/x.ts:1 imports the package pino'],
    [
      'a required package',
      'src/sinks/x.ts',
      `require('@nestjs/common/x');`,
      'src/sinks/x.ts:1 imports the package @nestjs/common',
    ],
    [
      'more than the types of a framework',
      'src/http/x.ts',
      `import type { Request } from 'express'; import express from 'express';`,
      'src/http/x.ts:1 imports the package express for more than its types',
    ],
    [
      'values of the recorder in a sink',
      'src/sinks/x.ts',
      `import { source } from '../recorder/thread.js';`,
      'src/sinks/x.ts:1 imports src/recorder/thread.ts for more than its types',
    ],
    [
      'a .ts extension',
      'src/core/x.ts',
      `import './a.ts';`,
      "src/core/x.ts:1 imports ./a.ts, which is no file of src/ (NodeNext style: './name.js' for name.ts)",
    ],
    [
      'a file that is not there',
      'src/core/x.ts',
      `import './z.js';`,
      "src/core/x.ts:1 imports ./z.js, which is no file of src/ (NodeNext style: './name.js' for name.ts)",
    ],
    [
      'a missing extension',
      'src/core/x.ts',
      `import './a';`,
      "src/core/x.ts:1 imports ./a, which is no file of src/ (NodeNext style: './name.js' for name.ts)",
    ],
    ['a folder that is no area', 'src/utils/x.ts', `export {};`, 'src/utils/x.ts: src/utils is no area of the house'],
    [
      'another compatibility layer',
      'src/compat/pino/x.ts',
      `import '../winston/y.js';`,
      'src/compat/pino/x.ts:1 imports src/compat/winston/y.ts: compat/pino may import core, context, decorators, sinks, runtime, compat/shared',
    ],
    [
      "another layer's package",
      'src/compat/pino/x.ts',
      `import 'debug';`,
      'src/compat/pino/x.ts:1 imports the package debug',
    ],
    ['a file of no layer', 'src/compat/x.ts', `export {};`, 'src/compat/x.ts: src/compat/x.ts is no area of the house'],
    [
      'the thread source elsewhere',
      'src/cli/x.ts',
      `import 'virtual:ttlog-recorder-source';`,
      "src/cli/x.ts:1 imports the recorder's source, which is src/recorder's",
    ],
  ])('%s is found out', (_what, file, source, complaint) => {
    expect(forbiddenImports(new Map([...house, [file, source]]))).toEqual([complaint]);
  });

  test('core is the bottom', () => {
    expect(AREAS['core']).toEqual({ from: [], node: false });
  });
});
