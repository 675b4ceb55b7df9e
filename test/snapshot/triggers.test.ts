// Processes in trouble, and what their recorders keep of it: with real loops, real heaps, real clocks.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { init } from 'ttlog';
import { CONTROL_HEARTBEAT } from '../../src/core/layout.js';
import type { Snapshot } from '../../src/recorder/snapshot.js';
import { readSnapshot } from '../../src/recorder/snapshot.js';
import type { ChildRun } from '../support/child.js';
import { readLines, runChild, temporaryPath } from '../support/child.js';

interface Told {
  readonly run: ChildRun;
  readonly snapshots: Snapshot[];
  /** What ttlog said about itself. */
  readonly told: Record<string, unknown>[];
}

let services = 0;

/**
 * A service; `body` runs after the event loop has turned. In it: `taken(reason)` resolves when such a snapshot is there, `sleep(ms)`,
 * `heard(text)` when the sink has such a line.
 */
async function service(snapshots: string, body: string, { sinks = '', args = [] as string[] } = {}): Promise<Told> {
  const name = `triggers-${services++}`;
  const dir = temporaryPath(name);
  const log = temporaryPath(`${name}.ndjson`);
  const run = await runChild(
    `
    import { debug, error, getLogger, info, init, span, warn, withSpan } from 'ttlog';
    import { fileSink, memorySink } from 'ttlog/sinks';
    import { existsSync, readFileSync, readdirSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const dir = ${JSON.stringify(dir)}, log = ${JSON.stringify(log)};
    const until = async (is) => { while (!is()) await sleep(5); };
    const count = (reason) => existsSync(dir) ? readdirSync(dir).filter((name) => !name.startsWith('.') && name.includes('-' + reason + '.ttlog')).length : 0;
    const taken = (reason, times = 1) => until(() => count(reason) >= times);
    const heard = (text) => until(() => existsSync(log) && readFileSync(log, 'utf8').includes(text));
    const handle = init({ service: 'shop', sinks: [${sinks || 'fileSink({ path: log })'}], snapshots: { dir, ${snapshots} } });
    // Signs of life of this thread, by which others see that it does not stand still.
    const { control } = globalThis[Symbol.for('ttlog.core/1')];
    const beats = (times) => { const first = control[${CONTROL_HEARTBEAT}]; return until(() => control[${CONTROL_HEARTBEAT}] - first >= times); };
    ${/stallMs|heap/.test(snapshots) ? 'await beats(1);' : ''}
    ${body}
    await handle.shutdown();
  `,
    { args },
  );
  const files = existsSync(dir)
    ? readdirSync(dir)
        .filter((file) => !file.startsWith('.'))
        .sort()
    : [];
  const read = await Promise.all(files.map((file) => readSnapshot(join(dir, file))));
  return { run, snapshots: read, told: readLines(log).filter(({ target }) => target === 'ttlog') };
}

const reasons = ({ snapshots }: Told): string[] => snapshots.map(({ header }) => header.reason);

