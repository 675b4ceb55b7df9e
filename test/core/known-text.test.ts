import { info, withSpan } from 'ttlog';
import { describe, expect, test } from 'vitest';
import { state } from '../../src/core/state.js';
import { contents, events, newRing } from './support.js';

/** A string that V8 has not seen: what a request brings. */
const fresh = (text: string): string => Buffer.from(text).toString('latin1');

const bytesOf = (text: string): number => Buffer.from(state.ring!.buffer).toString('latin1').split(text).length - 1;

describe('a text that comes again and again', () => {
  test('is one entry of the dictionary, and every record has it', () => {
    newRing();
    for (let i = 0; i < 100; i++) info('Request', { method: 'DELETE-ME', route: fresh('/orders/:id/lines') });
    expect(events().map(({ values }) => values)).toEqual(
      Array.from({ length: 100 }, () => ({ method: 'DELETE-ME', route: '/orders/:id/lines' })),
    );
    // Once while it was new, once in the dictionary.
    expect(bytesOf('DELETE-ME')).toBe(2);
    expect(bytesOf('/orders/:id/lines')).toBe(2);
  });

  test('may change with others, each in its place', () => {
    newRing();
    const states = ['queued', 'running', 'done', 'naïve 漢 🎌', 'queued'];
    for (let i = 0; i < 200; i++) info('Job', { n: i, state: states[i % states.length] });
    expect(events().map(({ values }) => values)).toEqual(
      Array.from({ length: 200 }, (_, n) => ({ n, state: states[n % states.length] })),
    );
  });

  test('is known in spans and their states, too', () => {
    newRing();
    for (let i = 0; i < 10; i++) {
      withSpan('load', { table: 'customers' }, (span) => {
        span.record({ index: 'by_name' });
      });
    }
    const ended = contents().records.filter(({ kind }) => kind === 'span');
    expect(ended).toHaveLength(10);
    for (const { values } of ended) expect(values).toMatchObject({ table: 'customers', index: 'by_name' });
  });

  test('outlives the ring of its record, and means nothing in the next ring', () => {
    newRing();
    for (let i = 0; i < 20_000; i++) info('Request', { method: 'OPTIONS' });
    expect(events().every(({ values }) => values['method'] === 'OPTIONS')).toBe(true);
    newRing();
    for (let i = 0; i < 5; i++) info('Request', { method: i % 2 === 0 ? 'OPTIONS' : 'CONNECT' });
    expect(events().map(({ values }) => values['method'])).toEqual([
      'OPTIONS',
      'CONNECT',
      'OPTIONS',
      'CONNECT',
      'OPTIONS',
    ]);
  });
});

describe('a text that comes once', () => {
  test('is in its record and nowhere else', () => {
    newRing();
    for (let i = 0; i < 1000; i++) info('Signed up', { email: fresh(`user${1_000_000 + i}@example.com`) });
    expect(events().at(-1)!.values).toEqual({ email: 'user1000999@example.com' });
    expect(bytesOf('user1000001@example.com')).toBe(1);
    expect(state.ring!.texts).toBe(0);
  });
});
