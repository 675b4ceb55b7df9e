import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { invalidOption } from '../core/errors.js';
import type { LogLevel } from '../core/level.js';
import { parseLevel } from '../core/level.js';
import type { ModuleSink, Sink, SinkInput } from './sink.js';
import { isModuleSink, specOf } from './sink.js';
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
    const spec = isSink(sink) ? specOf(sink) : undefined;
    const level = levelOf(sink);
    if (spec !== undefined) threadSinks.push({ level, source: spec });
    else if (isModuleSink(sink)) threadSinks.push({ level, source: moduleSpec(sink) });
    else functionSinks.push({ level, sink });
  }
  return { threadSinks, functionSinks };
}

function isSink(sink: unknown): boolean {
  if (typeof sink === 'function') return true;
  if (typeof sink === 'object' && sink !== null && 'module' in sink) return true;
  throw invalidOption('a sink', 'a function or { module, options }', sink, 'Say consoleSink(), with the parentheses.');
}

function levelOf({ level }: SinkInput): LogLevel | undefined {
  if (level === undefined) return undefined;
  const parsed = parseLevel(level);
  if (parsed === undefined) throw invalidOption("a sink's level", 'a LogLevel or its name', level);
  return parsed;
}

function moduleSpec({ module, options }: ModuleSink): ModuleSpec {
  const url = module instanceof URL ? module.href : isAbsolute(module) ? pathToFileURL(module).href : module;
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
