import { beforeEach, expect, expectTypeOf, test } from 'vitest';
import { addContext, contextKey, currentContext, enterContext, info, withContext } from 'ttlog';
import { recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

const tenant = contextKey<'acme' | 'globex'>('tenant');
const user = contextKey<{ id: number }>('user');

test('a typed key is a field like any other', () => {
  withContext(tenant, 'acme', () => {
    expect(currentContext()).toEqual({ tenant: 'acme' });
    info('event');
  });
  expect(recorded().event('event').values).toEqual({ tenant: 'acme' });
});

test('reads the very value, the inner one before the outer', () => {
  const ada = { id: 1 };
  expect(tenant.get()).toBeUndefined();
  withContext(user, ada, () => {
    expect(user.get()).toBe(ada);
    withContext(tenant, 'globex', () => {
      expect(user.get()).toBe(ada);
      const entered = enterContext(user, { id: 2 });
      expect(user.get()).toEqual({ id: 2 });
      entered[Symbol.dispose]();
      expect(user.get()).toBe(ada);
      addContext(tenant, 'acme');
      expect(tenant.get()).toBe('acme');
    });
  });
  expect(user.get()).toBeUndefined();
});

test('a value of undefined shadows an outer one', () => {
  const maybe = contextKey<number | undefined>('maybe');
  expect(withContext(maybe, 1, () => withContext(maybe, undefined, () => maybe.get()))).toBeUndefined();
});

test('strings do the same, and two keys of one name are one', () => {
  withContext('tenant', 'acme', () => {
    expect(contextKey('tenant').get()).toBe('acme');
    addContext('step', 2);
    const entered = enterContext('job', 7);
    expect(currentContext()).toEqual({ tenant: 'acme', step: 2, job: 7 });
    entered[Symbol.dispose]();
  });
});

test('several at once', () => {
  expect(withContext({ ...tenant.of('acme'), ...user.of({ id: 1 }) }, currentContext)).toEqual({
    tenant: 'acme',
    user: { id: 1 },
  });
});

test('a name of an object’s own is no value', () => {
  expect(withContext('a', 1, () => contextKey('toString').get())).toBeUndefined();
  expect(withContext('__proto__', 'mine', () => contextKey('__proto__').get())).toBe('mine');
});

test('knows its type', () => {
  expectTypeOf(tenant.get()).toEqualTypeOf<'acme' | 'globex' | undefined>();
  expectTypeOf(withContext(tenant, 'acme', () => 7)).toEqualTypeOf<number>();
  // @ts-expect-error -- no tenant of this name
  withContext(tenant, 'umbrella', () => 7);
  // @ts-expect-error -- no user
  enterContext(user, 7)[Symbol.dispose]();
  // @ts-expect-error -- no user
  addContext(user, { id: 'x' });
});
