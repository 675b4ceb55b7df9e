import * as L from '../core/layout.js';
import type { LogLevel } from '../core/level.js';
import { ByteReader, damaged } from './byte-reader.js';
import type { Dictionary, Site } from './dictionary.js';
import { Layer } from './layer.js';
import type { RecordTime } from './record.js';
import { epochMs } from './record.js';
import type { SegmentClock } from './ring-view.js';
import { SpanState } from './span-state.js';
import { SpanPlaces } from './span-places.js';

/**
 * Inherited fields that the records of one segment may show together, for each byte of it. Far above anything a service logs; a
 * hostile ring, where each of many records inherits from one huge context, stays linear in its size.
 */
const INHERITED_PER_BYTE = 4;

const NO_LAYERS: readonly Layer[] = [];

/**
 * Steps through the records of one segment at a time, in order, and knows what they refer to. `next()` reads a record's header
 * only; `recordOf` and `LineEncoder` decode what the current record says when somebody wants it. No length in the bytes is trusted:
 * what makes no sense is counted in `damagedRecords` and skipped.
 */
export class SegmentDecoder {
  /** Of the current record: KIND_*, 0 where there is none. */
  kind = 0;
  flags = 0;
  level: LogLevel = 0;
  /** Byte offset of the current record, and behind it. */
  at = 0;
  recordEnd = 0;
  /** Records of this segment so far; contexts, bindings and repeats are none. */
  records = 0;
  damagedRecords = 0;
  /** Segments begun so far: what was read of one is not valid in the next. */
  segments = 0;
  readonly reader: ByteReader;
  readonly dictionary: Dictionary;
  /** The thread that wrote the ring. */
  readonly threadId: number;
  /** Its records are delivered after all; see promotion.ts. */
  readonly isPromoted: boolean;
  readonly u32: Uint32Array;
  clock: SegmentClock = { deltaNs: 0n, deltaMs: 0 };
  #limit = 0;
  #inheritedLeft = 0;
  /** What the last record inherited, and from where. */
  #inherited: readonly Layer[] = NO_LAYERS;
  #inheritedCount = 0;
  #lastBindings: Layer | undefined;
  #lastContext: Layer | undefined;
  #lastSpan: SpanState | undefined;
  readonly #layerAt = new Map<number, number>();
  readonly #layers = new Map<number, Layer>();
  readonly #spanPlaces: SpanPlaces;
  /** Those that somebody has asked for. */
  readonly #spans = new Map<number, SpanState>();

  /** `bytes` starts at a multiple of 8. */
  constructor(bytes: Uint8Array, dictionary: Dictionary, threadId: number, isPromoted = false) {
    this.reader = new ByteReader(bytes, dictionary);
    this.u32 = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
    this.dictionary = dictionary;
    this.threadId = threadId;
    this.isPromoted = isPromoted;
    this.#spanPlaces = new SpanPlaces(bytes.byteLength);
  }

  /** Starts on the segment at `start`, of which the bytes up to `end` are there. */
  begin(start: number, end: number, clock: SegmentClock): void {
    this.#layerAt.clear();
    this.#layers.clear();
    this.#spanPlaces.clear();
    this.#spans.clear();
    this.clock = clock;
    this.#inheritedLeft = 0;
    this.kind = 0;
    this.records = 0;
    this.segments++;
    this.recordEnd = start + L.SEGMENT_HEADER_BYTES;
    this.#limit = this.recordEnd;
    this.extend(end);
  }

  /** More of the same segment is there. */
  extend(end: number): void {
    this.#inheritedLeft += Math.max(end - this.#limit, 0) * INHERITED_PER_BYTE;
    this.#limit = Math.max(end, this.#limit);
  }

