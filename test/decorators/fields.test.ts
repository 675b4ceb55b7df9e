import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { getLogger, info, installBackend, span, withContext } from 'ttlog';
import type { LogEvent } from 'ttlog';
import { Field, Fields, Instrument } from 'ttlog/decorators';
import { state } from '../../src/core/state.js';
import { allowGeneration } from '../../src/decorators/generate.js';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

/** What is recorded of an object. */
function recordedOf(instance: object): Record<string, unknown> {
  startRecording();
  info(instance, 'fields');
  return recorded().event('fields').values;
}

describe.each([
  ['compiled', true],
  ['where code must not be made at run time', false],
])('@Fields, %s', (_how, allowed) => {
  let before: boolean;
  beforeEach(() => {
    before = allowGeneration(allowed);
  });
  afterEach(() => {
    allowGeneration(before);
  });

  test('an instance equals its fields spelt out', () => {
    @Fields()
    class LoginAttempt {
      constructor(
        readonly user_id: number,
        readonly success: boolean,
        readonly agent: string | null,
      ) {}
    }
    const attempt = new LoginAttempt(123, true, null);
    info(attempt, 'Login attempt completed');
    info('Login attempt completed', attempt);
    info('Login attempt completed', { user_id: 123, success: true, agent: null });
    const [first, second, spelt] = recorded().events;
    expect(first.values).toEqual(spelt.values);
    expect(second.values).toEqual(spelt.values);
    expect(Object.keys(first.values)).toEqual(['user_id', 'success', 'agent']);
  });

  test('wherever an object can be logged', () => {
    @Fields({ rename: 'snake_case' })
    class User {
      userId = 7;
    }
    class Shop {
      @Instrument()
      greet(user: User): number {
        return user.userId;
      }
    }
    const user = new User();
    info('nested', { user, list: [user], map: new Map([['u', user]]), set: new Set([user]) });
    getLogger('shop', user).info('bindings');
    withContext(user, () => info('context'));
    span('span', user).end();
    new Shop().greet(user);
    const { event, span: of } = recorded();
    const expected = { user_id: 7 };
    expect(event('nested').values).toEqual({
      user: expected,
      list: [expected],
      map: new Map([['u', expected]]),
      set: new Set([expected]),
    });
    expect(event('bindings').values).toEqual(expected);
    expect(event('context').values).toEqual(expected);
    expect(ownFields(of('span'))).toEqual(expected);
    expect(ownFields(of('Shop.greet'))).toEqual({ user: expected });
  });

  test('a backend gets the same', () => {
    @Fields({ rename: 'snake_case' })
    class User {
      userId = 7;
    }
    const events: LogEvent[] = [];
    const previous = installBackend({ emit: (event) => events.push(event), flush() {}, setLevel() {} });
    info(new User(), 'x');
    installBackend(previous);
    expect(events[0].fields).toEqual([{ key: 'user_id', value: 7 }]);
  });

  test('rename, prefix, name and unit', () => {
    @Fields({ rename: 'snake_case', prefix: 'order_' })
    class Order {
      orderId = 1;
      totalEUR = 2;
      @Field({ name: 'shipTo' }) address = 'x';
      @Field({ unit: 'ms' }) handlingTime = 3;
      @Field({ name: 'size', unit: 'bytes' }) length = 4;
    }
    expect(recordedOf(new Order())).toEqual({
      order_order_id: 1,
      order_total_eur: 2,
      order_shipTo: 'x',
      order_handling_time_ms: 3,
      order_size_bytes: 4,
    });
  });

  test.each([
    ['snake_case', 'http_status_code2'],
    ['camelCase', 'httpStatusCode2'],
    ['PascalCase', 'HttpStatusCode2'],
    ['kebab-case', 'http-status-code2'],
    ['SCREAMING_SNAKE_CASE', 'HTTP_STATUS_CODE2'],
  ] as const)('rename: %s', (rename, key) => {
    @Fields({ rename })
    class A {
      HTTPStatusCode2 = 1;
      _ = 2;
    }
    expect(recordedOf(new A())).toEqual({ [key]: 1, _: 2 });
  });

  test('only', () => {
    @Fields({ only: ['total', 'id'] })
    class Listed {
      id = 1;
      secret = 2;
      get total(): number {
        return 3;
      }
    }
    @Fields({ only: true })
    class Decorated {
      @Field() id = 1;
      secret = 2;
      @Field() get total(): number {
        return 3;
      }
    }
    expect(recordedOf(new Listed())).toEqual({ id: 1, total: 3 });
    expect(recordedOf(new Decorated())).toEqual({ id: 1, total: 3 });
  });

  test('skip, redact, as', () => {
    @Fields()
    class Payment {
      @Field({ skip: true }) raw = '<xml/>';
      @Field({ redact: true }) holder = 'Ada';
      @Field({ redact: true }) nobody: string | undefined = undefined;
      @Field({ redact: (iban: string) => `…${iban.slice(-4)}` }) iban = 'DE89370400440532013000';
      @Field({
        redact: () => {
          throw new Error('boom');
        },
      })
      bad = 1;
      @Field({ as: 'display' }) link = new URL('https://example.com/a');
      @Field({ as: 'inspect' }) options = { depth: 3 };
    }
    state.host.inspect ??= (value) => JSON.stringify(value);
    const values = recordedOf(new Payment());
    expect(values).toMatchObject({
      holder: '[Redacted]',
      iban: '…3000',
      bad: '[Throws: boom]',
      link: 'https://example.com/a',
      options: { inspected: expect.stringContaining('depth') },
    });
    expect(values['nobody']).toBeUndefined();
    expect('raw' in values).toBe(false);
  });

  test("redact: 'hash'", () => {
    @Fields()
    class Visit {
      @Field({ redact: 'hash' }) email: unknown = 'ada@example.com';
      @Field({ redact: 'hash' }) nobody = null;
    }
    const { hash } = state.host;
    state.host.hash = null;
    expect(recordedOf(new Visit())).toEqual({ email: '[Redacted]', nobody: null });
    state.host.hash = (text) => `#${text.length}`;
    expect(recordedOf(new Visit())).toEqual({ email: '#15', nobody: null });
    const visit = new Visit();
    visit.email = { local: 'ada' };
    expect(recordedOf(visit)['email']).toBe('#15');
    state.host.hash = hash;
  });

  test('sensitive names are redacted, at any depth', () => {
    @Fields()
    class User {
      name = 'ada';
      password = 'hunter2';
      nested = { apiKey: 'k', max_tokens: 3 };
    }
    expect(recordedOf(new User())).toEqual({
      name: 'ada',
      password: '[Redacted]',
      nested: { apiKey: '[Redacted]', max_tokens: 3 },
    });
  });

  test('flatten', () => {
    @Fields()
    class Address {
      city = 'Bern';
    }
    @Fields({ rename: 'snake_case' })
    class Order {
      id = 1;
      @Field({ flatten: true }) shipTo = new Address();
      @Field({ flatten: 'prefix' }) billTo = new Address();
      @Field({ flatten: 'prefix' }) geo: unknown = { latE7: 1, lonE7: 2 };
      @Field({ flatten: true }) nothing = null;
      @Field({ flatten: true }) list = [1];
      last = 2;
    }
    const values = recordedOf(new Order());
    expect(values).toEqual({
      id: 1,
      city: 'Bern',
      bill_to_city: 'Bern',
      geo_lat_e7: 1,
      geo_lon_e7: 2,
      nothing: null,
      list: [1],
      last: 2,
    });
    expect(Object.keys(values)).toEqual([
      'id',
      'city',
      'bill_to_city',
      'geo_lat_e7',
      'geo_lon_e7',
      'nothing',
      'list',
      'last',
    ]);
  });

  test('flatten ends: cycles, depth, and objects that throw when they are read', () => {
    @Fields()
    class Node {
      constructor(readonly name: string) {}
      @Field({ flatten: true }) self: unknown;
      @Field({ flatten: 'prefix' }) next: unknown;
    }
    const node = new Node('a');
    node.self = node;
    node.next = node;
    expect(recordedOf(node)).toEqual({ name: 'a', self: '[Circular]', next: '[Circular]' });
    const [one, two] = [new Node('one'), new Node('two')];
    one.next = two;
    two.next = one;
    expect(recordedOf(one)).toEqual({ name: 'one', next_name: 'two', next_next: '[Circular]' });
    let chain = new Node('end');
    for (let i = 0; i < 100; i++) chain = Object.assign(new Node('n'), { next: chain });
    expect(Object.values(recordedOf(chain))).toContain('[Truncated]');
    const shared = Array.from({ length: 64 }, (_, i) => new Node(`${i}`));
    shared.forEach((each, i) => Object.assign(each, { self: shared[i + 1], next: shared[i + 1] }));
    expect(recordedOf(shared[0])).toMatchObject({ name: '8' });
    const hostile = {
      ok: 1,
      get bad(): never {
        throw new Error('boom');
      },
    };
    node.self = hostile;
    node.next = new Proxy({ x: 1 }, { get: (target, key) => (key === 'x' ? hostile.bad : Reflect.get(target, key)) });
    expect(recordedOf(node)).toEqual({ name: 'a', ok: 1, bad: '[Throws: boom]', next_x: '[Throws: boom]' });
  });

  test('skip decides for each instance, with the value as it is', () => {
    let reads = 0;
    @Fields({ rename: 'snake_case' })
    class Reply {
      statusCode = 200;
      @Field({ skip: (retries: number) => retries === 0 }) retries = 0;
      @Field({ skip: (_: string, reply: Reply) => reply.statusCode < 400, redact: true }) bodyText = 'secret';
      @Field({ skip: (value: unknown) => value === null, flatten: 'prefix' }) cause: { code: string } | null = null;
      @Field({ skip: (value: number) => value < 10, unit: 'ms' }) get wait(): number {
        return (reads++, this.retries * 10);
      }
      @Field({
        skip: () => {
          throw new Error('boom');
        },
      })
      bad = 1;
    }
    const reply = new Reply();
    expect(recordedOf(reply)).toEqual({ status_code: 200, bad: '[Throws: boom]' });
    expect(reads).toBe(1);
    Object.assign(reply, { statusCode: 500, retries: 2, cause: { code: 'E1' } });
    expect(Object.entries(recordedOf(reply))).toEqual([
      ['status_code', 500],
      ['retries', 2],
      ['body_text', '[Redacted]'],
      ['cause_code', 'E1'],
      ['bad', '[Throws: boom]'],
      ['wait_ms', 20],
    ]);
  });

  test('getters are recorded with @Field only, and read once', () => {
    let reads = 0;
    @Fields()
    class Cart {
      items = 2;
      @Field() get total(): number {
        return ++reads * 10;
      }
      get hidden(): number {
        return 1;
      }
      @Field() get broken(): number {
        throw new Error('boom');
      }
    }
    expect(recordedOf(new Cart())).toEqual({ items: 2, total: 10, broken: '[Throws: boom]' });
    expect(reads).toBe(1);
  });

  test('methods are never called, and functions are left out', () => {
    let calls = 0;
    @Fields()
    class Task {
      id = 1;
      run = (): number => ++calls;
      stop(): number {
        return ++calls;
      }
    }
    expect(recordedOf(new Task())).toEqual({ id: 1, run: undefined });
    expect(calls).toBe(0);
  });

  test('the source is never changed', () => {
    @Fields({ rename: 'snake_case' })
    class Order {
      orderId = 1;
      lines = Object.freeze([{ unitPrice: 2 }]);
      @Field({ flatten: true }) more = { a: 1 };
    }
    const order = Object.freeze(new Order());
    const copy = structuredClone(Object.entries(order));
    recordedOf(order);
    expect(Object.entries(order)).toEqual(copy);
    expect(Object.keys(order)).toEqual(['orderId', 'lines', 'more']);
  });

  test('inheritance: properties, fields and options', () => {
    @Fields({ rename: 'snake_case', prefix: 'p_' })
    class Person {
      fullName = 'Ada';
      @Field({ skip: true }) secret = 1;
      @Field({ name: 'years' }) age = 36;
      @Field() get isAdult(): boolean {
        return true;
      }
    }
    class Guest extends Person {
      roomNumber = 7;
    }
    @Fields({ prefix: 'e_' })
    class Employee extends Person {
      @Field({ name: 'ageYears' }) override age = 40;
      staffId = 1;
    }
    expect(recordedOf(new Person())).toEqual({ p_full_name: 'Ada', p_years: 36, p_is_adult: true });
    expect(recordedOf(new Guest())).toEqual({ p_full_name: 'Ada', p_years: 36, p_room_number: 7, p_is_adult: true });
    expect(recordedOf(new Employee())).toEqual({ e_full_name: 'Ada', e_ageYears: 40, e_staff_id: 1, e_is_adult: true });
    expect(recordedOf(new Person())).toEqual({ p_full_name: 'Ada', p_years: 36, p_is_adult: true });
  });

  test('instances may differ in the properties they have', () => {
    @Fields()
    class Loose {
      [key: string]: unknown;
    }
    const made = (fields: object): Loose => Object.assign(new Loose(), fields);
    for (let round = 0; round < 2; round++) {
      expect(recordedOf(made({ a: 1 }))).toEqual({ a: 1 });
      expect(recordedOf(made({ a: 1, b: 2 }))).toEqual({ a: 1, b: 2 });
      expect(recordedOf(made({ b: 2, a: 1 }))).toEqual({ b: 2, a: 1 });
      expect(recordedOf(made({}))).toEqual({});
    }
    for (let i = 0; i < 100; i++) expect(recordedOf(made({ [`k${i}`]: i }))).toEqual({ [`k${i}`]: i });
  });

  test('hostile properties', () => {
    @Fields()
    class Hostile {
      ok = 1;
      constructor() {
        Object.defineProperty(this, 'own', {
          enumerable: true,
          get() {
            throw new Error('own');
          },
        });
        Object.defineProperty(this, '__proto__', { enumerable: true, value: { polluted: true } });
        Object.defineProperty(this, 'hidden', { enumerable: false, value: 2 });
        (this as Record<PropertyKey, unknown>)[Symbol('s')] = 3;
        (this as Record<PropertyKey, unknown>)['quote\'"\n'] = 4;
      }
    }
    const values = recordedOf(new Hostile());
    expect(values).toEqual({ ok: 1, own: '[Throws: own]', 'quote\'"\n': 4 });
    expect('polluted' in {}).toBe(false);
  });

  test('a property that begins to throw later', () => {
    @Fields()
    class Late {
      a: unknown = 1;
      b = 2;
    }
    recordedOf(new Late());
    const late = new Late();
    Object.defineProperty(late, 'a', {
      enumerable: true,
      get() {
        throw new Error('late');
      },
    });
    expect(recordedOf(late)).toEqual({ a: '[Throws: late]', b: 2 });
  });

  test('cycles', () => {
    @Fields()
    class Node {
      parent: Node | undefined;
      child: Node | undefined;
      name = 'n';
    }
    const parent = new Node();
    parent.child = new Node();
    parent.child.parent = parent;
    expect(recordedOf(parent)).toMatchObject({
      name: 'n',
      child: { name: 'n', parent: { name: 'n', child: '[Circular]' } },
    });
  });

  test('dates, errors, maps, sets, buffers and URLs have the forms that they have everywhere', () => {
    @Fields()
    class Everything {
      when = new Date(0);
      error = new Error('no');
      map = new Map([['a', 1]]);
      set = new Set([1]);
      bytes = Buffer.from('ab');
      url = new URL('https://example.com/');
      big = 2n;
      list = [1, { a: 1 }];
    }
    const one = new Everything();
    info('spelt', Object.fromEntries(Object.entries(one)));
    const spelt = recorded().event('spelt').values;
    expect(recordedOf(one)).toEqual(spelt);
    expect(spelt['when']).toEqual(new Date(0));
  });

  test('costs nothing in the class: no own keys, no enumerable ones', () => {
    @Fields()
    class A {
      @Field({ name: 'x' }) a = 1;
    }
    const keys: string[] = [];
    for (const key in new A()) keys.push(key);
    expect(keys).toEqual(['a']);
    expect(Object.keys(A.prototype)).toEqual([]);
    expect(JSON.stringify(new A())).toBe('{"a":1}');
  });
});
