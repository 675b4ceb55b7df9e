// class-transformer: where @Fields is not instanceToPlain, on purpose. The table in docs/fields.md is this table.
import 'reflect-metadata';
import { Exclude, Expose, instanceToPlain, Transform, Type } from 'class-transformer';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { info } from 'ttlog';
import { Field, Fields } from 'ttlog/decorators';
import { root } from '../../scripts/entries.mjs';
import { allowGeneration } from '../../src/decorators/generate.js';
import { recorded, startRecording } from '../support/recorded.js';

interface Difference {
  readonly what: string;
  readonly theirs: string;
  readonly ours: string;
  readonly prove: () => void;
}

function fieldsOf(instance: object): Record<string, unknown> {
  startRecording();
  info(instance, 'fields');
  return recorded().event('fields').values;
}

class Secretive {
  name = 'n';
  @Exclude() secret = 1;
  next: Secretive | undefined = undefined;
}

const differences: readonly Difference[] = [
  {
    what: 'cycles',
    theirs: 'overflow the stack, or are undefined with `enableCircularCheck`',
    ours: '"[Circular]"',
    prove() {
      @Fields()
      class Holder {
        part = new Secretive();
      }
      const holder = new Holder();
      holder.part.next = holder.part;
      expect(() => instanceToPlain(holder)).toThrow(RangeError);
      expect(instanceToPlain(holder, { enableCircularCheck: true })).toEqual({ part: { name: 'n', next: undefined } });
      expect(fieldsOf(holder)).toEqual({ part: { name: 'n', next: '[Circular]' } });
    },
  },
  {
    what: 'depth, width, number of values',
    theirs: 'without bound',
    ours: 'bounded as everywhere, "[Truncated]"',
    prove() {
      @Fields()
      class Holder {
        deep: unknown = new Secretive();
        wide = Array.from({ length: 10_000 }, () => new Secretive());
      }
      const holder = new Holder();
      for (let i = 0; i < 100; i++) holder.deep = { inner: holder.deep };
      expect(instanceToPlain(holder)['wide']).toHaveLength(10_000);
      const { deep, wide } = fieldsOf(holder);
      expect(JSON.stringify(deep)).toContain('[Truncated]');
      expect(wide).toHaveLength(129);
      expect(JSON.stringify([deep, wide])).not.toContain('secret');
    },
  },
  {
    what: 'functions in properties, exposed methods',
    theirs: 'are called',
    ours: 'never called; a property without a value',
    prove() {
      let calls = 0;
      @Fields()
      class Task {
        run = (): number => ++calls;
        @Expose() stop(): number {
          return ++calls;
        }
      }
      expect(fieldsOf(new Task())).toEqual({ run: undefined, stop: undefined });
      expect(calls).toBe(0);
      expect(instanceToPlain(new Task())).toMatchObject({ stop: expect.any(Number) });
      expect(calls).toBeGreaterThan(0);
    },
  },
  {
    what: 'getters',
    theirs: 'are read up to five times',
    ours: 'read once',
    prove() {
      let reads = 0;
      @Fields()
      class Cart {
        @Expose() get total(): number {
          return ++reads;
        }
      }
      expect(fieldsOf(new Cart())).toEqual({ total: 1 });
      expect(reads).toBe(1);
      instanceToPlain(new Cart());
      expect(reads).toBeGreaterThan(2);
    },
  },
  {
    what: 'the discriminator of a subclass',
    theirs: 'is written into the source',
    ours: 'is recorded, the source stays as it is',
    prove() {
      class Dog {
        bark = 1;
      }
      @Fields()
      class Home {
        @Type(() => Object, { discriminator: { property: 'kind', subTypes: [{ name: 'dog', value: Dog }] } })
        pet: object = new Dog();
      }
      const home = new Home();
      expect(fieldsOf(home)).toEqual({ pet: { kind: 'dog', bark: 1 } });
      expect('kind' in home.pet).toBe(false);
      expect(instanceToPlain(home)).toEqual({ pet: { kind: 'dog', bark: 1 } });
      expect('kind' in home.pet).toBe(true);
    },
  },
  {
    what: 'a getter or a transform that throws',
    theirs: 'throws',
    ours: '"[Throws: …]", and the rest is recorded',
    prove() {
      class Broken {
        ok = 1;
        @Exclude() secret = 1;
        @Expose() get bad(): number {
          throw new Error('boom');
        }
      }
      @Fields()
      class Holder {
        part = new Broken();
        @Transform(() => {
          throw new Error('bang');
        })
        worse = 1;
      }
      expect(() => instanceToPlain(new Holder())).toThrow('boom');
      expect(fieldsOf(new Holder())).toEqual({ part: { ok: 1, bad: '[Throws: boom]' }, worse: '[Throws: bang]' });
    },
  },
  {
    what: 'errors, URLs, promises, objects with a `toJSON`',
    theirs: 'become their own enumerable properties, mostly `{}`',
    ours: 'keep the form that they have in every field',
    prove() {
      class Money {
        constructor(private readonly cents: number) {}
        toJSON(): string {
          return `${this.cents / 100} EUR`;
        }
      }
      @Fields()
      class Everything {
        error = new Error('no');
        url = new URL('https://example.com/');
        money = new Money(950);
        promise = Promise.resolve(1);
      }
      const one = new Everything();
      expect(instanceToPlain(one)).toMatchObject({ error: {}, url: {}, money: { cents: 950 } });
      const { error, url, money, promise } = one;
      info('spelt', { error, url, money, promise });
      const spelt = recorded().event('spelt').values;
      expect(fieldsOf(one)).toEqual(spelt);
      expect(spelt).toMatchObject({ error: { message: 'no' }, url: 'https://example.com/', money: '9.5 EUR' });
    },
  },
  {
    what: 'maps, sets',
    theirs: 'become objects, arrays',
    ours: 'stay maps and sets, with plain objects inside',
    prove() {
      @Fields()
      class Holder {
        @Type(() => Secretive) map = new Map([['a', new Secretive()]]);
        @Type(() => Secretive) set = new Set([new Secretive()]);
      }
      const part = { name: 'n', next: undefined };
      expect(instanceToPlain(new Holder())).toEqual({ map: { a: part }, set: [part] });
      expect(fieldsOf(new Holder())).toEqual({ map: new Map([['a', part]]), set: new Set([part]) });
    },
  },
  {
    what: 'a nested `@Fields` class',
    theirs: 'follows the options of the outer one',
    ours: 'is recorded by its own `rename`, `groups` and `version`',
    prove() {
      @Fields({ rename: 'snake_case', groups: ['inner'] })
      class Address {
        zipCode = 1;
        @Expose({ groups: ['inner'] }) floor = 2;
        @Expose({ groups: ['outer'] }) door = 3;
        @Exclude() secret = 4;
      }
      @Fields({ groups: ['outer'] })
      class User {
        @Type(() => Address) homeAddress = new Address();
      }
      expect(instanceToPlain(new User(), { groups: ['outer'] })).toEqual({ homeAddress: { zipCode: 1, door: 3 } });
      expect(fieldsOf(new User())).toEqual({ homeAddress: { zip_code: 1, floor: 2 } });
    },
  },
  {
    what: '`@Field` on the same property',
    theirs: 'means nothing',
    ours: 'beats `@Exclude`; `@Field({ skip: true })` beats `@Expose`: what is logged is one thing, what is answered another',
    prove() {
      @Fields()
      class User {
        @Exclude() @Field({ redact: true }) email = 'x';
        @Expose() @Field({ skip: true }) raw = 'y';
        @Exclude() gone = 1;
      }
      expect(instanceToPlain(new User())).toEqual({ raw: 'y' });
      expect(fieldsOf(new User())).toEqual({ email: '[Redacted]' });
    },
  },
  {
    what: 'names that the redactor knows',
    theirs: 'are values like any other',
    ours: '"[Redacted]", at any depth',
    prove() {
      @Fields()
      class User {
        password = 'hunter2';
        inner = { apiKey: 'k' };
      }
      expect(instanceToPlain(new User())).toEqual({ password: 'hunter2', inner: { apiKey: 'k' } });
      expect(fieldsOf(new User())).toEqual({ password: '[Redacted]', inner: { apiKey: '[Redacted]' } });
    },
  },
];

beforeEach(startRecording);

describe.each([
  ['compiled', true],
  ['where code must not be made at run time', false],
])('%s', (_how, allowed) => {
  let before: boolean;
  beforeEach(() => {
    before = allowGeneration(allowed);
  });
  afterEach(() => {
    allowGeneration(before);
  });

  // oxlint-disable-next-line vitest/expect-expect -- each proof asserts
  test.each(differences.map(({ what, prove }) => [what, prove] as const))('%s', (_what, prove) => prove());
});

test('the table in docs/fields.md is this one', () => {
  const page = readFileSync(`${root}docs/fields.md`, 'utf8');
  const [, rest] = page.split('| | instanceToPlain | @Fields |\n|---|---|---|\n');
  const [table] = rest.split('\n\n');
  expect(table.split('\n')).toEqual(differences.map(({ what, theirs, ours }) => `| ${what} | ${theirs} | ${ours} |`));
});
