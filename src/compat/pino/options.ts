/** What `pino()` may be called with: options, a stream, a path, in the combinations that pino takes. The only place that sees raw arguments. */
import { hostname } from 'node:os';
import { callerFiles } from './caller.js';
import { isStream, openDestination } from './destination.js';
import type { AllFormatters, Instance, OutStream, Serializers } from './instance.js';
import type { Levels } from './levels.js';
import { STANDARD_LEVELS } from './levels.js';
import { err } from './std-serializers.js';
import { transport } from './transport.js';
import type {
  Bindings,
  Hooks,
  LoggerOptions,
  MixinMergeStrategyFn,
  RedactOptions,
  TransportMultiOptions,
} from './types.js';

/** Options with their defaults. */
export interface Settings {
  readonly level: string | number;
  /** False where the level is nobody's choice. */
  readonly hasLevel: boolean;
  readonly levelComparison: unknown;
  readonly customLevels: Levels | null;
  readonly useOnlyCustomLevels: boolean;
  readonly messageKey: string;
  readonly errorKey: string;
  readonly nestedKey: string | null;
  readonly enabled: boolean;
  readonly base: Bindings | null;
  readonly name: string | undefined;
  readonly serializers: Serializers;
  readonly formatters: AllFormatters;
  readonly hooks: Hooks;
  readonly timestamp: unknown;
  readonly redact: string[] | RedactOptions | null;
  readonly mixin: ((mergeObject: object, level: number, logger: unknown) => object) | undefined;
  readonly mixinMergeStrategy: MixinMergeStrategyFn | undefined;
  readonly onChild: ((child: Instance) => void) | undefined;
  readonly msgPrefix: string | undefined;
  readonly depthLimit: number;
  readonly edgeLimit: number;
  readonly crlf: boolean;
}

type Raw = LoggerOptions<string> & { prettyPrint?: unknown; levels?: Levels };

/** undefined for the stream where there is none: then records are for the ring alone. */
export function readArguments(first: unknown, second: unknown): { settings: Settings; stream: OutStream | undefined } {
  let options = (first ?? {}) as Raw;
  let stream = second as OutStream | undefined;
  if (typeof first === 'string') {
    stream = openDestination({ dest: first }) as unknown as OutStream;
    options = {};
  } else if (typeof second === 'string') {
    if (options.transport) throw new Error('only one of option.transport or stream can be specified');
    stream = openDestination({ dest: second }) as unknown as OutStream;
  } else if (isStream(first)) {
    stream = first;
    options = {};
  } else if (options.transport) stream = transportOf(options);
  return { settings: settingsOf(options), stream };
}

function transportOf(options: Raw): OutStream {
  const given = options.transport!;
  if (isStream(given))
    throw new Error('option.transport do not allow stream, please pass to option directly. e.g. pino(transport)');
  const { targets } = given as Partial<TransportMultiOptions>;
  if (targets?.length && typeof options.formatters?.level === 'function')
    throw new Error('option.transport.targets do not allow custom level formatters');
  const { customLevels } = options;
  const all = options.useOnlyCustomLevels ? customLevels : { ...options.levels, ...customLevels };
  const levels = customLevels ? (all as Levels) : undefined;
  const found = { caller: callerFiles(), ...given, levels };
  return transport(found as unknown as TransportMultiOptions);
}

const standardLevel = (_label: string, level: number): object => ({ level });
/** Also in place of the formatter of a logger for its children: that is for the logger that has it. */
export const asTheyAre = (bindings: Bindings): Bindings => bindings;

function settingsOf(options: Raw): Settings {
  if (options.prettyPrint)
    throw new Error(
      'prettyPrint option is no longer supported, see the pino-pretty package (https://github.com/pinojs/pino-pretty)',
    );
  const { level, formatters } = options;
  // An option that is said to be undefined is as it is in pino: nothing, not its default.
  const defaults = {
    level: 'info',
    levelComparison: 'ASC',
    customLevels: null,
    useOnlyCustomLevels: false,
    messageKey: 'msg',
    errorKey: 'err',
    nestedKey: null,
    enabled: true,
    base: { pid: process.pid, hostname: hostname() },
    hooks: {},
    timestamp: true,
    redact: null,
    depthLimit: 5,
    edgeLimit: 100,
  };
  const settings = { ...defaults, ...options } as unknown as Settings;
  const lower = typeof level === 'string' ? level.toLowerCase() : undefined;
  return {
    ...settings,
    level: !settings.enabled
      ? 'silent'
      : lower !== undefined && Object.hasOwn(STANDARD_LEVELS, lower)
        ? lower
        : settings.level,
    hasLevel: level !== undefined,
    serializers: Object.assign(Object.create(null) as Serializers, { err }, options.serializers),
    formatters: {
      level: standardLevel,
      bindings: asTheyAre,
      log: undefined,
      ...(formatters as Partial<AllFormatters>),
    },
  };
}
