import { describe, expect, test } from 'vitest';
import { CONTROL_SLEEPING } from '../../src/core/layout.js';
import { SLEEPING_LOCAL } from '../../src/recorder/thread-data.js';
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
      const steps = memory.records.filter(({ message, threadId }) => message === 'Step' && ids.includes(threadId)).length;
      const { recorded, delivered, dropped } = handle.stats();
      say({ ids, steps, recorded, delivered, dropped });
      await handle.shutdown();`);
    const { ids, ...counts } = said[0] as { ids: number[] };
    expect(counts).toEqual({ steps: 12_000, recorded: 12_001, delivered: 12_001, dropped: 0 });
    const threads = byThread(readLines(path));
    expect(new Set(threads.keys())).toEqual(new Set([0, ...ids]));
    for (const id of ids) expect(threads.get(id)!.map((line) => line['i'])).toEqual(numbers(3000));
    expect(Object.keys(threads.get(0)![0])).not.toContain('thread_id');
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

  test('what all threads hold when the recorder looks is in the order of time, whatever they are', async () => {
    const said = await runThreads(`
      const records = [];
      const handle = init({ sinks: [(batch) => void records.push(...batch)], level: 'trace' });
      const shared = new Int32Array(new SharedArrayBuffer(8));
      // They take turns: each record of one comes after a record of another.
      const workers = [0, 1, 2].map((turn) => work(\`
        for (let i = 0; i < 400; i++) {
          for (;;) { const now = Atomics.load(data.shared, 0); if (now % 3 === data.turn) break; Atomics.wait(data.shared, 0, now); }
          const n = Atomics.load(data.shared, 0);
          if (i % 2 === 0) info('Step', { n }); else span('Work', { n }).end();
          Atomics.add(data.shared, 0, 1);
          Atomics.notify(data.shared, 0);
        }
        Atomics.add(data.shared, 1, 1);
        Atomics.notify(data.shared, 1);\`, { shared, turn }));
      // The recorder of a function sink is on this thread: it sees nothing before they are done.
      for (let done = 0; done < 3; done = Atomics.load(shared, 1)) Atomics.wait(shared, 1, done);
      await handle.flush();
      const sorted = records.every((record, i) => i === 0 || record.values.n === records[i - 1].values.n + 1);
      const byTime = records.every((record, i) => i === 0 || record.timestampMs >= records[i - 1].timestampMs);
      say({ count: records.length, threads: new Set(records.map((record) => record.threadId)).size, sorted, byTime });
      await Promise.all(workers.map(ended));
      await handle.shutdown();`);
    expect(said).toEqual([{ count: 1200, threads: 3, sorted: true, byTime: true }]);
  });

  test('every kind of record says which thread it is of', async () => {
    const path = temporaryPath('kinds.log');
    const said = await runThreads(`
      const memory = memorySink();
      const handle = init({ level: 'trace', sinks: [memory, fileSink({ path: ${quoted(path)} })] });
      const worker = work(\`
        const { Instrument } = require('ttlog/decorators');
        class Job { run(n) { trace('Inside', { n }); return n; } }
        const run = Object.getOwnPropertyDescriptor(Job.prototype, 'run');
        Object.defineProperty(Job.prototype, 'run', Instrument({ entry: true })(Job.prototype, 'run', run) ?? run);
        new Job().run(1);
        t.timer('Timer').end();
        t.withSpan('With span', () => withContext({ request_id: 'r-1' }, () => warn('In a context')));
        t.getLogger('db', { pool: 1 }).error(new Error('In a logger'));
        t.emit(t.EventBuilder.withCapacity(1).level(t.LogLevel.Info).target('x').message('Emitted').build());
        info('Within', { get inner() { info('In a getter'); return 1; } });\`);
      const { threadId } = worker;
      await ended(worker);
      info('Main');
      await handle.flush();
      say({ threadId, kinds: memory.records.map(({ kind, message, threadId }) => [kind, message, threadId]) });
      await handle.shutdown();`);
    const { threadId, kinds } = said[0] as { threadId: number; kinds: [string, string, number][] };
    expect(kinds).toEqual([
      ['span-start', 'Job.run', threadId],
      ['event', 'Inside', threadId],
      ['span', 'Job.run', threadId],
      ['span', 'Timer', threadId],
      ['event', 'In a context', threadId],
      ['span', 'With span', threadId],
      ['event', 'In a logger', threadId],
      ['event', 'Emitted', threadId],
      ['event', 'Within', threadId],
      ['event', 'In a getter', threadId],
      ['event', 'Main', 0],
    ]);
    expect(readLines(path).map((line) => line['thread_id'] ?? 0)).toEqual(kinds.map(([, , thread]) => thread));
  });

  test('the recorder thread dies while workers log: the next one goes on with their rings', async () => {
    const died = temporaryPath('died');
    const path = temporaryPath('survived.log');
    const killer = `data:text/javascript,${encodeURIComponent(`
      import { existsSync, writeFileSync } from 'node:fs';
      export default () => (batch) => {
        if (existsSync(${quoted(died)}) || !batch.some((record) => record.values.i === 1000)) return;
        writeFileSync(${quoted(died)}, '');
        process.exit(1); // of this thread
      };`)}`;
    await runThreads(`
      import { existsSync } from 'node:fs';
      const handle = init({ stallTimeoutMs: 10_000, sinks: [{ module: ${quoted(killer)} }, fileSink({ path: ${quoted(path)} })] });
      const shared = new Int32Array(new SharedArrayBuffer(4));
      const workers = [1, 2].map(() =>
        work("let i = 0; for (; i < 3000; i++) info('Step', { i }); while (Atomics.wait(data, 0, 0, 1) === 'timed-out') info('Step', { i: i++ });", shared));
      while (!existsSync(${quoted(died)})) await new Promise(setImmediate);
      await handle.flush();
      Atomics.store(shared, 0, 1);
      await Promise.all(workers.map(ended));
      await handle.flush();
      await handle.shutdown();`);
    const threads = byThread(readLines(path).filter((line) => line['msg'] === 'Step'));
    expect(threads.size).toBe(2);
    // What it was writing when it died may be there twice; nothing is missing.
    for (const lines of threads.values()) {
      const seen = new Set(lines.map((line) => line['i'] as number));
      expect([...seen].sort((a, b) => a - b)).toEqual(numbers(seen.size));
      expect(seen.size).toBeGreaterThanOrEqual(3000);
    }
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
      // The twin has stopped looking: 0.5 s without a record.
      const { control } = globalThis[Symbol.for('ttlog.core/1')];
      while ((control[${CONTROL_SLEEPING}] & ${SLEEPING_LOCAL}) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
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
      for (let i = 0; i < 4; i++) await round();
      await handle.flush();
      const before = process.memoryUsage().rss;
      for (let i = 0; i < 10; i++) await round();
      await handle.flush();
      say({ heard, grownMb: (process.memoryUsage().rss - before) / 1e6, recorded: handle.stats().recorded });
      await handle.shutdown();`);
    const { grownMb, ...rest } = said[0] as { grownMb: number };
    expect(rest).toEqual({ heard: 56, recorded: 56 * 1001 });
    // 40 rings kept would be 200 MB.
    expect(grownMb).toBeLessThan(100);
    expect(readLines(path)).toHaveLength(56);
  }, 60_000);
});

test("a worker's flush() does not wait for a sink that fails", async () => {
  const { stdout } = await runProgram(`
    init({ service: 'shop', sinks: [fileSink({ path: '/dev/null/shop.ndjson' }), memorySink()], exitTimeoutMs: 50 });
    const worker = work("const handle = init({ service: 'shop' }); info('Step'); await handle.flush(); parentPort.postMessage('flushed');");
    say(await told(worker));
    process.exit();`);
  expect(stdout).toBe('"flushed"\n');
});
