import { invalidOption } from '../core/errors.js';
import type { LevelName, LogLevel } from '../core/level.js';
import { parseLevel } from '../core/level.js';

/** The `level` option that every sink has. */
export function sinkLevel(level: LogLevel | LevelName | undefined): LogLevel | undefined {
  if (level === undefined) return undefined;
  const parsed = parseLevel(level);
  if (parsed !== undefined) return parsed;
  throw invalidOption(
    "a sink's level",
    'a LogLevel or its name',
    level,
    'Levels are trace, debug, info, warn, error, fatal, off.',
  );
}
