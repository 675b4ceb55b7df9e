// Events to an NDJSON file through ttlog's fileSink, defaults unchanged (overflow 'block': nothing may be lost).

import { join } from 'node:path';

import { info, init } from 'ttlog';
import { fileSink } from 'ttlog/sinks';

import { deliver, verifyFile } from '../lib/delivery.mjs';
import { EMAIL_MASK, emails } from '../lib/event-data.mjs';

function logRange(from, to) {
  for (let i = from; i < to; i += 1) {
    info('User logged in', { user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] });
  }
}

function contenderOf(mode) {
  let logged = 0;
  let handle;
  return {
    name: 'ttlog fileSink',
    group: `delivery-${mode}`,
    async measure({ events, workDir }) {
      const open = () => {
        handle = init({ service: 'bench', sinks: [fileSink({ path: join(workDir, 'out.ndjson') })] });
        return { logRange, flush: () => handle.flush() };
      };
      const result = await deliver(open, mode, events);
      logged = result.logged;
      return result;
    },
    async verify({ workDir }) {
      await handle.shutdown();
      return verifyFile(join(workDir, 'out.ndjson'), logged);
    },
  };
}

export default [contenderOf('burst'), contenderOf('paced')];
