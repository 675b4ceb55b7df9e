// What a class says is not to be seen is nowhere in the ring, wherever its instances are logged.
import { inspect as nodeInspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addContext,
  bindContext,
  emit,
  enterContext,
  error,
  EventBuilder,
  getLogger,
  info,
  init,
  inspect,
  installBackend,
  lazy,
  span,
  timer,
  withContext,
  withSpan,
} from 'ttlog';
import type { LogEvent, TtlogHandle } from 'ttlog';
import { Field, Fields, Instrument } from 'ttlog/decorators';
import { memorySink } from 'ttlog/sinks';
import { state } from '../../src/core/state.js';
import { recorded, startRecording } from '../support/recorded.js';

/** In every value that is not to be seen. */
const SECRET = 'xxHIDDENxx';

@Fields()
class Contact {
  city = 'Bern';
  @Field({ redact: true }) street = SECRET;
}

@Fields({ rename: 'snake_case' })
class User {
  userId = 7;
  @Field({ redact: true }) email = SECRET;
  @Field({ redact: 'hash' }) login = SECRET;
  @Field({ redact: (phone: string) => phone.length }) phone = SECRET;
  @Field({ skip: true }) raw = { body: SECRET };
  @Field({ skip: () => true }) sometimes = SECRET;
  @Field({ redact: true }) get computed(): string {
    return SECRET;
  }
  contact = new Contact();
  @Field({ flatten: 'prefix' }) billing = new Contact();
  list = [new Contact()];
}

class Member extends User {
  role = 'admin';
}

const seen = {
  user_id: 7,
  email: '[Redacted]',
  login: expect.stringMatching(/^[0-9a-f]{16}$/),
  phone: 10,
  contact: { city: 'Bern', street: '[Redacted]' },
  billing_city: 'Bern',
  billing_street: '[Redacted]',
  list: [{ city: 'Bern', street: '[Redacted]' }],
  computed: '[Redacted]',
};

class Service {
  @Instrument()
  argument(user: User): number {
    return user.userId;
  }
  @Instrument({ args: ['users', 'options', 'rest'] })
  asked(users: User[], options: object, ...rest: User[]): number {
    return users.length + Object.keys(options).length + rest.length;
  }
  @Instrument({ args: false, fields: (user) => ({ user }) })
  computed(user: User): number {
    return user.userId;
  }
  @Instrument({ args: false, fields: (user) => user })
  spread(user: User): number {
    return user.userId;
  }
  @Instrument({ ret: true, args: false })
  returned(user: User): User {
    return user;
  }
  @Instrument({ ret: 'info', args: false })
  async later(user: User): Promise<User[]> {
    return [user];
  }
  @Instrument({ args: false })
  failing(user: User): never {
    throw Object.assign(new Error('no'), { user });
  }
  @Instrument({ args: false })
  throwing(user: User): never {
    throw user;
  }
  @Instrument({ callback: true, ret: true })
  answering(user: User, done: (error: null, user: User) => void): void {
    done(null, user);
  }
}
const service = new Service();

const attempt = (run: () => unknown): void => {
  try {
    run();
  } catch {
    // its error is what is recorded
  }
};

const places: [where: string, log: (user: User) => unknown][] = [
  ['the fields', (user) => info(user, 'x')],
  ['the fields, behind the message', (user) => info('x', user)],
  ['a field', (user) => info('x', { user })],
  ['deep in fields', (user) => info('x', { a: [{ b: new Map([['c', new Set([user])]]) }] })],
  ['a key of a map', (user) => info('x', { map: new Map([[user, 1]]) })],
  ['in an object with a toJSON', (user) => info('x', { made: { toJSON: () => ({ user }) } })],
  ['lazily', (user) => info('x', { user: lazy(() => ({ user })) })],
  ['inspected', (user) => info('x', { user: inspect(user), more: inspect({ list: [user] }) })],
  ['a property of an error', (user) => error(Object.assign(new Error('no'), { user }))],
  ['the cause of an error', (user) => error('x', { err: new Error('no', { cause: { user } }) })],
  ['bindings', (user) => getLogger('a', { user }).child({ child: user }).info('x')],
  ['bindings, as they are', (user) => getLogger('b', user).info('x')],
  ['a context', (user) => withContext({ user }, () => info('x'))],
  ['a context, as it is', (user) => withContext(user, () => info('x'))],
  ['a context by key', (user) => withContext('user', user, () => bindContext(() => info('x'))())],
  ['added to a context', (user) => withContext({}, () => (addContext({ user }), info('x')))],
  [
    'an entered context',
    (user) => {
      using scope = enterContext({ user });
      info('x');
      void scope;
    },
  ],
  ['a span', (user) => withSpan('x', { user }, (active) => active.record({ more: user }))],
  ['a span, later', (user) => span('x', user).end()],
  ['an event of a span', (user) => withSpan('x', (active) => active.event('y', { user }))],
  ['the error of a span', (user) => span('x').fail({ user })],
  ['a timer', (user) => timer('x', { user }).end()],
  ['an event made by hand', (user) => emit(EventBuilder.withCapacity(1).message('x').field('user', user).build())],
  ['an argument', (user) => service.argument(user)],
  ['arguments that were asked for', (user) => service.asked([user], { user }, user, user)],
  ['computed fields', (user) => service.computed(user)],
  ['computed fields, as they are', (user) => service.spread(user)],
  ['a result', (user) => service.returned(user)],
  ['a result, later', (user) => service.later(user)],
  ['an error', (user) => attempt(() => service.failing(user))],
  ['what is thrown', (user) => attempt(() => service.throwing(user))],
  ['the result of a callback', (user) => service.answering(user, () => {})],
];

