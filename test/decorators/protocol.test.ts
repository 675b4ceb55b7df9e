import { describe, expect, test } from 'vitest';
import { TtlogError } from 'ttlog';
import { Arg, Instrument } from 'ttlog/decorators';

const loose = (...args: unknown[]): unknown => Reflect.apply(Instrument(), undefined, args);

function thrown(run: () => unknown): TtlogError {
  try {
    run();
  } catch (error) {
    if (error instanceof TtlogError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('wrong use is told when decorating', () => {
  const descriptor = { value: 1, writable: true, enumerable: true, configurable: true };
  class Shop {
    x = 1;
  }

  test.each<[string, () => unknown, string]>([
    ['a field (legacy)', () => loose(Shop.prototype, 'x'), 'got the field x'],
    ['a field (legacy, undefined descriptor)', () => loose(Shop.prototype, 'x', undefined), 'got the field x'],
    ['a field (Babel)', () => loose(Shop.prototype, 'x', { initializer: null }), 'got the field x'],
    ['a property (legacy)', () => loose(Shop.prototype, 'x', descriptor), 'got the property x'],
    ['a parameter', () => loose(Shop.prototype, 'x', 0), 'got parameter 0 of x'],
    ['a parameter of the constructor', () => loose(Shop, undefined, 0), 'got a parameter of the constructor'],
    ['a field (standard)', () => loose(undefined, { kind: 'field', name: 'x' }), 'got the field x'],
    ['something', () => loose(3), 'got a value of type number'],
    ['nothing', () => loose(null, 'x'), 'got null'],
  ])('%s', (_what, run, got) => {
    const { code, message } = thrown(run);
    expect(code).toBe('ERR_INVALID_DECORATOR_TARGET');
    expect(message).toBe(
      `Expected @Instrument() to be applied to a class, a method, a getter, a setter, ${got}. Put it on one of these, or take it away.`,
    );
  });

  test('without parentheses', () => {
    for (const args of [[Shop], [Shop.prototype, 'x', descriptor], [() => {}, { kind: 'method', name: 'x' }]]) {
      const { code, message } = thrown(() => Reflect.apply(Instrument, undefined, args));
      expect(code).toBe('ERR_INVALID_DECORATOR_TARGET');
      expect(message).toBe('Expected @Instrument() to be called, got it applied as it is. Write @Instrument().');
    }
  });

  test('@Arg on anything but a parameter of a method', () => {
    for (const args of [[Shop], [Shop, undefined, 0], [() => {}, { kind: 'method', name: 'x' }]]) {
      expect(thrown(() => Reflect.apply(Arg('id'), undefined, args)).code).toBe('ERR_INVALID_DECORATOR_TARGET');
    }
    expect(thrown(() => Arg('')(Shop.prototype, 'x', 0)).message).toContain('no name');
  });
});
