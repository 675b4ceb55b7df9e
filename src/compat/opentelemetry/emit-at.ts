import { emit, eventOf } from '../../core/backend.js';
import type { LogLevel } from '../../core/level.js';
import type { Scope } from '../../core/scope.js';
import type { Target } from '../../core/target.js';

/** Records an event that happened at another time than now. Nanoseconds since the epoch. Never throws. */
export function emitAt(
  timestampNs: bigint,
  target: Target,
  level: LogLevel,
  scope: Scope | undefined,
  message: string,
  fields: Record<string, unknown> | undefined,
): void {
  if (level < target.recordLevel || (scope !== undefined && level < scope.silence - 1)) return;
  emit({ ...eventOf(target, level, scope, null, message, fields), timestampNs });
}
