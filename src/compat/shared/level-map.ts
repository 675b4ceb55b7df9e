import { invalidOption } from '../../core/errors.js';
import type { LevelName } from '../../core/level.js';
import { LogLevel, parseLevel } from '../../core/level.js';

/**
 * A table from another house's names of levels to ours, with what a user says on top.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where a level is none.
 */
export function levelMap(
  standard: Readonly<Record<string, LogLevel>>,
  own: Readonly<Record<string, LevelName | LogLevel>> = {},
): ReadonlyMap<string, LogLevel> {
  const map = new Map(Object.entries(standard));
  for (const [name, asked] of Object.entries(own)) {
    const level = parseLevel(asked);
    if (level === undefined) throw invalidOption(`levels.${name}`, 'a LogLevel or its name', asked);
    map.set(name, level);
  }
  return map;
}

/** The level that a name stands for: of the table, of ttlog's own names, else info. */
export function levelNamed(map: ReadonlyMap<string, LogLevel>, name: string): LogLevel {
  return map.get(name) ?? parseLevel(name) ?? LogLevel.Info;
}
