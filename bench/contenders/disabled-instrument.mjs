// An @Instrument()-ed method when nothing is recorded, over the same method without it. Plain loops: unlike the loops of
// the span groups they give the event loop no turns, which would be more than what is measured here.

import { init, setRecord } from 'ttlog';
import { memorySink } from 'ttlog/sinks';

import { keep } from '../lib/keep.mjs';
import { nsSince, startClock } from '../lib/clock.mjs';
import { makeInstrumented } from '../lib/instrumented.mjs';
import { makePaymentService } from '../lib/span-subject.mjs';
import { expectEqual } from '../lib/verify.mjs';

const group = 'disabled';
const memory = memorySink();
const instrumented = makeInstrumented();
const bare = new (makePaymentService())();
let handle;

export default [
  {
    name: 'ttlog @Instrument method, record off',
    group,
    setup() {
      handle = init({ service: 'bench', level: 'trace', record: 'off', sinks: [memory] });
    },
    run(iterations) {
      let sum = 0;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) sum += instrumented.charge(i, 9.5);
      const ns = nsSince(start);
      keep(sum);
      return ns / iterations;
    },
    async verify() {
      await handle.flush();
      expectEqual('records while record was off', memory.records.length, 0);
      setRecord('trace');
      expectEqual('charge(1, 9.5)', instrumented.charge(1, 9.5), 10.5);
      await handle.flush();
      expectEqual('records at trace', memory.records.length, 1);
      return 'no span recorded while record was off, one when it was on';
    },
    teardown: () => handle.shutdown(),
  },
  {
    name: 'bare method',
    group,
    run(iterations) {
      let sum = 0;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) sum += bare.charge(i, 9.5);
      const ns = nsSince(start);
      keep(sum);
      return ns / iterations;
    },
    verify() {
      expectEqual('charge(1, 9.5)', bare.charge(1, 9.5), 10.5);
    },
  },
];
