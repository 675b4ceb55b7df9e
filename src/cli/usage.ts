/** Exit statuses of every command. */
export const EXIT_DONE = 0;
/** It failed, or there was nothing to show. */
export const EXIT_FAILED = 1;
/** The command line makes no sense. */
export const EXIT_USAGE = 2;

/** A command line that makes no sense: printed with a hint, status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const HELP = `ttlog: look at what the flight recorder kept

Usage
  ttlog view FILE [options]    a snapshot: why it was taken, its events, its spans as a tree
  ttlog view FOLDER [options]  the newest snapshot in it

Options of view
  --level LEVEL      only events from this level on: trace, debug, info, warn, error, fatal
  --target PATTERN   only events and spans of these targets; * stands for any characters
  --trace ID         only what belongs to this trace (the first digits are enough)
  --last N           only the last N events (default: all)
  --json             one JSON object a line: the header, then events, then spans
  --max-bytes N      how large a snapshot may be once unpacked (default: 536870912)

Everywhere
  -h, --help         this text
  -v, --version      the version of ttlog

Colours are for terminals; NO_COLOR turns them off, FORCE_COLOR on.
Exit status: 0 done, 1 failed or nothing found, 2 wrong usage.
`;
