// Destinations that do not take what they are given, and those that do again: what is lost is counted and told, the caller sees nothing of it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { countTo, NO_WORKERS, parseLines, readLines, runChild, temporaryPath } from '../support/child.js';

// Other work on the machine must not fail them.
vi.setConfig({ testTimeout: 60_000 });

const numbers = (lines: readonly Record<string, unknown>[]): unknown[] =>
  lines.filter(({ msg }) => msg === 'Step').map(({ i }) => i);
const lost = (lines: readonly Record<string, unknown>[]): number =>
  lines.filter(({ target }) => target === 'ttlog').reduce((sum, line) => sum + Number(line['lost'] ?? 0), 0);

/** In every program: records, what the other sink was told, and waiting for what comes. */
const PREAMBLE = `
  import * as fs from 'node:fs';
  import { info, init } from 'ttlog';
  import { fileSink, memorySink } from 'ttlog/sinks';
  const memory = memorySink({ level: 'error' });
  const log = (from, until) => { for (let i = from; i < until; i++) info('Step', { i }); };
  const until = async (condition) => { while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5)); };
  const told = () => memory.records.filter(({ meta }) => meta).map(({ message, values }) => message + ': ' + values.reason);
  const linesIn = (path) => fs.existsSync(path) ? fs.readFileSync(path, 'utf8').split('\\n').length - 1 : 0;
`;

test('a folder that cannot be made, and then can: nothing is lost, one record tells it', async () => {
  const dir = temporaryPath('in-the-way');
  writeFileSync(dir, 'a file where the folder should be');
  const path = `${dir}/shop.ndjson`;
  const run = await runChild(`${PREAMBLE}
    const handle = init({ service: 'shop', sinks: [fileSink({ path: '${path}' }), memory] });
    log(0, 10);
    await until(() => told().length > 0);
    log(10, 2000);
    fs.rmSync('${dir}');
    await until(() => linesIn('${path}') === 2000);
    log(2000, 2010);
    await handle.shutdown();
    console.log(JSON.stringify([told(), handle.stats().missed]));`);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  const [told, missed] = JSON.parse(run.stdout) as [string[], number];
  expect(told).toEqual([expect.stringMatching(/^A sink failed: (ENOTDIR|EEXIST)/) as string]);
  expect(missed).toBe(0);
  expect(numbers(readLines(path))).toEqual(countTo(2010));
});

describe.each([
  ['alone', '', ''],
  ['beside another', ", fileSink({ path: dir + '/other.ndjson' })", ''],
  ['on the thread that records', '', ', inThread: true'],
])('flush() of a sink that fails, %s', (where, sink, option) => {
  test('resolves, and once it has healed does so when everything is there', async () => {
    const dir = temporaryPath(`flush, ${where}`);
    mkdirSync(dir);
    writeFileSync(`${dir}/logs`, 'a file where the folder should be');
    const run = await runChild(`${PREAMBLE}
      const dir = '${dir}';
      const handle = init({ service: 'shop', sinks: [fileSink({ path: dir + '/logs/shop.ndjson' })${sink}]${option} });
      const written = [];
      for (let i = 0; i < 8; i++) {
        log(i, i + 1);
        // Each failure puts off the next attempt for longer.
        await handle.flush();
        if (i === 5) fs.rmSync(dir + '/logs');
        if (i > 5) written.push(fs.readFileSync(dir + '/logs/shop.ndjson', 'utf8').includes('"i":' + i));
      }
      await handle.shutdown();
      console.log(JSON.stringify(written));`);
    expect(run).toMatchObject({ status: 0, stdout: '[true,true]\n' });
    const lines = readLines(`${dir}/logs/shop.ndjson`);
    // Where there is another sink, that one does not wait for ever.
    expect(numbers(lines).length + lost(lines)).toBe(8);
  });
});

