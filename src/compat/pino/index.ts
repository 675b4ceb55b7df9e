/**
 * `ttlog/pino`: pino's interface over ttlog. `import pino from 'ttlog/pino'` where it was `import pino from 'pino'`; required, it is the
 * function itself, as pino is.
 */
import { joinThreads } from '../../runtime/joined-thread.js';

export { destination } from './destination.js';
export { final } from './final.js';
export type { LevelMapping } from './levels.js';
export { multistream } from './multistream.js';
export { levels, pino, pino as default } from './pino.js';
export { version } from './prototype.js';
export type { SerializedError, SerializedRequest, SerializedResponse } from './std-serializers.js';
export { stdSerializers } from './std-serializers.js';
export { symbols } from './symbols.js';
export { stdTimeFunctions } from './time.js';
export { transport } from './transport.js';
export type {
  BaseLogger,
  Bindings,
  BrowserOptions,
  ChildLoggerOptions,
  CustomLevelLogger,
  Destination,
  DestinationOptions,
  DestinationStream,
  DestinationStreamHasMetadata,
  DestinationStreamWithMetadata,
  Formatters,
  Hooks,
  Level,
  LevelChangeEventListener,
  LevelOrString,
  LevelWithSilent,
  LevelWithSilentOrString,
  LogDescriptor,
  LogEvent,
  LogFn,
  Logger,
  LoggerExtras,
  LoggerOptions,
  MixinFn,
  MixinMergeStrategyFn,
  MultiStreamOptions,
  MultiStreamRes,
  OnChildCallback,
  RedactOptions,
  SerializerFn,
  StreamEntry,
  TimeFn,
  TransportBaseOptions,
  TransportMultiOptions,
  TransportOptions,
  TransportPipelineOptions,
  TransportSingleOptions,
  TransportStream,
  TransportTargetOptions,
  WriteFn,
} from './types.js';

// As the face does, for a worker that loads nothing else.
joinThreads();
