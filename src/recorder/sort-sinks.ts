import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkOptions, invalidOption } from '../core/errors.js';
import type { LogLevel } from '../core/level.js';
import { parseLevel } from '../core/level.js';
import { MAX_TIMER_MS } from '../core/max-timer.js';
import { FunctionOutlet } from './function-outlet.js';
import { moduleSink } from './module-sink.js';
import type { Outlet, OutletHost } from './outlet.js';
import type { ModuleSink, Sink, SinkInput } from './sink.js';
import { builtInParts, isModuleSink, isSinkFactory } from './sink.js';
import type { ModuleSpec, ThreadSink } from './thread-data.js';

/** A function of somebody's own: it stays on the thread that created it. */
export interface FunctionSink {
  readonly sink: Sink;
  readonly level: LogLevel | undefined;
}

/** What the recorder thread can run, and how the same is made on this one where there is no such thread. */
export interface SinkPart extends ThreadSink {
  readonly make: (host: OutletHost) => Outlet;
}

export interface SortedSinks {
  readonly threadSinks: readonly SinkPart[];
  readonly functionSinks: readonly FunctionSink[];
}

/** Which sinks can run on the recorder thread. Throws ERR_INVALID_OPTION for what is no sink. */
export function sortSinks(sinks: readonly SinkInput[]): SortedSinks {
  const threadSinks: SinkPart[] = [];
  const functionSinks: FunctionSink[] = [];
  for (const sink of sinks) {
    checkSink(sink);
    const parts = builtInParts(sink);
    const level = levelOf(sink);
    if (parts !== undefined) threadSinks.push(...parts);
    else if (isModuleSink(sink)) threadSinks.push(modulePart(moduleSpec(sink), level));
    else functionSinks.push({ level, sink });
  }
  return { threadSinks, functionSinks };
}

/** Throws where it is none, or cannot work as it is. */
function checkSink(sink: unknown): void {
  if (typeof sink === 'function' && !isSinkFactory(sink)) {
    const { flush, metrics, metricsIntervalMs } = sink as Partial<Record<keyof Sink, unknown>>;
    if (flush !== undefined && typeof flush !== 'function') throw invalidOption("a sink's flush", 'a function', flush);
    if (metrics !== undefined && typeof metrics !== 'function')
      throw invalidOption("a sink's metrics", 'a function', metrics);
    if (metricsIntervalMs !== undefined && !isInterval(metricsIntervalMs))
      throw invalidOption(
        "a sink's metricsIntervalMs",
        `a number of milliseconds from 1 to ${MAX_TIMER_MS}`,
        metricsIntervalMs,
      );
    return;
  }
  if (typeof sink === 'object' && sink !== null && 'module' in sink) {
    return checkOptions('a module sink', sink, ['module', 'options', 'level']);
  }
  const called = typeof sink === 'function' ? `${sink.name}()` : 'consoleSink()';
  throw invalidOption('a sink', 'a function or { module, options }', sink, `Say ${called}, with the parentheses.`);
}

function isInterval(ms: unknown): boolean {
  return typeof ms === 'number' && ms >= 1 && ms <= MAX_TIMER_MS;
}

function levelOf({ level }: SinkInput): LogLevel | undefined {
  if (level === undefined) return undefined;
  const parsed = parseLevel(level);
  if (parsed === undefined) throw invalidOption("a sink's level", 'a LogLevel or its name', level);
  return parsed;
}

function modulePart(source: ModuleSpec, level: LogLevel | undefined): SinkPart {
  return { level, source, make: (host) => new FunctionOutlet(moduleSink(source), level, host) };
}

function moduleSpec({ module, options }: ModuleSink): ModuleSpec {
  const url = moduleUrl(module);
  try {
    structuredClone(options);
  } catch (error) {
    throw invalidOption(
      'the options of a module sink',
      'plain data',
      options,
      `They are copied to another thread: ${String(error)}`,
    );
  }
  return { kind: 'module', url, options };
}

function moduleUrl(module: unknown): string {
  if (module instanceof URL) return module.href;
  if (typeof module === 'string' && isAbsolute(module)) return pathToFileURL(module).href;
  if (typeof module === 'string' && URL.canParse(module)) return module;
  throw invalidOption(
    "a sink's module",
    'an absolute URL or path',
    module,
    "It is loaded by another thread: say new URL('./audit-sink.js', import.meta.url), or require.resolve('./audit-sink').",
  );
}
