// class-transformer on made classes, decorated at random: what @Fields records is what instanceToPlain makes of them.
// Key by key in the same order, but for the differences that docs/fields.md lists (none of which these classes can have).
import 'reflect-metadata';
import type { ClassTransformOptions, ExposeOptions, TransformOptions } from 'class-transformer';
import { Exclude, Expose, instanceToPlain, Transform, Type } from 'class-transformer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FieldsOptions } from 'ttlog/decorators';
import { Fields } from 'ttlog/decorators';
import { FIELDS } from '../../src/core/field.js';
import { allowGeneration } from '../../src/decorators/generate.js';

type Made = new () => Record<string, unknown>;

interface PropertySpec {
  readonly name: string;
  readonly getter: boolean;
  readonly expose: (ExposeOptions & { name?: string }) | null;
  readonly exclude: TransformOptions | null;
  readonly transforms: readonly (TransformOptions & { suffix: string })[];
  readonly typed: boolean;
  readonly value: unknown;
}

interface ClassSpec {
  readonly whole: 'none' | 'expose' | 'exclude' | 'both';
  readonly properties: readonly PropertySpec[];
  readonly parent: readonly PropertySpec[] | null;
}

const sides = fc.constantFrom(
  {},
  {},
  {},
  { toClassOnly: true },
  { toPlainOnly: true },
  { toClassOnly: true, toPlainOnly: true },
);
const groups = fc.option(fc.subarray(['a', 'b']), { nil: undefined });
const versions = fc.record({ since: fc.constantFrom(undefined, 1, 2), until: fc.constantFrom(undefined, 2, 3) });

function options<T extends object>(more: fc.Arbitrary<T>): fc.Arbitrary<ExposeOptions & T> {
  return fc
    .tuple(sides, groups, versions, more)
    .map(([side, group, version, extra]) => ({ ...side, ...(group && { groups: group }), ...version, ...extra }));
}

const primitive = fc.oneof(
  fc.integer(),
  fc.string({ maxLength: 5 }),
  fc.boolean(),
  fc.constantFrom(null, undefined, 1.5, Number.NaN),
  fc.date({ noInvalidDate: true }),
);

/** In place of a value: an instance of the nested class, on its own or in something. */
const NESTED = ['nested', 'nested in a list', 'nested in an object', 'nested in lists'] as const;
const value = fc.oneof(
  { weight: 3, arbitrary: primitive },
  { weight: 1, arbitrary: fc.array(primitive, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('x', 'y'), primitive) },
  { weight: 3, arbitrary: fc.constantFrom(...NESTED).map((form) => ({ form })) },
);

const property: fc.Arbitrary<PropertySpec> = fc.record({
  name: fc.constantFrom('id', 'name', 'total', 'items', 'owner', 'note'),
  getter: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  expose: fc.option(options(fc.record({ name: fc.constantFrom(undefined, 'renamed', 'id', 'x y') })) as never, {
    freq: 2,
  }),
  exclude: fc.option(sides, { freq: 4 }),
  transforms: fc.array(options(fc.record({ suffix: fc.constantFrom('!', '?') })), { maxLength: 2 }),
  typed: fc.boolean(),
  value,
}) as never;

const properties = fc.uniqueArray(property, { selector: ({ name }) => name, maxLength: 6 });
const classSpec: fc.Arbitrary<ClassSpec> = fc.record({
  whole: fc.constantFrom('none', 'none', 'none', 'expose', 'exclude', 'both'),
  properties,
  parent: fc.option(properties, { freq: 3 }),
});

function build(spec: ClassSpec, nested: Made | undefined): Made {
  const parent = spec.parent === null ? undefined : declare(spec.parent, nested, undefined);
  const made = declare(spec.properties, nested, parent);
  if (spec.whole === 'exclude' || spec.whole === 'both') Exclude()(made);
  if (spec.whole === 'expose' || spec.whole === 'both') Expose()(made);
  return made;
}

function declare(specs: readonly PropertySpec[], nested: Made | undefined, parent: Made | undefined): Made {
  const base = parent ?? (Object as unknown as Made);
  const own = specs.filter(({ getter }) => !getter);
  const made = class extends base {
    constructor() {
      super();
      for (const { name, value: given } of own) {
        Object.defineProperty(this, name, {
          value: valueOf(given, nested),
          writable: true,
          enumerable: true,
          configurable: true,
        });
      }
    }
  };
  for (const { name, getter, expose, exclude, transforms, typed, value: given } of specs) {
    if (getter) {
      const read = valueOf(given, nested);
      Object.defineProperty(made.prototype, name, { get: () => read, configurable: true });
    }
    if (expose !== null) Expose(expose)(made.prototype, name);
    if (exclude !== null) Exclude(exclude)(made.prototype, name);
    for (const { suffix, ...more } of transforms) {
      Transform(({ value: before }) => (typeof before === 'string' ? before + suffix : before), more)(
        made.prototype,
        name,
      );
    }
    if (typed && nested !== undefined && isNested(given)) Type(() => nested)(made.prototype, name);
  }
  return made;
}

function isNested(given: unknown): given is { form: (typeof NESTED)[number] } {
  return typeof given === 'object' && given !== null && 'form' in given;
}

function valueOf(given: unknown, nested: Made | undefined): unknown {
  if (!isNested(given)) return given;
  if (nested === undefined) return 'no class';
  const forms = {
    nested: new nested(),
    'nested in a list': [new nested(), new nested()],
    'nested in an object': { inner: new nested() },
    'nested in lists': [[new nested()]],
  };
  return forms[given.form];
}

const selection: fc.Arbitrary<FieldsOptions> = fc.record(
  { groups: fc.subarray(['a', 'b']), version: fc.constantFrom(1, 2, 3) },
  { requiredKeys: [] },
);

test.each([
  ['compiled', true],
  ['where code must not be made at run time', false],
])('@Fields is instanceToPlain, %s', (_how, allowed) => {
  const before = allowGeneration(allowed);
  try {
    fc.assert(
      fc.property(classSpec, classSpec, selection, (outer, inner, selected) => {
        const made = build(outer, build(inner, undefined));
        Fields(selected)(made);
        const instance = new made();
        const expected = instanceToPlain(instance, selected as ClassTransformOptions);
        const fields = (instance as { [FIELDS]?: (one: object) => Record<string, unknown> })[FIELDS]!(instance);
        expect(fields).toEqual(expected);
        expect(JSON.stringify(fields)).toBe(JSON.stringify(expected));
      }),
      { numRuns: 500 },
    );
  } finally {
    allowGeneration(before);
  }
});
