import { EventEmitter } from 'node:events';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { bindContext, currentContext, currentSpan, withContext, withSpan } from 'ttlog';

describe('bindContext', () => {
  test('runs in the context and the span of where it was bound', () => {
    const bound = withContext('a', 1, () =>
      withSpan('work', (work) => bindContext(() => [currentContext(), currentSpan() === work])),
    );
    expect(bound()).toEqual([{ a: 1 }, true]);
    expect(withContext('b', 2, bound)).toEqual([{ a: 1 }, true]);
    expect(currentContext()).toEqual({});
  });

  test('keeps this, arguments, result, name, length and errors', () => {
    function add(this: { base: number }, a: number, b: number): number {
      return this.base + a + b;
    }
    const bound = bindContext(add);
    expectTypeOf(bound).toEqualTypeOf<typeof add>();
    expect(bound.call({ base: 1 }, 2, 3)).toBe(6);
    expect([bound.name, bound.length]).toEqual(['add', 2]);
    const failing = bindContext(() => {
      throw null;
    });
    let caught: unknown = 'nothing';
    try {
      failing();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(null);
  });

  test('bound outside any scope it runs outside any scope', () => {
    const bound = bindContext(currentContext);
    expect(withContext('a', 1, bound)).toEqual({});
  });

  test('listeners run in the context of the emitter, unless they are bound', () => {
    const emitter = new EventEmitter();
    const seen: unknown[] = [];
    withContext('who', 'listener', () => {
      emitter.on('x', () => seen.push(currentContext()));
      emitter.on(
        'x',
        bindContext(() => seen.push(currentContext())),
      );
    });
    withContext('who', 'emitter', () => emitter.emit('x'));
    expect(seen).toEqual([{ who: 'emitter' }, { who: 'listener' }]);
  });

  test('so do those of EventTarget and AbortSignal', () => {
    const seen: unknown[] = [];
    const target = new EventTarget();
    const abort = new AbortController();
    withContext('who', 'listener', () => {
      target.addEventListener('x', () => seen.push(currentContext()));
      abort.signal.addEventListener(
        'abort',
        bindContext(() => seen.push(currentContext())),
      );
    });
    withContext('who', 'emitter', () => {
      target.dispatchEvent(new Event('x'));
      abort.abort();
    });
    expect(seen).toEqual([{ who: 'emitter' }, { who: 'listener' }]);
  });
});
