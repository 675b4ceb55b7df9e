import { beforeEach, describe, expect, it } from 'vitest';
import { emit } from '../../src/core/backend.js';
import { EventBuilder } from '../../src/core/event.js';
import { inspect } from '../../src/core/field.js';
import { debug, error, info } from '../../src/core/log.js';
import { getLogger } from '../../src/core/logger.js';
import type { Ring } from '../../src/core/ring.js';
import type { RingContents } from '../../src/recorder/decode-ring.js';
import { copyRing, decodeRing } from '../../src/recorder/decode-ring.js';
import { freshRing, inContext, inside, open } from '../support/recording.js';

let ring: Ring;
beforeEach(() => {
  ring = freshRing();
});

function decoded(): RingContents {
  return decodeRing(copyRing(ring.buffer), { service: 'shop' });
}

describe('decodeRing', () => {
  it('gives back what was recorded', () => {
    const before = BigInt(Date.now() - 5) * 1_000_000n;
    info('User logged in', {
      user_id: 123,
      name: 'Zoë',
      ratio: 0.5,
      on: true,
      off: false,
      none: null,
      missing: undefined,
    });
    error('Broken');
    const { records, recordsWritten, damagedRecords } = decoded();
    expect(records.map((record) => record.message)).toEqual(['User logged in', 'Broken']);
    const [first] = records;
    expect(first).toMatchObject({ kind: 'event', level: 2, threadId: 0, truncated: false, meta: false });
    expect(first.values).toEqual({
      user_id: 123,
      name: 'Zoë',
      ratio: 0.5,
      on: true,
      off: false,
      none: null,
      missing: undefined,
    });
    expect(first.timestampNs).toBeGreaterThan(before);
    expect(first.timestampNs).toBeLessThan(before + 10_000_000_000n);
    expect(first.traceId).toBeUndefined();
    expect(records[1].level).toBe(4);
    expect(recordsWritten).toBe(2);
    expect(damagedRecords).toBe(0);
  });

  it('reads every kind of value', () => {
    const cause = new RangeError('too far');
    const failure = Object.assign(new TypeError('no', { cause }), { code: 'E1' });
    const values = {
      big: 12n,
      huge: 2n ** 100n,
      negative: -0,
      float: 1e300,
      text: '日本 🎌',
      long: 'x'.repeat(100),
      date: new Date(1_700_000_000_000),
      bad_date: new Date(Number.NaN),
      list: [1, 'two', [3]],
      nested: { a: { b: 1 }, ['__proto__']: 2 },
      map: new Map<unknown, unknown>([['k', 1], [2, { x: 1 }]]), // prettier-ignore
      set: new Set([1, 2]),
      bytes: Buffer.from([1, 2, 255]),
      shown: inspect('a'),
      failure,
    };
    info('All', values);
    const got = decoded().records[0].values;
    const { failure: gotFailure, shown, bytes, map, nested, ...rest } = got;
    const { failure: _f, shown: _s, bytes: _b, map: _m, nested: _n, ...expected } = values;
    expect(rest).toEqual(expected);
    expect(Object.is(rest['negative'], -0)).toBe(true);
    expect([...(bytes as Uint8Array)]).toEqual([1, 2, 255]);
    expect([...(map as Map<unknown, unknown>)]).toEqual([['k', 1], [2, { x: 1 }]]); // prettier-ignore
    expect(Object.entries(nested as object)).toEqual([['a', { b: 1 }], ['__proto__', 2]]); // prettier-ignore
    expect(shown).toHaveProperty('inspected');
    expect(gotFailure).toMatchObject({
      type: 'TypeError',
      message: 'no',
      code: 'E1',
      cause: { type: 'RangeError', message: 'too far' },
    });
    expect(JSON.parse(JSON.stringify(gotFailure))).toMatchObject({ type: 'TypeError', message: 'no' });
  });

  it('names the service where a record has no target', () => {
    info('Bare');
    getLogger('db').info('Named');
    const targets = decoded().records.map((record) => record.target);
    expect(targets[1]).toBe('db');
  });

  it('merges bindings, context, span and own fields: the later beats the earlier and stands once', () => {
    const log = getLogger('orders', { a: 'bindings', b: 'bindings', c: 'bindings', d: 'bindings' });
    inContext({ b: 'outer', x: 1 }, () =>
      inContext({ b: 'context', c: 'context', d: 'context' }, () => {
        const work = open('work', { c: 'span', d: 'span' });
        work.run(() => log.info('Here', { d: 'event' }));
        work.end();
      }),
    );
    const event = decoded().records.find((record) => record.message === 'Here')!;
    expect(event.fields).toEqual([
      { key: 'a', value: 'bindings' },
      { key: 'b', value: 'context' },
      { key: 'x', value: 1 },
      { key: 'c', value: 'span' },
      { key: 'd', value: 'event' },
    ]);
  });

  it('gives a span its start, its end, its parent and its duration', () => {
    const outer = open('outer', { a: 1 });
    const inner = outer.run(() => open('inner'));
    inner.record({ rows: 3 });
    inner.fail(new Error('no rows'));
    outer.run(() => info('Between'));
    outer.end();
    const { records, openSpans } = decoded();
    expect(records.map(({ kind, message }) => `${kind} ${message}`)).toEqual([
      'span-start outer',
      'span-start inner',
      'span inner',
      'event Between',
      'span outer',
    ]);
    const [, , innerEnd, between, outerEnd] = records;
    expect(innerEnd).toMatchObject({
      name: 'inner',
      outcome: 'error',
      level: 4,
      traceId: outer.traceId,
      spanId: inner.spanId,
      parentSpanId: outer.spanId,
    });
    expect(innerEnd.values).toMatchObject({ rows: 3, err: { message: 'no rows' }, outcome: 'error' });
    expect(between).toMatchObject({ traceId: outer.traceId, spanId: outer.spanId, values: { a: 1 } });
    expect(outerEnd).toMatchObject({
      outcome: 'ok',
      parentSpanId: undefined,
      level: 1,
      values: { a: 1, outcome: 'ok' },
    });
    expect(outerEnd.durationNs).toBe(Number(outerEnd.timestampNs - outerEnd.startNs!));
    expect(outerEnd.durationMs).toBe(outerEnd.values['duration_ms']);
    expect(openSpans).toEqual([]);
  });

  it('keeps a field that is called like one of a span line', () => {
    open('odd', { outcome: 'mine', duration_ms: -1 }).end();
    const line = decoded().records[1];
    expect(line.values).toEqual({
      'fields.outcome': 'mine',
      'fields.duration_ms': -1,
      outcome: 'ok',
      duration_ms: line.durationMs,
    });
  });

  it('names the spans that are open, with their newest fields, also after their start was overwritten', () => {
    const long = open('long', { a: 1 });
    long.record({ b: 2 });
    for (let i = 0; i < 20_000; i++) debug('Filler', { i });
    const { openSpans, records, recordsOverwritten, recordsWritten } = decoded();
    expect(openSpans).toHaveLength(1);
    expect(openSpans[0]).toMatchObject({ name: 'long', outcome: 'open', spanId: long.spanId, values: { a: 1, b: 2 } });
    expect(recordsWritten).toBe(20_001);
    expect(recordsOverwritten + records.length).toBe(20_001);
    expect(records.at(-1)!.values).toEqual({ i: 19_999 });
    long.end();
  });

  it('does not take a span for open because something late happened in it', () => {
    const request = open('request');
    request.end();
    for (let i = 0; i < 300; i++) info('Filler', { text: 'x'.repeat(100) });
    inside(request, () => info('Late'));
    const { openSpans, records } = decoded();
    expect(records.at(-1)).toMatchObject({ message: 'Late', spanId: request.spanId });
    expect(openSpans).toEqual([]);
  });

  it('resolves contexts and bindings in every segment', () => {
    const log = getLogger('loop', { region: 'eu' });
    inContext({ request_id: 'r-1' }, () => {
      for (let i = 0; i < 10_000; i++) log.info('Step', { i });
    });
    const { records } = decoded();
    expect(records.length).toBeGreaterThan(1000);
    expect(records.every(({ values }) => values['region'] === 'eu' && values['request_id'] === 'r-1')).toBe(true);
  });

  it('reads records that carry their message and names themselves', () => {
    ring = freshRing(undefined, 64);
    const context = { request_id: 'r-1', b: 'context' };
    inContext(context, () => info('Inline', { a: 1, b: 'own' }));
    const work = open('inline span', { lost: 1 });
    work.record({ kept: 2 });
    work.end();
    const [event, , end] = decoded().records;
    expect(event).toMatchObject({ message: 'Inline', values: { request_id: 'r-1', a: 1, b: 'own' } });
    expect(end).toMatchObject({ name: 'inline span', values: { kept: 2 } });
  });

  it('reads emitted events with their own time, ids and place', () => {
    const event = EventBuilder.withCapacity(1)
      .timestamp(1_600_000_000_123_456_789n)
      .target('importer')
      .message('Row')
      .field('row', 1)
      .threadId(7)
      .traceId('0af7651916cd43dd8448eb211c80319c')
      .spanId('b7ad6b7169203331')
      .source('a.ts', 12)
      .build();
    emit(event);
    const record = decoded().records[0];
    for (const [key, value] of Object.entries(event)) expect(record[key as keyof typeof record]).toEqual(value);
  });

  it('goes on counting where an earlier ring of the thread ended', () => {
    ring = freshRing(undefined, undefined, 4_294_967_290);
    for (let i = 0; i < 1000; i++) info('Step', { i });
    expect(decoded().records.map(({ values }) => values['i'])).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });
});
