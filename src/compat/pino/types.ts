/** The types of pino's public interface, by its names for them. */
import type { EventEmitter } from 'node:events';
import type { WorkerOptions } from 'node:worker_threads';
import type { LevelMapping } from './levels.js';
import type { pino } from './pino.js';
import type { needsMetadataGsym } from './symbols.js';

/** The levels that every logger has, unless it has only its own. */
export type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
/** A standard level, or one of the application's. */
export type LevelOrString = Level | (string & {});
/** A standard level, or none. */
export type LevelWithSilent = Level | 'silent';
/** What a logger's `level` may be. */
export type LevelWithSilentOrString = LevelWithSilent | (string & {});
/** Fields that are on every line of a logger. */
export type Bindings = Record<string, any>;
/** Makes what is logged of a value. */
export type SerializerFn = (value: any) => any;
/** A piece of JSON that begins with a comma: `,"time":1493426328206`. */
export type TimeFn = () => string;
/** A line as an object. */
export type LogDescriptor = Record<string, any>;
/** Where the browser build of pino writes to. */
export type WriteFn = (o: object) => void;
/** Fields for each call. */
export type MixinFn<CustomLevels extends string = never> = (
  mergeObject: object,
  level: number,
  logger: Logger<CustomLevels>,
) => object;
/** Makes one object of what was logged and what the mixin said. */
export type MixinMergeStrategyFn = (mergeObject: object, mixinObject: object) => object;
/** Called with each new child. */
export type OnChildCallback<CustomLevels extends string = never> = (child: Logger<CustomLevels>) => void;
/** Called when a logger's level has been set. */
export type LevelChangeEventListener<
  CustomLevels extends string = never,
  UseOnlyCustomLevels extends boolean = boolean,
> = (
  lvl: LevelWithSilentOrString,
  val: number,
  prevLvl: LevelWithSilentOrString,
  prevVal: number,
  logger: Logger<CustomLevels, UseOnlyCustomLevels>,
) => void;

interface Placeholders {
  d: number;
  s: unknown;
  j: {} | null;
  o: {} | null;
  O: {} | null;
}

/** The arguments that a message's placeholders ask for. */
type MessageArgs<Message, Found extends unknown[] = []> = Message extends `${string}%${infer Letter}${infer Rest}`
  ? MessageArgs<Rest, Letter extends keyof Placeholders ? [...Found, Placeholders[Letter]] : Found>
  : Found;

/** A call of one level: a message with its arguments, or an object, then a message with its arguments. */
export interface LogFn {
  <TMsg extends string = string>(msg: TMsg, ...args: MessageArgs<TMsg>): void;
  <T, TMsg extends string = string>(
    obj: [T] extends [object] ? T & pino.LogFnFields : T,
    msg?: T extends string ? never : TMsg,
    ...args: MessageArgs<TMsg> | []
  ): void;
  <T, TMsg extends string = string>(
    obj: [T] extends [object] ? T & pino.LogFnFields : T,
    msg?: T extends string ? never : TMsg,
    ...args: MessageArgs<TMsg> extends [unknown, ...unknown[]] ? MessageArgs<TMsg> : unknown[]
  ): void;
}

/** What every logger has, whatever its levels. */
export interface BaseLogger {
  /** What the logger writes from: a level's name, or `silent`. */
  level: LevelWithSilentOrString;
  fatal: LogFn;
  error: LogFn;
  warn: LogFn;
  info: LogFn;
  debug: LogFn;
  trace: LogFn;
  /** Does nothing. */
  silent: LogFn;
  /** What is in front of each message. */
  get msgPrefix(): string | undefined;
}

/** What a logger has besides its calls. */
export interface LoggerExtras<
  CustomLevels extends string = never,
  UseOnlyCustomLevels extends boolean = boolean,
