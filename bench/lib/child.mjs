// The process of one contender: node --expose-gc child.mjs FILE GROUP NAME SETTINGS. What it has to say goes to file
// descriptor 3, a JSON object a line, so that nothing a logger prints can get into it: how far it is, then the result.

import { writeSync } from 'node:fs';

import { measureContender } from './measure.mjs';
import { processorTime } from './processor-time.mjs';
import { InvalidRun } from './verify.mjs';

const RESULT_FD = 3;
const PROGRESS_INTERVAL_MS = 250;

const [file, group, name, settingsJson] = process.argv.slice(2);
const settings = { ...JSON.parse(settingsJson), progress: makeProgress() };

/** @returns {Promise<{ metrics?: Record<string, number>, verified?: string, invalid?: string }>} */
async function runContender() {
  const { default: contenders } = await import(file);
  const contender = [contenders].flat().find((one) => one.group === group && one.name === name);
  try {
    await contender.setup?.(settings);
    const metrics = await measureContender(contender, settings);
    const verified = await contender.verify?.(settings);
    await contender.teardown?.(settings);
    return { metrics, verified };
  } catch (error) {
    if (error instanceof InvalidRun) return { invalid: error.message };
    throw error;
  }
}

/** For a contender that takes long: may be called as often as it likes with what is done, 0 to 1. */
function makeProgress() {
  let lastMs = -Infinity;
  return (done) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < PROGRESS_INTERVAL_MS) return;
    lastMs = nowMs;
    tell({ progress: done });
  };
}

function tell(message) {
  writeSync(RESULT_FD, `${JSON.stringify(message)}\n`);
}

const result = await runContender();
const { ranNs, waitedNs } = processorTime();
tell({ ...result, ranMs: ranNs / 1e6, waitedMs: waitedNs / 1e6 });
// Timers and sockets that a rival leaves open must not keep the round waiting.
process.exit(0);
