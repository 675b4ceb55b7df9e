/** `ttlog tail PID | FOLDER | FILE`: what a living process records, or what is written to a log file, as it comes. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FileFollower } from '../query/file-follower.js';
import { ringFiles } from '../recorder/black-box-folder.js';
import { boxedProcess, boxedProcesses } from '../recorder/black-box-processes.js';
import { printable } from '../recorder/escape.js';
import { isRingFile } from '../recorder/ring-files.js';
import { parseSnapshotName } from '../recorder/snapshot-names.js';
import { FILTER_OPTIONS, parseFilter, parsePid, wholeNumber } from './arguments.js';
import type { TailFilter } from './tail-printer.js';
import { TailPrinter } from './tail-printer.js';
import { RingTail } from './tail-rings.js';
import type { Terminal } from './terminal.js';
import { countText } from './units.js';
import { EXIT_DONE, UsageError } from './usage.js';

const LOG_FILE = /\.(?:ndjson|jsonl|log)$/;
const DEFAULT_LAST = 10;
/** How soon what was recorded is shown. */
const POLL_MS = 50;

export interface TailOptions {
  readonly target: string;
  readonly dir: string | undefined;
  readonly filter: TailFilter;
  readonly last: number;
  readonly json: boolean;
  readonly follow: boolean;
}

/** What is followed. */
interface Source {
  poll(printer: TailPrinter): void;
  /** Why there will be no more; undefined while there may be. */
  end(): string | undefined;
  takeLost(): number;
  close(): void;
}

/** Runs the command; resolves to the exit status. Ctrl-C ends it with 0. */
export async function tail(args: readonly string[], terminal: Terminal): Promise<number> {
  return follow(parseTailOptions(args), terminal);
}

export async function follow(options: TailOptions, terminal: Terminal): Promise<number> {
  const source = openSource(options);
  const printer = new TailPrinter(terminal, options.filter, options.json, options.last);
  const interrupted = new AbortController();
  const onInterrupt = (): void => interrupted.abort();
  process.once('SIGINT', onInterrupt);
  try {
    source.poll(printer);
    printer.open();
    source.takeLost(); // of before we came
    if (options.follow) await followUntilEnd(source, printer, terminal, interrupted.signal);
    return EXIT_DONE;
  } finally {
    process.off('SIGINT', onInterrupt);
    source.close();
  }
}

async function followUntilEnd(
  source: Source,
  printer: TailPrinter,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<void> {
  for (;;) {
    // First whether it has ended: what it recorded last is then read below.
    const end = source.end();
    source.poll(printer);
    printer.flush();
    const lost = source.takeLost();
    if (lost > 0) terminal.warn(`ttlog: ${countText(lost, 'record')} overwritten before they could be read\n`);
    if (end !== undefined) return terminal.warn(`ttlog: ${printable(end)}\n`);
    await setTimeout(POLL_MS, undefined, { signal: interrupted }).catch(() => undefined);
    if (interrupted.aborted) return;
  }
}

function openSource(options: TailOptions): Source {
  const { target, dir } = options;
  const found = statSync(target, { throwIfNoEntry: false });
  if (found === undefined) {
    const pid = parsePid(target);
    if (pid === undefined) throw new Error(`There is no file, folder or process ${target}`);
    return ringSource(new RingTail(boxedProcess(pid, dir).folder));
  }
  if (!found.isDirectory())
    return isRingFile(target) ? ringSource(new RingTail('', target)) : fileSource(target, options);
  if (ringFiles(target).length > 0) return ringSource(new RingTail(target));
  const newest = boxedProcesses(target).at(-1);
  if (newest !== undefined) return ringSource(new RingTail(newest.folder));
  return fileSource(newestLogFile(target), options);
}

function ringSource(rings: RingTail): Source {
  const { pid } = rings;
  return {
    poll: (printer) => rings.poll(printer),
    end: () => {
      const { fate } = rings;
      if (fate === 'running') return undefined;
      return fate === 'ended'
        ? `process ${pid} has ended`
        : `process ${pid} died without a word; its rings are still there`;
    },
    takeLost: () => rings.takeLost(),
    close: () => rings.close(),
  };
}

function fileSource(path: string, { last }: TailOptions): Source {
  const file = new FileFollower(path, last === Infinity);
  return {
    poll: (printer) => file.poll((line) => printer.addLine(line)),
    end: () => undefined,
    takeLost: () => 0,
    close: () => file.close(),
  };
}

function newestLogFile(folder: string): string {
  let newest: { path: string; ms: number } | undefined;
  for (const name of readdirSync(folder)) {
    if (!LOG_FILE.test(name)) continue;
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile() === true && (newest === undefined || found.mtimeMs > newest.ms))
      newest = { path, ms: found.mtimeMs };
  }
  if (newest === undefined) {
    const hint = readdirSync(folder).some((name) => parseSnapshotName(name) !== undefined)
      ? `. Of its snapshots there is ttlog view ${folder}`
      : '';
    throw new Error(`There are no rings and no log files (.ndjson, .jsonl, .log) in ${folder}${hint}`);
  }
  return newest.path;
}

function parseTailOptions(args: readonly string[]): TailOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...FILTER_OPTIONS,
      grep: { type: 'string' },
      dir: { type: 'string' },
      last: { type: 'string' },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'no-follow': { type: 'boolean', default: false },
    },
  });
  const [target, ...more] = positionals;
  if (target === undefined || more.length > 0)
    throw new UsageError(`Expected one process id, folder or file, got ${positionals.length}`);
  return {
    target,
    dir: values.dir,
    filter: { ...parseFilter(values), ...grepOf(values.grep) },
    last: values.all ? Infinity : (wholeNumber('--last', values.last) ?? DEFAULT_LAST),
    json: values.json,
    follow: !values['no-follow'],
  };
}

function grepOf(text: string | undefined): { grep?: RegExp } {
  if (text === undefined) return {};
  try {
    return { grep: new RegExp(text) };
  } catch (error) {
    throw new UsageError(`Expected --grep to be a regular expression: ${(error as Error).message}`);
  }
}
