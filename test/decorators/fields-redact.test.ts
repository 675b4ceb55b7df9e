import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogEvent } from 'ttlog';
import { EventBuilder, info, installBackend, span, withContext } from 'ttlog';
import { Field, Fields } from 'ttlog/decorators';
import { createRedactor } from '../../src/core/redact.js';
import { state } from '../../src/core/state.js';
import { allowGeneration } from '../../src/decorators/generate.js';
import type { RedactOptions } from '../../src/runtime/redact-options.js';
import { normaliseRedact, redactorOf } from '../../src/runtime/redact-options.js';
import { recorded, startRecording } from '../support/recorded.js';

@Fields()
class Card {
  @Field({ redact: (text: string) => `…${text.slice(-4)}` }) cardNumber = '4111111111111111';
  @Field({ redact: (parts: string[]) => ({ count: parts.length, secret: 'inside' }) }) credentials = ['a', 'b'];
  @Field({ redact: 'hash' }) token = 'tok_123';
  @Field({ redact: (text: string | null) => text }) passwd: string | null = null;
  @Field({
    redact: (text: string) => {
      throw new Error(text);
    },
  })
  secret = 'hunter2';
  @Field({ redact: true }) apiKey = 'k';
  password = 'hunter2';
  plain = 1;
}

const SHOWN = {
  cardNumber: '…1111',
  credentials: { count: 2, secret: '[Redacted]' },
  token: '#7',
  passwd: null,
  secret: '[Redacted]',
  apiKey: '[Redacted]',
  password: '[Redacted]',
  plain: 1,
};

const { hash } = state.host;
let before: boolean;
beforeEach(() => {
  state.host.hash = (text) => `#${text.length}`;
});
afterEach(() => {
  state.host.hash = hash;
  state.redactor = createRedactor();
});

/** The rules of `init({ redact })`, for callsites to come. */
function useRules(redact: RedactOptions): void {
  state.redactor = redactorOf(normaliseRedact(redact)!);
  startRecording();
}

describe.each([
  ['compiled', true],
  ['where code must not be made at run time', false],
])('@Field({ redact }) under a name that is sensitive by itself, %s', (_how, allowed) => {
  beforeEach(() => {
    before = allowGeneration(allowed);
    startRecording();
  });
  afterEach(() => {
    allowGeneration(before);
  });

  test('what the class says counts, what nobody says anything about is hidden', () => {
    info(new Card(), 'itself');
    expect(recorded().event('itself').values).toEqual(SHOWN);
  });

  test('wherever the object is', () => {
    const card = new Card();
    info('inside', { order: { cards: [card], first: new Map([['a', card]]) } });
    expect(recorded().event('inside').values).toEqual({ order: { cards: [SHOWN], first: new Map([['a', SHOWN]]) } });
    withContext(card, () => info('context'));
    expect(recorded().event('context').values).toEqual(SHOWN);
    span('work', card).end();
    expect(recorded().span('work').values).toMatchObject(SHOWN);
  });

  test('also for a backend, and where names are not in the dictionary', () => {
    const events: LogEvent[] = [];
    const previous = installBackend({ emit: (event) => events.push(event), flush() {}, setLevel() {} });
    info(new Card(), 'itself');
    info('inside', { card: new Card() });
    installBackend(previous);
    const values = events.map(({ fields }) => Object.fromEntries(fields.map(({ key, value }) => [key, value])));
    expect(values).toEqual([SHOWN, { card: SHOWN }]);
    for (let i = 0; i < 300; i++) info(Object.assign(new Card(), { [`own${i}`]: i }), 'many shapes');
    expect(recorded().events.at(-1)!.values).toEqual({ ...SHOWN, own299: 299 });
  });

  test('a path that leads there beats the class; value patterns search what it makes', () => {
    useRules({ paths: ['cardNumber', 'card.token'], patterns: [/11+/] });
    info(new Card(), 'itself');
    expect(recorded().event('itself').values).toEqual({ ...SHOWN, cardNumber: '[Redacted]' });
    info('inside', { card: new Card() });
    expect(recorded().event('inside').values).toEqual({
      card: { ...SHOWN, cardNumber: '…[Redacted]', token: '[Redacted]' },
    });
  });

  test("a censor of init() is for what the class says nothing about; 'remove' removes all of them", () => {
    useRules({ censor: () => 'hidden' });
    info(new Card(), 'itself');
    info('inside', { card: new Card() });
    const hidden = { secret: 'hidden', apiKey: 'hidden', password: 'hidden' };
    const shown = { ...SHOWN, ...hidden, credentials: { count: 2, secret: 'hidden' } };
    expect(recorded().event('itself').values).toEqual(shown);
    expect(recorded().event('inside').values).toEqual({ card: shown });
    useRules({ censor: 'remove' });
    info(new Card(), 'removed');
    expect(recorded().event('removed').values).toEqual({ plain: 1 });
  });

  test('an object that looks like one is hidden as any other', () => {
    const built = EventBuilder.withCapacity(1).message('m').field('password', { value: 'hunter2' }).build();
    expect(JSON.stringify(built.fields)).not.toContain('hunter2');
    info('hostile', { password: Proxy.revocable({}, {}).proxy, token: { value: 'x' } });
    expect(recorded().event('hostile').values).toEqual({ password: '[Redacted]', token: '[Redacted]' });
  });
});
