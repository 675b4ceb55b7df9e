// Names of parameters that the source does not have, and options that name none.
import { beforeEach, describe, expect, test } from 'vitest';
import { Instrument } from 'ttlog/decorators';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

const warnings = (): unknown[] =>
  recorded()
    .events.filter(({ target }) => target === 'ttlog')
    .map(({ level, message, values }) => [level, message, values]);

describe('params', () => {
  class Payments {
    @Instrument({ params: ['order_id', '', 'currency'] })
    charge(a: number, b: number, c: string, d: string): string {
      return `${a}${b}${c}${d}`;
    }

    @Instrument({ params: ['password'], args: ['password', 'card'] })
    pay(p: string, card: object): number {
      return p.length + Object.keys(card).length;
    }

    @Instrument({ params: ['card', 'order_id'] })
    patterns({ number }: { number: string }, [first]: number[]): string {
      return number + String(first);
    }
  }

  @Instrument({ params: { place: ['order_id'], find: ['text'] } })
  class Orders {
    place(a: number, b: string): string {
      return a + b;
    }
    static find(t: string): string {
      return t;
    }
    other(a: number): number {
      return a;
    }
  }

  test('are the names by position; strings under a written name are recorded', () => {
    new Payments().charge(7, 8, 'EUR', 'secret');
    expect(ownFields(recorded().span('Payments.charge'))).toEqual({ order_id: 7, b: 8, currency: 'EUR' });
  });

  test('other options and the redactor know them by it', () => {
    new Payments().pay('hunter2', { last4: '1234' });
    expect(ownFields(recorded().span('Payments.pay'))).toEqual({ password: '[Redacted]', card: { last4: '1234' } });
  });

  test('name patterns, which have no name of their own', () => {
    new Payments().patterns({ number: '4111' }, [1]);
    expect(ownFields(recorded().span('Payments.patterns'))).toEqual({});
  });

  test('on a class: by method', () => {
    new Orders().place(7, 'x');
    Orders.find('abc');
    new Orders().other(1);
    expect(recorded().spans.map(ownFields)).toEqual([{ order_id: 7 }, { text: 'abc' }, { a: 1 }]);
  });

  test('in the wrong form', () => {
    const invalid = expect.objectContaining({ code: 'ERR_INVALID_OPTION' });
    expect(() => {
      class Wrong {
        @Instrument({ params: { method: ['a'] } })
        method(a: number): number {
          return a;
        }
      }
      return Wrong;
    }).toThrow(invalid);
    expect(() => {
      @Instrument({ params: ['a'] })
      class Wrong {}
      return Wrong;
    }).toThrow(invalid);
    expect(() => {
      @Instrument({ params: { mehtod: ['a'] } })
      class Wrong {
        method(a: number): number {
          return a;
        }
      }
      return Wrong;
    }).toThrow('Expected exclude and params to be names of methods of Wrong, got "mehtod".');
  });
});

describe('names that no parameter has', () => {
  class Shop {
    @Instrument({ skip: ['crad'] })
    pay(order_id: number, card: string): string {
      return `${order_id} ${card}`;
    }

    @Instrument({ args: ['order'] })
    find(order_id: number): number {
      return order_id;
    }

    @Instrument({ skip: ['card'], args: ['order_id', 'rest'] })
    fine(order_id: number, card: string, ...rest: number[]): string {
      return `${order_id} ${card} ${rest.length}`;
    }
  }

  test('in skip: no argument is recorded, because one of them was not to be; one warning', () => {
    const shop = new Shop();
    shop.pay(7, '4111');
    shop.pay(8, '4111');
    expect(recorded().spans.map(ownFields)).toEqual([{}, {}]);
    expect(warnings()).toEqual([
      [3, '@Instrument names parameters that the method does not have', { method: 'pay', unknown: ['crad'] }],
    ]);
  });

  test('in args: a warning', () => {
    new Shop().find(7);
    expect(ownFields(recorded().span('Shop.find'))).toEqual({});
    expect(warnings()).toHaveLength(1);
  });

  test('names that there are say nothing', () => {
    new Shop().fine(7, '4111', 1, 2);
    expect(ownFields(recorded().span('Shop.fine'))).toEqual({ order_id: 7, rest: [1, 2] });
    expect(warnings()).toEqual([]);
  });

  test('in exclude: told when decorating; inherited ones are names, too', () => {
    class Base {
      secret(): number {
        return 1;
      }
    }
    @Instrument({ exclude: ['secret', 'make'] })
    class Fine extends Base {
      static make(): Fine {
        return new Fine();
      }
    }
    expect(Fine.make().secret()).toBe(1);
    expect(recorded().spans).toEqual([]);
    expect(() => {
      @Instrument({ exclude: ['secert'] })
      class Wrong extends Base {}
      return Wrong;
    }).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
  });
});
