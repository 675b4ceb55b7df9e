// Every door of the package, once. The build, package.json's `exports`, the aliases of vitest and the house tests share
// this list, so that a subpath cannot exist in one of them only.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root, with a trailing slash. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * @typedef {object} Entry
 * @property {string} subpath the key in package.json's `exports`
 * @property {string} source  the module that it opens, from the root
 * @property {string} file    where it lands under dist/esm and dist/cjs, without an extension
 */

/** @type {readonly Entry[]} */
export const entries = [
  { subpath: '.', source: 'src/index.ts', file: 'index' },
  { subpath: './core', source: 'src/core/index.ts', file: 'core/index' },
  { subpath: './decorators', source: 'src/decorators/index.ts', file: 'decorators/index' },
  { subpath: './sinks', source: 'src/sinks/index.ts', file: 'sinks/index' },
  { subpath: './nestjs', source: 'src/nestjs/index.ts', file: 'nestjs/index' },
  { subpath: './http', source: 'src/http/index.ts', file: 'http/index' },
  { subpath: './express', source: 'src/http/express.ts', file: 'http/express' },
  { subpath: './fastify', source: 'src/http/fastify.ts', file: 'http/fastify' },
  { subpath: './koa', source: 'src/http/koa.ts', file: 'http/koa' },
  { subpath: './hono', source: 'src/http/hono.ts', file: 'http/hono' },
  { subpath: './testing', source: 'src/testing/index.ts', file: 'testing/index' },
  { subpath: './console', source: 'src/compat/console/index.ts', file: 'compat/console/index' },
  { subpath: './debug', source: 'src/compat/debug/index.ts', file: 'compat/debug/index' },
  { subpath: './winston', source: 'src/compat/winston/index.ts', file: 'compat/winston/index' },
  { subpath: './bunyan', source: 'src/compat/bunyan/index.ts', file: 'compat/bunyan/index' },
  { subpath: './opentelemetry', source: 'src/compat/opentelemetry/index.ts', file: 'compat/opentelemetry/index' },
  { subpath: './pino', source: 'src/compat/pino/index.ts', file: 'compat/pino/index' },
  { subpath: './pino/browser', source: 'src/compat/pino/browser.ts', file: 'compat/pino/browser' },
  { subpath: './auto', source: 'src/http/auto.ts', file: 'http/auto' },
];

/** Modules that the package itself starts in threads: built like entries, but no doors of it. */
export const workers = [
  { source: 'src/compat/pino/worker.ts', file: 'compat/pino/worker' },
  { source: 'src/compat/pino/file.ts', file: 'compat/pino/file' },
];

/** Programs: built as ES modules only, never imported. */
export const programs = [{ name: 'ttlog', source: 'src/cli/main.ts', file: 'cli' }];

/** `ttlog`, `ttlog/sinks`, … as an application writes it. @param {Entry} entry */
export const specifier = (entry) => `ttlog${entry.subpath.slice(1)}`;

/** @template {{ source: string }} T @param {readonly T[]} list @returns {T[]} those whose source exists */
export const present = (list) => list.filter((item) => existsSync(root + item.source));

/** What package.json's `exports` has to be. */
export function exportsMap() {
  /** @type {Record<string, unknown>} */
  const map = {};
  for (const { subpath, file } of entries) {
    const condition = (/** @type {string} */ build) => ({
      types: `./dist/${build}/${file}.d.ts`,
      default: `./dist/${build}/${file}.js`,
    });
    map[subpath] = { import: condition('esm'), require: condition('cjs') };
  }
  map['./package.json'] = './package.json';
  return map;
}

/** What package.json's `typesVersions` has to be: TypeScript's `node10` resolution does not read `exports`. */
export function typesVersionsMap() {
  const subpaths = entries.filter((entry) => entry.subpath !== '.');
  return {
    '*': Object.fromEntries(subpaths.map(({ subpath, file }) => [subpath.slice(2), [`./dist/cjs/${file}.d.ts`]])),
  };
}
