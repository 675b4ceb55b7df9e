import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import { entries, root, specifier } from '../../scripts/entries.mjs';
import {
  fencedBlocks,
  hasExample,
  markdownExamples,
  migrationComplaints,
  tsdocExamples,
  withAssertions,
} from './support/examples.js';
import { publicNames } from './support/public-names.js';
import { cleanUpExamples, exampleFolder, runExample, runProgram } from './support/run-example.js';
import { readSourceFiles } from './support/source-files.js';

const sources = readSourceFiles('src', '.ts');
const readme = existsSync(`${root}README.md`) ? readFileSync(`${root}README.md`, 'utf8') : '';
const pages = new Map([['README.md', readme], ...readSourceFiles('docs', '.md')]);
const examples = [
  ...[...sources].flatMap(([file, source]) => tsdocExamples(file, source)),
  ...[...pages].flatMap(([file, markdown]) => markdownExamples(file, markdown)),
];

afterAll(cleanUpExamples);

describe('every documented example runs', () => {
  test.concurrent.each(examples)('$where', async (example) => {
    const { status, stdout, stderr } = await runExample(example);
    expect(status, `${example.code}\n── stdout\n${stdout}\n── stderr\n${stderr}`).toBe(0);
  });
});

test('every page of docs/migration shows what there was before, and runs what there is after', () => {
  const migration = [...pages].filter(([file]) => file.startsWith('docs/migration/'));
  expect(migration.flatMap(([file, markdown]) => migrationComplaints(file, markdown))).toEqual([]);
});

test('every documented example typechecks', () => {
  const folder = exampleFolder();
  for (const { where, code } of examples) {
    writeFileSync(`${folder}/${where.replaceAll(/[^\w.-]+/g, '_')}.ts`, `${code}\nexport {};\n`);
  }
  writeFileSync(
    `${folder}/tsconfig.json`,
    JSON.stringify({
      extends: `${root}tsconfig.base.json`,
      compilerOptions: {
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        noUnusedLocals: false,
        noUnusedParameters: false,
      },
      include: ['.'],
    }),
  );
  const tsc = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', folder], {
    encoding: 'utf8',
  });
  expect(tsc.stdout + tsc.stderr).toBe('');
});

describe('the first screen of README.md', () => {
  test('shows what its example really prints', async () => {
    const blocks = fencedBlocks(readme);
    const first = blocks.findIndex(({ language }) => language === 'ts');
    const printed = blocks.slice(first).find(({ language }) => language === 'text');
    expect(printed).toBeDefined();
    const { status, stdout, stderr } = await runProgram(blocks[first].code);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(withoutCircumstances(stdout)).toBe(withoutCircumstances(printed!.code));
  });
});

/** What differs from run to run, replaced: times, durations, the process, the machine, ids. Stack frames are left out. */
function withoutCircumstances(text: string): string {
  return text
    .replaceAll(/^ *(?:at .*|….*|\.\.\.)\n?/gm, '')
    .replaceAll(hostname(), '<host>')
    .replaceAll(/"hostname":"[^"]*"/g, '"hostname":"<host>"')
    .replaceAll(
      /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b/g,
      '<time>',
    )
    .replaceAll(/"time":[\d.]+/g, '"time":<time>')
    .replaceAll(/("?pid"?[:=] ?)\d+/g, '$1<pid>')
    .replaceAll(/("?duration_ms"?[:=] ?)[\d.]+/g, '$1<duration>')
    .replaceAll(/\b[\d.]+ ?(?:ns|µs|ms|s)\b/g, '<duration>')
    .replaceAll(/\b(?:[0-9a-f]{32}|[0-9a-f]{16})\b|(?<=\[)[0-9a-f]{8}(?=\])/g, '<id>')
    .replaceAll(/ {2,}/g, '  ')
    .trim();
}

describe.each(entries.map((entry) => ({ ...entry, name: specifier(entry) })))(
  'the documentation of $name',
  ({ source }) => {
    const names = () => publicNames(source, sources);

    test('says something about every export', () => {
      expect(
        names()
          .filter(({ doc }) => doc === undefined)
          .map(({ name, file }) => `${name} (${file})`),
      ).toEqual([]);
    });

    test('has an example for every export that is more than a type', () => {
      const without = names().filter(({ isValue, doc }) => isValue && doc !== undefined && !hasExample(doc));
      expect(without.map(({ name, file }) => `${name} (${file})`)).toEqual([]);
    });
  },
);

describe('the examples of this test', () => {
  const run = (code: string) => runExample({ where: 'here:1', code });

  test('a comment that is right passes, for an expression, a const and what is printed', async () => {
    const code = `
      const sum: number = 1 + 1; // => 2
      [sum, Object.assign(Object.create(null), { a: 1 })]; // => [2, { a: 1 }]
      console.log(await Promise.resolve('x')) // => 'x'
      JSON.parse('{'); // => throws SyntaxError`;
    expect(withAssertions({ where: 'here:1', code }).assertions).toBe(4);
    expect(await run(code)).toMatchObject({ status: 0, stdout: '' });
  });

  test.each([
    '1 + 1; // => 3',
    'const a = [1]; // => [2]',
    'console.log("x"); // => "y"',
    '1; // => throws Error',
    'throw new Error("no")',
  ])('%s fails', async (code) => {
    expect(await run(code)).toMatchObject({ status: 1 });
  });

  test('a comment that belongs to nothing is an error', () => {
    expect(() => withAssertions({ where: 'here:1', code: '// => 3\nif (1) {} // => 4' })).toThrow(
      'here:1+0 "// => 3" follows no expression',
    );
  });

  test('what is said to be before a migration is shown and not run; what follows it is run', () => {
    const page = '```ts before\nold();\n```\n```ts\nnow();\n```\n';
    expect(markdownExamples('a.md', page)).toEqual([{ where: 'a.md:5', code: 'now();' }]);
    expect(migrationComplaints('a.md', page)).toEqual([]);
    expect(migrationComplaints('a.md', '```ts before\nold();\n```\n')).toEqual([
      'a.md:2: a block "before" without one "after" behind it',
    ]);
    expect(migrationComplaints('a.md', '```ts\nnow();\n```\n')).toEqual([
      'a.md: expected at least one block that begins with ```ts before',
    ]);
    expect(() => markdownExamples('a.md', '```ts skip\n1;\n```')).toThrow('got "skip"');
  });

  test('an example in TSDoc ends at the next tag, but not at a decorator, or with its fence', () => {
    const source = `
/**
 * A thing.
 *
 * @example
 * @Fields()
 * class A {}
 * @returns nothing
 */
/** @example
 * \`\`\`ts
 * @Fields() class B {}
 * @see nowhere
 * \`\`\`
 * prose
 */`;
    expect(tsdocExamples('a.ts', source)).toEqual([
      { where: 'a.ts:5', code: '@Fields()\nclass A {}' },
      { where: 'a.ts:10', code: '@Fields() class B {}\n@see nowhere' },
    ]);
  });
});
