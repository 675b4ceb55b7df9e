import type { Field } from '../core/field.js';
import type { LogLevel } from '../core/level.js';
import type { SpanOutcome } from '../recorder/record.js';

/** A span as a snapshot knows it: from its end, or, while it was open, from its start. */
export interface SpanInfo {
  readonly name: string;
  readonly target: string;
  readonly level: LogLevel;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** `undefined` for the root of a trace. */
  readonly parentSpanId: string | undefined;
  /** Nanoseconds since the epoch. */
  readonly startNs: bigint;
  /** Nanoseconds; of an open span, until the snapshot was taken. */
  readonly durationNs: number;
  readonly outcome: SpanOutcome;
  readonly threadId: number;
  readonly fields: readonly Field[];
}

/** A span and the spans inside it, oldest first. */
export interface SpanNode {
  readonly span: SpanInfo;
  readonly children: readonly SpanNode[];
  /** It has a parent, which is not in the snapshot: overwritten, filtered out, or in another process. */
  readonly orphan: boolean;
}

interface GrowingNode extends SpanNode {
  readonly children: GrowingNode[];
  orphan: boolean;
  placed: boolean;
}

/**
 * Spans as trees, by start, trace by trace. Whatever the input says, each span is in the forest exactly once: one whose parent is missing is a root,
 * and so is one of a ring of spans that are each other's parents.
 */
export function spanForest(spans: Iterable<SpanInfo>): SpanNode[] {
  const nodes = new Map<string, GrowingNode>();
  for (const span of spans)
    nodes.set(keyOf(span.traceId, span.spanId), { span, children: [], orphan: false, placed: false });
  const roots: GrowingNode[] = [];
  for (const node of nodes.values()) {
    const { parentSpanId, traceId } = node.span;
    const parent = parentSpanId === undefined ? undefined : nodes.get(keyOf(traceId, parentSpanId));
    if (parent !== undefined && parent !== node) {
      parent.children.push(node);
      continue;
    }
    node.orphan = parentSpanId !== undefined;
    roots.push(node);
  }
  for (const root of roots) markPlaced(root);
  for (const node of nodes.values()) {
    if (node.placed) continue;
    detach(node, nodes);
    node.orphan = true;
    roots.push(node);
    markPlaced(node);
  }
  for (const node of nodes.values()) node.children.sort(byStart);
  return traceByTrace(roots.sort(byStart));
}

/** Roots of one trace side by side: after a gap there may be several. */
function traceByTrace(roots: readonly SpanNode[]): SpanNode[] {
  const traces = new Map<string, SpanNode[]>();
  for (const root of roots) {
    const trace = traces.get(root.span.traceId);
    if (trace === undefined) traces.set(root.span.traceId, [root]);
    else trace.push(root);
  }
  return [...traces.values()].flat();
}

/** Every span of a forest, parents first, with how deep it is. */
export function* walkForest(forest: readonly SpanNode[]): Generator<{ node: SpanNode; depth: number; last: boolean }> {
  // A stack of our own: a chain of a million spans is deeper than the engine's.
  const stack = forest.map((node, i) => ({ node, depth: 0, last: i === forest.length - 1 })).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    yield next;
    const { children } = next.node;
    for (let i = children.length - 1; i >= 0; i--)
      stack.push({ node: children[i], depth: next.depth + 1, last: i === children.length - 1 });
  }
}

/** The forest without the spans that are not wanted and lead to none that is. */
export function pruneForest(forest: readonly SpanNode[], wanted: (span: SpanInfo) => boolean): SpanNode[] {
  const all = [...walkForest(forest)].map(({ node }) => node);
  const kept = new Map<SpanNode, SpanNode>();
  // Children come after their parents: from the back, each is judged before the one it hangs on.
  for (const node of all.reverse()) {
    const children = node.children.flatMap((child) => kept.get(child) ?? []);
    if (children.length > 0 || wanted(node.span)) kept.set(node, { span: node.span, children, orphan: node.orphan });
  }
  return forest.flatMap((root) => kept.get(root) ?? []);
}

const keyOf = (traceId: string, spanId: string): string => `${traceId}/${spanId}`;

function byStart(a: SpanNode, b: SpanNode): number {
  if (a.span.startNs !== b.span.startNs) return a.span.startNs < b.span.startNs ? -1 : 1;
  return a.span.spanId < b.span.spanId ? -1 : 1;
}

function markPlaced(root: GrowingNode): void {
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.placed) continue;
    node.placed = true;
    for (const child of node.children) stack.push(child);
  }
}

function detach(node: GrowingNode, nodes: ReadonlyMap<string, GrowingNode>): void {
  const parent = nodes.get(keyOf(node.span.traceId, node.span.parentSpanId ?? ''));
  const at = parent?.children.indexOf(node) ?? -1;
  if (at >= 0) parent!.children.splice(at, 1);
}
