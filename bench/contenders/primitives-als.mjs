// AsyncLocalStorage alone, the only one in its process: what a context costs before a library adds anything.
// A fresh store for each run(), because that is what a request or a span needs; the same store twice is cheaper.

import { AsyncLocalStorage } from 'node:async_hooks';

import { keep } from '../lib/keep.mjs';
import { nsSince, startClock } from '../lib/clock.mjs';
import { expectEqual } from '../lib/verify.mjs';

const group = 'primitives';
const als = new AsyncLocalStorage();

function body() {
  return 1;
}

export default [
  {
    name: 'als.getStore()',
    group,
    run(iterations) {
      return als.run({ request_id: 'r-1' }, () => {
        let last;
        const start = startClock();
        for (let i = 0; i < iterations; i += 1) last = als.getStore();
        const ns = nsSince(start);
        keep(last);
        return ns / iterations;
      });
    },
    verify() {
      expectEqual(
        'the store',
        als.run({ request_id: 'r-2' }, () => als.getStore()),
        { request_id: 'r-2' },
      );
    },
  },
  {
    name: 'als.run(fresh store)',
    group,
    run(iterations) {
      let sum = 0;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) sum += als.run({ request_id: i }, body);
      const ns = nsSince(start);
      keep(sum);
      return ns / iterations;
    },
    verify() {
      expectEqual(
        'the store inside',
        als.run({ request_id: 3 }, () => als.getStore()),
        { request_id: 3 },
      );
      expectEqual('the store outside', als.getStore(), undefined);
    },
  },
];
