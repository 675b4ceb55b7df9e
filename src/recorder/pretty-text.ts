import type { LogLevel } from '../core/level.js';
import { wantsColor } from './colors.js';
import type { SegmentDecoder } from './decoder.js';
import { tty } from './lazy-node.js';
import { PrettyPrinter } from './pretty.js';
import type { LogRecord } from './record.js';
import type { ConsoleSpec } from './sink.js';
import { SpanNesting } from './span-nesting.js';

/** How often it is looked whether the terminal has another size: a look takes 65 µs. */
const SIZE_LOOK_MS = 1000;

/** Pretty lines for one console: it knows the terminal, and which spans are open. */
export class PrettyText {
  readonly #printer: PrettyPrinter;
  readonly #nesting: SpanNesting;
  /** The terminal whose width counts; undefined where nothing is to be cut, or the width is given. */
  readonly #terminal: number | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor({ fd, colors, time, width }: ConsoleSpec, level: LogLevel | undefined, isTerminal: boolean) {
    this.#printer = new PrettyPrinter({
      colors: colors ?? wantsColor(process.env, isTerminal),
      time,
      cwd: process.cwd(),
    });
    this.#nesting = new SpanNesting(level);
    if (width !== undefined) this.#printer.width = width;
    else if (isTerminal) this.#terminal = fd;
  }

  /** `decoder` stands on the record, where it comes from a ring. */
  print(record: LogRecord, decoder?: SegmentDecoder): string {
    if (this.#terminal !== undefined) this.#followSize(this.#terminal);
    const { kind, spanId, parentSpanId, meta } = record;
    if (decoder !== undefined && kind === 'event') this.#nesting.learn(decoder);
    const around = kind === 'event' ? spanId : parentSpanId;
    const depth = meta ? 0 : this.#nesting.enter(around);
    return this.#printer.print(record, depth, kind === 'span' && this.#nesting.isBare(spanId));
  }

  /** See `PrettyPrinter`. */
  forgetStacks(): void {
    this.#printer.forgetStacks();
  }

  followSpan(decoder: SegmentDecoder): void {
    this.#nesting.follow(decoder);
  }

  #followSize(fd: number): void {
    const now = performance.now();
    if (now - this.#lookedAt < SIZE_LOOK_MS) return;
    this.#lookedAt = now;
    this.#printer.width = columnsOf(fd);
  }
}

/** `process.stdout` is the main thread's business; the terminal answers every thread. */
function columnsOf(fd: number): number {
  try {
    const stream = new (tty().WriteStream)(fd);
    const { columns } = stream;
    stream.destroy();
    return columns > 0 ? columns : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
