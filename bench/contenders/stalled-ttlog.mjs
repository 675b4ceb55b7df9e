// ttlog with a sink that takes its first batch and never the second: a function whose promise does not settle, and a file
// that is a pipe which nobody reads. What does not fit is lost and counted; the caller goes on, and memory stays.

import { execFileSync } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { join } from 'node:path';

import { init } from 'ttlog';
import { fileSink } from 'ttlog/sinks';

import { measureStalled } from '../lib/memory.mjs';
import { logEvents } from '../lib/ttlog-file.mjs';
import { expectEqual } from '../lib/verify.mjs';

function neverSettles() {
  return new Promise(() => {});
}

/** This process holds both ends, so opening does not wait; it reads nothing. */
function pipeThatNobodyReads(workDir) {
  const path = join(workDir, 'pipe');
  execFileSync('mkfifo', [path]);
  openSync(path, constants.O_RDWR);
  return fileSink({ path });
}

function contenderOf(name, countOf, makeSink) {
  let handle;
  return {
    name,
    group: 'memory-stalled',
    maxRounds: 1,
    setup({ workDir }) {
      handle = init({ service: 'bench', sinks: [makeSink(workDir)], exitTimeoutMs: 100 });
    },
    measure: (settings) => measureStalled(logEvents, countOf(settings), settings.progress),
    verify(settings) {
      const { recorded, dropped, delivered } = handle.stats();
      const count = countOf(settings);
      expectEqual('events recorded or dropped', recorded + dropped, count);
      return `${count} calls returned, ${delivered} records taken by the sink, the others kept while there was room`;
    },
  };
}

export default [
  contenderOf(
    'ttlog, a sink that never settles',
    ({ stalledEvents }) => stalledEvents,
    () => neverSettles,
  ),
  contenderOf('ttlog fileSink, a pipe that nobody reads', ({ stalledEvents }) => stalledEvents, pipeThatNobodyReads),
  contenderOf(
    'ttlog, a sink that never settles, for long',
    ({ memoryEvents }) => memoryEvents,
    () => neverSettles,
  ),
];
