// Redaction that looks at more than names: paths, what values look like, and what is recorded instead.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogEvent, RedactOptions } from 'ttlog';
import {
  display, emit, error, EventBuilder, getLogger, info, inspect, installBackend, lazy, RingBackend, span, TtlogError, warn, withContext,
} from 'ttlog'; // prettier-ignore
import { createRedactor } from '../../src/core/redact.js';
import { state } from '../../src/core/state.js';
import { describeError } from '../../src/recorder/snapshot-error.js';
import { normaliseRedact, redactorOf } from '../../src/runtime/redact-options.js';
import { contents, events, newest, newRing, promptly } from './support.js';

const CENSOR = '[Redacted]';

/** As `init({ redact })`. */
function redact(options: RedactOptions | readonly string[] | false): void {
  state.redactor = redactorOf(normaliseRedact(options)!);
  newRing();
}

/** True where the bytes of the text are anywhere in the memory of the ring. */
function isInRing(text: string): boolean {
  const bytes = Buffer.from(state.ring!.buffer, 0);
  return (
    bytes.includes(text) || bytes.includes(Buffer.from(text, 'latin1')) || bytes.includes(Buffer.from(text, 'utf16le'))
  );
}

/** The fields as a backend of one's own gets them. */
function toBackend(run: () => void): LogEvent[] {
  const seen: LogEvent[] = [];
  const previous = installBackend({ emit: (event) => void seen.push(event), flush() {}, setLevel() {} });
  try {
    run();
  } finally {
    installBackend(previous);
  }
  return seen;
}

const valuesOf = (event: LogEvent): Record<string, unknown> =>
  Object.fromEntries(event.fields.map(({ key, value }) => [key, value]));

beforeEach(() => newRing());
afterEach(() => {
  state.redactor = createRedactor();
  state.host.hash = null;
});

describe('keys', () => {
  it('extend the default list, or replace it', () => {
    redact({ keys: { extend: ['iban'] } });
    info('Own', { iban: 1, password: 2, other: 3 });
    expect(newest().values).toEqual({ iban: CENSOR, password: CENSOR, other: 3 });
    redact({ keys: ['iban'] });
    info('Own', { iban: 1, password: 2 });
    expect(newest().values).toEqual({ iban: CENSOR, password: 2 });
    redact({ keys: [] });
    info('Own', { password: 2 });
    expect(newest().values).toEqual({ password: 2 });
  });

  it('alone need no rules, so nothing is followed', () => {
    redact({ keys: { extend: ['iban'] }, censor: '***' });
    expect(state.redactor.rules).toBeNull();
    info('Own', { iban: 1, deep: { iban: 2 } });
    expect(newest().values).toEqual({ iban: '***', deep: { iban: '***' } });
  });
});

