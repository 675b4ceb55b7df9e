import createDebug from 'debug';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Capture, CaptureDebugOptions } from 'ttlog/debug';
import { captureDebug } from 'ttlog/debug';
import { withContext } from 'ttlog';
import type { MemorySink } from 'ttlog/sinks';
import { memorySink } from 'ttlog/sinks';
import { start } from '../support/running.js';

let memory: MemorySink;
let capture: Capture | undefined;
beforeEach(() => {
  memory = memorySink();
});
afterEach(() => {
  capture?.restore();
  createDebug.disable();
});

async function said(use: () => void, options?: CaptureDebugOptions) {
  const handle = start({ level: 'trace', sinks: [memory] });
  capture = captureDebug(options);
  use();
  await handle.flush();
  return memory.records.map(({ target, level, message, values }) => [target, level, message, values]);
}

test('namespaces are targets; text as debug formats it; objects are fields; context', async () => {
  const records = await said(() => {
    createDebug('orders:db')('found %d of %o', 3, { table: 'orders' }, { ms: 4 });
    withContext('request_id', 'r-1', () => createDebug('orders').extend('cache')('hit'));
    createDebug('orders')({ just: 'an object' });
  });
  expect(records).toEqual([
    ['orders:db', 1, "found 3 of { table: 'orders' }", { ms: 4 }],
    ['orders:cache', 1, 'hit', { request_id: 'r-1' }],
    ['orders', 1, "{ just: 'an object' }", {}],
  ]);
});

test('an Error is recorded as one', async () => {
  await said(() => createDebug('orders')(new RangeError('no')));
  expect(memory.records[0]).toMatchObject({ message: 'no', values: { err: { type: 'RangeError', message: 'no' } } });
});

test('what was asked for is at info level, before and after', async () => {
  createDebug.enable('express:*,-express:router');
  const records = await said(() => {
    for (const namespace of ['express:app', 'express:router', 'knex']) createDebug(namespace)('x');
    createDebug.enable('knex');
    for (const namespace of ['express:app', 'knex']) createDebug(namespace)('y');
  });
  expect(records.map(([target, level]) => `${String(target)} ${String(level)}`)).toEqual([
    'express:app 2',
    'express:router 1',
    'knex 1',
    'express:app 1',
    'knex 2',
  ]);
  capture?.restore();
  expect([createDebug.enabled('knex'), createDebug.enabled('express:app')]).toEqual([true, false]);
});

test('only some namespaces', async () => {
  const records = await said(
    () => {
      createDebug('express:app')('x');
      createDebug('knex')('x');
    },
    { namespaces: 'express:*' },
  );
  expect(records).toEqual([['express:app', 1, 'x', {}]]);
});

test('restored, debug is what it was, and child processes are told of nothing', async () => {
  const { log, formatArgs, coerce, enable, disable } = createDebug;
  await said(() => expect(process.env['DEBUG']).toBeUndefined());
  capture?.restore();
  capture?.restore();
  expect({ log, formatArgs, coerce, enable, disable }).toEqual({
    log: createDebug.log,
    formatArgs: createDebug.formatArgs,
    coerce: createDebug.coerce,
    enable: createDebug.enable,
    disable: createDebug.disable,
  });
  expect(createDebug.enabled('anything')).toBe(false);
});

test('a wrong copy is none', () => {
  expect(() => captureDebug({ debug: {} })).toThrow(
    /Expected debug to be what `import createDebug from 'debug'` gives, got an object/,
  );
});
