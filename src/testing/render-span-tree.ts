import { checkOptions } from '../core/errors.js';
import { levelName } from '../core/level.js';
import { durationText } from '../recorder/duration-text.js';
import { printable } from '../recorder/escape.js';
import type { LogRecord } from '../recorder/record.js';
import { headline, keyText, valueText } from '../recorder/value-text.js';
import { RecordedError } from '../recorder/values.js';
import { LogCapture } from './capture-logs.js';

/** What `renderSpanTree` takes. */
export interface SpanTreeOptions {
  /** Events too, as `[level] message`. @default true */
  events?: boolean;
  /** Fields, but those that the span around shows already. @default true */
  fields?: boolean;
  /** How long each span took: not the same at every run, but with `fakeClock()`. @default false */
  durations?: boolean;
  /** The target of each line, where it is another than around it. @default false */
  targets?: boolean;
}

/** Fields that have a place of their own, or none. */
const OWN_PLACE = new Set(['duration_ms', 'outcome', 'err', 'span_links']);
const OPTIONS = ['events', 'fields', 'durations', 'targets'] as const;

interface Node {
  /** Of a span its end, where it has one; else its start. */
  record: LogRecord;
  /** When it began, and its place among those of that moment. */
  readonly atNs: bigint;
  readonly index: number;
  readonly parent: string | undefined;
  readonly children: Node[];
}

/**
 * Spans as an indented text, for snapshots and for people: one line a span, what happened inside below it. Stable from run to run: no times and no ids,
 * unless asked for. `✗` and the error stand behind a span that failed, `(open)` behind one that has not ended.
 *
 * Takes a capture, or records of any other source, such as `memorySink().records`.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { info, withSpan } from 'ttlog';
 * import { captureLogs, renderSpanTree } from 'ttlog/testing';
 * const logs = captureLogs(() =>
 *   withSpan('checkout', { cart_id: 3 }, () => {
 *     info('Adding up', { items: 2 });
 *     withSpan('charge', () => null);
 *   }),
 * );
 * renderSpanTree(logs).split('\n'); // => ['checkout cart_id=3', '├─ [info] Adding up items=2', '└─ charge']
 */
export function renderSpanTree(from: LogCapture | Iterable<LogRecord>, options: SpanTreeOptions = {}): string {
  checkOptions('renderSpanTree()', options, OPTIONS);
  const { events = true, fields = true, durations = false, targets = false } = options;
  const shown = { events, fields, durations, targets };
  const lines: string[] = [];
  // A stack of our own: a chain of spans may be deeper than the engine's.
  const stack = rootsOf('timeline' in from ? from.timeline : from, shown)
    .reverse()
    .map((node) => ({ node, around: new Map<string, string>(), target: '', first: '', rest: '' }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, around, target, first, rest } = next;
    lines.push(first + lineOf(node.record, around, target, shown));
    if (node.children.length === 0) continue;
    const inside = new Map(around);
    for (const { key, value } of node.record.fields) inside.set(key, valueText(value));
    for (let i = node.children.length - 1; i >= 0; i--) {
      const isLast = i === node.children.length - 1;
      stack.push({
        node: node.children[i],
        around: inside,
        target: node.record.target,
        first: `${rest}${isLast ? '└─ ' : '├─ '}`,
        rest: `${rest}${isLast ? '   ' : '│  '}`,
      });
    }
  }
  return lines.join('\n');
}

function rootsOf(records: Iterable<LogRecord>, { events }: Required<SpanTreeOptions>): Node[] {
  const spans = new Map<string, Node>();
  const nodes: Node[] = [];
  for (const record of records) {
    const index = nodes.length;
    const { kind, traceId } = record;
    if (kind === 'event') {
      // What ttlog says about itself (records were lost) is said where nothing else of the kind is shown.
      if (!events && !record.meta) continue;
      const parent = keyOf(traceId, record.spanId);
      nodes.push({ record, atNs: record.timestampNs, index, parent, children: [] });
      continue;
    }
    const key = keyOf(traceId, record.spanId)!;
    const begun = spans.get(key);
    if (begun !== undefined) {
      begun.record = record;
      continue;
    }
    const parent = keyOf(traceId, record.parentSpanId);
    const node = { record, atNs: record.startNs ?? record.timestampNs, index, parent, children: [] };
    spans.set(key, node);
    nodes.push(node);
  }
  nodes.sort((a, b) => (a.atNs === b.atNs ? a.index - b.index : a.atNs < b.atNs ? -1 : 1));
  const roots: Node[] = [];
  for (const node of nodes) {
    const parent = node.parent === undefined ? undefined : spans.get(node.parent);
    (parent === undefined || parent === node ? roots : parent.children).push(node);
  }
  return roots;
}

function keyOf(traceId: string | undefined, spanId: string | undefined): string | undefined {
  return spanId === undefined ? undefined : `${traceId}/${spanId}`;
}

function lineOf(
  record: LogRecord,
  around: ReadonlyMap<string, string>,
  target: string,
  { fields, durations, targets }: Required<SpanTreeOptions>,
): string {
  const message = printable(record.message);
  let line = record.kind === 'event' ? `[${levelName(record.level)}] ${message}` : message;
  if (targets && record.target !== target) line += ` (${printable(record.target)})`;
  if (durations && record.durationNs !== undefined) line += ` [${durationText(record.durationNs)}]`;
  if (fields) {
    for (const { key, value } of record.fields) {
      if (value === undefined || (record.kind !== 'event' && OWN_PLACE.has(key))) continue;
      const text = valueText(value);
      if (around.get(key) !== text) line += ` ${keyText(key)}=${text}`;
    }
  }
  if (record.outcome === 'open') line += ' (open)';
  else if (record.outcome === 'error') line += ` ✗${errorText(record)}`;
  return line;
}

function errorText(record: LogRecord): string {
  const { err } = record.values;
  if (err === undefined) return '';
  if (err instanceof RecordedError) return ` ${printable(headline(err.type, err.message))}`;
  return ` ${typeof err === 'string' ? printable(err) : valueText(err)}`;
}
