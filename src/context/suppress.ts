import { noFunction } from '../core/errors.js';
import type { LevelName } from '../core/level.js';
import { LogLevel, parseLevel } from '../core/level.js';
import { SilentScope } from '../core/silence.js';
import { runIn, runningScope } from './scope-store.js';

/**
 * Runs `fn` and records nothing of it, nor of what it starts: no event, no span, and outgoing requests are not told of a trace. For what
 * would only be noise, such as health checks, and for what must not record itself, such as a sink that sends over HTTP. With a level, events
 * from there on are recorded all the same, spans are not. Returns what `fn` returns.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where `fn` is no function.
 * @example
 * import { isEnabled, suppress } from 'ttlog';
 * suppress(() => isEnabled('fatal')); // => false
 * suppress(() => [isEnabled('info'), isEnabled('warn')], 'warn'); // => [false, true]
 */
export function suppress<R>(fn: () => R, below: LevelName | LogLevel = LogLevel.Off): R {
  if (typeof fn !== 'function') throw noFunction('suppress()', fn, 'Say suppress(() => …).');
  const scope = runningScope();
  const silence = Math.max(1 + (parseLevel(below) ?? LogLevel.Off), scope?.silence ?? 0);
  return runIn(new SilentScope(scope, silence, scope?.span ?? null), fn);
}
