/**
 * Promotion: when the root span of a trace ends failed or slow, what was recorded of the trace at any level is delivered. The records of open
 * traces are kept here, because the ring may have gone round several times until then; memory is bounded, and what had to be let go is told.
 */
import * as L from '../core/layout.js';
import { LogLevel } from '../core/level.js';
import type { RingCursor } from './cursor.js';
import { tellStory } from './story.js';
import { TraceChunk } from './trace-chunk.js';

/** How much is promoted; see `PromoteOptions` of init(). */
export interface PromoteSettings {
  /** A root span that failed. */
  readonly failed: boolean;
  /** A root span slower than this. Infinity = never for this reason. */
  readonly slowMs: number;
  readonly memoryBytes: number;
  /** Most records of one story; the oldest go first. */
  readonly perTrace: number;
  /** Most stories a second. */
  readonly perSecond: number;
}

/** What is to be delivered of a trace now. */
export interface Story {
  readonly traceId: string;
  readonly chunks: ReadonlyMap<RingCursor, TraceChunk>;
  /** Records that belong to it and are gone. */
  readonly missing: number;
  /** True where records were overwritten while the trace was open: some may have been its own. */
  readonly isLapped: boolean;
}

interface OpenTrace {
  readonly key: number;
  /** Of the root; both 0 where its beginning was overwritten, and which span it is has yet to show. */
  readonly id0: number;
  readonly id1: number;
  chunks: Map<RingCursor, TraceChunk>;
  records: number;
  missing: number;
  isLapped: boolean;
  /** Its root has ended badly: what comes now is delivered at once. */
  promotedMs: number | undefined;
}

/** Traces whose spans never end must not be kept forever. */
const MAX_OPEN_TRACES = 65_536;
/** How long late records of a promoted trace are still delivered. */
const LATE_MS = 10_000;

export class Promotion {
  /** Stories and records delivered, and stories that were not for there were too many. */
  stories = 0;
  suppressed = 0;
  readonly #settings: PromoteSettings;
  /** By the first 53 bits of the trace id; oldest first. */
  readonly #traces = new Map<number, OpenTrace>();
  #bytes = 0;
  /** When records were last overwritten unread: of a trace that began before, only the end may be known. */
  #lappedNs = -Infinity;
  #second = 0;
  #storiesOfSecond = 0;

  constructor(settings: PromoteSettings) {
    this.#settings = settings;
  }

  /**
   * Looks at the record that a cursor stands on. `isWanted`: some sink does not get it anyway. Returns what is to be delivered before
   * it, where it ends the root of a trace badly, or comes late to one that ended so.
   */
  see(cursor: RingCursor, isWanted: boolean): Story | undefined {
    const { decoder } = cursor;
    const { kind } = decoder;
    if (kind === L.KIND_EMITTED) return undefined;
    if (cursor.hasLapped) this.#noteLap(cursor);
    const at = kind === L.KIND_SPAN_START ? decoder.at : decoder.spanOffset;
    if (at < 0) return undefined;
    const { u32 } = decoder;
    const trace = (at + L.SPAN_TRACE_OFFSET) >> 2;
    const key = u32[trace] * 0x20_0000 + (u32[trace + 1] >>> 11);
    let open = this.#traces.get(key);
    if (open === undefined) {
      if (decoder.isRemote) return undefined;
      // The rest of a trace whose root has ended well is not of interest; of one whose beginning was overwritten it is all that is left.
      const isCut = kind !== L.KIND_SPAN_START;
      if (isCut && !this.#isCut(u32, at)) return undefined;
      open = this.#open(key, u32, at, isCut);
    }
    if (isWanted && !decoder.isSilent) this.#keep(open, cursor);
    if (open.promotedMs !== undefined) return this.#takeLate(open, cursor);
    if (kind !== L.KIND_SPAN_END || !isRoot(open, u32, at)) return undefined;
    return this.#endRoot(open, cursor, at);
  }

  /** Lets go of promoted traces whose time for late records is over. */
  forgetEnded(): void {
    const now = performance.now();
    for (const open of this.#traces.values()) {
      if (open.promotedMs !== undefined && now - open.promotedMs > LATE_MS) this.#close(open);
    }
  }

  /** Records were overwritten: any of the traces that were open may have had some of them. */
  #noteLap(cursor: RingCursor): void {
    cursor.hasLapped = false;
    this.#lappedNs = nsAt(cursor.decoder.u32, cursor.decoder.at);
    for (const open of this.#traces.values()) open.isLapped = true;
  }

  /** Whether a span began before records were overwritten, and still went on when this copy of it was made. */
  #isCut(u32: Uint32Array, at: number): boolean {
    return nsAt(u32, at) < this.#lappedNs && (u32[(at + L.SPAN_KIND_OFFSET) >> 2] & L.SPAN_OUTLIVED_BIT) === 0;
  }

  #open(key: number, u32: Uint32Array, at: number, isCut: boolean): OpenTrace {
    if (this.#traces.size >= MAX_OPEN_TRACES) this.#close(first(this.#traces));
    const id = (at + L.SPAN_ID_OFFSET) >> 2;
    const isRootKnown = !isCut || isTopmost(u32, at);
    const open: OpenTrace = {
      key,
      id0: isRootKnown ? u32[id] : 0,
      id1: isRootKnown ? u32[id + 1] : 0,
      chunks: new Map(),
      records: 0,
      missing: 0,
      isLapped: isCut,
      promotedMs: undefined,
    };
    this.#traces.set(key, open);
    return open;
  }

