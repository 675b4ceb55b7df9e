import * as L from '../core/layout.js';
import type { LogLevel } from '../core/level.js';
import type { TextTable } from './byte-reader.js';
import { ByteReader, damaged } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { jsonString } from './escape.js';

/** A shape of records: where they come from and how their fields are named. */
export interface Site {
  /** 0 where a record carries it itself. */
  readonly id: number;
  readonly target: string;
  /** Of a span: its name. */
  readonly message: string;
  readonly file: string | null;
  /** 0 = unknown. */
  readonly line: number;
  readonly level: LogLevel;
  /** A span whose fields are not those of the events inside. */
  readonly isLibrary: boolean;
  readonly names: readonly string[];
}

/** A text, and where it is as JSON among the dictionary's bytes once somebody has wanted it so. */
interface KnownText {
  readonly text: string;
  start: number;
  end: number;
}

/** Writers count ids from 1; a dictionary has no room for more entries than this. */
const MAX_SITES = L.DICTIONARY_BYTES / L.ENTRY_STRINGS_OFFSET;

/** The dictionary of a ring as far as it has been read. It only grows, and entries never change. */
export class Dictionary implements TextTable {
  /** By id; those of our own writer have no gaps. */
  readonly #sites: (Site | undefined)[] = [];
  readonly #texts = new Map<number, KnownText>();
  readonly #json = new ByteWriter(256);
  readonly #service: string;
  /** Bytes read so far. */
  #length = 0;
  /** True once an entry made no sense: nothing after it can be read. */
  #broken = false;

  /** `service` stands for the root target, which has no name in the ring. */
  constructor(service: string) {
    this.#service = service;
  }

  /** Reads what has been added: the dictionary is `bytes` up to `length`. */
  grow(bytes: Uint8Array, length: number): void {
    const whole = Math.min(length, bytes.length);
    if (whole <= this.#length || this.#broken) return;
    const reader = new ByteReader(bytes);
    while (this.#length + L.ENTRY_STRINGS_OFFSET <= whole) {
      const start = this.#length;
      const entryBytes = reader.dv.getUint32(start + L.ENTRY_LENGTH_OFFSET, true);
      if (entryBytes === 0) return;
      if (entryBytes < L.ENTRY_STRINGS_OFFSET || entryBytes % 8 !== 0 || start + entryBytes > whole) {
        this.#broken = true;
        return;
      }
      reader.p = start;
      reader.end = start + entryBytes;
      this.#add(reader);
      this.#length = start + entryBytes;
    }
  }

  site(id: number): Site | undefined {
    return id < this.#sites.length ? this.#sites[id] : undefined;
  }

  /** A text that fields refer to. */
  text(id: number): string | undefined {
    return this.#texts.get(id)?.text;
  }

  writeJson(id: number, out: ByteWriter): void {
    const known = this.#texts.get(id) ?? damaged();
    if (known.end === 0) {
      known.start = this.#json.p;
      this.#json.text(jsonString(known.text));
      known.end = this.#json.p;
    }
    out.copy(this.#json, known.start, known.end);
  }

  /** What lines call a target: the root target has no name in the ring. */
  targetName(target: string): string {
    return target === '' ? this.#service : target;
  }

  /** A site that a record carries itself. */
  inlineSite(target: string, message: string, level: number): Site {
    return this.#site(0, L.SITE_EVENT, target, message, null, 0, level, []);
  }

  #add(reader: ByteReader): void {
    const start = reader.p;
    const { dv, u8 } = reader;
    try {
      reader.p = start + L.ENTRY_STRINGS_OFFSET;
      const target = reader.string();
      const id = dv.getUint32(start + L.ENTRY_ID_OFFSET, true);
      const kind = u8[start + L.ENTRY_SITE_KIND_OFFSET];
      if (kind === L.SITE_TEXT) {
        this.#texts.set(id, { text: target, start: 0, end: 0 });
        return;
      }
      const message = reader.string();
      const file = reader.stringOrNull();
      const names: string[] = [];
      const count = dv.getUint16(start + L.ENTRY_NAME_COUNT_OFFSET, true);
      for (let i = 0; i < count; i++) names.push(reader.string());
      const line = dv.getInt32(start + L.ENTRY_LINE_OFFSET, true);
      if (id <= MAX_SITES)
        this.#sites[id] = this.#site(id, kind, target, message, file, line, u8[start + L.ENTRY_LEVEL_OFFSET], names);
    } catch {
      // A damaged entry: records of this site count as damaged.
    }
  }

  #site(
    id: number,
    kind: number,
    target: string,
    message: string,
    file: string | null,
    line: number,
    level: number,
    names: string[],
  ): Site {
    return {
      id,
      target: this.targetName(target),
      message,
      file,
      line,
      level: Math.min(level, 5) as LogLevel,
      isLibrary: kind === L.SITE_LIBRARY_SPAN,
      names,
    };
  }
}
