// What getters, toJSON and lazy values log while a record is being written follows that record: nothing is lost, nothing torn.
import { beforeEach, describe, expect, it } from 'vitest';
import { currentSpan, getLogger, info, lazy, span, warn, withContext, withSpan } from 'ttlog';
import { contents, dropped, events, newRing, newest } from './support.js';

beforeEach(() => newRing());

describe('logging while a record is being written', () => {
  it.each([
    ['a getter', (log: () => unknown) => ({ get value() { return log(); } })], // prettier-ignore
    ['toJSON', (log: () => unknown) => ({ value: { toJSON: log } })],
    ['a lazy value', (log: () => unknown) => ({ value: lazy(log) })],
    ['a nested getter', (log: () => unknown) => ({ value: { get in() { return log(); } } })], // prettier-ignore
    ['an iterator', (log: () => unknown) => ({ value: { toJSON: () => [log()] } })],
    ['an error', (log: () => unknown) => ({ value: Object.defineProperty(new Error('x'), 'stack', { get: log }) })],
    ['a proxy', (log: () => unknown) => ({ value: new Proxy({ a: 1 }, { get: log }) })],
  ])('%s', (_name, fieldsWith) => {
    info('Outer', { before: 1, after: 2 });
    const fields = fieldsWith(() => {
      warn('Inner', { deep: { yes: true } });
      return 'seen';
    });
    info('Holder', fields);
    const messages = events().map((record) => record.message);
    expect(messages.slice(0, 3)).toEqual(['Outer', 'Holder', 'Inner']);
    expect(events()[2].values).toEqual({ deep: { yes: true } });
    expect(dropped()).toBe(0);
  });

  it('the inner records keep their context, their span and their bindings', () => {
    const log = getLogger('inner', { bound: 1 });
    withContext({ request_id: 'r-1' }, () =>
      info('Outer', {
        get value() {
          withSpan('in a getter', () => withContext({ step: 2 }, () => log.info('Inner', { x: 1 })));
          return 1;
        },
      }),
    );
    const { records } = contents();
    const inner = records.find((record) => record.message === 'Inner')!;
    const line = records.find((record) => record.kind === 'span')!;
    expect(inner.values).toEqual({ bound: 1, request_id: 'r-1', step: 2, x: 1 });
    expect(inner.spanId).toBe(line.spanId);
    expect(line.values).toMatchObject({ request_id: 'r-1', outcome: 'ok' });
  });

  it('a span that begins in a getter can end after the record', () => {
    const begun: ReturnType<typeof span>[] = [];
    info('Outer', {
      get value() {
        begun.push(span('long', { a: 1 }));
        begun[0].record({ b: 2 }); // its record is not in the ring yet: counted
        return 1;
      },
    });
    begun[0].record({ c: 3 });
    begun[0].run(() => info('In it'));
    begun[0].end();
    const { records, openSpans } = contents();
    expect(records.map(({ kind, message }) => `${kind} ${message}`)).toEqual([
      'event Outer', 'span-start long', 'event In it', 'span long',
    ]); // prettier-ignore
    expect(records.at(-1)!.values).toMatchObject({ a: 1, c: 3 });
    expect(openSpans).toEqual([]);
    expect(dropped()).toBe(1);
  });

  it('a span can be ended and recorded to by a getter of its own fields and events', () => {
    const outer = span('outer');
    outer.record({
      get value() {
        outer.event('Noted', { inside: currentSpan()?.name ?? null });
        outer.end();
        return 7;
      },
    });
    outer.record({ late: 1 });
    const { records, openSpans } = contents();
    expect(records.map(({ kind, message }) => `${kind} ${message}`)).toEqual([
      'span-start outer', 'event Noted', 'span outer',
    ]); // prettier-ignore
    expect(records.at(-1)!.values).toMatchObject({ value: 7, outcome: 'ok' });
    expect(openSpans).toEqual([]);
  });

  it('fields of a span that log while it starts and while it fails', () => {
    const failing = span('failing', {
      get value() {
        span('in the start').end();
        return 1;
      },
    });
    const error = Object.defineProperty(new Error('no'), 'detail', {
      enumerable: true,
      get: () => {
        info('While failing');
        return 'd';
      },
    });
    failing.fail(error);
    const { records } = contents();
    const line = records.find((record) => record.kind === 'span' && record.name === 'failing')!;
    expect(line.values).toMatchObject({ value: 1, err: { message: 'no', detail: 'd' }, outcome: 'error' });
    expect(records.map(({ kind, message }) => `${kind} ${message}`)).toEqual([
      'span-start failing', 'span-start in the start', 'span in the start', 'span failing', 'event While failing',
    ]); // prettier-ignore
  });

  it('without end costs the surplus, which is counted, and nothing else', () => {
    const endless = {
      get again(): number {
        info('Again', endless);
        return 1;
      },
    };
    info('Start', endless);
    const loud = {
      get value() {
        for (let i = 0; i < 10_000; i++) info('Loud', { i, text: 'x'.repeat(i % 300) });
        return 1;
      },
    };
    info('Surplus', loud);
    info('End');
    const messages = events().map((record) => record.message);
    expect(messages.slice(0, 2)).toEqual(['Start', 'Again']);
    expect(messages).toContain('Surplus');
    expect(messages.at(-1)).toBe('End');
    const { recordsWritten, recordsOverwritten, records } = contents();
    expect(recordsWritten - recordsOverwritten).toBe(records.length);
    expect(dropped() + events().filter((record) => record.message === 'Loud').length).toBe(10_001);
  });

  it('when the inner records do not fit in the rest of the segment', () => {
    for (let fill = 0; fill < 300; fill++) {
      const before = contents().recordsWritten;
      withContext({ fill }, () =>
        info('Outer', {
          get value() {
            for (let i = 0; i < 3; i++) info('Inner', { text: 'y'.repeat(400 + fill) });
            return 'x'.repeat(fill * 3);
          },
        }),
      );
      if (fill % 30 !== 0) continue;
      expect(contents().recordsWritten).toBe(before + 4);
      expect(newest().values).toEqual({ fill, text: 'y'.repeat(400 + fill) });
    }
    expect(contents().records.every((record) => typeof record.values['fill'] === 'number')).toBe(true);
  });

  it('opening another ring in a getter leaves both whole', () => {
    info('Outer', {
      get value() {
        newRing();
        info('In the new one');
        return 1;
      },
    });
    info('After');
    expect(events().map((record) => record.message)).toEqual(['In the new one', 'After']);
  });
});

describe('lazy', () => {
  it('is computed once, and only when the event is recorded', () => {
    let computed = 0;
    for (let i = 1; i <= 3; i++) {
      info('Lazy', { value: lazy(() => ++computed) });
      expect(newest().values).toEqual({ value: i });
    }
    expect(computed).toBe(3);
  });

  it('that throws says so and leaves the other fields', () => {
    info('Lazy', {
      a: 1,
      bad: lazy(() => {
        throw new Error('not today');
      }),
      b: 2,
    });
    expect(newest().values).toEqual({ a: 1, bad: '[Throws: not today]', b: 2 });
  });

  it('that gives another lazy value without end is cut', () => {
    const endless = (): unknown => lazy(endless);
    info('Lazy', { value: lazy(endless), after: 1 });
    expect(newest().values).toMatchObject({ value: '[Truncated]', after: 1 });
  });
});
