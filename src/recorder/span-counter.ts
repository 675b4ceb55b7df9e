// Runs for every span that ends, delivered or not: a look at two headers, and one into a map where the site is another than last time.
import * as L from '../core/layout.js';
import type { RingCursor } from './cursor.js';
import type { SegmentDecoder } from './decoder.js';
import type { Site } from './dictionary.js';
import { SpanTable } from './span-table.js';

/** Counts spans at their ends, as the cursor passes by. */
export class SpanCounter {
  readonly #table: SpanTable;
  readonly #rows = new WeakMap<Site, number>();
  #lastSite: Site | undefined;
  #lastRow = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#table = new SpanTable(memory);
  }

  /** The cursor stands on the end of a span. What one that died has counted is not counted again. */
  see(cursor: RingCursor): void {
    const { words, decoder } = cursor;
    if (((cursor.counted - words) | 0) > 0) return;
    cursor.counted = words + 1;
    const at = decoder.spanOffset;
    if (at < 0) return; // its start is damaged
    const { u32 } = decoder;
    const id = u32[(at + L.RECORD_SITE_OFFSET) >> 2];
    const site = id === 0 ? inlineSite(decoder) : decoder.dictionary.site(id);
    if (site === undefined) return;
    if (site !== this.#lastSite) {
      this.#lastSite = site;
      this.#lastRow = this.#rowOf(site);
    }
    const start = (at + L.RECORD_TIME_OFFSET) >> 2;
    const high = (decoder.header(L.RECORD_TIME_OFFSET + 4) - u32[start + 1]) | 0;
    const durationNs = high * 4_294_967_296 + decoder.header(L.RECORD_TIME_OFFSET) - u32[start];
    const failed = decoder.header(L.SPAN_END_OUTCOME_OFFSET) === L.OUTCOME_ERROR;
    this.#table.add(this.#lastRow, Math.max(durationNs, 0), failed);
  }

  #rowOf(site: Site): number {
    let row = this.#rows.get(site);
    if (row === undefined) {
      row = this.#table.rowOf(site.target, site.message);
      this.#rows.set(site, row);
    }
    return row;
  }
}

/** The site of a span whose record carries it itself. */
function inlineSite(decoder: SegmentDecoder): Site | undefined {
  try {
    return decoder.span()?.site;
  } catch {
    return undefined; // damaged: whoever delivers it counts that
  }
}
