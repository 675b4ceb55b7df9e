import { describe, expect, test } from 'vitest';
import { readLines, temporaryPath } from '../support/child.js';
import { byThread, runProgram, runThreads } from './support.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const quoted = (path: string): string => JSON.stringify(path);

describe('workers log into the recorder of the main thread', () => {
  test.each(['cjs', 'esm'])('every record, in order, with its thread (%s)', async (format) => {
    const path = temporaryPath(`order-${format}.log`);
    const said = await runThreads(`
      const memory = memorySink();
      const handle = init({ service: 'shop', sinks: [fileSink({ path: ${quoted(path)} }), memory] });
      info('Main', { i: 0 });
      const workers = [0, 1, 2, 3].map(() =>
        work("for (let i = 0; i < data; i++) info('Step', { i });", 3000, { format: '${format}' }));
      const ids = workers.map((worker) => worker.threadId);
      await Promise.all(workers.map(ended));
      await handle.flush();
      let steps = 0, backMs = 0;
      for (const [i, record] of memory.records.entries()) {
        if (record.message === 'Step' && ids.includes(record.threadId)) steps++;
        if (i > 0) backMs = Math.max(backMs, memory.records[i - 1].timestampMs - record.timestampMs);
      }
      const { recorded, delivered, dropped } = handle.stats();
      say({ ids, steps, backMs, recorded, delivered, dropped });
      await handle.shutdown();`);
    const { ids, backMs, ...counts } = said[0] as { ids: number[]; backMs: number };
    expect(counts).toEqual({ steps: 12_000, recorded: 12_001, delivered: 12_001, dropped: 0 });
    const threads = byThread(readLines(path));
    expect(new Set(threads.keys())).toEqual(new Set([0, ...ids]));
    for (const id of ids) expect(threads.get(id)!.map((line) => line['i'])).toEqual(numbers(3000));
    expect(Object.keys(threads.get(0)![0])).not.toContain('thread_id');
    // The merge window: what one thread was about to publish while the others were read.
    expect(backMs).toBeLessThan(100);
  });

  test('a burst that is larger than the ring: the worker waits, nothing is lost', async () => {
    const path = temporaryPath('burst.log');
    await runThreads(`
      const memory = memorySink();
      const handle = init({ sinks: [fileSink({ path: ${quoted(path)} }), memory], capacity: 1024, stallTimeoutMs: 10_000 });
      await ended(work("for (let i = 0; i < 20000; i++) info('Step', { i });"));
      await handle.flush();
      if (memory.records.length !== 20000) throw new Error('memory has ' + memory.records.length);
      await handle.shutdown();`);
    expect(readLines(path).map((line) => line['i'])).toEqual(numbers(20_000));
  });

  test('a worker that is terminated right after its last call', async () => {
    const path = temporaryPath('terminated.log');
    const said = await runThreads(`
      const memory = memorySink();
      const handle = init({ sinks: [fileSink({ path: ${quoted(path)} }), memory] });
      for (let round = 0; round < 5; round++) {
        const worker = work("for (let i = 0; i < 50; i++) info('Step', { i }); parentPort.postMessage(1);" + FOREVER);
        await told(worker);
        await worker.terminate();
      }
      await handle.flush();
      say(memory.records.length);
      await handle.shutdown();`);
    expect(said).toEqual([250]);
    const threads = byThread(readLines(path));
    expect([...threads.values()].map((lines) => lines.map((line) => line['i']))).toEqual(
      Array.from({ length: 5 }, () => numbers(50)),
    );
  });

  test('a worker that throws, and one that exits, while the process ends with it', async () => {
    const path = temporaryPath('thrown.log');
    const { status } = await runProgram(`
      init({ sinks: [fileSink({ path: ${quoted(path)} })] });
      await ended(work("info('Before the exit'); process.on('exit', () => info('In the exit')); process.exit(3);"));
      work("for (let i = 0; i < 100; i++) info('Step', { i }); throw new Error('no');");
    `);
    expect(status).toBe(1);
    const lines = readLines(path);
    expect(lines.slice(0, 2).map((line) => line['msg'])).toEqual(['Before the exit', 'In the exit']);
    expect(lines.slice(2).map((line) => line['i'])).toEqual(numbers(100));
  });

  describe('while the main thread is blocked', () => {
    const CASES = [
      ['by a worker that ends', 500, ''],
      ['by a worker that goes on, and records nothing more', 500, 'parentPort.on("message", process.exit);'],
      ['once', 1, ''],
      ['once, by a worker that goes on', 1, 'parentPort.on("message", process.exit);'],
    ] as const;
    // The worker records at once after init(): before the recorder thread listens.
    test.each(CASES)('%s', async (name, count, then) => {
      const path = temporaryPath(`blocked-${name}.log`);
      const said = await runThreads(`
        import { readFileSync } from 'node:fs';
        const shared = new Int32Array(new SharedArrayBuffer(4));
        const worker = work("parentPort.postMessage(1); Atomics.wait(data, 0, 0); for (let i = 0; i < ${count}; i++) info('Step', { i });" + ${JSON.stringify(then)}, shared);
        await told(worker);
        const handle = init({ sinks: [fileSink({ path: ${quoted(path)} })] });
        Atomics.store(shared, 0, 1);
        Atomics.notify(shared, 0);
        // Not one turn of the event loop from here until the file is read.
        const until = performance.now() + 15_000;
        let lines = 0;
        while (lines < ${count} && performance.now() < until) {
          block(5);
          try { lines = readFileSync(${quoted(path)}, 'utf8').split('\\n').length - 1; } catch {}
        }
        say(lines);
        worker.postMessage(0);
        await ended(worker);
        await handle.shutdown();`);
      expect(said).toEqual([count]);
      expect(readLines(path).map((line) => line['i'])).toEqual(numbers(count));
    });
  });

  test('the process ends while workers go on', async () => {
    const path = temporaryPath('busy.log');
    const { status } = await runProgram(`
      init({ sinks: [fileSink({ path: ${quoted(path)} })] });
      const worker = work("for (let i = 0; i < 1000; i++) info('Step', { i }); parentPort.postMessage(1); for (;;) info('On and on');");
      await told(worker);
      process.exit(0);`);
    expect(status).toBe(0);
    const steps = readLines(path).filter((line) => line['msg'] === 'Step');
    expect(steps.map((line) => line['i'])).toEqual(numbers(1000));
  });

  test('a function sink is woken from another thread after a quiet time', async () => {
    const said = await runThreads(`
      let heard;
      const first = new Promise((resolve) => (heard = resolve));
      const handle = init({ sinks: [(batch) => heard(batch.map((record) => [record.message, record.threadId]))] });
      const worker = work("parentPort.once('message', () => { info('At last'); });");
      await once(worker, 'online');
      // Long enough for the twin to have stopped looking (0.5 s without a record); a timer keeps the process alive.
      await new Promise((resolve) => setTimeout(resolve, 900));
      const alive = setInterval(() => {}, 1000);
      worker.postMessage(1);
      say([await first, worker.threadId === -1]);
      clearInterval(alive);
      await handle.shutdown();`);
    expect(said).toEqual([[[['At last', expect.any(Number)]], expect.any(Boolean)]]);
  });

  test('workers of workers, and what they leave when their starter is terminated', async () => {
    const path = temporaryPath('nested.log');
    const said = await runThreads(`
      const handle = init({ sinks: [fileSink({ path: ${quoted(path)} })] });
      const inner = "const { info } = require('ttlog'); const { parentPort } = require('node:worker_threads'); info('Inner'); parentPort.postMessage(1); setInterval(() => {}, 1000);";
      const outer = work("info('Outer'); new Worker(data, { eval: true }).once('message', () => parentPort.postMessage(1));", inner);
      await told(outer);
      await outer.terminate();
      await handle.flush();
      say(handle.stats().recorded);
      await handle.shutdown();`);
    expect(said).toEqual([2]);
    const lines = readLines(path);
    expect(new Set(lines.map((line) => line['msg']))).toEqual(new Set(['Inner', 'Outer']));
    expect(lines[0]['thread_id']).not.toBe(lines[1]['thread_id']);
  });
});

describe('memory', () => {
  test('of workers that have ended is let go', async () => {
    const path = temporaryPath('short-lived.log');
    const said = await runThreads(`
      const memory = memorySink();
      let heard = 0;
      const handle = init({ sinks: [fileSink({ path: ${quoted(path)} }), (batch) => void (heard += batch.length)] });
      // Each fills 5 MB of its ring.
      const code = "for (let i = 0; i < 1000; i++) trace('Fill', { text: i + 'x'.repeat(5000) }); info('Done');";
      const round = () => Promise.all([1, 2, 3, 4].map(() => ended(work(code))));
      for (let i = 0; i < 5; i++) await round();
      await handle.flush();
      const before = process.memoryUsage().rss;
      for (let i = 0; i < 20; i++) await round();
      await handle.flush();
      say({ heard, grownMb: (process.memoryUsage().rss - before) / 1e6, recorded: handle.stats().recorded });
      await handle.shutdown();`);
    const { grownMb, ...rest } = said[0] as { grownMb: number };
    expect(rest).toEqual({ heard: 100, recorded: 100 * 1001 });
    // 80 rings kept would be 400 MB.
    expect(grownMb).toBeLessThan(150);
    expect(readLines(path)).toHaveLength(100);
  }, 60_000);
});