  /**
   * Steps to the next event, span start, span end or emitted event; with `repeats` also to the spans whose state is written again.
   * False at the end of what is there.
   */
  next(repeats = false): boolean {
    for (;;) {
      const at = this.recordEnd;
      if (at + 8 > this.#limit) return this.#stop();
      const word = this.u32[at >> 2];
      const bytes = (word & 0xffff) << 3;
      const kind = (word >>> 16) & 0xff;
      if (bytes === 0 || kind === L.KIND_PAD) {
        this.recordEnd = this.#limit;
        return this.#stop();
      }
      if (bytes < leastBytes(kind) || at + bytes > this.#limit) {
        this.damagedRecords++;
        this.recordEnd = this.#limit;
        return this.#stop();
      }
      this.at = at;
      this.recordEnd = at + bytes;
      if (this.#register(kind, word >>> 24) && (repeats || !this.isRepeat)) return true;
    }
  }

  /** True for what sinks never see: the start of a span that did not ask for a line. */
  get isSilent(): boolean {
    return this.kind === L.KIND_SPAN_START && (this.#spanKind & L.SPAN_KIND_MASK) !== L.SPAN_KIND_ENTRY;
  }

  /** True for a span's start, or state, whose span had ended by the time it was read. */
  get hasEnded(): boolean {
    return this.kind === L.KIND_SPAN_START && (this.#spanKind & L.SPAN_ENDED_BIT) !== 0;
  }

  /** True for the state of a span of another process, which neither begins nor ends here. */
  get isRemote(): boolean {
    return this.kind === L.KIND_SPAN_START && (this.#spanKind & L.SPAN_KIND_MASK) === L.SPAN_KIND_REMOTE;
  }

  get #spanKind(): number {
    return this.reader.u8[this.at + L.SPAN_KIND_OFFSET];
  }

  get time(): RecordTime {
    const low = this.header(L.RECORD_TIME_OFFSET);
    const high = this.header(L.RECORD_TIME_OFFSET + 4);
    return this.kind === L.KIND_EMITTED ? { low, high: high | 0, deltaNs: 0n, deltaMs: 0 } : this.timeOf(low, high);
  }

  /** Milliseconds since the epoch, with a fraction. */
  get timeMs(): number {
    if (this.kind === L.KIND_EMITTED) return epochMs(this.time);
    const ms = ((this.header(L.RECORD_TIME_OFFSET + 4) | 0) * 4_294_967_296 + this.header(L.RECORD_TIME_OFFSET)) / 1e6;
    return ms + this.clock.deltaMs;
  }

  /** The same for another moment of this segment's clock. */
  timeOf(low: number, high: number): RecordTime {
    return { low, high: high | 0, deltaNs: this.clock.deltaNs, deltaMs: this.clock.deltaMs };
  }

  /** True for the state of a span written again. */
  get isRepeat(): boolean {
    return (this.flags & L.FLAG_REPEAT) !== 0;
  }

  /** A u32 of the current record. */
  header(offset: number): number {
    return this.u32[(this.at + offset) >> 2];
  }

  /** Byte offset of the newest record of the span that the current record is of, or happened in; -1 where there is none. */
  get spanOffset(): number {
    const id = this.kind === L.KIND_EMITTED ? 0 : this.header(L.RECORD_SPAN_OFFSET);
    return id === 0 ? -1 : this.#spanPlaces.offsetOf(id) || -1;
  }

  /** True where that span's end is behind. */
  get isSpanBehind(): boolean {
    return this.#spanPlaces.isEnded(this.header(L.RECORD_SPAN_OFFSET));
  }

  /** Byte offset of a context, or of bindings; -1 where it is not there. */
  layerOffset(id: number): number {
    return this.#layerAt.get(id) ?? -1;
  }

  /** The span that the current record is of, or happened in. Throws DamagedBytes. */
  span(): SpanState | undefined {
    const id = this.kind === L.KIND_EMITTED ? 0 : this.header(L.RECORD_SPAN_OFFSET);
    if (id === 0) return undefined;
    const known = this.#spans.get(id);
    if (known !== undefined) return known;
    const at = this.#spanPlaces.offsetOf(id);
    if (at === 0) return undefined;
    const state = new SpanState(this.reader, this.dictionary, at, this.#endOf(at));
    if (this.#spanPlaces.isEnded(id)) state.hasEnded = true;
    this.#spans.set(id, state);
    return state;
  }

  /** The capture of `ttlog/testing` that the current record's context belongs to; 0 = none. */
  get capture(): number {
    const id = this.kind === L.KIND_EMITTED ? 0 : this.header(L.RECORD_CONTEXT_OFFSET);
    const at = id === 0 ? undefined : this.#layerAt.get(id);
    return at === undefined ? 0 : this.u32[(at + L.CONTEXT_CAPTURE_OFFSET) >> 2];
  }

  /** The name of the current record's target. undefined where it cannot be known. */
  target(): string | undefined {
    try {
      const isSpan = this.kind === L.KIND_SPAN_START || this.kind === L.KIND_SPAN_END;
      return isSpan ? this.span()?.site.target : this.enterSite().target;
    } catch {
      return undefined;
    }
  }

  /** What the current record inherits, weakest first: bindings, context, the span's fields. Records one after the other often share it. */
  inherited(span: SpanState | undefined): readonly Layer[] {
    const bindings = (this.flags & L.FLAG_BINDINGS) === 0 ? 0 : this.header(L.RECORD_BINDINGS_OFFSET);
    const context = this.header(L.RECORD_CONTEXT_OFFSET);
    const from = this.kind === L.KIND_EVENT && span?.site.isLibrary === true ? undefined : span;
    if (bindings + context === 0 && from === undefined) return NO_LAYERS;
    return this.kind === L.KIND_EMITTED ? NO_LAYERS : this.#bounded(this.#layer(bindings), this.#layer(context), from);
  }

  /** Goes behind the current record's header: to its own fields, or to the site that it carries itself. */
  enterBody(): void {
    const { reader } = this;
    reader.p = this.at + L.RECORD_HEADER_BYTES + ((this.flags & L.FLAG_BINDINGS) === 0 ? 0 : L.RECORD_BINDINGS_BYTES);
    reader.end = this.recordEnd;
  }

  /** Goes to the current record's own fields and returns its site, which an inline record has in front of them. */
  enterSite(): Site {
    const { reader } = this;
    this.enterBody();
    const carriesSite = (this.flags & L.FLAG_INLINE) !== 0 || this.kind === L.KIND_EMITTED;
    if (!carriesSite) return this.dictionary.site(this.header(L.RECORD_SITE_OFFSET)) ?? damaged();
    const target = reader.string();
    return this.dictionary.inlineSite(target, reader.string(), this.level);
  }

  /** Name, value pairs at the reader's position, up to the record's end. */
  readPairs(count: number): Layer {
    const layer = new Layer(this.reader, this.recordEnd);
    layer.addPairs(count);
    return layer;
  }

  #bounded(bindings: Layer | undefined, context: Layer | undefined, span: SpanState | undefined): readonly Layer[] {
    if (bindings !== this.#lastBindings || context !== this.#lastContext || span !== this.#lastSpan) {
      this.#lastBindings = bindings;
      this.#lastContext = context;
      this.#lastSpan = span;
      this.#inherited = [bindings, context, span?.layer].filter(
        (layer) => layer !== undefined && layer.keys.length > 0,
      ) as Layer[];
      this.#inheritedCount = this.#inherited.reduce((sum, { keys }) => sum + keys.length, 0);
    }
    if (this.#inheritedCount > this.#inheritedLeft) return NO_LAYERS;
    this.#inheritedLeft -= this.#inheritedCount;
    return this.#inherited;
  }

  #stop(): false {
    this.kind = 0;
    return false;
  }

  /** Notes what a record means for those after it. True where it is one that somebody may want. */
  #register(kind: number, flags: number): boolean {
    if (kind === L.KIND_CONTEXT || kind === L.KIND_BINDINGS) {
      const id = this.header(L.RECORD_CONTEXT_OFFSET);
      this.#layerAt.set(id, this.at);
      this.#layers.delete(id);
      return false;
    }
    if (kind === L.KIND_SPAN_START) {
      const id = this.header(L.RECORD_SPAN_OFFSET);
      this.#spanPlaces.put(id, this.at);
      if (this.#spans.size > 0) this.#spans.delete(id);
    } else if (kind === L.KIND_SPAN_END) {
      const id = this.header(L.RECORD_SPAN_OFFSET);
      this.#spanPlaces.end(id);
      const state = this.#spans.size > 0 ? this.#spans.get(id) : undefined;
      if (state !== undefined) state.hasEnded = true;
    } else if (kind !== L.KIND_EVENT && kind !== L.KIND_EMITTED) {
      this.damagedRecords++; // a kind that this version does not know
      return false;
    }
    this.kind = kind;
    this.flags = flags;
    this.level = Math.min(flags & L.FLAG_LEVEL_MASK, 5) as LogLevel;
    if (!this.isRepeat) this.records++;
    return true;
  }

  #endOf(at: number): number {
    return at + ((this.u32[at >> 2] & 0xffff) << 3);
  }

  #layer(id: number): Layer | undefined {
    if (id === 0) return undefined;
    const known = this.#layers.get(id);
    if (known !== undefined) return known;
    const at = this.#layerAt.get(id);
    if (at === undefined) return undefined;
    const { reader } = this;
    const end = this.#endOf(at);
    let layer = new Layer(reader, end);
    reader.p = at + L.CONTEXT_FIELDS_OFFSET;
    reader.end = end;
    try {
      layer.addPairs(reader.dv.getUint32(at + L.CONTEXT_COUNT_OFFSET, true));
    } catch {
      this.damagedRecords++;
      layer = new Layer(reader, end);
    }
    this.#layers.set(id, layer);
    return layer;
  }
}

/** What a record of a kind has at the least: all of it is read without asking again. */
function leastBytes(kind: number): number {
  switch (kind) {
    case L.KIND_SPAN_START:
      return L.SPAN_FIELDS_OFFSET;
    case L.KIND_SPAN_END:
    case L.KIND_CONTEXT:
    case L.KIND_BINDINGS:
      return L.CONTEXT_FIELDS_OFFSET;
    default:
      return L.RECORD_HEADER_BYTES;
  }
}
