// `callback: true`: methods that answer by calling their last argument.
import { readFile } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, expect, test } from 'vitest';
import { currentSpan, info, setRecord, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { ownFields, recorded, startRecording, until } from '../support/recorded.js';

beforeEach(() => {
  setRecord('trace');
  startRecording();
});

type Done = (error: unknown, value?: number) => void;

class Store {
  factor = 10;

  @Instrument({ callback: true, ret: true })
  load(id: number, done: Done): string {
    info('loading');
    setImmediate(() => {
      info('loaded');
      done(id < 0 ? new RangeError('negative') : null, id * this.factor);
    });
    return 'started';
  }

  @Instrument({ callback: true })
  now(done: Done): void {
    done(null, 1);
  }

  @Instrument({ callback: true })
  run(body: (...args: any[]) => unknown, ...rest: unknown[]): unknown {
    return rest.length === 0 ? body() : body(...rest);
  }

  @Instrument({ callback: true, ret: true })
  maybe(id: number, done?: Done): Promise<number> | undefined {
    if (done === undefined) return Promise.resolve(id);
    done(null, id);
    return undefined;
  }

  @Instrument({ callback: true })
  async failing(_done: Done): Promise<void> {
    await turn();
    throw new Error('before the callback');
  }
}

const store = new Store();
const open = (): string[] => recorded().open.map(({ message }) => message);

test('the span ends when the callback is called, with what it is called with', async () => {
  let seen: unknown[] = [];
  const returned = withSpan('user', () =>
    store.load(7, function (this: unknown, ...args) {
      info('answered');
      seen = [this, args, currentSpan()?.name];
    }),
  );
  expect(returned).toBe('started');
  expect(open()).toEqual(['Store.load']);
  await until(() => seen.length > 0);
  expect(seen).toEqual([undefined, [null, 70], 'user']);
  const { span, event } = recorded();
  expect(ownFields(span('Store.load'))).toEqual({ id: 7, ret: 70 });
  expect(span('Store.load').parentSpanId).toBe(span('user').spanId);
  expect([event('loading').spanId, event('loaded').spanId]).toEqual(Array(2).fill(span('Store.load').spanId));
  expect(event('answered').spanId).toBe(span('user').spanId);
});

test('an error fails it, and is passed on as it is', async () => {
  const error = await new Promise((resolve) => void store.load(-1, resolve));
  expect(error).toBeInstanceOf(RangeError);
  expect(recorded().span('Store.load')).toMatchObject({
    outcome: 'error',
    level: 4,
    values: { err: { message: 'negative' } },
  });
});

test('util.promisify works as before', async () => {
  await expect(promisify(store.load.bind(store))(2)).resolves.toBe(20);
  const read = promisify((path: string, done: Done) => store.run(readFile, path, done));
  await expect(read('/nowhere')).rejects.toMatchObject({ code: 'ENOENT' });
  expect(recorded().spans.map(({ outcome }) => outcome)).toEqual(['ok', 'error']);
});

test('called at once, it ends at once; called again, it is only called', () => {
  let calls = 0;
  withSpan('user', (user) =>
    store.now(() => {
      calls++;
      expect(currentSpan()).toBe(user);
    }),
  );
  store.run(
    (done) => {
      (done as Done)(null);
      (done as Done)(new Error('late'));
    },
    () => calls++,
  );
  expect(calls).toBe(3);
  expect(recorded().spans.map(({ message, outcome }) => [message, outcome])).toEqual([
    ['Store.now', 'ok'],
    ['user', 'ok'],
    ['Store.run', 'ok'],
  ]);
});

test('the callback keeps its name, length and properties', () => {
  const callback = Object.assign(function named(_error: unknown, _a: unknown, _b: unknown): void {}, { tag: 1 });
  store.run((done) => {
    expect(done).not.toBe(callback);
    const { name, length, tag } = done as typeof callback;
    expect({ name, length, tag }).toEqual({ name: 'named', length: 3, tag: 1 });
    (done as Done)(null);
  }, callback);
  expect(recorded().spans).toHaveLength(1);
});

test('without a function as the last argument it is like any other method', async () => {
  await expect(store.maybe(7)).resolves.toBe(7);
  expect(ownFields(recorded().span('Store.maybe'))).toEqual({ id: 7, ret: 7 });
  expect(store.run(() => 5)).toBe(5);
});

test('what throws before it answers fails, sync or async', async () => {
  const error = new Error('thrown');
  expect(() =>
    store.run(
      () => {
        throw error;
      },
      () => {},
    ),
  ).toThrow(error);
  await expect(store.failing(() => {})).rejects.toThrow('before the callback');
  expect(recorded().spans.map(({ message, outcome }) => [message, outcome])).toEqual([
    ['Store.run', 'error'],
    ['Store.failing', 'error'],
  ]);
});

test('an error of the callback is the callback’s own', () => {
  const error = new Error('of the user');
  expect(() =>
    store.now(() => {
      throw error;
    }),
  ).toThrow(error);
  expect(recorded().span('Store.now').outcome).toBe('ok');
});

test('below what is recorded the method is given the very callback', () => {
  setRecord('info');
  const callback = (): void => {};
  let seen: unknown;
  store.run((done) => {
    seen = done;
  }, callback);
  expect(seen).toBe(callback);
  expect(recorded().spans).toEqual([]);
});

test('a callback that is never called ends its span when it is garbage', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  store.run(
    () => {},
    () => {},
  );
  expect(open()).toEqual(['Store.run']);
  await until(() => {
    gc();
    return open().length === 0;
  });
  expect(ownFields(recorded().span('Store.run'))).toMatchObject({ abandoned: true });
});
