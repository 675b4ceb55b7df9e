// The rounds: A B C, C B A, A B C …, so that what disturbs the machine for a minute disturbs every contender alike, and
// none is always the one after another.

import { startProgress } from './progress.mjs';
import { idOf } from './select.mjs';
import { runInOwnProcess } from './spawn.mjs';

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} name
 * @property {string} group
 * @property {number} tookMs  what a round of it took, for whoever wants to know how long the next run will be
 * @property {number} ranMs   how long the main threads of its processes ran in all
 * @property {number} waitedMs  and how long they could have, but had no processor
 * @property {Record<string, number>[]} rounds  metrics, one entry a round
 * @property {string} [verified]  what was read back and compared
 * @property {string} [invalid]   why the row may not be used: events lost, wrong values
 * @property {string} [failed]    why there is no row: the process ended badly
 */

const NOTHING_YET = { tookMs: 0, ranMs: 0, waitedMs: 0 };

/**
 * @param {{ file: string, name: string, group: string, maxRounds?: number }[]} contenders
 * @param {{ rounds: number, settings: object }} options
 * @param {Map<string, number>} expectedMs what a round of a contender took last time
 * @returns {Promise<Row[]>}
 */
export async function runRounds(contenders, { rounds, settings }, expectedMs) {
  const rows = contenders.map((one) => ({
    id: idOf(one),
    name: one.name,
    group: one.group,
    ...NOTHING_YET,
    rounds: [],
  }));
  const steps = planSteps(contenders, rows, rounds);
  const progress = startProgress(steps, expectedMs);
  for (const { round, contender, row } of steps) {
    // One bad round spoils the row: repeating until it passes would hide what makes it fail.
    if (row.invalid || row.failed) continue;
    progress.begin(round, row.id);
    const startedAt = performance.now();
    record(row, await runInOwnProcess(contender, settings, (done) => progress.within(done)));
    row.tookMs = performance.now() - startedAt;
    progress.done(row.id, row.tookMs);
  }
  progress.end();
  return rows;
}

/** The share of their time for which all contenders together had no processor. @param {Row[]} rows @returns {number} 0 to 1 */
export function waitedShare(rows) {
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  return sum('waitedMs') / Math.max(sum('ranMs') + sum('waitedMs'), 1);
}

/** Every second round backwards. What is deterministic, or takes minutes, says how often it wants to be run. */
function planSteps(contenders, rows, rounds) {
  const steps = contenders.map((contender, i) => ({ id: rows[i].id, contender, row: rows[i] }));
  return Array.from({ length: rounds }, (_, i) => i + 1).flatMap((round) =>
    (round % 2 === 1 ? steps : steps.toReversed())
      .filter(({ contender }) => round <= (contender.maxRounds ?? Infinity))
      .map((step) => ({ ...step, round })),
  );
}

function record(row, { metrics, verified, invalid, failed, ranMs = 0, waitedMs = 0 }) {
  row.ranMs += ranMs;
  row.waitedMs += waitedMs;
  if (metrics) row.rounds.push(metrics);
  if (verified) row.verified = verified;
  if (invalid) row.invalid = invalid;
  if (failed) row.failed = failed;
}
