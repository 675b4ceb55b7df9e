// What lines of NDJSON are called: the options of the sinks that write them, checked and filled in.
import { checkOptions, invalidOption } from '../core/errors.js';
import type { LevelName } from '../core/level.js';
import { parseLevel } from '../core/level.js';
import type { LineHouse, LineNames } from '../recorder/line-names.js';
import { LINE_HOUSES } from '../recorder/line-names.js';

/**
 * What the keys of a line are called: as pino has them (the default), as Google Cloud Logging, the Elastic Common Schema or OpenTelemetry
 * have them, or names of your own.
 */
export type LineKeys = LineHouse | LineKeyNames;

/** Names of your own. What is not said is as `base` has it; `false` leaves a key out. */
export interface LineKeyNames {
  /** Where the other names come from. @default 'pino' */
  base?: LineHouse;
  /** @default 'level' */
  level?: string;
  /** @default 'time' */
  time?: string;
  /** @default 'msg' */
  message?: string;
  /** What the field `err` is called where it is an error. @default 'err' */
  error?: string;
  /** @default 'pid' */
  pid?: string | false;
  /** @default 'hostname' */
  hostname?: string | false;
  /** Lines of the main thread do not have it. @default 'thread_id' */
  threadId?: string | false;
  /** @default 'target' */
  target?: string | false;
  /** Inside a span. @default 'trace_id' */
  traceId?: string | false;
  /** Inside a span. @default 'span_id' */
  spanId?: string | false;
  /** What stands for a level. @default 10, 20, 30, 40, 50, 60 from trace to fatal */
  levels?: Partial<Record<Exclude<LevelName, 'off'>, string | number>>;
}

const REQUIRED = ['level', 'time', 'message', 'error'] as const;
const OPTIONAL = ['pid', 'hostname', 'threadId', 'target', 'traceId', 'spanId'] as const;
const KNOWN: readonly string[] = ['base', ...REQUIRED, ...OPTIONAL, 'levels'];

/** The names that `keys` and `time` ask for; undefined = pino's, as they are. */
export function lineNames(keys: LineKeys | undefined, time: 'epoch' | 'iso' | undefined): LineNames | undefined {
  if (keys === undefined && time === undefined) return undefined;
  const names = typeof keys === 'object' && keys !== null ? ownNames(keys) : houseNames(keys ?? 'pino', 'keys');
  return time === undefined ? names : { ...names, timeForm: time };
}

function houseNames(house: LineHouse, option: string): LineNames {
  if (!Object.hasOwn(LINE_HOUSES, house)) {
    throw invalidOption(option, "'pino', 'gcp', 'ecs', 'otel', or an object of names", house);
  }
  return house === 'gcp' ? { ...LINE_HOUSES.gcp, tracePrefix: gcpTracePrefix() } : LINE_HOUSES[house];
}

/** Cloud Logging finds a trace by its whole name, with the project in it. */
function gcpTracePrefix(): string {
  const { GOOGLE_CLOUD_PROJECT: project = '' } = process.env;
  return project === '' ? '' : `projects/${project}/traces/`;
}

function ownNames(keys: LineKeyNames): LineNames {
  checkOptions('keys', keys, KNOWN);
  const base = houseNames(keys.base ?? 'pino', 'keys.base');
  const names: Record<string, string | null> = {};
  for (const name of REQUIRED) names[name] = nameOf(name, keys[name] ?? base[name]);
  for (const name of OPTIONAL) names[name] = keys[name] === false ? null : nameOf(name, keys[name] ?? base[name]);
  const used = [...Object.values(names), ...Object.keys(base.constants), ...Object.keys(base.spanConstants)];
  if (base.levelNumber !== null) used.push(base.levelNumber.key);
  const twice = used.find((name, i) => name !== null && used.indexOf(name) !== i);
  if (twice !== undefined) throw invalidOption('keys', 'names that differ from each other', twice);
  return { ...base, ...names, levels: levelsOf(keys.levels, base) };
}

function nameOf(option: string, name: string | null): string | null {
  if (name === null || (typeof name === 'string' && name !== '')) return name;
  throw invalidOption(`keys.${option}`, 'a name', name);
}

function levelsOf(levels: LineKeyNames['levels'], base: LineNames): readonly (string | number)[] {
  if (levels === undefined) return base.levels;
  const own = [...base.levels];
  for (const [name, value] of Object.entries(levels)) {
    const level = parseLevel(name);
    if (level === undefined || level >= own.length)
      throw invalidOption('a level in keys.levels', 'trace to fatal', name);
    if (typeof value !== 'string' && !Number.isFinite(value))
      throw invalidOption(`keys.levels.${name}`, 'a text or a number', value);
    own[level] = value;
  }
  return own;
}
