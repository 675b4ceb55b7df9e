// npm run bench: every contender in its own process, contenders alternating, one table of ratios at the end.
//
// Progress goes to stderr, the table to stdout. The exit status is 1 when a row is INVALID or FAILED, or when ttlog was
// built anew meanwhile; a missed bar or a lost comparison is a result and not a failure.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { checkBars } from './bars.mjs';
import { groups } from './groups.mjs';
import { iterationsPerUs } from './http/work.mjs';
import { buildStamp } from './lib/build-stamp.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { currentLoad, describeMachine } from './lib/machine.mjs';
import { USAGE, parseOptions } from './lib/options.mjs';
import { jsonText, renderReport, rowsOf, toJson, validResults } from './lib/report.mjs';
import { runRounds, waitedShare } from './lib/rounds.mjs';
import { contenderFiles, idOf, selectContenders } from './lib/select.mjs';
import { listContenders } from './lib/spawn.mjs';
import { painter } from './lib/table.mjs';

const RESULTS_DIR = fileURLToPath(new URL('./results', import.meta.url));
const NODE_MAJOR = Number(process.versions.node.split('.')[0]);

async function main() {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  ensureInstalled();

  const { contenders, unavailable } = await listContenders(await contenderFiles());
  const selected = selectContenders(contenders, groups, options);
  if (options.list) {
    process.stdout.write(selected.map((one) => `${idOf(one)}\n`).join(''));
    return;
  }
  if (selected.length === 0) throw new Error(`Expected --only to match a contender, got ${options.only}; see --list`);

  const build = buildStamp();
  const load = currentLoad();
  const startedAt = performance.now();
  const { rounds, quick, memory } = options;
  const settings = { ...options.settings, workIterationsPerUs: iterationsPerUs() };
  const rows = await runRounds(selected, { rounds, settings }, await lastTimes(options));
  const run = {
    machine: describeMachine(),
    build,
    rebuilt: buildStamp() !== build,
    rounds,
    quick,
    memory,
    settings,
    load,
    waited: waitedShare(rows),
    tookMs: performance.now() - startedAt,
    rows,
    groups,
    bars: checkBars(validResults(rows), NODE_MAJOR),
    unavailable,
  };
  if (options.json === '-') process.stdout.write(jsonText(toJson(run)));
  else process.stdout.write(renderReport(run, painter(process.stdout)));
  if (options.json !== undefined && options.json !== '-') await writeJson(options.json, jsonText(toJson(run)));
  if (run.rebuilt || rows.some((row) => row.invalid || row.failed)) process.exitCode = 1;
}

function readOptions() {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return process.exit(2);
  }
}

/** What a round of each contender took in the run whose results are kept: a guess at how long this one will take. */
async function lastTimes({ quick, memory }) {
  if (quick || memory) return new Map();
  try {
    const json = JSON.parse(await readFile(join(RESULTS_DIR, `${NODE_MAJOR}.json`), 'utf8'));
    return new Map(rowsOf(json).map((row) => [row.id, row.tookMs]));
  } catch {
    return new Map();
  }
}

async function writeJson(target, text) {
  const file = extname(target) === '.json' ? target : join(target, `${NODE_MAJOR}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

await main();
