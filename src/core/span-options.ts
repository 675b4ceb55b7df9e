import * as L from './layout.js';
import type { LevelName } from './level.js';
import { LogLevel, parseLevel } from './level.js';
import type { Scope } from './scope.js';
import { traceScope } from './silence.js';
import type { LinkTarget, Span } from './span.js';
import { openSpan, openSpanWith, spanRules, spanSite } from './span.js';
import type { Target } from './target.js';

/** What a span is in its trace. */
export type SpanRole = (typeof L.SPAN_ROLES)[number];

/**
 * The options of a span that is opened by hand: the words of `@Instrument()`. What is wrong counts as not said, because opening a span never
 * throws.
 */
export interface SpanOptions {
  /** Level of the span's line. Below what is recorded the span leaves nothing. @default 'debug' */
  level?: LevelName | LogLevel;
  /** Level of the line of a span that failed; `false` or `'off'`: as if it had not. @default 'error' */
  err?: LevelName | LogLevel | false;
  /** A line at the start of the span too. @default false */
  entry?: boolean;
  /** A span slower than this is a warning. Milliseconds. @default never */
  slow?: number;
  /** Begins a new trace instead of continuing the one it is opened in; the context is kept. @default false */
  root?: boolean;
  /**
   * Share of the traces that are recorded, 0 to 1. Decided where a trace begins, for all spans below; events are recorded all the
   * same. Where a span is active already it changes nothing. @default 1
   */
  sample?: number;
  /** What the span is in its trace: the work of a server, a call of a client, a message sent or received. @default 'internal' */
  kind?: SpanRole;
  /** Spans, carriers or `traceparent`s that it is linked to. More can be added by `span.link()`. @default [] */
  links?: readonly LinkTarget[];
}

/** Opens a span by hand. */
export function openSpanBy(
  target: Target,
  name: string,
  running: Scope | undefined,
  fields: Record<string, unknown> | undefined,
  options: SpanOptions | undefined,
): Span {
  if (typeof options === 'object' && options !== null) {
    try {
      return openAsSaid(target, name, running, fields, options);
    } catch {
      // an option that cannot even be read
    }
  }
  return openSpan(spanSite(target, LogLevel.Debug, name), L.SPAN_KIND_SPAN, running, fields);
}

function openAsSaid(
  target: Target,
  name: string,
  running: Scope | undefined,
  fields: Record<string, unknown> | undefined,
  { level, err, entry, slow, root, sample, kind, links }: SpanOptions,
): Span {
  const rules = spanRules(
    entry === true ? L.SPAN_KIND_ENTRY : L.SPAN_KIND_SPAN,
    err === false ? LogLevel.Off : (parseLevel(err) ?? LogLevel.Error),
    typeof slow === 'number' && slow >= 0 ? slow * 1e6 : Infinity,
    null,
    roleBits(kind),
  );
  const outer = traceScope(running, root === true, typeof sample === 'number' ? sample : 1);
  const span = openSpanWith(spanSite(target, levelOr(level, LogLevel.Debug), name), rules, outer ?? running, fields);
  if (Array.isArray(links)) for (const link of links as readonly LinkTarget[]) span.link(link);
  return span;
}

/** Where SpanRules have it; what is none of them counts as internal. */
export function roleBits(role: unknown): number {
  return Math.max(L.SPAN_ROLES.indexOf(role as SpanRole), 0) << L.SPAN_ROLE_SHIFT;
}

function levelOr(level: unknown, otherwise: LogLevel): LogLevel {
  const parsed = parseLevel(level);
  return parsed === undefined || parsed === LogLevel.Off ? otherwise : parsed;
}
