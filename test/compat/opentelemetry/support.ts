// OpenTelemetry's API with ttlog behind it, and everything that is recorded in memory.
import { context, diag, propagation, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { afterEach, beforeEach } from 'vitest';
import type { LogRecord, Sink, TtlogHandle } from 'ttlog';
import { init } from 'ttlog';
import type { OpenTelemetryCompatibility, OpenTelemetrySpanOptions } from 'ttlog/opentelemetry';
import { enableOpenTelemetryCompatibility } from 'ttlog/opentelemetry';
import { memorySink } from 'ttlog/sinks';

let handle: TtlogHandle | undefined;
let memory: ReturnType<typeof memorySink>;
const closing: (() => unknown)[] = [];

/** ttlog anew, with these sinks besides. */
export async function start(...sinks: Sink[]): Promise<void> {
  await handle?.shutdown();
  memory = memorySink();
  handle = init({ service: 'shop', level: 'trace', capacity: 16_384, sinks: [memory, ...sinks] });
}

beforeEach(() => start());

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  // Whatever a test has left registered.
  for (const api of [trace, context, propagation, diag, logs]) api.disable();
  await handle?.shutdown();
  handle = undefined;
});

export const atTheEnd = (close: () => unknown): void => void closing.push(close);

/** ttlog is what OpenTelemetry's API records into, until the end of the test. */
export function enable(options?: OpenTelemetrySpanOptions): OpenTelemetryCompatibility {
  const enabled = enableOpenTelemetryCompatibility(options);
  atTheEnd(() => enabled[Symbol.dispose]());
  return enabled;
}

export const running = (): TtlogHandle => handle!;

export async function records(): Promise<readonly LogRecord[]> {
  await handle!.flush();
  return memory.records;
}

/** Forgets what has been recorded so far. */
export async function clear(): Promise<void> {
  await records();
  memory.clear();
}

export async function spans(): Promise<readonly LogRecord[]> {
  return (await records()).filter(({ kind }) => kind === 'span');
}

/** The one span of that name. */
export async function spanOf(name: string): Promise<LogRecord> {
  const found = (await spans()).filter(({ message }) => message === name);
  if (found.length !== 1) throw new Error(`${found.length} spans are called ${name}`);
  return found[0];
}

/** The one event with that message. */
export async function eventOf(message: string): Promise<LogRecord> {
  const found = (await records()).filter((record) => record.kind === 'event' && record.message === message);
  if (found.length !== 1) throw new Error(`${found.length} events say ${message}`);
  return found[0];
}

/** The fields of a span without those that every span has. */
export function attributesOf({ values }: LogRecord): Record<string, unknown> {
  const { duration_ms: _duration, outcome: _outcome, span_kind: _kind, span_links: _links, ...own } = values;
  return own;
}

/** Waits until something can be seen. */
export async function until(isThere: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isThere())) await new Promise(setImmediate);
}
