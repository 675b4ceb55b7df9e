import { context, type Context } from '@opentelemetry/api';
import type { Logger, LoggerProvider, LogRecord, SeverityNumber } from '@opentelemetry/api-logs';
import { LogLevel, parseLevel } from '../../core/level.js';
import { log } from '../../core/log.js';
import { targetOrRoot } from '../../core/state.js';
import type { Target } from '../../core/target.js';
import { fieldsOf } from './attributes.js';
import { emitAt } from './emit-at.js';
import { scopeOf } from './foreign-scope.js';
import { epochNsOf } from './times.js';

/**
 * OpenTelemetry's logger provider whose records are events of ttlog: in the ring, with its levels, its redaction and the trace they happened in.
 * The name of the instrumentation scope (`getLogger(name)`) is their target.
 *
 * @example
 * import { init } from 'ttlog';
 * import { TtlogLoggerProvider } from 'ttlog/opentelemetry';
 * import { memorySink } from 'ttlog/sinks';
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * new TtlogLoggerProvider().getLogger('orders').emit({ severityNumber: 13, body: 'Stock is low', attributes: { left: 2 } });
 * await handle.shutdown();
 * memory.records.map(({ target, message, values }) => [target, message, values]); // => [['orders', 'Stock is low', { left: 2 }]]
 */
export class TtlogLoggerProvider implements LoggerProvider {
  /** A logger whose records have this target; without a name, that of the service. */
  getLogger(name: string): Logger {
    return new TtlogOtelLogger(targetOrRoot(typeof name === 'string' ? name : ''));
  }
}

class TtlogOtelLogger implements Logger {
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Never throws. A record with a time of its own keeps it. */
  emit(record: LogRecord): void {
    if (typeof record !== 'object' || record === null) return;
    const target = this.#target;
    const level = levelOf(record.severityNumber, record.severityText);
    if (level < target.recordLevel) return;
    const scope = scopeOf(record.context ?? context.active());
    const { body, eventName, exception } = record;
    const message = typeof body === 'string' ? body : (eventName ?? '');
    const fields: Record<string, unknown> = { ...fieldsOf(record.attributes) };
    if (message !== body && body !== undefined && body !== null) fields['body'] = body;
    if (eventName !== undefined && eventName !== message) fields['event_name'] = eventName;
    if (exception !== undefined && exception !== null) fields['err'] = exception;
    const epochNs = epochNsOf(record.timestamp);
    if (epochNs === undefined) log(target, level, scope, null, message, fields);
    else emitAt(epochNs, target, level, scope, message, fields);
  }

  enabled(options: { context?: Context; severityNumber?: SeverityNumber } = {}): boolean {
    // Of a record whose level nobody tells yet, the best is assumed.
    const level = options.severityNumber === undefined ? LogLevel.Fatal : levelOf(options.severityNumber, undefined);
    const scope = scopeOf(options.context ?? context.active());
    return level >= this.#target.recordLevel && (scope === undefined || level >= scope.silence - 1);
  }
}

/** Four numbers a level, from 1 on. Who says nothing means info. */
function levelOf(severity: number | undefined, text: string | undefined): LogLevel {
  if (typeof severity === 'number' && severity >= 1 && severity <= 24)
    return Math.floor((severity - 1) / 4) as LogLevel;
  const named = typeof text === 'string' ? parseLevel(text.toLowerCase()) : undefined;
  return named === undefined || named === LogLevel.Off ? LogLevel.Info : named;
}
