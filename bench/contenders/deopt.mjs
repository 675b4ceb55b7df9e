// Whether optimised code of ttlog's is thrown away for ever. A mixed workload runs with V8's log of deoptimisations on
// (--log-deopt: what --trace-deopt prints, with the place in the source); those of the warm-up are how an optimiser learns,
// those afterwards are counted, and a place that comes again and again is a loop.

import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { InvalidRun } from '../lib/verify.mjs';

const PROGRAM = fileURLToPath(new URL('../programs/mixed-workload.mjs', import.meta.url));
/** Turns of about a thousand calls each. */
const WARM_UP_TURNS = 4000;
const STEADY_TURNS = 4000;

/** The build, and the recorder thread, whose source is a string in it. */
const OWN_CODE = /\/dist\/esm\/|\[worker eval\]/;

/** Not a guess that failed: a loop that runs long moves on to better code. */
const NO_FAILURE = /prepare for on stack replacement/;

function runWorkload(workDir) {
  const args = [
    '--log-deopt',
    `--logfile=${join(workDir, 'v8.log')}`,
    PROGRAM,
    String(WARM_UP_TURNS),
    String(STEADY_TURNS),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const steady = /STEADY ([\d.]+) ([\d.]+)/.exec(text);
      if (code === 0 && steady) resolve(steady.slice(1).map(Number));
      else reject(new InvalidRun(`the workload ended with status ${code}`));
    });
  });
}

/** Every thread has a log. @returns {{ atMs: number, place: string, reason: string }[]} those in ttlog's own code */
function readDeoptimisations(workDir) {
  return readdirSync(workDir)
    .filter((name) => name.endsWith('v8.log'))
    .flatMap((name) => readFileSync(join(workDir, name), 'utf8').split('\n'))
    .flatMap((line) => {
      const found = /^code-deopt,(\d+),.*?,(<.*>),([^,]*)$/.exec(line);
      if (!found || !OWN_CODE.test(found[2]) || NO_FAILURE.test(found[3])) return [];
      return [
        { atMs: Number(found[1]) / 1000, place: found[2].replace(/<[^<>]*\/dist\/esm\//g, '<'), reason: found[3] },
      ];
    });
}

function mostFrequent(deoptimisations) {
  const counts = new Map();
  for (const { place, reason } of deoptimisations) {
    const key = `${reason} at ${place}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].toSorted((a, b) => b[1] - a[1])[0] ?? ['none', 0];
}

let worst;

export default {
  name: 'ttlog, a mixed workload',
  group: 'deopt',
  maxRounds: 1,
  async measure({ workDir }) {
    const [steadyMs, endMs] = await runWorkload(workDir);
    const all = readDeoptimisations(workDir);
    const warmUp = all.filter(({ atMs }) => atMs < steadyMs);
    const steady = all.filter(({ atMs }) => atMs >= steadyMs && atMs < endMs);
    worst = mostFrequent(steady);
    return { warmUp: warmUp.length, steady: steady.length, samePlace: worst[1] };
  },
  verify: () => `most often after the warm-up: ${worst[1]} × ${worst[0]}`,
};
