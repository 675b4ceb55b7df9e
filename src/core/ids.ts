// Hot path: ids as 32-bit words from a generator of our own; no BigInt, no system call, no allocation.
// 128-bit trace ids and 64-bit span ids, never all zero (W3C Trace Context §3.2.2).

import { platform } from './platform.js';

/**
 * xoshiro128** (Blackman, Vigna): four words of state, seeded once from the platform's cryptographic source. At the first id: Node loads its
 * Web Crypto for it (2 ms), and edge workers have no randomness while a module is loaded.
 */
const words = new Uint32Array(4);
let isSeeded = false;

/** Seeds anew; called once a thread, and by tests that want the same ids again. */
export function seedIds(seed?: number): void {
  isSeeded = true;
  if (seed === undefined) {
    if (platform.crypto === undefined) for (let i = 0; i < 4; i++) words[i] = Math.random() * 4_294_967_296;
    else platform.crypto.getRandomValues(words);
  } else for (let i = 0; i < 4; i++) words[i] = Math.imul(seed + i + 1, 0x9e3779b9) ^ (seed >>> (i * 3));
  words[0] = words[0] | 1;
}

/**
 * 32 random bits as a signed number: an unsigned one does not fit a Smi, and each of a span's six words would be a boxed double
 * (an instrumented call: 386 → 288 ns).
 */
export function randomWord(): number {
  if (!isSeeded) seedIds();
  const w1 = words[1];
  const x = Math.imul(w1, 5);
  const result = Math.imul((x << 7) | (x >>> 25), 9) | 0;
  const t = w1 << 9;
  words[2] ^= words[0];
  words[3] ^= words[1];
  words[1] ^= words[2];
  words[0] ^= words[3];
  words[2] ^= t;
  const w3 = words[3];
  words[3] = (w3 << 11) | (w3 >>> 21);
  return result;
}

/** As `randomWord`, but never 0: a span id with one non-zero word is a valid one. */
export function randomWordNotZero(): number {
  const word = randomWord();
  return word === 0 ? 1 : word;
}

/** Eight lower-case hex digits. */
export function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
