// `npm run test:torture`: the whole kill matrix (test/delivery/rows.mjs), 20 times over: every way to end, 5 to 200 000 records, right after the
// start and late, in processes of their own. Says every miss; writes the table of docs/delivery.md. Takes about 25 minutes.
//
//   npm run test:torture                       -- 20 rounds
//   npm run test:torture -- --rounds 2 --only SIGKILL
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { canBeInitProcess, clearUp, die } from '../test/delivery/kill-matrix.mjs';
import { COUNTS, MOMENTS, rows } from '../test/delivery/rows.mjs';
import { root } from './entries.mjs';
import { runNode } from './run.mjs';
import { thousands } from './thousands.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
  },
});
const rounds = Number(values.rounds);
const jobs = Number(values.jobs);
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(jobs) || jobs < 1) {
  console.error('usage: npm run test:torture -- [--rounds 20] [--only TEXT] [--jobs 2]');
  process.exit(2);
}
if (!(await runNode([`${root}scripts/build.mjs`]))) process.exit(1);

const initProcess = await canBeInitProcess();
const chosen = rows.filter(({ name, as }) => name.includes(values.only) && (as === undefined || initProcess));
if (!initProcess) console.warn('torture: no unshare here, the rows of process 1 are left out');
if (chosen.length === 0) {
  console.error(`torture: no row has ${values.only} in its name`);
  process.exit(1);
}

/** @typedef {{ runs: number, misses: string[], twice: number, least: number }} Cell */
/** @type {Map<string, Cell>} */
const cells = new Map();
const cases = chosen.flatMap((row) => COUNTS.flatMap((count) => MOMENTS.map((moment) => ({ row, count, moment }))));
const queue = Array.from({ length: rounds }, (_, round) => cases.map((each) => ({ ...each, round: round + 1 }))).flat();
const total = queue.length;
const startedAt = performance.now();
let done = 0;
let misses = 0;
let shownAt = 0;

await Promise.all(Array.from({ length: jobs }, work));
clearUp();
show('', true);

async function work() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { row, count, moment, round } = next;
    const { miss, delivered, twice } = await die(row, count, moment);
    const key = `${row.name}\n${count}`;
    const cell = cells.get(key) ?? { runs: 0, misses: [], twice: 0, least: Infinity };
    cells.set(key, cell);
    cell.runs++;
    cell.twice = Math.max(cell.twice, twice);
    cell.least = Math.min(cell.least, delivered);
    if (miss !== undefined) {
      cell.misses.push(miss);
      misses++;
      console.log(`\nMISS in round ${round}: ${row.name}, ${count} records, ${moment}: ${miss}`);
    }
    done++;
    show(`round ${round}/${rounds}  ${row.name}, ${count}, ${moment}`);
  }
}

/** One line that is written over on a terminal; a line now and then in a log. @param {string} what */
function show(what, last = false) {
  const seconds = (performance.now() - startedAt) / 1000;
  const left = (seconds / Math.max(done, 1)) * (total - done);
  const text = last
    ? `${done} deaths in ${(seconds / 60).toFixed(1)} min, ${misses} misses`
    : `${done}/${total}  about ${Math.ceil(left / 60)} min left  ${misses} misses  ${what}`;
  if (process.stdout.isTTY)
    process.stdout.write(`\r\u001b[2K${text.slice(0, (process.stdout.columns ?? 80) - 1)}${last ? '\n' : ''}`);
  else if (last || seconds - shownAt > 20) {
    shownAt = seconds;
    console.log(text);
  }
}

function table() {
  const head = ['how it ends', 'promised', ...COUNTS.map(thousands)];
  const lines = chosen.map((row) => {
    const kept = COUNTS.map((count) => {
      const cell = cells.get(`${row.name}\n${count}`);
      if (cell === undefined) return '';
      return cell.misses.length === 0 ? `${cell.runs}` : `**${cell.runs - cell.misses.length} of ${cell.runs}**`;
    });
    return [row.name, row.promise, ...kept];
  });
  const most = Math.max(0, ...[...cells.values()].map(({ twice }) => twice));
  return [
    `Node ${process.versions.node}, ${rounds} rounds, each right after the start and late: ${thousands(done)} deaths, ${misses} misses. The figures are processes that kept the promise.`,
    '',
    `| ${head.join(' | ')} |`,
    `|---|---|${COUNTS.map(() => '--:').join('|')}|`,
    ...lines.map((line) => `| ${line.join(' | ')} |`),
    '',
    `Records that came twice, at the seam between a process that died and its successor: ${thousands(most)} at most.`,
  ].join('\n');
}

console.log(`\n${table()}\n`);
if (values.only === '') {
  const page = `${root}docs/delivery.md`;
  const text = readFileSync(page, 'utf8');
  const [begin, end] = ['<!-- torture: begin -->', '<!-- torture: end -->'];
  const [from, until] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  writeFileSync(page, `${text.slice(0, from)}\n\n${table()}\n\n${text.slice(until)}`);
}
if (misses > 0) process.exitCode = 1;
