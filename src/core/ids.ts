// Hot path: ids as 32-bit words from generators of our own; no BigInt, no system call, no allocation.
// 128-bit trace ids and 64-bit span ids, never all zero (W3C Trace Context §3.2.2).

import { platform } from './platform.js';

/**
 * The last span id and the last trace id, as signed words: an unsigned one does not fit a Smi, and each would be a boxed double
 * (an instrumented call: 386 → 288 ns). Both are the whole state of a generator with one cycle through all states but zero (Blackman, Vigna:
 * xoroshiro64 and xoshiro128). So a thread never makes an id twice, and none costs more than one step (xoshiro128**, a step
 * for each word: 6 ns a span more). Seeded from the platform's cryptographic source, at the first id: Node loads its Web Crypto for it (2 ms), and
 * edge workers have no randomness while a module is loaded.
 */
export const spanIdWords = new Int32Array(2);
export const traceIdWords = new Int32Array(4);

/** Seeds anew; called once a thread, and by tests that want the same ids again. */
export function seedIds(seed?: number): void {
  for (const words of [spanIdWords, traceIdWords]) {
    if (seed !== undefined)
      for (let i = 0; i < words.length; i++) words[i] = Math.imul(seed + i + 1, 0x9e3779b9) ^ (seed >>> (i * 3));
    else if (platform.crypto === undefined)
      for (let i = 0; i < words.length; i++) words[i] = Math.random() * 4_294_967_296;
    else platform.crypto.getRandomValues(words);
    words[0] |= 1; // never all zero, which also stands for "not seeded"
  }
}

/** Puts the next id into `spanIdWords`. */
export function nextSpanId(): void {
  if ((spanIdWords[0] | spanIdWords[1]) === 0) seedIds();
  const w0 = spanIdWords[0];
  const w1 = spanIdWords[1] ^ w0;
  spanIdWords[0] = ((w0 << 26) | (w0 >>> 6)) ^ w1 ^ (w1 << 9);
  spanIdWords[1] = (w1 << 13) | (w1 >>> 19);
}

/** Puts the next id into `traceIdWords`. */
export function nextTraceId(): void {
  if ((traceIdWords[0] | traceIdWords[1] | traceIdWords[2] | traceIdWords[3]) === 0) seedIds();
  const w1 = traceIdWords[1];
  const w2 = traceIdWords[2] ^ traceIdWords[0];
  const w3 = traceIdWords[3] ^ w1;
  traceIdWords[1] = w1 ^ w2;
  traceIdWords[0] ^= w3;
  traceIdWords[2] = w2 ^ (w1 << 9);
  traceIdWords[3] = (w3 << 11) | (w3 >>> 21);
}

/** A span id as text. */
export function newSpanId(): string {
  nextSpanId();
  return Array.from(spanIdWords, hexWord).join('');
}

/** A trace id as text. */
export function newTraceId(): string {
  nextTraceId();
  return Array.from(traceIdWords, hexWord).join('');
}

/** Eight lower-case hex digits: the bytes of the word as they lie in memory, where the ring has ids the way they are read. */
export function hexWord(word: number): string {
  return (swapped(word) >>> 0).toString(16).padStart(8, '0');
}

/** The word whose digits stand at `index * 8` in the text of an id. */
export function wordOf(hex: string, index: number): number {
  return swapped(Number.parseInt(hex.slice(index * 8, index * 8 + 8), 16));
}

function swapped(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
