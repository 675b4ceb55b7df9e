// What loggers of `ttlog/pino` record, and what of it ttlog's sinks get.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { getLogger, info, LogLevel, setFilter, setRecord, withContext, withSpan } from 'ttlog';
import pino from 'ttlog/pino';
import { memorySink } from 'ttlog/sinks';
import { filtersChanged, state } from '../../../src/core/state.js';
import { recorded, startRecording } from '../../support/recorded.js';
import { start } from '../../support/running.js';

beforeEach(() => {
  startRecording();
  setFilter('info');
  setRecord('trace');
});

const last = () => recorded().events.at(-1)!;
const messages = () => recorded().events.map(({ message }) => message);

describe('a call without a stream', () => {
  test('is a record with its fields, bindings, level and target', () => {
    pino({ name: 'orders' })
      .child({ order_id: 7 })
      .warn({ items: 2, nested: { a: [1, null] } }, 'placed by %s', 'Ada');
    expect(last()).toMatchObject({ level: LogLevel.Warn, target: 'orders', message: 'placed by Ada' });
    expect(last().values).toEqual({ name: 'orders', order_id: 7, items: 2, nested: { a: [1, null] } });
  });

  test('has the target of the service where the logger has no name, and no process twice', () => {
    pino().info('x');
    info('y');
    expect(new Set(recorded().events.map(({ target }) => target)).size).toBe(1);
    expect(last().values).toEqual({});
    pino({ base: { pid: process.pid, app: 'a' } }).info('y');
    expect(last().values).toEqual({ app: 'a' });
  });

  test('is in the context and the span that it happens in', () => {
    withContext({ request_id: 'r1' }, () =>
      withSpan('work', (span) => {
        pino().info({ a: 1 }, 'inside');
        expect(last()).toMatchObject({ traceId: span.traceId, spanId: span.spanId });
        expect(last().values).toEqual({ request_id: 'r1', a: 1 });
      }),
    );
  });

  test('records an error as ttlog does', () => {
    const cause = new Error('inner');
    pino().error(new TypeError('outer', { cause }));
    expect(last().message).toBe('outer');
    expect(last().values['err']).toMatchObject({ type: 'TypeError', message: 'outer', cause: { message: 'inner' } });
    pino({ errorKey: 'error' }).error({ error: cause });
    expect(last().message).toBe('inner');
    expect(last().values['error']).toMatchObject({ type: 'Error', message: 'inner' });
  });

  test.each([
    ['notice', 35, LogLevel.Info],
    ['verbose', 5, LogLevel.Trace],
    ['odd', 45, LogLevel.Warn],
    ['huge', 1000, LogLevel.Fatal],
    ['tiny', 1, LogLevel.Trace],
    ['critical', 1, LogLevel.Fatal],
  ])('of a custom level %s (%d) has the level of the ring that fits, and says its own', (label, value, level) => {
    const log = pino({ customLevels: { [label]: value }, level: label }) as unknown as Record<
      string,
      (m: string) => void
    >;
    log[label]('custom');
    expect(last()).toMatchObject({ level, message: 'custom' });
    expect(last().values).toEqual({ level_label: label });
  });

  test('has what mixin, formatters, serializers, nestedKey and msgPrefix make of it', () => {
    pino({
      mixin: () => ({ mixed: 1 }),
      formatters: { log: (fields) => ({ ...fields, formatted: true }), bindings: () => ({ bound: 1 }) },
      serializers: { user: (user: { id: number }) => user.id },
      nestedKey: 'payload',
      msgPrefix: '[p] ',
    }).info({ user: { id: 3, mail: 'a@b' } }, 'hello');
    expect(last().message).toBe('[p] hello');
    expect(last().values).toEqual({ bound: 1, payload: { mixed: 1, formatted: true, user: 3 } });
  });

  test('never throws, and loses nothing else', () => {
    const hostile = Object.defineProperty({ fine: 1 }, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    const throws = () => {
      throw new Error('never');
    };
    const odd = pino({ mixin: throws, serializers: { fine: throws, msg: throws }, formatters: { log: throws } });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const log of [pino(), odd]) {
      for (const args of [
        [hostile, 'x'],
        [proxy],
        [Symbol('s')],
        ['%s %d', Object.create(null), Symbol('s')],
        [{ toJSON: throws }],
      ])
        expect(() => Reflect.apply(log.info, log, args)).not.toThrow();
    }
    expect(recorded().events).toHaveLength(10);
    expect(recorded().events[0].values).toEqual({ fine: 1, bad: '[Throws: no]' });
  });
});

