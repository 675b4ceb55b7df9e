// What compiles and what does not, under both kinds of decorators. The assertions are made by tsc; the test runs the same code.
import { expect, expectTypeOf, test } from 'vitest';
import { info } from 'ttlog';
import { Field, Fields } from 'ttlog/decorators';
import { recorded, startRecording } from '../support/recorded.js';

@Fields({ rename: 'snake_case' })
class Payment {
  amount = 7;

  @Field({
    redact(iban) {
      expectTypeOf(iban).toEqualTypeOf<string>();
      return iban.slice(-4);
    },
  })
  iban = 'DE89370400440532013000';

  @Field({
    skip(retries, payment) {
      expectTypeOf(retries).toEqualTypeOf<number | undefined>();
      expectTypeOf(payment).toEqualTypeOf<Payment>();
      return retries === undefined || payment.amount === 0;
    },
  })
  retries: number | undefined = 1;

  @Field({ redact: (card: string) => card.length }) annotated = '4111';
  @Field({ skip: (value: unknown) => value === null }) wider: string | null = null;
  @Field({ redact: 'hash', unit: 'ms' }) readonly duration: number = 1;
  @Field({ skip: (value: string) => value === '' }) private hidden = '';
  @Field({ skip: true }) protected raw = '';

  @Field({
    redact(total) {
      expectTypeOf(total).toEqualTypeOf<number>();
      return total.toFixed(2);
    },
  })
  get total(): number {
    return this.amount + this.hidden.length + this.raw.length;
  }

  // @ts-expect-error -- a text is no number
  @Field({ redact: (iban: number) => iban.toFixed() }) wrong = 'DE89';

  // @ts-expect-error -- another class
  @Field({ skip: (_value, payment: Date) => payment.getTime() > 0 }) wrongInstance = 1;

  // @ts-expect-error -- a number is no text
  @Field({ redact: (total: string) => total.length })
  get wrongTotal(): number {
    return 1;
  }
}

const secret = Field({ redact: (text: string) => text.length });

class Shared {
  @secret text = 'abc';
  // @ts-expect-error -- the shared decorator takes texts
  @secret count = 1;
}

test('the decorators of this file type-check; the wrong ones do not', () => {
  startRecording();
  info(new Payment(), 'x');
  expect(recorded().event('x').values).toMatchObject({
    amount: 7,
    iban: '3000',
    retries: 1,
    annotated: 4,
    total: '7.00',
  });
  expect(Object.keys(new Shared())).toEqual(['text', 'count']);
});

test('wrong options', () => {
  // @ts-expect-error -- no such style
  expect(() => Fields({ rename: 'lower' })).toThrow('rename');
  // @ts-expect-error -- a text
  expect(() => Fields({ prefix: 1 })).toThrow('prefix');
  // @ts-expect-error -- no such option
  expect(() => Field({ rename: 'x' })).toThrow('rename');
  // @ts-expect-error -- true, or 'prefix'
  expect(() => Field({ flatten: 'yes' })).toThrow('flatten');
  // @ts-expect-error -- no such form
  expect(() => Field({ as: 'json' })).toThrow('as');
});

test('a method is no place for @Field, a property none for @Fields', () => {
  expect(() => {
    class Wrong {
      // @ts-expect-error -- a property
      @Fields()
      a = 1;
    }
    return Wrong;
  }).toThrow('@Fields()');
});
