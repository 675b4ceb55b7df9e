// What the environment says to `ttlog/auto`. A wrong word must not stop a service: it is left out, and told.
import { reasonOf } from '../core/errors.js';
import { matchesPattern } from '../core/filter.js';
import { toFilter } from '../core/levels.js';
import type { TtlogOptions } from '../runtime/options.js';
import { normaliseOptions } from '../runtime/options.js';
import { consoleSink } from '../sinks/console.js';
import { fileSink } from '../sinks/file.js';
import { otlpSink } from '../sinks/otlp.js';
import type { HttpOptions } from './instrument-http.js';
import { normaliseRequests, type RequestScopeOptions } from './request-options.js';

export interface AutoOptions {
  readonly ttlog: TtlogOptions;
  readonly http: HttpOptions;
  /** What was wrong: variables and what is expected of them. */
  readonly wrong: readonly { readonly variable: string; readonly message: string }[];
}

type SinkInput = NonNullable<TtlogOptions['sinks']>[number];
type Environment = Readonly<Record<string, string | undefined>>;

/** Never throws. */
export function autoOptions(environment: Environment): AutoOptions {
  const wrong: AutoOptions['wrong'][number][] = [];
  /** The value of a variable, made into what options take; undefined where it says nothing, or something wrong. */
  function read<T>(variable: string, make: (text: string) => T): T | undefined {
    const text = environment[variable]?.trim();
    if (text === undefined || text === '') return undefined;
    try {
      return make(text);
    } catch (error) {
      wrong.push({ variable, message: reasonOf(error) });
      return undefined;
    }
  }

  const ttlog: TtlogOptions = {
    service:
      environment['TTLOG_SERVICE'] || environment['OTEL_SERVICE_NAME'] || environment['npm_package_name'] || 'app',
  };
  const record = read('TTLOG_RECORD', (text) => (toFilter(text), text));
  const capacity = read('TTLOG_CAPACITY', (text) => checked({ capacity: Number(text) }));
  const snapshots = read('TTLOG_SNAPSHOTS', (text) => isOn(text) ?? text);
  const blackBox = read('TTLOG_BLACK_BOX', (text) => isOn(text) ?? text);
  const promote = read('TTLOG_PROMOTE', (text) => ({ promote: onOrOff(text) }));
  const redact = read('TTLOG_REDACT', (text) => checked({ redact: { keys: { extend: names(text) } } }));
  const sinks = sinksOf(
    read('TTLOG_CONSOLE', consoleOf),
    read('TTLOG_FILE', (path) => fileSink({ path })),
    read('TTLOG_OTLP', otlpOf),
  );
  Object.assign(ttlog, record !== undefined && { record }, capacity, promote, redact);
  if (snapshots !== undefined) ttlog.snapshots = snapshots;
  if (blackBox !== undefined) ttlog.blackBox = blackBox;
  if (sinks !== undefined) ttlog.sinks = sinks;

  const requests: RequestScopeOptions = {};
  const ignored = read('TTLOG_HTTP_IGNORE', names);
  if (ignored !== undefined) requests.ignore = ({ url = '' }) => isListed(url, ignored);
  const idHeader = read('TTLOG_HTTP_ID_HEADER', (text) =>
    normaliseRequests({ idHeader: isOn(text) === false ? false : text }, 'requests'),
  );
  if (idHeader !== undefined) requests.idHeader = idHeader.idHeader ?? false;
  const sample = read('TTLOG_SAMPLE', (text) => normaliseRequests({ sample: Number(text) }, 'requests').sample);
  if (sample !== undefined) requests.sample = sample;
  const baggage = read('TTLOG_BAGGAGE', names) ?? [];
  const sides = read('TTLOG_HTTP', sidesOf) ?? { server: true, client: true };
  return {
    ttlog,
    http: {
      server: sides.server && { ...requests, baggage },
      client: sides.client && { baggage },
    },
    wrong,
  };
}

/** The option, if it is one that `init()` takes. */
function checked(options: TtlogOptions): TtlogOptions {
  normaliseOptions(options);
  return options;
}

const names = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** undefined for what is neither. */
function isOn(text: string): boolean | undefined {
  if (/^(?:on|true|yes|1)$/i.test(text)) return true;
  return /^(?:off|false|no|0)$/i.test(text) ? false : undefined;
}

function onOrOff(text: string): boolean {
  const on = isOn(text);
  if (on === undefined) throw new TypeError(`Expected on or off, got ${JSON.stringify(text.slice(0, 80))}`);
  return on;
}

function consoleOf(text: string): SinkInput | null {
  if (isOn(text) === false) return null;
  return consoleSink({ format: isOn(text) === true ? 'auto' : (text as 'auto') });
}

/** A receiver; or that there is one, where OpenTelemetry's variables say. */
function otlpOf(text: string): SinkInput | undefined {
  const on = isOn(text);
  if (on === false) return undefined;
  return otlpSink({ ...(on === undefined && { url: text }), metrics: true });
}

/** undefined: those that `init()` has by default. */
function sinksOf(
  console: SinkInput | null | undefined,
  ...others: readonly (SinkInput | undefined)[]
): SinkInput[] | undefined {
  const more = others.filter((sink) => sink !== undefined);
  if (console === undefined && more.length === 0) return undefined;
  return console === null ? more : [console ?? consoleSink(), ...more];
}

function sidesOf(text: string): { server: boolean; client: boolean } {
  const on = isOn(text);
  if (on !== undefined) return { server: on, client: on };
  if (text === 'server' || text === 'client') return { server: text === 'server', client: text === 'client' };
  throw new TypeError(`Expected on, off, server or client, got ${JSON.stringify(text.slice(0, 80))}`);
}

/** The path alone is compared; `*` stands for any run of characters. */
function isListed(url: string, patterns: readonly string[]): boolean {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  return patterns.some((pattern) => matchesPattern(pattern, path));
}
