// npm run bench: every contender in its own process, contenders alternating, one table of ratios at the end.
//
// Progress goes to stderr, the table to stdout. The exit status is 1 when a row is INVALID or FAILED, or when ttlog was
// built anew meanwhile; a missed bar or a lost comparison is a result and not a failure.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

import { checkBars } from './bars.mjs';
import { groups } from './groups.mjs';
import { buildStamp } from './lib/build-stamp.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { describeMachine } from './lib/machine.mjs';
import { USAGE, parseOptions } from './lib/options.mjs';
import { renderReport, toJson, validResults } from './lib/report.mjs';
import { runRounds } from './lib/rounds.mjs';
import { contenderFiles, idOf, selectContenders } from './lib/select.mjs';
import { listContenders } from './lib/spawn.mjs';
import { painter } from './lib/table.mjs';

async function main() {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  ensureInstalled();

  const { contenders, unavailable } = await listContenders(await contenderFiles());
  const selected = selectContenders(contenders, groups, options.only);
  if (options.list) {
    process.stdout.write(selected.map((one) => `${idOf(one)}\n`).join(''));
    return;
  }
  if (selected.length === 0) throw new Error(`Expected --only to match a contender, got ${options.only}; see --list`);

  const build = buildStamp();
  const rows = await runRounds(selected, options);
  const rebuilt = buildStamp() !== build;
  const { rounds, quick, settings } = options;
  const bars = checkBars(validResults(rows));
  const run = { machine: describeMachine(), build, rebuilt, rounds, quick, settings, rows, groups, bars, unavailable };
  process.stdout.write(renderReport(run, painter(process.stdout)));
  if (options.json !== undefined) await writeJson(options.json, toJson(run));
  if (rebuilt || rows.some((row) => row.invalid || row.failed)) process.exitCode = 1;
}

function readOptions() {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return process.exit(2);
  }
}

async function writeJson(target, data) {
  const file = extname(target) === '.json' ? target : join(target, `${process.versions.node.split('.')[0]}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(data, undefined, 2)}\n`);
}

await main();
