import { describe, expect, it, vi } from 'vitest';
import { countTo, NO_WORKERS, parseLines, readLines, runChild, temporaryPath } from '../support/child.js';

// Other work on the machine must not fail them.
vi.setConfig({ testTimeout: 60_000 });

/** Records numbers to a file, then ends. */
function program(path: string, count: number, end: string): string {
  return `
    import { info, init } from 'ttlog';
    import { fileSink } from 'ttlog/sinks';
    const handle = init({ service: 'shop', sinks: [fileSink({ path: ${JSON.stringify(path)} })] });
    for (let i = 0; i < ${count}; i++) info('Step', { i });
    ${end}`;
}

/** The last words of a process that had to leave records behind. */
const leftovers = (exitTimeoutMs: number): string =>
  `ttlog: the process ends before everything is delivered: a sink does not take it (exitTimeoutMs ${exitTimeoutMs})\n`;

describe('every record reaches the console', () => {
  it.each([5, 200_000])('exits with %i events and a pipe as its console', async (count) => {
    const code = `
      import { info, init } from 'ttlog';
      init({ service: 'shop' });
      for (let i = 0; i < ${count}; i++) info('Step', { i });
      process.exit(0);`;
    // Where this process read it, which may be busy for longer than `stallTimeoutMs`, the writer would rightly stop waiting.
    const { status, stdout } = await runChild(code, { reader: 'process' });
    expect(status).toBe(0);
    expect(parseLines(stdout).map(({ i }) => i)).toEqual(countTo(count));
  });
});

describe('the recorder thread', () => {
  it('writes while the main thread is blocked', async () => {
    const path = temporaryPath('blocked.ndjson');
    const { stdout } = await runChild(`
      import { existsSync, readFileSync } from 'node:fs';
      import { info, init } from 'ttlog';
      import { fileSink } from 'ttlog/sinks';
      const handle = init({ service: 'shop', sinks: [fileSink({ path: ${JSON.stringify(path)} })] });
      const lines = () => existsSync(${JSON.stringify(path)}) ? readFileSync(${JSON.stringify(path)}, 'utf8').split('\\n').length - 1 : 0;
      const until = performance.now() + 2000;
      let recorded = 0;
      let seen = 0;
      // Nothing but computing for two seconds: no turn of the event loop.
      while (performance.now() < until) {
        if (recorded < 20 && performance.now() > until - 2000 + recorded * 50) info('Step', { i: recorded++ });
        if (recorded === 20) seen = lines();
      }
      console.log(JSON.stringify({ recorded, seen }));
      process.exit(0);`);
    expect(JSON.parse(stdout)).toEqual({ recorded: 20, seen: 20 });
    expect(readLines(path)).toHaveLength(20);
  });

  it('is restarted when it dies, and delivers what the ring still holds', async () => {
    const path = temporaryPath('dies.ndjson');
    const died = temporaryPath('died');
    const killer = `data:text/javascript,${encodeURIComponent(`
      import { existsSync, writeFileSync } from 'node:fs';
      export default () => () => {
        if (existsSync(${JSON.stringify(died)})) return;
        writeFileSync(${JSON.stringify(died)}, '');
        process.exit(1); // of this thread
      };`)}`;
    const { status, stdout } = await runChild(`
      import { existsSync } from 'node:fs';
      import { info, init } from 'ttlog';
      import { fileSink } from 'ttlog/sinks';
      const sinks = [fileSink({ path: ${JSON.stringify(path)} }), { module: ${JSON.stringify(killer)} }];
      const handle = init({ service: 'shop', sinks });
      for (let i = 0; i < 1000; i++) info('Step', { i });
      await handle.flush();
      for (let i = 1000; i < 2000; i++) info('Step', { i });
      await handle.flush();
      console.log(existsSync(${JSON.stringify(died)}), handle.stats().lapped);`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'true 0\n' });
    const lines = readLines(path);
    const numbers = lines.filter(({ target }) => target === 'shop').map(({ i }) => i as number);
    expect([...new Set(numbers)]).toEqual(countTo(2000));
    const told = lines.filter(({ target }) => target === 'ttlog');
    expect(told).toMatchObject([{ level: 40, msg: expect.stringContaining('The recorder thread died') as string }]);
  });

  it('runs module sinks, also async ones', async () => {
    const path = temporaryPath('module.ndjson');
    const sink = `data:text/javascript,${encodeURIComponent(`
      import { appendFile } from 'node:fs/promises';
      import { isMainThread } from 'node:worker_threads';
      export default ({ path }) => async (batch) => {
        for (const { message, values } of batch) {
          await appendFile(path, JSON.stringify({ message, ...values, isMainThread }) + '\\n');
        }
      };`)}`;
    const { status, stderr } = await runChild(`
      import { debug, init } from 'ttlog';
      const sinks = [{ module: ${JSON.stringify(sink)}, options: { path: ${JSON.stringify(path)} }, level: 'debug' }];
      const handle = init({ service: 'shop', sinks });
      for (let i = 0; i < 20; i++) debug('Step', { i });
      await handle.shutdown();`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readLines(path)).toEqual(countTo(20).map((i) => ({ message: 'Step', i, isMainThread: false })));
  });

  it('does not keep the process alive, but flush() does', async () => {
    const path = temporaryPath('flush.ndjson');
    const { stdout } = await runChild(
      program(path, 100, `await handle.flush(); console.log(handle.stats().delivered);`),
    );
    expect(stdout).toBe('100\n');
    expect(readLines(path)).toHaveLength(100);
  });

  it('is not needed: without workers everything runs on the thread, with one warning', async () => {
    const path = temporaryPath('no-worker.ndjson');
    const { status, stderr } = await runChild(`${NO_WORKERS}
      ${program(path, 20_000, '').replaceAll(/import (\{[^}]*\}) from '([^']*)'/g, `const $1 = await import('$2')`)}`);
    expect(status).toBe(0);
    expect(stderr.match(/TTLOG_NO_THREAD/g)).toHaveLength(1);
    expect(readLines(path).map(({ i }) => i)).toEqual(countTo(20_000));
  });

  it.each([
    ['code may not be made of strings', ['--disallow-code-generation-from-strings']],
    ['nobody may change what the language has', ['--frozen-intrinsics', '--no-warnings']],
  ])('delivers where %s', async (_where, args) => {
    const path = temporaryPath(`strict${args.length}.ndjson`);
    const { status, stderr } = await runChild(program(path, 100, ''), { args });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readLines(path).map(({ i }) => i)).toEqual(countTo(100));
  });
});

