/**
 * pino's standard serializers: errors, requests and responses as lines have them. What they make keeps the original under `raw`, which is
 * not enumerable.
 */
type Any = any; // what is serialized is anything that looks like an error, a request or a response

/** What `stdSerializers.err` makes of an error. */
export interface SerializedError {
  type: string;
  message: string;
  stack: string;
  aggregateErrors?: SerializedError[];
  raw: Error;
  [key: string]: unknown;
  [key: number]: unknown;
}

/** What `stdSerializers.req` makes of a request. */
export interface SerializedRequest {
  id: string | undefined;
  method: string;
  url: string;
  query: Record<string, string>;
  params: Record<string, string>;
  headers: Record<string, string>;
  remoteAddress: string;
  remotePort: number;
  raw: import('node:http').IncomingMessage;
}

/** What `stdSerializers.res` makes of a response. */
export interface SerializedResponse {
  statusCode: number;
  headers: Record<string, string>;
  raw: import('node:http').ServerResponse;
}

/** `Serializers` and serializers of one's own may be anything that takes a value and returns what stands for it. */
type Custom<T> = (value: T) => unknown;

const isErrorLike = (value: Any): boolean => Boolean(value) && typeof value.message === 'string';

/** The error behind one: `cause` may be a function, as VError has it. */
function causeOf(error: Any): Any {
  const cause = typeof error.cause === 'function' ? error.cause() : error.cause;
  return isErrorLike(cause) ? cause : undefined;
}

function stackWithCauses(error: Any, seen = new Set<unknown>()): string {
  const stack: string = error.stack || '';
  if (seen.has(error)) return `${stack}\ncauses have become circular...`;
  const cause = causeOf(error);
  if (!cause) return stack;
  seen.add(error);
  return `${stack}\ncaused by: ${stackWithCauses(cause, seen)}`;
}

/** A VError has the message of its cause in its own, so that one is `skipped`. */
function messageWithCauses(error: Any, seen = new Set<unknown>(), skipped = false): string {
  const message: string = skipped ? '' : error.message || '';
  if (seen.has(error)) return `${message}: ...`;
  const cause = causeOf(error);
  if (!cause) return message;
  seen.add(error);
  const isVError = typeof error.cause === 'function';
  return message + (isVError ? '' : ': ') + messageWithCauses(cause, seen, isVError);
}

const CIRCULAR = '[Circular]';
/** Errors that are being serialized, so that those that refer to each other end. */
const open = new Set<unknown>();

/** `own` are the properties that a serialized error always has; the rest of the error's follow. */
function serialize(error: Any, own: Record<string, unknown>, again: (error: Any) => unknown, skipsCause: boolean): Any {
  open.add(error);
  try {
    const made = withRaw(error);
    made['type'] = typeof error.constructor === 'function' ? error.constructor.name : error.name;
    Object.assign(made, own);
    if (Array.isArray(error.errors))
      made['aggregateErrors'] = error.errors.map((one: Any) => (open.has(one) ? CIRCULAR : again(one)));
    if (!skipsCause && isErrorLike(error.cause) && !open.has(error.cause)) made['cause'] = again(error.cause);
    for (const key in error) {
      if (made[key] !== undefined) continue;
      const value = error[key];
      if (!isErrorLike(value)) made[key] = value;
      else if (!(skipsCause && key === 'cause') && !open.has(value)) made[key] = again(value);
    }
    return made;
  } finally {
    open.delete(error);
  }
}

function withRaw(raw: unknown): Record<string, unknown> {
  return Object.defineProperty({}, 'raw', { value: raw, enumerable: false, writable: true, configurable: true });
}

/** An error with the messages and stacks of its causes in its own; anything else as it is. */
export function err(error: Error): SerializedError;
export function err(error: Any): unknown {
  if (!isErrorLike(error)) return error;
  return serialize(error, { message: messageWithCauses(error), stack: stackWithCauses(error) }, err, true);
}

function errWithCause(error: Error): SerializedError;
function errWithCause(error: Any): unknown {
  if (!isErrorLike(error)) return error;
  return serialize(error, { message: error.message, stack: error.stack }, errWithCause, false);
}

function req(request: import('node:http').IncomingMessage): SerializedRequest;
function req(request: Any): unknown {
  // `info` is hapi's, `originalUrl` Express's.
  const connection = request.info || request.socket;
  const path = request.path;
  const url = typeof path === 'string' ? path : request.url ? request.url.path || request.url : undefined;
  return Object.assign(withRaw(request.raw || request), {
    id: typeof request.id === 'function' ? request.id() : request.id || (request.info ? request.info.id : undefined),
    method: request.method,
    url: request.originalUrl || url,
    ...(request.query ? { query: request.query } : {}),
    ...(request.params ? { params: request.params } : {}),
    headers: request.headers,
    remoteAddress: connection && connection.remoteAddress,
    remotePort: connection && connection.remotePort,
  });
}

function res(response: import('node:http').ServerResponse): SerializedResponse;
function res(response: Any): unknown {
  return Object.assign(withRaw(response), {
    statusCode: response.headersSent ? response.statusCode : null,
    headers: response.getHeaders ? response.getHeaders() : response['_headers'],
  });
}

export function mapHttpRequest(request: import('node:http').IncomingMessage): { req: SerializedRequest } {
  return { req: req(request) };
}

export function mapHttpResponse(response: import('node:http').ServerResponse): { res: SerializedResponse } {
  return { res: res(response) };
}

/** A serializer that is handed what the standard one makes. */
function wrap<From, To>(standard: (value: From) => To): (custom: Custom<To>) => (value: From) => unknown {
  return (custom) => ((custom as unknown) === standard ? standard : (value) => custom(standard(value)));
}

/**
 * The serializers that pino brings: `err`, `errWithCause`, `req`, `res`, and what wraps serializers of one's own around them.
 *
 * @example
 * import { stdSerializers } from 'ttlog/pino';
 * stdSerializers.err(new RangeError('too far')).type; // => 'RangeError'
 */
export const stdSerializers = Object.assign(Object.create(null) as object, {
  err,
  errWithCause,
  mapHttpRequest,
  mapHttpResponse,
  req,
  res,
  wrapErrorSerializer: wrap(err),
  wrapRequestSerializer: wrap(req),
  wrapResponseSerializer: wrap(res),
});
