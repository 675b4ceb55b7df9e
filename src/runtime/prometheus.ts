import type { TtlogStats } from './handle.js';

/** What ttlog says about itself: name, kind, help, value. */
const OWN = [
  ['records_total', 'counter', 'Records of every level.', 'recorded'],
  ['records_delivered_total', 'counter', 'Records handed to sinks.', 'delivered'],
  ['records_dropped_total', 'counter', 'Records that could not be written.', 'dropped'],
  [
    'records_lapped_total',
    'counter',
    'Records overwritten unread: what is counted of spans lacks those among them.',
    'lapped',
  ],
  ['records_missed_total', 'counter', 'Records that a sink was to get and never did.', 'missed'],
  ['records_promoted_total', 'counter', 'Records delivered because their traces ended failed or slow.', 'promoted'],
  ['snapshots_total', 'counter', 'Snapshots that were taken.', 'snapshots'],
  ['sink_errors_total', 'counter', 'Times that a sink failed.', 'sinkErrors'],
  ['open_spans', 'gauge', 'Spans of this thread that have not ended.', 'openSpans'],
] as const;

/** Statistics in the text format of Prometheus, version 0.0.4. */
export function prometheusText(stats: TtlogStats): string {
  const lines: string[] = [];
  const head = (name: string, kind: string, help: string): void => {
    lines.push(`# HELP ttlog_${name} ${help}`, `# TYPE ttlog_${name} ${kind}`);
  };
  head('span_duration_seconds', 'histogram', 'How long spans and timers took.');
  for (const { target, name, count, totalMs, buckets } of stats.spans) {
    const labels = labelsOf(target, name);
    let upTo = 0;
    for (const bucket of buckets) {
      upTo += bucket.count;
      const le = bucket.upToMs === Infinity ? '+Inf' : String(bucket.upToMs / 1e3);
      lines.push(`ttlog_span_duration_seconds_bucket{${labels},le="${le}"} ${upTo}`);
    }
    lines.push(`ttlog_span_duration_seconds_sum{${labels}} ${totalMs / 1e3}`);
    lines.push(`ttlog_span_duration_seconds_count{${labels}} ${count}`);
  }
  head('span_errors_total', 'counter', 'Spans that failed.');
  for (const { target, name, errors } of stats.spans)
    lines.push(`ttlog_span_errors_total{${labelsOf(target, name)}} ${errors}`);
  for (const [name, kind, help, key] of OWN) {
    head(name, kind, help);
    lines.push(`ttlog_${name} ${stats[key]}`);
  }
  return `${lines.join('\n')}\n`;
}

function labelsOf(target: string, name: string): string {
  return `target="${escaped(target)}",name="${escaped(name)}"`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
