import type { Context, Span as ApiSpan, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import { context, INVALID_SPAN_CONTEXT, trace } from '@opentelemetry/api';
import { silentRootOf } from '../../context/trace-headers.js';
import { monotonicNsAt } from '../../core/clock.js';
import * as L from '../../core/layout.js';
import type { LevelName } from '../../core/level.js';
import { LogLevel } from '../../core/level.js';
import { SILENCE_SPANS } from '../../core/scope.js';
import type { SpanRules } from '../../core/span.js';
import { openSpanWith, spanRules, spanSite } from '../../core/span.js';
import { setSpanStart } from '../../core/span-amend.js';
import { libraryTarget, state } from '../../core/state.js';
import type { Target } from '../../core/target.js';
import { fieldsOf, textOf } from './attributes.js';
import { scopeOf } from './foreign-scope.js';
import { levelOption } from './level-option.js';
import { OtelSpan } from './span.js';
import { epochNsOf } from './times.js';

/** How spans of OpenTelemetry's API are recorded. The words of `@Instrument()`. */
export interface OpenTelemetrySpanOptions {
  /** Level of a span's line. @default 'debug' */
  readonly level?: LevelName | LogLevel;
  /** Level of the line of a span whose status is an error; `false`: as if it were none. @default 'error' */
  readonly err?: LevelName | LogLevel | false;
}

interface Settings {
  readonly level: LogLevel;
  /** By SpanKind. */
  readonly rules: readonly SpanRules[];
}

/**
 * OpenTelemetry's tracer provider whose spans are spans of ttlog: in the ring, with its levels, its redaction and its parents. The name of the
 * instrumentation scope (`getTracer(name)`) is their target.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where a level is none.
 * @example
 * import { TtlogTracerProvider } from 'ttlog/opentelemetry';
 * const span = new TtlogTracerProvider().getTracer('shop').startSpan('checkout', { attributes: { 'cart.id': 3 } });
 * span.isRecording(); // => true
 * span.end();
 * span.isRecording(); // => false
 */
export class TtlogTracerProvider implements TracerProvider {
  readonly #settings: Settings;

  constructor({ level, err }: OpenTelemetrySpanOptions = {}) {
    const errorLevel = err === false ? LogLevel.Off : levelOption('err', err, LogLevel.Error);
    this.#settings = {
      level: levelOption('level', level, LogLevel.Debug),
      rules: L.SPAN_ROLES.map((_, role) =>
        spanRules(L.SPAN_KIND_SPAN, errorLevel, Infinity, null, role << L.SPAN_ROLE_SHIFT),
      ),
    };
  }

  /** A tracer whose spans have this target; without a name, that of the service. */
  getTracer(name: string): Tracer {
    const isNamed = typeof name === 'string' && name !== '';
    return new TtlogTracer(isNamed ? libraryTarget(name) : state.rootTarget, this.#settings);
  }
}

/** Also where there are none: `null` comes from callers without types. */
const NO_OPTIONS: SpanOptions = {};

class TtlogTracer implements Tracer {
  readonly #target: Target;
  readonly #settings: Settings;

  constructor(target: Target, settings: Settings) {
    this.#target = target;
    this.#settings = settings;
  }

  startSpan(name: string, options: SpanOptions | null = NO_OPTIONS, parent: Context = context.active()): ApiSpan {
    const { root, kind, attributes, links, startTime } = readable(options);
    const outer = scopeOf(root === true ? trace.deleteSpan(parent) : parent);
    if (outer !== undefined && outer.silence > SILENCE_SPANS) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const { level, rules } = this.#settings;
    const fields = fieldsOf(attributes);
    const core = openSpanWith(
      spanSite(this.#target, level, textOf(name)),
      rules[typeof kind === 'number' ? kind : 0] ?? rules[0],
      outer,
      fields,
    );
    // It keeps nothing of what is around it but where its trace begins.
    if (core.span !== core) core.outer = silentRootOf(outer);
    const startNs = core.span === core ? epochNsOf(startTime) : undefined;
    if (startNs !== undefined) setSpanStart(core, monotonicNsAt(startNs));
    const span = new OtelSpan(core, true, startNs !== undefined, fields);
    if (links !== undefined) span.addLinks(links);
    return span;
  }

  startActiveSpan<F extends (span: ApiSpan) => unknown>(name: string, ...rest: unknown[]): ReturnType<F> {
    const fn = rest.at(-1) as F;
    if (typeof fn !== 'function') return undefined as ReturnType<F>;
    const options = rest.length > 1 ? (rest[0] as SpanOptions | undefined) : undefined;
    const parent = (rest.length > 2 ? (rest[1] as Context | undefined) : undefined) ?? context.active();
    const span = this.startSpan(name, options ?? {}, parent);
    return context.with(trace.setSpan(parent, span), fn as (span: ApiSpan) => ReturnType<F>, undefined, span);
  }
}

/** What the options say; nothing where they cannot be read. */
function readable(options: SpanOptions | null): SpanOptions {
  try {
    return { ...options };
  } catch {
    return NO_OPTIONS; // a proxy, or a getter that throws
  }
}
