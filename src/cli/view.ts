/** `ttlog view FILE`: a snapshot for people, or, with `--json`, for programs. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileRecordFilter } from '../query/filter-records.js';
import type { RecordFilter } from '../query/filter-records.js';
import { snapshotSpans } from '../query/snapshot-spans.js';
import type { SpanInfo, SpanNode } from '../query/span-tree.js';
import { pruneForest, spanForest, walkForest } from '../query/span-tree.js';
import { boxedProcesses } from '../recorder/black-box-processes.js';
import type { Piece } from '../recorder/paint.js';
import { line } from '../recorder/paint.js';
import type { LogRecord } from '../recorder/record.js';
import type { Snapshot } from '../recorder/snapshot.js';
import { readSnapshot } from '../recorder/snapshot.js';
import { readRingFiles, ringFilesAt } from '../recorder/ring-files.js';
import { DEFAULT_MAX_BYTES } from '../recorder/snapshot-bytes.js';
import { parseSnapshotName } from '../recorder/snapshot-names.js';
import { FILTER_OPTIONS, parseFilter, parsePid, wholeNumber } from './arguments.js';
import { follow } from './tail.js';
import type { Terminal } from './terminal.js';
import { countText } from './units.js';
import { EXIT_DONE, EXIT_FAILED, UsageError } from './usage.js';
import { eventLines } from './view-events.js';
import { headerLines, title } from './view-header.js';
import { formatOf, openSpanLine, recordLine, snapshotLine } from './view-json.js';
import { spanLines } from './view-spans.js';

interface ViewOptions {
  readonly file: string;
  readonly filter: RecordFilter;
  /** Events to show, counted from the end. */
  readonly last: number;
  readonly json: boolean;
  readonly follow: boolean;
  readonly maxBytes: number | undefined;
}

/** Runs the command; resolves to the exit status. */
export async function view(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseViewOptions(args);
  if (options.follow) return followRing(options, terminal);
  const { file, snapshot } = await openSnapshot(options);
  if (snapshot.damage.length > 0) terminal.warn(`ttlog: ${file} is damaged: what could be read is shown\n`);
  const wanted = compileRecordFilter(options.filter);
  const events = snapshot.records.filter((record) => record.kind === 'event' && wanted(record));
  const shown = options.last === 0 ? [] : events.slice(-options.last);
  const everySpan = snapshotSpans(snapshot);
  const forest = pruneForest(spanForest(everySpan), wanted);

  if (options.json) printJson(snapshot, shown, wanted, terminal);
  else printText(snapshot, { shown, matching: events.length, forest, spanNames: namesOf(everySpan) }, terminal);
  const nothingFound = isRestricted(options.filter) && events.length === 0 && forest.length === 0;
  if (nothingFound) terminal.warn('ttlog: nothing in the snapshot matches\n');
  return snapshot.damage.length > 0 || nothingFound ? EXIT_FAILED : EXIT_DONE;
}

/** What the rings hold, and then what comes. A snapshot does not change. */
async function followRing({ file, filter, last, json }: ViewOptions, terminal: Terminal): Promise<number> {
  if (ringFilesAt(file) === undefined)
    throw new UsageError(`Expected --follow with the ring file or the black box of a process, got ${file}`);
  return follow({ target: file, dir: undefined, filter, last, json, follow: true }, terminal);
}

/** A snapshot file, the newest of a folder, or what is in the ring files of a process. */
async function openSnapshot({ file, maxBytes }: ViewOptions): Promise<{ file: string; snapshot: Snapshot }> {
  const rings = ringFilesAt(file);
  if (rings !== undefined) return { file, snapshot: readRingFiles(rings, maxBytes ?? DEFAULT_MAX_BYTES) };
  const newest = newestIn(file);
  const options = { salvage: true, ...(maxBytes === undefined ? {} : { maxBytes }) };
  return { file: newest, snapshot: await readSnapshot(newest, options) };
}

/** Of a folder, the newest snapshot in it. */
function newestIn(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`There is no file or folder ${path}${processHint(path)}`);
  if (!found.isDirectory()) return path;
  let newest: { readonly file: string; readonly time: string } | undefined;
  for (const file of readdirSync(path)) {
    const time = parseSnapshotName(file)?.time;
    if (time !== undefined && (newest === undefined || time > newest.time)) newest = { file, time };
  }
  if (newest === undefined) throw new Error(`There is no snapshot in ${path}${boxHint(path)}`);
  return join(path, newest.file);
}

/** A folder of black boxes has no snapshots, but what one is made of. */
function boxHint(folder: string): string {
  const newest = boxedProcesses(folder).at(-1);
  return newest === undefined ? '' : `. Of its newest black box there is ttlog view ${newest.folder}`;
}