test('broken for longer than the others wait: what was missed is counted, and told when it heals', async () => {
  const dir = temporaryPath('in-the-way-longer');
  writeFileSync(dir, '');
  const path = `${dir}/shop.ndjson`;
  const other = temporaryPath('other.ndjson');
  const run = await runChild(`${PREAMBLE}
    const handle = init({
      // A writer that waits for nobody would be lapped on a busy machine.
      service: 'shop', stallTimeoutMs: 2000, capacity: 4096,
      sinks: [fileSink({ path: '${path}' }), fileSink({ path: '${other}' })],
    });
    log(0, 50_000);
    await until(() => linesIn('${other}') >= 50_000);
    fs.rmSync('${dir}');
    let at = 50_000;
    await until(() => { log(at, ++at); return fs.existsSync('${path}') && fs.readFileSync('${path}', 'utf8').includes('missed'); });
    await handle.flush();
    console.log(JSON.stringify({ recorded: at, missed: handle.stats().missed }));
    await handle.shutdown();`);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  const { recorded, missed } = JSON.parse(run.stdout) as { recorded: number; missed: number };
  expect(missed).toBeGreaterThan(0);
  // The other one has everything (at the seam, where the thread took over from who stood in for it, perhaps twice), and has been told.
  const others = readLines(other);
  expect([...new Set(numbers(others))]).toEqual(countTo(recorded));
  expect(others.filter(({ msg }) => msg === 'A sink failed').length).toBeLessThanOrEqual(2);
  expect(lost(others)).toBe(missed);
  const healed = numbers(readLines(path));
  expect(healed.at(-1)).toBe(recorded - 1);
  expect(healed.length + missed).toBeGreaterThanOrEqual(recorded);
});

test('what is overwritten meanwhile is told, also what nobody had begun to read', async () => {
  const dir = temporaryPath('in-the-way-of-the-only-one');
  writeFileSync(dir, '');
  const path = `${dir}/shop.ndjson`;
  const run = await runChild(`${PREAMBLE}
    // Nobody takes anything and nobody waits for long: who reads first finds a ring that has been overwritten many times.
    const handle = init({ service: 'shop', stallTimeoutMs: 1, capacity: 1024, sinks: [fileSink({ path: '${path}' })] });
    log(0, 50_000);
    fs.rmSync('${dir}');
    await until(() => fs.existsSync('${path}') && fs.readFileSync('${path}', 'utf8').includes('"i":49999'));
    await handle.shutdown();`);
  expect(run.status).toBe(0);
  const lines = readLines(path);
  expect(lost(lines)).toBeGreaterThan(0);
  expect(new Set(numbers(lines)).size + lost(lines)).toBe(50_000);
});

const canMount = ((): boolean => {
  if (process.platform !== 'linux') return false;
  const dir = temporaryPath('mount');
  mkdirSync(dir);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', dir]).status !== 0) return false;
  mounted = dir;
  return true;
})();
var mounted: string | undefined;
afterAll(() => {
  if (mounted !== undefined) spawnSync('umount', ['-l', mounted]);
});

test.runIf(canMount)('a disk that is full, in the middle of a line, and then is not', async () => {
  const path = `${mounted!}/shop.ndjson`;
  writeFileSync(`${mounted!}/ballast`, Buffer.alloc(128 * 1024));
  const run = await runChild(`${PREAMBLE}
    const handle = init({ service: 'shop', sinks: [fileSink({ path: '${path}' }), memory] });
    log(0, 2200);
    await until(() => told().length > 0);
    fs.rmSync('${mounted!}/ballast');
    await until(() => linesIn('${path}') === 2200);
    await handle.shutdown();
    console.log(JSON.stringify(told()));`);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(JSON.parse(run.stdout)).toEqual(['A sink failed: ENOSPC: no space left on device, write']);
  expect(numbers(readLines(path))).toEqual(countTo(2200));
});

test.runIf(process.platform === 'linux')('a device that fails (EIO) is told once, and costs nothing more', async () => {
  const other = temporaryPath('beside-eio.ndjson');
  const run = await runChild(`${PREAMBLE}
    // Writing to this process's memory at address 0.
    const handle = init({ service: 'shop', stallTimeoutMs: 20, sinks: [fileSink({ path: '/proc/self/mem' }), fileSink({ path: '${other}' })] });
    log(0, 50_000);
    await until(() => linesIn('${other}') > 50_000);
    process.exit(0);`);
  expect(run.status).toBe(0);
  const lines = readLines(other);
  expect(numbers(lines)).toEqual(countTo(50_000));
  expect(lines.filter(({ target }) => target === 'ttlog')).toMatchObject([
    { msg: 'A sink failed', reason: expect.stringMatching(/^EIO/) as string },
  ]);
});

