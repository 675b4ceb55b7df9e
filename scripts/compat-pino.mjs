// Runs pino's own tests, as its npm package ships them, against `ttlog/pino` of dist/, and writes the table of docs/compat-pino.md.
//
//   npm run compat:pino                 everything; real pino runs first, once, to say how many tests each file has
//   npm run compat:pino -- levels      the files whose names have that in them; no table is written
//
// The package is unpacked into .tmp/compat-pino, and its own code is taken out: what is left of it leads to dist/. A file that does not
// load, or that is left out, counts as failed with all its tests.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './entries.mjs';

const TIME_LIMIT_MS = 60_000;
const PAGE = `${root}docs/compat-pino.md`;
const [START, END] = ['<!-- compat:pino -->', '<!-- /compat:pino -->'];
const version = JSON.parse(readFileSync(`${root}package.json`, 'utf8')).devDependencies.pino;
const work = `${root}.tmp/compat-pino-${version}/`;

/** What its tests need besides what pino itself does. */
const TEST_PACKAGES = [
  '@matteo.collina/tspl', 'execa', 'flush-write-stream', 'import-fresh', 'pino-pretty', 'proxyquire', 'pump', 'rimraf', 'semver', 'split2',
  'strip-ansi', 'tape', 'through2', 'ts-node', 'typescript', 'tstyche', 'fastify-tsconfig', '@types/node',
]; // prettier-ignore

/** Not run: they count as failed. */
const EXCLUDED = new Map([
  ['test/transport/big.test.js', { tests: 1, why: 'eight million lines take minutes; pino leaves it out in CI' }],
  ['test/jest/basic.spec.js', { tests: 1, why: 'a test for Jest' }],
  ['test/transport/core.transpiled.test.ts', { tests: 3, why: 'has to be transpiled by tools of its repository' }],
]);

/** @typedef {{ tests: number, pass: number, failed: string[] }} Outcome */

