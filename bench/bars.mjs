// The bars that ttlog holds itself to, checked on every run that has the rows for them. A missed bar is printed like
// a met one.

import { difference, formatCount, formatNs, formatPercent, formatRatio, ratio, summaryOf } from './lib/columns.mjs';
import { pairedRatio, summarise } from './lib/stats.mjs';

const CLOCK = 'primitives/performance.now()';

const atMost = (limit) => ({ limit, compare: '≤' });
const atLeast = (limit) => ({ limit, compare: '≥' });

function ratioBar(text, { limit, compare }, above, below, { metric = 'ns', base } = {}) {
  return {
    text,
    limit,
    compare,
    format: formatRatio,
    compute: (results) => ratio(results, above, below, metric, base),
  };
}

function differenceBar(text, { limit, compare }, id, reference, { metric = 'ns', format = inNs } = {}) {
  return { text, limit, compare, format, compute: (results) => difference(results, id, reference, metric) };
}

function valueBar(text, { limit, compare }, id, metric, format, scale = 1) {
  return {
    text,
    limit,
    compare,
    format,
    compute: (results) => {
      const summary = summaryOf(results, id, metric);
      return summary && summarise(summary.rounds.map((n) => n * scale));
    },
  };
}

const inNs = (n) => `${formatNs(n)} ns`;
const inKib = (n) => `${n.toFixed(1)} KiB`;
const inMib = (n) => `${n.toFixed(1)} MiB`;

const recordBars = ['constant', 'varying'].flatMap((values) => {
  const group = `record-${values}`;
  const outside = `${group}/ttlog info(), outside a context`;
  const inside = `${group}/ttlog info(), inside a context`;
  return [
    ratioBar(`record (${values}), over performance.now()`, atMost(2.5), outside, CLOCK),
    ratioBar(`record (${values}) inside a context, over performance.now()`, atMost(3.5), inside, CLOCK),
    ratioBar(
      `pino to /dev/null ÷ record (${values})`,
      atLeast(15),
      `${group}/pino to /dev/null (sync, minLength 4096)`,
      outside,
    ),
    ratioBar(`pino into a no-op stream ÷ record (${values})`, atLeast(6), `${group}/pino into a no-op stream`, outside),
    ratioBar(`winston ÷ record (${values})`, atLeast(40), `${group}/winston to a null stream`, outside),
  ];
});

const deliveryBars = ['burst', 'paced'].flatMap((mode) => {
  const ttlog = `delivery-${mode}/ttlog fileSink`;
  const pino = `delivery-${mode}/pino to a file (sync, minLength 4096)`;
  return [
    ratioBar(`file (${mode}): whole-process CPU, of pino`, atMost(0.5), ttlog, pino, { metric: 'cpuNs' }),
    ratioBar(`file (${mode}): main-thread time, of pino`, atMost(0.1), ttlog, pino, { metric: 'mainNs' }),
  ];
});

/** Flat: what garbage collection leaves lying about, and nothing that the number of events could be read from. */
const FLAT_MIB = 16;

const LAST_WORDS = {
  return2k: 'of 2 000, returning',
  exit2k: 'of 2 000, process.exit()',
  exit200k: 'of 200 000, process.exit()',
};

const memoryBars = [
  valueBar('RSS growth, events recorded', atMost(FLAT_MIB), 'memory/ttlog, recorded', 'growthMb', inMib),
  valueBar('RSS growth, events delivered', atMost(FLAT_MIB), 'memory/ttlog, delivered to /dev/null', 'growthMb', inMib),
  valueBar(
    'RSS growth, messages all different',
    atMost(FLAT_MIB),
    'memory-messages/ttlog, recorded',
    'growthMb',
    inMib,
  ),
  differenceBar(
    'RSS behind a stalled sink, many events over few',
    atMost(FLAT_MIB),
    'memory-stalled/ttlog, a sink that never settles, for long',
    'memory-stalled/ttlog, a sink that never settles',
    { metric: 'growthMb', format: inMib },
  ),
  valueBar(
    'a 3-field event in the ring',
    atMost(64),
    'scaling-fields/ttlog, 3 fields',
    'ringBytes',
    (n) => `${formatNs(n)} B`,
  ),
  valueBar('CPU at rest', atMost(0.005), 'rest/ttlog fileSink', 'cpuShare', formatPercent),
  ...Object.keys(LAST_WORDS).map((metric) =>
    valueBar(`lines lost, ${LAST_WORDS[metric]}`, atMost(0), 'lost-lines/ttlog fileSink', metric, formatCount),
  ),
];