  #keep(open: OpenTrace, cursor: RingCursor): void {
    if (open.records >= this.#settings.perTrace) this.#letHalfGo(open);
    let chunk = open.chunks.get(cursor);
    if (chunk === undefined) {
      chunk = new TraceChunk();
      open.chunks.set(cursor, chunk);
      this.#bytes += chunk.capacityBytes;
    }
    const before = chunk.capacityBytes;
    chunk.add(cursor.decoder);
    open.records++;
    this.#bytes += chunk.capacityBytes - before;
    if (this.#bytes > this.#settings.memoryBytes) this.#makeRoom();
  }

  /** The traces that have been open for the longest lose what they have: they are the least likely to end soon. */
  #makeRoom(): void {
    for (const open of this.#traces.values()) {
      if (this.#bytes <= this.#settings.memoryBytes) return;
      this.#letGo(open);
    }
  }

  /** A trace that has too many records keeps the newer half: what led to its end. */
  #letHalfGo(open: OpenTrace): void {
    const { chunks, records } = open;
    let left = (records >> 1) + 1;
    this.#letGo(open);
    tellStory(chunks, ({ cursor, decoder }) => {
      if (left-- > 0) return;
      let chunk = open.chunks.get(cursor);
      if (chunk === undefined) open.chunks.set(cursor, (chunk = new TraceChunk()));
      chunk.add(decoder);
      open.records++;
      open.missing--;
    });
    for (const { capacityBytes } of open.chunks.values()) this.#bytes += capacityBytes;
  }

  #letGo(open: OpenTrace): void {
    for (const { capacityBytes } of open.chunks.values()) this.#bytes -= capacityBytes;
    open.missing += open.records;
    open.records = 0;
    open.chunks = new Map();
  }

  #close(open: OpenTrace): void {
    this.#letGo(open);
    this.#traces.delete(open.key);
  }

  #endRoot(open: OpenTrace, cursor: RingCursor, at: number): Story | undefined {
    if (!this.#isBad(cursor, at) || !this.#isWithinRate()) {
      this.#close(open);
      return undefined;
    }
    open.promotedMs = performance.now();
    this.stories++;
    return this.#take(open, cursor, at);
  }

  #takeLate(open: OpenTrace, cursor: RingCursor): Story | undefined {
    if (open.records === 0) return undefined;
    const { decoder } = cursor;
    return this.#take(open, cursor, decoder.kind === L.KIND_SPAN_START ? decoder.at : decoder.spanOffset);
  }

  /** What has been kept of it; it begins anew. */
  #take(open: OpenTrace, { decoder }: RingCursor, at: number): Story {
    const { chunks, missing, isLapped } = open;
    const { u8 } = decoder.reader;
    open.records = 0;
    this.#letGo(open);
    open.missing = 0;
    open.isLapped = false;
    return { traceId: u8.hexSlice(at + L.SPAN_TRACE_OFFSET, at + L.SPAN_TRACE_OFFSET + 16), chunks, missing, isLapped };
  }

  #isBad({ decoder }: RingCursor, at: number): boolean {
    const { failed, slowMs } = this.#settings;
    if (failed && decoder.header(L.SPAN_END_OUTCOME_OFFSET) === L.OUTCOME_ERROR) return true;
    // Slower than its own `slow` says.
    const siteLevel = (decoder.u32[at >> 2] >>> 24) & L.FLAG_LEVEL_MASK;
    if (decoder.level === LogLevel.Warn && siteLevel < LogLevel.Warn) return true;
    const { u32 } = decoder;
    const start = (at + L.RECORD_TIME_OFFSET) >> 2;
    const end = (decoder.at + L.RECORD_TIME_OFFSET) >> 2;
    return ((u32[end + 1] - u32[start + 1]) | 0) * 4294.967296 + (u32[end] - u32[start]) / 1e6 > slowMs;
  }

  #isWithinRate(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#storiesOfSecond = 0;
    }
    if (this.#storiesOfSecond >= this.#settings.perSecond) {
      this.suppressed++;
      return false;
    }
    this.#storiesOfSecond++;
    return true;
  }
}

function isRoot({ id0, id1 }: OpenTrace, u32: Uint32Array, at: number): boolean {
  if (id0 === 0 && id1 === 0) return isTopmost(u32, at);
  const id = (at + L.SPAN_ID_OFFSET) >> 2;
  return u32[id] === id0 && u32[id + 1] === id1;
}

/** Whether a span is the first of its trace in this process, as far as it shows by itself: one without a parent, or that serves somebody. */
function isTopmost(u32: Uint32Array, at: number): boolean {
  const parent = (at + L.SPAN_PARENT_OFFSET) >> 2;
  const role = L.SPAN_ROLES[(u32[(at + L.SPAN_KIND_OFFSET) >> 2] & L.SPAN_ROLE_MASK) >> L.SPAN_ROLE_SHIFT];
  return (u32[parent] === 0 && u32[parent + 1] === 0) || role === 'server' || role === 'consumer';
}

/** The time of a record by the clock of its ring. */
function nsAt(u32: Uint32Array, at: number): number {
  const time = (at + L.RECORD_TIME_OFFSET) >> 2;
  return (u32[time + 1] | 0) * 4_294_967_296 + u32[time];
}

function first<T>(map: ReadonlyMap<number, T>): T {
  return map.values().next().value as T;
}
