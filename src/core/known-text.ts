// Hot path where a field's text is the one of last time; otherwise the place where it is learnt which texts come again.
import type { FieldNode } from './callsite.js';
import { internText } from './dictionary.js';
import { writeString } from './encode.js';
import * as L from './layout.js';
import type { Ring } from './ring.js';
import { moveRecord } from './ring.js';
import { flatCopy } from './target.js';

/** A reference takes 5 bytes: shorter texts are written as they are. Longer ones than this are rarely the same again. */
const MIN_LENGTH = 4;
const MAX_LENGTH = 64;
/** Texts that a field may have in the dictionary. */
const MAX_TEXTS = 16;
/** How often a field may come with a text that was new before it counts as one whose texts do not repeat. */
const PATIENCE = 24;
/** Texts in the dictionary of one ring. */
const MAX_RING_TEXTS = 8192;

/** What a field has had so far. A text enters the dictionary when it comes the second time: one-off values are never kept. */
export interface TextMemory {
  /** Ids of texts; 0 = seen once. */
  readonly ids: Map<string, number>;
  /** Counts down at every new text, up at every known one; at 0 the field is given up. */
  patience: number;
}

/**
 * A text as the value of a field that still learns (`node.learnsTexts`). Methods, states, routes and user agents come again and again: then the text is in the
 * dictionary and its record has 5 bytes, written in 4 ns instead of 1 for each character. A field whose texts do not repeat is
 * found out after a few events, and costs one comparison from then on.
 */
export function writeFieldText(ring: Ring, p: number, node: FieldNode, text: string): number {
  const id = node.textId !== 0 && node.text === text ? node.textId : learn(ring, node, text);
  if (id === 0) return writeString(ring, p, text);
  if (p > ring.end) {
    p = moveRecord(ring, p, 0);
    if (p < 0) return p;
  }
  return writeReference(ring, p, id);
}

/** There is room for it. */
export function writeReference(ring: Ring, p: number, id: number): number {
  const { dv } = ring;
  dv.setInt8(p, L.TAG_TEXT);
  dv.setInt32(p + 1, id, true);
  return p + 5;
}

/** The id of the text, 0 where it has none (yet). */
export function learn(ring: Ring, node: FieldNode, text: string): number {
  if (text.length < MIN_LENGTH || text.length > MAX_LENGTH) return 0;
  const memory = (node.memory ??= { ids: new Map(), patience: PATIENCE });
  const { ids } = memory;
  let id = ids.get(text);
  if (id === undefined) {
    if (--memory.patience <= 0) giveUp(node);
    else if (ids.size < MAX_TEXTS) ids.set(flatCopy(text), 0);
    return 0;
  }
  if (memory.patience < PATIENCE) memory.patience++;
  if (id === 0) {
    const { home } = ring;
    if (home.texts >= MAX_RING_TEXTS || home.dictionaryTight) return 0;
    id = internText(home, text);
    ids.set(text, id);
  }
  node.text = text;
  node.textId = id;
  return id;
}

/** Most of its texts are new: comparing them with old ones only costs. */
function giveUp(node: FieldNode): void {
  node.learnsTexts = false;
  node.memory = null;
}
