import { copyFields } from '../core/copy-value.js';
import { noFunction } from '../core/errors.js';
import { throwsMark } from '../core/field.js';
import type { Field } from '../core/field.js';
import type { Scope } from '../core/scope.js';
import { Context, SILENCE_SPANS } from '../core/scope.js';
import { RootScope } from '../core/silence.js';
import { parseTraceparent } from '../core/traceparent.js';
import { formatBaggage, parseBaggage } from './baggage.js';
import { currentContext } from './current-context.js';
import type { JsonValue } from './json-safe.js';
import { jsonSafe } from './json-safe.js';
import { remoteSpan } from './remote-span.js';
import { runIn, runningScope } from './scope-store.js';
import type { TraceHeaders } from './trace-headers.js';
import { traceHeadersOf } from './trace-headers.js';
import { passedTracestate } from './tracestate.js';

/** All that the fields of a carrier may take, in bytes of JSON. */
const MAX_FIELDS_BYTES = 8192;
/** A carrier that comes as text is not longer than that. */
const MAX_TEXT = 65_536;
const MAX_KEYS = 256;

/** A context and a trace as plain data: for a message, a worker, a child process. JSON can hold it. */
export interface ContextCarrier extends TraceHeaders {
  /** The fields of the context, redacted by the rules of records. */
  readonly fields?: Readonly<Record<string, JsonValue>>;
  /** How many fields did not fit into 8 KiB. */
  readonly leftOut?: number;
}

/** Headers alone: the trace, without fields. Inside no trace there are none. */
export function exportContext(options: { readonly fields: false }): TraceHeaders;
/**
 * The running context and trace as a plain object, for `withCarrier` somewhere else: in a message of a queue, a worker's `workerData`, the
 * environment of a child process. Fields are redacted as they are in records, and take 8 KiB at the most. Never throws.
 *
 * `fields`: the names of those to take along; `false` for the trace headers alone (`traceparent`, `tracestate`, `baggage`), as outgoing
 * requests need them.
 *
 * @default all fields
 * @example
 * import { currentContext, exportContext, withCarrier, withContext, withSpan } from 'ttlog';
 * const message = withContext({ request_id: 'r-1', token: 'hush' }, () =>
 *   withSpan('publish', () => JSON.stringify({ body: 'hello', carrier: exportContext() })),
 * );
 * const { carrier } = JSON.parse(message);
 * carrier.traceparent.length; // => 55
 * withCarrier(carrier, currentContext); // => { request_id: 'r-1', token: '[Redacted]' }
 */
export function exportContext(options?: { readonly fields?: readonly string[] | boolean }): ContextCarrier;
export function exportContext({
  fields = true,
}: { readonly fields?: readonly string[] | boolean } = {}): ContextCarrier {
  const headers = traceHeadersOf();
  if (fields === false) return headers;
  let running = copyFields(currentContext());
  if (fields !== true) running = running.filter(({ key }) => fields.includes(key));
  return running.length === 0 ? headers : { ...headers, ...fieldsWithin(running) };
}

function fieldsWithin(fields: readonly Field[]): Pick<ContextCarrier, 'fields' | 'leftOut'> {
  const kept: [string, JsonValue][] = [];
  let left = MAX_FIELDS_BYTES;
  let leftOut = 0;
  for (const { key, value } of fields) {
    const safe = safely(value);
    if (safe === undefined) continue;
    const bytes = Buffer.byteLength(JSON.stringify([key, safe]));
    if (bytes > left) leftOut++;
    else {
      left -= bytes;
      kept.push([key, safe]);
    }
  }
  return { fields: Object.fromEntries(kept), ...(leftOut > 0 && { leftOut }) };
}

function safely(value: Field['value']): JsonValue | undefined {
  try {
    return jsonSafe(value);
  } catch (error) {
    return throwsMark(error); // an Error with a getter for its message
  }
}

/**
 * Runs `fn` in the context and the trace of a carrier, and returns what it returns. The fields are on every record, spans are children of the
 * span that the carrier was made in, and events outside of any are of its trace. A carrier is what `exportContext` made, that as JSON, an object
 * of headers (`traceparent`, `tracestate`, `baggage`; also a `Headers`), or the text of a `traceparent`.
 *
 * Whatever comes in its place throws nothing and adds nothing: what makes no sense is left out, what is too much is cut.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where `fn` is no function.
 * @example
 * import { withCarrier, withSpan } from 'ttlog';
 * const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
 * withCarrier({ traceparent }, () => withSpan('consume', ({ traceId }) => traceId)); // => '4bf92f3577b34da6a3ce929d0e0e4736'
 */
export function withCarrier<R>(carrier: unknown, fn: () => R): R {
  if (typeof fn !== 'function') throw noFunction('withCarrier()', fn, 'Say withCarrier(carrier, () => …).');
  return runIn(carriedScope(carrier), fn);
}

/** The scope that a carrier makes inside the running one. Never throws. */
function carriedScope(carrier: unknown): Scope | undefined {
  const running = runningScope();
  const given = typeof carrier === 'string' ? parsedText(carrier) : carrier;
  if (typeof given !== 'object' || given === null) return running;
  const parent = parseTraceparent(headerOf(given, 'traceparent'));
  const fields = fieldsOf(given);
  // Another trace than the running one, which may be one that is not sampled.
  const around = parent !== undefined && running?.silence === SILENCE_SPANS ? new RootScope(running) : running;
  const context = fields === undefined ? around : new Context(fields, around);
  if (parent === undefined) return context;
  const tracestate = passedTracestate(headerOf(given, 'tracestate'));
  const baggage = formatBaggage(parseBaggage(headerOf(given, 'baggage')));
  return remoteSpan(parent, { tracestate, baggage }, context);
}

function parsedText(text: string): unknown {
  if (text.length > MAX_TEXT) return undefined;
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : { traceparent: text };
  } catch {
    return undefined;
  }
}

/** The fields of a carrier, copied and redacted as records would have them; undefined where there are none. */
function fieldsOf(carrier: object): Record<string, unknown> | undefined {
  let fields: unknown;
  try {
    ({ fields } = carrier as { fields?: unknown });
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return undefined;
  } catch {
    return undefined;
  }
  const copied = copyFields(fields);
  return copied.length === 0 ? undefined : Object.fromEntries(copied.map(({ key, value }) => [key, value]));
}

/** A header by its name in whatever case, as text or as bytes. */
function headerOf(carrier: object, name: string): string | undefined {
  try {
    const { get } = carrier as { get?: unknown };
    let value: unknown =
      typeof get === 'function'
        ? (get as (name: string) => unknown).call(carrier, name)
        : (carrier as Record<string, unknown>)[name];
    if (value === undefined) {
      const key = Object.keys(carrier)
        .slice(0, MAX_KEYS)
        .find((one) => one.toLowerCase() === name);
      if (key !== undefined) value = (carrier as Record<string, unknown>)[key];
    }
    if (value instanceof Uint8Array) return Buffer.from(value.subarray(0, MAX_TEXT)).toString('utf8');
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
