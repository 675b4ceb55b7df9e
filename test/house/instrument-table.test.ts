// docs/instrument.md promises what tests prove: its table has a cell for each test, and no other.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { plainEnvironment } from '../../scripts/run.mjs';
import { root } from '../../scripts/entries.mjs';
import { GUARANTEES, PAGE, withGenerated } from '../../scripts/instrument-table.mjs';

interface Listed {
  readonly name: string;
  readonly file: string;
  readonly projectName: string;
}

test('the table of guarantees is the list of tests; `npm run docs:instrument` writes it', () => {
  const vitest = `${root}node_modules/vitest/vitest.mjs`;
  const listing = ['list', '--json', '--project', 'legacy', '--project', 'standard', GUARANTEES];
  const output = execFileSync(process.execPath, [vitest, ...listing], { cwd: root, env: plainEnvironment() });
  const tests = (JSON.parse(output.toString()) as Listed[]).map(({ name, file, projectName }) => {
    const [kind, guarantee] = name.split(' > ');
    return { kind, guarantee, file: relative(root, file), project: projectName };
  });
  const order = (project: string): number => (project === 'legacy' ? 0 : 1);
  tests.sort((a, b) => order(a.project) - order(b.project));
  const page = readFileSync(root + PAGE, 'utf8');
  expect(tests.length).toBeGreaterThan(300);
  expect(page).toBe(withGenerated(page, tests));
});

test('the decorator suite skips nothing, and casts no decorator', () => {
  const suite = `${root}test/decorators`;
  const files = readdirSync(suite, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(25);
  const skips = /\b(test|it|describe|expect)(\.\w+)*\.(skip|only|todo|fails|skipIf|runIf)\b/;
  const casts = /\b(Instrument|Fields|Field|Arg)(\(.*\))? as\b/;
  const wrong = files.filter((file) => {
    const text = readFileSync(`${suite}/${file}`, 'utf8');
    return skips.test(text) || casts.test(text);
  });
  expect(wrong).toEqual([]);
});
