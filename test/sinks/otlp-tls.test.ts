// Collectors behind TLS, with a certificate that no authority knows: trusted where it is named, refused and told where it is not.
import { writeFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { certificate } from '../http/certificate.js';
import { countTo, runChild, temporaryPath } from '../support/child.js';
import { OtlpReceiver } from '../support/otlp-receiver.js';

// Other work on the machine must not fail them.
vi.setConfig({ testTimeout: 60_000 });

const receiver = new OtlpReceiver();
const certificatePath = temporaryPath('certificate.pem');
const keyPath = temporaryPath('key.pem');
beforeAll(async () => {
  writeFileSync(certificatePath, certificate.cert);
  writeFileSync(keyPath, certificate.key);
  await receiver.start();
});
afterAll(() => receiver.close());
beforeEach(() => receiver.reset());

let shut: (() => Promise<void>) | undefined;
afterEach(() => shut?.());

/** A door with TLS in front of the receiver. Returns its URL. */
async function openDoor(options: TlsOptions = {}): Promise<string> {
  const sockets = new Set<Socket>();
  const door = createServer({ ...certificate, ...options }, (outside) => {
    const inside = connect(Number(new URL(receiver.url).port), '127.0.0.1');
    for (const socket of [outside, inside]) {
      sockets.add(socket);
      socket.on('error', () => outside.destroy());
    }
    outside.pipe(inside).pipe(outside);
  });
  door.on('tlsClientError', () => undefined);
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  shut = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => door.close(resolve));
  };
  return `https://127.0.0.1:${(door.address() as AddressInfo).port}`;
}

/** Records three numbers and ends; says what the other sink was told of failures. */
function service(url: string, env: Record<string, string>, options = '') {
  return runChild(
    `
    import { info, init } from 'ttlog';
    import { memorySink, otlpSink } from 'ttlog/sinks';
    const memory = memorySink({ level: 'error' });
    const handle = init({ service: 'shop', sinks: [otlpSink({ url: '${url}', timeoutMs: 5000 ${options} }), memory] });
    for (let i = 0; i < 3; i++) info('Step', { i });
    await handle.flush();
    process.on('exit', () => console.log(JSON.stringify(memory.records.map(({ values }) => values.reason))));
    process.exit();`,
    { env },
  );
}

const arrived = (): unknown[] => receiver.logs.map(({ attributes }) => attributes['i']);

test.each(['', ", protocol: 'http/json', compression: 'none'"])(
  'a certificate that is named is trusted%s',
  async (options) => {
    const url = await openDoor();
    const run = await service(url, { OTEL_EXPORTER_OTLP_CERTIFICATE: certificatePath }, options);
    expect(run).toMatchObject({ status: 0, stdout: '[]\n', stderr: '' });
    expect(arrived()).toEqual(countTo(3));
  },
);

test('one that nobody has named is not, and that is told', async () => {
  const url = await openDoor();
  const run = await service(url, {}, ', retry: { minMs: 60_000, maxMs: 60_000 }, timeoutMs: 300');
  expect(run.stdout).toMatch(/self-signed certificate/);
  expect(run.stderr).toMatch(/^ttlog: the process ends before everything is delivered/);
  expect(arrived()).toEqual([]);
});

test('a receiver that asks who is there is shown the certificate of the client', async () => {
  const url = await openDoor({ requestCert: true, rejectUnauthorized: true, ca: certificate.cert });
  const trusted = { OTEL_EXPORTER_OTLP_CERTIFICATE: certificatePath };
  const stranger = await service(url, trusted, ', timeoutMs: 300');
  expect(stranger.stdout).not.toBe('[]\n');
  expect(arrived()).toEqual([]);
  const shown = { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificatePath, OTEL_EXPORTER_OTLP_CLIENT_KEY: keyPath };
  const known = await service(url, { ...trusted, ...shown });
  expect(known).toMatchObject({ status: 0, stdout: '[]\n', stderr: '' });
  expect(arrived()).toEqual(countTo(3));
});
