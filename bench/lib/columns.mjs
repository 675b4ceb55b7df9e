// The kinds of column a group may have. A column reads results by contender id ("group/name"), so a group may be
// measured against a row of another group, always of the same run.

import { pairedRatio, summarise } from './stats.mjs';

/**
 * @typedef {Map<string, { rounds: Record<string, number>[] }>} Results valid rows only
 * @typedef {import('./stats.mjs').Summary} Summary
 *
 * @typedef {object} Column
 * @property {string} title
 * @property {string[]} [references]  ids of the rows that it compares with
 * @property {boolean} [range]  shows the smallest and the largest round, not the median
 * @property {(id: string, results: Results) => Summary | undefined} compute
 * @property {(n: number) => string} format
 */

/** The median of a metric. @param {string} metric @param {string} title @param {(n: number) => string} format */
export function value(metric, title, format) {
  return { title, format, compute: (id, results) => summaryOf(results, id, metric) };
}

/** The smallest and the largest round of a metric: how far the median may be trusted. */
export function spread(metric, format) {
  return {
    title: 'min … max',
    format,
    range: true,
    compute: (id, results) => summaryOf(results, id, metric),
  };
}

/** How many times this row's metric is the reference's: "costs 2.3 clock reads". */
export function timesOf(reference, title, metric = 'ns') {
  return {
    title,
    references: [reference],
    format: formatRatio,
    compute: (id, results) => ratio(results, id, reference, metric),
  };
}

/** How many times the reference's metric is this row's: "pino costs 21× as much". Over `base`, if given: both less a bare row. */
export function timesUnder(reference, title, metric = 'ns', base) {
  return {
    title,
    references: base === undefined ? [reference] : [reference, base],
    format: formatRatio,
    compute: (id, results) => (id === base ? undefined : ratio(results, reference, id, metric, base)),
  };
}

/** This row's ns less the reference's, for the rows whose id matches. */
export function over(reference, title, format, rows = /(?:)/) {
  return {
    title,
    references: [reference],
    format,
    compute(id, results) {
      if (id === reference || !rows.test(id)) return undefined;
      const above = rounds(results, id, 'ns');
      const below = rounds(results, reference, 'ns');
      return above && below ? summarise(above.map((n, i) => n - below[i])) : undefined;
    },
  };
}

/** @param {Results} results @param {string} above @param {string} below @param {string} metric @param {string} [base] */
export function ratio(results, above, below, metric, base) {
  const numerators = rounds(results, above, metric);
  const denominators = rounds(results, below, metric);
  if (!numerators || !denominators) return undefined;
  if (base === undefined) return pairedRatio(numerators, denominators);
  const bases = rounds(results, base, metric);
  if (!bases) return undefined;
  return pairedRatio(
    numerators.map((n, i) => n - bases[i]),
    denominators.map((n, i) => n - bases[i]),
  );
}

export function summaryOf(results, id, metric) {
  const values = rounds(results, id, metric);
  return values ? summarise(values) : undefined;
}

function rounds(results, id, metric) {
  const values = results.get(id)?.rounds.map((round) => round[metric]);
  return values?.every((n) => Number.isFinite(n)) ? values : undefined;
}

export function formatNs(n) {
  if (Math.abs(n) < 10) return n.toFixed(2);
  if (Math.abs(n) < 100) return n.toFixed(1);
  return formatCount(n);
}

export function formatUs(n) {
  return formatNs(n / 1000);
}

export function formatMs(n) {
  return n.toFixed(1);
}

export function formatCount(n) {
  return Math.round(n).toLocaleString('en-US').replaceAll(',', ' ');
}

export function formatRatio(n) {
  return `${Math.abs(n) < 10 ? n.toFixed(2) : Math.abs(n) < 100 ? n.toFixed(1) : formatCount(n)}×`;
}

export function formatKb(bytes) {
  return (bytes / 1024).toFixed(1);
}
