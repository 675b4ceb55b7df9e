import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { LogRecord, TtlogHandle, TtlogOptions } from 'ttlog';
import { debug, info, init, span, trace, withContext, withSpan } from 'ttlog';
import { memorySink } from 'ttlog/sinks';
import { runChild, readLines, temporaryPath } from '../support/child.js';

let handle: TtlogHandle | undefined;
afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
});

/** A running ttlog whose memory sink gets what is info and above, and what is promoted. */
function start(options: TtlogOptions = {}): { records: readonly LogRecord[]; flush(): Promise<void> } {
  const memory = memorySink();
  handle = init({ service: 'shop', promote: true, sinks: [memory], ...options });
  return { records: memory.records, flush: () => handle!.flush() };
}

const messages = (records: readonly LogRecord[]): string[] => records.map(({ message }) => message);

async function failing(name: string, body: () => unknown): Promise<void> {
  await withSpan(name, async () => {
    await body();
    throw new Error('failed');
  }).catch(() => undefined);
}

describe('a root span that ends failed', () => {
  test('delivers its story: every level, in order, marked, with context and span; before its own line', async () => {
    const { records, flush } = start();
    await withContext({ request_id: 'r-1' }, () =>
      failing('GET /orders', async () => {
        trace('Cache miss', { key: 'order:7' });
        await withSpan('load', { id: 7 }, async () => debug('Row read', { rows: 1 }));
        info('Loaded');
      }),
    );
    await flush();
    expect(
      records.map(({ message, promoted, level, values }) => [message, promoted, level, values['request_id']]),
    ).toEqual([
      ['Loaded', false, 2, 'r-1'],
      ['Cache miss', true, 0, 'r-1'],
      ['Row read', true, 1, 'r-1'],
      ['load', true, 1, 'r-1'],
      ['GET /orders', false, 4, 'r-1'],
    ]);
    expect(records[2].values).toMatchObject({ id: 7, rows: 1 });
    expect(new Set(records.map(({ traceId }) => traceId)).size).toBe(1);
    expect(records[2].spanId).toBe(records[3].spanId);
    expect(handle!.stats()).toMatchObject({ promoted: 3, stories: 1, storiesSuppressed: 0 });
  });

  test('one that went well leaves its info lines only', async () => {
    const { records, flush } = start();
    await withSpan('GET /health', async () => {
      debug('Looking');
      info('Healthy');
    });
    await failing('GET /bad', () => debug('Bad'));
    await flush();
    expect(messages(records)).toEqual(['Healthy', 'Bad', 'GET /bad']);
  });

  test('a failure inside that was handled is none of the request', async () => {
    const { records, flush } = start();
    await withSpan('GET /', async () => {
      debug('Begun');
      await failing('try', () => debug('Tried'));
    });
    await flush();
    expect(messages(records)).toEqual(['try']);
  });

  test('is not promoted where promote is not asked for', async () => {
    const { records, flush } = start({ promote: false });
    await failing('GET /', () => debug('Detail'));
    await flush();
    expect(messages(records)).toEqual(['GET /']);
  });
});

describe('a slow root span', () => {
  test('slower than slowMs', async () => {
    const { records, flush } = start({ promote: { slowMs: 5 } });
    const slow = span('slow');
    slow.run(() => debug('In it'));
    const until = performance.now() + 10;
    while (performance.now() < until);
    slow.end();
    span('fast').end();
    await flush();
    expect(records.map(({ message, promoted }) => [message, promoted])).toEqual([
      ['In it', true],
      ['slow', true],
    ]);
  });

  test('failed: false leaves failures alone', async () => {
    const { records, flush } = start({ promote: { failed: false, slowMs: 60_000 } });
    await failing('GET /', () => debug('Detail'));
    await flush();
    expect(messages(records)).toEqual(['GET /']);
  });
});

test('other traffic that writes ten times the ring meanwhile takes nothing away', async () => {
  const { records, flush } = start({ capacityBytes: 128 * 1024 });
  const request = span('GET /slow');
  request.run(() => {
    for (let i = 0; i < 100; i++) trace('Early', { i });
  });
  let written = 0;
  for (let i = 0; written < 10 * 128 * 1024; i++) {
    span('other', { i }).end();
    trace('Noise', { i, text: 'x'.repeat(40) });
    written += 150;
    if (i % 100 === 0) await flush();
  }
  request.run(() => debug('Late', { n: 1 }));
  request.fail(new Error('too late'));
  await flush();
  expect(records.filter(({ message }) => message === 'Early').map(({ values }) => values['i'])).toEqual(
    Array.from({ length: 100 }, (_, i) => i),
  );
  expect(messages(records).slice(100)).toEqual(['Late', 'GET /slow']);
});

