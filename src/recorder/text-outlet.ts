import type { LogLevel } from '../core/level.js';
import type { WriteState } from './fd-writer.js';
import { FdWriter } from './fd-writer.js';
import { os, tty } from './lazy-node.js';
import { lineOf } from './line.js';
import { LINE_HOUSES, LineFormat } from './line-format.js';
import type { CurrentRecord, ErrorListener, Outlet } from './outlet.js';
import { PrettyPrinter } from './pretty.js';
import type { LogRecord } from './record.js';
import type { TextSpec } from './sink.js';

/** A sink that writes lines to a file descriptor. */
class TextOutlet implements Outlet {
  readonly name: string;
  readonly level: LogLevel | undefined;
  errors = 0;
  isSuspended = false;
  readonly #writer: FdWriter;
  readonly #printer: PrettyPrinter | undefined;
  readonly #format: LineFormat;
  readonly #onError: ErrorListener;
  /** Records that the destination has not been offered yet. */
  #records = 0;
  #failing = false;
  #missed = 0;

  constructor(
    name: string,
    level: LogLevel | undefined,
    writer: FdWriter,
    printer: PrettyPrinter | undefined,
    onError: ErrorListener,
  ) {
    this.name = name;
    this.level = level;
    this.#writer = writer;
    this.#printer = printer;
    this.#format = ownFormat();
    this.#onError = onError;
  }

  take(current: CurrentRecord): void {
    if (!this.#canTake()) return;
    if (this.#printer === undefined) {
      if (current.writeLine(this.#writer.out, this.#format)) this.#records++;
    } else if (current.record !== undefined) this.#add(this.#printer.print(current.record));
  }

  takeRecord(record: LogRecord): void {
    if (!this.#canTake()) return;
    this.#add(this.#printer === undefined ? lineOf(record, this.#format) : this.#printer.print(record));
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
    this.#missed += this.#records;
    this.#records = 0;
    this.#writer.dropUnoffered();
  }

  get progress(): number {
    return this.#writer.bytesWritten;
  }

  takeMissed(): number {
    const missed = this.#missed;
    this.#missed = 0;
    return missed;
  }

  flush(): void {
    this.endBatch();
  }

  close(): void {
    this.endBatch();
    this.#writer.close();
  }

  /** Called before a record is taken, not after: other sinks may copy its line. */
  #canTake(): boolean {
    if (this.isSuspended) {
      this.#missed++;
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
    if (this.#writer.isOffered) this.#records = 0;
    this.#done(state);
  }

  #done(state: WriteState): void {
    if (state === 'busy') return;
    if (state !== 'failed') this.isSuspended = false;
    const failed = state !== 'done';
    const isNews = failed && !this.#failing;
    this.#failing = failed;
    if (failed) this.errors++;
    if (isNews) this.#onError(this, this.#writer.error);
  }
}

/** Makes the sink that a spec describes. */
export function createTextOutlet(spec: TextSpec, level: LogLevel | undefined, onError: ErrorListener): Outlet {
  if (spec.kind === 'file')
    return new TextOutlet(`file ${spec.path}`, level, new FdWriter(spec.path), undefined, onError);
  const isTerminal = tty().isatty(spec.fd);
  const pretty = spec.format === 'pretty' || (spec.format === 'auto' && isTerminal);
  const printer = pretty ? new PrettyPrinter({ colors: wantsColors(isTerminal) }) : undefined;
  return new TextOutlet('console', level, new FdWriter(spec.fd), printer, onError);
}

/** `NO_COLOR` turns colours off, `FORCE_COLOR` on (0 or false: off); otherwise a terminal has them. */
function wantsColors(isTerminal: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return isTerminal;
}

let own: LineFormat | undefined;

/** Lines of this process; one object, so that sinks can share a line. */
function ownFormat(): LineFormat {
  return (own ??= new LineFormat(LINE_HOUSES.pino, process.pid, os().hostname()));
}
