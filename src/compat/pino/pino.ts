/** `pino()`: a logger from options and a stream. */
import type { Instance, OutStream } from './instance.js';
import { destination } from './destination.js';
import { final } from './final.js';
import { noop } from './calls.js';
import { assertDefaultLevel, levelComparison, levelMapping } from './levels.js';
import { addBindings } from './line.js';
import { multistream } from './multistream.js';
import { readArguments } from './options.js';
import type { Settings } from './options.js';
import { cacheLevels, newLogger, version } from './prototype.js';
import { Redaction } from './redaction.js';
import { RingStream } from './ring-stream.js';
import { childBindings, RingSide } from './ring-side.js';
import { stdSerializers } from './std-serializers.js';
import { safeStringify } from './stringify.js';
import * as S from './symbols.js';
import { epochTime, nullTime, stdTimeFunctions } from './time.js';
import { transport } from './transport.js';
import type * as Levels from './levels.js';
import type * as Std from './std-serializers.js';
import type * as T from './types.js';

function make(first: unknown, second: unknown): Instance {
  const { settings, stream: given } = readArguments(first, second);
  const stream: OutStream = given ?? new RingStream();
  const { customLevels, useOnlyCustomLevels, mixin, msgPrefix, level, timestamp, nestedKey, redact } = settings;
  if (useOnlyCustomLevels && !customLevels)
    throw new Error('customLevels is required if useOnlyCustomLevels is set true');
  if (mixin && typeof mixin !== 'function')
    throw new Error(`Unknown mixin type "${typeof mixin}" - expected "function"`);
  if (msgPrefix && typeof msgPrefix !== 'string')
    throw new Error(`Unknown msgPrefix type "${typeof msgPrefix}" - expected "string"`);
  const levels = levelMapping(customLevels, useOnlyCustomLevels);
  assertDefaultLevel(level, levels);
  const time = typeof timestamp === 'function' ? (timestamp as () => string) : timestamp ? epochTime : nullTime;
  if (stream[S.transportUsesMultistreamSym] === true) warnAboutLevels(settings, levels.values);
  stream.emit?.('message', {
    code: 'PINO_CONFIG',
    config: { levels, messageKey: settings.messageKey, errorKey: settings.errorKey },
  });
  const hasStream = !(stream instanceof RingStream);
  const logger = newLogger({
    levels,
    onChild: settings.onChild || noop,
    silent: noop,
    [S.levelCompSym]: levelComparison(settings.levelComparison),
    [S.useOnlyCustomLevelsSym]: useOnlyCustomLevels,
    [S.streamSym]: stream,
    [S.timeSym]: time,
    [S.timeSliceIndexSym]: time().indexOf(':') + 1,
    [S.stringifySafeSym]: safeStringify(settings.depthLimit, settings.edgeLimit),
    [S.endSym]: settings.crlf ? '}\r\n' : '}\n',
    [S.messageKeySym]: settings.messageKey,
    [S.errorKeySym]: settings.errorKey,
    [S.nestedKeySym]: nestedKey,
    [S.nestedKeyStrSym]: nestedKey ? `,${JSON.stringify(nestedKey)}:{` : '',
    [S.serializersSym]: settings.serializers,
    [S.mixinSym]: mixin,
    [S.mixinMergeStrategySym]: settings.mixinMergeStrategy,
    [S.redactionSym]: redact ? new Redaction(redact) : null,
    [S.chindingsSym]: '',
    [S.formattersSym]: settings.formatters,
    [S.hooksSym]: settings.hooks,
    [S.msgPrefixSym]: msgPrefix,
    [S.ringSym]: new RingSide(settings.name ?? '', settings.enabled, hasStream),
    [S.ringBindingsSym]: null,
  });
  if (settings.base !== null) {
    const name = settings.name === undefined ? {} : { name: settings.name };
    const { text, fields } = addBindings(logger, { ...settings.base, ...name });
    logger[S.chindingsSym] = text;
    logger[S.ringBindingsSym] = childBindings(null, fields);
  }
  cacheLevels(logger);
  logger[S.setLevelSym](level);
  if (!settings.hasLevel) logger[S.ringDecidesSym] = false;
  return logger;
}

/** A transport with several targets reads each line's level: without a number there, it drops lines. */
function warnAboutLevels({ level, formatters }: Settings, values: Record<string, number>): void {
  const label = typeof level === 'string' && values[level] !== undefined ? level : Object.keys(values)[0];
  try {
    const formatted = formatters.level(label, values[label]) as { level?: unknown } | undefined;
    if (formatted?.level === values[label]) return;
  } catch {
    // neither does one that throws
  }
  process.emitWarning(
    'custom formatters.level detected with multiple transport targets/pipelines; ensure logs include a numeric "level" field or they may be dropped',
    { code: 'PINO_TRANSPORT_MULTI_TARGETS_LEVEL_FORMATTER' },
  );
}

/**
 * The levels that loggers have unless they are given others.
 *
 * @example
 * import { levels } from 'ttlog/pino';
 * [levels.values['warn'], levels.labels[40]]; // => [40, 'warn']
 */
export const levels = levelMapping(null, false);

