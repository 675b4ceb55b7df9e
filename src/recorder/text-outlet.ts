import type { LogLevel } from '../core/level.js';
import type { SegmentDecoder } from './decoder.js';
import type { WriteState } from './fd-writer.js';
import { FdWriter } from './fd-writer.js';
import { os, tty } from './lazy-node.js';
import { lineOf } from './line.js';
import type { LineNames } from './line-names.js';
import { LineFormat } from './line-format.js';
import { LINE_HOUSES } from './line-names.js';
import { MissedRecords } from './missed-records.js';
import type { CurrentRecord, ErrorListener, Outlet } from './outlet.js';
import { ALL_KINDS } from './outlet.js';
import { PrettyText } from './pretty-text.js';
import type { LogRecord } from './record.js';
import { LogFile } from './log-file.js';
import type { FileSpec, TextSpec } from './sink.js';

/** A sink that writes lines to a file descriptor. */
class TextOutlet implements Outlet {
  readonly name: string;
  readonly level: LogLevel | undefined;
  readonly kinds = ALL_KINDS;
  readonly needsEventLoop = false;
  readonly readsMetrics = false;
  /** What it holds back the ring holds, too. */
  readonly waiting = 0;
  errors = 0;
  isSuspended = false;
  readonly followsSpans: boolean;
  readonly #writer: FdWriter;
  readonly #format: LineFormat;
  /** undefined where it writes NDJSON. */
  readonly #pretty: PrettyText | undefined;
  readonly #onError: ErrorListener;
  /** Records that the destination has not been offered yet. */
  #records = 0;
  /** Records that it has been offered, and that are not out. */
  #offered = 0;
  isFailing = false;
  readonly #missed = new MissedRecords();

  constructor(
    name: string,
    level: LogLevel | undefined,
    writer: FdWriter,
    format: LineFormat,
    pretty: PrettyText | undefined,
    onError: ErrorListener,
  ) {
    this.name = name;
    this.level = level;
    this.#writer = writer;
    this.#format = format;
    this.#pretty = pretty;
    this.followsSpans = pretty !== undefined;
    this.#onError = onError;
  }

  take(current: CurrentRecord): void {
    if (!this.#canTake()) return;
    if (this.#pretty === undefined) {
      if (current.writeLine(this.#writer.out, this.#format)) this.#records++;
    } else if (current.record !== undefined) this.#add(this.#pretty.print(current.record, current.decoder));
  }

  takeRecord(record: LogRecord): void {
    if (!this.#canTake()) return;
    this.#add(this.#pretty === undefined ? lineOf(record, this.#format) : this.#pretty.print(record));
  }

  followSpan(decoder: SegmentDecoder): void {
    this.#pretty?.followSpan(decoder);
  }

  endBatch(): void {
    if (!this.isIdle) this.#write();
  }

  get isBlocked(): boolean {
    return this.#writer.isPending;
  }

  get isIdle(): boolean {
    return this.#writer.isEmpty;
  }

  suspend(): void {
    this.isSuspended = true;
    this.#missed.total += this.#records;
    this.#records = 0;
    this.#writer.dropUnoffered();
  }

  retry(): void {
    this.#writer.retry();
  }

  get progress(): number {
    return this.#writer.bytesWritten;
  }

  get missed(): number {
    return this.#missed.total;
  }

  takeMissed(isLast = false): number {
    if (this.isFailing && !isLast) return 0;
    // The others have gone on without it: nobody will read these again.
    if (isLast && this.isSuspended) this.#missed.total += this.#offered;
    return this.#missed.take();
  }

  flush(): boolean {
    this.endBatch();
    return this.isIdle;
  }

  close(): void {
    this.endBatch();
    this.#writer.close();
  }

  /** Called before a record is taken, not after: other sinks may copy its line. */
  #canTake(): boolean {
    if (this.isSuspended) {
      this.#missed.total++;
      return false;
    }
    if (this.#writer.isFull && !this.#writer.isPending) this.#write();
    return true;
  }

  #add(text: string): void {
    this.#writer.out.text(text);
    this.#records++;
  }

  #write(): void {
    const state = this.#writer.write();
    if (state === 'gone') this.#missed.total += this.#records;
    const rotation = this.#writer.takeRotationError();
    if (rotation !== undefined) this.#onError(this, rotation);
    if (state === 'done' || state === 'gone') this.#offered = 0;
    else if (this.#writer.isOffered) this.#offered += this.#records;
    if (this.#writer.isOffered) this.#records = 0;
    this.#done(state);
  }

  #done(state: WriteState): void {
    if (state === 'busy') return;
    if (state !== 'failed') this.isSuspended = false;
    const failed = state !== 'done';
    const isNews = failed && !this.isFailing;
    this.isFailing = failed;
    if (failed) this.errors++;
    if (isNews) this.#onError(this, this.#writer.error);
  }
}

function fileWriter({ path, rotate }: FileSpec): FdWriter {
  return new FdWriter(new LogFile(path, rotate));
}

/** Makes the sink that a spec describes. */
export function createTextOutlet(spec: TextSpec, level: LogLevel | undefined, onError: ErrorListener): Outlet {
  const format = formatOf(spec.lines ?? LINE_HOUSES.pino);
  if (spec.kind === 'file')
    return new TextOutlet(`file ${spec.path}`, level, fileWriter(spec), format, undefined, onError);
  const isTerminal = tty().isatty(spec.fd);
  const isPretty = spec.format === 'pretty' || (spec.format === 'auto' && isTerminal);
  const pretty = isPretty ? new PrettyText(spec, level, isTerminal) : undefined;
  return new TextOutlet('console', level, new FdWriter(spec.fd), format, pretty, onError);
}

const formats = new Map<string, LineFormat>();

/** Lines of this process. The same object for the same names, so that sinks can share a line. */
function formatOf(names: LineNames): LineFormat {
  const key = JSON.stringify(names);
  let format = formats.get(key);
  if (format === undefined) {
    format = new LineFormat(names, process.pid, os().hostname());
    formats.set(key, format);
  }
  return format;
}
