import { randomUUID } from 'node:crypto';

/** What may go into a log line, a header and a search box without surprises. */
const SANE_ID = /^[\w.:+/=@-]{1,128}$/;

/** The id that the caller gave, where it is sane; else a new one. */
export function requestIdFrom(header: unknown): string {
  return typeof header === 'string' && SANE_ID.test(header) ? header : randomUUID();
}
