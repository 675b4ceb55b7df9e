import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import {
  addContext,
  currentContext,
  debug,
  emit,
  EventBuilder,
  getLogger,
  info,
  init,
  span,
  trace,
  withCarrier,
  withContext,
  withSpan,
} from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { memorySink } from 'ttlog/sinks';
import { captureLogs } from 'ttlog/testing';
import { closeRing, replaceRing } from '../../src/core/ring-of-thread.js';
import { MIN_CAPACITY_BYTES } from '../../src/core/layout.js';
import { runningHandle } from '../../src/runtime/init.js';

afterEach(async () => {
  await runningHandle()?.shutdown();
  closeRing(); // the sinks of the next init() get what was recorded before it
});

describe('a capture', () => {
  test('has what is recorded in the rest of the function, of every level, and nothing from before or after', async () => {
    info('before');
    const logs = captureLogs();
    trace('first', { n: 1 });
    await nextTurn();
    debug('second');
    logs.stop();
    info('after');
    expect(logs.messages).toEqual(['first', 'second']);
    expect(logs.records[0].values).toEqual({ n: 1 });
    expect(logs.lost).toBe(0);
  });

  test('ends with its `using` block', () => {
    let captured;
    {
      using logs = captureLogs();
      info('inside');
      captured = logs;
    }
    info('outside');
    expect(captured.messages).toEqual(['inside']);
  });

  test('shows what has just been recorded, again and again', () => {
    using logs = captureLogs();
    expect(logs.messages).toEqual([]);
    info('one');
    expect(logs.messages).toEqual(['one']);
    info('two');
    expect(logs.messages).toEqual(['one', 'two']);
    logs.clear();
    info('three');
    expect(logs.messages).toEqual(['three']);
  });

  test('is of a function: what it does, awaits, and starts', async () => {
    expect(captureLogs(() => info('sync')).messages).toEqual(['sync']);
    const logs = await captureLogs(async (inside) => {
      info('before the await');
      await nextTurn();
      setImmediate(() => info('in a timer'));
      await nextTurn();
      await nextTurn();
      expect(inside.messages).toHaveLength(2);
    });
    info('afterwards');
    expect(logs.messages).toEqual(['before the await', 'in a timer']);
  });

  test('passes on what the function throws, and ends', async () => {
    const error = new Error('declined');
    let logs: ReturnType<typeof captureLogs> | undefined;
    const failing = (inside: typeof logs): never => {
      logs = inside;
      info('about to fail');
      throw error;
    };
    expect(() => captureLogs((inside) => failing(inside))).toThrow(error);
    info('later');
    expect(logs!.messages).toEqual(['about to fail']);
    await expect(captureLogs(async (inside) => failing(inside))).rejects.toBe(error);
  });

  test('run() returns what the function returns, as often as one likes', async () => {
    const logs = captureLogs({ all: false });
    expect(logs.run(() => 7)).toBe(7);
    expect(await logs.run(async () => 8)).toBe(8);
    logs.stop();
    expect(logs.run(() => 9)).toBe(9);
  });

  test('changes nothing of what is recorded', () => {
    using logs = captureLogs();
    expect(currentContext()).toEqual({});
    info('bare');
    const [record] = logs.records;
    expect(record.fields).toEqual([]);
    expect(record.traceId).toBeUndefined();
    expect(record.target).toBe('app');
  });

  test('sees into contexts, spans, new traces, carriers, instrumented methods, getters and 200 contexts inside each other', async () => {
    class Shop {
      @Instrument()
      async order(amount: number): Promise<number> {
        await nextTurn();
        return amount;
      }
    }
    const nested = (depth: number): void =>
      depth === 0 ? info('deep') : withContext({ depth }, () => nested(depth - 1));
    const logs = await captureLogs(async () => {
      withContext({ request_id: 'r-1' }, () => info('in a context'));
      withContext({ a: 1 }, () => {
        addContext({ b: 2 });
        info('in a changed context');
      });
      withSpan('root', undefined, { root: true }, () => info('in a new trace'));
      withCarrier('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', () => info('carried'));
      await new Shop().order(3);
      info('outer', {
        get getter() {
          info('inner');
          return 1;
        },
      });
      getLogger('db', { pool: 1 }).info('bound');
      nested(200);
    });
    expect(logs.messages).toEqual([
      'in a context',
      'in a changed context',
      'in a new trace',
      'root',
      'carried',
      'Shop.order',
      'outer',
      'inner',
      'bound',
      'deep',
    ]);
    expect(logs.records[1].values).toEqual({ a: 1, b: 2 });
    expect(logs.records[0].values).toEqual({ request_id: 'r-1' });
    expect(logs.openSpans).toEqual([]);
  });

  test('knows the spans that are open', () => {
    using logs = captureLogs();
    const opened = span('copy', { from: 'a' });
    expect(logs.openSpans.map(({ message, outcome }) => [message, outcome])).toEqual([['copy', 'open']]);
    expect(logs.records).toEqual([]);
    opened.end();
    expect(logs.openSpans).toEqual([]);
    expect(logs.spans.map(({ message, outcome }) => [message, outcome])).toEqual([['copy', 'ok']]);
  });

  test('inside another has its own, and the other does not', () => {
    using outer = captureLogs();
    info('outer');
    const inner = captureLogs(() => info('inner'));
    info('outer again');
    expect(inner.messages).toEqual(['inner']);
    expect(outer.messages).toEqual(['outer', 'outer again']);
  });

  test('that was not ended has nothing of a context that is none of its own', () => {
    const emitter = new EventEmitter();
    emitter.on('x', () => info('of the listener'));
    const logs = captureLogs(() => undefined);
    emitter.emit('x');
    expect(logs.messages).toEqual([]);
  });
});

