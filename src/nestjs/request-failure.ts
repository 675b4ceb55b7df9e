// A request failed. Spans it happened in have said so, Nest says so through the logger, and the completion record would: one line is enough.
import { currentScope } from '../core/current-scope.js';
import { needsNoLine, noteErrorLine, takeErrorTold } from '../core/error-lines.js';
import { LogLevel } from '../core/level.js';
import { log } from '../core/log.js';
import { state } from '../core/state.js';
import type { Target } from '../core/target.js';
import { propertyOf } from '../http/property-of.js';
import type { NestCall } from './nest-log-arguments.js';

/** @nestjs/event-emitter, which knows a failure by its message and its stack alone. */
const LISTENERS = 'Event';

/** The contexts under which Nest reports what no exception filter of the application has taken, and what a schedule has thrown. */
export const NESTS_REPORTS: ReadonlySet<string> = new Set([
  'ExceptionsHandler',
  'RpcExceptionsHandler',
  'WsExceptionsHandler',
  'Scheduler',
  LISTENERS,
]);

/** Whoever reports it has made an error of its own of what was thrown. */
function isTold(message: string, error: unknown): boolean {
  const stack = propertyOf(error, 'stack');
  return typeof stack === 'string' && takeErrorTold(message, stack);
}

/** At error level, unless there is a line about this error already, or it is the client's. */
export function recordRequestFailure(target: Target, { message, fields, context }: NestCall): void {
  const error = fields?.['err'];
  const scope = currentScope();
  const level =
    needsNoLine(error, scope) || (context === LISTENERS && isTold(message, error)) ? LogLevel.Debug : LogLevel.Error;
  if (level >= target.recordLevel) log(target, level, scope, null, message, fields);
  if (level === LogLevel.Error) noteErrorLine(error, level, target, scope);
}

/** What Nest, and libraries around it, throw to answer with a status from 400 to 499, or a message with an error. */
export function expectClientErrors(): void {
  state.isExpectedError = isClientError;
}

interface HttpError {
  /** Nest's HttpException. */
  readonly getStatus?: unknown;
  readonly getResponse?: unknown;
  /** http-errors, as body parsers throw them; Fastify's errors have a code. */
  readonly expose?: unknown;
  readonly code?: unknown;
  readonly statusCode?: unknown;
  /** Nest's RpcException and WsException. */
  readonly getError?: unknown;
  readonly initMessage?: unknown;
}

/** Not every error with a status: those of HTTP clients have one too, and are failures. */
function isClientError(error: object): boolean {
  const { getStatus, getResponse, getError, initMessage, expose, code, statusCode } = error as HttpError;
  if (typeof getStatus === 'function' && typeof getResponse === 'function')
    return isClientStatus(getStatus.call(error));
  if (typeof getError === 'function' && typeof initMessage === 'function')
    return !saysServerError(getError.call(error));
  if (expose === true || (typeof code === 'string' && code.startsWith('FST_'))) return isClientStatus(statusCode);
  return false;
}

/** What a message is answered with says no status, or one of its own. */
function saysServerError(answer: unknown): boolean {
  const { status, statusCode = status } = (answer ?? {}) as HttpError & { readonly status?: unknown };
  return typeof statusCode === 'number' && statusCode >= 500;
}

function isClientStatus(status: unknown): boolean {
  return typeof status === 'number' && status >= 400 && status < 500;
}
