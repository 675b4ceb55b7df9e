// `ttlog/pino/browser` beside pino's build for browsers, and what it records.
import { createRequire } from 'node:module';
import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { rolldown } from 'rolldown';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { LogLevel, withContext } from 'ttlog';
import ourPino from 'ttlog/pino/browser';
import { root } from '../../../scripts/entries.mjs';
import { recorded, startRecording } from '../../support/recorded.js';

beforeEach(() => startRecording());

/** It has no declarations. */
const realPino: unknown = createRequire(import.meta.url)('pino/browser.js');

interface AnyLogger {
  level: string;
  child(bindings: object, options?: object): AnyLogger;
  setBindings(bindings: object): void;
  bindings(): object;
  isLevelEnabled(level: string): boolean;
  [method: string]: unknown;
}
type Make = (options: object) => AnyLogger;
type Step = { call: [string, ...unknown[]] } | { child: object } | { setBindings: object } | { level: string };

/** What is written and sent, and what loggers say about themselves. */
function told(make: Make, options: (told: unknown[]) => object, steps: readonly Step[]): unknown[] {
  const all: unknown[] = [];
  let log = make(options(all));
  // Both get objects of their own: pino changes those that it serializes.
  for (const step of structuredClone(steps) as Step[]) {
    if ('call' in step) (log[step.call[0]] as (...args: unknown[]) => void)(...step.call.slice(1));
    else if ('child' in step) log = log.child(step.child);
    else if ('setBindings' in step) log.setBindings(step.setBindings);
    else log.level = step.level;
    all.push([log.level, log['levelVal'], log.bindings(), log.isLevelEnabled('info')]);
  }
  return all;
}

/** pino leaves a function in what it has redacted. */
const copy = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const level = fc.constantFrom('trace', 'debug', 'info', 'warn', 'error', 'fatal');
const object = fc.dictionary(
  fc.constantFrom('a', 'b', 'user', 'secret'),
  fc.oneof(fc.string(), fc.integer(), fc.constant({ secret: 1, b: [1] })),
  { noNullPrototype: true },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    call: fc.oneof(
      fc.tuple(level, fc.string()),
      fc.tuple(level, fc.constantFrom('%s and %d', 'plain', '%o'), fc.string(), fc.integer()),
      fc.tuple(level, object, fc.constantFrom('hi', 'hi %s'), fc.string()),
      fc.tuple(level, object),
      fc.tuple(level, fc.constant(new TypeError('boom'))),
    ) as fc.Arbitrary<[string, ...unknown[]]>,
  }),
  fc.record({ child: object }),
  fc.record({ level }),
);
const options = fc.record(
  {
    level,
    messageKey: fc.constant('message'),
    serializers: fc.constant({ user: () => 'somebody' }),
    redact: fc.constantFrom(['secret', 'a.b'], ['*.secret'], { paths: ['b'], remove: true }),
    serialize: fc.constantFrom(true, ['user'], ['!stdSerializers.err', 'user']),
    transmit: fc.constantFrom('debug', 'error', undefined),
    formatters: fc.constant({ level: (label: string, value: number) => ({ label, value }) }),
  },
  { requiredKeys: [], noNullPrototype: true },
);

describe('ttlog/pino/browser', () => {
  test('writes and sends what pino does', () => {
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 6 }), ({ transmit, formatters, ...given }, steps) => {
        // What pino sends it serializes in place, so that what is written later differs; where that is asked for anyway, it does not.
        const { serialize = transmit === undefined ? undefined : true, ...rest } = given;
        const all = (into: unknown[]) => ({
          ...rest,
          timestamp: false,
          browser: {
            write: (one: unknown) => into.push(copy(one)),
            ...(serialize === undefined ? {} : { serialize }),
            ...(formatters === undefined ? {} : { formatters }),
            ...(transmit === undefined
              ? {}
              : {
                  transmit: { level: transmit, send: (name: string, event: unknown) => into.push([name, copy(event)]) },
                }),
          },
        });
        const ours = told(ourPino, all, steps);
        expect(ours).toEqual(told(realPino as Make, all, steps));
      }),
      { numRuns: 200 },
    );
  });

  test("hands the console the arguments as they are, with the bindings in front, and leaves the caller's objects alone", () => {
    const info = vi.spyOn(console, 'info').mockImplementation(() => {});
    const given = { user: { id: 1 } };
    const log = ourPino({ serializers: { user: () => 'u' }, browser: { serialize: true } }).child({ a: 1 });
    log.info(given, 'hi %s', 'you');
    expect(info.mock.calls).toEqual([[{ a: 1 }, { user: 'u' }, 'hi %s', 'you']]);
    expect(given).toEqual({ user: { id: 1 } });
    info.mockRestore();
  });

  test('records every call, with its context, hidden as it is to be', () => {
    const log = ourPino({
      name: 'page',
      level: 'error',
      redact: ['card'],
      serializers: { user: () => 'somebody' },
      customLevels: { notice: 35 },
      browser: { write() {} },
    });
    withContext({ view: 'cart' }, () =>
      log.child({ a: 1 }).debug({ card: 4711, user: { mail: 'a@b' } }, 'hi %s', 'you'),
    );
    expect(recorded().events[0]).toMatchObject({ level: LogLevel.Debug, target: 'page', message: 'hi you' });
    expect(recorded().events[0].values).toEqual({ view: 'cart', a: 1, card: '[Redacted]', user: 'somebody' });
    log.error(new Error('boom'));
    expect(recorded().events[1]).toMatchObject({ level: LogLevel.Error, message: 'boom' });
    log.notice('own');
    expect(recorded().events[2].level).toBe(LogLevel.Info);
    ourPino({ enabled: false }).fatal('nothing');
    expect(recorded().events).toHaveLength(3);
  });

  test('needs nothing of Node', async () => {
    const bundle = await rolldown({ input: `${root}src/compat/pino/browser.ts`, platform: 'neutral' });
    const { output } = await bundle.generate({ format: 'iife', name: 'pino', exports: 'named', codeSplitting: false });
    await bundle.close();
    expect(output[0].imports).toEqual([]);
    const context = createContext({
      performance: { now: () => performance.now(), timeOrigin: performance.timeOrigin },
    });
    const program = `const told = []; pino.pino({ timestamp: false, browser: { write: (o) => told.push(o) } }).info({ a: 1 }, 'hi'); JSON.stringify(told)`;
    expect(runInContext(`${output[0].code}\n${program}`, context)).toBe('[{"level":30,"a":1,"msg":"hi"}]');
  });

  test('refuses what pino refuses', () => {
    for (const make of [realPino, ourPino] as unknown as Make[]) {
      expect(() => make({ level: 'nonsense' })).toThrow('unknown level nonsense');
      expect(() => make({ browser: { transmit: {} } })).toThrow('transmit option must have a send function');
      expect(() => make({}).child(undefined as never)).toThrow('missing bindings for child Pino');
    }
  });
});
