// The six calls, in both orders of their arguments, and with what JavaScript lets through besides.
import { beforeEach, describe, expect, it } from 'vitest';
import { debug, error, fatal, getLogger, info, span, timer, trace, warn, withContext, withSpan } from 'ttlog';
import { setRecord } from 'ttlog';
import { events, newRing, newest } from './support.js';

beforeEach(() => newRing());

const calls = { trace, debug, info, warn, error, fatal };

describe.each(Object.entries(calls).map(([name, call], level) => ({ name, call, level })))(
  '$name',
  ({ name, call, level }) => {
    it('takes message and fields in both orders', () => {
      call('Message', { a: 1 });
      call({ a: 1 }, 'Message');
      call('Message');
      call({ a: 1 });
      const log = getLogger('mine');
      log[name as 'info']('Message', { a: 1 });
      log[name as 'info']({ a: 1 }, 'Message');
      expect(events().map((record) => [record.level, record.target, record.message, record.values])).toEqual([
        [level, 'shop', 'Message', { a: 1 }],
        [level, 'shop', 'Message', { a: 1 }],
        [level, 'shop', 'Message', {}],
        [level, 'shop', '', { a: 1 }],
        [level, 'mine', 'Message', { a: 1 }],
        [level, 'mine', 'Message', { a: 1 }],
      ]);
    });
  },
);

describe('taken off its logger', () => {
  it.each(Object.keys(calls) as (keyof typeof calls)[])('%s is the bare call', (name) => {
    const { [name]: taken } = getLogger('mine', { a: 'bindings' });
    const others = { [name]: taken };
    withSpan('work', { b: 'span' }, () => taken('Taken', { c: 1 }));
    others[name]('Of something else');
    expect(events().map((record) => [record.target, record.message, record.values])).toEqual([
      ['shop', 'Taken', { b: 'span', c: 1 }],
      ['shop', 'Of something else', {}],
    ]);
  });

  it('is still an answer to a rejection', async () => {
    await Promise.reject(new Error('no')).catch(getLogger('mine').error);
    expect(newest().values).toEqual({ err: expect.objectContaining({ message: 'no' }) as object });
  });
});

describe('odd arguments', () => {
  const failure = new TypeError('no');
  const err = expect.objectContaining({ type: 'TypeError', message: 'no' }) as object;
  it.each([
    ['an error after the message', ['Failed', failure], 'Failed', { err }],
    ['an error before the message', [failure, 'Failed'], 'Failed', { err }],
    ['an error alone', [failure], 'no', { err }],
    ['an error and fields', [failure, { order_id: 7 }], 'no', { err, order_id: 7 }],
    ['two objects', [{ a: 1, b: 1 }, { b: 2 }], '', { a: 1, b: 2 }],
    ['nothing', [], '', {}],
    ['undefined', [undefined], '', {}],
    ['null', [null], '', {}],
    ['null and a message', [null, 'Message'], 'Message', {}],
    ['undefined fields', ['Message', undefined], 'Message', {}],
    ['a number', [42], '', { value: 42 }],
    ['a number after the message', ['Message', 42], 'Message', { value: 42 }],
    ['two strings', ['Message', 'more'], 'Message', { value: 'more' }],
    ['an array', ['Message', [1, 2]], 'Message', { value: [1, 2] }],
    ['a map', ['Message', new Map([['a', 1]])], 'Message', { value: new Map([['a', 1]]) }],
    ['a date', ['Message', new Date(0)], 'Message', { value: new Date(0) }],
    ['a function', ['Message', function named() {}], 'Message', { value: '[Function: named]' }],
    ['a symbol', [Symbol('s')], '', { value: 'Symbol(s)' }],
    ['an instance', ['Message', Object.assign(Object.create({ inherited: 1 }), { own: 1 })], 'Message', { own: 1 }],
    ['an empty message', ['', { a: 1 }], '', { a: 1 }],
  ])('%s', (_name, args, message, values) => {
    (info as (...all: unknown[]) => void)(...args);
    expect(newest()).toMatchObject({ message, level: 2 });
    expect(newest().values).toEqual(values);
  });

  it('fields of a prototype are none, also where a plain object had a field of that name before', () => {
    info('Same place', { a: 1, b: 2 });
    info('Same place', Object.assign(Object.create({ a: 'inherited' }), { b: 3 }));
    expect(newest().values).toEqual({ b: 3 });
  });

  it('a message of any kind of text', () => {
    const messages = [
      '',
      'x'.repeat(1024),
      'x'.repeat(1025),
      '漢'.repeat(900),
      '__proto__',
      'constructor',
      '\n\u001B[31m',
      'a\uD800',
    ];
    for (const message of messages) info(message, { a: 1 });
    const got = events();
    expect(got.map(({ message }) => message)).toEqual(messages.map((message) => message.replace('\uD800', '\uFFFD')));
    expect(got.every(({ values }) => values['a'] === 1)).toBe(true);
  });

  it('one message at several levels, of several targets, with several shapes', () => {
    for (let round = 0; round < 3; round++) {
      info('Same', { a: round });
      warn('Same', { a: round, b: round });
      getLogger('other').info('Same', { b: round });
      info('Same');
      info('Same', { b: round, a: round });
    }
    expect(events().slice(-5).map(({ level, target, values }) => [level, target, values])).toEqual([
      [2, 'shop', { a: 2 }], [3, 'shop', { a: 2, b: 2 }], [2, 'other', { b: 2 }], [2, 'shop', {}], [2, 'shop', { b: 2, a: 2 }],
    ]); // prettier-ignore
  });
});

