// Beside an OpenTelemetry SDK whose own context manager is in charge: its active span is part of ttlog's scope.
import type { Context as OtelContext, Span as ApiSpan } from '@opentelemetry/api';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { scopes } from '../../context/scope-store.js';
import { TtlogError } from '../../core/errors.js';
import type { Context, ForeignScope, Scope } from '../../core/scope.js';
import { liveScope, SILENCE_SPANS } from '../../core/scope.js';
import type { Span } from '../../core/span.js';
import { baggageText } from './baggage.js';
import { isServing, isTracingSuppressed, MAX_DEPTH, remoteOf, SILENCE_SUPPRESSED } from './foreign-scope.js';

/** What runs in an active span of the SDK, which was entered inside a scope of ttlog's, or outside of any. */
class FollowedScope implements ForeignScope {
  readonly context: Context | null;
  readonly span: Span | null;
  readonly silence: number;
  readonly outer: Scope | undefined;
  readonly foreign: ForeignScope;
  readonly baggage: string;
  readonly followed: ApiSpan | undefined;
  readonly isSuppressed: boolean;
  /** How many of its kind it keeps, one inside the other. */
  readonly depth: number;
  readonly #following: Following;
  readonly #active: OtelContext;

  constructor(
    active: OtelContext,
    followed: ApiSpan | undefined,
    isSuppressed: boolean,
    around: Scope | undefined,
    following: Following,
  ) {
    const remote = followed === undefined ? undefined : remoteOf(followed);
    this.context = around === undefined ? null : around.context;
    this.span = remote ?? around?.span ?? null;
    const silence = around === undefined || around.silence <= SILENCE_SPANS ? 0 : around.silence;
    this.silence = isSuppressed ? Math.max(silence, SILENCE_SUPPRESSED) : silence;
    this.outer = around;
    this.baggage = baggageText(propagation.getBaggage(active));
    this.followed = followed;
    this.isSuppressed = isSuppressed;
    this.#following = following;
    this.#active = active;
    const outer = around === undefined ? null : (around.foreign as FollowedScope | null);
    this.depth = outer === null ? 1 : outer.depth + 1;
    this.foreign = this.depth < MAX_DEPTH ? this : this.alone;
  }

  get alone(): FollowedScope {
    return new FollowedScope(this.#active, this.followed, this.isSuppressed, undefined, this.#following);
  }

  get isServing(): boolean {
    return isServing(this.followed);
  }

  /** Where it has been put back, and nobody follows any more, what is around it counts. */
  get disposed(): boolean {
    return !this.#following.isOn;
  }
}

/** From `followOpenTelemetry` to the end of it. */
interface Following {
  isOn: boolean;
}

/** The store of scopes, with a mark where it follows already: also by another build of ttlog. */
interface Store {
  getStore?: () => Scope | undefined;
  [FOLLOWING]?: Following | undefined;
}

const FOLLOWING: unique symbol = Symbol.for('ttlog.otel-follow/1') as never;

/**
 * Lets ttlog continue the traces of an OpenTelemetry SDK that is in charge of contexts: what is recorded inside an active span of the SDK has its trace id and its span
 * id, and spans of ttlog are its children. Nothing changes for the SDK, whose spans know nothing of ttlog's: where they are to, hand the SDK a
 * `TtlogContextManager` instead. Returns what stops it.
 *
 * @throws TtlogError `ERR_ALREADY_INITIALIZED` where ttlog follows already, or is itself behind OpenTelemetry's API.
 * @example
 * import { trace } from '@opentelemetry/api';
 * import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
 * import { withSpan } from 'ttlog';
 * import { followOpenTelemetry } from 'ttlog/opentelemetry';
 * new NodeTracerProvider().register();
 * const following = followOpenTelemetry();
 * trace.getTracer('sdk').startActiveSpan('theirs', (theirs) =>
 *   withSpan('ours', (ours) => ours.traceId === theirs.spanContext().traceId),
 * ); // => true
 * following[Symbol.dispose]();
 */
export function followOpenTelemetry(): Disposable {
  const store = scopes as Store;
  if (store[FOLLOWING] !== undefined || isOurs())
    throw new TtlogError(
      'ERR_ALREADY_INITIALIZED',
      'Expected an OpenTelemetry SDK to follow, got ttlog, which follows one already or is behind its API itself. Use followOpenTelemetry() once, and not ' +
        'with enableOpenTelemetryCompatibility() or a TtlogContextManager.',
    );
  const following: Following = { isOn: true };
  const stored = scopes.getStore.bind(scopes);
  // The one place where every part of ttlog, in each of its builds, asks what is running.
  store.getStore = () => scopeIn(stored(), following);
  store[FOLLOWING] = following;
  return {
    [Symbol.dispose]() {
      if (!following.isOn) return;
      following.isOn = false;
      delete store.getStore;
      delete store[FOLLOWING];
    },
  };
}

/** Whether contexts are ttlog's already. */
function isOurs(): boolean {
  const before = scopes.getStore();
  return context.with(ROOT_CONTEXT.setValue(FOLLOWING, true), () => scopes.getStore() !== before);
}

/** The scope of what is running, given what ttlog has in its own store. */
function scopeIn(stored: Scope | undefined, following: Following): Scope | undefined {
  const active = context.active();
  const span = trace.getSpan(active);
  const isSuppressed = isTracingSuppressed(active);
  let own = liveScope(stored);
  // One that was put back by whoever opened a scope inside counts for as long as its span is the active one.
  while (isFollowed(own) && (own.followed !== span || own.isSuppressed !== isSuppressed)) own = liveScope(own.outer);
  if (span === undefined && !isSuppressed) return own;
  const around = own === undefined ? null : (own.foreign as FollowedScope | null);
  // Opened inside of this very span.
  if (around !== null && around.followed === span && around.isSuppressed === isSuppressed) return own;
  return bridge(active, span, isSuppressed, own, following);
}

/** Of whichever build of ttlog. */
function isFollowed(scope: Scope | undefined): scope is FollowedScope {
  return scope !== undefined && 'followed' in scope;
}

/** The last one for each span, because it is asked for again and again. Not kept by that: a span may be kept by one that keeps nothing else. */
const bridges = new WeakMap<object, WeakRef<FollowedScope>>();

function bridge(
  active: OtelContext,
  span: ApiSpan | undefined,
  isSuppressed: boolean,
  around: Scope | undefined,
  following: Following,
): Scope {
  const key = span ?? active;
  const known = bridges.get(key)?.deref();
  if (known?.disposed === false && known.outer === around && known.isSuppressed === isSuppressed) return known;
  const made = new FollowedScope(active, span, isSuppressed, around, following);
  bridges.set(key, new WeakRef(made));
  return made;
}
