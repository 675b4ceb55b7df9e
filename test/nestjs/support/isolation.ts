// Whether every record belongs to the request that caused it.
import type { LogRecord } from 'ttlog';

/** A request as its sender knows it. */
export interface SentRequest {
  readonly number: number;
  readonly requestId: string;
  readonly customerId: string;
  readonly traceId: string;
}

export function sentRequests(count: number): SentRequest[] {
  return Array.from({ length: count }, (_, number) => ({
    number,
    requestId: `r-${number}`,
    customerId: `c-${number}`,
    traceId: `${'a'.repeat(24)}${number.toString(16).padStart(8, '0')}`,
  }));
}

export const headersOf = ({ requestId, customerId, traceId }: SentRequest): Record<string, string> => ({
  'x-request-id': requestId,
  'x-customer-id': customerId,
  traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
});

/**
 * One line for each record that is not wholly its own request's; empty where all is well.
 *
 * What a record is about is taken from `asked_by`, the request's number, which is handed from function to function as an argument and
 * so cannot be wrong; what it says about its request is taken from the context and the trace.
 */
export function strangers(records: readonly LogRecord[], requests: readonly SentRequest[]): string[] {
  const byTrace = new Map(requests.map((request) => [request.traceId, request]));
  const complaints: string[] = [];
  for (const { message, values, traceId } of records) {
    const askedBy = values['asked_by'] ?? values['askedBy'];
    const request = typeof askedBy === 'number' ? requests[askedBy] : byTrace.get(traceId ?? '');
    if (request === undefined) {
      complaints.push(`'${message}' belongs to no request (trace ${traceId})`);
      continue;
    }
    const wrong = [
      values['request_id'] === request.requestId ? '' : `request ${String(values['request_id'])}`,
      values['customer_id'] === undefined || values['customer_id'] === request.customerId
        ? ''
        : `customer ${String(values['customer_id'])}`,
      values['customer_id'] === undefined && mustHaveCustomer(values) ? 'no customer' : '',
      traceId === request.traceId ? '' : `trace ${traceId}`,
    ].filter((one) => one !== '');
    if (wrong.length > 0) complaints.push(`'${message}' of ${request.requestId} has ${wrong.join(', ')}`);
  }
  return complaints;
}

/** Everything that the application's own code says; the request's frame is outside of the customer's context. */
const mustHaveCustomer = (values: LogRecord['values']): boolean => 'asked_by' in values || 'askedBy' in values;
