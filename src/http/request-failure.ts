// An error that reached the framework. One failure is one error line, whoever hears of it.
import { needsNoLine, noteErrorLine } from '../core/error-lines.js';
import { LogLevel } from '../core/level.js';
import { log } from '../core/log.js';
import { targetOf } from '../core/state.js';
import type { KnownRequest } from './http-state.js';
import { propertyOf } from './property-of.js';

/** What streams and sockets say when the other side has gone. */
const HANG_UP = new Set([
  'ABORT_ERR',
  'ECONNABORTED',
  'ECONNRESET',
  'EPIPE',
  'ERR_HTTP_REQUEST_TIMEOUT',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Is it the service's failure, given how the request ended? */
export function isFailure(error: unknown, statusCode: number | null, aborted: boolean): boolean {
  if (aborted) return !isHangUp(error) && !isClientsFault(error);
  return statusCode === null || statusCode >= 500;
}

/** The completion record tells of it; where there is none, or it is over, a line of its own does. Never throws. */
export function failRequest(known: KnownRequest, error: unknown): void {
  const { failure, ending, isIgnored } = known;
  if (failure === undefined) known.failure = { error };
  else if (failure.error === error) return;
  if (failure === undefined && ending === null && !isIgnored) return;
  if (needsNoLine(error, known.scope)) return;
  const isExpected = isClientsFault(error) || (ending === 'aborted' && isHangUp(error));
  const level = isExpected ? LogLevel.Debug : LogLevel.Error;
  const target = targetOf('http');
  if (level >= target.recordLevel) log(target, level, known.scope, null, 'request failed', { err: error });
  if (level === LogLevel.Error) noteErrorLine(error, level, target, known.scope);
}

/** Of http-errors, and what is thrown like them: a status from 400 to 499. */
function isClientsFault(error: unknown): boolean {
  const status = propertyOf(error, 'status') ?? propertyOf(error, 'statusCode');
  return typeof status === 'number' && status >= 400 && status < 500;
}

/** The parser says of a request that breaks off that it is not whole. */
function isHangUp(error: unknown): boolean {
  const code = propertyOf(error, 'code');
  return typeof code === 'string' && (HANG_UP.has(code) || code.startsWith('HPE_'));
}
