// ttlog below `record`: the call looks at its threshold and returns.

import { init, setRecord, trace } from 'ttlog';
import { memorySink } from 'ttlog/sinks';

import { nsSince, startClock } from '../lib/clock.mjs';
import { expectEqual } from '../lib/verify.mjs';

let handle;
const memory = memorySink();

export default {
  name: 'ttlog trace() below record',
  group: 'disabled',
  setup() {
    handle = init({ service: 'bench', level: 'trace', record: 'debug', sinks: [memory] });
  },
  run(iterations) {
    const start = startClock();
    for (let i = 0; i < iterations; i += 1) {
      trace('User logged in', { user_id: 123, attempt: 1.5, email: 'alice@example.com' });
    }
    return nsSince(start) / iterations;
  },
  async verify() {
    await handle.flush();
    expectEqual('records of trace() below record', memory.records.length, 0);
    setRecord('trace');
    trace('above');
    await handle.flush();
    expectEqual('records of trace() at record', memory.records.length, 1);
    return 'nothing recorded below the level, one record above it';
  },
  teardown: () => handle.shutdown(),
};
