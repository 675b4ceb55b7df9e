import { createServer, type Server } from 'node:http';
import { error, info, withContext } from 'ttlog';
import type { Converter } from './converter.js';
import { UnknownCurrency } from './converter.js';

/** `/3/USD`: what three euros are in dollars. Its requests are recorded by OpenTelemetry's instrumentation of node:http. */
export function createApp(converter: Converter): Server {
  return createServer((request, response) => {
    const [, amount = '', currency = ''] = (request.url ?? '').split('/');
    void withContext({ currency }, async () => {
      try {
        const converted = await converter.convert(Number(amount), currency);
        info('Converted', { euros: Number(amount), converted });
        response.end(`${converted}\n`);
      } catch (cause) {
        if (!(cause instanceof UnknownCurrency)) error(cause);
        response.writeHead(cause instanceof UnknownCurrency ? 404 : 500).end();
      }
    });
  });
}
