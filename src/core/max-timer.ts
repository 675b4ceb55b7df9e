/** What a timer can wait, in ms; one that is to wait longer fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
