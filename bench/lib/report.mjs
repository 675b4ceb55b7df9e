// The table of one run, and the same as data. A row that could not be measured is a row that says so.

import { formatPercent } from './columns.mjs';
import { inWords } from './progress.mjs';
import { layOut } from './table.mjs';

/** Changes when readers of older files would go wrong. */
const FORMAT = 1;

/** Rows that may enter a ratio. @param {import('./rounds.mjs').Row[]} rows @returns {import('./columns.mjs').Results} */
export function validResults(rows) {
  return new Map(
    rows.filter((row) => !row.invalid && !row.failed && row.rounds.length > 0).map((row) => [row.id, row]),
  );
}

/** @returns {string} */
export function renderReport(run, paint) {
  const { rebuilt, rows, groups, bars, unavailable } = run;
  const results = validResults(rows);
  const nameWidth = Math.max(...rows.map((row) => row.name.length)) + 2;
  const lines = [paint('bold', headline(run)), busyness(run), ''];
  for (const group of groups) {
    const own = rows.filter((row) => row.group === group.id);
    if (own.length > 0) lines.push(...renderGroup(group, own, results, nameWidth, paint), '');
  }
  lines.push(...renderBars(bars, paint));
  lines.push(tally(rows));
  if (rebuilt) lines.push(paint('red', 'ttlog was built anew during the run: its rows are of two programs'));
  for (const { file, reason } of unavailable) {
    lines.push(paint('yellow', `not run: ${file}: ${reason.split('\n')[0]}`));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function headline({ machine: { node, cpu, cores, platform }, rounds, quick }) {
  const kind = quick ? ', --quick: a look, not a result' : '';
  return `ttlog bench · Node ${node} · ${platform} · ${cores} × ${cpu} · medians of ${rounds} alternating rounds${kind}`;
}

/** How far the machine was the bench's own. */
export function busyness({ load, waited, tookMs }) {
  return `took ${inWords(tookMs)}; load of the machine ${load} when it began; contenders had no processor for ${formatPercent(waited)} of their time`;
}

function renderGroup(group, rows, results, nameWidth, paint) {
  const header = { cells: ['', ...group.columns.map((column) => column.title)], style: 'dim' };
  const body = rows.map((row) => {
    const name = `  ${row.name}`;
    const trouble = troubleOf(row);
    return trouble ? { cells: [name], trouble } : { cells: [name, ...cellsOf(group, row, results)] };
  });
  const laidOut = layOut([header, ...body], paint, [nameWidth, 9, 17, 12, 12, 12]);
  body.forEach((row, i) => {
    if (row.trouble) laidOut[i + 1] = `${laidOut[i + 1]}  ${paint('red', row.trouble)}`;
  });
  const notes = [...group.notes, ...checkedNotes(rows)];
  return [paint('bold', group.title), ...laidOut, ...notes.map((note) => paint('dim', `  ${note}`))];
}

function troubleOf({ failed, invalid }) {
  if (failed) return `FAILED: ${failed}`;
  return invalid ? `INVALID: ${invalid}` : undefined;
}

function cellsOf(group, row, results) {
  return group.columns.map((column) => cellOf(column, row.id, results));
}

/** What was read back of ttlog's rows: its claims are the ones that this table is made for. */
function checkedNotes(rows) {
  const checks = rows.filter((row) => row.name.startsWith('ttlog') && row.verified).map((row) => row.verified);
  return [...new Set(checks)].map((check) => `ttlog checked: ${check}.`);
}

function cellOf(column, id, results) {
  const summary = column.compute(id, results);
  if (!summary) return '–';
  return column.range ? `${column.format(summary.min)} … ${column.format(summary.max)}` : column.format(summary.median);
}

function tally(rows) {
  const count = (test) => rows.filter(test).length;
  const spoiled = count((row) => troubleOf(row) !== undefined);
  return `${rows.length} rows, ${count((row) => row.verified)} with output read back and compared, ${spoiled} invalid or failed`;
}

function renderBars(bars, paint) {
  if (bars.length === 0) return [];
  const rows = bars.map(({ text, required, measured, spread, met }) => ({
    cells: [`  ${text}`, required, measured, spread, met ? 'met' : 'missed'],
    style: met ? 'green' : 'red',
  }));
  const header = { cells: ['Bars', 'required', 'measured', 'min … max', ''], style: 'bold' };
  return [...layOut([header, ...rows], paint), ''];
}

/** The results as they are written with --json: what was measured, and the cells of the table. */
export function toJson(run) {
  const { machine, build, rebuilt, rounds, quick, memory, settings, waited, load, tookMs, rows, groups, bars } = run;
  const results = validResults(rows);
  return {
    format: FORMAT,
    machine,
    build,
    rebuilt,
    rounds,
    quick,
    memory,
    settings,
    load,
    waited,
    tookMs,
    groups: groups
      .map(({ id, title, notes, columns }) => ({
        id,
        title,
        notes,
        columns: columns.map((column) => column.title),
        rows: rows
          .filter((row) => row.group === id)
          .map(({ name, rounds: metrics, verified, invalid, failed, tookMs: rowTookMs }) => ({
            name,
            cells: columns.map((column) => cellOf(column, `${id}/${name}`, results)),
            rounds: metrics,
            verified,
            invalid,
            failed,
            tookMs: rowTookMs,
          })),
      }))
      .filter((group) => group.rows.length > 0),
    bars,
    notRun: run.unavailable,
  };
}

/** JSON text with six digits a number, and a row a line: a committed file that people read and diff. */
export function jsonText(json) {
  const rounded = JSON.stringify(json, (_key, value) =>
    typeof value === 'number' ? Number(value.toPrecision(6)) : value,
  );
  const { groups, ...head } = JSON.parse(rounded);
  const text = groups.map(({ rows, ...group }) => {
    const lines = rows.map((row) => `        ${JSON.stringify(row)}`).join(',\n');
    return `    {\n${members(group, '      ')},\n      "rows": [\n${lines}\n      ]\n    }`;
  });
  return `{\n${members(head, '  ')},\n  "groups": [\n${text.join(',\n')}\n  ]\n}\n`;
}

function members(object, indent) {
  return Object.entries(object)
    .map(([key, value]) => `${indent}${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(',\n');
}

/** The rows of a file that jsonText() has written. @returns {import('./rounds.mjs').Row[]} */
export function rowsOf(json) {
  if (json?.format !== FORMAT)
    throw new Error(`Expected results of format ${FORMAT}, got ${json?.format}: run the bench anew`);
  return json.groups.flatMap((group) =>
    group.rows.map((row) => ({ ...row, id: `${group.id}/${row.name}`, group: group.id })),
  );
}