describe('what is hidden', () => {
  const log = () => pino({ redact: ['card.number', '*.pin', 'err.message'], serializers: { user: () => ({ id: 1 }) } });

  test('is hidden in the ring, at every level, in bindings and in messages', () => {
    for (const level of ['trace', 'info'] as const) {
      const child = log().child({ card: { number: 'b', ok: 1 } });
      const logged = { a: { pin: 4711 }, user: { id: 1, mail: 'a@b' }, err: new Error('told') };
      child[level](logged, 'pay %o', { card: { number: 'm' } });
      expect(last().message).toBe('pay {"card":{"number":"[Redacted]"}}');
      expect(last().values).toMatchObject({
        card: { number: '[Redacted]', ok: 1 },
        a: { pin: '[Redacted]' },
        user: { id: 1 },
      });
      expect(JSON.stringify(last().values)).not.toMatch(/told"|4711|a@b/);
    }
  });

  test('is hidden by a serializer that a library adds to the logger', () => {
    const logger = pino();
    logger.info({ user: { mail: 'a@b' } });
    (logger as unknown as Record<symbol, Record<string, unknown>>)[pino.symbols.serializersSym]['user'] = () =>
      'somebody';
    logger.info({ user: { mail: 'a@b' } });
    expect(recorded().events.map(({ values }) => values['user'])).toEqual([{ mail: 'a@b' }, 'somebody']);
  });

  test('is left out with remove, and the caller keeps what was logged', () => {
    const given = { card: { number: '1', owner: 'x' } };
    pino({ redact: { paths: ['card.number'], remove: true } }).info(given);
    expect(last().values).toEqual({ card: { owner: 'x' } });
    expect(given).toEqual({ card: { number: '1', owner: 'x' } });
  });

  test('by ttlog itself, is not in the ring either; lines are as pino writes them', () => {
    const lines: string[] = [];
    pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) }).info({ password: 'p' });
    expect(lines).toEqual(['{"level":30,"password":"p"}\n']);
    expect(last().values).toEqual({ password: '[Redacted]' });
  });

  test('a serializer and a censor are asked once for line and record', () => {
    const serializer = vi.fn<(value: unknown) => unknown>((value) => value);
    const censor = vi.fn<() => string>(() => '**');
    pino({ serializers: { a: serializer }, redact: { paths: ['b'], censor } }, { write() {} }).info({ a: 1, b: 2 });
    expect([serializer.mock.calls.length, censor.mock.calls.length]).toEqual([1, 1]);
    expect(last().values).toEqual({ a: 1, b: '**' });
  });
});

describe('below the level', () => {
  test('a call is recorded; no mixin and no hook is asked', () => {
    const mixin = vi.fn<() => object>(() => ({ mixed: 1 }));
    const logMethod = vi.fn<() => void>();
    pino({ level: 'error', mixin, hooks: { logMethod } }).debug({ a: 1 }, 'hi %s', 'you');
    expect(last()).toMatchObject({ level: LogLevel.Debug, message: 'hi you' });
    expect(last().values).toEqual({ a: 1 });
    expect([mixin.mock.calls.length, logMethod.mock.calls.length]).toEqual([0, 0]);
  });

  test('nothing is recorded where nothing is to be: record, enabled', () => {
    setRecord('warn');
    pino().info('not');
    setRecord('trace');
    pino({ enabled: false }).fatal('not either');
    pino().silent('never');
    info('but this');
    expect(messages()).toEqual(['but this']);
  });
});

describe('delivery', () => {
  async function delivered(log: (make: typeof pino) => void, level?: 'debug' | 'info'): Promise<string[]> {
    const memory = memorySink(level === undefined ? {} : { level });
    const handle = start({ sinks: [memory] });
    log(pino);
    await handle.flush();
    return memory.records.map(({ message }) => message);
  }
  const all = (log: pino.Logger) => {
    for (const level of ['trace', 'debug', 'info', 'error'] as const) log[level](level);
  };

  test("a logger without a level follows ttlog's", async () => {
    expect(await delivered((make) => all(make()))).toEqual(['info', 'error']);
    setFilter('info,loud=trace');
    expect(messages().length).toBeGreaterThan(0);
  });

  test('a logger with a level decides itself', async () => {
    expect(
      await delivered((make) => {
        all(make({ level: 'debug' }));
        all(make({ level: 'error' }).child({}));
        const log = make();
        log.level = 'silent';
        all(log);
        all(make().child({}, { level: 'error' }));
      }),
    ).toEqual(['debug', 'info', 'error', 'error', 'error']);
  });

  test('a level between two of ttlog decides too', async () => {
    const custom = { customLevels: { notice: 35 }, level: 'notice' } as const;
    expect(
      await delivered((make) => {
        const log = make(custom);
        log.info('info');
        log.notice('notice');
      }),
    ).toEqual(['notice']);
  });

  test('what goes to a stream is not delivered, but to sinks with a level of their own', async () => {
    const toStream = (make: typeof pino) => all(make({ level: 'trace' }, { write() {} }));
    expect(await delivered(toStream)).toEqual([]);
    expect(messages()).toEqual(['trace', 'debug', 'info', 'error']);
  });

  test('… and these get it', async () => {
    expect(await delivered((make) => all(make({ level: 'silent' }, { write() {} })), 'debug')).toEqual([
      'debug',
      'info',
      'error',
    ]);
  });

  test('the environment beats the level of a logger', async () => {
    vi.stubEnv('TTLOG', 'error');
    try {
      setFilter('error');
      expect(await delivered((make) => all(make({ level: 'trace' })))).toEqual(['error']);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('before init() records wait for it', async () => {
    pino().info('early');
    expect(await delivered(() => {})).toEqual(['early']);
  });

  test('flush calls back when all has been delivered; fatal has it delivered before it returns', async () => {
    const memory = memorySink();
    start({ sinks: [memory] });
    const log = pino();
    log.info('one');
    await new Promise<void>((resolve) => log.flush(() => resolve()));
    expect(memory.records).toHaveLength(1);
    log.fatal('two');
    expect(memory.records).toHaveLength(2);
    expect(() => log.flush('x' as never)).toThrow('callback must be a function');
  });

  test('targets of decided delivery have the thresholds of all others', () => {
    pino({ level: 'debug' }).info('x');
    state.sinkLevel = LogLevel.Warn;
    filtersChanged();
    const owed = [...state.targets.values()]
      .filter(({ decided }) => decided === false)
      .map(({ owedLevel }) => owedLevel);
    expect(new Set(owed)).toEqual(new Set([LogLevel.Warn]));
    state.sinkLevel = LogLevel.Off;
    filtersChanged();
    getLogger('a').info('still');
    expect(last().message).toBe('still');
  });
});
