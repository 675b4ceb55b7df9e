// https://www.w3.org/TR/2021/REC-trace-context-1-20211123/#tracestate-header
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { passedTracestate } from '../../src/context/tracestate.js';

test.each([
  ['one member', 'rojo=00f067aa0ba902b7', 'rojo=00f067aa0ba902b7'],
  ['several, in their order', 'congo=t61rcWkgMzE,rojo=1', 'congo=t61rcWkgMzE,rojo=1'],
  ['white space around members', ' congo=1 ,\trojo=2 ', 'congo=1,rojo=2'],
  ['empty members', 'congo=1,,\t, rojo=2,', 'congo=1,rojo=2'],
  ['a value with spaces in it', 'congo=a b', 'congo=a b'],
  ['keys of tenants', 'fw529a3039@dt=FfffffA;FfB,0_-*/=x', 'fw529a3039@dt=FfffffA;FfB,0_-*/=x'],
  ['the longest key and value', `${'k'.repeat(256)}=${'v'.repeat(200)}`, `${'k'.repeat(256)}=${'v'.repeat(200)}`],
  [
    '32 members',
    Array.from({ length: 32 }, (_, i) => `k${i}=v`).join(','),
    Array.from({ length: 32 }, (_, i) => `k${i}=v`).join(','),
  ],
])('%s is passed on', (_what, header, passed) => {
  expect(passedTracestate(header)).toBe(passed);
});

test.each([
  ['nothing', undefined],
  ['empty', ''],
  ['no pair', 'congo'],
  ['no value', 'congo='],
  ['no key', '=1'],
  ['a key with a capital', 'Congo=1'],
  ['a key that is too long', `${'k'.repeat(257)}=1`],
  ['a value that is too long', `k=${'v'.repeat(257)}`],
  ['an equals sign in a value', 'congo=a=b'],
  ['a control character', 'congo=a\u0001'],
  ['a letter beyond ASCII', 'congo=ä'],
  ['the same key twice', 'congo=1,congo=2'],
  ['33 members', Array.from({ length: 33 }, (_, i) => `k${i}=v`).join(',')],
  ['several headers, unjoined', ['congo=1', 'rojo=2']],
  ['endless', `congo=1,${'x'.repeat(100_000)}`],
])('%s is dropped whole', (_what, header) => {
  expect(passedTracestate(header)).toBe('');
});

describe('more than 512 characters', () => {
  test('over-long members go first', () => {
    const long = `long=${'x'.repeat(150)}`;
    const short = Array.from({ length: 10 }, (_, i) => `k${i}=${'v'.repeat(40)}`);
    expect(passedTracestate([...short.slice(0, 5), long, ...short.slice(5)].join(','))).toBe(short.join(','));
  });

  test('then those at the end', () => {
    const members = Array.from({ length: 20 }, (_, i) => `k${i}=${'v'.repeat(40)}`);
    const passed = passedTracestate(members.join(','));
    expect(passed.length).toBeLessThanOrEqual(512);
    expect(passed).toBe(members.slice(0, passed.split(',').length).join(','));
    expect(passed.split(',').length).toBe(11);
  });
});

const character = (text: string) => fc.constantFrom(...text.split(''));
const key = fc
  .tuple(character('abcz019'), fc.string({ unit: character('abcz019_-*/@'), maxLength: 20 }))
  .map((parts) => parts.join(''));
const value = fc
  .tuple(fc.string({ unit: character(' !"#$%&+-./:;<>?@[]^_`{|}~azAZ09'), maxLength: 20 }), character('!#~aZ9'))
  .map((parts) => parts.join(''));

test('what is valid and short is passed on as it is', () => {
  const members = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 11 });
  fc.assert(
    fc.property(members, (list) => {
      const header = list.map((pair) => pair.join('=')).join(',');
      expect(passedTracestate(header)).toBe(header);
    }),
  );
});

test('passing on is the end of it: what was passed on once is passed on as it is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: character('ab=, \t01@') }), fc.anything()), (header) => {
      const passed = passedTracestate(header);
      expect(passed.length).toBeLessThanOrEqual(512);
      expect(passedTracestate(passed)).toBe(passed);
    }),
  );
});
