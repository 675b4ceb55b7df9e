// The options `args` and `skip`: which arguments are recorded.
import { beforeEach, describe, expect, test } from 'vitest';
import { Fields, Instrument } from 'ttlog/decorators';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

describe('args and skip', () => {
  class Money {
    constructor(
      readonly amount: number,
      readonly currency: string,
    ) {}
  }

  @Fields()
  class Order {
    constructor(
      readonly id: number,
      readonly total: Money,
    ) {}
  }

  class Shop {
    @Instrument()
    byDefault(
      count: number,
      big: bigint,
      flag: boolean,
      text: string,
      order: Order,
      money: Money,
      list: number[],
      nothing: null,
      missing: undefined,
      callback: () => void,
      when: Date,
    ): number {
      return [count, big, flag, text, order, money, list, nothing, missing, callback, when].length;
    }

    @Instrument({ args: false })
    none(id: number): number {
      return id;
    }

    @Instrument({ args: ['money', 'list', 'rest', 'callback'] })
    asked(id: number, money: Money, list: number[], callback: () => void, ...rest: string[]): number {
      return [id, money, list, callback, rest].length;
    }

    @Instrument({ skip: ['card'] })
    skipped(order_id: number, card: string): string {
      return `${order_id} ${card}`;
    }

    @Instrument()
    sensitive(user: string, password: string, max_tokens: number): string {
      return user + password + String(max_tokens);
    }

    @Instrument()
    patterns(
      { id }: { id: number },
      [first]: number[],
      amount = 3,
      /* a comment, with a comma */ currency = 'EUR (€), "x"',
      ...others: number[]
    ): number {
      return [id, first, amount, currency, others].length;
    }

    @Instrument()
    minified(a: number, b: string): string {
      return `${a}${b}`;
    }
  }

  test('numbers, booleans, strings and @Fields objects are recorded under the names of the parameters', () => {
    const order = new Order(7, new Money(9.5, 'EUR'));
    new Shop().byDefault(1, 2n, true, 'x', order, order.total, [1], null, undefined, () => {}, new Date());
    expect(ownFields(recorded().span('Shop.byDefault'))).toEqual({
      count: 1,
      big: 2n,
      flag: true,
      text: 'x',
      order: { id: 7, total: { amount: 9.5, currency: 'EUR' } },
    });
  });

  test('strings are cut at 128 characters', () => {
    new Shop().skipped(1, 'x');
    new Shop().sensitive('u'.repeat(1000), '', 1);
    expect(recorded().span('Shop.sensitive').values['user']).toBe('u'.repeat(128));
  });

  test('none where args is false', () => {
    new Shop().none(7);
    expect(ownFields(recorded().span('Shop.none'))).toEqual({});
  });

  test('those asked for by name, whatever they are', () => {
    new Shop().asked(7, new Money(1, 'EUR'), [1, 2], () => {}, 'a', 'b');
    expect(ownFields(recorded().span('Shop.asked'))).toEqual({
      money: { amount: 1, currency: 'EUR' },
      list: [1, 2],
      rest: ['a', 'b'],
    });
  });

  test('skip leaves some out', () => {
    new Shop().skipped(7, '4111');
    expect(ownFields(recorded().span('Shop.skipped'))).toEqual({ order_id: 7 });
  });

  test('sensitive names are redacted', () => {
    new Shop().sensitive('ada', 'hunter2', 100);
    expect(ownFields(recorded().span('Shop.sensitive'))).toEqual({
      user: 'ada',
      password: '[Redacted]',
      max_tokens: 100,
    });
  });

  test('patterns, defaults, comments and rest parameters', () => {
    new Shop().patterns({ id: 1 }, [2], undefined, 'USD', 5, 6);
    expect(ownFields(recorded().span('Shop.patterns'))).toEqual({ currency: 'USD' });
  });

  test('where names look minified, strings are not captured', () => {
    new Shop().minified(7, 'secret');
    expect(ownFields(recorded().span('Shop.minified'))).toEqual({ a: 7 });
  });

  test('where the source cannot be read, strings are not captured', () => {
    class Bound {
      run(_id: number, _text: string): number {
        return 1;
      }
    }
    const { run } = Bound.prototype;
    Object.defineProperty(Bound.prototype, 'run', { value: run.bind(null), configurable: true, writable: true });
    Instrument()(Bound);
    expect(new Bound().run(7, 'secret')).toBe(1);
    expect(ownFields(recorded().span('Bound.run'))).toEqual({ arg0: 7 });
  });

  test('what is recorded is what it was at the call', () => {
    class Mutator {
      @Instrument({ args: ['list'] })
      push(list: number[]): number {
        return list.push(4);
      }
    }
    new Mutator().push([1]);
    expect(ownFields(recorded().span('Mutator.push'))).toEqual({ list: [1] });
  });

  test('hostile arguments change nothing', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const shop = new Shop() as unknown as { byDefault: (...args: unknown[]) => number };
    expect(shop.byDefault(1, proxy, Object.create(null), Symbol('x'))).toBe(11);
    expect(ownFields(recorded().span('Shop.byDefault'))).toEqual({ count: 1 });
  });
});
