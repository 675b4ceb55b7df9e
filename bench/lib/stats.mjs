// Medians and spreads. Medians, because one descheduled sample on a busy machine must not move a row.

/** @param {number[]} values */
export function median(values) {
  return quantile(values, 0.5);
}

/** Linear interpolation between the two nearest ranks. @param {number[]} values @param {number} q 0..1 */
export function quantile(values, q) {
  if (values.length === 0) return Number.NaN;
  return quantileOfSorted(
    values.toSorted((a, b) => a - b),
    q,
  );
}

/** The same on values that are sorted already, so that a million latencies are sorted once. */
export function quantileOfSorted(sorted, q) {
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

/** @typedef {{ median: number, min: number, max: number, rounds: number[] }} Summary */

/** What a row shows of its rounds. @param {number[]} values one a round @returns {Summary} */
export function summarise(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), rounds: values };
}

/**
 * The ratio of two rows, formed round by round and only then summarised: contenders alternate, so the two
 * figures of a round were taken seconds apart, and noise that lasted longer than that cancels out.
 *
 * @param {number[]} above
 * @param {number[]} below
 */
export function pairedRatio(above, below) {
  const rounds = Math.min(above.length, below.length);
  const ratios = [];
  for (let round = 0; round < rounds; round += 1) ratios.push(above[round] / below[round]);
  return summarise(ratios);
}
