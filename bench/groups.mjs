// The sections of the table: what is compared in each, and with which columns. Contenders name their group.

import {
  formatCount,
  formatKb,
  formatMs,
  formatNs,
  formatNsAsMs,
  formatPercent,
  formatUs,
  over,
  perField,
  spread,
  timesOf,
  timesUnder,
  value,
} from './lib/columns.mjs';

const CLOCK = 'primitives/performance.now()';
const EMPTY_CALL = 'primitives/empty call';
const ALS_RUN = 'primitives/als.run(fresh store)';

const BARE_SERVICE = 'http/bare service';

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

const memoryColumns = [
  value('events', 'events', formatCount),
  value('startMb', 'start', formatMs),
  value('growthMb', 'growth', formatMs),
  value('maxMb', 'largest', formatMs),
  value('seconds', 'took, s', formatMs),
];

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

const scenarioTitles = {
  basic: ["basic: info('hello world')"],
  object: ["object: info({ hello: 'world' })"],
  'deep-object': ["deep object: pino's own package.json"],
  child: ["child({ a: 'property' }).info({ hello: 'world' })"],
  'child-child': ["child of a child, info({ hello: 'world' })"],
  'child-creation': ['a child made before every tenth call'],
  'long-string': ['long string: a message of 2000 bytes, mostly no UTF-8'],
  interpolate: ["interpolation: 'hello %s'", "ttlog: info('hello', { name: 'world' })."],
  'interpolate-all': [
    "interpolation: 'hello %s %j %d'",
    "ttlog: info('hello', { name: 'world', data: { obj: true }, count: 4 }).",
  ],
  'long-field': ['not of pino: a field of 2000 characters, another text every time'],
};

