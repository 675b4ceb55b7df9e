// Random objects under random rules: what is recorded is what a naive reading of the rules says.
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { LogEvent } from 'ttlog';
import { emit, EventBuilder, getLogger, info, installBackend, span, withContext } from 'ttlog';
import { createRedactor } from '../../src/core/redact.js';
import { state } from '../../src/core/state.js';
import { normaliseRedact, redactorOf } from '../../src/runtime/redact-options.js';
import { newest, newRing } from './support.js';

const CENSOR = '[Redacted]';
const GONE = Symbol('gone');

interface Rules {
  readonly keys: readonly string[];
  readonly paths: readonly string[];
  readonly isSearched: boolean;
  readonly censor: 'text' | 'remove' | 'function';
}

/** Few names, so that paths and values meet. None is part of another word. */
const name = fc.constantFrom('a', 'b', 'c', 'd', '0', '1');
const segment = fc.oneof({ weight: 4, arbitrary: name }, { weight: 2, arbitrary: fc.constant('*') }, fc.constant('**'));
const rules: fc.Arbitrary<Rules> = fc.record({
  keys: fc.uniqueArray(fc.constantFrom('d', 'e'), { maxLength: 2 }),
  paths: fc.array(
    fc.array(segment, { minLength: 1, maxLength: 5 }).map((path) => path.join('.')),
    { maxLength: 4 },
  ),
  isSearched: fc.boolean(),
  censor: fc.constantFrom('text', 'remove', 'function'),
});
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(1, true, null, 'plain', 'S1', 'is S22 and S3'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(name, fc.constant('e')), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const fields = fc.dictionary(fc.oneof(name, fc.constant('e')), value, {
  minKeys: 1,
  maxKeys: 5,
  noNullPrototype: true,
});

/** The rule read aloud: does the path, as a list of segments, match these names? */
function matches(path: readonly string[], names: readonly string[]): boolean {
  if (path.length === 0) return names.length === 0;
  const [first, ...rest] = path;
  if (first === '**') return matches(rest, names) || (names.length > 0 && matches(path, names.slice(1)));
  return names.length > 0 && (first === '*' || first === names[0]) && matches(rest, names.slice(1));
}

function reference(given: unknown, names: readonly string[], isKey: boolean, by: Rules): unknown {
  const isHidden =
    names.length > 0 &&
    ((isKey && by.keys.includes(names.at(-1)!)) || by.paths.some((path) => matches(path.split('.'), names)));
  if (isHidden) return by.censor === 'remove' ? GONE : by.censor === 'text' ? CENSOR : `<${names.join('/')}>`;
  if (typeof given === 'string') {
    if (!by.isSearched) return given;
    const made = by.censor === 'remove' ? '' : by.censor === 'text' ? CENSOR : `<${names.join('/')}>`;
    return given.replaceAll(/S\d+/g, made);
  }
  if (Array.isArray(given)) {
    return given.map((item, i) => reference(item, [...names, String(i)], false, by)).filter((item) => item !== GONE);
  }
  if (typeof given !== 'object' || given === null) return given;
  const made = Object.entries(given).map(([key, item]) => [key, reference(item, [...names, key], true, by)] as const);
  return Object.fromEntries(made.filter(([, item]) => item !== GONE));
}

function follow({ keys, paths, isSearched, censor }: Rules): void {
  const made =
    censor === 'text'
      ? CENSOR
      : censor === 'remove'
        ? 'remove'
        : (_: unknown, path: readonly string[]) => `<${path.join('/')}>`;
  state.redactor = redactorOf(normaliseRedact({ keys, paths, patterns: isSearched ? [/S\d+/] : [], censor: made })!);
  newRing();
}

beforeEach(() => newRing());
afterAll(() => {
  state.redactor = createRedactor();
});

function toBackend(run: () => void): Record<string, unknown> {
  let seen: LogEvent | undefined;
  const previous = installBackend({ emit: (event) => void (seen = event), flush() {}, setLevel() {} });
  run();
  installBackend(previous);
  return Object.fromEntries(seen!.fields.map(({ key, value: kept }) => [key, kept]));
}

function built(given: Record<string, unknown>): LogEvent {
  const builder = EventBuilder.withCapacity(5);
  for (const [key, item] of Object.entries(given)) builder.field(key, item);
  return builder.build();
}

function asIs(given: Record<string, unknown>): LogEvent {
  const list = Object.entries(given).map(([key, item]) => ({ key, value: item as never }));
  return { ...EventBuilder.withCapacity(0).build(), fields: list };
}

function toRing(run: () => void): Record<string, unknown> {
  run();
  const { duration_ms: _duration, outcome: _outcome, ...own } = newest().values;
  return own;
}

type Way = (given: Record<string, unknown>) => Record<string, unknown>;

const WAYS: readonly (readonly [name: string, way: Way])[] = [
  ['in fields', (given) => toRing(() => info('x', given))],
  ['in fields, the second time', (given) => toRing(() => { info('x', given); info('x', given); })],
  ['in fields that carry their names', (given) => toRing(() => { newRing(undefined, 64); info('x', given); })],
  ['in contexts', (given) => toRing(() => withContext(given, () => info('x')))],
  ['in bindings', (given) => toRing(() => getLogger('t', given).info('x'))],
  ['in arguments of spans', (given) => toRing(() => span('s', given).end())],
  ['in fields that spans get later', (given) => toRing(() => { const work = span('s'); work.record(given); work.end(); })],
  ['in events that were built', (given) => toRing(() => emit(built(given)))],
  ['in events as they are', (given) => toRing(() => emit(asIs(given)))],
  ['for other backends', (given) => toBackend(() => info('x', given))],
  ['for other backends, in events that were built', (given) => toBackend(() => emit(built(given)))],
  ['for other backends, in events as they are', (given) => toBackend(() => emit(asIs(given)))],
]; // prettier-ignore

describe('what is recorded is what the rules say', () => {
  it.each(WAYS)('%s', (_name, way) => {
    fc.assert(
      fc.property(rules, fields, (by, given) => {
        follow(by);
        const before = JSON.stringify(given);
        expect(way(given)).toEqual(reference(given, [], false, by));
        expect(JSON.stringify(given)).toBe(before);
      }),
      { numRuns: 150 },
    );
  });
});

describe('what is redacted is nowhere in the memory of the ring', () => {
  const SECRET = 'hunter-2-secret';
  it('whatever is around it', () => {
    const holder = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constant({ secret: SECRET }),
        fc.constant({ x: { y: SECRET } }),
        fc.constant(`text ${SECRET} text`.replace(SECRET, 'S12345')),
        fc.anything({ withMap: true, withSet: true, withDate: true, withNullPrototype: true }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), holder, { maxKeys: 4 }),
        fc.constantFrom<Rules['censor'][]>('text', 'remove', 'function'),
        (given, censor) => {
          follow({ keys: ['secret'], paths: ['**.x.y'], isSearched: true, censor });
          withContext({ secret: SECRET, given }, () => {
            const work = span('s', given);
            work.run(() => getLogger('t', { x: { y: SECRET }, given }).info('x', given));
            work.record({ secret: SECRET });
            work.fail(Object.assign(new Error('e'), { secret: SECRET, given }));
          });
          const bytes = Buffer.from(state.ring!.buffer, 0);
          expect(bytes.includes(SECRET)).toBe(false);
          expect(bytes.includes('S12345')).toBe(false);
        },
      ),
      { numRuns: 100 },
    );
  });
});
