import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { emit } from '../../src/core/backend.js';
import { EventBuilder } from '../../src/core/event.js';
import { inspect } from '../../src/core/field.js';
import { info } from '../../src/core/log.js';
import { getLogger } from '../../src/core/logger.js';
import { LogLevel } from '../../src/core/level.js';
import { SPAN_KIND_ENTRY } from '../../src/core/layout.js';
import { state } from '../../src/core/state.js';
import type { RingCursor } from '../../src/recorder/cursor.js';
import { lineOf } from '../../src/recorder/line.js';
import { LineFormat } from '../../src/recorder/line-format.js';
import { LINE_HOUSES } from '../../src/recorder/line-names.js';
import { follow, readAll } from '../support/reading.js';
import { freshRing, inContext, open } from '../support/recording.js';

// Other work on the machine must not fail them.
vi.setConfig({ testTimeout: 60_000 });

let cursor: RingCursor;
beforeEach(() => {
  cursor = follow(freshRing().buffer);
});

/** The only line there is. */
function onlyLine(): string {
  const read = readAll(cursor);
  expect(read).toHaveLength(1);
  return read[0].line;
}

describe('a line of NDJSON', () => {
  it('has level, time, process, target, fields and message, in this order', () => {
    const log = getLogger('orders', { region: 'eu' });
    const before = Date.now();
    inContext({ request_id: 'r-1' }, () => log.warn('Order late', { order_id: 7, late: true }));
    const line = onlyLine();
    const { time } = JSON.parse(line) as { time: number };
    expect(Number.isInteger(time)).toBe(true);
    expect(time).toBeGreaterThanOrEqual(before - 2);
    expect(line).toBe(
      `{"level":40,"time":${time},"pid":1,"hostname":"host","target":"orders","region":"eu","request_id":"r-1","order_id":7,"late":true,"msg":"Order late"}\n`,
    );
  });

  it.each([
    [LogLevel.Trace, 10],
    [LogLevel.Debug, 20],
    [LogLevel.Info, 30],
    [LogLevel.Warn, 40],
    [LogLevel.Error, 50],
    [LogLevel.Fatal, 60],
  ])('has level %i as %i', (level, number) => {
    open('work', undefined, { level }).end();
    const [, end] = readAll(cursor);
    expect(JSON.parse(end.line)).toMatchObject({ level: number, msg: 'work' });
  });

  it('carries the ids of its span, and of a span its duration and outcome', () => {
    const work = open('work', { a: 1 });
    work.run(() => info('Inside', { b: 2 }));
    work.fail(new Error('no'));
    const [, event, end] = readAll(cursor).map(({ line }) => JSON.parse(line) as Record<string, unknown>);
    expect(event).toMatchObject({ trace_id: work.traceId, span_id: work.spanId, a: 1, b: 2, msg: 'Inside' });
    expect(event).not.toHaveProperty('duration_ms');
    expect(end).toMatchObject({ trace_id: work.traceId, span_id: work.spanId, a: 1, outcome: 'error', msg: 'work' });
    expect(end['duration_ms']).toBeTypeOf('number');
    expect(Object.keys(end).slice(-3)).toEqual(['duration_ms', 'outcome', 'msg']);
  });

  it('renames a field that is called like a key of its own', () => {
    const own = { level: 1, time: 2, pid: 3, hostname: 4, target: 5, trace_id: 6, span_id: 7, msg: 8, outcome: 9 };
    info('Renamed', own);
    const line = JSON.parse(onlyLine()) as Record<string, unknown>;
    for (const [key, value] of Object.entries(own)) expect(line[key === 'outcome' ? key : `fields.${key}`]).toBe(value);
    expect(line).toMatchObject({ level: 30, msg: 'Renamed', hostname: 'host' });
  });

  it('writes what JSON has no form for by convention', () => {
    const failure = Object.assign(new TypeError('no', { cause: new Error('deeper') }), { code: 'E1' });
    info('Odd', {
      undefined,
      nan: Number.NaN,
      infinite: -Infinity,
      big: 2n ** 70n,
      date: new Date(0),
      bad_date: new Date(Number.NaN),
      map: new Map<unknown, unknown>([['a', 1], [2, 'b']]), // prettier-ignore
      set: new Set([1, undefined]),
      bytes: Buffer.from('hello'),
      shown: inspect('x'),
      list: [undefined, Number.NaN],
      failure,
    });
    const line = JSON.parse(onlyLine()) as Record<string, unknown>;
    expect(line).not.toHaveProperty('undefined');
    expect(line).toMatchObject({
      nan: null,
      infinite: null,
      big: String(2n ** 70n),
      date: '1970-01-01T00:00:00.000Z',
      bad_date: null,
      map: { a: 1, 2: 'b' },
      set: [1, null],
      bytes: 'aGVsbG8=',
      list: [null, null],
      failure: { type: 'TypeError', message: 'no', code: 'E1', cause: { type: 'Error', message: 'deeper' } },
    });
    expect((line['failure'] as { stack: string }).stack).toContain('ndjson.test.ts');
  });

  it('cannot be forged, whatever is logged', () => {
    const evil = 'a\n{"level":60}\r\u2028\u2029\u0085\u001b[31m\u009b\u202e\u0000';
    getLogger(evil, { [evil]: evil }).info(evil, { [`${evil}2`]: { [evil]: [evil] } });
    const line = onlyLine();
    // oxlint-disable-next-line no-control-regex
    expect(line).toMatch(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]*\n$/);
    expect(JSON.parse(line)).toMatchObject({ msg: evil, target: evil, [evil]: evil, [`${evil}2`]: { [evil]: [evil] } });
  });

  it('shows the start of a span that asked for it', () => {
    const work = open('work', { a: 1 }, { kind: SPAN_KIND_ENTRY });
    work.end();
    const [start, end] = readAll(cursor).map(({ line }) => JSON.parse(line) as Record<string, unknown>);
    expect(start).toMatchObject({ msg: 'work', a: 1, span_id: work.spanId });
    expect(start).not.toHaveProperty('outcome');
    expect(end).toMatchObject({ outcome: 'ok' });
  });

  it('is made of an emitted event', () => {
    emit(
      EventBuilder.withCapacity(1).timestamp(1_700_000_000_123_456_789n).target('x').message('m').field('a', 1).build(),
    );
    expect(onlyLine()).toBe(
      '{"level":30,"time":1700000000123,"pid":1,"hostname":"host","target":"x","a":1,"msg":"m"}\n',
    );
  });
});

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'id', 'msg', 'level', '__proto__', 'constructor'),
  fc.string({ unit: 'binary' }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'grapheme-composite', maxLength: 200 }),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.bigInt(),
      fc.constantFrom(null, undefined),
      fc.date({ noInvalidDate: false }),
      fc.uint8Array({ maxLength: 40 }),
    ),
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(key, tie('any'), { maxKeys: 5, noNullPrototype: true }),
    fc.uniqueArray(tie('any'), { maxLength: 4 }).map((items) => new Set(items)),
    fc.array(fc.tuple(fc.string({ unit: 'binary' }), tie('any')), { maxLength: 4 }).map((items) => new Map(items)),
  ),
})).any;