test('many at once: each failing request has its own story, whole, and nothing of the others', async () => {
  const { records, flush } = start({ promote: { perSecond: 1000 } });
  const request = async (n: number): Promise<void> => {
    const body = async (): Promise<void> => {
      for (let step = 0; step < 5; step++) {
        debug('Step', { n, step });
        await new Promise(setImmediate);
      }
      if (n % 10 === 0) throw new Error(`${n}`);
    };
    await withContext({ request_id: n }, () => withSpan('request', body)).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: 200 }, (_, n) => request(n)));
  await flush();
  const failed = records.filter(({ message }) => message === 'request');
  expect(failed).toHaveLength(20);
  for (const { traceId, values } of failed) {
    const story = records.filter((record) => record.traceId === traceId && record.message === 'Step');
    expect(story.map(({ values: own }) => [own['n'], own['step'], own['request_id']])).toEqual(
      [0, 1, 2, 3, 4].map((step) => [values['request_id'], step, values['request_id']]),
    );
  }
  expect(records).toHaveLength(20 * 6);
});

test('work that outlives the request is delivered too, and marked late', async () => {
  const { records, flush } = start();
  let goOn = (): void => undefined;
  let work: Promise<void> | undefined;
  await failing('GET /', () => {
    work = new Promise<void>((resolve) => (goOn = resolve)).then(() => debug('After the end'));
  });
  await flush();
  goOn();
  await work;
  await flush();
  expect(records.map(({ message, promoted, late }) => [message, promoted, late])).toEqual([
    ['GET /', false, false],
    ['After the end', true, true],
  ]);
});

describe('limits', () => {
  test('perTrace: the newer records stay, and what is missing is told', async () => {
    const { records, flush } = start({ promote: { perTrace: 100 } });
    await failing('GET /', () => {
      for (let i = 0; i < 1000; i++) trace('Row', { i });
    });
    await flush();
    const rows = records.filter(({ message }) => message === 'Row').map(({ values }) => values['i'] as number);
    expect(rows.length).toBeGreaterThanOrEqual(49);
    expect(rows.length).toBeLessThanOrEqual(100);
    expect(rows).toEqual(Array.from({ length: rows.length }, (_, i) => 1000 - rows.length + i));
    const told = records.find(({ message }) => message === 'A promoted story is incomplete');
    expect(told).toMatchObject({ target: 'ttlog', values: { missing: 1000 - rows.length, overwritten: false } });
  });

  test('memoryBytes: the traces that are open for the longest lose theirs', async () => {
    const { records, flush } = start({ promote: { memoryBytes: 64 * 1024 } });
    const old = span('old');
    old.run(() => trace('Old', { text: 'x'.repeat(1000) }));
    const others = Array.from({ length: 40 }, () => span('other'));
    for (const other of others) other.run(() => trace('Text', { text: 'y'.repeat(1500) }));
    old.fail(new Error('old'));
    await flush();
    expect(messages(records)).toEqual(['A promoted story is incomplete', 'old']);
    others.forEach((other) => other.end());
  });

  test('perSecond: those beyond are counted', async () => {
    const { records, flush } = start({ promote: { perSecond: 3 } });
    for (let i = 0; i < 20; i++) await failing('GET /', () => debug('Detail'));
    await flush();
    const { stories, storiesSuppressed } = handle!.stats();
    expect(stories + storiesSuppressed).toBe(20);
    // The twenty may have crossed into another second.
    expect(stories).toBeLessThanOrEqual(6);
    expect(records.filter(({ message }) => message === 'Detail')).toHaveLength(stories);
  });

  test('what was overwritten before it could be read is said', async () => {
    const { records, flush } = start({ capacityBytes: 128 * 1024, inThread: true });
    const request = span('GET /');
    await flush();
    request.run(() => {
      for (let i = 0; i < 10_000; i++) trace('Row', { i });
    });
    request.fail(new Error('lapped'));
    await flush();
    expect(records.find(({ message }) => message === 'A promoted story is incomplete')?.values).toMatchObject({
      overwritten: true,
    });
  });

  test.each([
    ['its end', false],
    ['more of it', true],
  ])('where even its beginning was overwritten, what is left is told: %s', async (_name, isMore) => {
    const { records, flush } = start({ capacityBytes: 128 * 1024, inThread: true });
    const request = span('GET /');
    request.run(() => {
      const inner = span('inner');
      for (let i = 0; i < 10_000; i++) trace('Row', { i });
      inner.run(() => isMore && debug('Late'));
      inner.end();
    });
    request.fail(new Error('lapped'));
    await flush();
    const told = records.filter(({ meta }) => meta).map(({ message, values }) => [message, values['overwritten']]);
    expect(told).toContainEqual(['A promoted story is incomplete', true]);
    expect(records.some(({ message, promoted }) => message === 'Late' && promoted)).toBe(isMore);
    expect(messages(records).filter((message) => message === 'GET /')).toHaveLength(1);
  });

  test.each([
    [{ perTrace: 0 }, /promote\.perTrace/],
    [{ slow: 1 }, /one of failed, slowMs, memoryBytes, perTrace, perSecond/],
    ['yes', /promote to be a boolean or an object/],
    [{ slowMs: -1 }, /promote\.slowMs/],
  ])('wrong options are told: %j', (promote, message) => {
    expect(() => init({ promote: promote as never })).toThrow(message);
  });
});