describe('a destination that', () => {
  it('nobody reads never holds up the service, nor its end for longer than was agreed', async () => {
    const startedAt = performance.now();
    const { status, stderr } = await runChild(
      `
      import { info, init } from 'ttlog';
      const handle = init({ service: 'shop', exitTimeoutMs: 500 });
      const startedAt = performance.now();
      for (let i = 0; i < 200_000; i++) info('Step', { i });
      const tookMs = performance.now() - startedAt;
      process.on('exit', () => process.stderr.write(JSON.stringify({ tookMs, rss: process.memoryUsage.rss() })));`,
      { reader: 'never' },
    );
    expect(status).toBe(0);
    expect(stderr.startsWith(leftovers(500))).toBe(true);
    const { tookMs, rss } = JSON.parse(stderr.slice(leftovers(500).length)) as { tookMs: number; rss: number };
    expect(tookMs).toBeLessThan(5000);
    expect(rss).toBeLessThan(250e6);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  it('went away is told to the others once, and costs nothing more', async () => {
    const path = temporaryPath('others.ndjson');
    const { status } = await runChild(
      `
      import { info, init } from 'ttlog';
      import { consoleSink, fileSink } from 'ttlog/sinks';
      const handle = init({ service: 'shop', sinks: [consoleSink(), fileSink({ path: ${JSON.stringify(path)} })] });
      for (let i = 0; i < 20_000; i++) info('Step', { i });
      await handle.flush();
      process.exit(handle.stats().sinkErrors > 0 ? 0 : 1);`,
      { reader: 'gone' },
    );
    expect(status).toBe(0);
    const lines = readLines(path);
    expect(lines.filter(({ msg }) => msg === 'Step')).toHaveLength(20_000);
    const told = lines.filter(({ target }) => target === 'ttlog');
    expect(told).toMatchObject([{ level: 50, msg: 'A sink failed', sink: 'console' }]);
  });

  it.runIf(process.platform === 'linux')('is full is told to the sinks of both threads once', async () => {
    const { status, stdout, stderr } = await runChild(`
      import { info, init } from 'ttlog';
      import { consoleSink, fileSink, memorySink } from 'ttlog/sinks';
      const memory = memorySink();
      const handle = init({ service: 'shop', sinks: [fileSink({ path: '/dev/full' }), consoleSink(), memory] });
      info('One');
      while (!memory.records.some(({ meta }) => meta)) await new Promise((resolve) => setTimeout(resolve, 5));
      info('Two');
      while (memory.records.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      process.stderr.write(JSON.stringify(memory.records.map(({ message }) => message)));
      process.exit(0);`);
    expect(status).toBe(0);
    expect(stderr).toBe(`["One","A sink failed","Two"]${leftovers(2000)}`);
    const told = parseLines(stdout).filter(({ msg }) => msg === 'A sink failed');
    expect(told).toMatchObject([{ sink: 'file /dev/full', reason: 'ENOSPC: no space left on device, write' }]);
  });

  it.runIf(process.platform === 'linux')('is the only one and fails, says so on stderr', async () => {
    const { status, stderr } = await runChild(program('/dev/full', 10, ''));
    expect(status).toBe(0);
    // The thread that was still starting may say it again.
    expect(stderr.endsWith(leftovers(2000))).toBe(true);
    expect(stderr.slice(0, -leftovers(2000).length)).toMatch(
      /^(ttlog: a sink failed: file \/dev\/full: ENOSPC: no space left on device, write\n){1,2}$/,
    );
  });

  it('stalled is told about when it moves again, with what was lost to the record', async () => {
    const { status, stdout, stderr } = await runChild(`
      import { info, init } from 'ttlog';
      let release;
      const gate = new Promise((resolve) => (release = resolve));
      const seen = [];
      const slow = async (batch) => { seen.push(...batch); await gate; };
      const handle = init({ service: 'shop', capacity: 2048, channelCapacity: 100, stallTimeoutMs: 20, sinks: [slow] });
      for (let i = 0; i < 50_000; i++) {
        info('Step', { i });
        if (i === 10) await new Promise((resolve) => setTimeout(resolve, 30));
      }
      release();
      await handle.flush();
      const lost = seen.filter(({ meta }) => meta).reduce((sum, { values }) => sum + values.lost, 0);
      const steps = seen.filter(({ meta }) => !meta);
      console.log(JSON.stringify({ all: lost + steps.length, some: lost > 0, last: steps.at(-1).values.i }));
      await handle.shutdown();`);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ all: 50_000, some: true, last: 49_999 });
    expect(status).toBe(0);
  });
});
