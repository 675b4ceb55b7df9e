// https://www.w3.org/TR/baggage/
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { baggageEntry, formatBaggage, parseBaggage } from '../../src/context/baggage.js';

const pairs = (header: unknown) => parseBaggage(header).map(({ key, value }) => [key, value]);

test('reads the examples of the specification', () => {
  expect(pairs('userId=alice,serverNode=DF%2028,isProduction=false')).toEqual([
    ['userId', 'alice'],
    ['serverNode', 'DF 28'],
    ['isProduction', 'false'],
  ]);
  expect(pairs('userId =   alice, serverNode = DF%2028, isProduction = false')).toHaveLength(3);
  const [first, second, third] = parseBaggage(
    'key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=propertyValue',
  );
  expect(first).toEqual({ key: 'key1', value: 'value1', text: 'key1=value1;property1;property2' });
  expect(second).toEqual({ key: 'key2', value: 'value2', text: 'key2=value2' });
  expect(third).toEqual({ key: 'key3', value: 'value3', text: 'key3=value3;propertyKey=propertyValue' });
});

test('values may have equals signs, be empty, and come twice', () => {
  expect(pairs('a=b=c=,d=,a=2')).toEqual([
    ['a', 'b=c='],
    ['d', ''],
    ['a', '2'],
  ]);
});

test('what is percent-encoded is UTF-8; what is not becomes U+FFFD', () => {
  expect(pairs('k=%c3%a4%E2%82%AC,l=%FF%zz%')).toEqual([
    ['k', 'ä€'],
    ['l', '\uFFFD%zz%'],
  ]);
});

test('members that are not valid are left out, the others stay', () => {
  expect(pairs('a=1,nonsense,=x,b c=2,d="3",e=ä,f=4;bad prop,g=5;,h=6')).toEqual([
    ['a', '1'],
    ['h', '6'],
  ]);
});

test('at least 64 members and 8192 bytes are handed on, and not without end', () => {
  const many = Array.from({ length: 64 }, (_, i) => `k${i}=v`).join(',');
  expect(formatBaggage(parseBaggage(many))).toBe(many);
  expect(parseBaggage(Array.from({ length: 500 }, (_, i) => `k${i}=v`).join(','))).toHaveLength(180);
  const long = `k=${'v'.repeat(8190)}`;
  expect(formatBaggage(parseBaggage(long))).toBe(long);
  expect(parseBaggage(`a=1,k=${'v'.repeat(8190)}`)).toHaveLength(1);
  expect(parseBaggage(`a=1,${'x'.repeat(1_000_000)}`)).toEqual([]);
});

test.each([
  ['nothing', undefined],
  ['a list', ['a=1']],
  ['a number', 7],
  ['null', null],
])('%s is none', (_what, header) => {
  expect(parseBaggage(header)).toEqual([]);
});

test('an entry of one’s own is encoded; a key cannot be', () => {
  expect(baggageEntry('k', '\ud800x')?.text).toBe('k=%EF%BF%BDx');
  expect(baggageEntry('city', 'Zürich, "CH"; 100%\\')?.text).toBe('city=Z%C3%BCrich%2C%20%22CH%22%3B%20100%25%5C');
  expect(baggageEntry('user id', 'x')).toBeUndefined();
  expect(baggageEntry('', 'x')).toBeUndefined();
});

test('any value comes back, whatever is in it', () => {
  const unit = fc.constantFrom(..."!#$%&'*+-.^_`|~09AZaz".split(''));
  const key = fc.string({ unit, minLength: 1, maxLength: 10 });
  const codePoint = fc.integer({ min: 0, max: 0x10_ff_ff }).filter((point) => point < 0xd800 || point > 0xdfff);
  const value = fc.array(codePoint, { maxLength: 10 }).map((points) => String.fromCodePoint(...points));
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value), { maxLength: 5 }), (given) => {
      const entries = given.map(([name, text]) => baggageEntry(name, text)!);
      const header = formatBaggage(entries);
      expect(header).toMatch(/^[\x20-\x7e]*$/);
      expect(parseBaggage(header).map((entry) => [entry.key, entry.value])).toEqual(given);
    }),
  );
});

test('any header: nothing throws, the limits hold, and what is handed on is handed on as it is', () => {
  const nearly = fc.string({ unit: fc.constantFrom(...'ab=,; \t%4C"\\ä'.split('')), maxLength: 60 });
  fc.assert(
    fc.property(fc.oneof(nearly, fc.string(), fc.anything()), (header) => {
      const entries = parseBaggage(header);
      const passed = formatBaggage(entries);
      expect(passed.length).toBeLessThanOrEqual(8192);
      expect(parseBaggage(passed)).toEqual(entries);
    }),
  );
});
