// One request: a scope with its id, a root span around all that it causes, and one record when it is over. Of no framework.
import { formatBaggage, parseBaggage, type BaggageEntry } from '../context/baggage.js';
import { copyOf } from '../context/context-fields.js';
import { remoteSpan } from '../context/remote-span.js';
import { runningScope } from '../context/scope-store.js';
import { passedTracestate } from '../context/tracestate.js';
import { hasErrorLine, needsNoLine, noteErrorLine } from '../core/error-lines.js';
import * as L from '../core/layout.js';
import { LogLevel } from '../core/level.js';
import { log } from '../core/log.js';
import type { Scope } from '../core/scope.js';
import { Context, SILENCE_SPANS } from '../core/scope.js';
import { SilentScope, traceScope } from '../core/silence.js';
import { openSpanWith, spanRules, spanSite, type RemoteTrace, type Span } from '../core/span.js';
import { renameSpan } from '../core/span-amend.js';
import { roleBits } from '../core/span-options.js';
import { state, targetOf } from '../core/state.js';
import { parseTraceparent, SAMPLED } from '../core/traceparent.js';
import { isFailure } from './request-failure.js';
import { requestIdFrom } from './request-id.js';
import { requestName } from './request-name.js';
import type { NormalRequestOptions } from './request-options.js';
import { recordedUrl } from './request-url.js';

/** Target of the completion record. */
const TARGET = 'http';

/** The completion record has the error level; the span would only say it again. */
const RULES = spanRules(L.SPAN_KIND_SPAN, LogLevel.Off, Infinity, null, roleBits('server'));

/** What is known of a request when it comes. */
export interface RequestHead {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The template of its route, where it is known so early. */
  readonly route?: string | undefined;
  /** The id that somebody has given it already; whatever is no sane text counts as none. */
  readonly id?: unknown;
  /** What the application says of it. */
  readonly fields?: object | undefined;
  /** The value of a header by its lower-case name; whatever is no string counts as none. */
  readonly header: (name: string) => unknown;
}

/** What is known of it when it is over. */
export interface RequestEnd {
  /** null where none was sent. */
  readonly statusCode: number | null;
  /** The client went away before it had its answer. */
  readonly aborted: boolean;
  /** The template of its route, where it is known. */
  readonly route: string | undefined;
  /** What the application says of it now. */
  readonly fields?: object | undefined;
  /** The error that reached the framework. */
  readonly failure?: { readonly error: unknown } | undefined;
}

/** A request that is being answered. */
export class RequestScope {
  readonly id: string;
  /** What the request causes runs in it. */
  readonly scope: Scope;
  private readonly span: Span | undefined;
  private readonly req: { readonly method: string; readonly url: string };
  private readonly startedAt = performance.now();
  private isOver = false;

  constructor(head: RequestHead, options: NormalRequestOptions) {
    const { idHeader } = options;
    this.id = requestIdFrom(head.id, idHeader === undefined ? undefined : head.header(idHeader.toLowerCase()));
    this.req = { method: head.method, url: recordedUrl(head.url) };
    const entries = parseBaggage(head.header('baggage'));
    const baggage = entries.length === 0 ? '' : formatBaggage(entries);
    const given = head.fields === undefined ? undefined : copyOf(head.fields);
    const named = namedIn(entries, options.baggage);
    const hasIdOnly = named === undefined && given === undefined;
    const own = hasIdOnly ? { request_id: this.id } : { ...named, ...given, request_id: this.id };
    const context = new Context(own, around(head));
    const outer = parentScope(head, baggage, context, options);
    if (outer instanceof SilentScope) this.scope = outer;
    else this.scope = this.span = openRequestSpan(head, outer, this.req, baggage);
  }

