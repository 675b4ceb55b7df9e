import * as L from '../core/layout.js';
import type { ByteReader } from './byte-reader.js';
import { damaged } from './byte-reader.js';
import type { Dictionary, Site } from './dictionary.js';
import { Layer } from './layer.js';

const NO_PARENT = '0000000000000000';

/** A span as its newest record in a segment has it. Its ids are text only where somebody asks. */
export class SpanState {
  readonly site: Site;
  readonly startLow: number;
  readonly startHigh: number;
  /** What its start was recorded with. */
  readonly level: number;
  readonly isDelivered: boolean;
  /** It belongs to another process. */
  readonly isRemote: boolean;
  readonly layer: Layer;
  /** What it is linked to, one `{trace_id, span_id, …}` a field; undefined = nothing. */
  readonly links: Layer | undefined;
  /** What it is in its trace; undefined = work within the process. */
  readonly role: string | undefined;
  /** It was opened when the span around it had ended. */
  readonly isLate: boolean;
  /** It has ended: what refers to it from here on came late. */
  hasEnded: boolean;
  /** Where the record is that it was read from. */
  readonly at: number;
  readonly #reader: ByteReader;

  /** Reads the KIND_SPAN_START record at `at`, which ends at `end`. Throws DamagedBytes. */
  constructor(reader: ByteReader, dictionary: Dictionary, at: number, end: number) {
    if (at + L.SPAN_FIELDS_OFFSET > end) damaged();
    const { u8, dv } = reader;
    const flags = dv.getUint32(at + L.RECORD_WORD_OFFSET, true) >>> 24;
    reader.p = at + L.SPAN_FIELDS_OFFSET;
    reader.end = end;
    const layer = new Layer(reader, end);
    if ((flags & L.FLAG_INLINE) !== 0) {
      const target = reader.string();
      this.site = dictionary.inlineSite(target, reader.string(), flags & L.FLAG_LEVEL_MASK);
      layer.addPairs(reader.u16());
    } else {
      this.site = dictionary.site(dv.getUint32(at + L.RECORD_SITE_OFFSET, true)) ?? damaged();
      for (const name of this.site.names) layer.add(name);
    }
    let links: Layer | undefined;
    for (let extra = u8[at + L.SPAN_EXTRA_OFFSET]; extra > 0; extra--) {
      const name = reader.string();
      if (name !== L.SPAN_LINK_NAME) layer.add(name);
      else (links ??= new Layer(reader, end)).add(String(extra));
    }
    const kind = u8[at + L.SPAN_KIND_OFFSET];
    this.startLow = dv.getUint32(at + L.RECORD_TIME_OFFSET, true);
    this.startHigh = dv.getUint32(at + L.RECORD_TIME_OFFSET + 4, true);
    this.level = flags & L.FLAG_LEVEL_MASK;
    this.isDelivered = (flags & L.FLAG_DELIVER) !== 0;
    this.isRemote = (kind & L.SPAN_KIND_MASK) === L.SPAN_KIND_REMOTE;
    const role = (kind & L.SPAN_ROLE_MASK) >> L.SPAN_ROLE_SHIFT;
    this.role = role === 0 ? undefined : L.SPAN_ROLES[role];
    this.isLate = (kind & L.SPAN_LATE_BIT) !== 0;
    this.hasEnded = (kind & L.SPAN_OUTLIVED_BIT) !== 0;
    this.layer = layer;
    this.links = links;
    this.at = at;
    this.#reader = reader;
  }

  get traceId(): string {
    return this.#hex(L.SPAN_TRACE_OFFSET, 16);
  }

  get spanId(): string {
    return this.#hex(L.SPAN_ID_OFFSET, 8);
  }

  /** undefined for a root. */
  get parentSpanId(): string | undefined {
    const parent = this.#hex(L.SPAN_PARENT_OFFSET, 8);
    return parent === NO_PARENT ? undefined : parent;
  }

  #hex(offset: number, bytes: number): string {
    return this.#reader.u8.hexSlice(this.at + offset, this.at + offset + bytes);
  }
}
