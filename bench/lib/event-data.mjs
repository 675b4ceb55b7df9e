// The one event that every logger of this benchmark records: User logged in {number, number, string}.
//
// constant  the three values are literals in the call, spelled out there: an imported constant is no constant to
//           the optimiser, and costs 13 ns in an empty call instead of 0.7. Whatever a logger caches by value hits.
// varying   all three change on every call; the strings come from a table of 4096, so that the same one
//           does not come back before 4095 others. The table is built before the clock starts.

/** A power of two, so that `i & EMAIL_MASK` walks the table. */
export const EMAIL_COUNT = 4096;
export const EMAIL_MASK = EMAIL_COUNT - 1;

/** Sequential one-byte strings of 17 characters, as in the constant case; a template literal alone would leave ropes to flatten. */
export const emails = Array.from({ length: EMAIL_COUNT }, (_, i) =>
  Buffer.from(`user${String(i).padStart(4, '0')}@mail.com`, 'latin1').toString('latin1'),
);

/** The fields of the i-th varying event; contenders spell them out in their own loop, verification uses this. */
export function varyingFields(i) {
  return { user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] };
}

/** What the literals in the calls are compared with. */
export const CONSTANT_FIELDS = Object.freeze({ user_id: 123, attempt: 1.5, email: 'alice@example.com' });

/** What a line of the ring has to hold: the fields that follow the line before it, or those of the first of a new loop. */
export function nextVarying(line, previous) {
  return varyingFields(previous === undefined || line.user_id === 0 ? line.user_id : previous.user_id + 1);
}
