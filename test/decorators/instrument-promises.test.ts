import { setImmediate as turn } from 'node:timers/promises';
import { createContext, runInContext } from 'node:vm';
import { beforeEach, describe, expect, test } from 'vitest';
import { currentSpan, info, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

class Cancellable<T> extends Promise<T> {
  isCancelled = false;
  cancel(): void {
    this.isCancelled = true;
  }
}

class Service {
  @Instrument()
  call(work: () => unknown): unknown {
    return work();
  }

  @Instrument()
  async fails(reason: () => unknown): Promise<never> {
    await turn();
    throw reason();
  }
}

const service = new Service();
const openNames = (): string[] => recorded().open.map(({ message }) => message);

describe('promises', () => {
  test('one of another realm ends the span when it settles', async () => {
    const realm = createContext({ turn });
    const foreign = runInContext('(async () => { await turn(); return 42; })()', realm) as Promise<number>;
    expect(foreign).not.toBeInstanceOf(Promise);
    const promise = service.call(() => foreign) as Promise<number>;
    expect(openNames()).toEqual(['Service.call']);
    await expect(promise).resolves.toBe(42);
    expect(recorded().span('Service.call').outcome).toBe('ok');
  });

  test('a subclass stays one', async () => {
    const made = new Cancellable<number>((resolve) => void setImmediate(resolve, 42));
    const promise = service.call(() => made) as Cancellable<number>;
    expect(promise).toBeInstanceOf(Cancellable);
    promise.cancel();
    expect(openNames()).toEqual(['Service.call']);
    await expect(promise).resolves.toBe(42);
    expect(recorded().span('Service.call').outcome).toBe('ok');
  });

  test('a rejection fails the span, with the same value', async () => {
    const error = new Error('no');
    await expect(service.fails(() => error)).rejects.toBe(error);
    expect(recorded().span('Service.fails')).toMatchObject({ outcome: 'error', level: 4 });
  });

  test.each([[null], [undefined], [Object.freeze(new Error('frozen'))], [Symbol('s')], [0]])(
    'throwing %s',
    async (reason) => {
      let caught: unknown = 'nothing';
      try {
        service.call(() => {
          throw reason;
        });
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(reason);
      const rejection = await service.fails(() => reason).catch((error: unknown) => [error]);
      expect(rejection).toEqual([reason]);
      expect(rejection[0]).toBe(reason);
      expect(recorded().spans.map(({ outcome }) => outcome)).toEqual(['error', 'error']);
    },
  );

  test('an unhandled rejection stays one, and only one', async () => {
    const seen: unknown[] = [];
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => seen.push(reason));
    const error = new Error('nobody cares');
    try {
      void service.fails(() => error);
      for (let i = 0; i < 10; i++) await turn();
      expect(seen).toEqual([error]);
      void service.fails(() => error).catch(() => {});
      for (let i = 0; i < 10; i++) await turn();
      expect(seen).toEqual([error]);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
  });

  test('costs at most one microtask', async () => {
    const order: string[] = [];
    class Pair {
      async bare(): Promise<void> {}
      @Instrument()
      async spanned(): Promise<void> {}
    }
    const pair = new Pair();
    const ticks = (async () => {
      for (let i = 0; i < 6; i++) {
        await Promise.resolve();
        order.push(`tick ${i}`);
      }
    })();
    void pair.bare().then(() => order.push('bare'));
    void pair.spanned().then(() => order.push('spanned'));
    await ticks;
    const tick = (name: string): number => order.slice(0, order.indexOf(name)).length;
    expect(order.indexOf('bare')).toBe(1);
    expect(tick('spanned') - tick('bare')).toBeLessThanOrEqual(2);
    expect(order.slice(0, 4)).toEqual(['tick 0', 'bare', 'tick 1', 'spanned']);
  });

  test('callers stay in the stack of an async error', async () => {
    async function theCaller(): Promise<void> {
      await service.fails(() => new Error('no'));
    }
    const error: unknown = await theCaller().catch((reason: unknown) => reason);
    expect((error as Error).stack).toContain('theCaller');
  });

  test('sync stays sync', () => {
    expect(service.call(() => 42)).toBe(42);
    const result = { then: undefined };
    expect(service.call(() => result)).toBe(result);
    expect(recorded().spans).toHaveLength(2);
  });
});

/** As query builders are: nothing happens until somebody calls `then`. */
class Query<T> {
  executed = 0;
  readonly seenSpans: (string | undefined)[] = [];

  constructor(private readonly run: () => Promise<T>) {}

  where(): this {
    return this;
  }

  then<A, B>(onOk?: (value: T) => A, onError?: (error: unknown) => B): Promise<A | B> {
    this.executed++;
    this.seenSpans.push(currentSpan()?.name);
    return this.run().then(onOk, onError);
  }
}

describe('lazy thenables', () => {
  class Repository {
    @Instrument()
    find(query: Query<unknown>): Query<unknown> {
      return query;
    }

    @Instrument()
    findLike(query: Query<unknown>): Query<unknown> {
      return this.find(query).where();
    }
  }
  const repository = new Repository();

  test('are handed back untouched and not executed', async () => {
    const query = new Query(async () => 42);
    const result = repository.find(query);
    expect(result).toBe(query);
    await turn();
    expect(query.executed).toBe(0);
    expect(Object.keys(query).sort()).toEqual(['executed', 'run', 'seenSpans']);
    expect(openNames()).toEqual(['Repository.find']);
  });

  test('are timed when their user awaits them, once, inside the span', async () => {
    const query = new Query(async () => {
      info('executing');
      await turn();
      return 42;
    });
    await expect(withSpan('user', async () => repository.find(query).where())).resolves.toBe(42);
    expect(query).toMatchObject({ executed: 1, seenSpans: ['Repository.find'] });
    const { span, event } = recorded();
    expect(span('Repository.find')).toMatchObject({ outcome: 'ok', parentSpanId: span('user').spanId });
    expect(event('executing').spanId).toBe(span('Repository.find').spanId);
  });

  test('callbacks of the user run in the scope of the user', async () => {
    const query = new Query(async () => 42);
    await withSpan('user', async () => {
      await repository.find(query).then(() => info('callback'));
    });
    expect(recorded().event('callback').spanId).toBe(recorded().span('user').spanId);
  });

  test('executed again they are their own', async () => {
    const query = new Query(async () => 42);
    const result = repository.find(query);
    expect([await result, await result]).toEqual([42, 42]);
    expect(query.executed).toBe(2);
    expect(Object.hasOwn(query, 'then')).toBe(false);
    expect(recorded().spans).toHaveLength(1);
  });

  test('a failure fails the span, and is rejected as the same value', async () => {
    const error = new Error('no');
    const query = new Query(() => Promise.reject(error));
    await expect(repository.find(query).then()).rejects.toBe(error);
    const handled = await repository.find(query).then(undefined, (reason) => [reason]);
    expect(handled).toEqual([error]);
    expect(recorded().spans.map(({ outcome }) => outcome)).toEqual(['error', 'error']);
  });

  test('handed on by another instrumented method, both spans wait for it', async () => {
    const query = new Query(async () => 42);
    await expect(repository.findLike(query).then((value) => value)).resolves.toBe(42);
    const { span, spans } = recorded();
    expect(spans.map(({ message }) => message)).toEqual(['Repository.find', 'Repository.findLike']);
    expect(span('Repository.find').parentSpanId).toBe(span('Repository.findLike').spanId);
    expect(query).toMatchObject({ executed: 1, seenSpans: ['Repository.find'] });
  });

  test('one that cannot be shadowed ends its span at return', async () => {
    const query = new Query(async () => 42);
    Object.freeze(query);
    expect(repository.find(query)).toBe(query);
    expect(recorded().span('Repository.find').outcome).toBe('ok');
  });

  test('a promise subclass that is lazy is not executed either', async () => {
    let executed = 0;
    class LazyPromise extends Promise<number> {
      override then(...callbacks: Parameters<Promise<number>['then']>): Promise<never> {
        executed++;
        return Promise.resolve(42).then(...callbacks) as Promise<never>;
      }
    }
    const lazy = new LazyPromise(() => {});
    expect(service.call(() => lazy)).toBe(lazy);
    await turn();
    expect(executed).toBe(0);
    await expect(lazy.then((value) => value)).resolves.toBe(42);
    expect(executed).toBe(1);
    expect(recorded().span('Service.call').outcome).toBe('ok');
  });

  test('objects that throw when looked at are values', () => {
    const hostile = {
      get then(): never {
        throw new Error('no');
      },
    };
    expect(service.call(() => hostile)).toBe(hostile);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(service.call(() => proxy)).toBe(proxy);
    expect(recorded().spans.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });
});
