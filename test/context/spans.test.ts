import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { Span } from 'ttlog';
import { currentSpan, getLogger, info, setRecord, span, timer, withContext, withSpan } from 'ttlog';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(() => {
  setRecord('trace');
  startRecording();
});

describe('span', () => {
  test('is a child of the active span, at debug level, of its target', () => {
    const outer = getLogger('shop.orders').span('outer');
    outer.run(() => {
      const inner = span('inner', { a: 1 });
      inner.end();
    });
    outer.end();
    const { span: of } = recorded();
    expect(of('inner')).toMatchObject({ level: 1, target: 'shop.orders', outcome: 'ok' });
    expect(of('inner').parentSpanId).toBe(of('outer').spanId);
    expect(of('inner').traceId).toBe(of('outer').traceId);
    expect(ownFields(of('inner'))).toEqual({ a: 1 });
    expect(of('outer').parentSpanId).toBeUndefined();
  });

  test('outside a span its target is the service, and it has a trace of its own', () => {
    span('first').end();
    span('second').end();
    const { span: of } = recorded();
    expect(of('first').target).toBe('app');
    expect(of('first').traceId).not.toBe(of('second').traceId);
  });

  test('is not active until it is run', () => {
    const one = span('one');
    expect(currentSpan()).toBeUndefined();
    expect(one.run(currentSpan)).toBe(one);
    expect(currentSpan()).toBeUndefined();
    one.end();
  });

  test('has a name, whatever it is given', () => {
    const unnamed = Object.create(null) as string;
    for (const name of [undefined, null, 7, Symbol('s'), { toString: () => 'object' }, unnamed] as string[]) {
      span(name).end();
      withSpan(name, () => {});
      timer(name).end();
    }
    const names = ['undefined', 'null', '7', 'Symbol(s)', 'object', ''];
    expect(recorded().spans.map((record) => record.name)).toEqual(names.flatMap((name) => [name, name, name]));
  });

  test('one that is not recorded is invisible', () => {
    setRecord('info');
    const outer = span('outer');
    expect(outer.run(currentSpan)).toBeUndefined();
    outer.run(() => info('event'));
    outer.end();
    expect(recorded().spans).toEqual([]);
    expect(recorded().event('event').spanId).toBeUndefined();
  });
});

describe('withSpan', () => {
  test('runs inside the span and returns what the function returns', () => {
    const result = withSpan('work', { a: 1 }, (work) => {
      expect(currentSpan()).toBe(work);
      info('event');
      work.record({ b: 2 });
      return 42;
    });
    expect(result).toBe(42);
    expect(currentSpan()).toBeUndefined();
    const { span: of, event } = recorded();
    expect(event('event').spanId).toBe(of('work').spanId);
    expect(ownFields(of('work'))).toEqual({ a: 1, b: 2 });
  });

  test('takes fields or not', async () => {
    withSpan('a', () => 1);
    withSpan('b', undefined, () => 1);
    expectTypeOf(withSpan('c', (work) => work)).toEqualTypeOf<Span>();
    const last = withSpan('d', {}, async () => 1);
    expectTypeOf(last).toEqualTypeOf<Promise<number>>();
    await last;
    expect(recorded().spans.map(({ message }) => message)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('inherits the context, and a context inside keeps the span', () => {
    withContext('a', 1, () =>
      withSpan('work', (work) => {
        withContext('b', 2, () => {
          expect(currentSpan()).toBe(work);
          info('event');
        });
      }),
    );
    const { span: of, event } = recorded();
    expect(event('event').values).toEqual({ a: 1, b: 2 });
    expect(event('event').spanId).toBe(of('work').spanId);
    expect(ownFields(of('work'))).toEqual({ a: 1 });
  });

  test('a promise ends it when it settles', async () => {
    const result = withSpan('work', async () => {
      await turn();
      info('late');
      return 42;
    });
    expect(recorded().spans).toEqual([]);
    expect(recorded().open.map(({ message }) => message)).toEqual(['work']);
    await expect(result).resolves.toBe(42);
    const { span: of, event } = recorded();
    expect(of('work').outcome).toBe('ok');
    expect(event('late').spanId).toBe(of('work').spanId);
  });

  test.each([
    ['an error', new Error('no')],
    ['null', null],
    ['undefined', undefined],
    ['a frozen error', Object.freeze(new Error('frozen'))],
  ])('%s is thrown and rejected as the same value, and fails the span', async (_what, reason) => {
    let caught: unknown[] = [];
    try {
      withSpan('sync', () => {
        throw reason;
      });
    } catch (error) {
      caught = [error];
    }
    await withSpan('async', () => Promise.reject(reason as Error)).catch((error: unknown) => caught.push(error));
    expect(caught).toEqual([reason, reason]);
    expect(caught[0]).toBe(reason);
    expect(caught[1]).toBe(reason);
    expect(recorded().span('sync')).toMatchObject({ outcome: 'error', level: 4 });
    expect(recorded().span('async').outcome).toBe('error');
  });

  test('an error is reported once, however many spans it passes', () => {
    const error = new Error('no');
    expect(() =>
      withSpan('outer', () =>
        withSpan('inner', () => {
          throw error;
        }),
      ),
    ).toThrow(error);
    const { span: of } = recorded();
    expect([of('inner').level, of('outer').level]).toEqual([4, 1]);
    expect(of('inner').values['err']).toMatchObject({ message: 'no' });
    expect(of('outer').values['err']).toBe('Error: no');
    expect(of('outer').outcome).toBe('error');
  });

  test('a span that its function has ended stays ended', () => {
    withSpan('work', (work) => work.fail(new Error('mine')));
    expect(recorded().spans).toHaveLength(1);
    expect(recorded().span('work').outcome).toBe('error');
  });
});

describe('timer', () => {
  test('does not become the active span', () => {
    withSpan('work', (work) => {
      const timing = timer('part', { a: 1 });
      expect(currentSpan()).toBe(work);
      expect(timing.end()).toBeGreaterThanOrEqual(0);
    });
    const { span: of } = recorded();
    expect(of('part').parentSpanId).toBe(of('work').spanId);
    expect(ownFields(of('part'))).toEqual({ a: 1 });
  });
});
