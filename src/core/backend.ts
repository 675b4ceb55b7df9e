import { redactedEvent } from './copy-value.js';
import { isSuppressed } from './current-scope.js';
import type { LogEvent } from './event.js';
import type { LevelName, LogLevel } from './level.js';

import { setLevel } from './levels.js';
import { writeEmitted } from './record-emitted.js';
import { openRing } from './ring-of-thread.js';
import { state } from './state.js';

/**
 * Where events go. The default is the ring; another one is for tests and for bridges.
 *
 * 1. `emit` is called on the thread that logs, for every event above the record level. What it throws is swallowed and counted.
 * 2. `flush` returns when everything emitted before has arrived.
 * 3. `setLevel` sets what is delivered.
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

const ringBackend = new RingBackend();

/**
 * Installs a backend for this thread and returns the one before, so that it can be put back.
 *
 * @example
 * import { info, installBackend } from 'ttlog';
 * const messages: string[] = [];
 * const previous = installBackend({ emit: (event) => messages.push(event.message), flush() {}, setLevel() {} });
 * info('Caught');
 * installBackend(previous);
 * messages; // => ['Caught']
 */
export function installBackend(backend: LogBackend): LogBackend {
  const previous = state.backend ?? ringBackend;
  state.backend = backend instanceof RingBackend ? null : backend;
  return previous;
}

/**
 * Sends an event that was built elsewhere on its way: to the installed backend, else into the ring. Never throws.
 *
 * @example
 * import { emit, EventBuilder } from 'ttlog';
 * emit(EventBuilder.withCapacity(1).target('importer').message('Row read').field('row', 1).build());
 */
export function emit(event: LogEvent): void {
  if (isSuppressed(event.level)) return;
  if (state.backend === null) writeEmitted(event);
  else emitTo(state.backend, redactedEvent(event));
}

/** A backend's own failure is its own: the caller goes on. */
export function emitTo(backend: LogBackend, event: LogEvent): void {
  if (emitting) {
    // What a backend logs itself would come back to it without end: it goes into the ring.
    writeEmitted(event);
    return;
  }
  emitting = true;
  try {
    backend.emit(event);
  } catch {
    openRing().dropped++;
  }
  emitting = false;
}

let emitting = false;
