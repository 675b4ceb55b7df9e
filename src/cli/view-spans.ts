// Spans as trees, with their durations.
import { printable } from '../recorder/escape.js';
import type { Piece } from '../recorder/paint.js';
import { cutText, fieldPieces, valueText } from '../recorder/value-text.js';
import type { SpanNode } from '../query/span-tree.js';
import { walkForest } from '../query/span-tree.js';
import { durationText } from '../recorder/duration-text.js';
import { msOf, timeText } from './units.js';

/** From this width on there is room for bars. */
const WIDTH_WITH_BARS = 100;
const BAR_WIDTH = 16;
const MAX_NAME_WIDTH = 48;
/** Deeper spans are shown at this depth: indentation says nothing any more. */
const MAX_DEPTH = 40;
/** Fields of the line that have a place of their own. */
const OWN_PLACE = new Set(['duration_ms', 'outcome', 'err']);

/** The forest, one line a span; before each trace its id. */
export function* spanLines(forest: readonly SpanNode[], width: number): Generator<Piece[]> {
  const nameWidth = widestName(forest);
  const bars = Number.isFinite(width) && width >= WIDTH_WITH_BARS;
  const branches: boolean[] = [];
  let traceId: string | undefined;
  let root: SpanNode | undefined;
  for (const { node, depth, last } of walkForest(forest)) {
    if (depth === 0) {
      root = node;
      if (node.span.traceId !== traceId) {
        if (traceId !== undefined) yield [];
        traceId = node.span.traceId;
        yield [[`  trace ${printable(traceId)}  ${timeText(msOf(node.span.startNs))}`, 'dim']];
      }
    }
    branches.length = Math.min(depth, MAX_DEPTH);
    if (depth > 0 && depth <= MAX_DEPTH) branches[depth - 1] = last;
    yield spanLine(node, root!, branchText(branches), nameWidth, bars);
  }
}

function spanLine(node: SpanNode, root: SpanNode, branch: string, nameWidth: number, bars: boolean): Piece[] {
  const { span } = node;
  const name = printable(span.name);
  return [
    [`  ${branch}`, 'dim'],
    [
      name.padEnd(Math.max(nameWidth - branch.length, 1)),
      span.outcome === 'error' ? 'red' : span.outcome === 'open' ? 'yellow' : 'plain',
    ],
    [`  ${durationText(span.durationNs).padStart(9)}  `, 'bold'],
    ...(bars ? [[`${bar(node, root)}  `, span.outcome === 'error' ? 'red' : 'cyan'] as const] : []),
    ...outcomePieces(node),
    [`  ${printable(span.target)}`, 'dim'],
    ...prefixed(fieldPieces(span.fields.filter(({ key }) => !OWN_PLACE.has(key)))),
    ...(node.orphan ? [['  (its parent is not here)', 'dim'] as const] : []),
  ];
}

function outcomePieces({ span }: SpanNode): Piece[] {
  if (span.outcome === 'open') return [['open', 'yellow']];
  if (span.outcome === 'ok') return [['ok', 'green']];
  const error = span.fields.find(({ key }) => key === 'err');
  if (error === undefined) return [['error', 'red']];
  // One that has been reported elsewhere is its headline; it looks here as the error itself would.
  const { value } = error;
  const text = typeof value === 'string' ? printable(cutText(value)) : valueText(value);
  return [
    ['error', 'red'],
    [`  ${text}`, 'red'],
  ];
}

const prefixed = (pieces: readonly Piece[]): Piece[] => (pieces.length === 0 ? [] : [['  '], ...pieces]);

/** `│  ├─ ` */
function branchText(branches: readonly boolean[]): string {
  let text = '';
  for (const [i, last] of branches.entries()) {
    if (i < branches.length - 1) text += last ? '   ' : '│  ';
    else text += last ? '└─ ' : '├─ ';
  }
  return text;
}

function widestName(forest: readonly SpanNode[]): number {
  let widest = 0;
  for (const { node, depth } of walkForest(forest)) {
    const width = Math.min(depth, MAX_DEPTH) * 3 + printable(node.span.name.slice(0, MAX_NAME_WIDTH)).length;
    widest = Math.max(widest, Math.min(width, MAX_NAME_WIDTH));
  }
  return widest;
}

/** When the span was running, in sixteenths of its root. */
function bar({ span }: SpanNode, { span: root }: SpanNode): string {
  if (!(root.durationNs > 0)) return '█'.repeat(BAR_WIDTH);
  const from = Number(span.startNs - root.startNs) / root.durationNs;
  const to = from + span.durationNs / root.durationNs;
  const first = Math.floor(limited(from) * BAR_WIDTH);
  const start = Math.min(first, BAR_WIDTH - 1);
  const end = Math.max(start + 1, Math.round(limited(to) * BAR_WIDTH));
  return ' '.repeat(start) + '█'.repeat(end - start) + ' '.repeat(BAR_WIDTH - end);
}

const limited = (share: number): number => Math.min(Math.max(share, 0), 1);
