// `npm run bench:readme`: takes the benchmarks under every Node version that the README shows, keeps the results in
// bench/results, and writes the README's tables from them. Works in a fresh clone; takes about an hour.

import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { root } from '../scripts/entries.mjs';
import { prepareBench, run } from '../scripts/run.mjs';
import { buildStamp } from './lib/build-stamp.mjs';
import { problemsOf, withTables } from './lib/readme.mjs';

const USAGE = `Usage: npm run bench:readme -- [options]

  --node LIST     Node majors to take the results under (default 20,24); others than this one come through npx
  --resume        take only those anew that the last, interrupted or refused, attempt did not get right with this build
  --from FILE…    write the tables from these results instead of taking new ones
  --check         only say whether the README's tables are those of bench/results
  --help          this text

Exit status: 0 written (or the same), 1 results that a README may not show (or not the same), 2 wrong usage.
`;
const RESULTS_DIR = `${root}bench/results`;
const NEW_RESULTS_DIR = `${root}.tmp/bench`;
const README = `${root}README.md`;

const options = readOptions();
if (options.help) process.stdout.write(USAGE);
else if (options.check) check();
else await writeReadme(options.from ?? (await takeResults(options.node.split(','))));

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        node: { type: 'string', default: '20,24' },
        resume: { type: 'boolean', default: false },
        from: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
      allowPositionals: true,
    });
    if (values.from !== positionals.length > 0) throw new Error('Expected --from with files of results');
    if (!/^\d+(,\d+)*$/.test(values.node))
      throw new Error(`Expected --node to be majors such as 20,24, got ${values.node}`);
    return { ...values, from: values.from ? positionals.map((file) => resolve(file)) : undefined };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return process.exit(2);
  }
}

/** @param {string[]} majors @returns {Promise<string[] | undefined>} the files */
async function takeResults(majors) {
  if (!(await prepareBench())) return undefined;
  const files = [];
  for (const major of majors) {
    const file = join(NEW_RESULTS_DIR, `${major}.json`);
    files.push(file);
    if (options.resume && isRight(file)) {
      process.stderr.write(`Node ${major}: taken already\n`);
      continue;
    }
    process.stderr.write(`Node ${major}\n`);
    const args = [`${root}bench/run.mjs`, '--json', file];
    // Status 1 is a row that is invalid: what it was is in the file, and judged below.
    if (process.versions.node.startsWith(`${major}.`)) await run(process.execPath, args);
    else
      await run('npx', ['-y', '-p', `node@${major}`, '-c', `node ${args.map((arg) => JSON.stringify(arg)).join(' ')}`]);
  }
  return files;
}

/** Results of this very build that a README may show. */
function isRight(file) {
  if (!existsSync(file)) return false;
  const json = readJson(file);
  return json.build === buildStamp() && problemsOf([json]).length === 0;
}

/** @param {string[] | undefined} files */
async function writeReadme(files) {
  const jsons = files?.map(readJson) ?? [];
  const problems = files === undefined ? ['the bench could not be installed'] : problemsOf(jsons);
  if (problems.length > 0) {
    process.stderr.write(`The README stays as it is:\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
    process.stderr.write('What was taken is in .tmp/bench; --resume takes only the rest\n');
    process.exitCode = 1;
    return;
  }
  mkdirSync(RESULTS_DIR, { recursive: true });
  for (const file of files ?? []) {
    const kept = join(RESULTS_DIR, basename(file));
    if (kept !== file) copyFileSync(file, kept);
  }
  writeFileSync(README, withTables(readFileSync(README, 'utf8'), keptResults()));
  process.stdout.write('README.md: the tables of bench/results\n');
}

function check() {
  const readme = readFileSync(README, 'utf8');
  if (withTables(readme, keptResults()) === readme) return;
  process.stderr.write(
    'README.md: its tables are not those of bench/results; run npm run bench:readme -- --from bench/results/*.json\n',
  );
  process.exitCode = 1;
}

function keptResults() {
  const names = existsSync(RESULTS_DIR) ? readdirSync(RESULTS_DIR).filter((name) => name.endsWith('.json')) : [];
  return names
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => readJson(join(RESULTS_DIR, name)));
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
