// What the README shows of the results: which rows and columns. A row of ours that loses stays in.

import { formatCount, formatKb, formatMs, formatNs, formatNsAsMs, formatPercent, formatUs } from './columns.mjs';

/**
 * @typedef {object} Line one row of a table of the README
 * @property {string} name
 * @property {string} metric
 * @property {(n: number) => string} format
 * @property {(string | undefined)[]} ids   the contender of each column
 * @property {'low' | 'high'} [best]        which is to be bold
 * @property {string} [over]                a contender whose figure is subtracted
 *
 * @typedef {{ title: string, note?: string, columns: string[], lines: Line[] }} ReadmeTable
 */

const PINO = 'pino to /dev/null (sync, minLength 4096)';
const PINO_FILE = 'pino to a file (sync, minLength 4096)';
const PINO_WORKER = 'pino to a file (worker transport)';
const WINSTON = 'winston to a null stream';
const WINSTON_FILE = 'winston to a file';
const LOGTAPE = 'LogTape as JSON lines to a no-op sink';

const inGroup = (group, names) => names.map((name) => name && `${group}/${name}`);

function line(name, metric, format, group, names, more = {}) {
  return { name, metric, format, ids: inGroup(group, names), best: 'low', ...more };
}

const scenarioNames = {
  basic: "pino's “basic”: `info('hello world')`",
  object: "pino's “object”: `info({ hello: 'world' })`",
  'deep-object': "pino's “deep object”: its package.json",
  child: "pino's “child”",
  'child-child': "pino's “child of a child”",
  'child-creation': "pino's “child creation”, of every tenth call",
  'long-string': "pino's “long string”: 2000 bytes, mostly no UTF-8",
  interpolate: "pino's “interpolation”: `hello %s` (ttlog: a field)",
  'interpolate-all': 'the same with `%s %j %d` (ttlog: three fields)',
  'long-field': 'a field of 2000 characters, another every time',
};

/** @type {ReadmeTable} */
const calls = {
  title: 'What a call costs',
  note:
    'ns an event. “recorded” is all that the calling thread does; “delivered” is the processor time of all threads until the line ' +
    'has been written to /dev/null, which is what the others do on the calling thread (pino: to /dev/null, sync, minLength 4096; ' +
    'bunyan, winston and LogTape: into a stream that discards).',
  columns: ['ttlog, recorded', 'ttlog, delivered', 'pino', 'bunyan', 'winston', 'LogTape'],
  lines: [
    ...['constant', 'varying'].map((values) =>
      line(
        `three fields, ${values === 'constant' ? 'literals' : 'other values every time'}`,
        'ns',
        formatNs,
        `record-${values}`,
        [
          'ttlog info(), outside a context',
          undefined,
          PINO,
          undefined,
          WINSTON,
          'LogTape to a no-op sink, as JSON lines',
        ],
      ),
    ),
    line('the same inside a context', 'ns', formatNs, 'record-varying', ['ttlog info(), inside a context']),
    ...Object.entries(scenarioNames).map(([id, name]) =>
      line(name, 'ns', formatNs, `scenario-${id}`, [
        'ttlog, recorded',
        'ttlog, delivered to /dev/null (CPU, all threads)',
        PINO,
        'bunyan to a null stream',
        WINSTON,
        LOGTAPE,
      ]),
    ),
    line('below the level', 'ns', formatNs, 'disabled', [
      'ttlog trace() below record',
      undefined,
      'pino trace() below its level',
      undefined,
      'winston silly() below its level',
      'LogTape trace() below its level',
    ]),
  ],
};

const fileNames = ['ttlog fileSink', PINO_FILE, 'pino to a file (async)', PINO_WORKER, WINSTON_FILE];

