import { randomUUID } from 'node:crypto';

/** What may go into a log line, a header and a search box without surprises. */
const SANE_ID = /^[\w.:+/=@-]{1,128}$/;

/** The id that it has already, or that the caller gave, where it is sane; else a new one. */
export function requestIdFrom(given: unknown, header: unknown): string {
  if (isSane(given)) return given;
  return isSane(header) ? header : randomUUID();
}

const isSane = (id: unknown): id is string => typeof id === 'string' && SANE_ID.test(id);
