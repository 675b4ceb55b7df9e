// What the standard variables of OpenTelemetry's exporters say: https://opentelemetry.io/docs/specs/otel/protocol/exporter/
import { readFileSync } from 'node:fs';
import { MAX_TIMER_MS } from '../core/max-timer.js';
import type { OtlpSignal } from '../recorder/otlp/spec.js';

/** The value that a signal's own variable has, else the one for all signals; an empty one counts as none. */
function valueOf(name: string, signal: OtlpSignal): { readonly variable: string; readonly value: string } | undefined {
  for (const variable of [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`, `OTEL_EXPORTER_OTLP_${name}`]) {
    const value = process.env[variable]?.trim();
    if (value !== undefined && value !== '') return { variable, value };
  }
  return undefined;
}

/** What somebody typed into the environment and got wrong must not stop a service, nor go unnoticed. */
function ignore(variable: string, expected: string, value: string): undefined {
  process.emitWarning(`${variable} is ignored: expected ${expected}, got ${JSON.stringify(value.slice(0, 80))}`, {
    code: 'TTLOG_OTLP_ENVIRONMENT',
  });
}

/** Where a signal goes; undefined where nothing is said. A signal's own endpoint is taken as it is. */
export function environmentUrl(signal: OtlpSignal): string | undefined {
  const found = valueOf('ENDPOINT', signal);
  if (found === undefined) return undefined;
  const { variable, value } = found;
  if (!isHttp(value)) return ignore(variable, 'an http: or https: URL', value);
  return variable === 'OTEL_EXPORTER_OTLP_ENDPOINT' ? signalUrl(value, signal) : value;
}

/** `<base>/v1/<signal>`, whether or not the base ends so already. */
export function signalUrl(base: string, signal: OtlpSignal): string {
  const url = new URL(base);
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1\/(?:logs|traces|metrics)$/, '');
  url.pathname = `${path}/v1/${signal}`;
  return url.href;
}

export function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** `name=value` pairs, percent-encoded. The signal's own win. */
export function environmentHeaders(signal: OtlpSignal): Record<string, string> {
  return {
    ...pairs('OTEL_EXPORTER_OTLP_HEADERS'),
    ...pairs(`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_HEADERS`),
  };
}

/** `OTEL_RESOURCE_ATTRIBUTES`, and `OTEL_SERVICE_NAME`, which wins. */
export function environmentResource(): Record<string, string> {
  const { OTEL_SERVICE_NAME: name = '' } = process.env;
  return { ...pairs('OTEL_RESOURCE_ATTRIBUTES'), ...(name.trim() !== '' && { 'service.name': name.trim() }) };
}

export function environmentTimeoutMs(signal: OtlpSignal): number | undefined {
  const found = valueOf('TIMEOUT', signal);
  if (found === undefined) return undefined;
  const ms = Number(found.value);
  return ms >= 1 && ms <= MAX_TIMER_MS ? ms : ignore(found.variable, 'a number of milliseconds', found.value);
}

export function environmentGzip(signal: OtlpSignal): boolean | undefined {
  const found = valueOf('COMPRESSION', signal);
  if (found === undefined) return undefined;
  const { variable, value } = found;
  return value === 'gzip' || value === 'none' ? value === 'gzip' : ignore(variable, 'gzip or none', value);
}

export function environmentProtocol(signal: OtlpSignal): 'http/protobuf' | 'http/json' | undefined {
  const found = valueOf('PROTOCOL', signal);
  if (found === undefined) return undefined;
  const { variable, value } = found;
  if (value === 'http/protobuf' || value === 'http/json') return value;
  return ignore(variable, 'http/protobuf or http/json', value);
}

/** PEM texts, read now: by the time they are needed the process may have fewer rights. */
export function environmentTls(signal: OtlpSignal): { ca?: string; cert?: string; key?: string } {
  const tls: { ca?: string; cert?: string; key?: string } = {};
  for (const [key, name] of [
    ['ca', 'CERTIFICATE'],
    ['cert', 'CLIENT_CERTIFICATE'],
    ['key', 'CLIENT_KEY'],
  ] as const) {
    const found = valueOf(name, signal);
    if (found === undefined) continue;
    try {
      tls[key] = readFileSync(found.value, 'utf8');
    } catch (error) {
      ignore(found.variable, `the path of a PEM file (${String(error)})`, found.value);
    }
  }
  return tls;
}

/** As in the header `baggage`: `a=1,b=2`, values percent-encoded. What is no pair is left out. */
function pairs(variable: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const pair of (process.env[variable] ?? '').split(',')) {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, Math.max(equals, 0)).trim();
    if (key !== '') found[decoded(key)] = decoded(pair.slice(equals + 1).trim());
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