/** @type {ReadmeTable} */
const toAFile = {
  title: 'To a file',
  note:
    'Every line of every file is read back and compared. winston and pino’s asynchronous destination queue in memory what they cannot ' +
    'write at once: a short call, and a line that is lost when the process ends.',
  columns: ['ttlog', 'pino, sync, 4 KiB', 'pino, async', 'pino, worker', 'winston'],
  lines: [
    line('processor time of all threads, ns an event', 'cpuNs', formatCount, 'delivery-burst', fileNames),
    line('of the main thread, blocked included, ns', 'mainNs', formatCount, 'delivery-burst', fileNames),
    line('the same, 100 000 events/s: all threads, ns', 'cpuNs', formatCount, 'delivery-paced', fileNames),
    line('main thread, ns', 'mainNs', formatCount, 'delivery-paced', fileNames),
    line('events a second of processor time', 'eventsPerCpuSecond', formatCount, 'delivery-burst', fileNames, {
      best: 'high',
    }),
    ...[
      ['p50', 'p50'],
      ['p99', 'p99'],
      ['p999', 'p99.9'],
      ['max', 'longest'],
    ].map(([metric, name]) => line(`a call, ${name}, µs`, metric, formatUs, 'latency', fileNames)),
    line('event-loop delay over no logger, mean, ms', 'mean', formatNsAsMs, 'loop-delay', fileNames, {
      over: 'loop-delay/no logger',
    }),
    line('event-loop delay, p99, ms', 'p99', formatNsAsMs, 'loop-delay', fileNames),
    line('lines lost of 2 000, the process returns', 'return2k', formatCount, 'lost-lines', fileNames),
    line('lines lost of 2 000, `process.exit()`', 'exit2k', formatCount, 'lost-lines', fileNames),
    line('lines lost of 200 000, `process.exit()`', 'exit200k', formatCount, 'lost-lines', fileNames),
  ],
};

/** @type {ReadmeTable} */
const weight = {
  title: 'Weight',
  columns: ['ttlog', 'pino', 'winston', 'LogTape', 'bunyan'],
  lines: [
    line('RSS growth over 10 million events, MiB', 'growthMb', formatMs, 'memory', ['ttlog, recorded', PINO]),
    line('the same, delivered', 'growthMb', formatMs, 'memory', ['ttlog, delivered to /dev/null', PINO]),
    line('RSS growth over a million messages, no two alike', 'growthMb', formatMs, 'memory-messages', [
      'ttlog, recorded',
      PINO,
    ]),
    line('RSS growth behind a dead sink, 300 000 events', 'growthMb', formatMs, 'memory-stalled', [
      'ttlog, a sink that never settles',
      'pino, a stream that never drains',
      'winston, a stream that never drains',
      'LogTape, an async sink that never settles',
      'bunyan, a stream that never drains',
    ]),
    line('10 million events', 'growthMb', formatMs, 'memory-stalled', ['ttlog, a sink that never settles, for long']),
    line('at rest, processor time', 'cpuShare', formatPercent, 'rest', ['ttlog fileSink', PINO_FILE, WINSTON_FILE], {
      over: 'rest/no logger',
    }),
    line('at rest, RSS added, MiB', 'rssMb', formatMs, 'rest', ['ttlog fileSink', PINO_FILE, WINSTON_FILE], {
      over: 'rest/no logger',
    }),
    line(
      '`import`, ms',
      'addedMs',
      formatMs,
      'import',
      ['ttlog', 'pino', 'winston', '@logtape/logtape'].map((name) => `import '${name}'`),
    ),
    line('bundle, min+gzip, KiB', 'gzipBytes', formatKb, 'size', ['ttlog', 'pino', 'winston', '@logtape/logtape']),
    line('`ttlog/core`, what records', 'gzipBytes', formatKb, 'size', ['ttlog/core']),
  ],
};

function spanLines(kind, bare) {
  const group = `spans-${kind}`;
  const names = ['ttlog @Instrument', 'ttlog withSpan', 'OpenTelemetry startActiveSpan', 'AsyncLocalStorage.run alone'];
  return [
    line(`a span around ${kind === 'sync' ? 'a sync' : 'an async'} method`, 'ns', formatNs, group, names, {
      over: `${group}/${bare}`,
      best: undefined,
    }),
  ];
}

/** @type {ReadmeTable} */
const spans = {
  title: 'Spans',
  note:
    'ns over the bare method. The last column is what a fresh `AsyncLocalStorage.run` costs by itself: a span has to open a scope, and on ' +
    'Node 24 that is dear.',
  columns: ['`@Instrument()`', '`withSpan()`', 'OpenTelemetry', '`als.run` alone'],
  lines: [...spanLines('sync', 'bare method'), ...spanLines('async', 'bare async method')],
};

