/** A call as a line of JSON, as pino writes it; and on the way, as the fields that the ring is given. */
import { tracingChannel } from 'node:diagnostics_channel';
import { throwsMark } from '../../core/field.js';
import { isErrorValue } from '../../core/is-error.js';
import { setField } from '../../core/set-field.js';
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

/** The fields of the line that the logger has just made; null where they are what was logged, or where somebody else made the line. */
export function takeRendered(logger: Instance): Fields | null {
  const fields = renderedOf === logger ? rendered : null;
  renderedOf = rendered = null;
  return fields;
}

function render(logger: Instance, obj: Fields, msg: unknown, num: number, time: string): string {
  const fields = isPlain(logger) ? null : serializedFields(logger, obj);
  const text = fieldsText(logger, fields ?? obj, fields !== null);
  const message = msg === undefined ? '' : messageText(logger, msg);
  const head = logger[S.lsCacheSym][num] + time + logger[S.chindingsSym];
  renderedOf = logger;
  rendered = fields;
  const isNested = logger[S.nestedKeySym] && text !== '';
  const body = isNested ? `${logger[S.nestedKeyStrSym]}${text.slice(1)}}` : text;
  return head + body + message + logger[S.endSym];
}

/** `isOwn`: the fields are ours, and what `redact` hides is hidden in them, too: then it is in the ring, and a censor is asked once. */
function fieldsText(logger: Instance, fields: Fields, isOwn: boolean): string {
  const redaction = logger[S.redactionSym];
  const safe = logger[S.stringifySafeSym];
  let text = '';
  try {
    for (const key in fields) {
      if (!Object.hasOwn(fields, key)) continue;
      let shown: unknown;
      try {
        shown = shownError(logger, key, fields[key], isOwn);
        if (shown === undefined || typeof shown === 'function') continue;
        if (redaction !== null && redaction.concerns(key)) {
          shown = redaction.field(key, shown);
          if (isOwn) fields[key] = shown;
        }
      } catch (error) {
        shown = throwsMark(error);
        if (isOwn) fields[key] = shown;
      }
      const json = valueJson(shown, safe);
      if (json !== undefined) text += keyText(key) + json;
    }
  } catch (error) {
    text += keyText('fields') + asString(throwsMark(error)); // a proxy that does not say what it has
  }
  return text;
}

/**
 * What was logged, as `formatters.log` and the serializers have it: each property is read once, each serializer called once. Errors that the
 * standard serializer takes are left as they are: lines have them serialized (`shownError`), the ring records them natively.
 */
export function serializedFields(logger: Instance, obj: Fields): Fields {
  const serializers = logger[S.serializersSym];
  const errorKey = logger[S.errorKeySym];
  const { log } = logger[S.formattersSym];
  const source = log === undefined ? obj : formatted(log, obj);
  const fields: Fields = {};
  try {
    for (const key in source) {
      if (!Object.hasOwn(source, key)) continue;
      let value: unknown;
      try {
        value = source[key];
        if (value === undefined) continue;
        const serializer = serializerOf(serializers, key, errorKey);
        if (serializer !== undefined && !isStandard(serializer, value)) value = serializer(value);
      } catch (error) {
        value = throwsMark(error);
      }
      setField(fields, key, value);
    }
  } catch (error) {
    setField(fields, 'fields', throwsMark(error));
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

/** True where what is logged goes into the ring as it is: no serializer but that of errors, nothing to format, nothing to hide. */
export function isPlain(logger: Instance): boolean {
  if (logger[S.redactionSym] !== null || logger[S.formattersSym].log !== undefined) return false;
  // Looked at each time: they can be added to what the logger has under pino's symbol.
  const serializers = logger[S.serializersSym];
  for (const key in serializers) if (key !== 'err' || serializers[key] !== err) return false;
  return true;
}

function serializerOf(serializers: Serializers, key: string, errorKey: string) {
  return serializers[key] || (key === errorKey && serializers['err']) || undefined;
}

function isStandard(serializer: unknown, value: unknown): boolean {
  return serializer === err && isErrorValue(value);
}

/** What the line has of it. `isOwn`: serializers have been asked already, but for errors. */
function shownError(logger: Instance, key: string, value: unknown, isOwn: boolean): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const serializer = serializerOf(logger[S.serializersSym], key, logger[S.errorKeySym]);
  if (serializer === undefined || (isOwn && !isStandard(serializer, value))) return value;
  return err(value as Error);
}

/** undefined where there is nothing to write. */
function valueJson(value: unknown, safe: Instance[typeof S.stringifySafeSym]): string | undefined {
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

const MAX_KEYS = 4096;
const keyTexts = new Map<string, string>();

/** `,"user_id":` */
function keyText(key: string): string {
  let text = keyTexts.get(key);
  if (text === undefined) {
    text = `,${asString(key)}:`;
    if (keyTexts.size < MAX_KEYS && key.length <= 64) keyTexts.set(key, text);
  }
  return text;
}

function messageText(logger: Instance, msg: unknown): string {
  const json = valueJson(shownMessage(logger, msg), logger[S.stringifySafeSym]);
  return json === undefined ? '' : keyText(logger[S.messageKeySym]) + json;
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
    text += keyText(key) + json;
    setField(fields, key, shown);
  }
  return { text, fields };
}
