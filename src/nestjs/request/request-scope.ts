// One request: a scope with its id, a root span around all that it causes, and one record when it is over.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { remoteSpan } from '../../context/remote-span.js';
import { scopes } from '../../context/scope-store.js';
import { hasErrorLine } from '../../core/error-lines.js';
import * as L from '../../core/layout.js';
import { LogLevel } from '../../core/level.js';
import { log } from '../../core/log.js';
import { Context } from '../../core/scope.js';
import { openSpanWith, spanRules, spanSite, type Span } from '../../core/span.js';
import { state, targetOf } from '../../core/state.js';
import { parseTraceparent } from '../../core/traceparent.js';
import { requestIdFrom } from './request-id.js';
import { recordedUrl } from './request-url.js';

/** Target of the completion record. */
const TARGET = 'http';

/** A request as Express and Fastify hand it on. */
export interface IncomingRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The template of its route, known when the request is over. */
  readonly route: () => string | undefined;
}

/** Runs what is left of a request inside its scope. The completion record follows when the response is sent, or given up. */
export function runRequest<R>(incoming: IncomingRequest, idHeader: string, next: () => R): R {
  const { request, response } = incoming;
  const id = requestIdFrom(request.headers[idHeader.toLowerCase()]);
  if (!response.headersSent) response.setHeader(idHeader, id);
  const req = { method: request.method, url: recordedUrl(request.url ?? '') };
  const span = openRequestSpan(request, new Context({ request_id: id }, undefined), req);
  observeEnd(incoming, span, { id, ...req });
  return scopes.run(span, next);
}

/** The completion record has the error level; the span would only say it again. */
const REQUEST_RULES = spanRules(L.SPAN_KIND_SPAN, LogLevel.Off);

/** The root span. Its target is the service, so that a bare `info()` in a handler keeps the service's target. */
function openRequestSpan(request: IncomingMessage, context: Context, req: object): Span {
  const site = spanSite(state.rootTarget, LogLevel.Debug, `HTTP ${request.method}`);
  const isRecorded = site.level >= site.target.recordLevel;
  const parent = isRecorded ? parseTraceparent(request.headers['traceparent']) : undefined;
  const remote = parent === undefined ? undefined : remoteSpan(parent, { tracestate: '', baggage: '' }, context);
  return openSpanWith(site, REQUEST_RULES, remote ?? context, { req });
}

/** Listeners run in the scope of whoever emits, which is none here: the request's own is handed to `log` by hand. */
function observeEnd({ response, route }: IncomingRequest, span: Span, req: object): void {
  const startedAt = performance.now();
  let isOver = false;
  const end = (aborted: boolean): void => {
    if (isOver) return;
    isOver = true;
    const res = { statusCode: aborted && !response.headersSent ? null : response.statusCode };
    const template = route();
    const result = {
      ...(template === undefined ? undefined : { route: template }),
      ...(aborted ? { aborted } : undefined),
      res,
    };
    const outcome = response.statusCode >= 500 ? L.OUTCOME_ERROR : L.OUTCOME_OK;
    const level = levelOf(response.statusCode, aborted, hasErrorLine(span));
    const target = targetOf(TARGET);
    if (level >= target.recordLevel) {
      const responseTime = Math.round((performance.now() - startedAt) * 1000) / 1000;
      log(target, level, span, null, aborted ? 'request aborted' : 'request completed', {
        req,
        ...result,
        responseTime,
      });
    }
    span.finish(outcome, undefined, result);
  };
  response.once('finish', () => end(false));
  // 'close' comes after 'finish', or alone where the client went away.
  response.once('close', () => end(true));
}

/** The server's fault is an error, unless a line has said so already; the client's, and a client that did not wait, are warnings. */
function levelOf(statusCode: number, aborted: boolean, isTold: boolean): LogLevel {
  if (statusCode >= 500 && !isTold) return LogLevel.Error;
  return aborted || statusCode >= 400 ? LogLevel.Warn : LogLevel.Info;
}
