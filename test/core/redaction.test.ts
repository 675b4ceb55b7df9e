import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogEvent } from 'ttlog';
import { emit, error, EventBuilder, getLogger, info, installBackend, lazy, span, withContext } from 'ttlog';
import { createRedactor } from '../../src/core/redact.js';
import { state } from '../../src/core/state.js';
import { newRing, newest } from './support.js';

beforeEach(() => newRing());
afterEach(() => {
  state.redactor = createRedactor();
});

const CENSOR = '[Redacted]';

describe('names that are redacted', () => {
  it.each([
    'password', 'Password', 'PASSWORD', 'passwords', 'user_password', 'userPassword', 'password_hash', 'password2', 'password_2',
    'passwd', 'secret', 'clientSecret', 'client-secret', 'token', 'tokens', 'access_token', 'accessToken', 'ACCESS_TOKEN', 'refreshToken',
    'authorization', 'Proxy-Authorization', 'cookie', 'cookies', 'set-cookie', 'Set-Cookie', 'apiKey', 'api_key', 'API-KEY', 'x-api-key',
    'stripeAPIKey', 'stripe_api_keys', 'apikey', 'privateKey', 'credentials', 'session_id', 'ssn', 'cvv', 'cardNumber', 'credit card',
    'req.headers.authorization',
  ])('%s', (key) => {
    info('Redacted', { [key]: 'hidden', other: 1 });
    expect(newest().values).toEqual({ [key]: CENSOR, other: 1 });
  }); // prettier-ignore

  it.each([
    'max_tokens', 'maxTokens', 'prompt_tokens', 'completionTokens', 'total_tokens', 'token_count', 'tokenType', 'passenger', 'secretary',
    'compass', 'tokenizer', 'keyboard', 'author', 'session', 'card', 'api', 'key', 'assn', '',
  ])('%s survives', (key) => {
    info('Kept', { [key]: 'shown' });
    expect(newest().values).toEqual({ [key]: 'shown' });
  }); // prettier-ignore
});

describe('redaction', () => {
  const secrets = { password: 'hidden', deep: [{ list: [{ api_key: 'hidden', ok: 1 }] }], map: new Map([['token', 'hidden'], ['ok', 'shown']]) }; // prettier-ignore
  const redacted = { password: CENSOR, deep: [{ list: [{ api_key: CENSOR, ok: 1 }] }], map: new Map([['token', CENSOR], ['ok', 'shown']]) }; // prettier-ignore

  it('reaches every depth, maps and errors', () => {
    info('Nested', secrets);
    expect(newest().values).toEqual(redacted);
    error('Failed', Object.assign(new Error('no'), { token: 'hidden', response: { cookie: 'hidden' } }));
    expect(newest().values['err']).toMatchObject({ token: CENSOR, response: { cookie: CENSOR } });
  });

  it('reaches contexts, bindings, spans and emitted events', () => {
    withContext({ context: secrets, cookie: 'hidden' }, () => {
      getLogger('x', { bound: secrets, token: 'hidden' }).child({ secret: 'hidden' }).info('Here');
    });
    expect(newest().values).toEqual({
      context: redacted, cookie: CENSOR, bound: redacted, token: CENSOR, secret: CENSOR,
    }); // prettier-ignore
    const work = span('work', { ...secrets });
    work.record({ token: 'hidden', more: secrets });
    work.end();
    expect(newest().values).toMatchObject({ ...redacted, token: CENSOR, more: redacted });
    emit(EventBuilder.withCapacity(2).field('token', 'hidden').field('nested', secrets).build());
    expect(newest().values).toEqual({ token: CENSOR, nested: redacted });
  });

  it('reaches records that carry their own names', () => {
    newRing(undefined, 64);
    info('Inline', secrets);
    expect(newest().values).toEqual(redacted);
  });

  it('reaches other backends', () => {
    const seen: LogEvent[] = [];
    const previous = installBackend({ emit: (event) => void seen.push(event), flush() {}, setLevel() {} });
    info('Nested', secrets);
    installBackend(previous);
    expect(Object.fromEntries(seen[0].fields.map(({ key, value }) => [key, value]))).toEqual(redacted);
  });

  it('does not look at what it hides', () => {
    let looked = 0;
    info('Nested', { token: lazy(() => ++looked), deep: { get password() { return ++looked; } } }); // prettier-ignore
    expect(looked).toBe(0);
    expect(newest().values).toEqual({ token: CENSOR, deep: { password: CENSOR } });
  });

  it('leaves the caller his object', () => {
    const fields = { password: 'mine', deep: { token: 'mine' } };
    info('Nested', fields);
    expect(fields).toEqual({ password: 'mine', deep: { token: 'mine' } });
  });

  it('takes names of the user instead', () => {
    state.redactor = createRedactor(['iban', 'customer name']);
    newRing();
    info('Own', { IBAN: 'hidden', customerName: 'hidden', customer: 'shown', password: 'shown' });
    expect(newest().values).toEqual({ IBAN: CENSOR, customerName: CENSOR, customer: 'shown', password: 'shown' });
    state.redactor = createRedactor([]);
    newRing();
    info('Own', { password: 'shown' });
    expect(newest().values).toEqual({ password: 'shown' });
  });

  it('judges a name of any length in bounded time', () => {
    const startedAt = performance.now();
    for (const part of ['A', 'aB', '_', 'passwor', '9']) info('Long', { deep: { [part.repeat(100_000)]: 1 } });
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
