import type { AddressInfo } from 'node:net';
import { info, init } from 'ttlog';
import { createApp } from './app.js';

// Everything is recorded; a request that fails or is slow is delivered whole.
const handle = init({ service: 'links', promote: true });

const app = await createApp();
await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });
info('Listening', { port: (app.server.address() as AddressInfo).port });

process.once('SIGTERM', () => void app.close().then(() => handle.shutdown()));
