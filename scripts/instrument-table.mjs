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
    const own = tests.filter((test) => test.kind === kind);
    return tableRow(kind, guarantees, (guarantee) => own.filter((test) => test.guarantee === guarantee));
  });
  return [tableLine(['', ...guarantees]), tableLine(['', ...guarantees].map(() => '---')), ...rows].join('\n');
}

/**
 * @param {string} kind
 * @param {readonly string[]} guarantees the columns
 * @param {(guarantee: string) => readonly { file: string, project: string }[]} testsOf what proves it: nothing, or a test in one or both
 */
export function tableRow(kind, guarantees, testsOf) {
  const cells = guarantees.map((guarantee) => {
    const [test, other] = testsOf(guarantee);
    if (test === undefined) return '';
    return `[${other === undefined ? test.project : '✓'}](../${test.file} "${kind} > ${guarantee}")`;
  });
  return tableLine([kind, ...cells]);
}

/** @param {readonly string[]} cells */
const tableLine = (cells) => `| ${cells.join(' | ')} |`;

/** The lines of the table on the page. @param {string} page */
export function tableOn(page) {
  return (page.split(BEGIN('guarantees'))[1] ?? '').split(END)[0].split('\n');
}

/** The files of the decorator suite that run under one protocol only, and why: the first line of each says it. */
export function oneProtocolOnly() {
  const files = readdirSync(`${root}test/decorators`, { recursive: true }).map(String);
  const own = files.filter((file) => /\.(legacy|standard)\.test\.ts$/.test(file)).sort();
  const lines = own.map((file) => {
    const [first] = readFileSync(`${root}test/decorators/${file}`, 'utf8').split('\n');
    const project = file.includes('.legacy.') ? 'legacy' : 'standard';
    return `| ${project} | [${file}](../test/decorators/${file}) | ${first.replace(/^\/\/ /, '')} |`;
  });
  return ['| | | |', '|---|---|---|', ...lines].join('\n');
}

const BEGIN = (/** @type {string} */ name) => `<!-- ${name}: npm run docs:instrument -->\n`;
const END = '\n<!-- end -->';

/**
 * The page with its generated parts made anew.
 *
 * @param {string} page
 * @param {readonly ProvenTest[]} tests
 */
export function withGenerated(page, tests) {
  const parts = { guarantees: guaranteeTable(tests), protocols: oneProtocolOnly() };
  let text = page;
  for (const [name, part] of Object.entries(parts)) {
    const begin = BEGIN(name);
    const from = text.indexOf(begin);
    const to = text.indexOf(END, from);
    if (from < 0 || to < 0) throw new Error(`${PAGE} has no place for ${name}: ${begin}…${END}`);
    text = text.slice(0, from + begin.length) + part + text.slice(to);
  }
  return text;
}
