import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, test } from 'vitest';
import { recorderSource } from '../../scripts/recorder-source.mjs';
import { bundleCommand, runCommand } from '../cli/support.js';
import type { Ending } from './processes.js';
import { runProcess } from './processes.js';
import { temporaryDirectory } from './support.js';

const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

let home: string;
let command: string;

beforeAll(async () => {
  home = temporaryDirectory();
  const build = await rolldown({
    input: { ttlog: source('index.ts'), sinks: source('sinks/index.ts') },
    platform: 'node',
    transform: { target: 'es2022' },
    plugins: [recorderSource()],
  });
  await build.write({ dir: home, format: 'esm', entryFileNames: '[name].mjs' });
  await build.close();
  command = await bundleCommand(home);
}, 60_000);

interface Story {
  readonly without: Ending;
  readonly ending: Ending;
  readonly lines: readonly Record<string, unknown>[];
  readonly snapshots: readonly string[];
}

let stories = 0;

/** A service that takes an order and dies in it, with and without ttlog. */
async function tell(death: string): Promise<Story> {
  const dir = join(home, `story-${stories++}`);
  mkdirSync(dir);
  const file = join(dir, 'service.mjs');
  writeFileSync(
    file,
    `const dir = process.env.TTLOG_DIR;
const nothing = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {}, withContext: (fields, fn) => fn(), span: () => ({ run: (fn) => fn(), end() {} }) };
const log = dir === undefined ? nothing : await import(${JSON.stringify(join(home, 'ttlog.mjs'))});
if (dir !== undefined) {
  const { fileSink } = await import(${JSON.stringify(join(home, 'sinks.mjs'))});
  log.init({ service: 'shop', sinks: [fileSink({ path: dir + '/shop.log' })], snapshots: { dir: dir + '/snapshots' } });
}
log.info('Listening', { port: 3000 });
const done = log.span('GET /health');
done.end();
log.withContext({ request_id: 'r-17' }, () => {
  log.span('POST /orders', { order_id: 17 }).run(() => {
    log.trace('Cache miss', { key: 'order:17' });
    log.span('charge').run(() => {
      for (let i = 0; i < 1000; i++) log.debug('turn', { i });
      log.warn('Card declined', { attempt: 3 });
      setTimeout(() => {
        ${death}
      }, 5);
    });
  });
});
`,
  );
  const [without, ending] = await Promise.all([
    runProcess(file, [], home, {}),
    runProcess(file, [], home, { TTLOG_DIR: dir }),
  ]);
  const log = join(dir, 'shop.log');
  const text = existsSync(log) ? readFileSync(log, 'utf8').trimEnd() : '';
  const snapshots = existsSync(join(dir, 'snapshots')) ? readdirSync(join(dir, 'snapshots')) : [];
  return {
    without,
    ending,
    lines: text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>),
    snapshots: snapshots.map((name) => join(dir, 'snapshots', name)),
  };
}

describe('a service with ttlog that dies', { timeout: 60_000 }, () => {
  test.each([
    ['of an error', `throw new Error('boom')`],
    ['of undefined', `throw undefined`],
    ['of null', `throw null`],
    ['of a text', `throw 'text'`],
    ['of an error with causes', `throw new Error('outer', { cause: new TypeError('inner', { cause: 'the end' }) })`],
    ['of an AggregateError', `throw new AggregateError([new Error('a'), new Error('b')], 'all')`],
    ['of an unhandled rejection', `Promise.reject(new Error('boom'))`],
    ['of an unhandled rejection of nothing', `Promise.reject()`],
    [
      'in a handler of its own',
      `process.on('uncaughtException', (e) => { console.error('mine', e); process.exit(3); }); throw new Error('boom')`,
    ],
    [
      'in a capture callback',
      `process.setUncaughtExceptionCaptureCallback((e) => { console.error('captured', e); process.exit(4); }); throw new Error('boom')`,
    ],
  ])('%s: as without ttlog, byte for byte; every line delivered; one snapshot', async (_what, death) => {
    const { without, ending, lines, snapshots } = await tell(death);
    expect(ending).toEqual(without);
    expect(lines.filter(({ level }) => (level as number) >= 30).map(({ msg }) => msg)).toEqual([
      'Listening',
      'Card declined',
    ]);
    expect(snapshots).toHaveLength(1);
  });

  test('ttlog view tells the story', async () => {
    const { snapshots } = await tell(
      `throw Object.assign(new Error('order lost', { cause: new TypeError('no card') }), { code: 'E_LOST' })`,
    );
    const { stdout, stderr, status } = await runCommand(command, ['view', snapshots[0]]);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toMatch(/^ttlog snapshot {2}shop {2}crash \(uncaughtException\)\n/);
    expect(stdout).toMatch(/\n {2}Error: order lost\n {6}at /);
    expect(stdout).toMatch(/\n {6}code=E_LOST\n {2}caused by: TypeError: no card\n {6}at /);
    expect(stdout).toMatch(
      /\nOpen spans {2}2 spans had not ended\n {2}● shop {2}POST \/orders .*\n {2}● shop {2}charge /,
    );
    expect(stdout).toMatch(
      / TRACE shop {2}Cache miss {2}request_id=r-17 order_id=17 key="order:17" {2}\[[0-9a-f]{8} POST \/orders\]\n/,
    );
    expect(stdout.match(/ DEBUG shop {2}turn {2}/g)).toHaveLength(1000);
    expect(stdout).toMatch(
      /\n {2}POST \/orders +[\d.]+ ms {2}open {2}shop {2}.*\n {2}└─ charge +[\d.]+ ms {2}open {2}shop/,
    );
    expect(stdout).toMatch(/\n {2}GET \/health +[\d.]+ (ns|µs|ms) {2}ok {2}shop\n/);
  });

  test.skipIf(process.platform !== 'linux').each([
    ['a file stands in the way', '/dev/null/place'],
    // mkdir says ENOENT, and its parent is there: Node's recursive mkdir tries for ever.
    ['nothing can be made', '/proc/place'],
  ])('where %s of the snapshot, that is told, and it dies all the same', (_what, dir) => {
    const script = `import { init } from ${JSON.stringify(join(home, 'ttlog.mjs'))};
      init({ service: 'shop', snapshots: ${JSON.stringify(dir)} });
      setTimeout(() => { throw new Error('boom'); }, 1);`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('Error: boom') as string });
    expect(JSON.parse(stdout)).toMatchObject({
      level: 50,
      target: 'ttlog',
      msg: 'A snapshot could not be written',
      reason: 'crash',
      err: { code: 'ERR_SNAPSHOT_FAILED', message: expect.stringContaining(dir) as string },
    });
  });

  test('one that lives on after an exception has its snapshot, too', async () => {
    const { without, ending, snapshots } = await tell(
      `process.on('uncaughtException', () => console.log('survived')); setTimeout(() => process.exit(0), 50); throw new Error('boom')`,
    );
    expect(ending).toEqual(without);
    expect(ending).toMatchObject({ status: 0, stdout: 'survived\n' });
    expect(snapshots).toHaveLength(1);
  });
});