function unpack() {
  const packages = TEST_PACKAGES.join();
  if (existsSync(`${work}ready`) && readFileSync(`${work}ready`, 'utf8') === packages) return;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  console.log(`compat:pino: unpacking pino ${version} and what its tests need`);
  const npm = (/** @type {string[]} */ ...args) =>
    execFileSync('npm', args, { cwd: work, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  const tarball = npm('pack', `pino@${version}`, '--silent').trim();
  for (const folder of ['real', 'ours']) {
    mkdirSync(work + folder);
    execFileSync('tar', ['-xzf', join(work, tarball), '-C', work + folder, '--strip-components=1']);
  }
  const manifest = JSON.parse(readFileSync(`${work}real/package.json`, 'utf8'));
  const devDependencies = Object.fromEntries(TEST_PACKAGES.map((name) => [name, manifest.devDependencies[name]]));
  // Above both copies, where both find it.
  writeFileSync(
    `${work}package.json`,
    JSON.stringify({
      private: true,
      dependencies: { ...manifest.dependencies, ...devDependencies, 'get-caller-file': '2' },
    }),
  );
  npm('install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent');
  renameSync(`${work}node_modules`, `${work}packages`);
  for (const folder of ['real', 'ours']) execFileSync('cp', ['-a', `${work}packages`, `${work}${folder}/node_modules`]);
  rmSync(`${work}packages`, { recursive: true });
  for (const own of ['lib', 'browser.js', 'bin.js', 'pino.js', 'file.js'])
    rmSync(`${work}ours/${own}`, { recursive: true });
  writeFileSync(`${work}ready`, packages);
}

/** What is left of pino's code leads to ours. */
function redirect() {
  const to = (/** @type {string} */ file) =>
    `module.exports = require(${JSON.stringify(`${root}dist/cjs/compat/pino/${file}.js`)})`;
  writeFileSync(
    `${work}ours/pino.d.ts`,
    `import pino = require(${JSON.stringify(`${root}dist/cjs/compat/pino/index.js`)});\nexport = pino;\n`,
  );
  writeFileSync(`${work}ours/pino.js`, `${to('index')};\n`);
  writeFileSync(`${work}ours/browser.js`, `${to('browser')};\n`);
  writeFileSync(`${work}ours/file.js`, `${to('file')}.default;\n`);
  // What tests need of pino's insides without testing it: the numbers of the levels, the file that bundlers are told of.
  mkdirSync(`${work}ours/lib`, { recursive: true });
  writeFileSync(`${work}ours/lib/worker.js`, `${to('worker')}.default;\n`);
  writeFileSync(
    `${work}ours/lib/levels.js`,
    `const pino = require('../pino.js');\nexports.getLevel = pino()[pino.symbols.getLevelSym];\n`,
  );
  writeFileSync(`${work}ours/lib/constants.js`, `exports.DEFAULT_LEVELS = require('../pino.js').levels.values;\n`);
}

/** @param {string} name of the copy @returns {string[]} test files, from its folder */
function testFiles(name) {
  const folder = `${work}${name}/`;
  return readdirSync(`${folder}test`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:test|spec)\.(?:m?js|ts)$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('node_modules'))
    .sort();
}

/** @param {'real' | 'ours'} name @param {string} file @returns {Promise<Outcome>} */
async function run(name, file) {
  const isTape = /require\('tape'\)/.test(readFileSync(`${work}${name}/${file}`, 'utf8'));
  const args = isTape ? [file] : ['--test', '--test-reporter=tap', file];
  const child = spawn(process.execPath, args, {
    cwd: work + name,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  // What a test has started dies with it.
  const limit = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), TIME_LIMIT_MS);
  await new Promise((resolve) => child.on('exit', resolve));
  clearTimeout(limit);
  return isTape ? tapeOutcome(text) : runnerOutcome(text);
}

/** Of node's runner: its own sums. A file that did not load is one failed test there. @param {string} tap @returns {Outcome} */
function runnerOutcome(tap) {
  const sum = (/** @type {string} */ name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  const failed = [...tap.matchAll(/^ *not ok \d+ - (.*)$/gm)].map((match) => match[1]);
  return { tests: sum('tests') - sum('skipped'), pass: sum('pass'), failed };
}

/** Of tape: each comment is a test, which has failed where one of its assertions has. @param {string} tap @returns {Outcome} */
function tapeOutcome(tap) {
  const tests = tap.split(/^# (?=(?!tests |pass |fail |ok$))/m).slice(1);
  const failed = tests.filter((one) => /^not ok/m.test(one)).map((one) => one.split('\n')[0]);
  return { tests: tests.length, pass: tests.length - failed.length, failed };
}

/** The assertions of its type tests. @returns {string} */
function typeAssertions() {
  const { stdout } = spawnSync(process.execPath, ['node_modules/.bin/tstyche'], {
    cwd: `${work}ours`,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  const count = (/** @type {string} */ word) =>
    Number(new RegExp(`^Assertions:.*?(\\d+) ${word}`, 'm').exec(stdout)?.[1] ?? 0);
  return `${count('passed')} of ${count('total')}`;
}

/** How many tests each file has, said by real pino. @returns {Promise<Record<string, Outcome>>} */
async function baseline(/** @type {string[]} */ files) {
  const file = `${work}baseline-${process.versions.node}.json`;
  /** @type {Record<string, Outcome>} */
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  for (const one of files) {
    if (known[one] !== undefined) continue;
    known[one] = await run('real', one);
    console.log(`compat:pino: pino itself, ${one}: ${known[one].pass} of ${known[one].tests}`);
    writeFileSync(file, JSON.stringify(known));
  }
  return known;
}

unpack();
redirect();
const wanted = process.argv[2] ?? '';
const files = testFiles('ours').filter((file) => file.includes(wanted));
const runnable = files.filter((file) => !EXCLUDED.has(file));
const real = await baseline(runnable);
/** @type {{ file: string, pass: number, tests: number }[]} */
const rows = [];
for (const file of files) {
  const excluded = EXCLUDED.get(file);
  const { pass, failed } = excluded === undefined ? await run('ours', file) : { pass: 0, failed: [excluded.why] };
  const tests = excluded?.tests ?? real[file].tests;
  rows.push({ file, pass: Math.min(pass, tests), tests });
  console.log(
    `compat:pino: ${file}: ${pass} of ${tests}${failed.map((name) => `\n               failed: ${name}`).join('')}`,
  );
}
const [passed, all] = [rows.reduce((sum, row) => sum + row.pass, 0), rows.reduce((sum, row) => sum + row.tests, 0)];
const share = ((100 * passed) / all).toFixed(1);
console.log(`compat:pino: ${passed} of ${all} tests pass (${share} %)`);

if (wanted === '') {
  const table = [
    `${passed} of ${all} tests of pino ${version} pass (${share} %), under Node ${process.versions.node}. Of its type tests' assertions ${typeAssertions()} hold.`,
    '',
    '| file | pass | of |',
    '|---|--:|--:|',
    ...rows.map(({ file, pass, tests }) => `| \`${file}\` | ${pass} | ${tests} |`),
  ].join('\n');
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`Expected ${PAGE} to have the lines ${START} and ${END}`);
  writeFileSync(PAGE, `${before}${START}\n\n${table}\n\n${END}${after}`);
  console.log('compat:pino: wrote the table of docs/compat-pino.md');
}
