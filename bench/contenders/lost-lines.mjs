// Lines that are missing when a process ends right after its last call, by returning and by process.exit(), with defaults
// unchanged. Lost lines are the figure here and no failure; lines that are there have to be whole, right and in order.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { forEachLine } from '../lib/delivery.mjs';
import { varyingFields } from '../lib/event-data.mjs';
import { InvalidRun, expectEqual, expectFields } from '../lib/verify.mjs';

const PROGRAM = fileURLToPath(new URL('../programs/log-and-end.mjs', import.meta.url));
const ENDS = [
  ['return2k', 2000, 'return'],
  ['exit2k', 2000, 'exit'],
  ['exit200k', 200_000, 'exit'],
];

function contenderOf(name, messageKey = 'msg') {
  let compared = 0;
  return {
    name,
    group: 'lost-lines',
    maxRounds: 3,
    async measure({ workDir }) {
      const metrics = {};
      for (const [metric, events, how] of ENDS) {
        const path = join(workDir, `${metric}.ndjson`);
        await runProgram([name, path, String(events), how]);
        const lines = countLines(path, messageKey);
        compared += lines;
        metrics[metric] = events - lines;
      }
      return metrics;
    },
    verify: () => `${compared} lines of three ended processes compared`,
  };
}

function runProgram(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (text) => (errors += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new InvalidRun(`status ${code}: ${errors.trim().split('\n').at(-1)}`));
    });
  });
}

/** A line that was cut off is one that is lost; anything else in a file that is not what was logged is an error. */
function countLines(path, messageKey) {
  if (!existsSync(path)) return 0;
  cutOffPartOfALine(path);
  let next = 0;
  return forEachLine(path, (line, i) => {
    const parsed = JSON.parse(line);
    expectEqual(`line ${i} comes after the one before`, parsed.user_id >= next, true);
    next = parsed.user_id + 1;
    expectFields(`line ${i}`, parsed, { [messageKey]: 'User logged in', ...varyingFields(parsed.user_id) });
  });
}

function cutOffPartOfALine(path) {
  const text = readFileSync(path);

  truncateSync(path, text.lastIndexOf(0x0a) + 1);
}

export default [
  contenderOf('ttlog fileSink'),
  contenderOf('pino to a file (sync, minLength 4096)'),
  contenderOf('pino to a file (sync, a write a line)'),
  contenderOf('pino to a file (async)'),
  contenderOf('pino to a file (worker transport)'),
  contenderOf('winston to a file', 'message'),
];
