// The sections of the table: what is compared in each, and with which columns. Contenders name their group.

import {
  formatCount,
  formatKb,
  formatMs,
  formatNs,
  formatUs,
  over,
  spread,
  timesOf,
  timesUnder,
  value,
} from './lib/columns.mjs';

const CLOCK = 'primitives/performance.now()';
const EMPTY_CALL = 'primitives/empty call';
const ALS_RUN = 'primitives/als.run(fresh store)';

const ns = [value('ns', 'ns', formatNs), spread('ns', formatNs)];

/** The two record groups have the same columns; each is compared with pino on its own kind of values. */
function recordColumns(group) {
  return [
    ...ns,
    timesOf(CLOCK, 'clock reads'),
    timesUnder(`${group}/pino to /dev/null (sync, minLength 4096)`, 'pino ÷ this'),
    timesUnder(`${group}/pino into a no-op stream`, 'pino no-op ÷ this'),
  ];
}

function spanColumns(group, bare) {
  return [
    ...ns,
    over(`${group}/${bare}`, 'over bare', formatNs),
    timesUnder(`${group}/OpenTelemetry startActiveSpan`, 'OpenTelemetry ÷ this', 'ns', `${group}/${bare}`),
  ];
}

function deliveryColumns(group) {
  const pino = `${group}/pino to a file (sync, minLength 4096)`;
  return [
    value('cpuNs', 'CPU ns/event', formatCount),
    spread('cpuNs', formatCount),
    timesOf(pino, 'of pino', 'cpuNs'),
    value('mainNs', 'main ns/event', formatCount),
    timesOf(pino, 'of pino', 'mainNs'),
    value('eventsPerCpuSecond', 'events/CPU s', formatCount),
  ];
}

/** @type {{ id: string, title: string, notes: string[], columns: import('./lib/columns.mjs').Column[] }[]} */
export const groups = [
  {
    id: 'primitives',
    title: 'Primitives',
    notes: ['What a record is made of. "clock reads": this row ÷ performance.now().'],
    columns: [...ns, timesOf(CLOCK, 'clock reads')],
  },
  {
    id: 'record-constant',
    title: 'Record one event, values constant',
    notes: [
      "info('User logged in', { user_id: 123, attempt: 1.5, email: 'alice@example.com' }): literals, every cache hits.",
      'ttlog records at trace and delivers from warn up, so that no record is owed to a sink and no call ever waits;',
      'delivery is measured in its own group. Its recorder thread follows the ring meanwhile.',
    ],
    columns: recordColumns('record-constant'),
  },
  {
    id: 'record-varying',
    title: 'Record one event, values vary on every call',
    notes: ['The same with { user_id: i, attempt: i * 0.5, email: one of 4096 strings in turn }.'],
    columns: recordColumns('record-varying'),
  },
  {
    id: 'disabled',
    title: 'A call below the level',
    notes: [
      '"over empty": less an empty function called with the same message and fields. The bare method is what the',
      '@Instrument-ed one is measured over.',
    ],
    columns: [
      ...ns,
      over(EMPTY_CALL, 'over empty', formatNs, /below/),
      over('disabled/bare method', 'over bare', formatNs, /@Instrument/),
    ],
  },
  {
    id: 'spans-sync',
    title: 'A span around a sync method (each a trace of its own)',
    notes: [
      '"over bare": less the bare method. "OpenTelemetry ÷ this": both less the bare method. Two number arguments are',
      'recorded by both. OpenTelemetry: NodeTracerProvider, BatchSpanProcessor, an exporter that discards.',
    ],
    columns: spanColumns('spans-sync', 'bare method'),
  },
  {
    id: 'spans-async',
    title: 'A span around an async method (each a trace of its own)',
    notes: [],
    columns: spanColumns('spans-async', 'bare async method'),
  },
  {
    id: 'context',
    title: 'A context around a call',
    notes: ['"of als.run": this row ÷ AsyncLocalStorage.run with a fresh store, the only one in its process.'],
    columns: [...ns, timesOf(ALS_RUN, 'of als.run')],
  },
  {
    id: 'fields',
    title: 'An object of 8 fields, one nested, to loggable fields',
    notes: [],
    columns: [
      ...ns,
      timesOf('fields/written by hand', 'of by hand'),
      timesUnder('fields/class-transformer instanceToPlain', 'instanceToPlain ÷ this'),
    ],
  },
  {
    id: 'fields-record',
    title: 'The same object, extracted and recorded',
    notes: [],
    columns: [
      ...ns,
      timesOf('fields-record/ttlog, fields written by hand', 'of by hand'),
      timesUnder('fields-record/pino to /dev/null, instanceToPlain', 'pino + instanceToPlain ÷ this'),
    ],
  },
  {
    id: 'delivery-burst',
    title: 'Delivery to a file, all events in a row',
    notes: [
      'CPU: all threads of the process. main: what the main thread ran, and what it was blocked for inside the calls.',
      'Every line of every file is read back and compared; a run that lost one is INVALID.',
    ],
    columns: deliveryColumns('delivery-burst'),
  },
  {
    id: 'delivery-paced',
    title: 'Delivery to a file, 2000 events every 20 ms',
    notes: [],
    columns: deliveryColumns('delivery-paced'),
  },
  {
    id: 'latency',
    title: 'A single call that goes to a file, 500 every 2 ms (µs, one clock read included)',
    notes: [],
    columns: [
      value('p50', 'p50', formatUs),
      value('p99', 'p99', formatUs),
      value('p999', 'p99.9', formatUs),
      value('max', 'max', formatUs),
      timesUnder('latency/pino to a file (sync, minLength 4096)', 'pino p99 ÷ this', 'p99'),
    ],
  },
  {
    id: 'import',
    title: 'Import (ms)',
    notes: ['added: whole process, less one that imports nothing and was started in the same moment.'],
    columns: [
      value('addedMs', 'added', formatMs),
      spread('addedMs', formatMs),
      timesUnder("import/import 'pino'", 'pino ÷ this', 'addedMs'),
      value('ms', 'whole process', formatMs),
    ],
  },
  {
    id: 'size',
    title: 'Bundle (KiB)',
    notes: [
      "export * from '…', esbuild, minified, node's modules external; gzip -9. core: the six calls, loggers, levels,",
      "events and backends; the whole of ttlog carries its recorder thread's source too.",
    ],
    columns: [
      value('minBytes', 'min', formatKb),
      value('gzipBytes', 'min+gzip', formatKb),
      timesUnder('size/pino', 'pino ÷ this', 'gzipBytes'),
    ],
  },
];