> extends EventEmitter {
  /** The version of pino that this stands in for. */
  readonly version: string;
  levels: LevelMapping;
  /** Has no effect; pino has it. */
  useLevelLabels: boolean;
  /** The number of `level`. Read only. */
  levelVal: number;
  /** A logger with more bindings, and options of its own. */
  child<ChildCustomLevels extends string = never>(
    bindings: Bindings,
    options?: ChildLoggerOptions<ChildCustomLevels>,
  ): Logger<CustomLevels | ChildCustomLevels>;
  onChild: OnChildCallback<CustomLevels>;
  on(event: 'level-change', listener: LevelChangeEventListener<CustomLevels, UseOnlyCustomLevels>): this;
  addListener(event: 'level-change', listener: LevelChangeEventListener<CustomLevels, UseOnlyCustomLevels>): this;
  once(event: 'level-change', listener: LevelChangeEventListener<CustomLevels, UseOnlyCustomLevels>): this;
  prependListener(event: 'level-change', listener: LevelChangeEventListener<CustomLevels, UseOnlyCustomLevels>): this;
  prependOnceListener(
    event: 'level-change',
    listener: LevelChangeEventListener<CustomLevels, UseOnlyCustomLevels>,
  ): this;
  removeListener(event: 'level-change', listener: LevelChangeEventListener<CustomLevels, UseOnlyCustomLevels>): this;
  /** Does the logger write calls of this level? */
  isLevelEnabled(level: LevelWithSilentOrString): boolean;
  /** The bindings, but for `pid` and `hostname`. */
  bindings(): Bindings;
  /** Adds to the bindings. */
  setBindings(bindings: Bindings): void;
  /** Writes what is buffered; without a stream: delivers what has been recorded. */
  flush(cb?: (err?: Error) => void): void;
}

/** The calls of an application's own levels. */
export type CustomLevelLogger<CustomLevels extends string, UseOnlyCustomLevels extends boolean = boolean> = {
  customLevels: { [level in CustomLevels]: number };
  useOnlyCustomLevels: UseOnlyCustomLevels;
} & {
  [K in Exclude<Level, CustomLevels>]: UseOnlyCustomLevels extends true ? never : LogFn;
} & {
  [level in CustomLevels]: LogFn;
};

/** A logger as `pino()` makes it. */
export type Logger<CustomLevels extends string = never, UseOnlyCustomLevels extends boolean = boolean> = BaseLogger &
  LoggerExtras<CustomLevels> &
  CustomLevelLogger<CustomLevels, UseOnlyCustomLevels>;

/** Which values are hidden. */
export interface RedactOptions {
  /** In the syntax of JavaScript, with `*` for any name. */
  paths: string[];
  /** What stands for them. @default '[Redacted]' */
  censor?: string | ((value: unknown, path: string[]) => unknown);
  /** Leaves them out, name and all. @default false */
  remove?: boolean;
}

/** Where lines go: one whole line with its end for each call. */
export interface DestinationStream {
  write(msg: string): void;
}

/** A stream that is told before each line what that was made of. */
export interface DestinationStreamHasMetadata {
  [needsMetadataGsym]: true;
  lastLevel: number;
  lastTime: string;
  lastMsg: string;
  lastObj: object;
  lastLogger: Logger;
}

/** A stream, which may ask to be told what lines were made of. */
export type DestinationStreamWithMetadata = DestinationStream &
  ({ [needsMetadataGsym]?: false } | DestinationStreamHasMetadata);

/** A stream of a multistream, with the level that it gets lines from. */
export interface StreamEntry<TLevel = Level> {
  stream: DestinationStream;
  /** @default 'info' */
  level?: TLevel;
}

/** Options of `multistream`. */
export interface MultiStreamOptions {
  /** Numbers of levels that are not standard. */
  levels?: Record<string, number>;
  /** A line goes only to the streams of the highest level that it reaches. @default false */
  dedupe?: boolean;
}

