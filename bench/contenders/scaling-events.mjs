// The cost of an event by how many there are in a row: 1 000, 100 000, 10 million. What is kept for every event, or looked
// for among them, would show in the last row.
//
// Recorded: time of a call. Delivered to a file: processor time of the whole process from the first call until flush() has
// resolved; the file is read back line by line. Short rows are run again and again, and the lower quartile counts.

import { join } from 'node:path';

import { nsSince, startClock } from '../lib/clock.mjs';
import { verifyFile } from '../lib/delivery.mjs';
import { nextVarying } from '../lib/event-data.mjs';
import { quantile } from '../lib/stats.mjs';
import { logEvents, openTtlogFile } from '../lib/ttlog-file.mjs';
import { startRecordOnly, verifyRing } from '../lib/ttlog.mjs';
import { expectEqual } from '../lib/verify.mjs';

const group = 'scaling-events';
const WARM_UP_EVENTS = 300_000;
const SIZES = [
  { events: 1000, text: '1 000', repeats: 300 },
  { events: 100_000, text: '100 000', repeats: 15 },
  { events: 10_000_000, text: '10 000 000', repeats: 1 },
];

/** The i-th run of a size begins where the one before ended, so a file shows which events are missing. */
async function repeat({ events, repeats }, first, runOnce) {
  const costs = [];
  for (let i = 0; i < repeats; i += 1) costs.push(await runOnce(first + i * events, first + (i + 1) * events));
  return quantile(costs, 0.25) / events;
}

function timeLong(from, to) {
  const start = startClock();
  logEvents(from, to);
  return nsSince(start);
}

/** Of 1000 events the readings of startClock() would be a third; so short a run is rarely interrupted, and there are many. */
function timeShort(from, to) {
  const start = process.hrtime.bigint();
  logEvents(from, to);
  return Number(process.hrtime.bigint() - start);
}

function recorded(size) {
  let handle;
  return {
    name: `ttlog recorded, ${size.text} events`,
    group,
    maxRounds: 3,
    setup(settings) {
      handle = startRecordOnly(settings);
      logEvents(0, WARM_UP_EVENTS);
    },
    async measure() {
      const ns = await repeat(size, 0, size.events < 10_000 ? timeShort : timeLong);
      return { ns, wholeMs: (ns * size.events) / 1e6 };
    },
    verify() {
      const { recorded: records, dropped } = handle.stats();
      expectEqual('recorded and dropped', [records, dropped], [WARM_UP_EVENTS + size.events * size.repeats, 0]);
      return `every record counted; ${verifyRing(handle, nextVarying)}`;
    },
    teardown: () => handle.shutdown(),
  };
}

function delivered(size) {
  const isLong = size.events > 1_000_000;
  let file;
  let logged;
  return {
    name: `ttlog fileSink, ${size.text} events`,
    group,
    maxRounds: isLong ? 1 : 3,
    slow: isLong,
    async setup({ workDir }) {
      file = openTtlogFile(join(workDir, 'out.ndjson'));
      logEvents(0, WARM_UP_EVENTS);
      await file.flush();
    },
    async measure() {
      logged = WARM_UP_EVENTS + size.events * size.repeats;
      const ns = await repeat(size, WARM_UP_EVENTS, async (from, to) => {
        const before = process.cpuUsage();
        logEvents(from, to);
        await file.flush();
        const { user, system } = process.cpuUsage(before);
        return (user + system) * 1000;
      });
      return { ns, wholeMs: (ns * size.events) / 1e6 };
    },
    async verify({ workDir, progress }) {
      expectEqual('what was lost', file.losses(), { dropped: 0, lapped: 0, sinkErrors: 0 });
      await file.close();
      return verifyFile(join(workDir, 'out.ndjson'), logged, 'msg', progress);
    },
  };
}

export default [...SIZES.map(recorded), ...SIZES.map(delivered)];
