import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkOptions, invalidOption } from '../core/errors.js';
import type { LogLevel } from '../core/level.js';
import { parseLevel } from '../core/level.js';
import type { ModuleSink, Sink, SinkInput } from './sink.js';
import { isModuleSink, isSinkFactory, specOf } from './sink.js';
import type { ModuleSpec, ThreadSink } from './thread-data.js';

/** A function of somebody's own: it stays on the thread that created it. */
export interface FunctionSink {
  readonly sink: Sink;
  readonly level: LogLevel | undefined;
}

export interface SortedSinks {
  readonly threadSinks: readonly ThreadSink[];
  readonly functionSinks: readonly FunctionSink[];
}

/** Which sinks can run on the recorder thread. Throws ERR_INVALID_OPTION for what is no sink. */
export function sortSinks(sinks: readonly SinkInput[]): SortedSinks {
  const threadSinks: ThreadSink[] = [];
  const functionSinks: FunctionSink[] = [];
  for (const sink of sinks) {
    checkSink(sink);
    const spec = specOf(sink);
    const level = levelOf(sink);
    if (spec !== undefined) threadSinks.push({ level, source: spec });
    else if (isModuleSink(sink)) threadSinks.push({ level, source: moduleSpec(sink) });
    else functionSinks.push({ level, sink });
  }
  return { threadSinks, functionSinks };
}

/** Throws where it is none, or cannot work as it is. */
function checkSink(sink: unknown): void {
  if (typeof sink === 'function' && !isSinkFactory(sink)) {
    const { flush } = sink as { flush?: unknown };
    if (flush !== undefined && typeof flush !== 'function') throw invalidOption("a sink's flush", 'a function', flush);
    return;
  }
  if (typeof sink === 'object' && sink !== null && 'module' in sink) {
    return checkOptions('a module sink', sink, ['module', 'options', 'level']);
  }
  const called = typeof sink === 'function' ? `${sink.name}()` : 'consoleSink()';
  throw invalidOption('a sink', 'a function or { module, options }', sink, `Say ${called}, with the parentheses.`);
}

function levelOf({ level }: SinkInput): LogLevel | undefined {
  if (level === undefined) return undefined;
  const parsed = parseLevel(level);
  if (parsed === undefined) throw invalidOption("a sink's level", 'a LogLevel or its name', level);
  return parsed;
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