/** Half a surrogate pair cannot be written as UTF-8. */
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/** What a value is after a trip through a line, by the conventions. */
function afterTrip(input: unknown): unknown {
  if (typeof input === 'number') return Number.isFinite(input) ? input + 0 : null;
  if (typeof input === 'bigint') return String(input);
  if (typeof input === 'string') return wellFormed(input);
  if (typeof input !== 'object' || input === null) return input;
  if (input instanceof Date) return Number.isNaN(input.getTime()) ? null : input.toISOString();
  if (input instanceof Uint8Array) return Buffer.from(input).toString('base64');
  if (Array.isArray(input)) return input.map((item) => afterTrip(item) ?? null);
  if (input instanceof Set) return [...input].map((item) => afterTrip(item) ?? null);
  return fromPairs(input instanceof Map ? [...(input as Map<string, unknown>)] : Object.entries(input));
}

function fromPairs(pairs: [string, unknown][]): object {
  const result = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of pairs) {
    const after = state.redactor.isSensitive(name) ? '[Redacted]' : afterTrip(item);
    if (after !== undefined) result[wellFormed(name)] = after;
  }
  return result;
}

/** An own `__proto__` compares as itself, and the order of keys does not matter. */
function plain(parsed: unknown): unknown {
  if (typeof parsed !== 'object' || parsed === null) return parsed;
  return Array.isArray(parsed)
    ? parsed.map(plain)
    : new Map(Object.entries(parsed).map(([name, item]) => [name, plain(item)]));
}

const formats = Object.values(LINE_HOUSES).map((names) => new LineFormat(names, 1, 'host'));

describe('round trip', () => {
  it('parsing the line gives what was logged', () => {
    fc.assert(
      fc.property(value, (logged) => {
        cursor = follow(freshRing(undefined, 4096).buffer);
        info('Trip', { value: logged, after: 1 });
        const line = JSON.parse(onlyLine()) as Record<string, unknown>;
        const after = afterTrip(logged);
        expect(Object.hasOwn(line, 'value')).toBe(after !== undefined);
        expect(plain(line['value'])).toEqual(
          plain(after === undefined ? undefined : JSON.parse(JSON.stringify(after))),
        );
        expect(line['after']).toBe(1);
      }),
      { numRuns: 400 },
    );
  });

  it('a line from bytes is the line of the record', () => {
    fc.assert(
      fc.property(
        fc.dictionary(key, value, { maxKeys: 6 }),
        fc.dictionary(key, value, { maxKeys: 3 }),
        fc.boolean(),
        fc.constantFrom(...formats),
        (own, context, inSpan, format) => {
          cursor = follow(freshRing(4 * 1024 * 1024, 65_536).buffer);
          inContext(context, () => {
            const work = open('work', own);
            if (inSpan) work.run(() => info('Inside', own));
            else info('Outside', own);
            work.record(context);
            work.end();
          });
          const read = readAll(cursor, format);
          expect(read).toHaveLength(3);
          // As parsed: an object puts keys that look like numbers first, and has a key only once.
          for (const { line, record } of read) {
            expect(plain(JSON.parse(line))).toEqual(plain(JSON.parse(lineOf(record, format))));
          }
        },
      ),
      { numRuns: 200, endOnFailure: true },
    );
  });
});
