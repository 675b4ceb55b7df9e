// class-transformer's own functional specs, by topic: cases of ours for what each of them holds, recorded as instanceToPlain would have it.
// Left out: what only concerns making instances of plain objects, and options that @Fields does not have (strategy, excludePrefixes,
// targetMaps, exposeUnsetFields, ignoreDecorators).
import 'reflect-metadata';
import type { ClassTransformOptions, TransformFnParams } from 'class-transformer';
import { Exclude, Expose, instanceToPlain, Transform, Type } from 'class-transformer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { info } from 'ttlog';
import type { FieldsOptions } from 'ttlog/decorators';
import { Fields } from 'ttlog/decorators';
import { allowGeneration } from '../../src/decorators/generate.js';
import { recorded, startRecording } from '../support/recorded.js';

type Case = [what: string, make: () => object, options?: FieldsOptions];

class Picture {
  id = 1;
  title = 'Me';
  @Exclude() file = 'me.jpg';
  taken = new Date(5);
}

/** Of the same form, with other metadata. */
class Caption {
  @Expose({ name: 'number' }) id = 0;
  @Exclude() title = '';
  file = '';
}

class Author {
  @Expose({ groups: ['reader'] }) name = 'Ada';
  @Expose({ groups: ['reader', 'editor'] }) email = 'a@example.com';
  @Expose({ groups: ['editor'] }) salary = 7;
  born = 1815;
}

class Article {
  @Expose({ groups: ['reader'] }) title = 'Notes';
  @Expose({ groups: ['editor'] }) draft = true;
  @Type(() => Author) author = new Author();
  @Expose({ groups: ['editor'] }) @Type(() => Author) reviewers = [new Author(), new Author()];
  untouched = 'always';
}

class Release {
  @Expose({ since: 0.3 }) a = 1;
  @Expose({ since: 0.5, until: 2 }) b = 2;
  @Expose({ until: 1.5 }) c = 3;
  @Expose({ since: 2 }) d = 4;
  @Exclude() e = 5;
  f = 6;
  @Type(() => Author) part: unknown = undefined;
}

class Sport {
  constructor(readonly name = 'chess') {}
}
class Craft {
  constructor(readonly name = 'code') {}
  @Transform(({ value }) => (value as string).toUpperCase()) level = 'high';
}
const hobby = {
  discriminator: {
    property: 'kind',
    subTypes: [
      { name: 'sport', value: Sport },
      { name: 'craft', value: Craft },
    ],
  },
};

function plain<T extends object>(fields: T): T {
  return Object.assign(Object.create(null) as T, fields);
}

