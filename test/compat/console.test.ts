import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { info, withContext } from 'ttlog';
import type { Capture } from 'ttlog/console';
import { captureConsole, initWithConsoleCompatibility } from 'ttlog/console';
import { memorySink } from 'ttlog/sinks';
import { parseLines, runChild } from '../support/child.js';
import { start } from '../support/running.js';

let capture: Capture | undefined;
/** Console itself, so that the tests do not fill the terminal. */
const shown: string[] = [];
beforeEach(() => {
  shown.length = 0;
  for (const method of ['log', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation(
      (...args: unknown[]) => void shown.push(`${method} ${args.join(' ')}`),
    );
});
afterEach(() => {
  capture?.restore();
  vi.restoreAllMocks();
});

async function said(use: () => void) {
  const memory = memorySink();
  const handle = start({ level: 'trace', sinks: [memory] });
  capture = captureConsole();
  use();
  await handle.flush();
  capture.restore();
  return memory.records;
}

test('each method has its level; objects are fields; text as the console formats it', async () => {
  const records = await said(() => {
    console.log('found %d of %s, %j', 3, 'orders', { a: 1 }, { table: 'orders' }, 'at last', 7);
    console.info({ just: 'fields' });
    withContext('request_id', 'r-1', () => console.warn('Stock is low'));
    console.error('Payment failed', new RangeError('no'));
    console.debug('100%', [1, 2]);
    console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
    console.assert(true, 'not this');
    console.assert(false, 'is %s', 'wrong');
    console.log();
  });
  expect(records.map(({ target, level, message, values }) => [target, level, message, values])).toEqual([
    ['console', 2, 'found 3 of orders, {"a":1} at last 7', { table: 'orders' }],
    ['console', 2, '', { just: 'fields' }],
    ['console', 3, 'Stock is low', { request_id: 'r-1' }],
    [
      'console',
      4,
      'Payment failed',
      { err: expect.objectContaining({ type: 'RangeError', message: 'no' }) as unknown },
    ],
    ['console', 1, '100% [ 1, 2 ]', {}],
    ['console', 2, '{ a: [Object] }', {}],
    ['console', 4, 'Assertion failed: is wrong', {}],
    ['console', 2, '', {}],
  ]);
  expect(shown).toEqual([]);
});

test('trace has the stack of its caller', async () => {
  const [record] = await said(() => console.trace('here'));
  expect([record.level, record.message]).toEqual([0, 'here']);
  expect(String(record.values['stack']).split('\n')[0]).toMatch(/^at .*console\.test\.ts/);
});

test('an error alone, two errors, hostile values', async () => {
  const records = await said(() => {
    console.error(new TypeError('one'));
    console.error('both', new Error('first'), new Error('second'));
    console.log(Symbol('s'), null, undefined, 10n, new Map([[1, 2]]));
    console.log('x', new Proxy({}, { ownKeys: () => { throw new Error('nope'); } })); // prettier-ignore
  });
  expect(records[0]).toMatchObject({ message: 'one', values: { err: { type: 'TypeError' } } });
  expect(records[1].message).toMatch(/^both Error: second/);
  expect(records[1].values['err']).toMatchObject({ message: 'first' });
  expect(records[2].message).toBe('Symbol(s) null undefined 10n Map(1) { 1 => 2 }');
  expect(records[3].message).toBe('x');
});

test('table, count, time and group come through', async () => {
  const { stdout, stderr } = await runChild(`
    import { initWithConsoleCompatibility } from 'ttlog/console';
    initWithConsoleCompatibility({ service: 'shop' });
    console.table([{ a: 1 }]); console.count('x'); console.time('t'); console.timeEnd('t'); console.group('g'); console.log('inside'); console.groupEnd(); console.dirxml('d');
  `);
  expect(stderr).toBe('');
  expect(parseLines(stdout).map(({ msg, level, target }) => [String(msg).split(/\n|\d/)[0], level, target])).toEqual([
    ['┌─────────┬───┐', 30, 'console'],
    ['x: ', 30, 'console'],
    ['t: ', 30, 'console'],
    ['g', 30, 'console'],
    ['inside', 30, 'console'],
    ['d', 30, 'console'],
  ]);
});

test('without a running ttlog nothing is swallowed', async () => {
  capture = captureConsole();
  console.log('before');
  const memory = memorySink();
  const handle = start({ sinks: [memory] });
  console.log('during');
  await handle.shutdown();
  console.log('after');
  expect(shown).toEqual(['log before', 'log after']);
  expect(memory.records.map(({ message }) => message)).toEqual(['during']);
});

test('passThrough shows it as well', async () => {
  const memory = memorySink();
  const handle = start({ sinks: [memory] });
  capture = captureConsole({ passThrough: true, target: 'app' });
  console.log('both');
  await handle.flush();
  expect([shown, memory.records[0].target]).toEqual([['log both'], 'app']);
});

test('a sink that writes to the console does not feed itself, nor after an await', async () => {
  let calls = 0;
  const handle = start({
    sinks: [
      async (batch) => {
        calls++;
        console.log('got', batch.length);
        await new Promise((resolve) => setImmediate(resolve));
        console.warn('done');
      },
    ],
  });
  capture = captureConsole();
  info('once');
  await handle.flush();
  await handle.flush();
  expect([calls, shown]).toEqual([1, ['log got 1', 'warn done']]);
});

test('a sink does not run in the request of whoever flushes', async () => {
  const memory = memorySink();
  let seen: object | undefined;
  const { currentContext } = await import('ttlog');
  const handle = start({ sinks: [memory, () => void (seen = currentContext())] });
  await withContext('request_id', 'r-1', () => {
    info('once');
    return handle.flush();
  });
  expect(seen).toEqual({});
});

test('restored twice, and over what somebody else has put there, nothing breaks', () => {
  const before = console.log;
  const first = captureConsole();
  const second = captureConsole();
  const theirs = () => {};
  console.warn = theirs;
  second.restore();
  second.restore();
  first.restore();
  expect([console.log, console.warn]).toEqual([before, theirs]);
});

test('a wrong option says what was expected', () => {
  expect(() => captureConsole({ target: 7 } as never)).toThrow(/Expected target to be a name, got 7/);
  expect(() => initWithConsoleCompatibility({ levle: 'info' } as never)).toThrow(/levle/);
});
