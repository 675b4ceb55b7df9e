// What lines show of a request or a response that somebody logs: never its headers, its body, or the socket behind it.
import { recordedUrl } from './request-url.js';

interface RequestLike {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly url?: unknown;
  readonly originalUrl?: unknown;
  readonly headers?: unknown;
}

/** `{ id, method, url }` of a request of Node, of a framework or of the web; anything else as it is. */
export function shownRequest(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { id, method, originalUrl, url = originalUrl, headers } = value as RequestLike;
  if (typeof method !== 'string' || typeof url !== 'string' || typeof headers !== 'object') return value;
  const shown = recordedUrl(typeof originalUrl === 'string' ? originalUrl : url);
  return id === undefined ? { method, url: shown } : { id, method, url: shown };
}

/** `{ statusCode }` of a response of Node or of a framework; anything else as it is. */
export function shownResponse(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { statusCode, raw } = value as { readonly statusCode?: unknown; readonly raw?: unknown };
  // Not plain objects, which are fields as good as any.
  if (typeof statusCode !== 'number' || (raw === undefined && value.constructor === Object)) return value;
  return { statusCode };
}

/** Fields whose `req` and `res` are shown so, as in pino-http. The same object where there are none. Never throws. */
export function shownRequests(fields: unknown): unknown {
  if (typeof fields !== 'object' || fields === null) return fields;
  try {
    const { req, res } = fields as { readonly req?: unknown; readonly res?: unknown };
    if (req === undefined && res === undefined) return fields;
    const shown = { ...fields } as Record<string, unknown>;
    if (req !== undefined) shown['req'] = shownRequest(req);
    if (res !== undefined) shown['res'] = shownResponse(res);
    return shown;
  } catch {
    return fields; // a getter that throws: the encoder says so
  }
}