const cases: Case[] = [
  [
    'basic: everything is exposed by default, in its order',
    () => {
      class User {
        id = 1;
        name: string | undefined = undefined;
        tags = ['a', 'b'];
        address = { city: 'Bern', geo: { lat: 1 } };
        born = new Date(7);
        nothing = null;
      }
      return new User();
    },
  ],
  [
    'basic: excluded properties, here and inside, also in lists',
    () => {
      class User {
        name = 'Ada';
        @Exclude() password = 'x';
        picture = new Picture();
        @Type(() => Picture) pictures = [new Picture(), new Picture()];
        mixed = [1, new Picture(), [new Picture()], { deep: new Picture() }];
      }
      return new User();
    },
  ],
  [
    'basic: an excluded class has no properties',
    () => {
      @Exclude()
      class User {
        id = 1;
        name = 'Ada';
      }
      return new User();
    },
  ],
  [
    'basic: an excluded class has the exposed ones only, also inside',
    () => {
      @Exclude()
      class Inner {
        @Expose() id = 1;
        file = 'x';
      }
      @Exclude()
      class User {
        @Expose() name = 'Ada';
        @Expose() inner = new Inner();
        hidden = new Inner();
      }
      return new User();
    },
  ],
  [
    'basic: an exposed class with excluded properties',
    () => {
      @Expose()
      class User {
        name = 'Ada';
        @Exclude() password = 'x';
        @Expose({ name: 'mail' }) email = 'a@example.com';
      }
      return new User();
    },
  ],
  [
    'basic: the class that @Type names counts, not the one that the value has',
    () => {
      class User {
        @Type(() => Caption) picture: unknown = new Picture();
        @Type(() => Caption) list: unknown = [new Picture(), { id: 3, title: 'x', file: 'y' }];
      }
      return new User();
    },
  ],
  [
    'basic: @Type converts',
    () => {
      class Loose {
        @Type(() => Date) date: unknown = 5;
        @Type(() => String) text: unknown = 5;
        @Type(() => Number) count: unknown = '5';
        @Type(() => Boolean) flag: unknown = '';
        @Type(() => Number) counts: unknown = ['1', '2', [3]];
        @Type(() => Date) dates: unknown = [0, '1970-01-01'];
        @Type(() => Number) missing: unknown = undefined;
      }
      return new Loose();
    },
  ],
  ...([undefined, ['reader'], ['editor'], ['reader', 'editor'], ['nobody']] as const).map((groups): Case => [
    `basic: groups ${String(groups)}, also inside`,
    () => new Article(),
    groups === undefined ? {} : { groups },
  ]),
  ...[undefined, 0.2, 0.3, 0.5, 1, 1.5, 2, 3].map((version): Case => [
    `basic: version ${String(version)}, also inside`,
    () => Object.assign(new Release(), { part: Object.assign(new Author(), { release: new Release() }) }),
    version === undefined ? {} : { version },
  ]),
  [
    'basic: exposed accessors and names',
    () => {
      class User {
        @Expose({ name: 'first' }) firstName = 'Ada';
        @Expose({ name: 'last' }) lastName = 'Lovelace';
        @Expose() get name(): string {
          return `${this.firstName} ${this.lastName}`;
        }
        @Expose({ name: 'short' }) get initials(): string {
          return 'AL';
        }
        get hidden(): number {
          return 1;
        }
      }
      return new User();
    },
  ],
  [
    'basic: objects without a prototype',
    () => {
      class User {
        plain = plain({ id: 1, inner: plain({ picture: new Picture() }) });
      }
      return new User();
    },
  ],
  [
    'custom-transform: names and values',
    () => {
      class User {
        @Expose({ name: 'user_name' }) @Transform(({ value }) => (value as string).toUpperCase()) name = 'Ada';
        @Transform(({ value }) => (value as Date).toISOString(), { toPlainOnly: true })
        @Transform(() => 'never', { toClassOnly: true })
        date = new Date(5);
        @Transform(({ obj }) => (obj as User).name.length) length = 0;
      }
      return new User();
    },
  ],
  ...[{}, { version: 0.5 }, { version: 1 }, { version: 2 }, { groups: ['user'] }].map((options): Case => [
    `custom-transform: version and groups of a transform, ${JSON.stringify(options)}`,
    () => {
      class User {
        @Transform(() => 'by version', { since: 1, until: 2 }) date: unknown = new Date(5);
        @Transform(({ value }) => String((value as Date).getTime()), { groups: ['user'] }) seen: unknown = new Date(6);
      }
      return new User();
    },
    options,
  ]),
  [
    'custom-transform: what a transform returns is looked into',
    () => {
      class User {
        @Transform(() => new Picture()) made = 1;
        @Transform(() => [new Picture(), { picture: new Picture() }]) list = 1;
        @Transform(() => new Picture()) @Type(() => Caption) typed = 1;
      }
      return new User();
    },
  ],
  [
    'custom-transform: subclasses by a discriminator, alone and in lists',
    () => {
      class Person {
        @Type(() => Object, hobby) hobby: unknown = new Craft();
        @Type(() => Object, hobby) hobbies: unknown = [new Sport(), new Craft(), new Sport('go')];
        @Type(() => Object, hobby) none: unknown = undefined;
      }
      return new Person();
    },
  ],
  [
    'inheritance: three generations',
    () => {
      class Contact {
        @Transform(({ value }) => (value as string).toUpperCase()) name = 'ada';
        @Type(() => Date) born: unknown = 0;
        @Exclude() note = 'x';
      }
      class User extends Contact {
        @Type(() => Number) id: unknown = '7';
        email = 'a@example.com';
      }
      class Student extends User {
        @Transform(({ value }) => (value as string).toLowerCase()) university = 'MIT';
        @Expose({ name: 'mail' }) override email = 'b@example.com';
      }
      return new Student();
    },
  ],
  [
    'implicit types: @Type() converts to what the compiler has written down',
    () => {
      class Loose {
        @Type() date: Date = 5 as unknown as Date;
        @Type() text: string = 5 as unknown as string;
        @Type() count: number = '5' as unknown as number;
        @Type() flag: boolean = 1 as unknown as boolean;
        @Type() picture: Caption = new Picture();
      }
      return new Loose();
    },
  ],
  [
    'transformation options: for one direction only',
    () => {
      @Exclude()
      class User {
        @Expose() a = 1;
        @Expose({ toClassOnly: true }) b = 2;
        @Expose({ toPlainOnly: true }) c = 3;
      }
      return new User();
    },
  ],
  [
    'transformation options: excluded for one direction only',
    () => {
      class User {
        @Exclude({ toClassOnly: true }) a = 1;
        @Exclude({ toPlainOnly: true }) b = 2;
      }
      return new User();
    },
  ],
  [
    'transformer order: several transforms, in the order of their decorators',
    () => {
      class User {
        @Transform(({ value }) => `${value}1`) @Transform(({ value }) => `${value}2`) name: unknown = 'n';
      }
      return new User();
    },
  ],
  [
    'array bomb: an object that says it is long',
    () => {
      class User {
        age = 1;
        bomb = { length: 1e9, 0: 'a' };
      }
      return new User();
    },
  ],
];

describe.each([
  ['compiled', true],
  ['where code must not be made at run time', false],
])('%s', (_how, allowed) => {
  let before: boolean;
  beforeEach(() => {
    before = allowGeneration(allowed);
    startRecording();
  });
  afterEach(() => {
    allowGeneration(before);
  });

  test.each(cases)('%s', (_what, make, options = {}) => {
    const instance = make();
    Fields(options)(instance.constructor as new () => object);
    for (let round = 0; round < 2; round++) info('fields', { ours: instance });
    const theirs = instanceToPlain(instance, options as ClassTransformOptions);
    for (const { values } of recorded().events) {
      expect(values['ours']).toEqual(theirs);
      expect(Object.keys(values['ours'] as object)).toEqual(Object.keys(theirs));
    }
    expect(recorded().events).toHaveLength(2);
  });

  test('custom-transform: what a transform is given', () => {
    const seen: TransformFnParams[] = [];
    @Fields({ groups: ['user', 'user.email'], version: 2 })
    class User {
      @Transform((params) => (seen.push(params), params.value)) name = 'Ada';
    }
    const user = new User();
    info('fields', user);
    const options = { groups: ['user', 'user.email'], version: 2 };
    instanceToPlain(user, options);
    const [ours, theirs] = seen.map(({ value, key, obj, type, options: { groups, version } }) => ({
      value,
      key,
      obj,
      type,
      groups,
      version,
    }));
    expect(ours).toEqual(theirs);
    expect(ours.obj).toBe(user);
  });
});