describe('a bare call', () => {
  it('has the target of the active span', () => {
    getLogger('orders')
      .span('work')
      .run(() => info('Inside'));
    expect(newest().target).toBe('orders');
  });
});

describe('loggers', () => {
  it('are one for each target, and keep their bindings', () => {
    expect(getLogger('db')).toBe(getLogger('db'));
    const log = getLogger('db', { pool: 'a' });
    const child = log.child({ query: 1 }).child({ query: 2, more: { deep: [1] } });
    expect(child.target).toBe('db');
    expect(child.bindings).toEqual({ pool: 'a', query: 2, more: { deep: [1] } });
    child.info('Bound');
    expect(newest().values).toEqual({ pool: 'a', query: 2, more: { deep: [1] } });
    log.info('Bound');
    expect(newest().values).toEqual({ pool: 'a' });
  });

  it('an event beats its span, that beats the context, that beats the bindings', () => {
    const log = getLogger('orders', { a: 'bindings', b: 'bindings', c: 'bindings', d: 'bindings' });
    withContext({ b: 'outer', c: 'outer', d: 'outer', x: 1 }, () =>
      withContext({ c: 'context', d: 'context' }, () =>
        withSpan('work', { d: 'span', e: 'span' }, () => log.info('Here', { e: 'event' })),
      ),
    );
    const event = events().find(({ message }) => message === 'Here')!;
    expect(event.values).toEqual({ a: 'bindings', b: 'outer', x: 1, c: 'context', d: 'span', e: 'event' });
  });

  it('bindings are on spans and timers too', () => {
    const log = getLogger('orders', { region: 'eu' });
    log.span('work', { a: 1 }).end();
    expect(newest().values).toMatchObject({ region: 'eu', a: 1 });
    log.timer('timed', { a: 2 }).end();
    expect(newest().values).toMatchObject({ region: 'eu', a: 2 });
  });

  it('bindings may be an error, an instance, or nothing much', () => {
    getLogger('x', new Error('no')).info('Bound');
    expect(newest().values).toMatchObject({ err: { message: 'no' } });
    getLogger('x', {}).child({}).info('Bound');
    expect(newest().values).toEqual({});
  });
});

describe('timers', () => {
  it('measure also where they are not recorded', () => {
    setRecord('info');
    const timing = timer('hidden');
    const durationMs = timing.end();
    setRecord('trace');
    expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(durationMs).toBeLessThan(5000);
    expect(timing.end()).toBe(durationMs);
    expect(newRing()).toBeUndefined();
  });

  it('are spans that are not active', () => {
    const timing = timer('timed', { a: 1 });
    info('Meanwhile');
    const durationMs = timing.end();
    const line = newest();
    expect(line).toMatchObject({ kind: 'span', name: 'timed', values: { a: 1, outcome: 'ok' } });
    expect(events()[0].spanId).toBeUndefined();
    expect(Math.abs(line.durationMs! - durationMs)).toBeLessThan(50);
  });
});

describe('ids', () => {
  it('are those of W3C Trace Context, never zero', () => {
    for (let i = 0; i < 1000; i++) {
      const work = span('work');
      expect(work.traceparent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/);
      expect(work.traceparent).toBe(`00-${work.traceId}-${work.spanId}-01`);
      work.end();
    }
  });

  it('do not come twice, and each bit is one half of the time', async () => {
    const ids = await import('../../src/core/ids.js');
    const { hexWord, nextSpanId, nextTraceId, spanIdWords, traceIdWords, seedIds } = ids;
    const kinds = [
      { next: nextSpanId, words: spanIdWords },
      { next: nextTraceId, words: traceIdWords },
    ];
    for (const { next, words } of kinds) {
      const bits = words.length * 32;
      const seen = new Set<string>();
      const ones = new Float64Array(bits);
      const changed = new Float64Array(bits);
      for (let i = 0; i < 100_000; i++) {
        const before = words.slice();
        next();
        seen.add(Array.from(words, hexWord).join(''));
        if (i >= 20_000) continue;
        for (let bit = 0; bit < bits; bit++) {
          const word = bit >>> 5;
          ones[bit] += (words[word] >>> bit) & 1;
          changed[bit] += ((words[word] ^ before[word]) >>> bit) & 1;
        }
      }
      expect(seen.size).toBe(100_000);
      for (const counts of [ones, changed])
        for (const count of counts) expect(Math.abs(count / 20_000 - 0.5)).toBeLessThan(0.02);
      seedIds(1);
      next();
      const first = words.slice();
      seedIds(1);
      next();
      expect(words).toEqual(first);
      seedIds();
      next();
      expect(words).not.toEqual(first);
    }
  });

  it('a child has the trace of its parent', () => {
    const parent = span('parent');
    const child = parent.run(() => span('child'));
    expect(child.traceId).toBe(parent.traceId);
    expect(child.spanId).not.toBe(parent.spanId);
    child.end();
    expect(newest().parentSpanId).toBe(parent.spanId);
    parent.end();
    expect(span('next').traceId).not.toBe(parent.traceId);
  });
});
