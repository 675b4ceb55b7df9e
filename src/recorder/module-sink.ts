import type { LogRecord } from './record.js';
import type { Sink } from './sink.js';
import type { ModuleSpec } from './thread-data.js';

type MakeSink = (options: unknown) => Sink | PromiseLike<Sink>;

/** A sink that loads its module at the first batch. A module that cannot be loaded is a sink that fails, and is tried again. */
export function moduleSink({ url, options }: ModuleSpec): Sink {
  let loading: Promise<Sink> | undefined;
  const load = async (): Promise<Sink> => {
    try {
      return await (loading ??= loadSink(url, options));
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };
  const sink = async (batch: LogRecord[]): Promise<void> => {
    const inner = await load();
    await inner(batch);
  };
  return Object.defineProperties(sink, {
    name: { value: `module ${url}` },
    flush: { value: async () => (await loading)?.flush?.() },
    [Symbol.asyncDispose]: { value: async () => (await loading)?.[Symbol.asyncDispose]?.() },
  }) as Sink;
}

async function loadSink(url: string, options: unknown): Promise<Sink> {
  const module = (await import(url)) as { default: MakeSink | { default: MakeSink } };
  // A CommonJS module's exports arrive as the default of the default.
  const make = typeof module.default === 'function' ? module.default : module.default.default;
  return make(options);
}
