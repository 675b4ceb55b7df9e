// The command line of `npm run bench -- …`, and what --quick and --memory mean.

import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run bench -- [options]

  --rounds N      rounds of all contenders, alternating (default 5; 2 with --quick)
  --only REGEX    only contenders whose "group/name" matches; rows they are compared with are run too
  --quick         short samples, and nothing that takes minutes: a look, not a result
  --memory        the memory groups alone, with 100 million events and 50 million messages
  --json FILE     also write the results as JSON (a directory: FILE is <node-major>.json in it; "-": stdout, in place of the table)
  --list          list the contenders and exit
  --help          this text

Exit status: 0 measured, 1 a row is invalid or failed, 2 wrong usage.
`;

const FULL = {
  sampleMs: 40,
  samples: 11,
  warmupMs: 300,
  events: 100_000,
  memoryEvents: 10_000_000,
  memoryMessages: 1_000_000,
  stalledEvents: 300_000,
  restMs: 5000,
  httpWarmupMs: 8000,
  httpMs: 4000,
};
const QUICK = {
  sampleMs: 15,
  samples: 5,
  warmupMs: 120,
  events: 40_000,
  memoryEvents: 1_000_000,
  memoryMessages: 200_000,
  stalledEvents: 100_000,
  restMs: 1500,
  httpWarmupMs: 1000,
  httpMs: 1500,
};
const MEMORY = { ...FULL, memoryEvents: 100_000_000, memoryMessages: 50_000_000 };

/** The groups of --memory. */
const MEMORY_GROUPS = /^memory/;

/** @param {string[]} argv */
export function parseOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      rounds: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      memory: { type: 'boolean', default: false },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { quick, memory, json, list, help } = values;
  if (quick && memory) throw new Error('Expected --quick or --memory, got both');
  const rounds = values.rounds === undefined ? defaultRounds(quick, memory) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`Expected --rounds to be a whole number ≥ 1, got ${values.rounds}`);
  }
  return {
    rounds,
    only: values.only === undefined ? (memory ? MEMORY_GROUPS : undefined) : new RegExp(values.only, 'i'),
    quick,
    memory,
    json,
    list,
    help,
    settings: quick ? QUICK : memory ? MEMORY : FULL,
  };
}

function defaultRounds(quick, memory) {
  if (memory) return 1;
  return quick ? 2 : 5;
}
