// Hot data: a place that logs, and the ways its fields have been named. Records name a FieldNode's id and carry values only.
import type { TextMemory } from './known-text.js';
import { SITE_EVENT } from './layout.js';
import type { Where } from './redact.js';
import { cleanMessage, whereOf } from './redact-where.js';
import { state } from './state.js';
import type { Target } from './target.js';
import { flatCopy } from './target.js';

/** Above this many callsites a message is written into its records instead: memory stays bounded. */
const MAX_CALLSITES = 32_768;
/** Above this many shapes of fields at one callsite, names are written into the record. */
export const MAX_SHAPES = 256;
/** Longer names of fields are cut. */
export const MAX_NAME_LENGTH = 256;
let callsiteCount = 0;

/**
 * A static place in the code that logs or opens a span: level, target, message. Found by message, because JavaScript cannot tell
 * callsites apart for less than the price of a stack trace; two places with one message share one, which is harmless.
 */
export class Callsite {
  readonly target: Target;
  readonly level: number;
  readonly message: string;
  readonly siteKind: number;
  /** Its id is that of the site without fields. */
  readonly root: FieldNode;
  /** True where the message is not in the dictionary: its records carry it. */
  readonly inline: boolean;
  /** How many there are; MAX_SHAPES where there is no place for any. */
  shapes: number;

  constructor(target: Target, level: number, message: string, siteKind: number, inline: boolean) {
    this.target = target;
    this.level = level;
    this.message = message;
    this.siteKind = siteKind;
    this.inline = inline;
    this.shapes = inline ? MAX_SHAPES : 0;
    this.root = new FieldNode(this, null, '');
  }

  /** Its ids were those of a dictionary that is no more. */
  forget(): void {
    const { root } = this;
    root.id = 0;
    root.nextName = null;
    root.next = null;
    root.children = null;
    this.shapes = 0;
  }
}

/**
 * A trie over field names in the order they come: from a callsite's root, one step a field; the node where an event ends is its
 * shape. `nextName`/`next` remember the last step taken from here, so an event like the previous one costs a pointer comparison a
 * field; a callsite with several shapes falls back to `children` where they part, and nowhere else.
 */
export class FieldNode {
  readonly callsite: Callsite;
  readonly parent: FieldNode | null;
  readonly name: string;
  /** How many fields an event has that ends here. */
  readonly depth: number;
  /** True where its values are not simply written. */
  readonly redacted: boolean;
  /** null where a look at names is all that redaction needs. */
  readonly where: Where | null;
  /** Of the entry in the dictionary; 0 = not there yet. */
  id = 0;
  nextName: string | null = null;
  next: FieldNode | null = null;
  children: Map<string, FieldNode> | null = null;
  /** The text of last time, and its id in the dictionary (0 = not there). See known-text.ts. */
  text = '';
  textId = 0;
  learnsTexts = true;
  memory: TextMemory | null = null;

  constructor(callsite: Callsite, parent: FieldNode | null, name: string) {
    this.callsite = callsite;
    this.parent = parent;
    this.name = name;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.where = parent === null ? null : whereOf(name);
    this.redacted = this.where !== null || (parent !== null && state.redactor.isSensitive(name));
  }
}

/**
 * The slow step: another name than last time. An event that began while its callsite had room for shapes makes all it needs, so that
 * it never has to begin again: its values have been read.
 */
export function stepTo(node: FieldNode, key: string): FieldNode {
  const name = key.length > MAX_NAME_LENGTH ? key.slice(0, MAX_NAME_LENGTH) : key;
  let next = node.children?.get(name);
  if (next === undefined) {
    const { callsite } = node;
    const kept = flatCopy(name);
    next = new FieldNode(callsite, node, kept);
    (node.children ??= new Map()).set(kept, next);
    callsite.shapes++;
  }
  node.nextName = name;
  node.next = next;
  return next;
}

/** The node where an event with these fields ends, or null where that would be a new shape and the callsite has too many already. */
export function knownShape(
  callsite: Callsite,
  fields: Record<string, unknown> | undefined,
  maxFields: number,
): FieldNode | null {
  let node = callsite.root;
  for (const key in fields) {
    if (!Object.hasOwn(fields, key)) continue;
    const isKnown = node.nextName === key || (node.children !== null && node.children.has(key));
    if (!isKnown && callsite.shapes >= MAX_SHAPES) return null;
    node = stepTo(node, key);
    if (node.depth === maxFields) break;
  }
  return node;
}

/** The names on the way from the root to this node, without those of fields that redaction drops. */
export function namesOf(node: FieldNode): string[] {
  const names: string[] = [];
  for (let at = node; at.parent !== null; at = at.parent) if (at.where?.isDropped !== true) names.push(at.name);
  return names.reverse();
}

/** The callsite of a message that the target has not logged at this level before. */
export function addCallsite(
  sites: Map<string, Callsite>,
  target: Target,
  level: number,
  message: string,
  siteKind: number,
): Callsite {
  const clean = cleanMessage(typeof message === 'string' ? message : textOf(message));
  if (clean !== message) {
    // A message with a secret in it is never kept: it is cleaned each time, and has the callsite of what that makes of it.
    const known = sites.get(clean);
    if (known !== undefined) return known;
    message = clean;
  }
  if (callsiteCount >= MAX_CALLSITES || message.length > 1024)
    return new Callsite(target, level, message, siteKind, true);
  const callsite = new Callsite(target, level, flatCopy(message), siteKind, false);
  sites.set(callsite.message, callsite);
  callsiteCount++;
  return callsite;
}

/** A name that somebody without types gave a span: recording never throws. */
function textOf(name: unknown): string {
  try {
    return String(name);
  } catch {
    return '';
  }
}

/** The callsite of an event. */
export function eventSite(target: Target, level: number, message: string): Callsite {
  const sites = target.events[level];
  return sites.get(message) ?? addCallsite(sites, target, level, message, SITE_EVENT);
}

/** After a change of rings: `kept` callsites are still known. */
export function resetCallsiteCount(kept = 0): void {
  callsiteCount = kept;
}
