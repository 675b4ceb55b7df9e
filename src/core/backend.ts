import { nowNanos } from './clock.js';
import { copyFields, redactedEvent } from './copy-value.js';
import { isSuppressed } from './current-scope.js';
import { invalidOption } from './errors.js';
import type { LogEvent } from './event.js';
import type { LevelName } from './level.js';
import { LogLevel } from './level.js';
import { setLevel } from './levels.js';
import { writeEmitted } from './record-emitted.js';
import { cleanMessage, markRedacted } from './redact-where.js';
import { openRing } from './ring-of-thread.js';
import type { Bindings, Scope } from './scope.js';
import { state } from './state.js';
import type { Target } from './target.js';

/**
 * Where events go. The default is the ring; another one is for tests and for bridges. It is called on the thread that installed it; what it
 * throws is swallowed and counted (`stats().dropped`).
 *
 * 1. `emit` is called for every event above the record level.
 * 2. `flush` returns when everything emitted before has arrived. `handle.flush()` and `flushSync()` call it, and so does the end of the process.
 * 3. `setLevel` is told what `setLevel()` sets: what is to be delivered.
 *
 * What it does itself while it is called goes to the ring: a backend that passes everything on to the one before loses nothing and ends.
 */
export interface LogBackend {
  emit(event: LogEvent): void;
  flush(): void;
  setLevel(level: LogLevel | LevelName): void;
}

/**
 * The default backend: events go into this thread's ring. While it is installed, calls write to the ring directly, without
 * building a `LogEvent`.
 *
 * @example
 * import { EventBuilder, RingBackend } from 'ttlog';
 * new RingBackend().emit(EventBuilder.withCapacity(0).message('from elsewhere').build());
 */
export class RingBackend implements LogBackend {
  emit(event: LogEvent): void {
    writeEmitted(event);
  }

  flush(): void {
    state.flushSync();
  }

  setLevel(level: LogLevel | LevelName): void {
    setLevel(level);
  }
}

const ringBackend = /* @__PURE__ */ new RingBackend();

/** A backend in the place of the ring, and what brings a call to it: those who never install one do not carry that. */
export interface InstalledBackend {
  readonly backend: LogBackend;
  /** Its calls of the same name. Never throw. */
  flush(): void;
  setLevel(level: LogLevel): void;
  /** An event that its target wants, as `recordEvent` is given it. */
  record(
    target: Target,
    level: LogLevel,
    scope: Scope | undefined,
    bindings: Bindings | null,
    message: string,
    fields: Record<string, unknown> | undefined,
  ): void;
}

/**
 * Installs a backend for this thread and returns the one before, so that it can be put back.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where it lacks one of the three methods.
 * @example
 * import { info, installBackend } from 'ttlog';
 * const messages: string[] = [];
 * const previous = installBackend({ emit: (event) => messages.push(event.message), flush() {}, setLevel() {} });
 * info('Caught');
 * installBackend(previous);
 * messages; // => ['Caught']
 */
export function installBackend(backend: LogBackend): LogBackend {
  if (!isBackend(backend)) {
    const fix = 'Say installBackend({ emit(event) {}, flush() {}, setLevel(level) {} }).';
    throw invalidOption('a backend', 'an object with emit, flush and setLevel', backend, fix);
  }
  const previous = state.backend?.backend ?? ringBackend;
  state.backend = backend instanceof RingBackend ? null : installed(backend);
  return previous;
}

function isBackend(value: unknown): value is LogBackend {
  const backend = value as Partial<LogBackend> | null | undefined;
  return (['emit', 'flush', 'setLevel'] as const).every((method) => typeof backend?.[method] === 'function');
}

function installed(backend: LogBackend): InstalledBackend {
  return {
    backend,
    record: (...call) => emitTo(backend, () => eventOf(...call)),
    flush: () => callBackend(() => backend.flush()),
    setLevel: (level) => callBackend(() => backend.setLevel(level)),
  };
}

/** What a backend sets off itself does not come back to it. */
function callBackend(call: () => void): void {
  if (isInBackend) return;
  isInBackend = true;
  try {
    call();
  } catch {
    openRing().dropped++;
  } finally {
    isInBackend = false;
  }
}

/**
 * Sends an event that was built elsewhere on its way: to the installed backend, else into the ring. Never throws.
 *
 * @example
 * import { emit, EventBuilder } from 'ttlog';
 * emit(EventBuilder.withCapacity(1).target('importer').message('Row read').field('row', 1).build());
 */
export function emit(event: LogEvent): void {
  if (isSuppressed(levelOf(event))) return;
  if (state.backend === null) writeEmitted(event);
  else emitTo(state.backend.backend, () => redactedEvent(event));
}

/** Above all others where it is no event: that is found out, and counted, further on. */
function levelOf(event: LogEvent): number {
  try {
    return event.level;
  } catch {
    return LogLevel.Off;
  }
}

/** An event that cannot be made is counted, and a backend's own failure is its own: the caller goes on. */
function emitTo(backend: LogBackend, make: () => LogEvent): void {
  try {
    const event = make();
    // What a backend logs itself would come back to it without end: it goes into the ring.
    if (isInBackend) writeEmitted(event);
    else callBackend(() => backend.emit(event));
  } catch {
    openRing().dropped++;
  }
}

let isInBackend = false;

/** A call as an event. */
export function eventOf(
  target: Target,
  level: LogLevel,
  scope: Scope | undefined,
  bindings: Bindings | null,
  message: string,
  fields: Record<string, unknown> | undefined,
): LogEvent {
  const merged = new Map<string, LogEvent['fields'][number]>();
  const sources: (object | undefined)[] = [bindings?.fields];
  const contexts: object[] = [];
  for (let context = scope?.context ?? null; context !== null; context = context.parent)
    if (!context.disposed) contexts.unshift(context.fields);
  sources.push(...contexts, fields);
  for (const source of sources)
    if (source !== undefined) for (const field of copyFields(source)) merged.set(field.key, field);
  const span = scope?.span ?? null;
  return {
    timestampNs: nowNanos(),
    level,
    target: target.name,
    message: cleanMessage(message),
    fields: markRedacted([...merged.values()]),
    threadId: state.threadId,
    ...(span === null ? {} : { traceId: span.traceId, spanId: span.spanId }),
  };
}