describe('paths', () => {
  const user = { id: 7, email: 'a@example.com', card: { number: '4111', brand: 'visa' } };

  it.each([
    ['user.email', { user: { ...user, email: CENSOR } }],
    ['user', { user: CENSOR }],
    ['*', { user: CENSOR }],
    ['**', { user: CENSOR }],
    ['user.**', { user: CENSOR }],
    ['*.email', { user: { ...user, email: CENSOR } }],
    ['user.*', { user: { id: CENSOR, email: CENSOR, card: CENSOR } }],
    ['**.card.number', { user: { ...user, card: { number: CENSOR, brand: 'visa' } } }],
    ['**.number', { user: { ...user, card: { number: CENSOR, brand: 'visa' } } }],
    ['user.**.brand', { user: { ...user, card: { number: '4111', brand: CENSOR } } }],
    ['user.**.email', { user: { ...user, email: CENSOR } }],
    ['email', { user }],
    ['User.email', { user }],
    ['user.email.x', { user }],
    ['user["card"].number', { user: { ...user, card: { number: CENSOR, brand: 'visa' } } }],
  ])('%s', (path, expected) => {
    redact({ keys: [], paths: [path] });
    info('User', { user });
    expect(newest().values).toEqual(expected);
  });

  it('go into arrays by index, into maps by key, into sets by order', () => {
    redact({ keys: [], paths: ['users.*.email', 'list[1]', 'map.b', 'map.2', 'set[0].x', '["a.b"].c'] });
    info('Deep', {
      users: [{ email: 'x', id: 1 }, { email: 'y' }],
      list: [1, 2, 3],
      map: new Map<unknown, unknown>([['a', 1], ['b', 2], [2, 3]]),
      set: new Set([{ x: 1, y: 2 }, { x: 3 }]),
      'a.b': { c: 1, d: 2 },
    }); // prettier-ignore
    expect(newest().values).toEqual({
      users: [{ email: CENSOR, id: 1 }, { email: CENSOR }],
      list: [1, CENSOR, 3],
      map: new Map<unknown, unknown>([['a', 1], ['b', CENSOR], [2, CENSOR]]),
      set: new Set([{ x: CENSOR, y: 2 }, { x: 3 }]),
      'a.b': { c: CENSOR, d: 2 },
    }); // prettier-ignore
  });

  it('find names with dots that spell them', () => {
    redact({ keys: [], paths: ['user.email', 'http.*.cookie'] });
    info('Flat', { 'user.email': 'x', 'http.request.cookie': 'y', http: { 'request.cookie': 'z' }, 'user.name': 'n' });
    expect(newest().values).toEqual({
      'user.email': CENSOR, 'http.request.cookie': CENSOR, http: { 'request.cookie': CENSOR }, 'user.name': 'n',
    }); // prettier-ignore
  });

  it('go through lazy values, toJSON and @Fields-like extractors', () => {
    redact({ keys: [], paths: ['a.secret', 'b.secret'] });
    info('Made', { a: lazy(() => ({ secret: 1, ok: 2 })), b: { toJSON: () => ({ secret: 1, ok: 2 }) } });
    expect(newest().values).toEqual({ a: { secret: CENSOR, ok: 2 }, b: { secret: CENSOR, ok: 2 } });
  });

  it('go into errors and their causes; a hidden message is not in the stack either', () => {
    redact({ keys: [], paths: ['err.response.headers.*', 'err.cause.message', 'err.errors.0.message', 'err.type'] });
    const cause = new Error('HUNTER2');
    const failed = new AggregateError([new Error('HUNTER3')], 'outer', { cause });
    Object.assign(failed, { response: { headers: { 'x-key': 'HUNTER4' }, status: 500 } });
    error('Failed', failed);
    expect(newest().values['err']).toMatchObject({
      type: CENSOR, message: 'outer', response: { headers: { 'x-key': CENSOR }, status: 500 },
      cause: { message: CENSOR }, errors: [{ message: CENSOR }],
    }); // prettier-ignore
    const [event] = toBackend(() => error('Failed', failed));
    const copied = valuesOf(event)['err'] as AggregateError & { response: unknown };
    expect(copied).toBeInstanceOf(AggregateError);
    expect(copied.message).toBe('outer');
    expect(copied.response).toEqual({ headers: { 'x-key': CENSOR }, status: 500 });
    expect((copied.cause as Error).message).toBe(CENSOR);
    expect((copied.cause as Error).stack).not.toContain('HUNTER');
    for (const secret of ['HUNTER2', 'HUNTER3', 'HUNTER4']) expect(isInRing(secret)).toBe(false);
  });

  it('leave what no path is about on the short way', () => {
    redact({ keys: [], paths: ['user.email'] });
    info('Two', { user: 1, other: { email: 'kept' } });
    expect(newest().values).toEqual({ user: 1, other: { email: 'kept' } });
    const { root } = [...state.rootTarget.events[2].values()].at(-1)!;
    expect(root.next!.redacted).toBe(true);
    expect(root.next!.next!.redacted).toBe(false);
  });

  it('stay small however they are written and whatever is logged', () => {
    promptly(() => {
      redact({
        keys: [],
        paths: [`**.a${'.*'.repeat(40)}.z`, ...Array.from({ length: 200 }, (_, i) => `**.k${i}.**.x`)],
      });
      let value: unknown = 1;
      for (let i = 0; i < 8; i++) value = { a: value, b: value, [`k${i}`]: value };
      info('Tree', { value, ['a.'.repeat(5000)]: 1 });
      for (let i = 0; i < 200; i++) info('Tree', { [`a.b.${i}`]: { a: { b: { a: { [`k${i}`]: i } } } } });
    }, 4000);
    expect(contents().records.length).toBeGreaterThan(200);
  });
});

