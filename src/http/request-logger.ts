// Hot path: the logger of one request, `req.log`. It belongs to its request also where the scope does not go by itself.
import { runIn } from '../context/scope-store.js';
import { currentScope } from '../core/current-scope.js';
import { LogLevel, parseLevel, type LevelName } from '../core/level.js';
import { log } from '../core/log.js';
import { Logger } from '../core/logger.js';
import { mergeFields } from '../core/plain-fields.js';
import { Bindings, type Scope } from '../core/scope.js';
import type { Span } from '../core/span.js';
import type { SpanOptions } from '../core/span-options.js';
import { state } from '../core/state.js';
import type { Target } from '../core/target.js';
import type { Timer } from '../core/timer.js';
import type { KnownRequest } from './http-state.js';
import { shownRequests } from './request-values.js';

/**
 * The running scope, where it is inside that of the request; else the request's own. In a listener of its socket there is none, and in the
 * callback of a pool it may be somebody else's.
 */
export function scopeWithin(home: Scope): Scope {
  const running = currentScope();
  if (running === undefined || running === home) return home;
  const { context } = home;
  // An ignored request has no context to know it by: what is as silent is inside.
  if (context === null) return running.silence >= home.silence ? running : home;
  for (let at = running.context; at !== null; at = at.parent) if (at === context) return running;
  return home;
}

/** The request's own `Logger`. The target is the service's, as that of a bare `info()`. */
class RequestLogger extends Logger {
  private readonly home: Scope;
  private readonly inTarget: Target;
  private readonly withBound: Bindings | null;

  constructor(target: Target, bindings: Bindings | null, home: Scope) {
    super(target, bindings);
    this.home = home;
    this.inTarget = target;
    this.withBound = bindings;
  }

  override trace(first: unknown, second?: unknown): void {
    if (this.inTarget.recordLevel <= LogLevel.Trace) this.write(LogLevel.Trace, first, second);
  }

  override debug(first: unknown, second?: unknown): void {
    if (this.inTarget.recordLevel <= LogLevel.Debug) this.write(LogLevel.Debug, first, second);
  }

  override info(first: unknown, second?: unknown): void {
    if (this.inTarget.recordLevel <= LogLevel.Info) this.write(LogLevel.Info, first, second);
  }

  override warn(first: unknown, second?: unknown): void {
    if (this.inTarget.recordLevel <= LogLevel.Warn) this.write(LogLevel.Warn, first, second);
  }

  override error(first: unknown, second?: unknown): void {
    if (this.inTarget.recordLevel <= LogLevel.Error) this.write(LogLevel.Error, first, second);
  }

  override fatal(first: unknown, second?: unknown): void {
    if (this.inTarget.recordLevel <= LogLevel.Fatal) this.write(LogLevel.Fatal, first, second);
  }

  override isEnabled(level: LogLevel | LevelName): boolean {
    const parsed = parseLevel(level);
    if (parsed === undefined || parsed >= LogLevel.Off || parsed < this.inTarget.recordLevel) return false;
    return parsed >= scopeWithin(this.home).silence - 1;
  }

  override child(bindings: object): Logger {
    const bound = new Bindings(mergeFields(this.withBound?.fields, bindings));
    return new RequestLogger(this.inTarget, bound, this.home);
  }

  override span(name: string, fields?: object, options?: SpanOptions): Span {
    return runIn(scopeWithin(this.home), () => super.span(name, fields, options));
  }

  override timer(name: string, fields?: object): Timer {
    return runIn(scopeWithin(this.home), () => super.timer(name, fields));
  }

  private write(level: LogLevel, first: unknown, second: unknown): void {
    const scope = scopeWithin(this.home);
    const message = typeof first === 'string' ? first : shownRequests(first);
    log(
      this.inTarget,
      level,
      scope,
      this.withBound,
      message,
      typeof second === 'string' ? second : shownRequests(second),
    );
  }
}

export function requestLogger({ scope }: KnownRequest): Logger {
  return new RequestLogger(state.rootTarget, null, scope);
}