/** Whoever names a process means what its black box holds. */
function processHint(path: string): string {
  const pid = parsePid(path);
  return pid === undefined ? '' : `. Of a process there is ttlog tail ${pid}, and ttlog snapshot ${pid}`;
}

function parseViewOptions(args: readonly string[]): ViewOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...FILTER_OPTIONS,
      follow: { type: 'boolean', default: false },
      last: { type: 'string' },
      json: { type: 'boolean', default: false },
      'max-bytes': { type: 'string' },
    },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError(`Expected one FILE or folder, got ${positionals.length}`);
  return {
    file,
    filter: parseFilter(values),
    last: wholeNumber('--last', values.last) ?? Number.POSITIVE_INFINITY,
    json: values.json,
    follow: values.follow,
    maxBytes: wholeNumber('--max-bytes', values['max-bytes']),
  };
}

const isRestricted = (filter: RecordFilter): boolean => Object.keys(filter).length > 0;

interface TextView {
  readonly shown: readonly LogRecord[];
  readonly matching: number;
  readonly forest: readonly SpanNode[];
  readonly spanNames: (record: LogRecord) => string | undefined;
}

function printText(snapshot: Snapshot, { shown, matching, forest, spanNames }: TextView, terminal: Terminal): void {
  const printer = new LinePrinter(terminal);
  // The head is wrapped by the terminal, not cut: paths and stacks are worth nothing without their ends.
  for (const pieces of headerLines(snapshot)) printer.add(pieces);

  const events = snapshot.records.reduce((count, { kind }) => count + (kind === 'event' ? 1 : 0), 0);
  const remark =
    matching === events
      ? countText(events, 'event')
      : `${matching.toLocaleString('en-US')} of ${countText(events, 'event')}`;
  printer.add([]);
  printer.add(
    title('Events', shown.length < matching ? `${remark}, the last ${shown.length.toLocaleString('en-US')}` : remark),
  );
  for (const pieces of eventLines(shown, spanNames)) printer.add(pieces);

  printer.add([]);
  printer.add(title('Spans', spanRemark(forest)));
  for (const pieces of spanLines(forest, terminal.width)) printer.add(pieces, terminal.width);
  printer.end();
}

function spanRemark(forest: readonly SpanNode[]): string {
  let spans = 0;
  let failed = 0;
  let open = 0;
  const traces = new Set<string>();
  for (const { node } of walkForest(forest)) {
    spans++;
    if (node.span.outcome === 'error') failed++;
    if (node.span.outcome === 'open') open++;
    traces.add(node.span.traceId);
  }
  const parts = [`${countText(spans, 'span')} in ${countText(traces.size, 'trace')}`];
  if (failed > 0) parts.push(`${failed.toLocaleString('en-US')} failed`);
  if (open > 0) parts.push(`${open.toLocaleString('en-US')} open`);
  return parts.join(', ');
}

function printJson(
  snapshot: Snapshot,
  shown: readonly LogRecord[],
  wanted: (record: LogRecord) => boolean,
  terminal: Terminal,
): void {
  const printer = new TextPrinter(terminal);
  printer.add(snapshotLine(snapshot));
  const format = formatOf(snapshot.header);
  const events = new Set(shown);
  for (const record of snapshot.records) {
    if (events.has(record) || (record.kind === 'span' && wanted(record))) printer.add(recordLine(record, format));
  }
  for (const span of snapshot.openSpans)
    if (wanted(span as unknown as LogRecord)) printer.add(openSpanLine(span, snapshot));
  printer.end();
}

/** Names by id, so that an event can say which span it happened in. */
function namesOf(spans: readonly SpanInfo[]): (record: LogRecord) => string | undefined {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return ({ spanId }) => (spanId === undefined ? undefined : names.get(spanId));
}

/** Writes in large pieces. */
class TextPrinter {
  readonly #terminal: Terminal;
  #text = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  add(text: string): void {
    this.#text += text;
    if (this.#text.length >= 32 * 1024) this.end();
  }

  end(): void {
    if (this.#text !== '') this.#terminal.write(this.#text);
    this.#text = '';
  }
}

class LinePrinter {
  readonly #printer: TextPrinter;
  readonly #color: boolean;

  constructor(terminal: Terminal) {
    this.#printer = new TextPrinter(terminal);
    this.#color = terminal.color;
  }

  add(pieces: readonly Piece[], width?: number): void {
    this.#printer.add(line(pieces, this.#color, width));
  }

  end(): void {
    this.#printer.end();
  }
}