test.runIf(process.platform === 'linux')('a named pipe whose reader goes and comes again', async () => {
  const path = temporaryPath('pipe');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const run = await runChild(`${PREAMBLE}
    const open = () => fs.openSync('${path}', fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const read = (fd) => { const bytes = Buffer.alloc(1 << 16); try { return bytes.toString('utf8', 0, fs.readSync(fd, bytes)); } catch { return ''; } };
    let reader = open(), text = '';
    const handle = init({ service: 'shop', sinks: [fileSink({ path: '${path}' }), memory] });
    log(0, 3);
    await until(() => (text += read(reader)).includes('"i":2'));
    fs.closeSync(reader);
    log(3, 6);
    await until(() => told().length > 0);
    await handle.flush();
    const { missed } = handle.stats();
    reader = open();
    log(6, 9);
    await until(() => (text += read(reader)).includes('missed records'));
    await handle.shutdown();
    console.log(JSON.stringify({ text, told: told(), missed }));`);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  const { text, told, missed } = JSON.parse(run.stdout) as { text: string; told: string[]; missed: number };
  expect(told).toEqual(['A sink failed: EPIPE: broken pipe, write']);
  expect([missed, lost(parseLines(text))]).toEqual([3, 3]);
  expect(numbers(parseLines(text))).toEqual([0, 1, 2, 6, 7, 8]);
});

test('a pipe that is not blocking (EAGAIN) and read slowly: every line, whole', async () => {
  const { status, stdout } = await runChild(
    `${PREAMBLE}
    process.stdout.write(''); // makes the pipe non-blocking
    init({ service: 'shop' });
    log(0, 20_000);
    process.exit(0);`,
    { reader: 'process' },
  );
  expect(status).toBe(0);
  expect(numbers(parseLines(stdout))).toEqual(countTo(20_000));
});

describe('overflow', () => {
  test("'drop' never waits for a sink, and counts", async () => {
    const run = await runChild(`${PREAMBLE}
      let call;
      const called = new Promise((resolve) => (call = resolve));
      const stuck = async () => { call(); await new Promise(() => {}); };
      const handle = init({ service: 'shop', overflow: 'drop', capacity: 2048, exitTimeoutMs: 50, stallTimeoutMs: 60_000, sinks: [stuck] });
      log(0, 2);
      await called;
      const before = process.hrtime.bigint();
      log(2, 200_000);
      const { recorded, delivered, dropped, lapped } = handle.stats();
      console.log(JSON.stringify({ ms: Number(process.hrtime.bigint() - before) / 1e6, recorded, dropped }));
      process.exit(0);`);
    const { ms, recorded, dropped } = JSON.parse(run.stdout) as { ms: number; recorded: number; dropped: number };
    expect(recorded + dropped).toBe(200_000);
    // The stall is a minute long: one wait would be seen.
    expect(ms).toBeLessThan(30_000);
  });

  test('a sink that logs for each batch ends, at the end of the process as well', async () => {
    const run = await runChild(`${PREAMBLE}
      let calls = 0;
      init({ service: 'shop', exitTimeoutMs: 300, capacity: 1024, sinks: [(batch) => { calls++; info('Again', { n: batch.length }); }] });
      log(0, 5000);
      process.on('exit', () => process.stderr.write('calls ' + (calls > 0)));
      process.exit(0);`);
    expect(run.status).toBe(0);
    expect(run.stderr).toMatch(/calls true$/);
  });

  test.each(['exit', 'return'])(
    'a sink module that never returns holds nobody up for longer than was agreed: %s',
    async (how) => {
      const hang = `data:text/javascript,${encodeURIComponent('export default () => () => { for (;;); };')}`;
      const startedAt = performance.now();
      const run = await runChild(`${PREAMBLE}
      const all = memorySink();
      const handle = init({ service: 'shop', capacity: 1024, stallTimeoutMs: 50, exitTimeoutMs: 300, sinks: [{ module: ${JSON.stringify(hang)} }, all] });
      log(0, 20);
      await until(() => all.records.length === 20);
      log(20, 50_000);
      process.on('exit', () => console.log(all.records.length > 20));
      ${how === 'exit' ? 'process.exit(0);' : ''}`);
      expect(run).toMatchObject({ status: 0, stdout: 'true\n' });
      expect(run.stderr).toMatch(/^ttlog: the process ends before everything is delivered/);
      expect(performance.now() - startedAt).toBeLessThan(30_000);
    },
  );

  test('without workers, a full disk does not hold up the thread', async () => {
    const run = await runChild(`${NO_WORKERS}
      const { info, init } = await import('ttlog');
      const { fileSink } = await import('ttlog/sinks');
      const handle = init({ service: 'shop', capacity: 1024, stallTimeoutMs: 50, exitTimeoutMs: 100, sinks: [fileSink({ path: '/dev/full' })] });
      for (let i = 0; i < 100_000; i++) info('Step', { i });
      const { recorded, dropped } = handle.stats();
      console.log(recorded + dropped);`);
    expect(run.status).toBe(0);
    expect(run.stdout).toBe('100000\n');
    expect(run.stderr).toMatch(/a sink failed: file \/dev\/full: ENOSPC/);
  });
});
