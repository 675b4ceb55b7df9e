// The process of one contender: node --expose-gc child.mjs FILE GROUP NAME SETTINGS. The result goes to file
// descriptor 3 as JSON, so that nothing a logger prints can get into it.

import { writeSync } from 'node:fs';

import { measureContender } from './measure.mjs';
import { InvalidRun } from './verify.mjs';

const RESULT_FD = 3;

const [file, group, name, settingsJson] = process.argv.slice(2);
const settings = JSON.parse(settingsJson);

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

const result = await runContender();
writeSync(RESULT_FD, JSON.stringify(result));
// Timers and sockets that a rival leaves open must not keep the round waiting.
process.exit(0);
