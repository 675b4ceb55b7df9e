// `ttlog/core`, bundled for no platform in particular, in a context that has the language and nothing of Node.
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { LAYOUT_VERSION } from '../../src/core/layout.js';
import type { LogRecord } from '../../src/recorder/record.js';
import { copyRing, decodeRing } from '../../src/recorder/decode-ring.js';

let code: string;
let imports: string[];
beforeAll(async () => {
  const bundle = await rolldown({ input: `${root}src/core/index.ts`, platform: 'neutral' });
  const { output } = await bundle.generate({ format: 'iife', name: 'ttlog', exports: 'named', codeSplitting: false });
  await bundle.close();
  [{ code, imports }] = output;
});

/** Node's own context has them; so has what `vm` makes, but for the first. */
const browser = () => ({ performance: { now: () => performance.now(), timeOrigin: performance.timeOrigin } });

/** Runs the program with `ttlog` in a new context; returns its value, and what is in the ring afterwards. */
function elsewhere(
  program: string,
  globals: object = browser(),
  before = '',
): { value: unknown; records: readonly LogRecord[] } {
  const context = createContext(globals);
  const run = (source: string): unknown => runInContext(source, context);
  expect(run('[typeof process, typeof Buffer, typeof require, typeof setTimeout].join()')).toBe(
    'undefined,undefined,undefined,undefined',
  );
  run(`${before}\n${code}`);
  const value = run(program);
  const buffer = run(`globalThis[Symbol.for('ttlog.core/${LAYOUT_VERSION}')].ring?.buffer`) as SharedArrayBuffer;
  if (buffer === undefined) return { value, records: [] };
  const { records, damagedRecords } = decodeRing(copyRing(buffer), { service: 'shop' });
  expect(damagedRecords).toBe(0);
  return { value, records };
}

describe('without Node', () => {
  it('there is nothing to import', () => {
    expect(imports).toEqual([]);
  });

  it('loading does nothing that an edge worker may not do while it loads', () => {
    const forbidden = `const no = () => { throw new Error('not while loading'); };
      Math.random = no; performance.now = no; globalThis.crypto = { getRandomValues: no };`;
    expect(elsewhere('Object.keys(ttlog).length > 10', browser(), forbidden)).toEqual({ value: true, records: [] });
  });

  it('values of all kinds are recorded', () => {
    const { records } = elsewhere(`
      ttlog.info('Values', {
        int: -1, float: 0.5, text: 'München', long: 'é€😀'.repeat(200), lone: '\\ud800', yes: true, nothing: null, missing: undefined,
        big: 2n ** 70n, date: new Date(5), list: [1, [2]], nested: { a: { b: 1 } }, map: new Map([['k', 1]]), set: new Set([1]),
        bytes: new Uint8Array([1, 2]), password: 'hunter2', display: ttlog.display([1, 2]), shown: ttlog.inspect({ a: 1 }), late: ttlog.lazy(() => 7),
        throws: { get x() { throw new Error('boom'); } },
      });`);
    expect(records.map(({ message }) => message)).toEqual(['Values']);
    expect(records[0].values).toEqual({
      int: -1,
      float: 0.5,
      text: 'München',
      long: 'é€😀'.repeat(200),
      lone: '\ufffd',
      yes: true,
      nothing: null,
      missing: undefined,
      big: 2n ** 70n,
      date: new Date(5),
      list: [1, [2]],
      nested: { a: { b: 1 } },
      map: new Map([['k', 1]]),
      set: new Set([1]),
      bytes: Buffer.of(1, 2),
      password: '[Redacted]',
      display: '1,2',
      shown: expect.objectContaining({ inspected: '{"a":1}' }),
      late: 7,
      throws: { x: '[Throws: boom]' },
    });
  });

  it('errors come with their causes', () => {
    const { records } = elsewhere(`ttlog.error('Failed', new TypeError('a', { cause: new RangeError('b') }));`);
    expect(records[0].values['err']).toMatchObject({
      type: 'TypeError',
      message: 'a',
      stack: expect.stringContaining('TypeError: a'),
      cause: { type: 'RangeError', message: 'b' },
    });
  });

  it('times are those of the clock', () => {
    const { value, records } = elsewhere(`ttlog.info('Now'); ttlog.nowNanos()`);
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    for (const timeNs of [records[0].timestampNs, value as bigint]) {
      expect(Math.abs(Number(timeNs - nowNs))).toBeLessThan(60e9);
    }
  });

  it('spans, timers and bindings belong together', () => {
    const { value, records } = elsewhere(`
      const log = ttlog.getLogger('orders', { region: 'eu' });
      const order = log.span('order', { order_id: 7 });
      order.event('Inside');
      order.end();
      log.timer('timed').end();
      [order.traceId, order.spanId].join()`);
    const [traceId, spanId] = String(value).split(',');
    expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    const inside = records.find(({ message }) => message === 'Inside');
    expect(inside).toMatchObject({ target: 'orders', traceId, spanId });
    expect(records.filter(({ kind }) => kind === 'span').map(({ values }) => values['region'])).toEqual(['eu', 'eu']);
  });

  it('a backend of its own gets everything', () => {
    const { value } = elsewhere(`
      const sent = [];
      ttlog.installBackend({ emit: (event) => sent.push(event), flush() {}, setLevel() {} });
      ttlog.setRecord('info');
      ttlog.debug('Not this');
      ttlog.getLogger('page', { tab: 1 }).warn('Slow', { ms: 3000, list: [1], token: 'abc' });
      ttlog.emit(ttlog.EventBuilder.withCapacity(1).message('Built').field('a', 1n).build());
      sent.map(({ level, target, message, fields }) => [level, target, message, fields.map(({ key, value }) => key + '=' + value).join()].join(' '))
    `);
    expect([...(value as string[])]).toEqual(['3 page Slow tab=1,ms=3000,list=1,token=[Redacted]', '2  Built a=1']);
  });

  it('wrong options are told', () => {
    const { value } = elsewhere(`try { ttlog.setLevel('loud'); } catch (error) { error.code + ' ' + error.message }`);
    expect(value).toBe(
      `ERR_INVALID_OPTION Expected level to be a LogLevel or its name, got "loud". Say setLevel('info'); for directives there is setFilter().`,
    );
  });

  it('pages that may share no memory have a ring all the same', () => {
    const { value, records } = elsewhere(
      `for (let i = 0; i < 5; i++) ttlog.info('Counted', { i });
       globalThis[Symbol.for('ttlog.core/${LAYOUT_VERSION}')].ring.buffer instanceof ArrayBuffer`,
      browser(),
      'delete globalThis.SharedArrayBuffer;',
    );
    expect(value).toBe(true);
    expect(records.map(({ values }) => values['i'])).toEqual([0, 1, 2, 3, 4]);
  });
});
