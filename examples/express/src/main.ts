import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { info, init } from 'ttlog';
import { createApp } from './app.js';

// Everything is recorded; a request that fails or is slow is delivered whole.
const handle = init({ service: 'links', promote: true });

const server = createApp().listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
await once(server, 'listening');
info('Listening', { port: (server.address() as AddressInfo).port });

process.once('SIGTERM', () => {
  server.close(() => void handle.shutdown());
  server.closeIdleConnections();
});
