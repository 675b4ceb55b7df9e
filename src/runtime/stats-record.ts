/** What ttlog has done, as a record of its own now and then: for those who look at logs and at nothing else. */
import { getLogger } from '../core/logger.js';
import type { TtlogStats } from './handle.js';

/** Keeps no process alive. Returns what ends it. */
export function recordStats(everyMs: number, stats: () => TtlogStats): () => void {
  const log = getLogger('ttlog');
  const timer = setInterval(() => log.info('Statistics', fieldsOf(stats())), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

function fieldsOf(stats: TtlogStats): Record<string, number> {
  const { recorded, delivered, dropped, lapped, promoted, stories, storiesSuppressed, snapshots, sinkErrors } = stats;
  return {
    recorded,
    delivered,
    dropped,
    lapped,
    promoted,
    stories,
    stories_suppressed: storiesSuppressed,
    snapshots,
    sink_errors: sinkErrors,
    open_spans: stats.openSpans,
  };
}