/** What `multistream` makes. */
export interface MultiStreamRes<TOriginLevel = Level> {
  write: (data: any) => void;
  add: <TLevel = Level>(dest: StreamEntry<TLevel> | DestinationStream) => MultiStreamRes<TOriginLevel & TLevel>;
  remove: (id: number) => MultiStreamRes<TOriginLevel>;
  flushSync: () => void;
  end: () => void;
  minLevel: number;
  streams: StreamEntry<TOriginLevel>[];
  clone<const TLevel = Level>(level: TLevel): MultiStreamRes<TLevel>;
}

/** One of the targets of a transport. */
export interface TransportTargetOptions<Options = Record<string, any>> {
  /** A module that makes a stream: a package, an absolute path, `pino/file`. */
  target: string;
  options?: Options;
  level?: LevelWithSilentOrString;
}

/** What transports of all kinds may say. */
export interface TransportBaseOptions<Options = Record<string, any>> {
  options?: Options;
  worker?: WorkerOptions & { autoEnd?: boolean };
}

/** A transport with one target. */
export interface TransportSingleOptions<Options = Record<string, any>> extends TransportBaseOptions<Options> {
  target: string;
}

/** A transport whose streams are piped into each other. */
export interface TransportPipelineOptions<Options = Record<string, any>> extends TransportBaseOptions<Options> {
  pipeline: TransportSingleOptions<Options>[];
  level?: LevelWithSilentOrString;
}

/** A transport with several targets. */
export interface TransportMultiOptions<Options = Record<string, any>> extends TransportBaseOptions<Options> {
  targets: readonly (TransportTargetOptions<Options> | TransportPipelineOptions<Options>)[];
  levels?: Record<string, number>;
  dedupe?: boolean;
}

/** What a transport is made from. */
export type TransportOptions<Options = Record<string, any>> =
  | TransportSingleOptions<Options>
  | TransportMultiOptions<Options>
  | TransportPipelineOptions<Options>;

/** What shapes lines. None of them may throw. */
export interface Formatters {
  /** @default `{ level: number }` */
  level?: (label: string, number: number) => object;
  /** For each logger and each child. */
  bindings?: (bindings: Bindings) => object;
  /** For each call. */
  log?: (object: Record<string, unknown>) => Record<string, unknown>;
}

/** Functions that stand between a call and its line. */
export interface Hooks {
  /** Is called instead of each log method, and calls it: `method.apply(this, args)`. */
  logMethod?: (this: Logger, args: Parameters<LogFn>, method: LogFn, level: number) => void;
  /** Changes a line before a stream gets it. */
  streamWrite?: (s: string) => string;
}

/** What pino's build for browsers hands on of a call. */
export interface LogEvent {
  /** Milliseconds since the epoch. */
  ts: number;
  /** The arguments of the call. */
  messages: any[];
  /** Those of each child logger, the outermost first. */
  bindings: Bindings[];
  level: { label: string; value: number };
}

/** Options of pino's build for browsers. */
export interface BrowserOptions {
  /** Objects instead of arguments for the console. */
  asObject?: boolean;
  /** Objects of level, time and bindings in front of the arguments as they are. */
  asObjectBindingsOnly?: boolean;
  formatters?: {
    level?: (label: string, number: number) => object;
    log?: (object: Record<string, unknown>) => Record<string, unknown>;
  };
  /** Adds where the call was. */
  reportCaller?: boolean;
  /** In place of the console: one function, or one for each level. */
  write?: WriteFn | ({ [level in Level]?: WriteFn } & { [level: string]: WriteFn });
  /** Which serializers are applied. */
  serialize?: boolean | string[];
  /** Hands each call on. */
  transmit?: { level?: LevelOrString; send: (level: Level, logEvent: LogEvent) => void };
  disabled?: boolean;
}

