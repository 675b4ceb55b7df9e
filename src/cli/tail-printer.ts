// What tail shows of a record: a pretty line, or one of JSON; and which records it shows.
import type { RecordFilter } from '../query/filter-records.js';
import { compileRecordFilter } from '../query/filter-records.js';
import { parseLogLine } from '../query/log-line.js';
import type { SegmentDecoder } from '../recorder/decoder.js';
import { printable } from '../recorder/escape.js';
import type { LineFormat } from '../recorder/line-format.js';
import { PrettyText } from '../recorder/pretty-text.js';
import type { LogRecord } from '../recorder/record.js';
import type { Terminal } from './terminal.js';
import { recordLine } from './view-json.js';

export interface TailFilter extends RecordFilter {
  /** Searched for in the line of JSON. */
  readonly grep?: RegExp;
}

/** Keeps the last of what comes until it is opened: then that is shown, and what comes is shown at once. `last`: Infinity = all of it. */
export class TailPrinter {
  readonly #terminal: Terminal;
  readonly #isJson: boolean;
  readonly #filter: TailFilter;
  readonly #isWanted: (record: LogRecord) => boolean;
  readonly #pretty: PrettyText;
  readonly #last: number;
  /** undefined where what comes is shown. */
  #kept: string[] | undefined;
  #text = '';

  constructor(terminal: Terminal, filter: TailFilter, isJson: boolean, last: number) {
    this.#terminal = terminal;
    this.#isJson = isJson;
    this.#filter = filter;
    this.#last = last;
    if (last !== Infinity) this.#kept = [];
    const { grep: _grep, ...rest } = filter;
    this.#isWanted = compileRecordFilter(rest);
    const spec = { kind: 'console', fd: 1, format: 'pretty', colors: terminal.color, lines: undefined } as const;
    this.#pretty = new PrettyText({ ...spec, time: undefined, width: terminal.width }, filter.level ?? 0, false);
  }

  /** A record of a ring; the decoder stands on it. `record` is undefined where it is damaged. */
  add(record: LogRecord | undefined, decoder: SegmentDecoder, format: LineFormat): void {
    if (record !== undefined && !decoder.isSilent && this.#isWanted(record)) {
      const { grep } = this.#filter;
      const json = this.#isJson || grep !== undefined ? recordLine(record, format) : '';
      if (grep === undefined || grep.test(json)) this.#show(this.#isJson ? json : this.#pretty.print(record, decoder));
    }
    if (record?.kind !== 'event') this.#pretty.followSpan(decoder);
  }

  /** A line of a log file. What is no JSON is shown as it is, unless something is asked for that it cannot have. */
  addLine(line: string): void {
    const { grep, ...rest } = this.#filter;
    if (line === '' || (grep !== undefined && !grep.test(line))) return;
    const record = parseLogLine(line);
    if (record === undefined ? Object.keys(rest).length > 0 || this.#isJson : !this.#isWanted(record)) return;
    if (record === undefined) this.#show(`${printable(line)}\n`);
    else this.#show(this.#isJson ? `${line}\n` : this.#pretty.print(record));
  }

  /** Shows what was kept, and from now on everything. */
  open(): void {
    for (const text of newest(this.#kept ?? [], this.#last)) this.#text += text;
    this.#kept = undefined;
    this.flush();
  }

  flush(): void {
    if (this.#text !== '') this.#terminal.write(this.#text);
    this.#text = '';
  }

  #show(text: string): void {
    // What a kept one refers to may not be shown.
    if (this.#kept !== undefined) this.#pretty.forgetStacks();
    if (this.#kept === undefined) {
      this.#text += text;
      if (this.#text.length > 64 * 1024) this.flush();
      return;
    }
    this.#kept.push(text);
    // Let go of in large pieces: one by one, each would move all of them.
    if (this.#kept.length > 2 * this.#last + 1024) this.#kept = newest(this.#kept, this.#last);
  }
}

const newest = (texts: string[], count: number): string[] => (count === 0 ? [] : texts.slice(-count));
