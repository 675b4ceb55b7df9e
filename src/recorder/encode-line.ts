// Hot on the recorder thread: records as lines of NDJSON, from the bytes of a ring to the bytes of a file.
import * as L from '../core/layout.js';
import type { ByteReader } from './byte-reader.js';
import { damaged } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readEmitted, readSpanEnd } from './decode-record.js';
import type { SegmentDecoder } from './decoder.js';
import type { Site } from './dictionary.js';
import { skipUndefined, writeError, writeJson, writeJsonString } from './json-bytes.js';
import type { Layer } from './layer.js';
import { isShadowed } from './layer.js';
import type { LineFormat } from './line-format.js';
import { LATE_TEXT, LINE_END, SPAN_RESERVED } from './line-format.js';
import type { SpanState } from './span-state.js';

/** Texts of layers that are kept; beyond that they are made anew. A segment has at most as much where none is hostile. */
const MAX_LAYER_BYTES = 1024 * 1024;

/** Where the parts of a line that all records of a site share are among the encoder's constants. */
interface SiteLine {
  /** `,"target":"shop"` */
  readonly headStart: number;
  readonly headEnd: number;
  /** `,"user_id":`, one after the other. */
  readonly keyStarts: readonly number[];
  /** `,"msg":"User logged in"}` and a newline. */
  readonly tailStart: number;
  readonly tailEnd: number;
  readonly names: ReadonlySet<string>;
  /** The field that is called `err`, where errors have names of their own; -1 = none. */
  readonly errorAt: number;
}

/** What can say whether a record has a field of its own of that name. */
interface OwnNames {
  has(key: string): boolean;
}

const NO_NAMES: OwnNames = new Set<string>();

/** Renders the records of one ring in one format: whatever a line has in common with others of its site, span or context is bytes already. */
export class LineEncoder {
  readonly format: LineFormat;
  readonly #decoder: SegmentDecoder;
  readonly #constants = new ByteWriter(1024);
  /** By the id of the site. */
  readonly #sites: (SiteLine | undefined)[] = [];
  /** The beginning of the last line: many records of a level and a millisecond follow each other. */
  readonly #head = new ByteWriter(256);
  #headMs = Number.NaN;
  #headLevel = -1;
  /** The ids of the last span. */
  readonly #ids = new ByteWriter(128);
  #idsOf: SpanState | undefined;
  /** Texts of the layers of this segment. */
  readonly #layers = new ByteWriter(1024);
  #keeper = {};
  #segment = -1;

  constructor(format: LineFormat, decoder: SegmentDecoder) {
    this.format = format;
    this.#decoder = decoder;
  }

  /** Appends the decoder's current record as a line with its newline. False (and counted) where it is damaged: then nothing is appended. */
  write(out: ByteWriter): boolean {
    const decoder = this.#decoder;
    const start = out.p;
    try {
      this.#writeHead(out, decoder.level, Math.floor(decoder.timeMs));
      if (decoder.kind === L.KIND_EVENT) this.#writeEvent(out);
      else if (decoder.kind === L.KIND_EMITTED) this.#writeEmitted(out);
      else this.#writeSpan(out);
      return true;
    } catch {
      out.p = start;
      decoder.damagedRecords++;
      return false;
    }
  }

