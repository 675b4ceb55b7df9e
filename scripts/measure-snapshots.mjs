// For how long a snapshot of a full ring (8 MiB) stops the main thread: at a crash, raw, and when it is asked for while the process runs, where the recorder
// thread does the work. `npm run bench:snapshots`; needs `npm run build`. Nothing asserts these figures: a loaded machine has others.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 10;
/** From DESIGN: ms. */
const BARS = { crash: 20, asked: 1 };
/** Each goes round the ring twice. */
const EVENTS = 250_000;

const [role, dir] = process.argv.slice(2);
if (role === 'crash') await crash(dir ?? '');
else if (role === 'ask') await ask(dir ?? '');
else main();

/** How long this thread ran and how long that took, in ms: on a busy machine it also waits for its turn. */
function clock() {
  const cpuNs = Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]);
  return { cpuMs: cpuNs / 1e6, wallMs: performance.now() };
}

/** @param {ReturnType<typeof clock>} then */
function since(then) {
  const { cpuMs, wallMs } = clock();
  return { cpuMs: cpuMs - then.cpuMs, wallMs: wallMs - then.wallMs };
}

/** @param {string} folder */
async function start(folder) {
  const { debug, init, span } = await import('ttlog');
  const { fileSink } = await import('ttlog/sinks');
  const handle = init({ service: 'bench', sinks: [fileSink({ path: '/dev/null' })], snapshots: { dir: folder } });
  const fill = () => {
    for (let i = 0; i < EVENTS; i++) debug('User logged in', { user_id: i, name: `ada ${i % 1000}`, ratio: i / 3 });
  };
  for (let i = 0; i < 20; i++) span(`open ${i}`);
  fill();
  clock();
  await handle.flush();
  return { handle, fill };
}

/** @param {string} folder */
async function crash(folder) {
  await start(folder);
  let then = clock();
  process.prependListener('uncaughtExceptionMonitor', () => (then = clock()));
  process.on('uncaughtExceptionMonitor', () => console.log(JSON.stringify([since(then)])));
  setTimeout(() => {
    throw new Error('on purpose');
  }, 100);
}

/** @param {string} folder */
async function ask(folder) {
  const { handle, fill } = await start(folder);
  const times = [];
  for (let i = 0; i < ROUNDS; i++) {
    const then = clock();
    const asked = handle.snapshot('asked');
    times.push(since(then));
    const { records } = await asked;
    if (records < 50_000) throw new Error(`Expected a full ring, got ${records} records`);
    fill();
    await handle.flush();
  }
  console.log(JSON.stringify(times));
  await handle.shutdown();
}

/** @param {string} what @param {string} folder @returns {{ cpuMs: number, wallMs: number }[]} */
function run(what, folder) {
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), what, folder], { encoding: 'utf8' });
  return JSON.parse(stdout);
}

function main() {
  const folder = mkdtempSync(join(tmpdir(), 'ttlog-measure-'));
  try {
    const crashes = Array.from({ length: ROUNDS }, () => run('crash', folder)).flat();
    const asked = run('ask', folder);
    console.log(`Node ${process.versions.node}, a full ring of 8 MiB, ms on the main thread: processor time / time`);
    print('at a crash, raw', crashes, BARS.crash);
    print('asked for, the first time', asked.slice(0, 1), BARS.asked);
    print('asked for, from then on', asked.slice(1), BARS.asked);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} text @param {{ cpuMs: number, wallMs: number }[]} times @param {number} bar */
function print(text, times, bar) {
  /** @param {'cpuMs' | 'wallMs'} of */
  const median = (of) => times.map((time) => time[of]).sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
  const [cpu, wall] = [median('cpuMs'), median('wallMs')];
  const verdict = wall <= bar ? 'met' : cpu <= bar ? 'met, but for the wait for a processor' : 'missed';
  console.log(
    `${text.padEnd(28)} ${cpu.toFixed(2).padStart(6)} / ${wall.toFixed(2).padStart(6)}   ≤ ${bar}   ${verdict}`,
  );
}
