// The methods without a span: what the rows below are measured over.

import { keep } from '../lib/keep.mjs';
import { nextTurn, nsSince, startClock } from '../lib/clock.mjs';
import { SPANS_PER_TURN, makePaymentService } from '../lib/span-subject.mjs';
import { expectEqual } from '../lib/verify.mjs';

const service = new (makePaymentService())();

export default [
  {
    name: 'bare method',
    group: 'spans-sync',
    async run(iterations) {
      let sum = 0;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) {
        sum += service.charge(i, 9.5);
        if (i % SPANS_PER_TURN === 0) await nextTurn();
      }
      const ns = nsSince(start);
      keep(sum);
      return ns / iterations;
    },
    verify() {
      expectEqual('charge(1, 9.5)', service.charge(1, 9.5), 10.5);
    },
  },
  {
    name: 'bare async method',
    group: 'spans-async',
    async run(iterations) {
      let sum = 0;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) {
        sum += await service.chargeAsync(i, 9.5);
        if (i % SPANS_PER_TURN === 0) await nextTurn();
      }
      const ns = nsSince(start);
      keep(sum);
      return ns / iterations;
    },
    async verify() {
      expectEqual('chargeAsync(1, 9.5)', await service.chargeAsync(1, 9.5), 10.5);
    },
  },
];