/**
 * A logger with pino's interface. Every call is a record of the ring, whatever its level, with the context and the span that it happens in.
 *
 * 1. Without a stream ttlog's sinks deliver it, from the logger's level on, once `init()` has been called.
 * 2. A stream (the second argument, the only one, `transport`) gets lines in pino's format, before the call returns. ttlog's sinks then get
 *    these records only where they have a level of their own.
 * 3. What `serializers` and `redact` hide is hidden in the ring, too; so are ttlog's own sensitive keys.
 *
 * @param optionsOrStream Options, a stream, or the path of a file.
 * @param stream Where lines go to: anything with `write`.
 * @throws Error where an option is wrong, with pino's words.
 * @example
 * import { init } from 'ttlog';
 * import pino from 'ttlog/pino';
 * import { memorySink } from 'ttlog/sinks';
 * const memory = memorySink();
 * await using handle = init({ service: 'shop', sinks: [memory] });
 * const log = pino({ name: 'orders' });
 * log.child({ order_id: 7 }).info({ items: 2 }, 'placed by %s', 'Ada');
 * await handle.flush();
 * memory.records[0].message; // => 'placed by Ada'
 * memory.records[0].values; // => { name: 'orders', order_id: 7, items: 2 }
 */
export function pino<CustomLevels extends string = never, UseOnlyCustomLevels extends boolean = boolean>(
  optionsOrStream?: T.LoggerOptions<CustomLevels, UseOnlyCustomLevels> | T.DestinationStream | string,
): T.Logger<CustomLevels, UseOnlyCustomLevels>;
export function pino<CustomLevels extends string = never, UseOnlyCustomLevels extends boolean = boolean>(
  options: T.LoggerOptions<CustomLevels, UseOnlyCustomLevels>,
  stream?: T.DestinationStream | string,
): T.Logger<CustomLevels, UseOnlyCustomLevels>;
export function pino(first?: unknown, second?: unknown): unknown {
  return make(first, second);
}

/** The types by the names that `pino.Logger` and the like are written with. */
export namespace pino {
  export type BaseLogger = T.BaseLogger;
  export type BrowserOptions = T.BrowserOptions;
  export type LogEvent = T.LogEvent;
  export type Bindings = T.Bindings;
  export type ChildLoggerOptions<C extends string = never> = T.ChildLoggerOptions<C>;
  export type CustomLevelLogger<C extends string, O extends boolean = boolean> = T.CustomLevelLogger<C, O>;
  export type Destination = T.Destination;
  export type DestinationOptions = T.DestinationOptions;
  export type DestinationStream = T.DestinationStream;
  export type DestinationStreamHasMetadata = T.DestinationStreamHasMetadata;
  export type DestinationStreamWithMetadata = T.DestinationStreamWithMetadata;
  export type Formatters = T.Formatters;
  export type Hooks = T.Hooks;
  export type Level = T.Level;
  export type LevelChangeEventListener<
    C extends string = never,
    O extends boolean = boolean,
  > = T.LevelChangeEventListener<C, O>;
  export type LevelOrString = T.LevelOrString;
  export type LevelWithSilent = T.LevelWithSilent;
  export type LevelWithSilentOrString = T.LevelWithSilentOrString;
  export type LogDescriptor = T.LogDescriptor;
  export type LogFn = T.LogFn;
  /** For applications that restrict what may be logged: what they declare here holds for every logged object. */
  export interface LogFnFields {}
  export type Logger<C extends string = never, O extends boolean = boolean> = T.Logger<C, O>;
  export type LoggerExtras<C extends string = never, O extends boolean = boolean> = T.LoggerExtras<C, O>;
  export type LoggerOptions<C extends string = never, O extends boolean = boolean> = T.LoggerOptions<C, O>;
  export type MixinFn<C extends string = never> = T.MixinFn<C>;
  export type MixinMergeStrategyFn = T.MixinMergeStrategyFn;
  export type MultiStreamOptions = T.MultiStreamOptions;
  export type MultiStreamRes<L = T.Level> = T.MultiStreamRes<L>;
  export type OnChildCallback<C extends string = never> = T.OnChildCallback<C>;
  export type RedactOptions = T.RedactOptions;
  export type SerializerFn = T.SerializerFn;
  export type StreamEntry<L = T.Level> = T.StreamEntry<L>;
  export type TimeFn = T.TimeFn;
  export type TransportBaseOptions<O = Record<string, any>> = T.TransportBaseOptions<O>;
  export type TransportMultiOptions<O = Record<string, any>> = T.TransportMultiOptions<O>;
  export type TransportOptions<O = Record<string, any>> = T.TransportOptions<O>;
  export type TransportPipelineOptions<O = Record<string, any>> = T.TransportPipelineOptions<O>;
  export type TransportSingleOptions<O = Record<string, any>> = T.TransportSingleOptions<O>;
  export type TransportStream = T.TransportStream;
  export type TransportTargetOptions<O = Record<string, any>> = T.TransportTargetOptions<O>;
  export type WriteFn = T.WriteFn;
  export type redactOptions = T.RedactOptions;
  export type SerializedError = Std.SerializedError;
  export type SerializedRequest = Std.SerializedRequest;
  export type SerializedResponse = Std.SerializedResponse;
  export type LevelMapping = Levels.LevelMapping;
}

pino.destination = destination;
pino.transport = transport;
pino.multistream = multistream;
pino.final = final;
pino.levels = levels;
pino.stdSerializers = stdSerializers;
pino.stdTimeFunctions = stdTimeFunctions;
pino.symbols = S.symbols;
pino.version = version;
pino.default = pino;
pino.pino = pino;