/** Options of `pino()`. */
export interface LoggerOptions<CustomLevels extends string = never, UseOnlyCustomLevels extends boolean = boolean> {
  /** A worker that gets the lines; needs the package `thread-stream`. */
  transport?: TransportOptions;
  /** Has no effect: cycles are always found. */
  safe?: boolean;
  /** The logger's name: a field of each line, and the target of its records. */
  name?: string;
  /** By the name of a field, what is logged of its value. */
  serializers?: { [key: string]: SerializerFn };
  /** @default true */
  timestamp?: TimeFn | boolean;
  /** What is written and delivered; below it calls are recorded only. @default 'info' */
  level?: LevelWithSilentOrString;
  customLevels?: { [level in CustomLevels]: number };
  /** @default false */
  useOnlyCustomLevels?: UseOnlyCustomLevels;
  /** Whether higher numbers are more important (`ASC`), or less. @default 'ASC' */
  levelComparison?: 'ASC' | 'DESC' | ((current: number, expected: number) => boolean);
  mixin?: MixinFn<CustomLevels>;
  mixinMergeStrategy?: MixinMergeStrategyFn;
  redact?: string[] | RedactOptions;
  /** Has no effect; pino has it. */
  levelVal?: number;
  /** @default 'msg' */
  messageKey?: string;
  /** @default 'err' */
  errorKey?: string;
  /** A key under which everything goes that was logged. */
  nestedKey?: string;
  /** Where false, nothing is written and nothing recorded. @default true */
  enabled?: boolean;
  /** For pino's build for browsers; here it has no effect. */
  browser?: BrowserOptions;
  /** Bindings of the logger; null for none. @default pid and hostname */
  base?: { [key: string]: any } | null;
  formatters?: Formatters;
  msgPrefix?: string;
  hooks?: Hooks;
  /** For values that `JSON.stringify` cannot write. @default 5 */
  depthLimit?: number;
  /** For values that `JSON.stringify` cannot write. @default 100 */
  edgeLimit?: number;
  onChild?: OnChildCallback<CustomLevels>;
  /** Lines end in `\r\n`. @default false */
  crlf?: boolean;
}

/** Options of `child()`. */
export interface ChildLoggerOptions<CustomLevels extends string = never> {
  level?: LevelOrString;
  serializers?: { [key: string]: SerializerFn };
  customLevels?: { [level in CustomLevels]: number };
  formatters?: {
    level?: (label: string, number: number) => object;
    bindings?: (bindings: Bindings) => object;
    log?: (object: object) => object;
  };
  redact?: string[] | RedactOptions;
  msgPrefix?: string;
}

/** Options of `destination()`; what the package `sonic-boom` takes. */
export interface DestinationOptions {
  fd?: number | string | symbol;
  /** A path or a file descriptor. @default stdout */
  dest?: number | string;
  /** Bytes that are gathered before they are written. */
  minLength?: number;
  maxLength?: number;
  maxWrite?: number;
  /** Milliseconds. */
  periodicFlush?: number;
  append?: boolean;
  mkdir?: boolean;
  mode?: string | number;
  fsync?: boolean;
  contentMode?: 'buffer' | 'utf8';
  retryEAGAIN?: (err: Error, writeBufferLen: number, remainingBufferLen: number) => boolean;
  sync?: boolean;
}

/** What `destination()` makes: an instance of `sonic-boom`. */
export interface Destination extends EventEmitter, DestinationStream {
  write(msg: string): boolean;
  flush(cb?: (err?: Error) => unknown): void;
  flushSync(): void;
  reopen(file?: string): void;
  end(): void;
  destroy(): void;
  readonly destroyed: boolean;
  readonly fd: number;
  readonly file: string | undefined;
  readonly minLength: number;
}

/** What `transport()` makes: an instance of `thread-stream`. */
export interface TransportStream extends EventEmitter, DestinationStream {
  write(msg: string): boolean;
  flush(cb?: (err?: Error) => void): void;
  flushSync(): void;
  end(): void;
  emit(event: string | symbol, ...args: any[]): boolean;
  ref(): void;
  unref(): void;
  readonly ready: boolean;
  readonly destroyed: boolean;
  readonly closed: boolean;
  readonly writable: boolean;
  readonly writableEnded: boolean;
  readonly worker: import('node:worker_threads').Worker;
}
