/** A call as a line of JSON, as pino writes it; and on the way, as the fields that the ring is given. */
import { tracingChannel } from 'node:diagnostics_channel';
import { throwsMark } from '../../core/field.js';
import { isError } from '../../core/is-error.js';
import type { Fields, Instance, Serializers } from './instance.js';
import { err } from './std-serializers.js';
import { asString, readOr, stringify } from './stringify.js';
import * as S from './symbols.js';

/** Tools that watch how lines are made (OpenTelemetry's instrumentation of pino, …) subscribe to pino's own channel. */
const asJsonChannel = tracingChannel('pino_asJson');

type LineArguments = [obj: Fields, message: unknown, num: number, time: string];

/** A line. Its fields are kept for the ring, which would else have to ask serializers again. */
export function asJson(logger: Instance, args: LineArguments): string {
  if (!asJsonChannel.hasSubscribers) return render(logger, ...args);
  return asJsonChannel.traceSync(render, { instance: logger, arguments: args }, undefined, logger, ...args);
}

let renderedOf: Instance | null = null;
let rendered: Fields | null = null;

/** The fields of the line that the logger has just made; null where somebody else made it. */
export function takeRendered(logger: Instance): Fields | null {
  const fields = renderedOf === logger ? rendered : null;
  renderedOf = rendered = null;
  return fields;
}

function render(logger: Instance, obj: Fields, msg: unknown, num: number, time: string): string {
  const fields = serializedFields(logger, obj);
  const safe = logger[S.stringifySafeSym];
  let text = '';
  const redaction = logger[S.redactionSym];
  for (const key of Object.keys(fields)) {
    let shown = shownError(logger, key, fields[key]);
    // What is hidden in the line is hidden in the ring; a censor is asked once.
    if (shown === undefined || typeof shown === 'function') continue;
    if (redaction !== null && redaction.concerns(key)) {
      const given = shown;
      fields[key] = shown = readOr(() => redaction.field(key, given));
    }
    const json = fieldJson(shown, safe);
    if (json !== undefined) text += `,${asString(key)}:${json}`;
  }
  const message = msg === undefined ? '' : messageJson(logger, msg, safe);
  const head = logger[S.lsCacheSym][num] + time + logger[S.chindingsSym];
  renderedOf = logger;
  rendered = fields;
  const isNested = logger[S.nestedKeySym] && text !== '';
  const body = isNested ? `${logger[S.nestedKeyStrSym]}${text.slice(1)}}` : text;
  return head + body + message + logger[S.endSym];
}

/**
 * What was logged, as `formatters.log` and the serializers have it: each property is read once, each serializer called once. Errors that the
 * standard serializer takes are left as they are: lines have them serialized (`shownError`), the ring records them natively.
 */
export function serializedFields(logger: Instance, obj: Fields): Fields {
  const serializers = logger[S.serializersSym];
  const { log } = logger[S.formattersSym];
  const source = log === undefined ? obj : formatted(log, obj);
  const fields: Fields = {};
  try {
    for (const key in source) {
      if (!Object.hasOwn(source, key)) continue;
      const value = readOr(() => source[key]);
      if (value === undefined) continue;
      const serializer = serializerOf(serializers, key, logger[S.errorKeySym]);
      set(
        fields,
        key,
        serializer === undefined || isStandard(serializer, value) ? value : readOr(() => serializer(value)),
      );
    }
  } catch (error) {
    set(fields, 'fields', throwsMark(error)); // a proxy that does not say what it has
  }
  return fields;
}

function formatted(log: (obj: Fields) => Fields, obj: Fields): Fields {
  try {
    return log(obj);
  } catch (error) {
    return { fields: throwsMark(error) }; // it may be there to leave something out
  }
}

const plain = new WeakMap<Serializers, boolean>();

/** True where what is logged goes into the ring as it is: no serializer but that of errors, nothing to format, nothing to hide. */
export function isPlain(logger: Instance): boolean {
  if (logger[S.redactionSym] !== null || logger[S.formattersSym].log !== undefined) return false;
  const serializers = logger[S.serializersSym];
  let known = plain.get(serializers);
  if (known === undefined)
    plain.set(
      serializers,
      (known = Object.keys(serializers).every((key) => key === 'err' && serializers[key] === err)),
    );
  return known;
}

function serializerOf(serializers: Serializers, key: string, errorKey: string) {
  return serializers[key] || (key === errorKey && serializers['err']) || undefined;
}

function isStandard(serializer: unknown, value: unknown): boolean {
  return serializer === err && typeof value === 'object' && value !== null && isError(value);
}

function shownError(logger: Instance, key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const serializer = serializerOf(logger[S.serializersSym], key, logger[S.errorKeySym]);
  return serializer !== undefined && isStandard(serializer, value) ? err(value as Error) : value;
}

export function set(fields: Fields, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  else fields[key] = value;
}

type Safe = Instance[typeof S.stringifySafeSym];

/** undefined where there is nothing to write. */
function fieldJson(value: unknown, safe: Safe): string | undefined {
  switch (typeof value) {
    case 'undefined':
    case 'function':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'boolean':
      return String(value);
    case 'string':
      return asString(value);
    default:
      return stringify(value, safe);
  }
}

function messageJson(logger: Instance, msg: unknown, safe: Safe): string {
  const json = fieldJson(shownMessage(logger, msg), safe);
  return json === undefined ? '' : `,${asString(logger[S.messageKeySym])}:${json}`;
}

/** The message as its serializer and `redact` have it. */
export function shownMessage(logger: Instance, msg: unknown): unknown {
  const key = logger[S.messageKeySym];
  const serializer = logger[S.serializersSym][key];
  const redaction = logger[S.redactionSym];
  const text = serializer === undefined ? msg : readOr(() => serializer(msg));
  if (typeof text === 'function') return undefined;
  return redaction !== null && redaction.concerns(key) ? readOr(() => redaction.field(key, text)) : text;
}

const NOT_BINDINGS = new Set(['level', 'serializers', 'formatters', 'customLevels']);

/** The bindings of a logger with some more: as a piece of a line, and as fields. */
export function addBindings(logger: Instance, given: object): { text: string; fields: Fields } {
  const serializers = logger[S.serializersSym];
  const formatter = logger[S.formattersSym].bindings;
  const redaction = logger[S.redactionSym];
  const safe = logger[S.stringifySafeSym];
  const bindings = (formatter === undefined ? given : formatter(given)) as Fields;
  let text = logger[S.chindingsSym];
  const fields: Fields = {};
  for (const key in bindings) {
    if (NOT_BINDINGS.has(key) || !Object.hasOwn(bindings, key)) continue;
    const raw = readOr(() => bindings[key]);
    if (raw === undefined) continue;
    const serializer = serializers[key];
    const value = serializer === undefined ? raw : readOr(() => serializer(raw));
    const shown = redaction !== null && redaction.concerns(key) ? readOr(() => redaction.field(key, value)) : value;
    const json = stringify(shown, safe);
    if (json === undefined) continue;
    text += `,${asString(key)}:${json}`;
    set(fields, key, shown);
  }
  return { text, fields };
}