describe('captures at the same time', () => {
  test('see their own records only, whichever form they have', async () => {
    const one = async (id: number): Promise<string[]> => {
      if (id % 2 === 0) {
        const logs = await captureLogs(async () => {
          for (let i = 0; i < 20; i++) {
            withSpan(`span ${id}`, () => info(`${id}`));
            await nextTurn();
          }
        });
        return logs.messages;
      }
      using logs = captureLogs();
      for (let i = 0; i < 20; i++) {
        withContext({ id }, () => withSpan(`span ${id}`, () => info(`${id}`)));
        await nextTurn();
      }
      return logs.messages;
    };
    const all = await Promise.all(Array.from({ length: 20 }, (_, id) => one(id)));
    for (const [id, messages] of all.entries())
      expect(messages).toEqual(Array.from({ length: 20 }, () => [`${id}`, `span ${id}`]).flat());
  });

  test.concurrent.each([1, 2, 3])('tests of vitest that run concurrently: %i', async (id) => {
    using logs = captureLogs();
    for (let i = 0; i < 50; i++) {
      info(`test ${id}`);
      await nextTurn();
    }
    expect(new Set(logs.messages)).toEqual(new Set([`test ${id}`]));
    expect(logs.records).toHaveLength(50);
  });
});

describe('all', () => {
  test('has everything of the thread, also what was emitted, and goes along with captures of a scope', () => {
    const all = captureLogs({ all: true });
    info('bare');
    const inner = captureLogs(() => info('inner'));
    emit(EventBuilder.withCapacity(0).message('emitted').build());
    all.stop();
    info('after');
    expect(all.messages).toEqual(['bare', 'inner', 'emitted']);
    expect(inner.messages).toEqual(['inner']);
  });
});

describe('with init()', () => {
  test('before, inside and after a capture: nothing is lost, and sinks get what they get', async () => {
    const memory = memorySink();
    const logs = await captureLogs(async () => {
      info('before init');
      const handle = init({ service: 'shop', level: 'info', capacity: 4096, sinks: [memory] });
      debug('while it runs');
      info('delivered');
      await handle.shutdown();
      info('after shutdown');
    });
    expect(logs.messages).toEqual(['before init', 'while it runs', 'delivered', 'after shutdown']);
    expect(logs.records.map(({ target }) => target)).toEqual(['app', 'shop', 'shop', 'app']);
    expect(memory.records.map(({ message }) => message)).toEqual(['before init', 'delivered']);
    expect(logs.lost).toBe(0);
  });

  test('of a running one: the capture takes nothing away from the sinks', async () => {
    const memory = memorySink();
    const handle = init({ service: 'shop', sinks: [memory] });
    const logs = await captureLogs(async () => {
      for (let i = 0; i < 1000; i++) info('burst', { i });
    });
    await handle.flush();
    expect(logs.records.map(({ values }) => values['i'])).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(memory.records).toHaveLength(1000);
  });
});

describe('a capture that was lapped', () => {
  test('says so, and by how much', () => {
    replaceRing(MIN_CAPACITY_BYTES);
    const logs = captureLogs();
    for (let i = 0; i < 10_000; i++) info('a record of some length', { i });
    const { records } = logs;
    logs.stop();
    closeRing();
    expect(logs.lost).toBeGreaterThan(0);
    const told = records.filter(({ meta }) => meta);
    expect(told.map(({ target, message, values }) => [target, message, values])).toEqual([
      ['ttlog', 'Records were lost before they could be captured', { lost: logs.lost }],
    ]);
    expect(records.length - 1 + logs.lost).toBe(10_000);
  });

  test('is not, where somebody looks in time', () => {
    replaceRing(MIN_CAPACITY_BYTES);
    using logs = captureLogs();
    const lost: number[] = [];
    for (let i = 0; i < 10_000; i++) {
      info('a record of some length', { i });
      if (i % 500 === 0) lost.push(logs.lost);
    }
    expect(new Set(lost)).toEqual(new Set([0]));
    expect(logs.records.map(({ values }) => values['i'])).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    closeRing();
  });
});

test('wrong options are told', () => {
  expect(() => captureLogs({ al: true } as never)).toThrow('al');
  expect(() => captureLogs({ all: 1 } as never)).toThrow('a boolean');
});
