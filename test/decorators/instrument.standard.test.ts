// What standard decorators can do and legacy ones cannot.
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { info } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

class Account {
  static opened = 0;
  #cents = 100;

  @Instrument()
  #withdraw(amount: number): number {
    info('withdrawing');
    this.#cents -= amount;
    return this.#cents;
  }

  @Instrument()
  async #later(amount: number): Promise<number> {
    await turn();
    return this.#withdraw(amount);
  }

  @Instrument()
  static #count(): number {
    return ++Account.opened;
  }

  @Instrument()
  get #half(): number {
    return this.#cents / 2;
  }

  @Instrument()
  set limit(amount: number) {
    this.#cents = Math.min(this.#cents, amount);
  }

  @Instrument()
  accessor owner = 'ada';

  pay(amount: number): number {
    return this.#withdraw(amount);
  }

  payLater(amount: number): Promise<number> {
    return this.#later(amount);
  }

  half(): number {
    return this.#half;
  }

  static open(): number {
    return Account.#count();
  }
}

test('a #private method', () => {
  expect(new Account().pay(30)).toBe(70);
  const { span, event } = recorded();
  expect(span('Account.#withdraw')).toMatchObject({ target: 'Account' });
  expect(ownFields(span('Account.#withdraw'))).toEqual({ amount: 30 });
  expect(event('withdrawing').spanId).toBe(span('Account.#withdraw').spanId);
});

test('an async #private method', async () => {
  await expect(new Account().payLater(30)).resolves.toBe(70);
  const { span } = recorded();
  expect(span('Account.#withdraw').parentSpanId).toBe(span('Account.#later').spanId);
});

test('a static #private method and a #private getter', () => {
  expect(Account.open()).toBe(1);
  expect(new Account().half()).toBe(50);
  expect(recorded().spans.map(({ message }) => message)).toEqual(['Account.#count', 'Account.#half']);
});

test('a setter alone', () => {
  new Account().limit = 10;
  expect(ownFields(recorded().span('Account.limit'))).toEqual({ amount: 10 });
});

test('an auto-accessor', () => {
  const account = new Account();
  account.owner = 'eve';
  expect(account.owner).toBe('eve');
  expect(recorded().spans.map(({ message }) => message)).toEqual(['Account.owner', 'Account.owner']);
});

test('called without its object, a method has no class yet; later calls find it', () => {
  class Loose {
    @Instrument()
    method(this: unknown): string {
      return typeof this;
    }
  }
  expect(Loose.prototype.method.call(undefined)).toBe('undefined');
  expect(new Loose().method()).toBe('object');
  expect(recorded().spans.map(({ message, target }) => [message, target])).toEqual([
    ['method', 'app'],
    ['Loose.method', 'Loose'],
  ]);
});
