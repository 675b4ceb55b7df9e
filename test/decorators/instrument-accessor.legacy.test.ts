// A legacy decorator on one half of a pair of accessors is applied to both; a standard one to its own.
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
  const descriptor = Object.getOwnPropertyDescriptor(Account.prototype, 'balance');
  expect(descriptor).toHaveProperty('get.name', 'get balance');
  expect(descriptor).toHaveProperty('get.length', 0);
  expect(descriptor).toHaveProperty('set.name', 'set balance');
  expect(descriptor).toHaveProperty('set.length', 1);
  expect(descriptor).toMatchObject({ enumerable: false, configurable: true });
});
