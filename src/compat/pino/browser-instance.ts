/** A logger of a browser as the layer itself sees it. */
import type { Levels } from './levels.js';
import type { Redaction } from './redaction.js';
import type { BrowserOptions, Bindings, LoggerOptions } from './types.js';

type Method = (...args: unknown[]) => void;

/** Of a logger and all that come from it. */
export interface Root {
  readonly options: LoggerOptions;
  readonly browser: BrowserOptions;
  readonly levels: { values: Levels; labels: Record<number, string> };
  readonly names: readonly string[];
  /** What the calls of each level are handed to. */
  readonly outlets: Record<string, Method>;
  readonly timestamp: () => unknown;
  readonly messageKey: string;
  readonly redaction: Redaction | null;
}

/** Of one logger. */
export interface Own {
  readonly root: Root;
  level: string;
  /** The bindings of the loggers it comes from, the outermost first. */
  readonly inherited: readonly Bindings[];
  /** Its own; undefined where it has none. */
  bindings: Bindings | undefined;
  readonly serializers: Record<string, (value: unknown) => unknown>;
  /** Names of the serializers that are applied; false for none. */
  readonly serialize: readonly string[] | false;
  readonly serializesErrors: boolean;
}