describe('value patterns', () => {
  it.each([
    ['credit_card', 'paid with 4111 1111 1111 1111 today', `paid with ${CENSOR} today`],
    ['credit_card', '4111-1111-1111-1111', CENSOR],
    ['credit_card', '4111 1111 1111 1111 12/25', `${CENSOR} 12/25`],
    ['credit_card', 'order 2024 4111 1111 1111 1111', `order 2024 ${CENSOR}`],
    ['credit_card', '378282246310005,5555555555554444', `${CENSOR},${CENSOR}`],
    ['credit_card', '4111 1111 1111 1112', '4111 1111 1111 1112'],
    ['credit_card', 'id 41111111111111111111111', 'id 41111111111111111111111'],
    ['jwt', 'a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP_mB9 b', `a ${CENSOR} b`],
    ['email', 'from jane.doe+x@mail.example.com.', `from ${CENSOR}.`],
    ['email', 'no @ here', 'no @ here'],
    ['bearer', 'Authorization: Bearer abcdef.ghijk-LMN=', `Authorization: ${CENSOR}`],
    ['basic_auth', 'Basic dXNlcjpwYXNz', CENSOR],
    ['iban', 'to DE89 3704 0044 0532 0130 00 THANKS', `to ${CENSOR} THANKS`],
    ['iban', 'DE89370400440532013001', 'DE89370400440532013001'],
    ['ipv4', 'at 192.168.0.1:80', `at ${CENSOR}:80`],
    ['ipv4', '1.2.3.4.5', '1.2.3.4.5'],
    ['aws_access_key', 'AKIAIOSFODNN7EXAMPLE', CENSOR],
    ['service_token', `x ghp_${'a'.repeat(36)}`, `x ${CENSOR}`],
    ['url_password', 'postgres://app:hunter2@db/x', `postgres://app:${CENSOR}@db/x`],
    ['us_ssn', '078-05-1120', CENSOR],
    ['private_key', '-----BEGIN PRIVATE KEY-----\nMIIE-x\n-----END PRIVATE KEY----- ok', `${CENSOR} ok`],
    ['private_key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE', CENSOR],
  ] as const)('%s: %s', (name, text, expected) => {
    redact({ keys: [], patterns: [name] });
    info('Found', { text, deep: [{ text }] });
    expect(newest().values).toEqual({ text: expected, deep: [{ text: expected }] });
    const [event] = toBackend(() => info('Found', { text, deep: [{ text }] }));
    expect(valuesOf(event)).toEqual({ text: expected, deep: [{ text: expected }] });
  });

  it('may be expressions of one own, whatever their flags', () => {
    const sticky = /cust-\d+/y;
    redact({ keys: [], patterns: [sticky, /x*/, /ORD-\d+/i] });
    for (let i = 0; i < 3; i++) {
      info('Own', { text: 'a cust-12 b cust-34', order: 'ord-1' });
      expect(newest().values).toEqual({ text: `a ${CENSOR} b ${CENSOR}`, order: CENSOR });
    }
    expect(sticky.lastIndex).toBe(0);
  });

  it('look at long numbers, keys of maps, symbols, and texts made of values', () => {
    redact({ keys: [], patterns: ['credit_card', 'email'] });
    info('Kinds', {
      number: 4111111111111111, bigint: 4111111111111111n, short: 4111, time: 1700000000000,
      map: new Map([['a@example.com', 1]]), symbol: Symbol('a@example.com'), boxed: new String('a@example.com'),
      shown: display({ toString: () => 'is a@example.com' }), lazy: lazy(() => 'a@example.com'), throws: { get x(): string { throw new Error('a@example.com'); } },
      inspected: inspect({ mail: 'a@example.com' }),
    }); // prettier-ignore
    expect(newest().values).toMatchObject({
      number: CENSOR, bigint: CENSOR, short: 4111, time: 1700000000000,
      map: new Map([[CENSOR, 1]]), symbol: `Symbol(${CENSOR})`, boxed: CENSOR,
      shown: `is ${CENSOR}`, lazy: CENSOR, throws: { x: `[Throws: ${CENSOR}]` },
    }); // prettier-ignore
    expect(isInRing('a@example.com')).toBe(false);
  });

  it('leave messages, errors and URLs alone, unless they are switched on', () => {
    const run = (): void => {
      warn('Mail to a@example.com', { err: new Error('no a@example.com'), url: new URL('http://x/?m=a@example.com') });
    };
    redact({ keys: [], patterns: ['email'] });
    run();
    expect(newest().message).toBe('Mail to a@example.com');
    expect(newest().values).toMatchObject({ err: { message: 'no a@example.com' }, url: 'http://x/?m=a@example.com' });
    redact({ keys: [], patterns: ['email'], text: true });
    run();
    run();
    expect(newest().message).toBe(`Mail to ${CENSOR}`);
    expect(newest().values).toMatchObject({ err: { message: `no ${CENSOR}` }, url: `http://x/?m=${CENSOR}` });
    span('to a@example.com').end();
    expect(newest().message).toBe(`to ${CENSOR}`);
    info(`${'long '.repeat(300)}a@example.com`);
    expect(newest().message).toBe(`${'long '.repeat(300)}${CENSOR}`);
    emit(EventBuilder.withCapacity(0).message('by a@example.com').build());
    expect(newest().message).toBe(`by ${CENSOR}`);
    error(new Error('own a@example.com'));
    expect(newest().message).toBe(`own ${CENSOR}`);
    const failing = span('failing');
    failing.fail(new Error('end a@example.com'));
    expect(isInRing('a@example.com')).toBe(false);
    const [event] = toBackend(run);
    expect(event.message).toBe(`Mail to ${CENSOR}`);
    expect((valuesOf(event)['err'] as Error).message).toBe(`no ${CENSOR}`);
    expect((valuesOf(event)['err'] as Error).stack).not.toContain('a@example.com');
    for (const sites of [...state.rootTarget.events, ...state.rootTarget.spans]) {
      for (const message of sites.keys()) expect(message).not.toContain('a@example.com');
    }
  });

  it('reach messages where the dictionary has no room, and spans that were named before', () => {
    info('Before');
    span('before a@example.com').end();
    redact({ keys: [], patterns: ['email'], text: true });
    span('before a@example.com').end();
    expect(isInRing('a@example.com')).toBe(false);
    newRing(undefined, 64);
    info('Mail a@example.com', { x: 1 });
    span('open a@example.com', { y: 2 }).end();
    expect(isInRing('a@example.com')).toBe(false);
    expect(events()[0].message).toBe(`Mail ${CENSOR}`);
  });

  it('take bounded time; a long text is cut where the search ends', () => {
    redact({
      keys: [],
      patterns: ['credit_card', 'jwt', 'email', 'bearer', 'basic_auth', 'iban', 'ipv4', 'url_password', 'private_key', 'service_token', 'us_ssn', 'aws_access_key'],
      text: true,
    }); // prettier-ignore
    const parts = ['a', '4', '4 ', 'eyJ', '-eyJaaaaaaaa', 'a.', 'a@', 'a@b.', 'Bearer ', 'Bearer aaaaaaaa', 'DE89', 'DE89 ', '1.', 'x://', 'x://a:', '-----BEGIN PRIVATE KEY-----', 'sk-', 'ghp_', '111-']; // prettier-ignore
    for (const part of parts) {
      promptly(() => info('Long', { text: part.repeat(5_000_000 / part.length) }), 500);
      expect(String(newest().values['text'])).toMatch(/\[Truncated\]$/);
    }
    // What begins before the cut and ends behind it is found.
    info('Cut', { text: `${'- '.repeat(4090)}4111 1111 1111 1111 and more ${'x'.repeat(9000)}` });
    expect(isInRing('4111 1111')).toBe(false);
  });
});

