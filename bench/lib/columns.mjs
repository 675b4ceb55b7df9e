// The kinds of column a group may have. A column reads results by contender id ("group/name"), so a group may be
// measured against a row of another group, always of the same run.

import { pairedRatio, summarise } from './stats.mjs';

/**
 * @typedef {Map<string, { rounds: Record<string, number>[] }>} Results valid rows only
 * @typedef {import('./stats.mjs').Summary} Summary
 * @typedef {string | ((id: string) => string)} Reference a row's id, or which one it is for a row
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

/**
 * How many times this row's metric is the reference's: "costs 2.3 clock reads".
 *
 * @param {Reference} reference
 */
export function timesOf(reference, title, metric = 'ns') {
  return {
    title,
    references: referencesOf(reference),
    format: formatRatio,
    compute: (id, results) => ratio(results, id, resolve(reference, id), metric),
  };
}

/** How many times the reference's metric is this row's: "pino costs 21× as much". Over `base`, if given: both less a bare row. */
export function timesUnder(reference, title, metric = 'ns', base) {
  return {
    title,
    references: [...referencesOf(reference), ...referencesOf(base)],
    format: formatRatio,
    compute: (id, results) => (id === base ? undefined : ratio(results, resolve(reference, id), id, metric, base)),
  };
}

/** What a field adds: this row's ns less those of the row without fields, by the number of fields. @param {Reference} reference */
export function perField(reference, title) {
  return {
    title,
    format: formatNs,
    compute(id, results) {
      const fields = summaryOf(results, id, 'fields')?.median;
      const added = difference(results, id, resolve(reference, id), 'ns');
      return fields && added ? summarise(added.rounds.map((n) => n / fields)) : undefined;
    },
  };
}

function resolve(reference, id) {
  return typeof reference === 'function' ? reference(id) : reference;
}

/** One that depends on the row is in the row's own group, and comes along with it or not. */
function referencesOf(reference) {
  return typeof reference === 'string' ? [reference] : [];
}

/** This row's metric less the reference's, for the rows whose id matches. */
export function over(reference, title, format, { rows = /(?:)/, metric = 'ns' } = {}) {
  return {
    title,
    references: [reference],
    format,
    compute: (id, results) =>
      id !== reference && rows.test(id) ? difference(results, id, reference, metric) : undefined,
  };
}

/** Round by round, as ratio() is. @param {Results} results @param {string} above @param {string} below @param {string} metric */
export function difference(results, above, below, metric) {
  const minuends = rounds(results, above, metric);
  const subtrahends = rounds(results, below, metric);
  if (!minuends || !subtrahends) return undefined;
  return summarise(minuends.slice(0, subtrahends.length).map((n, i) => n - subtrahends[i]));
}

/** @param {Results} results @param {string} above @param {string} below @param {string} metric @param {string} [base] */
export function ratio(results, above, below, metric, base) {
  const numerators = rounds(results, above, metric);
  const denominators = rounds(results, below, metric);
  if (!numerators || !denominators) return undefined;
  if (base === undefined) return pairedRatio(numerators, denominators);
  const bases = rounds(results, base, metric);
  if (!bases || bases.length < Math.min(numerators.length, denominators.length)) return undefined;
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

export function formatNsAsMs(n) {
  return (n / 1e6).toFixed(2);
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

/** A share of 1. */
export function formatPercent(share) {
  const percent = share * 100;
  return `${percent < 10 ? percent.toFixed(2) : percent.toFixed(1)} %`;
}
