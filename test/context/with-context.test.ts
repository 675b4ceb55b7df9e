import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import { currentContext, info, withContext } from 'ttlog';
import { recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

describe('withContext', () => {
  test('takes fields, or a key and a value', () => {
    expect(withContext({ a: 1, b: 2 }, currentContext)).toEqual({ a: 1, b: 2 });
    expect(withContext('a', 1, currentContext)).toEqual({ a: 1 });
  });

  test('returns what the function returns', async () => {
    expect(withContext({ a: 1 }, () => 42)).toBe(42);
    const promise = Promise.resolve(42);
    expect(withContext({ a: 1 }, () => promise)).toBe(promise);
    expectTypeOf(withContext('a', 1, () => 'x')).toEqualTypeOf<string>();
    expectTypeOf(withContext({}, async () => 1)).toEqualTypeOf<Promise<number>>();
  });

  test('passes on what the function throws, and the outer context comes back', () => {
    const thrown = [new Error('no'), null, undefined, Object.freeze(new Error('frozen'))];
    withContext('outer', 1, () => {
      for (const value of thrown) {
        let caught: unknown = 'nothing';
        try {
          withContext('inner', 2, () => {
            throw value;
          });
        } catch (error) {
          caught = error;
        }
        expect(caught).toBe(value);
        expect(currentContext()).toEqual({ outer: 1 });
      }
    });
  });

  test('nests: the inner value wins and the outer one comes back', () => {
    withContext({ a: 1, b: 1 }, () => {
      expect(withContext('b', 2, () => withContext({ c: 3 }, currentContext))).toEqual({ a: 1, b: 2, c: 3 });
      expect(currentContext()).toEqual({ a: 1, b: 1 });
    });
    expect(currentContext()).toEqual({});
  });

  test('holds across await, timers, microtasks and ticks', async () => {
    const seen = await withContext('id', 7, async () => {
      const results: unknown[] = [currentContext()];
      await Promise.resolve();
      results.push(currentContext());
      await turn();
      results.push(currentContext());
      await delay(1);
      results.push(currentContext());
      await new Promise<void>((resolve) => {
        queueMicrotask(() => {
          results.push(currentContext());
          process.nextTick(() => {
            results.push(currentContext());
            resolve();
          });
        });
      });
      return results;
    });
    expect(seen).toEqual(Array.from({ length: 6 }, () => ({ id: 7 })));
  });

  test('200 at once do not see each other', async () => {
    const one = (id: number) =>
      withContext('id', id, async () => {
        await turn();
        const first = currentContext()['id'];
        const inner = await withContext('part', id * 2, async () => {
          await turn();
          return currentContext();
        });
        info('seen', { own: id });
        return first === id && inner['id'] === id && inner['part'] === id * 2;
      });
    const results = await Promise.all(Array.from({ length: 200 }, (_, id) => one(id)));
    expect(results).toEqual(Array.from({ length: 200 }, () => true));
    const events = recorded().events;
    expect(events).toHaveLength(200);
    for (const { values } of events) expect(values['id']).toBe(values['own']);
  });

  test('copies the fields at the call', () => {
    const fields: Record<string, unknown> = { a: 1 };
    withContext(fields, () => {
      fields['a'] = 2;
      fields['b'] = 3;
      expect(currentContext()).toEqual({ a: 1 });
    });
  });

  test('is on the records made in it, under the event and over the bindings', () => {
    withContext({ request_id: 'r-1', step: 'context' }, () => {
      info('with', { step: 'event' });
      withContext('step', 'inner', () => info('inner'));
    });
    info('without');
    expect(recorded().event('with').values).toEqual({ request_id: 'r-1', step: 'event' });
    expect(recorded().event('inner').values).toEqual({ request_id: 'r-1', step: 'inner' });
    expect(recorded().event('without').values).toEqual({});
  });

  test('redacts by name', () => {
    withContext({ password: 'hunter2', nested: { api_key: 'k' } }, () => info('login'));
    expect(recorded().event('login').values).toEqual({ password: '[Redacted]', nested: { api_key: '[Redacted]' } });
  });

  test('does not throw, whatever the fields are', () => {
    const throwing = {
      ok: 1,
      get bad(): never {
        throw new Error('boom');
      },
    };
    expect(withContext(throwing, currentContext)).toEqual({ ok: 1, bad: '[Throws: boom]' });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(Object.keys(withContext(proxy, currentContext))).toEqual(['fields']);
    expect(withContext(new Map([[1, 2]]), currentContext)).toEqual({ value: new Map([[1, 2]]) });
    expect(withContext(null as never, currentContext)).toEqual({ value: null });
    const hostile = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as object;
    const merged = withContext('b', 2, () => withContext(hostile, currentContext));
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(Object.keys(merged).sort()).toEqual(['__proto__', 'a', 'b']);
    expect('polluted' in {}).toBe(false);
  });
});