describe('an event loop that stands still', () => {
  test('a busy loop: a snapshot while it still does, with its open span and its stack', async () => {
    // The loop ends when the snapshot is there: so it was taken meanwhile, by another thread.
    const told = await service(
      'stallMs: 100',
      `await withSpan('reconcile', { batch: 7 }, async () => {
         debug('Before the loop');
         function crunch() { while (count('stall') === 0 || !readFileSync(log, { flag: 'a+' }).includes('stands still')); }
         crunch();
       });
       await heard('The event loop goes on');`,
    );
    expect(told.run).toMatchObject({ status: 0, stderr: '' });
    expect(reasons(told)).toEqual(['stall']);
    const [{ header, records, openSpans }] = told.snapshots as [Snapshot];
    expect(header).toMatchObject({ origin: 'stall', service: 'shop', process: { threadId: 0 } });
    expect(header.extra).toMatchObject({ is_over: false, stalled_ms: expect.any(Number) as number });
    expect(header.extra['stack']).toEqual(
      expect.arrayContaining([expect.stringMatching(/^at crunch \(.+:\d+:\d+\)$/)]),
    );
    expect(openSpans.map(({ name, fields }) => [name, fields])).toEqual([['reconcile', [{ key: 'batch', value: 7 }]]]);
    expect(records.map(({ message }) => message)).toEqual(expect.arrayContaining(['reconcile', 'Before the loop']));
    expect(told.told).toMatchObject([
      {
        level: 40,
        msg: 'The event loop stands still',
        reason: 'stall',
        stack: expect.stringContaining('at crunch') as string,
      },
      { level: 40, msg: 'The event loop goes on', stalled_ms: expect.any(Number) as number },
    ]);
  });

  test('a regular expression that backtracks', async () => {
    // Each further letter doubles its time: up to the first that takes long enough.
    const told = await service(
      'stallMs: 100',
      `function match(n) { return /^(a+)+$/.test('a'.repeat(n) + 'b'); }
       for (let n = 18; count('stall') === 0; n++) { match(n); await sleep(1); }
       await taken('stall');`,
    );
    expect(told.run).toMatchObject({ status: 0, stderr: '' });
    expect(told.snapshots[0].header.extra['stack']).toEqual(
      expect.arrayContaining([expect.stringMatching(/^at match /)]),
    );
  });

  test('native code cannot be interrupted: a snapshot all the same, and the process ends as it would have', async () => {
    const told = await service(
      'stallMs: 60',
      `const { execSync } = await import('node:child_process'); execSync('sleep 2'); await taken('stall'); await heard('goes on');`,
    );
    expect(told.run).toMatchObject({ status: 0, stderr: '' });
    expect(reasons(told)).toEqual(['stall']);
    expect(told.told[0]).toMatchObject({ no_stack: expect.stringContaining('native code') as string });
  });

  test('functions are the only sinks: a thread is started to look', async () => {
    const told = await service(
      'stallMs: 100',
      `while (count('stall') === 0); await handle.flush(); console.log(handle.stats().snapshots);`,
      { sinks: 'memorySink()' },
    );
    expect(told.run).toMatchObject({ status: 0, stderr: '', stdout: '1\n' });
    expect(reasons(told)).toEqual(['stall']);
  });

  test('a process that was stopped did not stand still, nor does one that is quiet', async () => {
    const told = await service(
      'stallMs: 300',
      `const { spawn } = await import('node:child_process');
       const stop = spawn('/bin/sh', ['-c', 'kill -STOP ' + process.pid + '; sleep 1; kill -CONT ' + process.pid]);
       await new Promise((resolve) => stop.on('exit', resolve));
       await beats(3);`,
    );
    expect(told.run).toMatchObject({ status: 0, stderr: '' });
    expect(told.snapshots).toEqual([]);
  });

  test('everything on one thread: it is told afterwards', async () => {
    const told = await service(
      'stallMs: 100',
      `const end = Date.now() + 300; while (Date.now() < end); await taken('stall');`,
      { sinks: `memorySink()], inThread: true, redact: [` },
    );
    expect(told.run).toMatchObject({ status: 0, stderr: '' });
    expect(told.snapshots[0].header.extra).toMatchObject({ is_over: true });
  });
});

