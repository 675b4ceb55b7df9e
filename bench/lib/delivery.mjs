// One pass of events into a file, and what it cost. Every contender logs the same varying event; the i-th one carries
// user_id i, so that the file shows which events are missing, doubled or out of order.
//
//   burst   all events in a row: the logger's backpressure is part of the picture
//   paced   2000 events every 20 ms, about 100 000 a second: what a busy service does
//
// CPU is process.cpuUsage(), all threads of the process, from the first measured event until flush() has returned.
// Main-thread time is what the main thread ran in the same interval, callbacks that write included, and what it was
// blocked for inside the logging calls, be it by a disk or for room in a ring. Of both, the paced mode leaves out what
// its timers cost.

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

import { nextTurn, nsSince, pause, startClock } from './clock.mjs';
import { countsProcessorTime, processorTime } from './processor-time.mjs';
import { varyingFields } from './event-data.mjs';
import { InvalidRun, expectEqual, expectFields } from './verify.mjs';

/** Logged and flushed before the clock starts: code is optimised and threads are up. */
const WARM_UP_EVENTS = 20_000;
const SLICE_EVENTS = 2000;
const SLICE_MS = 20;
const TURN_EVERY = 1000;

/**
 * @typedef {object} FileLogger
 * @property {(from: number, to: number) => void} logRange logs events from ≤ i < to in its own loop
 * @property {() => void | Promise<void>} flush resolves when every event is in the file
 * @property {boolean} [needsTurns] it writes on the event loop: a burst gives it a turn every 1000 events
 * @property {string} [messageKey] the key of the message in its lines, where it is not 'msg'
 * @property {() => Record<string, number>} [losses] what the logger itself counts as lost: all of it has to be 0
 * @property {() => number} [delivered] how many events its destination has got
 * @property {() => Promise<void>} [close]
 */

/** Both modes of a logger. @param {string} name @param {(path: string) => FileLogger} open */
export function deliveryContenders(name, open) {
  return ['burst', 'paced'].map((mode) => {
    let logger;
    let logged = 0;
    return {
      name,
      group: `delivery-${mode}`,
      async measure({ events, workDir }) {
        const result = await deliver(() => (logger = open(join(workDir, 'out.ndjson'))), mode, events);
        logged = result.logged;
        return result;
      },
      async verify({ workDir }) {
        for (const [what, lost] of Object.entries(logger.losses?.() ?? {})) expectEqual(what, lost, 0);
        await logger.close?.();
        return verifyFile(join(workDir, 'out.ndjson'), logged, logger.messageKey);
      },
    };
  });
}

/** @param {() => FileLogger} open @param {'burst' | 'paced'} mode @param {number} events */
export async function deliver(open, mode, events) {
  const harness = mode === 'paced' ? await costOfPacing() : { cpuNs: 0, mainNs: 0 };
  const logger = open();
  await logBurst(logger, 0, WARM_UP_EVENTS);
  await logger.flush();
  await pause(20);

  const end = WARM_UP_EVENTS + events;
  const slices = Math.ceil(events / SLICE_EVENTS);
  const { cpuNs, mainNs, calls } = await account(async () => {
    const made = await (mode === 'burst' ? logBurst : logPaced)(logger, WARM_UP_EVENTS, end);
    await logger.flush();
    return made;
  });
  const ownCpuNs = cpuNs - slices * harness.cpuNs;
  return {
    logged: end,
    cpuNs: ownCpuNs / events,
    mainNs: (mainNs - slices * harness.mainNs) / events,
    callNs: calls.ns / events,
    blockedNs: calls.blockedNs / events,
    eventsPerCpuSecond: events / (ownCpuNs / 1e9),
  };
}

/** Timers and counters of one slice in a process that has no logger yet: about 0.2 ms, 100 ns an event. */
async function costOfPacing() {
  const slices = 25;
  const nothing = { logRange() {}, flush() {} };
  const { cpuNs, mainNs } = await account(() => logPaced(nothing, 0, slices * SLICE_EVENTS));
  return { cpuNs: cpuNs / slices, mainNs: mainNs / slices };
}

/** @param {() => Promise<{ ns: number, blockedNs: number }>} work */
async function account(work) {
  const cpu = process.cpuUsage();
  const { ranNs } = processorTime();
  const calls = await work();
  const mainRanNs = processorTime().ranNs - ranNs;
  const { user, system } = process.cpuUsage(cpu);
  const mainNs = countsProcessorTime() ? mainRanNs + calls.blockedNs : calls.ns;
  return { cpuNs: (user + system) * 1000, mainNs, calls };
}

async function logBurst(logger, from, to) {
  const step = logger.needsTurns ? TURN_EVERY : to - from;
  const calls = { ns: 0, blockedNs: 0 };
  for (let at = from; at < to; at += step) {
    logSlice(logger, at, Math.min(at + step, to), calls);
    if (logger.needsTurns) await nextTurn();
  }
  return calls;
}

async function logPaced(logger, from, to) {
  const calls = { ns: 0, blockedNs: 0 };
  for (let at = from; at < to; at += SLICE_EVENTS) {
    logSlice(logger, at, Math.min(at + SLICE_EVENTS, to), calls);
    await pause(SLICE_MS);
  }
  return calls;
}

/** Blocked: neither running nor waiting for a processor, which the clock leaves out. */
function logSlice(logger, from, to, calls) {
  const { ranNs } = processorTime();
  const start = startClock();
  logger.logRange(from, to);
  const ns = nsSince(start);
  calls.ns += ns;
  calls.blockedNs += Math.max(0, ns - (processorTime().ranNs - ranNs));
}

/** For writers whose flush says nothing about the file: waits until it has not grown for 100 ms. */
export async function untilQuiet(path) {
  let size = -1;
  for (;;) {
    const now = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (now === size) return;
    size = now;
    await pause(100);
  }
}

/**
 * Reads the whole file back and compares every line.
 *
 * @param {string} path
 * @param {number} logged
 * @param {string} [messageKey]
 * @param {(done: number) => void} [progress] 0 to 1
 */
export function verifyFile(path, logged, messageKey = 'msg', progress = () => {}) {
  const verified = forEachLine(path, (line, i) => {
    expectFields(`line ${i}`, JSON.parse(line), { [messageKey]: 'User logged in', ...varyingFields(i) });
    progress(i / logged);
  });
  if (verified !== logged) throw new InvalidRun(`lost events: ${logged} logged, ${verified} lines in the file`);
  return `${logged} logged, ${verified} lines, all compared`;
}

/** By pieces, because a file of ten million lines is no string. @returns {number} how many lines there were */
export function forEachLine(path, visit) {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(1 << 20);
  const decoder = new StringDecoder('utf8');
  let count = 0;
  let rest = '';
  try {
    for (;;) {
      const bytes = readSync(file, chunk);
      if (bytes === 0) break;
      const lines = (rest + decoder.write(chunk.subarray(0, bytes))).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        visit(line, count);
        count += 1;
      }
    }
  } finally {
    closeSync(file);
  }
  if (rest !== '') throw new InvalidRun('the file ends inside a line');
  return count;
}
