// Runs the rows of the kill matrix in processes of their own, over the built package, and says where a promise was not kept.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/entries.mjs';
import { plainEnvironment } from '../../scripts/run.mjs';

/** @typedef {import('./rows.mjs').Row} Row */
/** @typedef {'early' | 'late'} Moment */

/**
 * @typedef {object} Death
 * @property {string | undefined} miss What was not as promised; undefined where all was.
 * @property {number} delivered Different records in the sink when the process was gone.
 * @property {number} twice Records that it got twice, at the seam between two processes.
 * @property {number} tookMs
 */

/** How long a process may take for its end: a hang is a miss. */
const PATIENCE_MS = 60_000;

/** @type {Map<string, Promise<Exit>>} How the same programs end without ttlog. */
const withoutTtlog = new Map();

/**
 * One process dies in that way, with `count` records before. The programs are in a folder inside the package, so that `ttlog` is what
 * an application would import.
 *
 * @param {Row} row @param {number} count @param {Moment} moment
 * @returns {Promise<Death>}
 */
export async function die(row, count, moment) {
  const startedAt = performance.now();
  mkdirSync(`${root}.tmp`, { recursive: true });
  const dir = mkdtempSync(`${root}.tmp/death-`);
  const boxes = mkdtempSync('/dev/shm/ttlog-death-');
  try {
    const log = join(dir, 'log.ndjson');
    const exit = await runProgram(row, program(row, count, moment, { dir, log, boxes }), dir);
    const before = readLog(log);
    if (row.promise === 'all, by the ring') await runProgram({ ...row, flags: [] }, successor({ log, boxes }), dir);
    const after = readLog(log);
    const miss = (await wrongEnd(row, moment, exit)) ?? wrongLog(row, count, after);
    return { miss, delivered: new Set(before.numbers).size, twice: after.twice, tookMs: performance.now() - startedAt };
  } finally {
    rmSync(dir, { recursive: true, force: true });
    rmSync(boxes, { recursive: true, force: true });
  }
}

/**
 * @param {Row} row @param {number} count @param {Moment} moment
 * @param {{ dir: string, log: string, boxes: string } | undefined} places undefined: without ttlog
 */
function program(row, count, moment, places) {
  const api =
    places === undefined
      ? `const info = () => {}, init = () => ({ flush: async () => {} }), fileSink = () => ({}), log_ = '', dir = '', boxes = '';`
      : `import { info, init } from 'ttlog'; import { fileSink } from 'ttlog/sinks'; const log_ = ${JSON.stringify(places.log)}, dir = ${JSON.stringify(places.dir)}, boxes = ${JSON.stringify(places.boxes)};`;
  // The same lines in both: stacks on stderr are compared.
  return `${api}
const log = (n) => { for (let i = 0; i < n; i++) info('Step', { i }); };
const mark = () => info('Exit');
${row.begin ?? ''}
const handle = init({ service: 'shop', sinks: [fileSink({ path: log_ })], ${row.options ?? ''} });
${moment === 'late' ? `await handle.flush(); await new Promise((resolve) => setTimeout(resolve, 100));` : ''}
log(${count});
${row.end}
`;
}

/** The service is started again. @param {{ log: string, boxes: string }} places */
const successor = ({ log, boxes }) => `
import { init } from 'ttlog';
import { fileSink } from 'ttlog/sinks';
const sinks = [fileSink({ path: ${JSON.stringify(log)} })];
await init({ service: 'shop', level: 'info', sinks, blackBox: ${JSON.stringify(boxes)}, snapshots: { dir: ${JSON.stringify(boxes)}, crash: false } }).shutdown();
`;

/** @typedef {{ status: number | null, signal: NodeJS.Signals | null, stderr: string }} Exit */

/** @param {Row} row @param {string} code @param {string} dir @returns {Promise<Exit>} */
async function runProgram(row, code, dir) {
  const file = join(dir, 'program.mjs');
  writeFileSync(file, code);
  const node = [process.execPath, ...(row.flags ?? []), file];
  const [command, ...args] = row.as === 'init process' ? ['unshare', '--pid', '--fork', '--mount-proc', ...node] : node;
  const child = spawn(command, args, { cwd: dir, env: plainEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stderr += text));
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const [status, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code_, signal_) => resolve([code_, signal_]));
  });
  clearTimeout(patience);
  return { status, signal, stderr: stderr.replaceAll(dir, '') };
}

/** @param {Row} row @param {Moment} moment @param {Exit} exit @returns {Promise<string | undefined>} */
async function wrongEnd(row, moment, exit) {
  const expected = row.ends === undefined ? await endWithoutTtlog(row, moment) : { ...row.ends, stderr: '' };
  if (exit.status !== expected.status || exit.signal !== expected.signal)
    return `ended with ${exit.signal ?? exit.status}, not ${expected.signal ?? expected.status}: ${exit.stderr.slice(0, 500)}`;
  if (row.isNoisy !== true && exit.stderr !== expected.stderr)
    return `stderr was not as without ttlog: ${exit.stderr.slice(0, 500)}`;
  return undefined;
}

/** @param {Row} row @param {Moment} moment */
function endWithoutTtlog(row, moment) {
  const key = `${moment} ${row.name}`;
  let known = withoutTtlog.get(key);
  if (known === undefined) {
    known = (async () => {
      const dir = mkdtempSync(`${root}.tmp/death-`);
      try {
        return await runProgram(row, program(row, 5, moment, undefined), dir);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    })();
    withoutTtlog.set(key, known);
  }
  return known;
}

/** @param {string} path */
function readLog(path) {
  /** @type {number[]} */
  const numbers = [];
  const seen = new Set();
  let marks = 0;
  let twice = 0;
  let torn = 0;
  /** @type {string[]} */
  const told = [];
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [''];
  if (lines.pop() !== '') torn++;
  for (const line of lines) {
    /** @type {{ msg: string, i: number, target: string } | undefined} */
    let record;
    try {
      record = JSON.parse(line);
    } catch {
      torn++;
      continue;
    }
    if (record?.msg === 'Exit') marks++;
    else if (record?.msg !== 'Step') told.push(line);
    else if (seen.has(record.i)) twice++;
    else {
      seen.add(record.i);
      numbers.push(record.i);
    }
  }
  return { numbers, marks, twice, torn, told };
}

/** @param {Row} row @param {number} count @param {ReturnType<typeof readLog>} log @returns {string | undefined} */
function wrongLog(row, count, { numbers, marks, twice, torn, told }) {
  const gap = numbers.findIndex((number, index) => number !== index);
  if (gap >= 0) return `a gap: ${numbers[gap]} where ${gap} was due, ${numbers.length} of ${count} there`;
  if (row.promise === 'a beginning') return undefined;
  if (numbers.length !== count) return `${numbers.length} of ${count}`;
  if (row.promise === 'all, by the ring') return undefined;
  if (marks !== (row.marks ?? 0)) return `${marks} of ${row.marks ?? 0} last words`;
  if (torn > 0 || twice > 0) return `${torn} torn lines, ${twice} twice`;
  return told.length > 0 ? `told: ${told[0].slice(0, 300)}` : undefined;
}

/** Where there is no `unshare`, or it may not be used, nobody can be process 1. */
export async function canBeInitProcess() {
  const child = spawn('unshare', ['--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** Folders that a run has left behind, because it was ended. */
export function clearUp() {
  if (!existsSync(`${root}.tmp`)) return;
  for (const name of readdirSync(`${root}.tmp`))
    if (name.startsWith('death-')) rmSync(`${root}.tmp/${name}`, { recursive: true, force: true });
}
