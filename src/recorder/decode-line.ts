import * as L from '../core/layout.js';
import { damaged } from './byte-reader.js';
import { readEmitted, readSpanEnd, renameForSpan } from './decode-record.js';
import type { SegmentDecoder } from './decoder.js';
import { jsonString } from './escape.js';
import { jsonFromBytes } from './json-bytes.js';
import type { Layer } from './layer.js';
import { inheritedJson } from './layer.js';
import { LEVEL_HEADS, threadText } from './line.js';
import { keyText, SPAN_RESERVED } from './site-text.js';
import type { SiteText } from './site-text.js';

/**
 * Renders records as NDJSON straight from their bytes, by joining strings: what a line has in common with others of its site or
 * its context is text already. One for each ring.
 */
export class LineDecoder {
  readonly #origin: string;
  #timeMs = -1;
  #timeText = '';

  /** `origin` is in every line: `,"pid":1,"hostname":"web-1"`. */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /** The decoder's current record as a line with its newline. undefined (and counted) where it is damaged. */
  line(decoder: SegmentDecoder): string | undefined {
    try {
      const head = LEVEL_HEADS[decoder.level] + this.#time(decoder.timeMs) + this.#origin;
      switch (decoder.kind) {
        case L.KIND_EVENT:
          return head + decoder.threadText + eventText(decoder);
        case L.KIND_EMITTED:
          return head + emittedText(decoder);
        case L.KIND_SPAN_START:
        case L.KIND_SPAN_END:
          return head + decoder.threadText + spanText(decoder);
        default:
          return damaged();
      }
    } catch {
      decoder.damagedRecords++;
      return undefined;
    }
  }

  /** Many records of one millisecond follow each other. */
  #time(timeMs: number): string {
    const ms = Math.floor(timeMs);
    if (ms !== this.#timeMs) {
      this.#timeMs = ms;
      this.#timeText = `${ms}`;
    }
    return this.#timeText;
  }
}

function eventText(decoder: SegmentDecoder): string {
  const span = decoder.span();
  const layers = decoder.inherited(span);
  const { reader, flags } = decoder;
  const site = decoder.enterSite();
  const { text } = site;
  const ids = span === undefined ? '' : span.idText;
  if ((flags & L.FLAG_INLINE) !== 0) {
    const pairs = decoder.readPairs(reader.u16());
    return (
      text.head + ids + inheritedJson(layers, (key) => (pairs.has(key) ? null : key)) + pairsText(pairs) + text.tail
    );
  }
  const { keys } = text;
  let own = '';
  for (let i = 0; i < keys.length; i++) {
    const value = jsonFromBytes(reader);
    if (value !== undefined) own += keys[i] + value;
  }
  return text.head + ids + (layers.length === 0 ? '' : inheritedOf(text, layers)) + own + text.tail;
}

/** What a site's records inherit is mostly what the one before inherited. */
function inheritedOf(text: SiteText, layers: Layer[]): string {
  const { inheritedFrom } = text;
  const same = layers.length === inheritedFrom.length && layers.every((layer, i) => layer === inheritedFrom[i]);
  if (!same) {
    text.inheritedText = inheritedJson(layers, (key) => (text.nameSet.has(key) ? null : key));
    text.inheritedFrom = layers;
  }
  return text.inheritedText;
}

function spanText(decoder: SegmentDecoder): string {
  const span = decoder.span() ?? damaged();
  const layers = decoder.inherited(span);
  const { text } = span.site;
  if (decoder.kind === L.KIND_SPAN_START)
    return text.head + span.idText + inheritedJson(layers, (key) => key) + text.tail;
  const ended = readSpanEnd(decoder, span);
  const own = pairsText(ended.extra, SPAN_RESERVED);
  const outcome = `,"duration_ms":${ended.durationNs / 1e6},"outcome":"${ended.outcome}"`;
  return text.head + span.idText + inheritedJson(layers, renameForSpan(ended)) + own + outcome + text.tail;
}

function emittedText(decoder: SegmentDecoder): string {
  const { site, traceId, spanId, threadId, pairs } = readEmitted(decoder);
  const trace = traceId === undefined ? '' : `,"trace_id":${jsonString(traceId)}`;
  const span = spanId === undefined ? '' : `,"span_id":${jsonString(spanId)}`;
  return threadText(threadId) + site.text.head + trace + span + pairsText(pairs) + site.text.tail;
}

function pairsText({ keys, json }: Layer, reserved?: ReadonlySet<string>): string {
  let text = '';
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (json[i] !== undefined) text += keyText(reserved?.has(key) === true ? `fields.${key}` : key) + json[i]!;
  }
  return text;
}
