/** A logger as the layer itself sees it: pino's parts, each under its symbol. Children inherit from their parents. */
import type { EventEmitter } from 'node:events';
import type { LogLevel } from '../../core/level.js';
import type { Bindings as RingBindings } from '../../core/scope.js';
import type { LevelComparison, LevelMapping } from './levels.js';
import type { Redaction } from './redaction.js';
import type { RingSide } from './ring-side.js';
import type { SafeStringify } from './stringify.js';
import type * as S from './symbols.js';
import type { Bindings, Hooks, MixinMergeStrategyFn } from './types.js';

export type Fields = Record<string, unknown>;
export type Serializers = Record<string | symbol, ((value: unknown) => unknown) | undefined>;

export interface AllFormatters {
  readonly level: (label: string, number: number) => object;
  readonly bindings: ((bindings: Bindings) => object) | undefined;
  readonly log: ((object: Fields) => Fields) | undefined;
}

/** A stream with as much of a stream's methods as is used where it has them. */
export interface OutStream {
  write(line: string): unknown;
  emit?(event: string, ...args: unknown[]): unknown;
  flush?(cb: (error?: Error) => void): void;
  flushSync?(): void;
  [S.needsMetadataGsym]?: boolean;
  [S.transportUsesMultistreamSym]?: boolean;
  lastLevel?: number;
  lastObj?: unknown;
  lastMsg?: unknown;
  lastTime?: string;
  lastLogger?: unknown;
}

export interface Instance extends EventEmitter {
  levels: LevelMapping;
  onChild: (child: Instance) => void;
  level: string;
  readonly msgPrefix: string | undefined;
  readonly version: string;
  [S.levelValSym]: number;
  [S.levelCompSym]: LevelComparison;
  [S.useOnlyCustomLevelsSym]: boolean;
  /** By the number of a level, how a line of it begins: `{"level":30`. */
  [S.lsCacheSym]: Record<number, string>;
  /** The bindings as a piece of a line. */
  [S.chindingsSym]: string;
  [S.serializersSym]: Serializers;
  [S.formattersSym]: AllFormatters;
  [S.hooksSym]: Hooks;
  [S.mixinSym]: ((mergeObject: object, level: number, logger: unknown) => object) | undefined;
  [S.mixinMergeStrategySym]: MixinMergeStrategyFn | undefined;
  [S.redactionSym]: Redaction | null;
  [S.stringifySafeSym]: SafeStringify;
  [S.streamSym]: OutStream;
  [S.timeSym]: () => string;
  [S.timeSliceIndexSym]: number;
  [S.endSym]: string;
  [S.messageKeySym]: string;
  [S.errorKeySym]: string;
  [S.nestedKeySym]: string | null;
  [S.nestedKeyStrSym]: string;
  [S.msgPrefixSym]: string | undefined;
  [S.ringSym]: RingSide;
  [S.ringBindingsSym]: RingBindings | null;
  [S.ringLevelsSym]: ReadonlyMap<number, LogLevel>;
  [S.ringDecidesSym]: boolean;
  [S.asJsonSym](obj: Fields, msg: unknown, num: number, time: string): string;
  [S.writeSym](obj: unknown, msg: unknown, num: number): void;
  [S.setLevelSym](level: string | number): void;
  [S.getLevelSym](): string;
  child(bindings: Bindings, options?: object): Instance;
}