/** @type {ReadmeTable} */
const fields = {
  title: 'Context and fields',
  note: 'ns.',
  columns: ['ttlog', 'by hand', 'class-transformer'],
  lines: [
    {
      ...line('`withContext(fields, fn)`, by hand: `als.run`', 'ns', formatNs, 'context', [
        'ttlog withContext(fields, fn)',
      ]),
      ids: ['context/ttlog withContext(fields, fn)', 'primitives/als.run(fresh store)', undefined],
    },
    line('eight fields, one nested: extracted', 'ns', formatNs, 'fields', [
      'ttlog @Fields',
      'written by hand',
      'class-transformer instanceToPlain',
    ]),
    line('extracted and recorded (class-transformer: with pino)', 'ns', formatNs, 'fields-record', [
      "ttlog info(order, '…') with @Fields",
      'ttlog, fields written by hand',
      'pino to /dev/null, instanceToPlain',
    ]),
  ],
};

const services = {
  'bare service': 'bare',
  'ttlog at full trace, info to a file': 'ttlog, info to a file',
  'ttlog at full trace, everything to a file': 'ttlog, all to a file',
  'pino + OpenTelemetry, info to a file': 'pino + OTel, info to a file',
  'pino + OpenTelemetry, everything to a file': 'pino + OTel, all to a file',
  '@nestjs/observe + pino, everything to a file': '@nestjs/observe + pino, all to a file',
};

/** @type {ReadmeTable} */
const http = {
  title: 'A Nest service on Fastify',
  note:
    '200 µs of work, 1 request span, 10 method spans and 20 events a request; everything is in the ring. OpenTelemetry: spans by hand, ' +
    'batches that are thrown away.',
  columns: Object.values(services),
  lines: [
    line('requests/s', 'rps', formatCount, 'http', Object.keys(services), { best: undefined }),
    line('p99, ms', 'p99Ms', formatMs, 'http', Object.keys(services), { best: undefined }),
    line('main thread, µs a request over bare', 'mainUs', formatNs, 'http', Object.keys(services), {
      over: 'http/bare service',
      best: undefined,
    }),
    line('all threads, µs a request over bare', 'cpuUs', formatNs, 'http', Object.keys(services), {
      over: 'http/bare service',
      best: undefined,
    }),
    line('requests whose story is kept', 'kept', formatPercent, 'http', Object.keys(services), { best: undefined }),
  ],
};

const eventCounts = ['1 000', '100 000', '10 000 000'];
const fieldCounts = [0, 3, 10, 30];

/** @type {ReadmeTable} */
const scalingEvents = {
  title: 'Scaling: events',
  note: 'ns an event, by how many there are in a row.',
  columns: eventCounts,
  lines: [
    line(
      'recorded',
      'ns',
      formatNs,
      'scaling-events',
      eventCounts.map((count) => `ttlog recorded, ${count} events`),
      { best: undefined },
    ),
    line(
      'delivered to a file, processor time of all threads',
      'ns',
      formatNs,
      'scaling-events',
      eventCounts.map((count) => `ttlog fileSink, ${count} events`),
      {
        best: undefined,
      },
    ),
  ],
};

/** @type {ReadmeTable} */
const scalingFields = {
  title: 'Scaling: fields',
  note: 'By the number of fields, values that change on every call.',
  columns: fieldCounts.map(String),
  lines: [
    line(
      'ttlog, ns',
      'ns',
      formatNs,
      'scaling-fields',
      fieldCounts.map((count) => `ttlog, ${count} fields`),
      { best: undefined },
    ),
    line(
      'pino, ns',
      'ns',
      formatNs,
      'scaling-fields',
      fieldCounts.map((count) => `pino, ${count} fields`),
      { best: undefined },
    ),
    line(
      'bytes in the ring',
      'ringBytes',
      formatCount,
      'scaling-fields',
      fieldCounts.map((count) => `ttlog, ${count} fields`),
      { best: undefined },
    ),
  ],
};

/** @type {ReadmeTable[]} */
export const readmeTables = [calls, toAFile, weight, spans, fields, http, scalingEvents, scalingFields];
