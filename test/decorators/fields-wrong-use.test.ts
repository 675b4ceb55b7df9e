import { expect, describe, test } from 'vitest';
import { info } from 'ttlog';
import { Field, Fields } from 'ttlog/decorators';
import { recorded, startRecording } from '../support/recorded.js';

describe('wrong use', () => {
  class Empty {
    a = 1;
  }
  const descriptor = { value: () => 1, writable: true, enumerable: false, configurable: true };

  test.each<[string, () => unknown]>([
    ['@Fields on a method', () => Reflect.apply(Fields(), undefined, [{}, 'x', descriptor])],
    [
      '@Fields on a standard method',
      () => Reflect.apply(Fields(), undefined, [() => {}, { kind: 'method', name: 'x' }]),
    ],
    ['@Fields without parentheses', () => Reflect.apply(Fields, undefined, [Empty])],
    ['@Field on a class', () => Reflect.apply(Field(), undefined, [Empty])],
    ['@Field on a method', () => Reflect.apply(Field(), undefined, [{}, 'x', descriptor])],
    ['@Field on a static', () => Reflect.apply(Field(), undefined, [Empty, 'x'])],
    ['@Field on a symbol', () => Reflect.apply(Field(), undefined, [{}, Symbol('x')])],
    [
      '@Field on a #private field',
      () => Reflect.apply(Field(), undefined, [undefined, { kind: 'field', name: '#x', private: true }]),
    ],
    ['@Field without parentheses', () => Reflect.apply(Field, undefined, [{}, 'x'])],
  ])('%s', (_what, use) => {
    expect(use).toThrow(expect.objectContaining({ code: 'ERR_INVALID_DECORATOR_TARGET' }));
  });

  test.each<[string, () => unknown]>([
    ['rename', () => Reflect.apply(Fields, undefined, [{ rename: 'x' }])],
    ['prefix', () => Reflect.apply(Fields, undefined, [{ prefix: 1 }])],
    ['only', () => Reflect.apply(Fields, undefined, [{ only: 'id' }])],
    ['version', () => Reflect.apply(Fields, undefined, [{ version: '1' }])],
    ['groups', () => Reflect.apply(Fields, undefined, [{ groups: 'x' }])],
    ['an option of @Fields()', () => Reflect.apply(Fields, undefined, [{ x: 1 }])],
    ['name', () => Reflect.apply(Field, undefined, [{ name: '' }])],
    ['skip', () => Reflect.apply(Field, undefined, [{ skip: 'yes' }])],
    ['redact', () => Reflect.apply(Field, undefined, [{ redact: 'yes' }])],
    ['flatten', () => Reflect.apply(Field, undefined, [{ flatten: 'yes' }])],
    ['as', () => Reflect.apply(Field, undefined, [{ as: 'yes' }])],
    ['unit', () => Reflect.apply(Field, undefined, [{ unit: '' }])],
    ['an option of @Field()', () => Reflect.apply(Field, undefined, [{ x: 1 }])],
  ])('option %s', (name, use) => {
    expect(use).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTION',
        message: expect.stringContaining(`Expected ${name} to be`),
      }),
    );
  });
});

test('standard decorators without metadata: what a field is called is learnt from the first instance', () => {
  const initializers: ((this: unknown) => void)[] = [];
  const context = {
    kind: 'field',
    name: 'a',
    static: false,
    private: false,
    addInitializer: (initializer: (this: unknown) => void) => initializers.push(initializer),
  };
  Reflect.apply(Field({ name: 'renamed' }), undefined, [undefined, context]);
  class Base {
    a = 1;
    constructor() {
      for (const initializer of initializers) initializer.call(this);
    }
  }
  class Derived extends Base {
    b = 2;
  }
  Reflect.apply(Fields(), undefined, [Derived, { kind: 'class', name: 'Derived' }]);
  startRecording();
  info(new Derived(), 'fields');
  expect(recorded().event('fields').values).toEqual({ renamed: 1, b: 2 });
});
