#!/usr/bin/env node
/** The `ttlog` command: finds the subcommand, runs it, and turns what goes wrong into a line and an exit status. */
import { printable } from '../recorder/escape.js';
import { TTLOG_VERSION } from '../recorder/version.js';
import { snapshot } from './snapshot.js';
import { stats } from './stats.js';
import { tail } from './tail.js';
import { ReaderGone, standardOutput } from './terminal.js';
import type { Terminal } from './terminal.js';
import { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, HELP, UsageError } from './usage.js';
import { view } from './view.js';

type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['view', view],
  ['tail', tail],
  ['snapshot', snapshot],
  ['stats', stats],
]);

const COMMAND_NAMES = [...COMMANDS.keys()].join(', ');

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (args.includes('--help') || args.includes('-h')) {
    terminal.write(HELP);
    return EXIT_DONE;
  }
  if (name === '--version' || name === '-v') {
    terminal.write(`${TTLOG_VERSION}\n`);
    return EXIT_DONE;
  }
  if (name === undefined) throw new UsageError(`Expected a command (${COMMAND_NAMES})`);
  const command = COMMANDS.get(name);
  if (command === undefined) throw new UsageError(`Expected a command (${COMMAND_NAMES}), got ${name}`);
  return command(rest, terminal);
}

/** What went wrong, in one line, and the status that says so. */
function report(error: unknown, terminal: Terminal): number {
  if (error instanceof ReaderGone) return EXIT_DONE;
  const problem: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  const isUsage = error instanceof UsageError || String(problem.code).startsWith('ERR_PARSE_ARGS');
  // Node's hint about arguments that begin with a dash is for those who wrote the command.
  const [message] = problem.message.split('. To specify a positional argument');
  terminal.warn(`ttlog: ${printable(message ?? '')}\n${isUsage ? 'See ttlog --help\n' : ''}`);
  return isUsage ? EXIT_USAGE : EXIT_FAILED;
}

const terminal = standardOutput();
process.exitCode = await run(process.argv.slice(2), terminal).catch((error: unknown) => report(error, terminal));
