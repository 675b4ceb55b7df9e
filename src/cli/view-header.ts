// The head of a snapshot: what it is, why and when it was taken, of which process.
import { printable } from '../recorder/escape.js';
import { errorLines } from '../recorder/error-text.js';
import type { Piece } from '../recorder/paint.js';
import type { DescribedError, ProcessFacts, Snapshot } from '../recorder/snapshot.js';
import type { PlainValue } from '../recorder/snapshot-error.js';
import { cutText } from '../recorder/value-text.js';
import { durationText } from '../recorder/duration-text.js';
import { bytesText, countText, dateTimeText, msOf, timeText } from './units.js';

const LABEL_WIDTH = 10;
const MAX_OPEN_SPANS = 50;
const MAX_FRAMES = 64;

/** The header block, a line at a time; an empty list is an empty line. */
export function headerLines(snapshot: Snapshot): Piece[][] {
  const { header } = snapshot;
  const lines: Piece[][] = [
    [
      ['ttlog snapshot', 'bold'],
      ['  '],
      [printable(header.service), 'cyan'],
      ['  '],
      [printable(header.reason), 'bold'],
      [` (${printable(header.origin)})`, 'dim'],
    ],
    [],
    labelled('taken', [`${dateTimeText(msOf(header.clock.epochNs))} UTC`]),
    ...processLines(header.process),
    labelled('records', [recordsText(snapshot)]),
    labelled('ttlog', [printable(header.ttlog)]),
  ];
  const { stack, ...facts } = header.extra;
  for (const [key, value] of Object.entries(isStack(stack) ? facts : header.extra)) {
    lines.push(labelled(printable(key), [printable(typeof value === 'string' ? value : JSON.stringify(value))]));
  }
  for (const text of snapshot.damage) lines.push(labelled('damaged', [printable(text), 'red']));
  if (isStack(stack)) lines.push([], ...stackBlock(stack));
  if (header.error !== undefined) lines.push([], ...errorBlock(header.error, header.origin));
  if (snapshot.openSpans.length > 0) lines.push([], ...openSpanBlock(snapshot));
  return lines;
}

/** The heading of a part of the view. */
export function title(text: string, remark = ''): Piece[] {
  return [[text, 'bold'], ['  '], [remark, 'dim']];
}

/** What an event loop was doing that stood still. */
function stackBlock(stack: readonly string[]): Piece[][] {
  const frames = stack.slice(0, MAX_FRAMES).map((frame): Piece[] => [[`    ${printable(cutText(frame, 1024))}`]]);
  return [title('Main thread', 'what it was doing, innermost first'), ...frames];
}

function isStack(stack: PlainValue | undefined): stack is readonly string[] {
  return Array.isArray(stack) && stack.length > 0 && stack.every((frame) => typeof frame === 'string');
}

function labelled(label: string, ...pieces: Piece[]): Piece[] {
  return [[`  ${label.padEnd(LABEL_WIDTH - 1)} `, 'dim'], ...pieces];
}

function processLines(facts: ProcessFacts): Piece[][] {
  const { memory, uptimeSeconds } = facts;
  const identity = [
    `pid ${facts.pid}`,
    ...(facts.threadId === 0 ? [] : [`thread ${facts.threadId}`]),
    ...(uptimeSeconds === undefined ? [] : [`up ${durationText(uptimeSeconds * 1e9)}`]),
    `node ${facts.nodeVersion}`,
    `${facts.platform} ${facts.arch}`,
    ...(facts.hostname === undefined ? [] : [`on ${facts.hostname}`]),
  ];
  const lines = [labelled('process', [printable(identity.join(', '))])];
  if (facts.argv !== undefined)
    lines.push(
      labelled('command', [
        printable([...facts.argv.slice(0, 1), ...(facts.execArgv ?? []), ...facts.argv.slice(1)].join(' ')),
      ]),
    );
  if (facts.cwd !== undefined) lines.push(labelled('cwd', [printable(facts.cwd)]));
  if (memory?.['rss'] !== undefined) {
    const { rss, heapUsed, heapTotal = 0, external = 0 } = memory;
    // Another thread that took it knows nothing of the heap.
    const heap =
      heapUsed === undefined
        ? ''
        : `, heap ${bytesText(heapUsed)} of ${bytesText(heapTotal)}, external ${bytesText(external)}`;
    lines.push(labelled('memory', [`rss ${bytesText(rss)}${heap}`]));
  }
  return lines;
}

function recordsText({ header, records, damagedRecords }: Snapshot): string {
  const { counts } = header;
  const parts = [
    `${countText(records.length, 'record')} here, ${countText(counts.recorded, 'record')} since the start`,
  ];
  if (counts.rings !== 1) parts.push(countText(counts.rings, 'thread'));
  if (counts.dropped > 0) parts.push(`${counts.dropped.toLocaleString('en-US')} dropped`);
  if (damagedRecords > 0) parts.push(`${damagedRecords.toLocaleString('en-US')} damaged`);
  return parts.join(', ');
}

function errorBlock(error: DescribedError, origin: string): Piece[][] {
  return [title('Error', printable(origin)), ...errorLines(error, '  ')];
}

function openSpanBlock({ header, openSpans }: Snapshot): Piece[][] {
  const nameWidth = Math.min(
    40,
    Math.max(...openSpans.slice(0, MAX_OPEN_SPANS).map(({ name, target }) => name.length + target.length + 2)),
  );
  const lines = [title('Open spans', `${countText(openSpans.length, 'span')} had not ended`)];
  for (const span of openSpans.slice(0, MAX_OPEN_SPANS)) {
    const label = printable(`${span.target}  ${span.name}`).padEnd(nameWidth + 2);
    const age = `open for ${durationText(Number(header.clock.epochNs - span.startNs))}`;
    lines.push([
      ['  ● ', 'yellow'],
      [label],
      [age, 'yellow'],
      [`  since ${timeText(msOf(span.startNs))}  trace ${printable(span.traceId)}`, 'dim'],
    ]);
  }
  const more = openSpans.length - MAX_OPEN_SPANS + header.openSpansLeftOut;
  if (more > 0) lines.push([[`  … ${countText(more, 'more open span')}`, 'dim']]);
  return lines;
}
