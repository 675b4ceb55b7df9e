import swc from 'unplugin-swc';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { entries, root, specifier } from './scripts/entries.mjs';
import { recorderSource } from './scripts/recorder-source.mjs';

// Unit tests run against the source: every public specifier is the entry's own file.
const alias = entries.map((entry) => ({
  find: new RegExp(`^${specifier(entry)}$`),
  replacement: root + entry.source,
}));

const nestSuite = 'test/nestjs/**/*.test.ts';
const decoratorSuite = 'test/decorators/**/*.test.ts';
/** They need a Redis server, which `npm run test:redis` starts. */
const redisSuite = 'test/nestjs/redis/**/*.test.ts';
const packageSuite = 'test/package/**/*.test.ts';

/** Many tests start processes, on machines that may be busy. */
const patience = { testTimeout: 20_000, hookTimeout: 60_000 };

/** Packages that a project has in another version are that project's. */
function importedFrom(project: string): Plugin {
  const theirs = /^(?:@nestjs\/|@grpc\/|(?:bullmq|graphql|mercurius|passport|reflect-metadata|rxjs)(?:\/|$))/;
  return {
    name: 'imported-from',
    enforce: 'pre',
    resolveId(source) {
      return theirs.test(source) ? this.resolve(source, `${project}package.json`, { skipSelf: true }) : undefined;
    },
  };
}

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        // Everything, under legacy decorators with metadata (as Nest projects compile).
        plugins: [recorderSource()],
        oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
        resolve: { alias },
        test: {
          name: 'legacy',
          ...patience,
          include: ['test/**/*.test.ts'],
          exclude: ['**/*.standard.test.ts', '**/node_modules/**', packageSuite, redisSuite],
        },
      },
      {
        // The decorator suite once more, under standard decorators.
        plugins: [
          recorderSource(),
          swc.vite({
            swcrc: false,
            tsconfigFile: false,
            jsc: {
              target: 'es2022',
              parser: { syntax: 'typescript', decorators: true },
              transform: { decoratorVersion: '2023-11' },
            },
          }),
        ],
        oxc: false,
        resolve: { alias },
        test: {
          name: 'standard',
          ...patience,
          include: [decoratorSuite],
          exclude: ['**/*.legacy.test.ts', '**/node_modules/**'],
        },
      },
      {
        // Nest once more, in version 11 (CommonJS): everything of Nest's comes from a project of its own.
        plugins: [recorderSource(), importedFrom(`${root}test/nestjs/nest-11/`)],
        oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
        resolve: { alias },
        test: {
          name: 'nest-11',
          ...patience,
          env: { NEST_MAJOR: '11' },
          globalSetup: 'test/nestjs/support/install-nest-11.ts',
          include: [nestSuite],
          // Those that start processes of their own, with the built package: test/package/jest-fixture is one with Nest 11.
          exclude: ['**/node_modules/**', 'test/nestjs/bootstrap-failure.test.ts', redisSuite],
        },
      },
      ...['12', '11'].map((major) => ({
        plugins: [recorderSource(), ...(major === '11' ? [importedFrom(`${root}test/nestjs/nest-11/`)] : [])],
        oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
        resolve: { alias },
        test: {
          name: `redis-${major}`,
          ...patience,
          env: { NEST_MAJOR: major },
          globalSetup: ['test/nestjs/support/install-nest-11.ts', 'test/nestjs/support/start-redis.ts'],
          include: [redisSuite],
        },
      })),
      {
        // The packed tarball, installed into projects of its own. Needs `npm run build`.
        test: {
          name: 'package',
          globalSetup: 'test/package/global-setup.ts',
          include: [packageSuite],
          exclude: ['**/node_modules/**'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
