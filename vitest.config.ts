import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';
import { entries, root, specifier } from './scripts/entries.mjs';
import { recorderSource } from './scripts/recorder-source.mjs';

// Unit tests run against the source: every public specifier is the entry's own file.
const alias = entries.map((entry) => ({
  find: new RegExp(`^${specifier(entry)}$`),
  replacement: root + entry.source,
}));

const decoratorSuite = 'test/decorators/**/*.test.ts';
const packageSuite = 'test/package/**/*.test.ts';

/** Many tests start processes, on machines that may be busy. */
const patience = { testTimeout: 20_000, hookTimeout: 60_000 };

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
          exclude: ['**/*.standard.test.ts', '**/node_modules/**', packageSuite],
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
