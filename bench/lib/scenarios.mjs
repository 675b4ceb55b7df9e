// pino's own published scenarios (benchmarks/*.bench.js of its repository) with their data, one group each, and one of
// ours: a long text that is not the same every time.
//
// The calls are spelled out by every contender; what they have to have written is here.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What pino logs in its "deep object" scenario: its own package.json. */
export const deepObject = JSON.parse(readFileSync(fileURLToPath(import.meta.resolve('pino/package.json')), 'utf8'));

/**
 * 2000 bytes that are mostly no UTF-8, read as UTF-8, as pino's scenario has them (crypto.randomBytes); the same ones
 * every time, by a linear congruential generator.
 */
export const longText = (() => {
  const bytes = Buffer.alloc(2000);
  let state = 1;
  for (let i = 0; i < bytes.length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes.toString();
})();

const LONG_TEXT_COUNT = 64;
export const LONG_TEXT_MASK = LONG_TEXT_COUNT - 1;

/** Texts of 2000 characters, flat and of one byte a character: a log of request bodies, say. */
export const longTexts = Array.from({ length: LONG_TEXT_COUNT }, (_, i) =>
  Buffer.from(`body ${i} `.padEnd(2000, 'lorem ipsum '), 'latin1').toString('latin1'),
);

/**
 * message and fields: what the i-th line has to hold. Loggers that interpolate have `interpolated` as their message, and
 * need not have the fields of their own.
 *
 * @type {Record<string, { message: string, fields: (i: number) => object, interpolated?: string }>}
 */
export const scenarios = {
  basic: { message: 'hello world', fields: () => ({}) },
  object: { message: '', fields: () => ({ hello: 'world' }) },
  'deep-object': { message: '', fields: () => deepObject },
  child: { message: '', fields: () => ({ a: 'property', hello: 'world' }) },
  'child-child': { message: '', fields: () => ({ a: 'property', sub: 'child', hello: 'world' }) },
  'child-creation': { message: '', fields: () => ({ a: 'property', hello: 'world' }) },
  'long-string': { message: longText, fields: () => ({}) },
  interpolate: { message: 'hello', fields: () => ({ name: 'world' }), interpolated: 'hello world' },
  'interpolate-all': {
    message: 'hello',
    fields: () => ({ name: 'world', data: { obj: true }, count: 4 }),
    interpolated: 'hello world {"obj":true} 4',
  },
  'long-field': { message: 'request body', fields: (i) => ({ body: longTexts[i & LONG_TEXT_MASK] }) },
};

/** A child is made before every tenth call, as in pino's scenario. */
export const CALLS_PER_CHILD = 10;
