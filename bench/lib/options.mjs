// The command line of `npm run bench -- …`, and what --quick means.

import { parseArgs } from 'node:util';

export const USAGE = `Usage: node bench/run.mjs [options]

  --rounds N      rounds of all contenders, alternating (default 5; 2 with --quick)
  --only REGEX    only contenders whose "group/name" matches; rows they are compared with are run too
  --quick         short samples: a look, not a result
  --json FILE     also write the results as JSON (a directory: FILE is <node-major>.json in it)
  --list          list the contenders and exit
  --help          this text
`;

const FULL = { sampleMs: 40, samples: 11, warmupMs: 300, events: 100_000 };
const QUICK = { sampleMs: 15, samples: 5, warmupMs: 120, events: 40_000 };

/** @param {string[]} argv */
export function parseOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      rounds: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const rounds = values.rounds === undefined ? (values.quick ? 2 : 5) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`Expected --rounds to be a whole number ≥ 1, got ${values.rounds}`);
  }
  return {
    rounds,
    only: values.only === undefined ? undefined : new RegExp(values.only, 'i'),
    quick: values.quick,
    json: values.json,
    list: values.list,
    help: values.help,
    settings: values.quick ? QUICK : FULL,
  };
}
