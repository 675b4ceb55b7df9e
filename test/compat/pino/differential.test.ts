// The lines of `ttlog/pino` beside those of pino itself, for the same calls on loggers of the same options: made by fast-check, and those that
// somebody thought of.
import fc from 'fast-check';
import realPino from 'pino';
import { describe, expect, test } from 'vitest';
import ourPino from 'ttlog/pino';

type Options = Record<string, unknown>;
/** A method's name and its arguments. */
type Call = readonly [level: string, ...args: unknown[]];
interface Step {
  readonly call?: Call;
  readonly child?: { readonly bindings: object; readonly options: Options | undefined };
  readonly setBindings?: object;
  readonly level?: string;
}

/** What both have in common, as far as it is used here. */
interface AnyLogger {
  level: string;
  child(bindings: object, options?: Options): AnyLogger;
  setBindings(bindings: object): void;
  bindings(): object;
  isLevelEnabled(level: string): boolean;
  [method: string]: unknown;
}
type Make = (options: Options, stream: { write(line: string): void }) => AnyLogger;

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

interface Told {
  lines: string[];
  /** The message of what the step throws. */
  error?: string;
  /** What the logger says about itself. */
  self?: unknown;
}

/** What each step leads to; the first is that a logger is made. */
function told(make: Make, options: Options, steps: readonly Step[]): Told[] {
  let lines: string[] = [];
  const attempt = (step: () => unknown): Told => {
    lines = [];
    try {
      return { lines, self: step() };
    } catch (error) {
      return { lines, error: (error as Error).message };
    }
  };
  const timestamp = options['timestamp'] ?? (() => ',"time":1');
  let log: AnyLogger | undefined;
  const all = [attempt(() => void (log = make({ ...options, timestamp }, { write: (line) => lines.push(line) })))];
  if (log === undefined) return all;
  let now: AnyLogger = log;
  for (const { call, child, setBindings, level } of steps)
    all.push(
      attempt(() => {
        if (child !== undefined) now = now.child(child.bindings, child.options);
        if (setBindings !== undefined) now.setBindings(setBindings);
        if (level !== undefined) now.level = level;
        if (call !== undefined) {
          const [method, ...args] = call;
          (now[method] as ((...args: unknown[]) => void) | undefined)?.call(now, ...args);
        }
        return [
          now.level,
          now['levelVal'],
          now['msgPrefix'],
          now.bindings(),
          LEVELS.map((one) => now.isLevelEnabled(one)),
        ];
      }),
    );
  return all;
}

/**
 * All is the same, but where pino throws out of a logging call, or writes what is no JSON, or forgets an argument: ours does none of that, and
 * that is what is then compared.
 */
function bySide(options: Options, steps: readonly Step[]): { ours: unknown[]; pinos: unknown[] } {
  const real = told(realPino, options, steps);
  const isExcused = real.map(({ error, lines }, i) => {
    const call = i > 0 ? steps[i - 1].call : undefined;
    return call !== undefined && (error !== undefined || !lines.every(isJson) || forgets(call));
  });
  const excusing = (side: Told[]): unknown[] =>
    side.map((one, i) => (isExcused[i] ? { throws: one.error !== undefined, isJson: one.lines.every(isJson) } : one));
  return {
    ours: excusing(told(ourPino, options, steps)),
    pinos: excusing(real).map((one, i) => (isExcused[i] ? { throws: false, isJson: true } : one)),
  };
}

/** Behind the mark of the hook below. */
function isJson(line: string): boolean {
  try {
    JSON.parse(line.replace(/^!/, ''));
    return true;
  } catch {
    return false;
  }
}

/** Of what follows an object in the place of the message, pino leaves out the first, whichever way the hook below has them. */
function forgets([, ...args]: Call): boolean {
  return [args, args.toReversed()].some(
    ([first, second, ...rest]) =>
      (typeof first === 'object' || first === undefined) &&
      typeof second === 'object' &&
      second !== null &&
      rest.length > 0,
  );
}

const calls = (...list: Call[]): Step[] => list.map((call) => ({ call }));

