// One failure is one line at error level: the first span that somebody sees fail has it.
import { beforeEach, describe, expect, test } from 'vitest';
import { getLogger, setFilter, setLevel, setRecord, span, withSpan } from 'ttlog';
import type { SpanOptions } from 'ttlog';
import { recorded, startRecording } from '../support/recorded.js';

beforeEach(() => {
  setRecord('trace');
  setLevel('info');
  startRecording();
});

/** Levels of `inner` and `outer`, through both of which an error passes. */
function fail(inner: SpanOptions, outer: SpanOptions = {}): number[] {
  startRecording();
  const open = (name: string, options: SpanOptions, fn: () => void): void => withSpan(name, undefined, options, fn);
  const attempt = (): void =>
    open('outer', outer, () =>
      open('inner', inner, () => {
        throw new Error('card declined');
      }),
    );
  expect(attempt).toThrow('card declined');
  return ['inner', 'outer'].map((name) => recorded().span(name).level);
}

describe('an error that passes two spans', () => {
  test('has its line on the inner one', () => {
    expect(fail({})).toEqual([4, 1]);
    expect(fail({ err: 'warn' })).toEqual([3, 1]);
  });

  test('has it on the outer one where that of the inner one is below what is delivered', () => {
    expect(fail({ err: 'debug' })).toEqual([1, 4]);
    setLevel('error');
    expect(fail({ err: 'warn' })).toEqual([3, 4]);
  });

  test('keeps it on the inner one where that level is delivered', () => {
    setLevel('debug');
    expect(fail({ err: 'debug' })).toEqual([1, 1]);
  });

  test('whose target is silent: the next one with a voice tells it', () => {
    setFilter('info,db=off');
    const error = new Error('deadlock');
    getLogger('db').span('query').fail(error);
    span('order').fail(error);
    expect([recorded().span('query').level, recorded().span('order').level]).toEqual([4, 4]);
  });
});
