// The header of a snapshot file, from bytes that may be anything: what has the wrong type is left out, what is too deep is cut.
import type { DescribedError, PlainValue } from './snapshot-error.js';
import * as F from './snapshot-format.js';
import type { OpenSpan, SnapshotHeader } from './snapshot-header.js';
import type { ProcessFacts } from './snapshot-process.js';

type Json = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 32;
const MAX_LIST = 4096;
const NOTHING: Json = {};

/** The header in a HEAD frame's payload, or what is wrong with it. */
export function parseHeader(payload: Uint8Array): SnapshotHeader | string {
  if (payload.byteLength < 4) return `Expected a header, found ${payload.byteLength} bytes`;
  if (payload.byteLength > F.MAX_HEADER_BYTES)
    return `Expected a header of at most ${F.MAX_HEADER_BYTES} bytes, found ${payload.byteLength}`;
  const encoding = new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0, true);
  if (encoding !== F.ENCODING_JSON) return `Expected a header in JSON (${F.ENCODING_JSON}), found encoding ${encoding}`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(payload.subarray(4)));
  } catch {
    return 'Expected a header in JSON, found text that is none';
  }
  return isObject(parsed) ? headerOf(parsed) : 'Expected the header to be an object';
}

function headerOf(json: Json): SnapshotHeader {
  const clock = object(json['clock']);
  const counts = object(json['counts']);
  const error = json['error'] === undefined ? undefined : errorOf(json['error'], 0);
  return {
    ttlog: text(json['ttlog'], '?'),
    service: text(json['service'], '?'),
    reason: text(json['reason'], '?'),
    origin: text(json['origin'], '?'),
    clock: { epochNs: nanoseconds(clock['epochNs']), monotonicNs: nanoseconds(clock['monotonicNs']) },
    ...(error === undefined ? {} : { error }),
    openSpans: list(json['openSpans']).filter(isObject).map(openSpanOf),
    openSpansLeftOut: count(json['openSpansLeftOut']),
    process: processOf(object(json['process'])),
    counts: { rings: count(counts['rings']), recorded: count(counts['recorded']), dropped: count(counts['dropped']) },
    extra: plainRecord(json['extra']),
  };
}

function openSpanOf(json: Json): OpenSpan {
  return {
    name: text(json['name'], '?'),
    target: text(json['target'], '?'),
    traceId: text(json['traceId'], ''),
    spanId: text(json['spanId'], ''),
    parentId: typeof json['parentId'] === 'string' ? json['parentId'] : null,
    startNs: nanoseconds(json['startNs']),
    threadId: count(json['threadId']),
  };
}

function errorOf(value: unknown, depth: number): DescribedError {
  const json = object(value);
  const more = depth < MAX_DEPTH;
  const errors = more ? list(json['errors']).map((inner) => errorOf(inner, depth + 1)) : [];
  return {
    type: text(json['type'], '?'),
    message: text(json['message'], ''),
    ...(typeof json['stack'] === 'string' ? { stack: json['stack'] } : {}),
    ...(isObject(json['properties']) ? { properties: plainRecord(json['properties']) } : {}),
    ...(more && isObject(json['cause']) ? { cause: errorOf(json['cause'], depth + 1) } : {}),
    ...(errors.length > 0 ? { errors } : {}),
    ...(typeof json['leftOut'] === 'number' ? { leftOut: json['leftOut'] } : {}),
  };
}

/** What a file says of a process. */
export function processOf(json: Json): ProcessFacts {
  const facts: Record<string, unknown> = {
    pid: count(json['pid']),
    threadId: count(json['threadId']),
    nodeVersion: text(json['nodeVersion'], '?'),
    platform: text(json['platform'], '?'),
    arch: text(json['arch'], '?'),
  };
  for (const name of ['hostname', 'title', 'execPath', 'cwd'])
    if (typeof json[name] === 'string') facts[name] = json[name];
  for (const name of ['ppid', 'uptimeSeconds']) if (typeof json[name] === 'number') facts[name] = json[name];
  for (const name of ['argv', 'execArgv', 'environmentNames']) {
    if (Array.isArray(json[name])) facts[name] = list(json[name]).filter((item) => typeof item === 'string');
  }
  for (const name of ['versions', 'environment'])
    if (isObject(json[name])) facts[name] = entriesOf(json[name], 'string');
  for (const name of ['memory', 'resources', 'activeResources'])
    if (isObject(json[name])) facts[name] = entriesOf(json[name], 'number');
  return facts as unknown as ProcessFacts;
}

function entriesOf(json: Json, type: 'string' | 'number'): Record<string, unknown> {
  return record(Object.entries(json).filter(([, value]) => typeof value === type));
}

function plainRecord(value: unknown): Record<string, PlainValue> {
  return record(Object.entries(object(value)).map(([key, inner]) => [key, plain(inner, 0)]));
}

function plain(value: unknown, depth: number): PlainValue {
  if (typeof value !== 'object' || value === null) return value as PlainValue;
  if (depth >= MAX_DEPTH) return '[Truncated]';
  if (Array.isArray(value)) return list(value).map((item) => plain(item, depth + 1));
  return record(Object.entries(value).map(([key, inner]) => [key, plain(inner, depth + 1)]));
}

/** Without a prototype, so that a key '__proto__' is a key like any other. */
function record<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  const result = Object.create(null) as Record<string, T>;
  for (const [key, value] of entries.slice(0, MAX_LIST)) result[key] = value;
  return result;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const object = (value: unknown): Json => (isObject(value) ? value : NOTHING);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, MAX_LIST) : []);
const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
const count = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;

function nanoseconds(value: unknown): bigint {
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : 0n;
}
