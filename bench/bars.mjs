// The bars that ttlog holds itself to, checked on every run that has the rows for them. A missed bar is printed like
// a met one.

import { formatNs, formatRatio, ratio, summaryOf } from './lib/columns.mjs';
import { summarise } from './lib/stats.mjs';

const CLOCK = 'primitives/performance.now()';
const NODE_MAJOR = Number(process.versions.node.split('.')[0]);

/** On Node 24 and later a fresh AsyncLocalStorage.run alone costs what a whole ttlog span costs on Node 20. */
const SYNC_SPAN_BAR = NODE_MAJOR >= 24 ? 5 : 10;
const ASYNC_SPAN_BAR = NODE_MAJOR >= 24 ? 5 : 7;

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

function differenceBar(text, { limit, compare }, id, reference, metric = 'ns') {
  return {
    text,
    limit,
    compare,
    format: (n) => `${formatNs(n)} ns`,
    compute(results) {
      const own = summaryOf(results, id, metric);
      const other = summaryOf(results, reference, metric);
      return own && other ? summarise(own.rounds.map((n, i) => n - other.rounds[i])) : undefined;
    },
  };
}

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

export const bars = [
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
    atLeast(SYNC_SPAN_BAR),
    'spans-sync/OpenTelemetry startActiveSpan',
    'spans-sync/ttlog @Instrument',
    { base: 'spans-sync/bare method' },
  ),
  ratioBar(
    'OpenTelemetry ÷ @Instrument, async',
    atLeast(ASYNC_SPAN_BAR),
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
  {
    text: 'core, min+gzip',
    limit: 10,
    compare: '≤',
    format: (n) => `${n.toFixed(1)} KiB`,
    compute(results) {
      const size = summaryOf(results, 'size/ttlog core', 'gzipBytes');
      return size && summarise([size.median / 1024]);
    },
  },
  ratioBar("import 'pino' ÷ import 'ttlog'", atLeast(1), "import/import 'pino'", "import/import 'ttlog'", {
    metric: 'addedMs',
  }),
];

/** @param {import('./lib/columns.mjs').Results} results only the bars that this run has the rows for */
export function checkBars(results) {
  return bars.flatMap(({ text, limit, compare, format, compute }) => {
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
