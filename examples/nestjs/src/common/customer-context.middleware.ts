import type { IncomingMessage, ServerResponse } from 'node:http';
import { withContext } from 'ttlog';

/**
 * Everything that is logged while the request is handled says whose request it is: in guards, services and filters, after every await,
 * without a parameter handed down. (A real shop would take the customer from a verified token.)
 */
export function customerContext(request: IncomingMessage, _response: ServerResponse, next: () => void): void {
  const customer = request.headers['x-customer-id'];
  if (typeof customer === 'string') withContext({ customer_id: customer }, next);
  else next();
}
