// ttlog's fileSink, defaults unchanged (overflow 'block': nothing may be lost), for every group in which events go to a file.

import { info, init } from 'ttlog';
import { fileSink } from 'ttlog/sinks';

import { EMAIL_MASK, emails } from './event-data.mjs';

/** Event i for from ≤ i < to. */
export function logEvents(from, to) {
  for (let i = from; i < to; i += 1) {
    info('User logged in', { user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] });
  }
}

/** @param {string} path @returns {import('./delivery.mjs').FileLogger} */
export function openTtlogFile(path) {
  const handle = init({ service: 'bench', sinks: [fileSink({ path })] });
  return {
    logRange: logEvents,
    flush: () => handle.flush(),
    losses() {
      const { dropped, lapped, sinkErrors } = handle.stats();
      return { dropped, lapped, sinkErrors };
    },
    delivered: () => handle.stats().delivered,
    close: () => handle.shutdown(),
  };
}