  #writeHead(out: ByteWriter, level: number, ms: number): void {
    const head = this.#head;
    if (ms !== this.#headMs || level !== this.#headLevel) {
      this.#headMs = ms;
      this.#headLevel = level;
      head.p = 0;
      head.text(this.format.heads[level]);
      if (this.format.names.timeForm === 'epoch') head.number(ms);
      else head.text(this.format.timeText(ms));
      head.text(this.format.origin);
    }
    out.copy(head, 0, head.p);
  }

  #writeEvent(out: ByteWriter): void {
    const decoder = this.#decoder;
    if ((decoder.flags & L.FLAG_INLINE) !== 0) return this.#writeInlineEvent(out);
    const span = decoder.span();
    const layers = decoder.inherited(span);
    const { reader } = decoder;
    const site = decoder.enterSite();
    const { headStart, headEnd, keyStarts, tailStart, tailEnd, names, errorAt } = this.#lineOf(site);
    const constants = this.#constants;
    out.copy(constants, headStart, headEnd);
    if (span !== undefined) this.#writeIds(out, span, span.hasEnded);
    if (layers.length > 0) this.#writeInherited(out, layers, names, false);
    const last = keyStarts.length - 1;
    for (let i = 0; i < last; i++) {
      if (i === errorAt && reader.peekTag() === L.TAG_ERROR) writeError(out, reader, this.format);
      else if (!skipUndefined(reader)) {
        out.copy(constants, keyStarts[i], keyStarts[i + 1]);
        writeJson(out, reader);
      }
    }
    out.copy(constants, tailStart, tailEnd);
  }

  /** The message of a record that carries its site itself may be long: it goes from bytes to bytes, too. */
  #writeInlineEvent(out: ByteWriter): void {
    const decoder = this.#decoder;
    const span = decoder.span();
    const layers = decoder.inherited(span);
    const { reader } = decoder;
    decoder.enterBody();
    const target = decoder.dictionary.targetName(reader.string());
    const messageAt = reader.p;
    reader.skip();
    const own = decoder.readPairs(reader.u16());
    this.#writeStart(out, decoder.threadId, target);
    if (span !== undefined) this.#writeIds(out, span, span.hasEnded);
    this.#writeInherited(out, layers, own, false);
    this.#writePairs(out, own);
    reader.p = messageAt;
    out.text(this.format.messageKey);
    writeJsonString(out, reader);
    out.text(LINE_END);
  }

  #writeEmitted(out: ByteWriter): void {
    const { site, traceId, spanId, threadId, pairs } = readEmitted(this.#decoder);
    this.#writeStart(out, threadId, site.target);
    out.text(this.format.ids(traceId, spanId));
    this.#writePairs(out, pairs);
    out.text(this.format.tail(site.message));
  }

  #writeSpan(out: ByteWriter): void {
    const decoder = this.#decoder;
    const span = decoder.span() ?? damaged();
    const layers = decoder.inherited(span);
    const site = this.#lineOf(span.site);
    out.copy(this.#constants, site.headStart, site.headEnd);
    this.#writeIds(out, span, span.isLate);
    if (decoder.kind === L.KIND_SPAN_END) this.#writeEnd(out, span, layers);
    else {
      this.#writeInherited(out, layers, NO_NAMES, span.links !== undefined || span.role !== undefined);
      writeNature(out, span);
    }
    out.copy(this.#constants, site.tailStart, site.tailEnd);
  }

  #writeEnd(out: ByteWriter, span: SpanState, layers: readonly Layer[]): void {
    const ended = readSpanEnd(this.#decoder, span);
    this.#writeInherited(out, layers, ended.extra ?? NO_NAMES, true);
    if (ended.extra !== undefined) this.#writePairs(out, ended.extra, SPAN_RESERVED);
    writeNature(out, span);
    out.text(',"duration_ms":');
    out.number(ended.durationNs / 1e6);
    out.text(ended.outcome === 'ok' ? ',"outcome":"ok"' : ',"outcome":"error"');
  }

  /** Thread and target of a record that carries its site itself. */
  #writeStart(out: ByteWriter, threadId: number, target: string): void {
    out.text(this.format.thread(threadId));
    out.text(this.format.target(target));
  }

  #writeIds(out: ByteWriter, span: SpanState, isLate: boolean): void {
    const ids = this.#ids;
    if (span !== this.#idsOf) {
      const { format } = this;
      const { u8 } = this.#decoder.reader;
      ids.p = 0;
      ids.text(format.beforeTrace);
      if (format.names.traceId !== null) ids.hex(u8, span.at + L.SPAN_TRACE_OFFSET, span.at + L.SPAN_TRACE_OFFSET + 16);
      ids.text(format.betweenIds);
      if (format.names.spanId !== null) ids.hex(u8, span.at + L.SPAN_ID_OFFSET, span.at + L.SPAN_ID_OFFSET + 8);
      ids.text(format.afterSpan);
      this.#idsOf = span;
    }
    out.copy(ids, 0, ids.p);
    if (isLate) out.text(LATE_TEXT);
  }

  /** What neither a stronger layer nor the record itself has of a name. */
  #writeInherited(out: ByteWriter, layers: readonly Layer[], own: OwnNames, isEnd: boolean): void {
    for (let i = 0; i < layers.length; i++) {
      const layer = layers[i];
      if (layer.keeper !== this.#keeper || this.#segment !== this.#decoder.segments) this.#render(layer);
      const { keys, starts } = layer;
      if (isWhole(layers, i, own, isEnd)) out.copy(this.#layers, starts[0], starts[keys.length]);
      else this.#writeSome(out, layers, i, own, isEnd);
    }
  }

  #writeSome(out: ByteWriter, layers: readonly Layer[], index: number, own: OwnNames, isEnd: boolean): void {
    const layer = layers[index];
    const { keys, starts } = layer;
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k];
      if (own.has(key) || isShadowed(layers, index, key)) continue;
      if (!isEnd || !SPAN_RESERVED.has(key)) out.copy(this.#layers, starts[k], starts[k + 1]);
      else this.#writeField(out, layer, k, `fields.${key}`);
    }
  }

  /** Keeps the text of a layer: a context has many records. */
  #render(layer: Layer): void {
    const texts = this.#layers;
    if (this.#segment !== this.#decoder.segments || texts.p > MAX_LAYER_BYTES) {
      this.#segment = this.#decoder.segments;
      this.#keeper = {};
      texts.p = 0;
    }
    const starts: number[] = [];
    for (let i = 0; i < layer.keys.length; i++) {
      starts.push(texts.p);
      this.#writeField(texts, layer, i, layer.keys[i]);
    }
    starts.push(texts.p);
    layer.starts = starts;
    layer.keeper = this.#keeper;
  }

  #writePairs(out: ByteWriter, layer: Layer, reserved?: ReadonlySet<string>): void {
    for (let i = 0; i < layer.keys.length; i++) {
      const key = layer.keys[i];
      this.#writeField(out, layer, i, reserved?.has(key) === true ? `fields.${key}` : key);
    }
  }

  #writeField(out: ByteWriter, layer: Layer, index: number, key: string): void {
    layer.read(index, (reader) => this.#writeValue(out, reader, key));
  }

  #writeValue(out: ByteWriter, reader: ByteReader, key: string): void {
    const { format } = this;
    if (format.namesErrors && key === 'err' && reader.peekTag() === L.TAG_ERROR) writeError(out, reader, format);
    else if (!skipUndefined(reader)) {
      out.text(format.key(key));
      writeJson(out, reader);
    }
  }

  #lineOf(site: Site): SiteLine {
    // A site that a record carries itself has no id.
    return (site.id === 0 ? undefined : this.#sites[site.id]) ?? this.#makeLine(site);
  }

  #makeLine(site: Site): SiteLine {
    const { format } = this;
    const constants = this.#constants;
    const { p } = constants;
    const headStart = constants.p;
    constants.text(format.thread(this.#decoder.threadId));
    constants.text(format.target(site.target));
    const headEnd = constants.p;
    const keyStarts: number[] = [];
    for (const name of site.names) {
      keyStarts.push(constants.p);
      constants.text(format.key(name));
    }
    keyStarts.push(constants.p);
    const tailStart = constants.p;
    constants.text(format.tail(site.message));
    const tailEnd = constants.p;
    const errorAt = format.namesErrors ? site.names.indexOf('err') : -1;
    const line = { headStart, headEnd, keyStarts, tailStart, tailEnd, names: new Set(site.names), errorAt };
    if (site.id === 0) constants.p = p;
    else this.#sites[site.id] = line;
    return line;
  }
}

function writeNature(out: ByteWriter, { links, role }: SpanState): void {
  if (links !== undefined) writeLinks(out, links);
  if (role !== undefined) out.text(`,"span_kind":"${role}"`);
}

function writeLinks(out: ByteWriter, links: Layer): void {
  out.text(',"span_links":[');
  for (let i = 0; i < links.keys.length; i++) {
    if (i > 0) out.text(',');
    links.read(i, (reader) => writeJson(out, reader));
  }
  out.text(']');
}

/** True where the text of layer `index` can be taken as it is. */
function isWhole(layers: readonly Layer[], index: number, own: OwnNames, isEnd: boolean): boolean {
  for (const key of layers[index].keys) {
    if (own.has(key) || isShadowed(layers, index, key) || (isEnd && SPAN_RESERVED.has(key))) return false;
  }
  return true;
}
