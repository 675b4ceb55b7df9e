/** Several streams as one: each line goes to those whose level it reaches. */
import { STANDARD_LEVELS } from './levels.js';
import { needsMetadataGsym } from './symbols.js';
import type { DestinationStream, Level, MultiStreamOptions, MultiStreamRes, StreamEntry } from './types.js';

/** A stream, which may want to know what a line was made of, and may have more of a stream's methods. */
type Target = DestinationStream & {
  [needsMetadataGsym]?: boolean;
  emit?(...args: unknown[]): unknown;
  flushSync?(): void;
  end?(): void;
} & Metadata;

/** What a stream that asks for it is told before each line. */
interface Metadata {
  lastLevel?: number | string;
  lastTime?: string;
  lastMsg?: unknown;
  lastObj?: unknown;
  lastLogger?: unknown;
}

interface Entry {
  stream: Target;
  level: number;
  levelVal: undefined;
  id: number;
}

type Given = DestinationStream | (StreamEntry<string | number> & { levelVal?: number });

class MultiStream {
  readonly [needsMetadataGsym] = true;
  minLevel = 0;
  lastId = 0;
  streams: Entry[] = [];
  readonly streamLevels: Record<string, number>;
  readonly #dedupe: boolean;
  declare lastLevel?: number | string;
  declare lastTime?: string;
  declare lastMsg?: unknown;
  declare lastObj?: unknown;
  declare lastLogger?: unknown;

  constructor(streamLevels: Record<string, number>, dedupe: boolean) {
    this.streamLevels = streamLevels;
    this.#dedupe = dedupe;
  }

  /** The entries are in the order of their levels. Deduplicated, only those of the highest level that is reached get the line. */
  readonly write = (data: string): void => {
    const level = typeof this.lastLevel === 'string' ? this.streamLevels[this.lastLevel] : this.lastLevel;
    const reached = this.streams.filter((entry) => entry.level <= level!);
    const highest = reached.at(-1)?.level;
    for (const { stream, level: own } of this.#dedupe ? reached.reverse() : reached) {
      if (this.#dedupe && own !== highest) break;
      if (stream[needsMetadataGsym]) {
        stream.lastLevel = level!;
        stream.lastTime = this.lastTime!;
        stream.lastMsg = this.lastMsg;
        stream.lastObj = this.lastObj;
        stream.lastLogger = this.lastLogger;
      }
      stream.write(data);
    }
  };

  readonly add = (given: Given): this => {
    if (!given) return this;
    const isStream = typeof (given as DestinationStream).write === 'function';
    const stream = isStream ? given : (given as StreamEntry).stream;
    if (!stream) throw new Error('stream object needs to implement either StreamEntry or DestinationStream interface');
    const { level, levelVal } = given as { level?: string | number; levelVal?: number };
    const own = typeof level === 'string' ? this.streamLevels[level] : (level ?? STANDARD_LEVELS.info);
    this.streams.unshift({
      stream: stream as Target,
      level: typeof levelVal === 'number' ? levelVal : own,
      levelVal: undefined,
      id: ++this.lastId,
    });
    this.#sort();
    this.minLevel = this.streams[0].level;
    return this;
  };

  readonly remove = (id: number): this => {
    const index = this.streams.findIndex((entry) => entry.id === id);
    if (index < 0) return this;
    this.streams.splice(index, 1);
    this.minLevel = this.streams[0]?.level ?? -1;
    return this;
  };

  readonly emit = (...args: unknown[]): void => {
    for (const { stream } of this.streams) stream.emit?.(...args);
  };

  readonly flushSync = (): void => {
    for (const { stream } of this.streams) stream.flushSync?.();
  };

  readonly end = (): void => {
    for (const { stream } of this.streams) {
      stream.flushSync?.();
      stream.end?.();
    }
  };

  /** The same streams, all with this level. */
  readonly clone = (level: number): MultiStream => {
    const copy = new MultiStream(this.streamLevels, this.#dedupe);
    copy.lastId = this.lastId;
    copy.minLevel = level;
    copy.streams = this.streams.map((entry) => ({ ...entry, level }));
    return copy;
  };

  #sort(): void {
    this.streams.sort((a, b) => a.level - b.level);
  }
}

/**
 * One stream out of several, each with a level of its own (default `info`).
 *
 * @throws Error where something in the list is neither a stream nor an entry.
 * @example
 * import pino, { multistream } from 'ttlog/pino';
 * const all: string[] = [];
 * const errors: string[] = [];
 * const streams = multistream([
 *   { stream: { write: (line) => all.push(line) } },
 *   { level: 'error', stream: { write: (line) => errors.push(line) } },
 * ]);
 * const log = pino(streams);
 * log.info('fine');
 * log.error('broken');
 * [all.length, errors.length]; // => [2, 1]
 */
export function multistream<TLevel = Level>(
  streamsArray: (DestinationStream | StreamEntry<TLevel>)[] | DestinationStream | StreamEntry<TLevel>,
  opts?: MultiStreamOptions,
): MultiStreamRes<TLevel> {
  const levels: Record<string, number> = Object.assign(Object.create(STANDARD_LEVELS) as object, { silent: Infinity });
  if (typeof opts?.levels === 'object') Object.assign(levels, opts.levels);
  const streams = new MultiStream(levels, opts?.dedupe === true);
  for (const one of Array.isArray(streamsArray) ? streamsArray : [streamsArray]) streams.add(one as Given);
  return streams as unknown as MultiStreamRes<TLevel>;
}
