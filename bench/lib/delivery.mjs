// One pass of events into a file, and what it cost. Every contender logs the same varying event; the i-th one carries
// user_id i, so that the file shows which events are missing, doubled or out of order.
//
//   burst   all events in a row: the logger's backpressure is part of the picture
//   paced   2000 events every 20 ms, about 100 000 a second: what a busy service does
//
// CPU is process.cpuUsage(), all threads of the process, from the first measured event until flush() has returned.
// Main-thread time is what the main thread ran in the same interval, callbacks that write included, and what it was
// blocked for inside the logging calls, be it by a disk or for room in a ring.

import { readFileSync, statSync } from 'node:fs';

import { nextTurn, nsSince, pause, startClock } from './clock.mjs';
import { countsProcessorTime, processorTime } from './processor-time.mjs';
import { varyingFields } from './event-data.mjs';
import { InvalidRun, expectFields } from './verify.mjs';

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
 */

/** @param {FileLogger} logger @param {'burst' | 'paced'} mode @param {number} events */
export async function deliver(logger, mode, events) {
  await logBurst(logger, 0, WARM_UP_EVENTS);
  await logger.flush();
  await pause(20);

  const end = WARM_UP_EVENTS + events;
  const cpu = process.cpuUsage();
  const ran = processorTime().ranNs;
  const calls = await (mode === 'burst' ? logBurst : logPaced)(logger, WARM_UP_EVENTS, end);
  const flushStart = startClock();
  await logger.flush();
  const flushNs = nsSince(flushStart);
  const mainRanNs = processorTime().ranNs - ran;
  const { user, system } = process.cpuUsage(cpu);
  return {
    logged: end,
    cpuNs: ((user + system) * 1000) / events,
    mainNs: (countsProcessorTime() ? mainRanNs + calls.blockedNs : calls.wallNs) / events,
    callNs: calls.wallNs / events,
    blockedNs: calls.blockedNs / events,
    flushMs: flushNs / 1e6,
    eventsPerCpuSecond: events / ((user + system) / 1e6),
  };
}

async function logBurst(logger, from, to) {
  const step = logger.needsTurns ? TURN_EVERY : to - from;
  const calls = { wallNs: 0, blockedNs: 0 };
  for (let at = from; at < to; at += step) {
    logSlice(logger, at, Math.min(at + step, to), calls);
    if (logger.needsTurns) await nextTurn();
  }
  return calls;
}

async function logPaced(logger, from, to) {
  const calls = { wallNs: 0, blockedNs: 0 };
  for (let at = from; at < to; at += SLICE_EVENTS) {
    logSlice(logger, at, Math.min(at + SLICE_EVENTS, to), calls);
    await pause(SLICE_MS);
  }
  return calls;
}

/** Blocked is neither running nor waiting for a processor. */
function logSlice(logger, from, to, calls) {
  const before = processorTime();
  const start = startClock();
  logger.logRange(from, to);
  const wallNs = nsSince(start);
  const after = processorTime();
  const ranNs = after.ranNs - before.ranNs;
  const waitedNs = after.waitedNs - before.waitedNs;
  calls.wallNs += wallNs;
  calls.blockedNs += Math.max(0, wallNs - ranNs - waitedNs);
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

/** Reads the whole file back and compares every line. @param {string} path @param {number} logged @param {string} messageKey */
export function verifyFile(path, logged, messageKey = 'msg') {
  const lines = readFileSync(path, 'utf8').split('\n');
  if (lines.at(-1) !== '') throw new InvalidRun('the file ends inside a line');
  lines.pop();
  if (lines.length !== logged) throw new InvalidRun(`lost events: ${logged} logged, ${lines.length} lines in the file`);
  lines.forEach((line, i) => {
    expectFields(`line ${i}`, JSON.parse(line), { [messageKey]: 'User logged in', ...varyingFields(i) });
  });
  return `${logged} logged, ${lines.length} lines, all compared`;
}