/** pino's published scenarios, a group each. */
const scenarioGroups = Object.entries(scenarioTitles).map(([id, [title, ...notes]]) => ({
  id: `scenario-${id}`,
  title: `pino's scenarios: ${title}`,
  notes,
  columns: [...ns, timesUnder(`scenario-${id}/pino to /dev/null (sync, minLength 4096)`, 'pino ÷ this')],
}));

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
  ...scenarioGroups,
  {
    id: 'disabled',
    title: 'A call below the level',
    notes: [
      '"over empty": less an empty function called with the same message and fields. The bare method is what the',
      '@Instrument-ed one is measured over.',
    ],
    columns: [
      ...ns,
      over(EMPTY_CALL, 'over empty', formatNs, { rows: /below/ }),
      over('disabled/bare method', 'over bare', formatNs, { rows: /@Instrument/ }),
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
    notes: [
      "winston and pino's asynchronous destination queue in memory what they cannot write at once: a short call, and a line that is",
      'lost when the process ends.',
    ],
    columns: [
      value('p50', 'p50', formatUs),
      value('p99', 'p99', formatUs),
      value('p999', 'p99.9', formatUs),
      value('max', 'max', formatUs),
      timesUnder('latency/pino to a file (sync, minLength 4096)', 'pino p99 ÷ this', 'p99'),
    ],
  },
  {
    id: 'loop-delay',
    title: 'Event-loop delay while 2000 events every 20 ms go to a file (ms)',
    notes: [
      "node's own monitorEventLoopDelay with a timer of 1 ms, which is in every figure: 'no logger' shows it. No time without a",
      'processor is subtracted here: on a busy machine read the p50.',
    ],
    columns: [
      value('mean', 'mean', formatNsAsMs),
      over('loop-delay/no logger', 'mean over no logger', formatNsAsMs, { metric: 'mean' }),
      value('p50', 'p50', formatNsAsMs),
      value('p99', 'p99', formatNsAsMs),
      value('p999', 'p99.9', formatNsAsMs),
      value('max', 'max', formatNsAsMs),
    ],
  },
  {
    id: 'lost-lines',
    title: 'Lines that are missing when the process ends right after the last call',
    notes: ['The median of three processes. Every line that is there is compared.'],
    columns: [
      value('return2k', '2 000, returns', formatCount),
      value('exit2k', '2 000, exit()', formatCount),
      value('exit200k', '200 000, exit()', formatCount),
    ],
  },
  {
    id: 'scaling-events',
    title: 'Scaling: the cost of an event by how many there are in a row',
    notes: [
      'recorded: time of a call. fileSink: processor time of the whole process until everything is in the file.',
      '"of 100 000": this row ÷ the row with 100 000 events; 1.00× is linear.',
    ],
    columns: [
      ...ns,
      timesOf((id) => id.replace(/, .*$/, ', 100 000 events'), 'of 100 000'),
      value('wholeMs', 'all of them, ms', formatMs),
    ],
  },
  {
    id: 'scaling-fields',
    title: 'Scaling: the cost of an event by the number of its fields',
    notes: [
      'Numbers, texts and booleans whose values change on every call. "a field": what a field adds to an event of none.',
      'ring B: bytes of an event in the ring, dictionary included, from a raw snapshot.',
    ],
    columns: [
      ...ns,
      perField((id) => id.replace(/, .*$/, ', 0 fields'), 'a field'),
      value('ringBytes', 'ring B', formatNs),
      timesUnder((id) => id.replace(/^.*,/, 'scaling-fields/pino,'), 'pino ÷ this'),
    ],
  },
  {
    id: 'memory',
    title: 'Resident set over many events (MiB)',
    notes: [
      'start: after a tenth of them. growth: the last tenth less the second. npm run bench:memory does 100 million.',
    ],
    columns: memoryColumns,
  },
  {
    id: 'memory-messages',
    title: 'Resident set over many messages, no two alike (MiB)',
    notes: ['npm run bench:memory does 50 million.'],
    columns: memoryColumns,
  },
  {
    id: 'memory-stalled',
    title: 'Resident set behind a destination that has stalled for ever (MiB)',
    notes: ['start: before the first event. growth: after the last one and a garbage collection.'],
    columns: memoryColumns,
  },
  {
    id: 'rest',
    title: 'At rest: a process that has logged and does nothing any more',
    notes: ['added: less the process without a logger. ttlog has its ring (8 MiB) and its recorder thread.'],
    columns: [
      value('cpuShare', 'CPU', formatPercent),
      over('rest/no logger', 'CPU added', formatPercent, { metric: 'cpuShare' }),
      value('rssMb', 'RSS, MiB', formatMs),
      over('rest/no logger', 'RSS added', formatMs, { metric: 'rssMb' }),
    ],
  },
  {
    id: 'deopt',
    title: "Deoptimisations in ttlog's own code under a mixed workload: 4 million calls, and 4 million more",
    notes: [],
    columns: [
      value('warmUp', 'warm-up', formatCount),
      value('steady', 'afterwards', formatCount),
      value('samePlace', 'at one place', formatCount),
    ],
  },
  {
    id: 'http',
    title: 'A Nest service on Fastify: 200 µs of work, 1 request span, 10 method spans, 20 events a request',
    notes: [
      'autocannon in a process of its own on the same machine, 16 connections. CPU: all threads of the service, its main thread,',
      'a request; added: less the bare service. OpenTelemetry: spans by hand, batches thrown away. kept: requests of which the',
      'story is kept; @nestjs/observe reports 1000 every 5 s.',
    ],
    columns: [
      value('rps', 'requests/s', formatCount),
      spread('rps', formatCount),
      timesOf(BARE_SERVICE, 'of bare', 'rps'),
      value('p99Ms', 'p99 ms', formatMs),
      over(BARE_SERVICE, 'main µs added', formatNs, { metric: 'mainUs' }),
      over(BARE_SERVICE, 'CPU µs added', formatNs, { metric: 'cpuUs' }),
      value('kept', 'kept', formatPercent),
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
      "export * from '…', esbuild, minified, node's modules external; gzip -9. ttlog/core: the six calls, loggers with spans,",
      "levels, events and backends; the whole of ttlog carries its recorder thread's source too.",
    ],
    columns: [
      value('minBytes', 'min', formatKb),
      value('gzipBytes', 'min+gzip', formatKb),
      timesUnder('size/pino', 'pino ÷ this', 'gzipBytes'),
    ],
  },
];
