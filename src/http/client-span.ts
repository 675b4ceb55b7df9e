// A request that this process makes, whichever client makes it: a span, and the headers that tell the other side of the trace.
import { baggageEntry, formatBaggage, parseBaggage } from '../context/baggage.js';
import { currentContext } from '../context/current-context.js';
import { runningScope } from '../context/scope-store.js';
import { traceHeadersOf } from '../context/trace-headers.js';
import * as L from '../core/layout.js';
import { LogLevel } from '../core/level.js';
import { SILENCE_SPANS } from '../core/scope.js';
import { openSpanWith, spanRules, spanSite, type Span } from '../core/span.js';
import { roleBits } from '../core/span-options.js';
import { targetOf } from '../core/state.js';
import type { NormalClientOptions, OutgoingCall } from './client-options.js';
import { recordedUrl } from './request-url.js';

/** Target of the spans. */
const TARGET = 'http.client';

/** An answer of whatever kind is the caller's to judge; that there is none is worth a warning. */
const ANSWERED = spanRules(L.SPAN_KIND_SPAN, LogLevel.Off, Infinity, null, roleBits('client'));
const UNANSWERED = spanRules(L.SPAN_KIND_SPAN, LogLevel.Warn, Infinity, null, roleBits('client'));

/** How a client adds headers to a request that has not been sent; undefined where it is too late, or has a trace already. */
export type AddHeader = (name: string, value: string) => void;

/** A request on its way. */
export class ClientSpan {
  /** null until there is an answer. */
  statusCode: number | null = null;
  private readonly span: Span;

  constructor(span: Span) {
    this.span = span;
  }

  /** The answer has come to its end, or never came. `error`: what the client says about that; undefined where it says nothing. */
  end(isWhole: boolean, error: unknown): void {
    const { span, statusCode } = this;
    const aborted = !isWhole && (error === undefined || isAbort(error));
    const isFailed = !isWhole || statusCode === null || statusCode >= 400;
    span.rules = isWhole || aborted ? ANSWERED : UNANSWERED;
    // Named, not shown: the caller gets the error itself, and reports it.
    const err = error === undefined ? undefined : describe(error);
    span.finish(isFailed ? L.OUTCOME_ERROR : L.OUTCOME_OK, err, { ...(aborted && { aborted }), res: { statusCode } });
  }
}

/** Opens the span of a call, and tells the other side. undefined where the call is not to be recorded. */
export function openClientSpan(
  call: OutgoingCall,
  options: NormalClientOptions,
  addHeader: AddHeader | undefined,
): ClientSpan | undefined {
  const scope = runningScope();
  if (scope !== undefined && scope.silence > SILENCE_SPANS) return undefined;
  if (options.ignore(call)) return undefined;
  const site = spanSite(targetOf(TARGET), LogLevel.Debug, call.method);
  const req = { method: call.method, url: recordedUrl(call.url) };
  const span = openSpanWith(site, ANSWERED, scope, { req });
  if (addHeader !== undefined && options.propagate(call)) propagate(span, options.baggage, addHeader);
  return new ClientSpan(span);
}

function propagate(span: Span, names: readonly string[], addHeader: AddHeader): void {
  const headers = traceHeadersOf(span);
  if (headers.traceparent !== undefined) addHeader('traceparent', headers.traceparent);
  if (headers.tracestate !== undefined) addHeader('tracestate', headers.tracestate);
  const baggage = names.length === 0 ? (headers.baggage ?? '') : baggageWith(headers.baggage, names);
  if (baggage !== '') addHeader('baggage', baggage);
}

/** What came with the trace, and fields of the context by these names: theirs win. */
function baggageWith(header: string | undefined, names: readonly string[]): string {
  const context = currentContext();
  const own = names.flatMap((name) => {
    const value = context[name];
    const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return (isText ? baggageEntry(name, String(value)) : undefined) ?? [];
  });
  const others = parseBaggage(header).filter(({ key }) => own.every((entry) => entry.key !== key));
  return formatBaggage([...own, ...others]);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function describe(error: unknown): string {
  try {
    const { name, message, code } = error as Error & { code?: unknown };
    return `${name}: ${message}${typeof code === 'string' && !message.includes(code) ? ` (${code})` : ''}`;
  } catch {
    return 'an error'; // whatever somebody has destroyed the request with
  }
}