  /** Records that it is over, and ends its span; a second end does nothing. Never throws. */
  end({ statusCode, aborted, route, fields, failure }: RequestEnd): void {
    if (this.isOver) return;
    this.isOver = true;
    const result: Record<string, unknown> = {};
    if (route !== undefined) result['route'] = route;
    if (aborted) result['aborted'] = true;
    result['res'] = { statusCode };
    const failed = failure !== undefined && isFailure(failure.error, statusCode, aborted);
    // One failure is one error line: this one, with the error, unless a line has said so already.
    const tells = failed && !needsNoLine(failure.error, this.scope);
    const level = tells ? LogLevel.Error : levelOf(statusCode, aborted, failed || hasErrorLine(this.scope));
    const target = targetOf(TARGET);
    if (level >= target.recordLevel) {
      const said: Record<string, unknown> = fields === undefined ? {} : copyOf(fields);
      said['req'] = { id: this.id, method: this.req.method, url: this.req.url };
      Object.assign(said, result);
      said['responseTime'] = Math.round((performance.now() - this.startedAt) * 1000) / 1000;
      if (tells) said['err'] = failure.error;
      log(target, level, this.scope, null, aborted ? 'request aborted' : 'request completed', said);
      if (tells) noteErrorLine(failure.error, level, target, this.scope);
    }
    const isError = failed || (statusCode !== null && statusCode >= 500);
    if (this.span !== undefined) renameSpan(this.span, requestName(this.req.method, route));
    this.span?.finish(isError ? L.OUTCOME_ERROR : L.OUTCOME_OK, failed ? failure.error : undefined, result);
  }

  /** Ends its span without a word, where it came out later that it is to be ignored. */
  leave({ statusCode }: Pick<RequestEnd, 'statusCode'>): void {
    if (this.isOver) return;
    this.isOver = true;
    this.span?.finish(L.OUTCOME_OK, undefined, { res: { statusCode } });
  }
}

/** The members of these names, as fields; undefined where there are none. */
function namedIn(entries: readonly BaggageEntry[], names: readonly string[]): Record<string, string> | undefined {
  if (entries.length === 0 || names.length === 0) return undefined;
  return Object.fromEntries(entries.filter(({ key }) => names.includes(key)).map(({ key, value }) => [key, value]));
}

/**
 * What is around a request is what somebody says it is: the running scope may be that of the request before it on its connection. A span of
 * OpenTelemetry's instrumentation, where that has seen the request first, is.
 */
function around(head: RequestHead): Scope | undefined {
  const foreign = runningScope()?.foreign ?? null;
  if (foreign === null || foreign.span === null || !foreign.isServing) return undefined;
  const parent = parseTraceparent(head.header('traceparent'));
  return parent === undefined || parent.traceId === foreign.span.traceId ? foreign : undefined;
}

/** The scope that the request's span is opened in: that of its caller, or where there is none the beginning of a trace. */
function parentScope(head: RequestHead, baggage: string, context: Context, options: NormalRequestOptions): Scope {
  if (context.span !== null) return context;
  const traceparent = head.header('traceparent');
  const parent = parseTraceparent(traceparent);
  if (parent === undefined) return traceScope(context, false, options.sample) ?? context;
  const tracestate = passedTracestate(head.header('tracestate'));
  if ((parent.flags & SAMPLED) === 0 && options.followCaller) {
    const silent = new SilentScope(context, SILENCE_SPANS, null);
    silent.trace = { traceparent: traceparent as string, tracestate, baggage };
    return silent;
  }
  return remoteSpan(parent, { tracestate, baggage }, context);
}

/** The span's target is the service, so that a bare `info()` in a handler keeps the service's target. */
function openRequestSpan(head: RequestHead, outer: Scope, req: object, baggage: string): Span {
  const site = spanSite(state.rootTarget, LogLevel.Debug, requestName(head.method, head.route));
  const span = openSpanWith(site, RULES, outer, { req });
  // Baggage comes without a trace, too.
  if (span.trace === null && baggage !== '')
    (span as { trace: RemoteTrace | null }).trace = { flags: SAMPLED, tracestate: '', baggage };
  return span;
}

/** The server's fault is an error, unless a line has said so already; the client's, and a client that did not wait, are warnings. */
function levelOf(statusCode: number | null, aborted: boolean, isTold: boolean): LogLevel {
  const status = statusCode ?? 0;
  if (status >= 500 && !isTold) return LogLevel.Error;
  return aborted || status >= 400 ? LogLevel.Warn : LogLevel.Info;
}
