// Single calls of ttlog, delivered to a file.

import { join } from 'node:path';

import { info, init } from 'ttlog';
import { fileSink } from 'ttlog/sinks';

import { verifyFile } from '../lib/delivery.mjs';
import { EMAIL_MASK, emails } from '../lib/event-data.mjs';
import { measureLatency } from '../lib/latency.mjs';

function logOne(i) {
  info('User logged in', { user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] });
}

let logged = 0;
let handle;

export default {
  name: 'ttlog fileSink',
  group: 'latency',
  async measure({ events, workDir }) {
    handle = init({ service: 'bench', sinks: [fileSink({ path: join(workDir, 'out.ndjson') })] });
    const result = await measureLatency(logOne, events, () => handle.flush());
    logged = result.logged;
    return result;
  },
  async verify({ workDir }) {
    await handle.shutdown();
    return verifyFile(join(workDir, 'out.ndjson'), logged);
  },
};
