// ttlog's resident set over ten million events (npm run bench:memory: a hundred million), recorded and delivered, and over
// a million messages of which no two are alike (fifty million): a message built at run time must not be kept for ever.

import { info } from 'ttlog';

import { nextVarying } from '../lib/event-data.mjs';
import { measureGrowth } from '../lib/memory.mjs';
import { logEvents, openTtlogFile } from '../lib/ttlog-file.mjs';
import { startRecordOnly, verifyRing } from '../lib/ttlog.mjs';
import { expectEqual } from '../lib/verify.mjs';

let handle;
let file;

function logMessages(from, to) {
  for (let i = from; i < to; i += 1) info(`Order ${i} placed`, { amount: 129.5 });
}

/** The one after the one before. */
function nextMessage(line, previous) {
  const number = previous === undefined ? /\d+/.exec(line.msg)[0] : Number(/\d+/.exec(previous.msg)[0]) + 1;
  return { msg: `Order ${number} placed`, amount: 129.5 };
}

function recorded(name, group, logRange, countOf, expected) {
  let count;
  return {
    name,
    group,
    maxRounds: 1,
    setup(settings) {
      count = countOf(settings);
      handle = startRecordOnly(settings);
    },
    measure: ({ progress }) => measureGrowth(logRange, count, progress),
    verify() {
      const { recorded: records, dropped } = handle.stats();
      expectEqual('events recorded and dropped', [records, dropped], [count, 0]);
      return `${count} events counted; ${verifyRing(handle, expected)}`;
    },
    teardown: () => handle.shutdown(),
  };
}

export default [
  recorded(
    'ttlog, recorded',
    'memory',
    logEvents,
    (settings) => settings.memoryEvents,
    (line, previous) => ({ msg: 'User logged in', ...nextVarying(line, previous) }),
  ),
  {
    name: 'ttlog, delivered to /dev/null',
    group: 'memory',
    maxRounds: 1,
    setup() {
      file = openTtlogFile('/dev/null');
    },
    async measure({ memoryEvents, progress }) {
      const metrics = await measureGrowth(file.logRange, memoryEvents, progress);
      await file.flush();
      return metrics;
    },
    verify({ memoryEvents }) {
      expectEqual('what was lost', file.losses(), { dropped: 0, lapped: 0, sinkErrors: 0 });
      expectEqual('events delivered', file.delivered(), memoryEvents);
      return `${memoryEvents} events delivered, none dropped, none lapped`;
    },
    teardown: () => file.close(),
  },
  recorded('ttlog, recorded', 'memory-messages', logMessages, (settings) => settings.memoryMessages, nextMessage),
];
