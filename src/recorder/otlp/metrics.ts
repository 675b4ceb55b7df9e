// What is counted of spans, as OpenTelemetry's serialisers take it: as much of the SDK's ResourceMetrics as they read.
import type { SinkMetrics } from '../sink.js';
import { TTLOG_VERSION } from '../version.js';
import type { HrTime, OtlpResource } from './records.js';
import { hrTime } from './records.js';
import type { Attributes } from './values.js';

// Numbers of the SDK's enums.
const VALUE_INT = 0;
const VALUE_DOUBLE = 1;
const POINT_HISTOGRAM = 0;
const POINT_SUM = 3;
/**
 * Sums since `init()`: a request that never arrives loses nothing, because the next one says it all, and the table that they are read from is
 * of this kind.
 */
const CUMULATIVE = 1;

interface DataPoint<T> {
  readonly attributes: Attributes;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly value: T;
}

interface Histogram {
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
  readonly count: number;
  readonly sum: number;
}

interface Metric {
  readonly descriptor: {
    readonly name: string;
    readonly description: string;
    readonly unit: string;
    readonly valueType: number;
  };
  readonly aggregationTemporality: number;
  readonly dataPointType: number;
  readonly isMonotonic?: boolean;
  readonly dataPoints: readonly DataPoint<unknown>[];
}

export interface OtlpMetrics {
  readonly resource: OtlpResource;
  readonly scopeMetrics: readonly {
    readonly scope: { readonly name: string; readonly version: string };
    readonly metrics: readonly Metric[];
  }[];
}

/** The names are those of `handle.metrics()` once a collector has made Prometheus' of them. */
export function spanMetrics({ spans, startNs, timeNs }: SinkMetrics, resource: OtlpResource): OtlpMetrics {
  const times = { startTime: hrTime(startNs), endTime: hrTime(timeNs) };
  const durations = spans.map(({ target, name, count, totalMs, buckets }): DataPoint<Histogram> => {
    const boundaries = buckets.slice(0, -1).map(({ upToMs }) => upToMs / 1e3);
    const counts = buckets.map((bucket) => bucket.count);
    return {
      attributes: { target, name },
      ...times,
      value: { buckets: { boundaries, counts }, count, sum: totalMs / 1e3 },
    };
  });
  const errors = spans.map(({ target, name, errors: value }): DataPoint<number> => ({
    attributes: { target, name },
    ...times,
    value,
  }));
  const metrics: Metric[] = [
    {
      descriptor: {
        name: 'ttlog.span.duration',
        description: 'How long spans and timers took.',
        unit: 's',
        valueType: VALUE_DOUBLE,
      },
      aggregationTemporality: CUMULATIVE,
      dataPointType: POINT_HISTOGRAM,
      dataPoints: durations,
    },
    {
      descriptor: {
        name: 'ttlog.span.errors',
        description: 'Spans that failed.',
        unit: '{span}',
        valueType: VALUE_INT,
      },
      aggregationTemporality: CUMULATIVE,
      dataPointType: POINT_SUM,
      isMonotonic: true,
      dataPoints: errors,
    },
  ];
  return { resource, scopeMetrics: [{ scope: { name: 'ttlog', version: TTLOG_VERSION }, metrics }] };
}
