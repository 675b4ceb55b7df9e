import { describe, expect, test } from 'vitest';
import { readArguments, readErrorArguments } from '../../src/nestjs/nest-log-arguments.js';

class Shop {
  readonly open = true;
}

const STACK = 'TypeError: boom\n    at charge (/srv/shop/payments.js:10:5)\n    at main (/srv/shop/main.js:1:1)';

describe('log, warn, debug and verbose', () => {
  test.each([
    ['a message', ['m'], { message: 'm', fields: undefined, context: undefined }],
    ['a message and the context', ['m', 'Orders'], { message: 'm', fields: undefined, context: 'Orders' }],
    ['an object behind the message', ['m', { a: 1 }, 'Orders'], { message: 'm', fields: { a: 1 }, context: 'Orders' }],
    [
      'several objects',
      ['m', { a: 1, b: 1 }, { b: 2 }, 'Orders'],
      { message: 'm', fields: { a: 1, b: 2 }, context: 'Orders' },
    ],
    ['an object without a context', ['m', { a: 1 }], { message: 'm', fields: { a: 1 }, context: undefined }],
    [
      'an object, then the message',
      [{ a: 1 }, 'm', 'x', 'Orders'],
      { message: 'm', fields: { a: 1, params: ['x'] }, context: 'Orders' },
    ],
    ['an object as the message', [{ a: 1 }, 'Orders'], { message: '', fields: { a: 1 }, context: 'Orders' }],
    [
      'other values',
      ['m', 7, 'x', [1], 'Orders'],
      { message: 'm', fields: { params: [7, 'x', [1]] }, context: 'Orders' },
    ],
    ['both', ['m', { a: 1 }, 7, 'Orders'], { message: 'm', fields: { a: 1, params: [7] }, context: 'Orders' }],
    ['a number as the message', [42, 'Orders'], { message: '42', fields: undefined, context: 'Orders' }],
    ['nothing', [undefined], { message: 'undefined', fields: undefined, context: undefined }],
    ['null', [null, 'Orders'], { message: 'null', fields: undefined, context: 'Orders' }],
    ['a list as the message', [[1, 2], 'Orders'], { message: '1,2', fields: undefined, context: 'Orders' }],
    ['an undefined param', ['m', undefined, 'Orders'], { message: 'm', fields: undefined, context: 'Orders' }],
    ['a function as the message', [() => 'm', 'Orders'], { message: 'm', fields: undefined, context: 'Orders' }],
    ['a class as the message', [Shop, 'Orders'], { message: 'Shop', fields: undefined, context: 'Orders' }],
  ])('%s', (_what, [message, ...rest], expected) => {
    expect(readArguments(message, rest)).toEqual(expected);
  });

  test('an Error is `err`, as the message and behind one', () => {
    const error = new Error('boom');
    expect(readArguments(error, ['Orders'])).toEqual({ message: 'boom', fields: { err: error }, context: 'Orders' });
    expect(readArguments('m', [error, 'Orders'])).toEqual({ message: 'm', fields: { err: error }, context: 'Orders' });
  });

  test('a second Error is not lost', () => {
    const [first, second] = [new Error('1'), new Error('2')];
    expect(readArguments('m', [first, second]).fields).toEqual({ err: first, params: [second] });
  });

  test('the objects of the caller stay as they are', () => {
    const fields = Object.freeze({ a: 1 });
    readArguments('m', [fields, { b: 2 }, 'Orders']);
    expect(fields).toEqual({ a: 1 });
  });

  test('a message that cannot be read says so', () => {
    const hostile = () => {
      throw new Error('no');
    };
    expect(readArguments(hostile, []).message).toBe('[Throws: no]');
  });
});

describe('error and fatal', () => {
  const errOf = (call: { fields: Record<string, unknown> | undefined }) => {
    const err = call.fields!['err'] as Error;
    expect(err).toBeInstanceOf(Error);
    return { name: err.name, message: err.message, stack: err.stack };
  };
  const boom = { name: 'TypeError', message: 'boom', stack: STACK };

  test('a message alone', () => {
    expect(readErrorArguments('m', [])).toEqual({ message: 'm', fields: undefined, context: undefined });
  });

  test("the facade's undefined in the place of the stack", () => {
    expect(readErrorArguments('m', [undefined, 'Orders'])).toEqual({
      message: 'm',
      fields: undefined,
      context: 'Orders',
    });
  });

  test('a context without a stack', () => {
    expect(readErrorArguments('m', ['Orders'])).toEqual({ message: 'm', fields: undefined, context: 'Orders' });
  });

  test('a stack and the context', () => {
    const call = readErrorArguments('m', [STACK, 'Orders']);
    expect(call).toMatchObject({ message: 'm', context: 'Orders' });
    expect(errOf(call)).toEqual(boom);
  });

  test('a stack alone', () => {
    const call = readErrorArguments('m', [STACK]);
    expect(call).toMatchObject({ message: 'm', context: undefined });
    expect(errOf(call)).toEqual(boom);
  });

  test('a context before the stack', () => {
    const call = readErrorArguments('m', [{ a: 1 }, 'Orders', STACK]);
    expect(call).toMatchObject({ message: 'm', context: 'Orders', fields: { a: 1 } });
    expect(errOf(call)).toEqual(boom);
  });

  test('what stands in the place of the stack and is none', () => {
    const call = readErrorArguments('m', ['connection reset', 'Orders']);
    expect(call).toMatchObject({ message: 'm', context: 'Orders' });
    expect(errOf(call)).toMatchObject({ name: 'Error', message: 'connection reset' });
  });

  test('an Error, with its own stack passed besides', () => {
    const error = new Error('boom');
    const expected = { message: 'boom', fields: { err: error }, context: 'Orders' };
    expect(readErrorArguments(error, ['Orders'])).toEqual(expected);
    expect(readErrorArguments(error, [undefined, 'Orders'])).toEqual(expected);
    expect(readErrorArguments(error, [error.stack, 'Orders'])).toEqual(expected);
    expect(readErrorArguments(error, [error.stack])).toEqual({ ...expected, context: undefined });
  });

  test('an Error or fields, then the message', () => {
    const error = new Error('boom');
    expect(readErrorArguments(error, ['m', 'Orders'])).toEqual({
      message: 'm',
      fields: { err: error },
      context: 'Orders',
    });
    expect(readErrorArguments({ a: 1 }, ['m', 'Orders'])).toEqual({
      message: 'm',
      fields: { a: 1 },
      context: 'Orders',
    });
  });

  test('a message, an Error and fields', () => {
    const error = new Error('boom');
    expect(readErrorArguments('m', [error, { a: 1 }, 'Orders'])).toEqual({
      message: 'm',
      fields: { err: error, a: 1 },
      context: 'Orders',
    });
  });
});
