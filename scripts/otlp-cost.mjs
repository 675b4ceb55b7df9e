// What a record costs on its way to a collector: bytes and processor, measured against a receiver in a process of its own. The figures of
// docs/scale.md. `npm run cost:otlp`, after `npm run build`.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const REQUESTS = 4000;
const METHODS = 10;
const EVENTS = 20;

const role = process.argv[2];
if (role === 'receiver') receive();
else await measure();

/** Counts bytes by signal, as they come and unpacked. */
function receive() {
  /** @type {Record<string, { requests: number, bytes: number, plain: number }>} */
  const seen = {};
  const server = createServer((request, response) => {
    /** @type {Buffer[]} */
    const chunks = [];
    request.on('data', (/** @type {Buffer} */ chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const one = (seen[request.url ?? ''] ??= { requests: 0, bytes: 0, plain: 0 });
      one.requests++;
      one.bytes += body.length;
      one.plain += request.headers['content-encoding'] === 'gzip' ? gunzipSync(body).length : body.length;
      response.end();
    });
  });
  process.on('message', () => process.send?.({ seen }));
  process.on('disconnect', () => process.exit(0));
  server.listen(0, '127.0.0.1', () =>
    process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port }),
  );
}

/** 12 hex digits. */
function token() {
  return randomBytes(6).toString('hex');
}

/**
 * Requests of a service: a span, method spans in it, events in those, of which every tenth is of level info. With pauses, so that nothing is lost on
 * a machine that has other things to do.
 *
 * @param {() => Promise<void>} pause
 */
async function work(pause) {
  const { getLogger, withContext, withSpan } = await import('ttlog');
  const log = getLogger('OrderService');
  for (let i = 0; i < REQUESTS; i++) {
    const context = { request_id: crypto.randomUUID(), user_id: (i * 7919) % 100_000 };
    withContext(context, () =>
      withSpan('POST /orders', { method: 'POST', url: '/orders' }, () => {
        for (let m = 0; m < METHODS; m++) {
          withSpan(`OrderService.step${m}`, { order_id: i, sku: `a-${i % 100}` }, () => {
            for (let e = 0; e < EVENTS / METHODS; e++) {
              // Something in every event that no compression can do anything about.
              const fields = { order_id: i, price: Math.round(Math.random() * 1e6) / 100, reservation: token() };
              if ((m * 2 + e) % 10 === 0) log.info('Stock reserved', fields);
              else log.debug('Stock looked up', fields);
            }
          });
        }
      }),
    );
    if (i % 100 === 99) await pause();
  }
}

async function measure() {
  const { init } = await import('ttlog');
  const { fileSink, otlpSink } = await import('ttlog/sinks');
  const folder = mkdtempSync(join(tmpdir(), 'ttlog-cost-'));
  const path = join(folder, 'lines.ndjson');
  const receiver = fork(fileURLToPath(import.meta.url), ['receiver']);
  const [{ port }] = await once(receiver, 'message');
  const url = `http://127.0.0.1:${port}`;

  /** @param {import('ttlog').Sink[]} sinks */
  const run = async (sinks) => {
    const handle = init({ service: 'shop', sinks });
    await handle.flush();
    const before = process.cpuUsage();
    await work(() => handle.flush());
    await handle.flush();
    const { user, system } = process.cpuUsage(before);
    const { lapped } = handle.stats();
    await handle.shutdown();
    if (lapped > 0) throw new Error(`Expected nothing to be overwritten unread, got ${lapped} records`);
    return user + system;
  };

  const logs = REQUESTS * EVENTS;
  const spans = REQUESTS * (1 + METHODS);
  await run([otlpSink({ url, logs: 'debug' })]); // warm: modules, JIT
  const idle = await run([otlpSink({ url, logs: 'off', traces: 'off' })]);
  const file = await run([fileSink({ path, level: 'debug' })]);
  const both = await run([otlpSink({ url, logs: 'debug' })]);
  await run([otlpSink({ url, logs: false, traces: false, metrics: { intervalMs: 3_600_000 } })]);
  receiver.send('seen');
  const [{ seen }] = await once(receiver, 'message');
  receiver.disconnect();
  const lines = readFileSync(path);
  rmSync(folder, { recursive: true });

  // The receiver has seen two of the runs.
  const perLog = seen['/v1/logs'];
  const perSpan = seen['/v1/traces'];
  const show = (/** @type {number} */ value) => value.toFixed(value < 10 ? 2 : 0);
  console.log(`${REQUESTS} requests of 1 + ${METHODS} spans and ${EVENTS} events each`);
  const { plain, bytes, requests } = seen['/v1/metrics'];
  const perRow = (/** @type {number} */ of) => show(of / requests / (1 + METHODS));
  console.log(
    `NDJSON                 ${show(lines.length / (logs + spans))} B a line, gzip ${show(gzipSync(lines).length / (logs + spans))} B`,
  );
  console.log(`metrics, protobuf      ${perRow(plain)} B a name of a span, gzip ${perRow(bytes)} B`);
  console.log(`OTLP log, protobuf     ${show(perLog.plain / 2 / logs)} B, gzip ${show(perLog.bytes / 2 / logs)} B`);
  console.log(`OTLP span, protobuf    ${show(perSpan.plain / 2 / spans)} B, gzip ${show(perSpan.bytes / 2 / spans)} B`);
  console.log(`requests of logs and spans: ${perLog.requests} + ${perSpan.requests}`);
  console.log(`processor, recording only            ${show(idle / (logs + spans))} µs a record`);
  console.log(`processor, and to a file             ${show(file / (logs + spans))} µs a record`);
  console.log(`processor, and to the receiver       ${show(both / (logs + spans))} µs a record`);
}
