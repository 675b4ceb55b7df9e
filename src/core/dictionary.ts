// Cold but for its first lines: what decodes the records, written once and never overwritten.
import type { FieldNode } from './callsite.js';
import { MAX_NAME_LENGTH, namesOf } from './callsite.js';
import { writeText } from './encode.js';
import * as L from './layout.js';
import { cleanMessage } from './redact-where.js';
import type { Ring } from './ring.js';

/**
 * The id of a shape in the ring's dictionary, which grows by an entry at the first use. 0 where the dictionary is full: the record
 * then carries message and names itself.
 */
export function internShape(ring: Ring, node: FieldNode): number {
  const { callsite } = node;
  const names = namesOf(node);
  const cut = (name: string): string => name.slice(0, MAX_NAME_LENGTH);
  const strings = [cut(callsite.target.name), cleanMessage(callsite.message), null, ...names.map(cut)];
  const most = strings.reduce((sum, text) => sum + 5 + (text?.length ?? 0) * 3, L.ENTRY_STRINGS_OFFSET + 8);
  const start = L.HEADER_BYTES + ring.dictionaryLength;
  if (callsite.inline || names.length > 0xffff || start + most > ring.dataStart) return 0;

  node.id = ring.nextSiteId++;
  addEntry(ring, node.id, callsite.level, callsite.siteKind, strings, names.length);
  return node.id;
}

/** The id of a text that fields come with again and again. The dictionary is not tight. */
export function internText(ring: Ring, text: string): number {
  ring.texts++;
  addEntry(ring, ring.texts, 0, L.SITE_TEXT, [text], 0);
  return ring.texts;
}

/** There is room for it. */
function addEntry(
  ring: Ring,
  id: number,
  level: number,
  kind: number,
  strings: readonly (string | null)[],
  nameCount: number,
): void {
  const start = L.HEADER_BYTES + ring.dictionaryLength;
  let p = start + L.ENTRY_STRINGS_OFFSET;
  for (const text of strings) p = writeDictionaryString(ring, p, text);
  const next = (p + 7) & ~7;
  ring.dv.setUint32(start + L.ENTRY_LENGTH_OFFSET, next - start, true);
  ring.dv.setUint32(start + L.ENTRY_ID_OFFSET, id, true);
  ring.dv.setUint8(start + L.ENTRY_LEVEL_OFFSET, level);
  ring.dv.setUint8(start + L.ENTRY_SITE_KIND_OFFSET, kind);
  ring.dv.setUint16(start + L.ENTRY_NAME_COUNT_OFFSET, nameCount, true);
  ring.dv.setInt32(start + L.ENTRY_LINE_OFFSET, 0, true);
  ring.dictionaryLength += next - start;
  Atomics.store(ring.i32, L.DICTIONARY_LENGTH_I32, ring.dictionaryLength);
  ring.dictionaryTight = L.HEADER_BYTES + ring.dictionaryLength + L.MAX_ENTRY_BYTES > ring.dataStart;
}

/** Its room has been checked. */
function writeDictionaryString(ring: Ring, p: number, text: string | null): number {
  if (text !== null) return writeText(ring, p, text, 5 + text.length * 3);
  ring.u8[p] = L.TAG_NULL;
  return p + 1;
}