const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'c',
    'err',
    'error',
    'msg',
    'level',
    'time',
    'user',
    'secret',
    'a-b',
    'x y',
    'toString',
    'constructor',
  ),
  fc.string({ maxLength: 6 }),
);
const leaf = fc.oneof(
  fc.string(), fc.string({ unit: 'binary', maxLength: 12 }), fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(null, undefined, -0, Symbol.for('s')),
  fc.date(), fc.constant(() => 1),
); // prettier-ignore
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(key, tie('any'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).any;
const object = fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true });
const message = fc.oneof(
  fc.string(),
  fc.constantFrom('%s', 'hi %s and %d', '%j%o%O', '100%', '%%', '%d%', '%i %f', '%x %s', '%s %s %s', 'plain'),
);
const error = fc.constantFrom(
  new Error('boom'),
  new TypeError('outer', { cause: new Error('inner', { cause: 'text' }) }),
  new AggregateError([new Error('one'), new RangeError('two')], 'many'),
  Object.assign(new Error('with more'), { code: 'E_CODE', details: { a: [1] }, other: new Error('beside') }),
);
const args = fc.oneof(
  fc.tuple(message),
  fc.tuple(message, value, value),
  fc.tuple(object, message, value),
  fc.tuple(object),
  fc.tuple(object, value),
  fc.tuple(error, message),
  fc.tuple(error),
  fc.tuple(fc.record({ err: error, a: leaf })),
  fc.tuple(leaf, value, value),
  fc.constant([] as unknown[]),
);
const level = fc.constantFrom(...LEVELS);
const redact = fc.oneof(
  fc.constantFrom(
    ['a'],
    ['a.b'],
    ['*.a'],
    ['a[*].b'],
    ['b.*', 'c'],
    ['["a-b"].c', 'user.secret'],
    ['*.*.a'],
    ['err.message'],
    ['a[0]'],
    ['msg'],
  ),
  fc.record({
    paths: fc.constantFrom(['a', 'b.c'], ['a.b.c', '*.secret'], ['b[*]']),
    censor: fc.constantFrom('**', 'x'),
  }),
  fc.record({ paths: fc.constantFrom(['a', 'b.c'], ['*.secret'], ['a.b', 'user.a']), remove: fc.constant(true) }),
  fc.constant({
    paths: ['a', 'b.a'],
    censor: (hidden: unknown, path: string[]) => `${typeof hidden} at ${path.join('/')}`,
  }),
);
const serializers = fc.constantFrom<Options>(
  { a: (one: unknown) => ({ seen: typeof one }) },
  { user: () => undefined, b: (one: unknown) => [one] },
  { err: (one: Error | null) => String(one?.message) },
  { msg: (one: unknown) => `<${typeof one}>` },
);
const formatters = fc.constantFrom<Options>(
  { level: (label: string) => ({ severity: label }) },
  { bindings: () => ({ changed: true }) },
  { log: (one: object) => ({ logged: one }) },
);
const options = fc.record(
  {
    level: fc.constantFrom('trace', 'info', 'error', 'silent', 'WARN'),
    name: fc.constantFrom('shop', ''),
    base: fc.oneof(fc.constant(null), object),
    messageKey: fc.constantFrom('message', 'm"'),
    errorKey: fc.constantFrom('error', 'a'),
    nestedKey: fc.constantFrom('payload', 'x"y'),
    msgPrefix: fc.constantFrom('[p] ', '%s '),
    crlf: fc.boolean(),
    enabled: fc.boolean(),
    redact,
    serializers,
    formatters,
    timestamp: fc.constantFrom(false, () => ',"at":"now"'),
    mixin: fc.constantFrom(
      () => ({ mixed: 1, a: 'm' }),
      (_obj: object, num: number) => ({ num }),
    ),
    mixinMergeStrategy: fc.constant((one: object, mixed: object) => ({ ...one, ...mixed })),
    depthLimit: fc.integer({ min: 1, max: 4 }),
    edgeLimit: fc.integer({ min: 1, max: 4 }),
    customLevels: fc.constant({ notice: 35, verbose: 15 }),
    hooks: fc.constantFrom<Options>(
      { streamWrite: (line: string) => `!${line}` },
      {
        logMethod(this: unknown, given: unknown[], method: (...args: unknown[]) => void) {
          method.apply(this, given.toReversed());
        },
      },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const childOptions = fc.record(
  {
    level,
    redact,
    serializers,
    formatters,
    msgPrefix: fc.constant('child: '),
    customLevels: fc.constantFrom({ loud: 70 }, { info: 31 }, { other: 30 }),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ call: fc.tuple(level, args).map(([one, rest]) => [one, ...rest] as unknown as Call) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      child: fc.record({ bindings: object, options: fc.option(childOptions, { nil: undefined }) }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ setBindings: object }) },
  { weight: 1, arbitrary: fc.record({ level: fc.constantFrom(...LEVELS, 'silent', 'nonsense') }) },
);

test('errors that hold each other end', () => {
  const lines: string[] = [];
  const failure = new AggregateError([], 'round');
  failure.errors.push(failure, Object.assign(new Error('inner'), { outer: failure, cause: failure }));
  ourPino({ base: null, timestamp: false }, { write: (line) => lines.push(line) }).error(failure);
  const { err } = JSON.parse(lines[0]) as { err: { aggregateErrors: unknown[] } };
  expect(err).toMatchObject({ type: 'AggregateError', message: 'round' });
  expect(err.aggregateErrors).toMatchObject(['[Circular]', { message: 'inner: round' }]);
});

describe('the lines of ttlog/pino are those of pino', () => {
  test('for calls, children and levels as they come', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const { ours, pinos } = bySide({ level: 'trace' }, steps);
        expect(ours).toEqual(pinos);
      }),
      {
        numRuns: 300,
      },
    );
  });

  test('for options as they come', () => {
    fc.assert(
      fc.property(options, fc.array(step, { minLength: 1, maxLength: 5 }), (some, steps) => {
        const { ours, pinos } = bySide(some, steps);
        expect(ours).toEqual(pinos);
      }),
      { numRuns: 500 },
    );
  });

  const circular: Record<string, unknown> = { z: 1, a: 2n };
  circular['self'] = circular;
  circular['list'] = [circular, [1, 2, 3, 4, 5]];
  const wide = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`k${i}`, i]));

  test.each<[what: string, options: Options, steps: Step[]]>([
    ['no arguments', {}, calls(['info'], ['info', undefined], ['info', null], ['info', null, 'text'])],
    ['cycles and bigints', {}, calls(['info', circular], ['info', { circular }, '%o', circular], ['info', '%d %s', 1n, 2n])],
    ['limits of what cannot be written otherwise', { depthLimit: 2, edgeLimit: 2 }, calls(['info', { circular, big: 1n, wide: [wide, 1n] }])],
    ['objects with toJSON', {}, calls(['info', { a: { toJSON: () => ({ b: 1 }) } }], ['info', { toJSON: () => 1, own: 2 }])],
    ['instances, and what they inherit', {}, calls(['info', new (class A { own = 1; get got() { return 2; } })()], ['info', Object.create({ inherited: 1 })])],
    ['no prototype, and __proto__', {}, calls(['info', Object.assign(Object.create(null), { a: 1 })], ['info', JSON.parse('{"__proto__":{"x":1}}')])],
    ['maps, sets, buffers, arrays', {}, calls(['info', new Map([[1, 2]])], ['info', [1, 'b']], ['info', { b: Buffer.from('x'), s: new Set([1]), u: new Uint8Array(2) }])],
    ['an error-like object', {}, calls(['error', { err: { message: 'like', name: 'X' } }], ['error', { err: 'text' }], ['error', { message: 'm' }])],
    ['causes that end in a circle', {}, calls(['error', Object.assign(new Error('round'), { cause: Object.assign(new Error('and'), { x: 1 }) })])],
    ['only custom levels, growing down', { customLevels: { loud: 1, soft: 5 }, useOnlyCustomLevels: true, levelComparison: 'DESC', level: 'soft' }, calls(['loud', 'a'], ['soft', 'b'], ['info', 'none'])],
    ['a comparison of its own', { levelComparison: (current: number, expected: number) => current !== expected }, calls(['info', 'not'], ['warn', 'yes'], ['trace', 'yes'])],
    ['no custom levels where they are needed', { useOnlyCustomLevels: true }, []],
    ['an unknown level', { level: 'nonsense' }, []],
    ['a level by its number', { level: 40 }, calls(['info', 'no'], ['warn', 'yes'])],
    ['a mixin that is none', { mixin: 'x' }, []],
    ['a prefix that is none', { msgPrefix: 1 }, []],
    ['prettyPrint', { prettyPrint: true }, []],
    ['redact that is none', { redact: { paths: 'x' } }, []],
    ['bindings with reserved names', {}, [{ child: { bindings: { level: 'x', serializers: {}, formatters: 1, customLevels: 2, ok: 1 }, options: undefined } }, ...calls(['info', 'x'])]],
    ['a child without bindings', {}, [{ child: { bindings: undefined as never, options: undefined } }]],
    ['a request and a response', {}, calls(['info', { method: 'GET', headers: { h: '1' }, socket: { remoteAddress: '::1', remotePort: 1 }, url: '/x?y', query: { y: '' }, id: 7 }], ['info', { setHeader() {}, headersSent: true, statusCode: 201, getHeaders: () => ({ a: 'b' }) }, 'done'])],
  ])('%s', (_what, some, steps) => {
    const { ours, pinos } = bySide(some, steps);
    expect(ours).toEqual(pinos);
  }); // prettier-ignore
});
