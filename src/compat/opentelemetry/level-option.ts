import { invalidOption } from '../../core/errors.js';
import { LogLevel, parseLevel } from '../../core/level.js';

/**
 * The level that an option says.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where it is none, or `off`.
 */
export function levelOption(name: string, level: unknown, otherwise: LogLevel): LogLevel {
  if (level === undefined) return otherwise;
  const parsed = parseLevel(level);
  if (parsed === undefined || parsed === LogLevel.Off)
    throw invalidOption(name, "a level from 'trace' to 'fatal'", level);
  return parsed;
}
