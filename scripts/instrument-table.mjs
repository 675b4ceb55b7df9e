// The generated parts of docs/instrument.md: what they say is what tests prove.
import { readdirSync, readFileSync } from 'node:fs';
import { root } from './entries.mjs';

export const GUARANTEES = 'test/decorators/guarantees';
export const PAGE = 'docs/instrument.md';

/** @typedef {{ kind: string, guarantee: string, file: string, project: string }} ProvenTest one test: a kind of method has a guarantee */

/**
 * Kind of method × guarantee. Each cell is a test, linked by its name; ✓ under both protocols, else the one that knows the kind.
 *
 * @param {readonly ProvenTest[]} tests
 */
export function guaranteeTable(tests) {
  const kinds = [...new Set(tests.map(({ kind }) => kind))];
  const guarantees = [...new Set(tests.map(({ guarantee }) => guarantee))];
  const rows = kinds.map((kind) => {
    const cells = guarantees.map((guarantee) => {
      const own = tests.filter((test) => test.kind === kind && test.guarantee === guarantee);
      if (own.length === 0) return '';
      const text = own.length === 2 ? '✓' : own[0].project;
      return `[${text}](../${own[0].file} "${kind} > ${guarantee}")`;
    });
    return [kind, ...cells];
  });
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(['', ...guarantees]), line(['', ...guarantees].map(() => '---')), ...rows.map(line)].join('\n');
}

/** The files of the decorator suite that run under one protocol only, and why: the first line of each says it. */
export function oneProtocolOnly() {
  const files = readdirSync(`${root}test/decorators`, { recursive: true }).map(String);
  const own = files.filter((file) => /\.(legacy|standard)\.test\.ts$/.test(file)).sort();
  return own
    .map((file) => {
      const [first] = readFileSync(`${root}test/decorators/${file}`, 'utf8').split('\n');
      const project = file.includes('.legacy.') ? 'legacy' : 'standard';
      return `| ${project} | [${file}](../test/decorators/${file}) | ${first.replace(/^\/\/ /, '')} |`;
    })
    .join('\n');
}

/**
 * The page with its generated parts made anew.
 *
 * @param {string} page
 * @param {readonly ProvenTest[]} tests
 */
export function withGenerated(page, tests) {
  const parts = { guarantees: guaranteeTable(tests), protocols: `| | | |\n|---|---|---|\n${oneProtocolOnly()}` };
  let text = page;
  for (const [name, part] of Object.entries(parts)) {
    const [begin, end] = [`<!-- ${name}: npm run docs:instrument -->\n`, `\n<!-- end -->`];
    const from = text.indexOf(begin);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`${PAGE} has no place for ${name}: ${begin}…${end}`);
    text = text.slice(0, from + begin.length) + part + text.slice(to);
  }
  return text;
}
