// An empty call as V8 really makes it: inlined where it can be, its object argument never allocated. That is the
// floor under a disabled log call, and it is as low as a floor can be, so "over an empty call" is a strict measure.

import { nsSince, startClock } from '../lib/clock.mjs';

function empty(_message, _fields) {}

export default {
  name: 'empty call',
  group: 'primitives',
  run(iterations) {
    const start = startClock();
    for (let i = 0; i < iterations; i += 1) {
      empty('User logged in', { user_id: 123, attempt: 1.5, email: 'alice@example.com' });
    }
    return nsSince(start) / iterations;
  },
};
