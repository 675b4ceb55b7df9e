// Instances of one class may differ: in the properties they have, in their order, in what is enumerable, in the kinds of their values.
// Extractors are compiled for one shape, so each instance is compared with what its own enumerable properties are.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Field, Fields } from 'ttlog/decorators';
import { FIELDS } from '../../src/core/field.js';
import { allowGeneration } from '../../src/decorators/generate.js';

function fieldsOf(instance: object): Record<string, unknown> {
  return (instance as { [FIELDS]: (instance: object) => Record<string, unknown> })[FIELDS](instance);
}

interface Property {
  readonly key: string;
  readonly value: unknown;
  readonly enumerable: boolean;
}

@Fields()
class Part {
  readonly part = 1;
}
const part = new Part();
const list = [1, 2];

/** Numbered names: that the same ones come again is what matters. `__proto__` and `constructor` are never fields. */
const key = fc.oneof(
  { weight: 6, arbitrary: fc.nat(11).map((n) => `key_${n}`) },
  fc.constantFrom('', '7', '\n', 'i', 'n0', 'v0', 'o', '\'"\n', '`${o}`', '\\u0061', '\u2028', '\ud800', '\0', '*/'),
);
const value = fc.constantFrom<unknown>(1, 0.5, 'text', '', true, false, null, undefined, part, list, 9n);
const property: fc.Arbitrary<Property> = fc.record({ key, value, enumerable: fc.nat(9).map((n) => n !== 0) });
const properties = fc.uniqueArray(property, { maxLength: 14, selector: (one) => one.key });

function make(type: new () => object, own: readonly Property[]): object {
  const instance = new type();
  for (const { key: name, ...descriptor } of own) {
    Object.defineProperty(instance, name, { ...descriptor, configurable: true, writable: true });
  }
  return instance;
}

test.each([
  ['compiled', true],
  ['where code must not be made at run time', false],
])('the fields are those of the very instance, in its order: %s', (_how, allowed) => {
  const before = allowGeneration(allowed);
  try {
    fc.assert(
      fc.property(fc.array(fc.tuple(properties, fc.boolean()), { maxLength: 6 }), (instances) => {
        @Fields()
        class Loose {}
        class Looser extends Loose {}
        for (const [own, isSub] of [...instances, ...instances]) {
          const instance = make(isSub ? Looser : Loose, own);
          expect(Object.entries(fieldsOf(instance))).toEqual(Object.entries(instance));
        }
      }),
    );
  } finally {
    allowGeneration(before);
  }
});

// Up to 8 names are at hand when keys are compared; of more, four at a time.
test.each([0, 1, 2, 7, 8, 9, 12, 13, 16])('of %i properties one more, less, hidden or moved is noticed', (count) => {
  const own: Property[] = Array.from({ length: count }, (_, i) => ({ key: `key_${i}`, value: i, enumerable: true }));
  const extra = { key: 'extra', value: 'extra', enumerable: true };
  const others: Property[][] = [[...own, extra]];
  for (const [i, one] of own.entries()) {
    others.push(own.toSpliced(i, 1), own.toSpliced(i, 1, extra), own.toSpliced(i, 0, extra));
    others.push([...own.toSpliced(i, 1), one], [...own.with(i, { ...one, enumerable: false }), extra]);
  }
  for (const other of others) {
    @Fields()
    class Many {}
    fieldsOf(make(Many, own)); // compiled for these
    const instance = make(Many, other);
    expect(Object.entries(fieldsOf(instance))).toEqual(Object.entries(instance));
  }
});

test.each([256, 257, 1000, 1025, 4096])('%i properties are all there, and are those of each instance', (count) => {
  @Fields()
  class Wide {}
  const own = Array.from({ length: count }, (_, i) => ({ key: `key_${i}`, value: i, enumerable: true }));
  for (const some of [own, own.slice(1), own, own.toReversed()]) {
    const instance = make(Wide, some);
    expect(Object.entries(fieldsOf(instance))).toEqual(Object.entries(instance));
  }
});

test('names that look alike when they are written down one after another', () => {
  @Fields()
  class Odd {}
  for (const keys of [[], [''], ['a', 'b'], ['a\nb'], ['a,b'], ['a","b'], ['', '']]) {
    const instance = Object.assign(new Odd(), Object.fromEntries(keys.map((name) => [name, 1])));
    expect(Object.entries(fieldsOf(instance))).toEqual(Object.entries(instance));
  }
});

test('100 000 properties are looked at as far as a record could hold them', () => {
  @Fields()
  class Endless {}
  const own = Array.from({ length: 100_000 }, (_, i) => ({ key: `key_${i}`, value: i, enumerable: true }));
  const fields = fieldsOf(make(Endless, own));
  expect(Object.keys(fields)).toHaveLength(4096);
  expect(fields['key_4095']).toBe(4095);
});

test('what is nested becomes hostile: a mark, and getters have been read once all the same', () => {
  let reads = 0;
  @Fields()
  class Owner {
    inner: object = part;
    @Field()
    get total(): number {
      return ++reads;
    }
    last = 1;
  }
  fieldsOf(new Owner());
  const owner = new Owner();
  const { proxy, revoke } = Proxy.revocable({}, {});
  owner.inner = proxy;
  revoke();
  reads = 0;
  expect(fieldsOf(owner)).toEqual({ inner: expect.stringContaining('[Throws: '), last: 1, total: 1 });
  expect(reads).toBe(1);
});
