import { beforeEach, expect, test } from 'vitest';
import { Instrument } from 'ttlog/decorators';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

class Account {
  private cents = 100;

  @Instrument()
  get balance(): number {
    return this.cents;
  }

  set balance(amount: number) {
    this.cents = amount;
  }
}

test('a legacy decorator is applied to the pair: getter and setter', () => {
  const account = new Account();
  account.balance = 5;
  expect(account.balance).toBe(5);
  expect(recorded().spans.map(({ message }) => message)).toEqual(['Account.balance', 'Account.balance']);
  expect(recorded().spans.map(ownFields)).toEqual([{ amount: 5 }, {}]);
});

test('the property stays what it was', () => {
  expect(Object.getOwnPropertyDescriptor(Account.prototype, 'balance')).toMatchObject({
    get: { name: 'get balance', length: 0 },
    set: { name: 'set balance', length: 1 },
    enumerable: false,
    configurable: true,
  });
});
