import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { getLogger, info, init, isEnabled, setRecord, span, timer, withContext, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { memorySink } from 'ttlog/sinks';
import { state } from '../../src/core/state.js';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(() => {
  setRecord('trace');
  startRecording();
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('name', () => {
  class Job {
    @Instrument({ name: 'nightly job' })
    run(): void {}
  }

  test('is the name of the span; the target is the class', () => {
    new Job().run();
    expect(recorded().span('nightly job').target).toBe('Job');
  });
});

describe('target', () => {
  class Job {
    @Instrument({ target: 'jobs.nightly' })
    run(): void {
      info('inside');
    }
  }

  test('is that of the span and of what is logged inside', () => {
    new Job().run();
    expect(recorded().span('Job.run').target).toBe('jobs.nightly');
    expect(recorded().event('inside').target).toBe('jobs.nightly');
  });
});

describe('level', () => {
  class Job {
    calls = 0;

    @Instrument({ level: 'info' })
    loud(): boolean {
      this.calls++;
      return isEnabled('debug', 'Job');
    }

    @Instrument()
    quiet(): number {
      return ++this.calls;
    }
  }

  test('is that of the line', () => {
    new Job().loud();
    new Job().quiet();
    expect(recorded().spans.map(({ level }) => level)).toEqual([2, 1]);
  });

  test('below what is recorded the method is called as if it were bare', () => {
    const job = new Job();
    setRecord('info');
    withSpan('outer', () => {
      expect(job.quiet()).toBe(1);
      expect(job.loud()).toBe(false);
    });
    setRecord('trace,Job=warn');
    expect(job.loud()).toBe(false);
    expect(recorded().spans.map(({ message }) => message)).toEqual(['Job.loud']);
    expect(state.openSpanCount).toBe(0);
  });
});

describe('fields', () => {
  class Shop {
    region = 'eu';

    @Instrument({
      fields(this: Shop, order: { id: number }) {
        return { order_id: order.id, region: this.region, count: 0 };
      },
    })
    place(order: { id: number }, count: number): number {
      return order.id + count;
    }

    @Instrument({
      fields: () => {
        throw new Error('boom');
      },
    })
    failing(id: number): number {
      return id;
    }
  }

  test('are computed from this and the arguments, and beat arguments of the same name', () => {
    new Shop().place({ id: 7 }, 3);
    expect(ownFields(recorded().span('Shop.place'))).toEqual({ order_id: 7, region: 'eu', count: 0 });
  });

  test('that throw cost themselves, never the call', () => {
    expect(new Shop().failing(7)).toBe(7);
    expect(ownFields(recorded().span('Shop.failing'))).toEqual({ id: 7, fields: '[Throws: boom]' });
  });
});

describe('ret', () => {
  class Shop {
    @Instrument({ ret: true })
    plain(): { total: number; token: string } {
      return { total: 9.5, token: 't' };
    }

    @Instrument({ ret: true })
    async later(): Promise<number> {
      return 42;
    }

    @Instrument({ ret: 'info' })
    level(): number {
      return 42;
    }

    @Instrument({ ret: (order: { id: number }) => ({ order_id: order.id }) })
    async mapped(): Promise<{ id: number; name: string }> {
      return { id: 7, name: 'x' };
    }

    @Instrument({
      ret: () => {
        throw new Error('boom');
      },
    })
    failing(): number {
      return 1;
    }

    @Instrument({ ret: true })
    throwing(): never {
      throw new Error('no');
    }
  }

  test('true: what is returned, redacted like everything else', async () => {
    new Shop().plain();
    await new Shop().later();
    expect(ownFields(recorded().span('Shop.plain'))).toEqual({ ret: { total: 9.5, token: '[Redacted]' } });
    expect(ownFields(recorded().span('Shop.later'))).toEqual({ ret: 42 });
  });

  test('a level: an event of that level, of the span', () => {
    new Shop().level();
    expect(recorded().event('Shop.level returned')).toMatchObject({
      level: 2,
      values: { ret: 42 },
      spanId: recorded().span('Shop.level').spanId,
    });
  });

  test('a function: the fields that it makes', async () => {
    await new Shop().mapped();
    expect(ownFields(recorded().span('Shop.mapped'))).toEqual({ order_id: 7 });
    expect(new Shop().failing()).toBe(1);
    expect(ownFields(recorded().span('Shop.failing'))).toEqual({ fields: '[Throws: boom]' });
  });

  test('nothing where it throws', () => {
    expect(() => new Shop().throwing()).toThrow('no');
    expect(Object.keys(ownFields(recorded().span('Shop.throwing')))).toEqual(['err']);
  });
});

describe('err', () => {
  class Shop {
    @Instrument()
    standard(): never {
      throw new Error('no');
    }

    @Instrument({ err: 'warn' })
    warning(): never {
      throw new Error('no');
    }

    @Instrument({ err: false })
    expected(): never {
      throw new Error('no');
    }

    @Instrument({ err: 'off' })
    off(): never {
      throw new Error('no');
    }
  }

  test('is the level of the line of a span that failed', () => {
    const shop = new Shop();
    for (const name of ['standard', 'warning', 'expected', 'off'] as const) expect(() => shop[name]()).toThrow('no');
    expect(recorded().spans.map(({ level, outcome }) => [level, outcome])).toEqual([
      [4, 'error'],
      [3, 'error'],
      [1, 'error'],
      [1, 'error'],
    ]);
    expect(recorded().spans[0].values['err']).toMatchObject({ type: 'Error', message: 'no' });
  });

  class Layers {
    @Instrument()
    outer(error: unknown): number {
      return this.middle(error);
    }
    @Instrument()
    middle(error: unknown): number {
      return this.inner(error);
    }
    @Instrument()
    inner(error: unknown): never {
      throw error;
    }
    @Instrument()
    async outerLater(error: unknown): Promise<number> {
      return await this.innerLater(error);
    }
    @Instrument()
    async innerLater(error: unknown): Promise<never> {
      await turn();
      throw error;
    }
    @Instrument()
    wrapping(error: unknown): number {
      try {
        return this.inner(error);
      } catch (cause) {
        throw new Error('wrapped', { cause });
      }
    }
  }

  test('one line for one error object, however many spans it passes; all of them failed', async () => {
    const memory = memorySink();
    const handle = init({ sinks: [memory], level: 'info', inThread: true });
    const layers = new Layers();
    for (const error of [new Error('one'), Object.freeze(new Error('frozen'))]) {
      expect(() => layers.outer(error)).toThrow(error);
      await expect(layers.outerLater(Object.assign(new Error('later')))).rejects.toThrow('later');
    }
    expect(() => layers.wrapping(new Error('cause'))).toThrow('wrapped');
    const failed = recorded().spans.map(({ outcome }) => outcome);
    await handle.shutdown();
    expect(failed).toEqual(Array(12).fill('error'));
    expect(memory.records.map(({ message, level }) => [message, level])).toEqual([
      ['Layers.inner', 4],
      ['Layers.innerLater', 4],
      ['Layers.inner', 4],
      ['Layers.innerLater', 4],
      ['Layers.inner', 4],
      ['Layers.wrapping', 4],
    ]);
  });
});

describe('entry', () => {
  class Shop {
    @Instrument({ entry: true, level: 'info' })
    open(): void {}

    @Instrument({ level: 'info' })
    close(): void {}
  }

  test('gives the start a line too', async () => {
    const memory = memorySink();
    const handle = init({ sinks: [memory], level: 'info', inThread: true });
    new Shop().open();
    new Shop().close();
    await handle.shutdown();
    expect(memory.records.map(({ kind, message }) => [kind, message])).toEqual([
      ['span-start', 'Shop.open'],
      ['span', 'Shop.open'],
      ['span', 'Shop.close'],
    ]);
  });
});

describe('slow', () => {
  class Shop {
    @Instrument({ slow: 0 })
    slow(): void {}

    @Instrument({ slow: 60_000 })
    fast(): void {}

    @Instrument({ slow: 0, level: 'error' })
    important(): void {}

    @Instrument({ slow: 0 })
    async later(): Promise<void> {
      await turn();
    }
  }

  test('makes the line of a slower span a warning', async () => {
    new Shop().slow();
    new Shop().fast();
    new Shop().important();
    await new Shop().later();
    expect(recorded().spans.map(({ level }) => level)).toEqual([3, 1, 4, 3]);
  });
});

describe('root', () => {
  class Shop {
    @Instrument({ root: true })
    detached(): void {
      this.inner();
    }

    @Instrument()
    inner(): void {
      info('inside');
    }
  }

  test('begins a trace, and keeps the context', () => {
    withContext('request_id', 'r-1', () => withSpan('outer', () => new Shop().detached()));
    const { span: of, event } = recorded();
    expect(of('Shop.detached').parentSpanId).toBeUndefined();
    expect(of('Shop.detached').traceId).not.toBe(of('outer').traceId);
    expect(of('Shop.inner')).toMatchObject({
      parentSpanId: of('Shop.detached').spanId,
      traceId: of('Shop.detached').traceId,
    });
    expect(event('inside').values).toMatchObject({ request_id: 'r-1' });
    expect(of('outer').outcome).toBe('ok');
  });
});

describe('sample', () => {
  class Shop {
    @Instrument({ sample: 0 })
    never(work: () => unknown = () => {}): unknown {
      info('inside');
      return work();
    }

    @Instrument({ sample: 1 })
    always(): void {}

    @Instrument({ sample: 0.5 })
    half(): void {}

    @Instrument()
    inner(): void {
      info('inner');
    }

    @Instrument({ root: true })
    own(): void {}

    @Instrument({ sample: 0 })
    async later(): Promise<void> {
      await turn();
      this.inner();
    }

    @Instrument({ sample: 0 })
    *list(): Generator<number> {
      this.inner();
      yield 1;
      this.inner();
    }
  }

  test('an unsampled trace has no spans, but its events', () => {
    const shop = new Shop();
    withContext('request_id', 'r-1', () =>
      shop.never(() => {
        shop.inner();
        withContext('part', 1, () => shop.inner());
        withSpan('with', () => shop.inner());
        const manual = span('manual');
        manual.run(() => shop.inner());
        manual.end();
        timer('timer').end();
      }),
    );
    const { records, events } = recorded();
    expect(records.map(({ kind }) => kind)).toEqual(events.map(() => 'event'));
    expect(events.map(({ message }) => message)).toEqual(['inside', 'inner', 'inner', 'inner', 'inner']);
    for (const { values, spanId } of events) {
      expect(values['request_id']).toBe('r-1');
      expect(spanId).toBeUndefined();
    }
  });

  test('async, and in generators', async () => {
    await new Shop().later();
    expect([...new Shop().list()]).toEqual([1]);
    expect(recorded().records.map(({ message }) => message)).toEqual(['inner', 'inner', 'inner']);
  });

  test('is decided where the trace begins', () => {
    const shop = new Shop();
    withSpan('outer', () => shop.never());
    expect(recorded().span('Shop.never').parentSpanId).toBe(recorded().span('outer').spanId);
  });

  test('the next trace decides anew, and so does a root inside', () => {
    const shop = new Shop();
    shop.never(() => shop.own());
    shop.inner();
    expect(recorded().spans.map(({ message }) => message)).toEqual(['Shop.own', 'Shop.inner']);
  });

  test('is the share of the traces that are recorded', () => {
    const random = vi.spyOn(Math, 'random');
    for (const value of [0, 0.49, 0.5, 0.99]) {
      random.mockReturnValueOnce(value);
      new Shop().half();
    }
    new Shop().always();
    expect(recorded().spans.map(({ message }) => message)).toEqual(['Shop.half', 'Shop.half', 'Shop.always']);
  });

  test('loggers are silenced too', () => {
    new Shop().never(() => getLogger('x').span('y').end());
    expect(recorded().spans).toEqual([]);
  });
});

describe('wrong options', () => {
  test.each<[string, object]>([
    ['level', { level: 'loud' }],
    ['level', { level: 'off' }],
    ['target', { target: '' }],
    ['name', { name: 3 }],
    ['args', { args: 'id' }],
    ['skip', { skip: [1] }],
    ['fields', { fields: {} }],
    ['ret', { ret: 'loud' }],
    ['err', { err: 'loud' }],
    ['slow', { slow: -1 }],
    ['slow', { slow: Number.NaN }],
    ['sample', { sample: 2 }],
    ['entry', { entry: 'yes' }],
    ['root', { root: 1 }],
    ['callback', { callback: null }],
    ['exclude', { exclude: 'x' }],
    ['an option of @Instrument()', { lvl: 'info' }],
  ])('%s: %o', (name, options) => {
    expect(() => Instrument(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTION',
        message: expect.stringContaining(`Expected ${name} to be`),
      }),
    );
  });
});