describe('spans', () => {
  test.each([
    ['on the recorder thread', ''],
    ['on this thread', 'memorySink()'],
  ])('the root of a trace that fails, %s', async (_where, sinks) => {
    const told = await service(
      'failedSpan: true',
      `await withSpan('handled', async () => { await withSpan('inside', async () => { throw new Error('caught'); }).catch(() => {}); });
       await withSpan('POST /orders', { order_id: 7 }, async () => {
         debug('Asking the bank');
         await withSpan('charge', async () => { throw new Error('declined', { cause: new TypeError('no route') }); });
       }).catch(() => {});
       await taken('failed-span');`,
      { sinks },
    );
    expect(told.run).toMatchObject({ status: 0, stderr: '' });
    expect(reasons(told)).toEqual(['failed span']);
    const [{ header, records }] = told.snapshots as [Snapshot];
    expect(header.extra).toMatchObject({
      span: 'POST /orders',
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
    expect(header.error).toMatchObject({ type: 'Error', message: 'declined', cause: { message: 'no route' } });
    expect(records.some(({ message }) => message === 'Asking the bank')).toBe(true);
    const line = { msg: 'A snapshot was taken', reason: 'failed span', span: 'POST /orders' };
    expect(told.told).toMatchObject(sinks === '' ? [line] : []);
  });

  test('by name, wherever it is; of the same reason one within the time, the others are counted', async () => {
    const told = await service(
      `failedSpan: 'bank.*', cooldownMs: 60_000`,
      `const fail = (name) => withSpan('root', () => withSpan(name, async () => { throw new Error(name); }).catch(() => {}));
       await fail('cache.get'); await fail('bank.charge'); await taken('failed-span');
       await fail('bank.refund'); await handle.flush();
       const { snapshots, snapshotsSuppressed } = handle.stats(); console.log(snapshots, snapshotsSuppressed);`,
    );
    expect(told.run).toMatchObject({ status: 0, stderr: '', stdout: '1 1\n' });
    expect(told.snapshots.map(({ header }) => header.extra['span'])).toEqual(['bank.charge']);
  });

  test('after the time, the next', async () => {
    const told = await service(
      'failedSpan: true, cooldownMs: 0',
      `const fail = () => withSpan('job', async () => { throw new Error('no'); }).catch(() => {});
       await fail(); await taken('failed-span'); await fail(); await taken('failed-span', 2);`,
    );
    expect(reasons(told)).toEqual(['failed span', 'failed span']);
  });

  test('slower than so long', async () => {
    const told = await service(
      'slowSpanMs: 80',
      `await withSpan('quick', async () => {}); await withSpan('outer', () => withSpan('slow', () => sleep(100))); await taken('slow-span');`,
    );
    expect(told.run).toMatchObject({ status: 0, stderr: '' });
    expect(told.snapshots[0].header.extra).toMatchObject({ span: 'slow', duration_ms: expect.any(Number) as number });
  });
});

test('many errors within a time', async () => {
  const told = await service(
    'errorRate: { errors: 5, withinMs: 30_000 }',
    `for (let i = 0; i < 4; i++) { error('No', { i }); warn('Hm'); }
     await handle.flush(); console.log(handle.stats().snapshots);
     error('Once more'); await taken('errors');`,
  );
  expect(told.run).toMatchObject({ status: 0, stderr: '', stdout: '0\n' });
  expect(told.snapshots[0].header).toMatchObject({ origin: 'errorRate', extra: { errors: 5 } });
});

test.each(['the recorder thread', 'one thread'])(
  'several reasons at once, on %s: a snapshot of each',
  async (where) => {
    const told = await service(
      'failedSpan: true, errorRate: { errors: 3, withinMs: 30_000 }',
      `try { withSpan('checkout', () => { error('One'); error('Two'); throw new Error('declined'); }); } catch {}
     await taken('failed-span'); await taken('errors');
     await until(() => handle.stats().snapshots === 2);
     console.log(handle.stats().snapshotsSuppressed);`,
      where === 'one thread' ? { sinks: 'memorySink()' } : {},
    );
    expect(told.run).toMatchObject({ status: 0, stderr: '', stdout: '0\n' });
    const [failed] = told.snapshots.filter(({ header }) => header.origin === 'failedSpan');
    expect(failed?.header.extra).toMatchObject({ span: 'checkout' });
  },
);

test('a heap near its limit, before the process dies of it', async () => {
  const told = await service(
    'heap: 0.6',
    `const kept = []; for (;;) { for (let i = 0; i < 20; i++) kept.push(new Array(2000).fill(i)); await sleep(5); }`,
    { args: ['--max-old-space-size=96'] },
  );
  expect(told.run.status === 0).toBe(false);
  expect(reasons(told)).toEqual(['heap']);
  expect(told.snapshots[0].header.extra).toMatchObject({ heap_limit_bytes: 96 * 2 ** 20 });
});

test('every so often, where something was recorded', async () => {
  const told = await service(
    'everyMs: 1000',
    `info('One'); await taken('periodic'); info('Two'); await taken('periodic', 2); await beats(2);`,
  );
  expect(told.run).toMatchObject({ status: 0, stderr: '' });
  expect(reasons(told)).toEqual(['periodic', 'periodic']);
  expect(told.told).toEqual([]);
});

test('no more than the limits allow are kept while the process runs', async () => {
  const told = await service(
    'keep: 2, maxAgeMs: 3_600_000, failedSpan: false',
    `for (let i = 0; i < 5; i++) { info('Order', { i }); await handle.snapshot('call ' + i); } console.log(handle.stats().snapshots);`,
  );
  expect(told.run).toMatchObject({ status: 0, stderr: '', stdout: '5\n' });
  expect(reasons(told)).toEqual(['call 3', 'call 4']);
});

test('handle.snapshot(): the recorder thread writes it, this one goes on; no empty folder, no part is left', async () => {
  const told = await service(
    'crash: false',
    `const { header } = {}; const open = span('open'); info('Order', { i: 1 });
     const asked = Promise.all([handle.snapshot('first'), handle.snapshot('second')]);
     const infos = await asked; console.log(infos.map(({ reason, records, path }) => [reason, records, existsSync(path)].join()).join(' '));
     open.end();`,
  );
  expect(told.run).toMatchObject({ status: 0, stderr: '', stdout: 'first,2,true second,2,true\n' });
  expect(told.snapshots.map(({ openSpans }) => openSpans.map(({ name }) => name))).toEqual([['open'], ['open']]);
});

test('a recorder thread that hangs in a sink does not take it: this one does, once', async () => {
  const hang = `export default (gate) => () => { Atomics.store(gate, 0, 1); Atomics.wait(gate, 1, 0); };`;
  const told = await service(
    'crash: false',
    `info('Order');
     await until(() => gate[0] === 1);
     const { records } = await handle.snapshot('asked');
     console.log(records, count('asked'));
     Atomics.store(gate, 1, 1);
     Atomics.notify(gate, 1);
     await handle.flush();`,
    {
      sinks: `{ module: 'data:text/javascript,' + encodeURIComponent(${JSON.stringify(hang)}), options: globalThis.gate = new Int32Array(new SharedArrayBuffer(8)) }`,
    },
  );
  expect(told.run).toMatchObject({ status: 0, stderr: '', stdout: '1 1\n' });
  expect(reasons(told)).toEqual(['asked']);
});

test('where it cannot be written, handle.snapshot() rejects, and a trigger tells', async () => {
  const told = await service(
    `failedSpan: true, dir: '/dev/null/place'`,
    `const { code } = await handle.snapshot('x').catch((error) => error); console.log(code);
     await withSpan('job', async () => { throw new Error('no'); }).catch(() => {}); await heard('could not be written');`,
  );
  expect(told.run).toMatchObject({ status: 0, stderr: '', stdout: 'ERR_SNAPSHOT_FAILED\n' });
});

test.each([
  [{ failedSpan: 1 }, /snapshots\.failedSpan to be a boolean or names of spans/],
  [{ slowSpanMs: '5' }, /snapshots\.slowSpanMs to be milliseconds, 0 or more/],
  [{ stallMs: 5 }, /snapshots\.stallMs to be milliseconds, 20 or more/],
  [{ errorRate: 0 }, /snapshots\.errorRate\.errors to be a whole number from 1/],
  [{ errorRate: { errors: 1, within: 2 } }, /within/],
  [{ heap: 2 }, /snapshots\.heap to be a boolean or a share/],
  [{ everyMs: 10 }, /snapshots\.everyMs/],
  [{ maxAgeMs: -1 }, /snapshots\.maxAgeMs/],
  [{ maxBytes: 0 }, /snapshots\.maxBytes/],
  [{ cooldownMs: Number.NaN }, /snapshots\.cooldownMs/],
  [{ onExit: 'yes' }, /snapshots\.onExit/],
  [{ everySoOften: 1 }, /everySoOften/],
])('wrong options are told: %j', (snapshots, message) => {
  expect(() => init({ snapshots } as never)).toThrow(message);
});
