import { hostname } from 'node:os';
import { isatty } from 'node:tty';
import type { LogLevel } from '../core/level.js';
import type { WriteState } from './fd-writer.js';
import { FdWriter } from './fd-writer.js';
import { lineOf, originText } from './line.js';
import type { CurrentRecord, ErrorListener, Outlet } from './outlet.js';
import { PrettyPrinter } from './pretty.js';
import type { LogRecord } from './record.js';
import type { TextSpec } from './sink.js';

/**
 * Lines are joined up to about this many characters, then encoded. Joined strings are trees until then: with 64 Ki of them alive
 * at once the collector took twice the time.
 */
const PIECE_LENGTH = 4096;

/** A sink that writes lines to a file descriptor. */
class TextOutlet implements Outlet {
  readonly name: string;
  readonly level: LogLevel | undefined;
  errors = 0;
  isSuspended = false;
  readonly #writer: FdWriter;
  readonly #printer: PrettyPrinter | undefined;
  readonly #origin: string;
  readonly #onError: ErrorListener;
  /** Text that the writer has not got yet, and the records in it. */
  #text = '';
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
    this.#origin = originText(process.pid, hostname());
    this.#onError = onError;
  }

  take(current: CurrentRecord): void {
    if (this.#printer === undefined) this.#add(current.line);
    else if (current.record !== undefined) this.#add(this.#printer.print(current.record));
  }

  takeRecord(record: LogRecord): void {
    this.#add(this.#printer === undefined ? lineOf(record, this.#origin) : this.#printer.print(record));
  }

  endBatch(): void {
    if (this.#writer.isPending) this.#done(this.#writer.write());
    if (this.#writer.isPending || this.isIdle) return;
    this.#encode();
    this.#done(this.#writer.write());
    // Too much for one buffer.
    if (this.#text !== '' && !this.#writer.isPending) this.endBatch();
  }

  get isBlocked(): boolean {
    return this.#writer.isPending;
  }

  get isIdle(): boolean {
    return this.#text === '' && this.#writer.isEmpty;
  }

  suspend(): void {
    this.isSuspended = true;
    this.#missed += this.#records;
    this.#text = '';
    this.#records = 0;
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

  #add(line: string | undefined): void {
    if (line === undefined) return;
    if (this.isSuspended) {
      this.#missed++;
      return;
    }
    this.#text += line;
    this.#records++;
    if (this.#text.length >= PIECE_LENGTH && !this.#writer.isPending) this.#encode();
  }

  /** Moves text into the writer's buffer, which is written when it is full. */
  #encode(): void {
    if (this.#text === '') return;
    if (!this.#writer.append(this.#text)) {
      this.#done(this.#writer.write());
      if (this.#writer.isPending || !this.#writer.append(this.#text)) return;
    }
    this.#text = '';
    this.#records = 0;
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
  const isTerminal = isatty(spec.fd);
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
