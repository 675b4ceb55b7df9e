// The part of the README that the bench writes: between two markers, from the results of one run a Node version.

import { checkBars } from '../bars.mjs';
import { difference, summaryOf } from './columns.mjs';
import { readmeTables } from './readme-tables.mjs';
import { rowsOf, validResults } from './report.mjs';

const BEGIN = '<!-- bench:begin, written by `npm run bench:readme` from bench/results: do not edit -->';
const END = '<!-- bench:end -->';

/** @typedef {{ json: any, rows: import('./rounds.mjs').Row[], results: import('./columns.mjs').Results }} Run */

/** The text with the part between the markers replaced. @param {string} readme @param {any[]} jsons results, one a Node version; none before the first */
export function withTables(readme, jsons) {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`Expected the README to have the lines\n${BEGIN}\n${END}`);
  const tables =
    jsons.length === 0 ? 'Not taken yet: `npm run bench` takes the figures of your machine.\n' : renderTables(jsons);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${tables}\n${readme.slice(end)}`;
}

/**
 * Why results are none that a README may show. A rival's row that is invalid is no reason: the table says so.
 *
 * @param {any[]} jsons
 * @returns {string[]}
 */
export function problemsOf(jsons) {
  const builds = new Set(jsons.map((json) => json.build));
  const problems = builds.size > 1 ? ['the results are of different builds of ttlog'] : [];
  for (const json of jsons) {
    const say = (problem) => problems.push(`Node ${json.machine.node}: ${problem}`);
    if (json.quick) say('taken with --quick');
    if (json.memory) say('taken with --memory');
    if (json.rebuilt) say('ttlog was built anew during the run');
    for (const { file, reason } of json.notRun) say(`${file} was not run: ${reason}`);
    for (const row of rowsOf(json)) {
      if (row.name.includes('ttlog') && isSpoiled(row)) say(`${row.id}: ${reasonOf(row)}`);
    }
  }
  return problems;
}

/** @param {any[]} jsons @returns {string} Markdown */
function renderTables(jsons) {
  /** @type {Run[]} */
  const runs = jsons.map((json) => {
    const rows = rowsOf(json);
    return { json, rows, results: validResults(rows) };
  });
  return [
    headline(runs),
    ...invalidNotes(runs),
    ...readmeTables.map((table) => renderTable(table, runs)),
    renderBars(runs),
  ].join('\n');
}

function headline(runs) {
  const { machine, rounds } = runs[0].json;
  const versions = runs.map(({ json }) => `Node ${json.machine.node}`).join(' / ');
  const dates = [...new Set(runs.map(({ json }) => json.machine.date))].join(' and ');
  const waited = runs.map(({ json }) => `${(json.waited * 100).toFixed(0)} %`).join(' / ');
  return `${dates}, ${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GiB, ${machine.platform}. Where a cell has ${runs.length} figures they are of
${versions}. Medians of up to ${rounds} rounds in which every contender has a process of its own and they alternate; **bold** is the best of
a row. The machine had other work: for ${waited} of their time contenders had no processor, which is taken out where it can be. Figures of one machine: the ratios
are what travels. \`npm run bench\` takes them on yours, with spreads, and says what each row does.
`;
}

function invalidNotes(runs) {
  const notes = runs.flatMap(({ json, rows }) =>
    rows.filter(isSpoiled).map((row) => `- INVALID under Node ${json.machine.node}: ${row.id}: ${reasonOf(row)}`),
  );
  return notes.length === 0 ? [] : [`${notes.join('\n')}\n`];
}

function isSpoiled({ invalid, failed }) {
  return invalid !== undefined || failed !== undefined;
}

/** In one line, short enough for a README. */
function reasonOf({ invalid, failed }) {
  const text = (invalid ?? failed).replaceAll(/\s+/g, ' ');
  return text.length <= 160 ? text : `${text.slice(0, 160)}…`;
}

function renderTable({ title, note, columns, lines }, runs) {
  const rows = lines.map((one) => [one.name, ...cellsOf(one, columns.length, runs)]);
  return `### ${title}\n\n${note ? `${note}\n\n` : ''}${markdown(['', ...columns], rows)}`;
}

/** One cell a column; in it one figure a run. */
function cellsOf(one, count, runs) {
  const figures = runs.map((run) => figuresOf(one, run));
  return Array.from({ length: count }, (_, column) => {
    if (one.ids[column] === undefined) return '–';
    const texts = figures.map(({ texts: ofRun, best }) => (best.has(column) ? `**${ofRun[column]}**` : ofRun[column]));
    return texts.every((text) => text === '–') ? '–' : texts.join(' / ');
  });
}

/** The texts of a line in one run, and which of them are the best: what shows as the same is the same. */
function figuresOf({ ids, metric, format, best, over }, { results, rows }) {
  const medians = ids.map((id) => {
    if (id === undefined || id === over) return undefined;
    return (over ? difference(results, id, over, metric) : summaryOf(results, id, metric))?.median;
  });
  const texts = medians.map((median, column) => {
    if (median !== undefined) return format(median);
    const row = rows.find(({ id }) => id === ids[column]);
    return row && isSpoiled(row) ? 'INVALID' : '–';
  });
  const known = medians.filter((median) => median !== undefined);
  if (best === undefined || known.length < 2) return { texts, best: new Set() };
  const bestText = format(best === 'low' ? Math.min(...known) : Math.max(...known));
  return { texts, best: new Set([...texts.keys()].filter((column) => texts[column] === bestText)) };
}

function renderBars(runs) {
  const checked = runs.map(({ json, results }) => checkBars(results, Number(json.machine.node.split('.')[0])));
  const texts = [...new Set(checked.flat().map((bar) => bar.text))];
  const rows = texts.map((text) => {
    const bars = checked.map((ofRun) => ofRun.find((bar) => bar.text === text));
    const required = [...new Set(bars.map((bar) => bar?.required).filter(Boolean))].join(' / ');
    const measured = bars.map((bar) => (bar ? `${bar.measured}${bar.met ? '' : ' **missed**'}` : '–')).join(' / ');
    return [text, required, measured];
  });
  const missed = checked.flat().filter((bar) => !bar.met).length;
  const note = missed === 0 ? 'All are met.' : `${missed} of ${checked.flat().length} are missed.`;
  return `### What ttlog holds itself to\n\n${note}\n\n${markdown(['', 'required', 'measured'], rows)}`;
}

function markdown(head, rows) {
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return `${[head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}
