// The rounds: A B C A B C …, so that what disturbs the machine for a minute disturbs every contender alike.

import { startProgress } from './progress.mjs';
import { idOf } from './select.mjs';
import { runInOwnProcess } from './spawn.mjs';

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} name
 * @property {string} group
 * @property {Record<string, number>[]} rounds  metrics, one entry a round
 * @property {string} [verified]  what was read back and compared
 * @property {string} [invalid]   why the row may not be used: events lost, wrong values
 * @property {string} [failed]    why there is no row: the process ended badly
 */

/** @returns {Promise<Row[]>} */
export async function runRounds(contenders, { rounds, settings }) {
  const rows = contenders.map((one) => ({ id: idOf(one), name: one.name, group: one.group, rounds: [] }));
  const progress = startProgress(contenders.length * rounds);
  for (let round = 1; round <= rounds; round += 1) {
    progress.round(round, rounds);
    for (const [i, contender] of contenders.entries()) {
      progress.step(round, rounds, rows[i].id);
      if (contender.once && round > 1) continue;
      // One bad round spoils the row: repeating until it passes would hide what makes it fail.
      if (rows[i].invalid || rows[i].failed) continue;
      record(rows[i], await runInOwnProcess(contender, settings));
    }
  }
  progress.end();
  return rows;
}

function record(row, { metrics, verified, invalid, failed }) {
  if (metrics) row.rounds.push(metrics);
  if (verified) row.verified = verified;
  if (invalid) row.invalid = invalid;
  if (failed) row.failed = failed;
}
