/** Runs in the thread of a transport with several targets or with pipelines: makes their streams, and hands each line to those it is for. */
import { PassThrough, pipeline as pipe } from 'node:stream';
import type { Writable } from 'node:stream';
import { loadTarget } from './load-target.js';
import { multistream } from './multistream.js';
import { optionalPeer } from '../../runtime/optional-peer.js';

interface Target {
  readonly target: string;
  readonly options?: unknown;
  readonly level?: string;
}

interface Data {
  readonly targets?: readonly Target[];
  readonly pipelines?: readonly (readonly Target[])[];
  readonly levels?: Record<string, number>;
  readonly dedupe?: boolean;
}

interface Entry {
  readonly level: string | undefined;
  readonly stream: Writable;
}

/** The part of `pino-abstract-transport` that is used here. */
type Build = (
  use: (source: NodeJS.ReadableStream & Metadata) => void,
  options: {
    parse: 'lines';
    metadata: boolean;
    close: (error: Error | undefined, done: (error?: Error) => void) => void;
  },
) => Writable;

interface Metadata {
  lastLevel?: unknown;
  lastTime?: unknown;
  lastMsg?: unknown;
  lastObj?: unknown;
}

/** `thread-stream` calls it with the data of the transport. */
export default async function start({ targets = [], pipelines = [], levels, dedupe }: Data): Promise<Writable> {
  const streams: Entry[] = [];
  for (const { target, options, level } of targets) streams.push({ level, stream: await makeStream(target, options) });
  for (const parts of pipelines) {
    const made: Writable[] = [];
    for (const { target, options } of parts) made.push(await makeStream(target, options));
    streams.push({ level: parts.at(-1)?.level, stream: asOne(made) });
  }
  const [only, ...more] = streams;
  if (more.length === 0 && (only.level === undefined || only.level === null)) return only.stream;
  const abstract = optionalPeer('pino-abstract-transport', 'A transport with several targets') as Build;
  return abstract(
    (source) => {
      const split = multistream(streams as never, {
        ...(levels === undefined ? {} : { levels }),
        ...(dedupe === undefined ? {} : { dedupe }),
      });
      source.on('data', (line: unknown) => {
        const { lastLevel, lastTime, lastMsg, lastObj } = source;
        Object.assign(split, { lastLevel, lastTime, lastMsg, lastObj });
        split.write(`${String(line)}\n`);
      });
    },
    {
      parse: 'lines',
      metadata: true,
      close(error, done) {
        let left = streams.length;
        for (const { stream } of streams) {
          stream.on('close', () => {
            if (--left === 0) done(error);
          });
          stream.end();
        }
      },
    },
  );
}

async function makeStream(target: string, options: unknown): Promise<Writable> {
  const make = await loadTarget(target);
  return (await make(options)) as Writable;
}

/** Streams that are piped into each other, as one that is closed when the last of them is. */
function asOne(streams: Writable[]): Writable {
  let hasEnded = false;
  let closed: (error: Error | null) => void = () => {};
  let failure: Error | null = null;
  const first = new PassThrough({
    autoDestroy: true,
    destroy(_error, done) {
      if (hasEnded) done(failure);
      else closed = done;
    },
  });
  pipe([first, ...streams] as never, (error) => {
    hasEnded = true;
    failure = error?.code === 'ERR_STREAM_PREMATURE_CLOSE' ? null : (error ?? null);
    closed(failure);
  });
  return first;
}
