// @Arg names parameters, and standard decorators know no parameters.
import { beforeEach, expect, test } from 'vitest';
import { Arg, Instrument } from 'ttlog/decorators';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

class Payments {
  @Instrument()
  charge(@Arg('order_id') a: number, @Arg('currency') b: string, c: string): string {
    return `${a}${b}${c}`;
  }

  @Instrument({ args: ['card'], skip: [] })
  pay(@Arg('card') a: object, b: number): number {
    return b + Object.keys(a).length;
  }

  @Instrument()
  static refund(@Arg('password') p: string): number {
    return p.length;
  }
}

@Instrument()
class Orders {
  place(@Arg('order_id') a: number): number {
    return a;
  }
}

test('names parameters, and strings under a written name are recorded', () => {
  new Payments().charge(7, 'EUR', 'secret');
  expect(ownFields(recorded().span('Payments.charge'))).toEqual({ order_id: 7, currency: 'EUR' });
});

test('options refer to the names it gives', () => {
  new Payments().pay({ last4: '1234' }, 1);
  expect(ownFields(recorded().span('Payments.pay'))).toEqual({ card: { last4: '1234' } });
});

test('on statics, redacted like everything else', () => {
  Payments.refund('hunter2');
  expect(ownFields(recorded().span('Payments.refund'))).toEqual({ password: '[Redacted]' });
});

test('inside an instrumented class', () => {
  new Orders().place(7);
  expect(ownFields(recorded().span('Orders.place'))).toEqual({ order_id: 7 });
});
