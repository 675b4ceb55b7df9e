// withContext around a call, both forms, against the bare AsyncLocalStorage.run of the primitives. The fields are read
// back inside the scope and gone outside it.

import { currentContext, withContext } from 'ttlog';

import { keep } from '../lib/keep.mjs';
import { nsSince, startClock } from '../lib/clock.mjs';
import { expectEqual } from '../lib/verify.mjs';

const group = 'context';

function body() {
  return 1;
}

function verify() {
  expectEqual('fields inside', { ...withContext({ request_id: 7 }, currentContext) }, { request_id: 7 });
  expectEqual('key and value inside', { ...withContext('request_id', 8, currentContext) }, { request_id: 8 });
  expectEqual('outside', { ...currentContext() }, {});
  return 'the fields read inside the scope and gone outside it';
}

export default [
  {
    name: 'ttlog withContext(fields, fn)',
    group,
    run(iterations) {
      let sum = 0;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) sum += withContext({ request_id: i }, body);
      const ns = nsSince(start);
      keep(sum);
      return ns / iterations;
    },
    verify,
  },
  {
    name: 'ttlog withContext(key, value, fn)',
    group,
    run(iterations) {
      let sum = 0;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) sum += withContext('request_id', i, body);
      const ns = nsSince(start);
      keep(sum);
      return ns / iterations;
    },
    verify,
  },
];
