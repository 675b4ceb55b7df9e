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

export const HELP = `ttlog: look at what the flight recorder kept, and keeps

Usage
  ttlog view FILE [options]    a snapshot: why it was taken, its events, its spans as a tree;
                               a ring file, or the black box of a process, dead or alive
  ttlog view FOLDER [options]  the newest snapshot in it
  ttlog tail PID [options]     what a process records, as it comes, from its black box:
                               every level, at no cost to it, until it ends
  ttlog tail FOLDER|FILE       the same of a black box, or of a log file of NDJSON
  ttlog snapshot PID           a snapshot of a process from its black box, at no cost to it
  ttlog stats PID|FOLDER       how its rings stand: recorded, dropped, waiting for sinks

Options of view and tail
  --level LEVEL      only from this level on: trace, debug, info, warn, error, fatal
  --target PATTERN   only events and spans of these targets; * stands for any characters
  --trace ID         only what belongs to this trace (the first digits are enough)
  --last N           only the last N events (default: all for view, 10 for tail)
  --json             one JSON object a line (view: the header, then events, then spans)

Options of view
  --follow           what is in the rings, then what comes, as tail
  --max-bytes N      how large a snapshot may be once unpacked (default: 536870912)

Options of tail
  --grep REGEX       only records whose line of JSON matches
  --all              everything that is there, then what comes
  --no-follow        what is there, and no more

Options of tail, snapshot and stats
  --dir FOLDER       where black boxes are (default: /dev/shm/ttlog-UID of the process's user)

Options of snapshot
  --out FOLDER       where the snapshot goes (default: .)
  --reason TEXT      why it is taken (default: from outside)
  --json             path, records and bytes as JSON (also of stats)

Everywhere
  -h, --help         this text
  -v, --version      the version of ttlog

Colours are for terminals; NO_COLOR turns them off, FORCE_COLOR on.
Exit status: 0 done (also by Ctrl-C), 1 failed or nothing found, 2 wrong usage.
`;