describe('every kind of sink', () => {
  test('a sink with a level of its own gets nothing twice', async () => {
    const everything = memorySink({ level: 'trace' });
    const batches: LogRecord[] = [];
    const { records, flush } = start({ sinks: [memorySink(), everything, (batch) => void batches.push(...batch)] });
    expect(records).toEqual([]);
    await failing('GET /', () => debug('Detail'));
    await flush();
    expect(messages(everything.records)).toEqual(['Detail', 'GET /']);
    expect(everything.records[0].promoted).toBe(false);
    expect(messages(batches)).toEqual(['Detail', 'GET /']);
  });

  test('files and the console', async () => {
    const path = temporaryPath('promoted.ndjson');
    const run = await runChild(`
      import { debug, init, withSpan } from 'ttlog';
      import { consoleSink, fileSink } from 'ttlog/sinks';
      const handle = init({ promote: true, sinks: [fileSink({ path: ${JSON.stringify(path)} }), consoleSink({ format: 'pretty' })] });
      await withSpan('GET /', async () => { debug('Detail', { promoted: 'mine' }); throw new Error('x'); }).catch(() => {});
      await handle.shutdown();`);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/DEBUG\s+app\s+Detail\s+promoted=mine\s+promoted\n/);
    expect(readLines(path)).toMatchObject([
      { level: 20, promoted: true, 'fields.promoted': 'mine', msg: 'Detail' },
      { level: 50, msg: 'GET /' },
    ]);
    expect(readFileSync(path, 'utf8').match(/"promoted"/g)).toHaveLength(1);
  });
});

test('a trace that crosses threads is told by all of them, in the order of time', async () => {
  const path = temporaryPath('crossed.ndjson');
  const run = await runChild(`
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    import { debug, exportContext, init, withSpan } from 'ttlog';
    import { fileSink } from 'ttlog/sinks';
    const handle = init({ promote: true, sinks: [fileSink({ path: ${JSON.stringify(path)} })] });
    const worker = new Worker(
      "const { debug, withCarrier } = require('ttlog'); const { parentPort } = require('node:worker_threads');" +
      "parentPort.once('message', (carrier) => { withCarrier(carrier, () => debug('In the worker')); parentPort.postMessage('done'); });",
      { eval: true, execArgv: [] });
    await withSpan('GET /', async () => {
      debug('Before');
      worker.postMessage(exportContext());
      await once(worker, 'message');
      debug('After');
      throw new Error('x');
    }).catch(() => {});
    await worker.terminate();
    await handle.shutdown();`);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(readLines(path).map(({ msg, promoted, thread_id }) => [msg, promoted ?? false, thread_id ?? 0])).toEqual([
    ['Before', true, 0],
    ['In the worker', true, expect.any(Number)],
    ['After', true, 0],
    ['GET /', false, 0],
  ]);
});

test('any interleaving of traces: each bad one is told in full, and nothing else', async () => {
  const action = fc.record({ trace: fc.nat(4), kind: fc.constantFrom('event', 'child', 'end', 'fail', 'info') });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const { records, flush } = start({ promote: { perSecond: 1_000_000 } });
      const open = new Map<number, { root: ReturnType<typeof span>; kept: string[] }>();
      const expected: string[] = [];
      let serial = 0;
      for (const { trace: n, kind } of actions) {
        let one = open.get(n);
        if (one === undefined) open.set(n, (one = { root: span(`root ${n}`), kept: [] }));
        const { root, kept } = one;
        const name = `${kind} ${serial++}`;
        if (kind === 'event') root.run(() => debug(name));
        else if (kind === 'info') root.run(() => info(name));
        else if (kind === 'child') root.run(() => span(name).end());
        else if (kind === 'end') root.end();
        else root.fail(new Error(name));
        if (kind === 'info') expected.push(name);
        if (kind === 'event' || kind === 'child') kept.push(name);
        if (kind === 'fail') expected.push(...kept, `root ${n}`);
        if (kind === 'fail' || kind === 'end') open.delete(n);
      }
      await flush();
      expect(messages(records)).toEqual(expected);
      for (const { root } of open.values()) root.end();
      await handle!.shutdown();
    }),
    { numRuns: 40 },
  );
});
