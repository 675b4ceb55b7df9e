// Keys that two properties share, and flattening that never ends.
import 'reflect-metadata';
import { beforeEach, describe, expect, test } from 'vitest';
import { info } from 'ttlog';
import { Field, Fields } from 'ttlog/decorators';
import { recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

const invalid = (message: string): unknown => expect.objectContaining({ code: 'ERR_INVALID_FIELDS', message });

describe('two fields with one key are told when decorating', () => {
  test('by name, and the fix is named', () => {
    const declare = (): unknown => {
      @Fields()
      class Order {
        @Field({ name: 'id' }) order = 1;
        @Field({ name: 'id' }) invoice = 2;
      }
      return Order;
    };
    expect(declare).toThrow(
      invalid(
        'Expected the fields of Order to have keys of their own, got "id" for order and invoice. ' +
          "Give one of them another name: @Field({ name: '…' }).",
      ),
    );
  });

  test('by rename and unit', () => {
    const declare = (): unknown => {
      @Fields({ rename: 'snake_case' })
      class Reply {
        @Field({ unit: 'ms' }) duration = 1;
        @Field() durationMs = 2;
      }
      return Reply;
    };
    expect(declare).toThrow(expect.objectContaining({ code: 'ERR_INVALID_FIELDS' }));
  });

  test('with a getter of an ancestor', () => {
    @Fields()
    class Base {
      @Field({ name: 'total' }) get sum(): number {
        return 1;
      }
    }
    const declare = (): unknown => {
      @Fields()
      class Derived extends Base {
        @Field() total = 2;
      }
      return Derived;
    };
    expect(declare).toThrow(expect.objectContaining({ code: 'ERR_INVALID_FIELDS' }));
  });

  test('not where one of them is skipped, not chosen, or skipped at times', () => {
    @Fields({ only: ['a', 'c'] })
    class Chosen {
      @Field({ name: 'x' }) a = 1;
      @Field({ name: 'x' }) b = 2;
      @Field({ name: 'x', skip: true }) c = 3;
    }
    @Fields()
    class Either {
      @Field({ name: 'x', skip: (value: number) => value < 0 }) a = -1;
      @Field({ name: 'x', skip: (value: number) => value < 0 }) b = 2;
    }
    info('fields', { chosen: new Chosen(), either: new Either() });
    expect(recorded().event('fields').values).toEqual({ chosen: { x: 1 }, either: { x: 2 } });
    expect(recorded().events).toHaveLength(1);
  });
});

test('a key shared with a property that only instances have is a warning, once; the last one is recorded', () => {
  @Fields({ rename: 'snake_case' })
  class User {
    userId = 1;
    user_id = 2;
  }
  class Guest extends User {}
  for (const user of [new User(), new User(), new Guest(), new Guest()]) info('user', { user });
  const { events } = recorded();
  const users = events.filter(({ message }) => message === 'user');
  expect(users).toHaveLength(4);
  for (const { values } of users) expect(values).toEqual({ user: { user_id: 2 } });
  const warnings = events.filter(({ target }) => target === 'ttlog');
  expect(warnings.map(({ level, message, values }) => [level, message, values])).toEqual([
    [
      3,
      'Properties of User share a key; the last one is recorded',
      { key: 'user_id', properties: ['userId', 'user_id'] },
    ],
    [
      3,
      'Properties of Guest share a key; the last one is recorded',
      { key: 'user_id', properties: ['userId', 'user_id'] },
    ],
  ]);
});