/** Ten million events, and thirty fields, cost what as many times fewer do. */
const LINEAR = atMost(1.25);

/** V8 gives up on a place by itself after a few; what goes on for ever comes far more often. */
const NO_LOOP = atMost(3);

const scalingBars = [
  valueBar(
    'deoptimisations at one place after the warm-up',
    NO_LOOP,
    'deopt/ttlog, a mixed workload',
    'samePlace',
    formatCount,
  ),
  ...['recorded', 'fileSink'].map((how) =>
    ratioBar(
      `an event of 10 million ÷ one of 100 000, ${how}`,
      LINEAR,
      `scaling-events/ttlog ${how}, 10 000 000 events`,
      `scaling-events/ttlog ${how}, 100 000 events`,
    ),
  ),
  {
    text: 'a field of 30 ÷ a field of 10',
    ...LINEAR,
    format: formatRatio,
    compute: (results) => {
      const of = (fields) =>
        difference(results, `scaling-fields/ttlog, ${fields} fields`, 'scaling-fields/ttlog, 0 fields', 'ns');
      const [thirty, ten] = [of(30), of(10)];
      return (
        thirty &&
        ten &&
        pairedRatio(
          thirty.rounds.map((n) => n / 30),
          ten.rounds.map((n) => n / 10),
        )
      );
    },
  },
];

/** On Node 24 and later a fresh AsyncLocalStorage.run alone costs what a whole ttlog span costs on Node 20. */
const barsOf = (nodeMajor) => [
  ...recordBars,
  differenceBar(
    'call below record, over an empty call',
    atMost(3),
    'disabled/ttlog trace() below record',
    'primitives/empty call',
  ),
  ...deliveryBars,
  ratioBar(
    'OpenTelemetry ÷ @Instrument, sync',
    atLeast(nodeMajor >= 24 ? 5 : 10),
    'spans-sync/OpenTelemetry startActiveSpan',
    'spans-sync/ttlog @Instrument',
    { base: 'spans-sync/bare method' },
  ),
  ratioBar(
    'OpenTelemetry ÷ @Instrument, async',
    atLeast(nodeMajor >= 24 ? 5 : 7),
    'spans-async/OpenTelemetry startActiveSpan',
    'spans-async/ttlog @Instrument',
    { base: 'spans-async/bare async method' },
  ),
  differenceBar(
    '@Instrument when disabled, over bare',
    atMost(5),
    'disabled/ttlog @Instrument method, record off',
    'disabled/bare method',
  ),
  ratioBar(
    'withContext, of als.run',
    atMost(1.5),
    'context/ttlog withContext(fields, fn)',
    'primitives/als.run(fresh store)',
  ),
  ratioBar(
    'instanceToPlain ÷ @Fields',
    atLeast(40),
    'fields/class-transformer instanceToPlain',
    'fields/ttlog @Fields',
  ),
  ratioBar('@Fields, of an extractor written by hand', atMost(2), 'fields/ttlog @Fields', 'fields/written by hand'),
  ratioBar(
    'a Nest service at full trace: requests/s, of bare',
    atLeast(0.9),
    'http/ttlog at full trace, info to a file',
    'http/bare service',
    { metric: 'rps' },
  ),
  ...memoryBars,
  ...scalingBars,
  valueBar('core, min+gzip', atMost(10), 'size/ttlog/core', 'gzipBytes', inKib, 1 / 1024),
  ratioBar("import 'pino' ÷ import 'ttlog'", atLeast(1), "import/import 'pino'", "import/import 'ttlog'", {
    metric: 'addedMs',
  }),
];

/**
 * Only the bars that this run has the rows for.
 *
 * @param {import('./lib/columns.mjs').Results} results
 * @param {number} nodeMajor that they were taken under
 */
export function checkBars(results, nodeMajor) {
  return barsOf(nodeMajor).flatMap(({ text, limit, compare, format, compute }) => {
    const summary = compute(results);
    if (!summary) return [];
    const met = compare === '≤' ? summary.median <= limit : summary.median >= limit;
    return {
      text,
      required: `${compare} ${format(limit)}`,
      measured: format(summary.median),
      spread: `${format(summary.min)} … ${format(summary.max)}`,
      met,
    };
  });
}