describe('the censor', () => {
  it('may be a text', () => {
    redact({ paths: ['a.b'], censor: '$& ***' });
    info('Text', { a: { b: 1 }, password: 2 });
    expect(newest().values).toEqual({ a: { b: '$& ***' }, password: '$& ***' });
  });

  it('may be a function of value and path', () => {
    const seen: unknown[] = [];
    redact({
      paths: ['users.*.phone', 'obj'],
      patterns: [/\bX\d+/],
      censor: (value, path) => {
        seen.push([value, path]);
        return typeof value === 'object' ? { password: 'mine', kept: 1 } : `<${String(value).slice(-2)}>`;
      },
    });
    info('Made', {
      password: 'hunter',
      users: [{ phone: 12345 }],
      obj: { a: 1 },
      text: 'an X123 and X45',
      deep: { token: 'abc' },
    });
    expect(newest().values).toEqual({
      password: '<er>', users: [{ phone: '<45>' }], obj: { password: 'mine', kept: 1 }, text: 'an <23> and <45>', deep: { token: '<bc>' },
    }); // prettier-ignore
    expect(seen).toEqual([
      ['hunter', ['password']], [12345, ['users', '0', 'phone']], [{ a: 1 }, ['obj']], ['X123', ['text']], ['X45', ['text']],
      ['abc', ['deep', 'token']],
    ]); // prettier-ignore
  });

  it('is asked once, also where a backend hands the event on to the ring', () => {
    redact({ paths: ['deep.phone'], censor: (value) => `${String(value)}!` });
    const ring = new RingBackend();
    const previous = installBackend({ emit: (event) => ring.emit({ ...event }), flush() {}, setLevel() {} });
    try {
      info('Handed on', { password: 'a', deep: { phone: 'b' } });
      emit(EventBuilder.withCapacity(2).field('password', 'a').field('deep', { phone: 'b' }).build());
      emit({ ...EventBuilder.withCapacity(0).build(), fields: [{ key: 'password', value: 'a' }, { key: 'deep', value: { phone: 'b' } }] }); // prettier-ignore
    } finally {
      installBackend(previous);
    }
    for (const { values } of events()) expect(values).toEqual({ password: 'a!', deep: { phone: 'b!' } });
    expect(events()).toHaveLength(3);
    emit(EventBuilder.withCapacity(1).field('password', 'a').build());
    expect(newest().values).toEqual({ password: 'a!' });
  });

  it('that throws, logs, returns nothing or something strange harms nobody', () => {
    const made = [
      () => { throw new Error('HUNTER2'); },
      () => info('Inside', { password: 'HUNTER2' }),
      () => undefined,
      () => Promise.resolve('HUNTER2'),
      () => new Proxy({}, { get() { throw new Error('no'); } }),
      () => { const ring: unknown[] = []; ring.push(ring); return ring; },
      () => Symbol('s'),
    ]; // prettier-ignore
    for (const censor of made) {
      redact({ paths: ['a.b'], patterns: [/HUNTER\d/], censor });
      info('Outer', { password: 'HUNTER2', a: { b: 'HUNTER2' }, text: 'is HUNTER2', last: 1 });
      const outer = events().find(({ message }) => message === 'Outer')!;
      expect(outer.values['last']).toBe(1);
      expect(isInRing('HUNTER2')).toBe(false);
      const [event] = toBackend(() => info('Outer', { password: 'HUNTER2', a: { b: 'HUNTER2' }, last: 1 })).slice(-1);
      expect(valuesOf(event)['last']).toBe(1);
    }
  });

  it("may be 'hash': equal for equal values, unreadable, and the censor where there is no runtime", () => {
    redact({ paths: ['user'], censor: 'hash' });
    info('Hashed', { password: 'a' });
    expect(newest().values).toEqual({ password: CENSOR });
    state.host.hash = (text) => `#${text.length}#`;
    info('Hashed', {
      password: 'abc',
      token: 7,
      secret: null,
      user: { id: 1n, at: new Date(0), map: new Map([[1, 2]]) },
      cookie: undefined,
    });
    expect(newest().values).toMatchObject({
      password: '#3#',
      token: '#1#',
      secret: null,
      user: expect.stringMatching(/^#\d+#$/),
    });
    promptly(() => info('Hashed', { password: 'x'.repeat(20_000_000) }));
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    info('Hashed', { password: circle, token: new Proxy({}, { ownKeys() { throw new Error('no'); } }) }); // prettier-ignore
    expect(newest().values['password']).toMatch(/^#\d+#$/);
  });

  it("may be 'remove': the key is gone too, wherever it was", () => {
    redact({
      paths: ['list.1', 'map.b', 'set.0', 'deep.*.x', 'err.cause', 'gone'],
      patterns: [/S\d+/],
      censor: 'remove',
    });
    const fields = {
      first: 1, password: 2, gone: { a: 1 }, list: [1, 2, 3], map: new Map([['a', 1], ['b', 2]]), set: new Set([1, 2]), deep: { a: { x: 1, y: 2 } }, text: 'a S12 b', last: 9,
    }; // prettier-ignore
    const expected = {
      first: 1, list: [1, 3], map: new Map([['a', 1]]), set: new Set([2]), deep: { a: { y: 2 } }, text: 'a  b', last: 9,
    }; // prettier-ignore
    for (let i = 0; i < 3; i++) {
      info('Removed', fields);
      expect(newest().values).toEqual(expected);
      expect(Object.keys(newest().values)).toEqual(Object.keys(expected));
    }
    withContext({ password: 1, c: 2 }, () => getLogger('x', { token: 1, b: 3 }).info('Around', { d: 4 }));
    expect(newest().values).toEqual({ c: 2, b: 3, d: 4 });
    const work = span('work', { password: 1, a: 1 });
    work.record({ token: 1, b: 2 });
    work.fail(new Error('no', { cause: new Error('HUNTER2') }));
    expect(newest().values).toMatchObject({ a: 1, b: 2, err: { message: 'no' } });
    expect(newest().values['err']).not.toHaveProperty('cause');
    emit(EventBuilder.withCapacity(2).field('token', 1).field('a', { password: 1, b: 2 }).build());
    expect(newest().values).toEqual({ a: { b: 2 } });
    emit({ ...EventBuilder.withCapacity(0).build(), fields: [{ key: 'token', value: 1 }] });
    expect(newest().values).toEqual({});
    newRing(undefined, 64);
    info('Inline', fields);
    expect(newest().values).toEqual(expected);
    const [event] = toBackend(() => info('Removed', fields));
    expect(valuesOf(event)).toEqual(expected);
    promptly(() => info('Many', { deep: Array.from({ length: 200_000 }, () => ({ x: 1 })), big: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`password${i}`, i])) })); // prettier-ignore
  });

  it.each([
    { keys: ['message'] },
    { paths: ['err.message'] },
    { paths: ['err'] },
    { paths: ['err.message'], censor: 'remove' },
  ])('leaves nothing of a hidden message in what is made of it: %j', (options) => {
    redact(options);
    const failed = new Error('HUNTER2');
    error(failed);
    const outer = span('outer');
    outer.run(() => span('inner').fail(failed));
    outer.fail(failed);
    error('Failed', failed);
    expect(isInRing('HUNTER2')).toBe(false);
    const seen = toBackend(() => error(failed));
    expect(seen[0].message).not.toContain('HUNTER2');
    expect(JSON.stringify(describeError(failed))).not.toContain('HUNTER2');
  });

  it('hides the error of a span where a path names it', () => {
    redact({ paths: ['err'], censor: 'remove' });
    span('failing').fail(new Error('HUNTER2'));
    error('Failed', new Error('HUNTER2'));
    expect(isInRing('HUNTER2')).toBe(false);
  });
});

