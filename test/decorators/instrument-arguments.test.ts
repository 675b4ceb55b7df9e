import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { info, setRecord } from 'ttlog';
import { Fields, Instrument } from 'ttlog/decorators';
import { replaceRing } from '../../src/core/ring-of-thread.js';
import { allowGeneration } from '../../src/decorators/generate.js';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(() => {
  setRecord('trace');
  startRecording();
});

@Fields()
class Order {
  constructor(readonly order_id: number) {}
}

type Arguments = [id?: unknown, name?: unknown, password?: unknown, amount?: unknown];

/** A class of its own, whose arguments go straight into the ring or, where code may not be made at run time, by way of an object. */
function makeShop(direct: boolean): (...args: Arguments) => void {
  class Shop {
    @Instrument()
    order(_id?: unknown, _name?: unknown, _password?: unknown, _amount?: unknown): void {}
  }
  const before = allowGeneration(direct);
  const shop = new Shop();
  shop.order(1);
  allowGeneration(before);
  return (...args) => shop.order(...args);
}

describe('arguments that go straight into the ring', () => {
  afterEach(() => {
    allowGeneration(true);
  });

  const argument = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.string({ maxLength: 300, unit: 'binary' }),
    fc.constantFrom('', 'again', 'again and again', -0, null, undefined, Symbol('x'), { plain: true }, [1]),
    fc.integer().map((id) => new Order(id)),
  );

  test('are recorded as those that take the way of an object', () => {
    const direct = makeShop(true);
    const byObject = makeShop(false);
    fc.assert(
      fc.property(fc.tuple(argument, argument, argument, argument), (args) => {
        startRecording();
        direct(...args);
        byObject(...args);
        const [one, other] = recorded().spans;
        expect(ownFields(one)).toEqual(ownFields(other));
        expect(Object.keys(one.values)).toEqual(Object.keys(other.values));
      }),
      { numRuns: 200 },
    );
  });

  test('are whole wherever in the ring they come', () => {
    replaceRing(128 * 1024);
    const direct = makeShop(true);
    for (let i = 0; i < 20_000; i++) direct(i, 'n'.repeat(i % 97), 's', i / 2);
    const { spans } = recorded();
    expect(spans.length).toBeGreaterThan(100);
    const first = spans[0].values['_id'] as number;
    spans.forEach((span, at) => {
      const i = first + at;
      const expected = { _id: i, _name: 'n'.repeat(i % 97), _password: '[Redacted]', _amount: i / 2 };
      expect(ownFields(span)).toEqual(expected);
    });
    expect(first + spans.length).toBe(20_000);
  });

  test('make way for what a proxy among them records when it is asked', () => {
    const direct = makeShop(true);
    const asking = new Proxy(
      {},
      {
        get() {
          info('asked', { deep: 'inside' });
          return undefined;
        },
      },
    );
    startRecording();
    direct(7, 'name', asking, 9);
    expect(ownFields(recorded().span('Shop.order'))).toEqual({ _id: 7, _name: 'name', _amount: 9 });
    const asked = recorded().events;
    expect(asked.length).toBeGreaterThan(0);
    for (const { values } of asked) expect(values).toEqual({ deep: 'inside' });
  });
});
