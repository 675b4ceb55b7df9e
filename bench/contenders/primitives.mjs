// What everything else is made of. A record cannot cost less than the clock it reads and the bytes it writes;
// these rows say how much of a logger's time is that, and are the denominator of the first ratio column.

import { keep } from '../lib/keep.mjs';
import { nsSince, startClock } from '../lib/clock.mjs';
import { expectEqual } from '../lib/verify.mjs';

const group = 'primitives';

// A ring of 1 MiB, written front to back like a log: 32 bytes an operation, through fixed-length views.
const RING_BYTES = 1 << 20;
const shared = new SharedArrayBuffer(RING_BYTES);
const words = new Int32Array(shared);
const doubles = new Float64Array(shared);

export default [
  {
    name: 'performance.now()',
    group,
    run(iterations) {
      let sum = 0;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) sum += performance.now();
      const ns = nsSince(start);
      keep(sum);
      return ns / iterations;
    },
    verify() {
      const first = performance.now();
      expectEqual('the clock advances', performance.now() >= first, true);
    },
  },
  {
    name: 'process.hrtime.bigint()',
    group,
    run(iterations) {
      let last = 0n;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) last = process.hrtime.bigint();
      const ns = nsSince(start);
      keep(last);
      return ns / iterations;
    },
    verify() {
      const first = process.hrtime.bigint();
      expectEqual('the clock advances', process.hrtime.bigint() >= first, true);
    },
  },
  {
    name: 'write 32 B into a SharedArrayBuffer',
    group,
    run(iterations) {
      const mask = RING_BYTES - 1;
      let at = 0;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) {
        const word = at >>> 2;
        const double = at >>> 3;
        words[word] = i;
        words[word + 1] = at;
        doubles[double + 1] = i * 0.5;
        doubles[double + 2] = i;
        doubles[double + 3] = 1.5;
        at = (at + 32) & mask;
      }
      return nsSince(start) / iterations;
    },
    verify() {
      expectEqual('the last slot', doubles[(RING_BYTES - 32) / 8 + 3], 1.5);
      return 'the last slot of the ring holds the value written';
    },
  },
  {
    name: 'Atomics.store',
    group,
    run(iterations) {
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) Atomics.store(words, 0, i);
      return nsSince(start) / iterations;
    },
    verify() {
      Atomics.store(words, 0, 7);
      expectEqual('the word', Atomics.load(words, 0), 7);
    },
  },
];
