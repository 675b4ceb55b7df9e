import { handle } from './tracing.js'; // first
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { info } from 'ttlog';
import { createApp } from './app.js';
import { Converter } from './converter.js';
import { createRates } from './rates.js';

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function main(): Promise<void> {
  const rates = createRates();
  const ratesPort = await listen(rates, 0);
  const app = createApp(new Converter(`http://127.0.0.1:${ratesPort}`));
  info('Listening', { port: await listen(app, Number(process.env['PORT'] ?? 3000)) });

  process.once('SIGTERM', () => {
    for (const server of [app, rates]) {
      server.close();
      server.closeAllConnections();
    }
    void handle.shutdown();
  });
}

void main();
