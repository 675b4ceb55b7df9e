import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../../src/recorder/snapshot.js';
import { readLines, temporaryPath } from '../support/child.js';
import { byThread, runThreads } from './support.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const quoted = (value: string): string => JSON.stringify(value);

/** How a worker can come to its end, and what its starter hears. */
const DEATHS = [
  ['returns', '', 0, /^$/],
  ['calls process.exit()', 'process.exit(3);', 3, /^$/],
  ['throws', "throw new RangeError('no');", 1, /^no$/],
  ['rejects', "await null; void Promise.reject(new RangeError('never'));", 1, /^never$/],
  ['runs out of memory', 'const kept = []; for (;;) kept.push({ n: kept.length });', 1, /memory limit/],
  [
    'is terminated',
    'parentPort.postMessage(1); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
    1,
    /^$/,
  ],
  [
    'is terminated in a loop',
    // Ten times a millisecond: without a pause it would run over its own ring where the main thread has no processor for a while.
    "parentPort.postMessage(1); for (let at = 0; ; ) if (performance.now() - at > 0.1) { trace('Loop'); at = performance.now(); }",
    1,
    /^$/,
  ],
] as const;

describe.each(DEATHS)('a worker that %s', (name, end, status, reason) => {
  test('leaves every record to the sinks and to snapshots, and dies as it would have', async () => {
    const path = temporaryPath(`${name}.log`);
    const [said, snapshot] = await runThreads(`
      const memory = memorySink();
      const handle = init({ sinks: [fileSink({ path: ${quoted(path)} }), memory] });
      const worker = work(
        "for (let i = 0; i < 300; i++) { info('Step', { i }); trace('Detail', { i }); } span('Open'); " + ${quoted(end)},
        undefined,
        { resourceLimits: { maxOldGenerationSizeMb: 24 } },
      );
      const { threadId } = worker;
      let reason = '';
      worker.on('error', (error) => (reason = error.message));
      worker.on('message', () => worker.terminate());
      const status = await ended(worker);
      await handle.flush();
      const steps = memory.records.filter((record) => record.message === 'Step' && record.threadId === threadId);
      const { dropped } = handle.stats();
      say({ threadId, status, reason, steps: steps.map((record) => record.values.i), dropped });
      say(handle.snapshotSync('after its death').path);
      await handle.shutdown();`);
    const { threadId, steps, reason: heard, ...death } = said as { threadId: number; steps: number[]; reason: string };
    expect(steps).toEqual(numbers(300));
    expect(heard).toMatch(reason);
    expect(death).toEqual({ status, dropped: 0 });
    expect(
      byThread(readLines(path))
        .get(threadId)!
        .map((line) => line['i']),
    ).toEqual(numbers(300));
    const { records } = await readSnapshot(snapshot as string);
    const details = records.filter((record) => record.message === 'Detail' && record.threadId === threadId);
    expect(details.at(-1)?.values).toEqual({ i: 299 });
    expect(records.some((record) => record.message === 'Open' && record.threadId === threadId)).toBe(true);
  });
});

test('terminated anywhere: what comes is whole, in order, without a gap, and has all that the worker had said', async () => {
  const said = await runThreads(`
    let batches = [];
    // A small ring, so that it is terminated in every part of claiming and waiting too.
    const handle = init({ capacity: 1024, stallTimeoutMs: 10_000, sinks: [(batch) => void batches.push(...batch)] });
    for (let round = 0; round < 8; round++) {
      const shared = new Int32Array(new SharedArrayBuffer(8));
      const worker = work("for (let i = 0; ; i++) { info('Step', { i, text: 'x'.repeat(i % 700) }); Atomics.store(data, 0, i + 1); Atomics.notify(data, 0); }", shared);
      const { threadId } = worker;
      const wanted = 1 + round * 97;
      while (Atomics.load(shared, 0) < wanted) await handle.flush();
      await worker.terminate();
      const least = Atomics.load(shared, 0);
      await handle.flush();
      const steps = batches.filter((record) => record.threadId === threadId);
      const isWhole = steps.every(({ values: { i, text } }, at) => i === at && text.length === i % 700);
      if (!isWhole || steps.length < least || steps.length > least + 1 || steps.length !== batches.length)
        say({ round, isWhole, least, steps: steps.length, all: batches.length });
      batches = [];
    }
    say(handle.stats().dropped);
    await handle.shutdown();`);
  expect(said).toEqual([0]);
}, 60_000);

test('a worker that dies while it waits for a sink that takes nothing', async () => {
  const said = await runThreads(`
    let take;
    const taken = new Promise((resolve) => (take = resolve));
    let heard = 0;
    const handle = init({ capacity: 1024, stallTimeoutMs: 60_000, sinks: [async (batch) => { await taken; heard += batch.length; }] });
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const worker = work("for (let i = 0; ; i++) { info('Step', { i, text: 'x'.repeat(1000) }); Atomics.store(data, 0, i + 1); }", shared);
    for (let before = -1; before !== Atomics.load(shared, 0); ) {
      before = Atomics.load(shared, 0) || -1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await worker.terminate();
    take();
    await handle.flush();
    const least = Atomics.load(shared, 0);
    say([heard >= least, heard <= least + 1, handle.stats().dropped]);
    await handle.shutdown();`);
  expect(said).toEqual([[true, true, 0]]);
}, 60_000);
