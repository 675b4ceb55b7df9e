// What one euro is in other currencies: a service of its own, here in the same process.
import { createServer, type Server } from 'node:http';
import { debug } from 'ttlog';

const RATES: Readonly<Record<string, number>> = { USD: 1.1, CHF: 0.95 };

export function createRates(): Server {
  return createServer((request, response) => {
    const currency = (request.url ?? '/').slice(1);
    const rate = RATES[currency];
    debug('Rate looked up', { currency, rate });
    response.writeHead(rate === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ rate }));
  });
}
