// class-transformer, whose decorators are legacy ones.
import 'reflect-metadata';
import { Exclude, Expose, instanceToPlain, Transform, Type } from 'class-transformer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { info } from 'ttlog';
import { Field, Fields } from 'ttlog/decorators';
import { allowGeneration } from '../../src/decorators/generate.js';
import { recorded, startRecording } from '../support/recorded.js';

function recordedOf(instance: object): Record<string, unknown> {
  startRecording();
  info(instance, 'fields');
  return recorded().event('fields').values;
}

describe.each([
  ['compiled', true],
  ['where code must not be made at run time', false],
])('class-transformer, %s', (_how, allowed) => {
  let before: boolean;
  beforeEach(() => {
    before = allowGeneration(allowed);
  });
  afterEach(() => {
    allowGeneration(before);
  });

  test('@Expose names and getters, @Exclude', () => {
    @Fields()
    class User {
      @Expose({ name: 'user_id' }) id = 7;
      first = 'Ada';
      @Exclude() secret = 'x';
      @Expose() get initial(): string {
        return this.first.slice(0, 1);
      }
      @Expose({ name: 'greeting' }) get hello(): string {
        return `hello ${this.first}`;
      }
      get plain(): number {
        return 1;
      }
    }
    const user = new User();
    expect(recordedOf(user)).toEqual({ user_id: 7, first: 'Ada', initial: 'A', greeting: 'hello Ada' });
    expect(recordedOf(user)).toEqual(instanceToPlain(user));
    expect(Object.keys(recordedOf(user))).toEqual(Object.keys(instanceToPlain(user)));
  });

  test('a class that is excluded exposes one by one', () => {
    @Fields()
    @Exclude()
    class User {
      @Expose() id = 7;
      secret = 'x';
      @Expose({ toClassOnly: true }) inOnly = 1;
      @Expose({ toPlainOnly: true }) outOnly = 2;
    }
    const user = new User();
    expect(recordedOf(user)).toEqual({ id: 7, outOnly: 2 });
    expect(recordedOf(user)).toEqual(instanceToPlain(user));
  });

  test('@Transform: several, ancestors first, given value, key, obj and type', () => {
    const seen: unknown[] = [];
    class Base {
      @Transform(({ value }) => `${value}-base`) name: unknown = 'n';
    }
    @Fields()
    class User extends Base {
      @Transform(({ value, key, obj, type }) => {
        seen.push([key, obj, type]);
        return `${value}-own`;
      })
      override name: unknown = 'n';
      @Transform(({ value }) => (value as Date).getTime(), { toPlainOnly: true }) when: unknown = new Date(5);
      @Transform(() => 'never', { toClassOnly: true }) same = 1;
    }
    const user = new User();
    expect(recordedOf(user)).toEqual({ name: 'n-base-own', when: 5, same: 1 });
    expect(seen).toEqual([['name', user, 1]]);
    expect(recordedOf(user)).toEqual(instanceToPlain(user));
  });

  test('a @Transform that throws costs its own field', () => {
    @Fields()
    class User {
      id = 1;
      @Transform(() => {
        throw new Error('boom');
      })
      bad = 2;
    }
    expect(recordedOf(new User())).toEqual({ id: 1, bad: '[Throws: boom]' });
  });

  test('@Type: nested classes, in arrays, sets and maps', () => {
    class Address {
      @Expose({ name: 'town' }) city = 'Bern';
      @Exclude() secret = 'x';
    }
    @Fields()
    class User {
      @Type(() => Address) home: unknown = new Address();
      @Type(() => Address) list = [new Address(), { city: 'Rome', secret: 'y' }];
      @Type(() => Address) set = new Set([new Address()]);
      @Type(() => Address) map = new Map([['a', new Address()]]);
      @Type(() => Address) nothing = null;
      @Type(() => Address) literal = { city: 'Oslo', secret: 'z' };
    }
    const town = { town: 'Bern' };
    expect(recordedOf(new User())).toEqual({
      home: town,
      list: [town, { town: 'Rome' }],
      set: new Set([town]),
      map: new Map([['a', town]]),
      nothing: null,
      literal: { town: 'Oslo' },
    });
  });

  test('a nested class needs no @Type, wherever it is', () => {
    class Address {
      city = 'Bern';
      @Exclude() secret = 'x';
    }
    class Plain {
      address = new Address();
      more = { deep: [[new Address()]] };
    }
    @Fields()
    class User {
      home = new Address();
      plain = new Plain();
      list = [{ address: new Address() }];
      map = new Map([['a', { b: new Address() }]]);
      untouched = { a: [1, { b: 2 }] };
    }
    const user = new User();
    const text = JSON.stringify(instanceToPlain(new User()));
    expect(text).not.toContain('secret');
    const city = { city: 'Bern' };
    expect(recordedOf(user)).toEqual({
      home: city,
      plain: { address: city, more: { deep: [[city]] } },
      list: [{ address: city }],
      map: new Map([['a', { b: city }]]),
      untouched: { a: [1, { b: 2 }] },
    });
    expect(user.plain.address.secret).toBe('x');
  });

  test('@Type converts to primitives and dates', () => {
    @Fields()
    class Loose {
      @Type(() => String) text: unknown = 12;
      @Type(() => Number) count: unknown = '12';
      @Type(() => Boolean) flag: unknown = 1;
      @Type(() => Date) when: unknown = '1970-01-01T00:00:00.005Z';
      @Type(() => Number) list: unknown = ['1', '2'];
      @Type(() => String) nothing: unknown = null;
    }
    const one = new Loose();
    expect(recordedOf(one)).toEqual(instanceToPlain(one));
    expect(recordedOf(one)).toMatchObject({ text: '12', count: 12, flag: true, when: new Date(5), list: [1, 2] });
  });

  test('@Type: a thunk may name a class that comes later, and look at the object', () => {
    @Fields()
    class Shape {
      kind = 'circle';
      @Type((help) => ((help!.object as Shape).kind === 'circle' ? Circle : Square)) part: unknown = { r: 1, s: 2 };
    }
    class Circle {
      @Exclude() s = 0;
    }
    class Square {
      @Exclude() r = 0;
    }
    expect(recordedOf(new Shape())).toEqual({ kind: 'circle', part: { r: 1 } });
    const other = new Shape();
    other.kind = 'square';
    expect(recordedOf(other)).toEqual({ kind: 'square', part: { s: 2 } });
  });

  test('a discriminator is recorded, and the source is not changed', () => {
    class Dog {
      bark = 1;
    }
    class Cat {
      meow = 1;
      @Exclude() secret = 2;
    }
    const discriminator = {
      property: '__type',
      subTypes: [
        { name: 'dog', value: Dog },
        { name: 'cat', value: Cat },
      ],
    };
    @Fields()
    class Home {
      @Type(() => Object, { discriminator }) pet: unknown = new Dog();
      @Type(() => Object, { discriminator }) pets = [new Cat(), new Dog()];
      @Type(() => Object, { discriminator }) stranger = { a: 1 };
    }
    const home = new Home();
    expect(recordedOf(home)).toEqual({
      pet: { bark: 1, __type: 'dog' },
      pets: [
        { meow: 1, __type: 'cat' },
        { bark: 1, __type: 'dog' },
      ],
      stranger: { a: 1 },
    });
    expect(home.pet).toEqual({ bark: 1 });
  });

  test('groups and version', () => {
    class Fruit {
      @Expose({ groups: ['admin'] }) cost = 1;
      @Expose({ since: 2 }) fresh = 2;
      @Expose({ until: 2 }) old = 3;
      @Expose({ groups: ['admin', 'shop'], since: 1, until: 3 }) both = 4;
      @Transform(({ value }) => `${value}!`, { groups: ['shop'] }) name: unknown = 'apple';
      part: unknown;
    }
    @Fields()
    class Plain extends Fruit {}
    @Fields({ groups: ['admin'] })
    class Admin extends Fruit {}
    @Fields({ version: 2, groups: ['shop'] })
    class Shop extends Fruit {}
    @Fields({ version: 1 })
    class Old extends Fruit {}
    const cases: [Fruit, object][] = [
      [new Plain(), {}],
      [new Admin(), { groups: ['admin'] }],
      [new Shop(), { version: 2, groups: ['shop'] }],
      [new Old(), { version: 1 }],
    ];
    for (const [fruit, options] of cases) {
      fruit.part = new Fruit();
      expect(recordedOf(fruit)).toEqual(instanceToPlain(fruit, options));
    }
  });

  test('inheritance, as class-transformer has it', () => {
    class Base {
      @Exclude() hidden = 1;
      @Expose({ name: 'base_name' }) name = 'b';
      @Exclude() reopened = 2;
    }
    @Fields()
    class Child extends Base {
      @Expose() override reopened = 3;
      own = 4;
      @Expose() get extra(): number {
        return 5;
      }
    }
    const child = new Child();
    expect(recordedOf(child)).toEqual(instanceToPlain(child));
  });

  test('@Field beats @Exclude, and @Field({ skip }) beats @Expose', () => {
    @Fields({ rename: 'snake_case' })
    class User {
      @Exclude() @Field({ redact: true }) emailAddress = 'x';
      @Exclude() gone = 1;
      @Expose() @Field({ skip: true }) skipped = 2;
      @Expose({ name: 'exposedName' }) fullName = 'Ada';
      @Field({ name: 'mine' }) @Expose({ name: 'theirs' }) named = 3;
    }
    expect(recordedOf(new User())).toEqual({ email_address: '[Redacted]', exposedName: 'Ada', mine: 3 });
  });

  test('redact and as come after @Transform', () => {
    @Fields()
    class User {
      @Transform(({ value }) => `${value}!`) @Field({ redact: (text: string) => text.length }) name = 'Ada';
    }
    expect(recordedOf(new User())).toEqual({ name: 4 });
  });
});