describe('wrong options', () => {
  it.each([
    ['text', 'redact'], [7, 'redact'], [true, 'redact'], [{ key: ['a'] }, 'one of keys'], [{ keys: 'a' }, 'redact.keys'],
    [{ keys: { extend: 'a' } }, 'redact.keys.extend'], [{ keys: { add: [] } }, '{ extend: [...] }'], [{ keys: [7] }, 'redact.keys[0]'], [{ keys: ['-'] }, 'redact.keys[0]'],
    [['a', 7], 'redact.keys[1]'], [{ paths: 'a' }, 'redact.paths'], [{ paths: ['a', ''] }, 'redact.paths[1]'], [{ paths: ['a.'] }, 'redact.paths[0]'],
    [{ paths: ['.a'] }, 'redact.paths[0]'], [{ paths: ['a..b'] }, 'redact.paths[0]'], [{ paths: ['a*'] }, 'redact.paths[0]'], [{ paths: ['***'] }, 'redact.paths[0]'], [{ paths: ['a[x]'] }, 'redact.paths[0]'],
    [{ paths: [Array.from({ length: 65 }, () => 'a').join('.')] }, 'redact.paths[0]'], [{ patterns: ['visa'] }, 'one of'], [{ patterns: /x/ }, 'redact.patterns'],
    [{ patterns: [7] }, 'redact.patterns[0]'], [{ text: 1 }, 'redact.text'], [{ text: true }, 'redact.patterns'], [{ censor: 7 }, 'redact.censor'], [{ censor: 'x'.repeat(300) }, 'redact.censor'],
  ])('%j', (redactOption, said) => {
    const run = (): unknown => normaliseRedact(redactOption as never);
    expect(run).toThrow(TtlogError);
    expect(run).toThrow(said);
    expect(run).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION', message: expect.stringMatching(/^Expected .* to be .*, got /s) as string }));
  }); // prettier-ignore
});