/** `redact: 'hash'` needs the runtime's key. */
let handle: TtlogHandle;
beforeEach(() => {
  handle = init({ service: 'shop', inThread: true, sinks: [] });
  startRecording();
});
afterEach(async () => {
  await handle.shutdown();
});

describe.each([
  ['an instance', User],
  ['an instance of a subclass', Member],
])('%s', (_what, type) => {
  test.each(places)('%s', async (_where, log) => {
    await log(new type());
    const bytes = Buffer.from(state.ring!.buffer);
    expect(bytes.includes(SECRET)).toBe(false);
    expect(bytes.includes('[Redacted]')).toBe(true);
    expect(recorded().records.length).toBeGreaterThan(0);
  });
});

test('what is to be seen is', () => {
  info('x', { user: new User(), member: new Member() });
  const { values } = recorded().event('x');
  expect(values).toEqual({ user: seen, member: { ...seen, role: 'admin' } });
});

describe('a class that forgot @Fields()', () => {
  class Card {
    id = 7;
    @Field({ redact: true }) digits = SECRET;
    @Field({ skip: true }) raw = SECRET;
  }
  class DebitCard extends Card {
    @Field({ redact: true }) code = SECRET;
  }
  class GiftCard extends Contact {
    @Field({ redact: true }) code = SECRET;
  }
  const hidden = { id: 7, digits: '[Redacted]' };

  test.each([
    ['a subclass first', new DebitCard(), { ...hidden, code: '[Redacted]' }],
    ['itself', new Card(), hidden],
    [
      'a subclass of one that did not forget',
      new GiftCard(),
      { city: 'Bern', street: '[Redacted]', code: '[Redacted]' },
    ],
  ])('%s', (_what, card, values) => {
    info('x', { card, list: [card], shown: inspect(card) });
    info(card, 'y');
    withSpan('z', card, () => {});
    expect(Buffer.from(state.ring!.buffer).includes(SECRET)).toBe(false);
    expect(recorded().event('x').values).toMatchObject({ card: values, list: [values] });
    expect(recorded().event('y').values).toEqual(values);
  });
});

test('a backend and sinks are given the same', async () => {
  await handle.shutdown();
  const memory = memorySink();
  handle = init({ service: 'shop', inThread: true, sinks: [memory] });
  info('sink', { user: new User() });
  await handle.flush();
  expect(memory.records.map(({ values }) => values)).toEqual([{ user: seen }]);
  const events: LogEvent[] = [];
  const previous = installBackend({ emit: (event) => events.push(event), flush() {}, setLevel() {} });
  info('backend', { user: new User() });
  info(new User(), 'backend');
  installBackend(previous);
  expect(events).toHaveLength(2);
  expect(
    JSON.stringify(events, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ).not.toContain(SECRET);
});

describe('inspect()', () => {
  test('shows the fields of an instance, wherever it is', () => {
    info('x', { user: inspect(new Contact()), list: inspect([{ contact: new Contact() }]) });
    expect(recorded().event('x').values).toEqual({
      user: { inspected: "{ city: 'Bern', street: '[Redacted]' }" },
      list: { inspected: "[ { contact: { city: 'Bern', street: '[Redacted]' } } ]" },
    });
  });

  test('everywhere else instances are shown as ever, and a class may show itself', () => {
    const util = { contact: new Contact(), plain: { city: 'Bern', street: SECRET } };
    expect(nodeInspect(util.contact)).toBe(`Contact ${nodeInspect(util.plain)}`);
    @Fields()
    class Own {
      @Field({ redact: true }) secret = SECRET;
      [nodeInspect.custom](): string {
        return 'my own';
      }
    }
    info('x', { own: inspect(new Own()) });
    expect(recorded().event('x').values).toEqual({ own: { inspected: 'my own' } });
  });

  test('also where there is no util.inspect', () => {
    const { inspect: before } = state.host;
    state.host.inspect = null;
    info('x', { list: inspect([new Contact()]) });
    state.host.inspect = before;
    expect(recorded().event('x').values).toEqual({ list: { inspected: '[{"city":"Bern","street":"[Redacted]"}]' } });
  });
});
