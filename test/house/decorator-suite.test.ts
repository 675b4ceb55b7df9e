// The decorator suite runs the same files under both protocols, with nothing skipped and no decorator cast.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { oneProtocolOnly, PAGE } from '../../scripts/instrument-table.mjs';

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

test('docs/instrument.md lists the files that run under one protocol only, and says why', () => {
  expect(readFileSync(`${root}${PAGE}`, 'utf8')).toContain(`\n${oneProtocolOnly()}\n`);
});
