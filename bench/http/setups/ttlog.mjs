// ttlog as its documentation sets up a Nest service: the module, @Instrument() on the methods, a file for the lines. The
// ring keeps everything, at trace; `level` is what goes to the file.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { importInstalled } from '../../lib/installed-ttlog.mjs';
import { InvalidRun, expectEqual } from '../../lib/verify.mjs';
import { bootShop } from '../boot.mjs';
import { countLines } from '../count-lines.mjs';
import { EVENTS_PER_REQUEST, FIRST_MESSAGE, INFO_EVENTS_PER_REQUEST, SPANS_PER_REQUEST, makeShop } from '../shop.mjs';

const COMMAND = fileURLToPath(new URL('../../../dist/esm/cli.js', import.meta.url));

export async function start({ workIterations, workDir, level }) {
  const { debug, info } = await importInstalled('.');
  const { Instrument } = await importInstalled('./decorators');
  const { fileSink } = await importInstalled('./sinks');
  const { TtlogModule, TTLOG_HANDLE, createTtlogLogger } = await importInstalled('./nestjs');

  const path = join(workDir, 'shop.ndjson');
  const shop = makeShop({
    workIterations,
    debug,
    info,
    wrap(type, method) {
      const descriptor = Object.getOwnPropertyDescriptor(type.prototype, method);
      Object.defineProperty(type.prototype, method, Instrument()(type.prototype, method, descriptor) ?? descriptor);
    },
  });
  const module = TtlogModule.forRoot({
    service: 'shop',
    level,
    sinks: [fileSink({ path })],
    snapshots: { dir: workDir, crash: false },
  });
  const app = await bootShop(shop, { imports: [module], options: { logger: createTtlogLogger() } });
  const handle = app.get(TTLOG_HANDLE);

  // The module ends ttlog when the application is closed: the ring has to be looked at before.
  let ring;
  let stats;
  return {
    app,
    shop,
    async beforeClose() {
      await handle.flush();
      stats = handle.stats();
      ring = handle.snapshotSync('bench').path;
    },
    async finish(served) {
      expectEqual('records dropped, sinks failed', [stats.dropped, stats.sinkErrors], [0, 0]);
      const { events, requests, spans } = countLines(readFileSync(path, 'utf8'));
      const isAll = level === 'trace';
      expectEqual('events in the file', events, served * (isAll ? EVENTS_PER_REQUEST : INFO_EVENTS_PER_REQUEST));
      expectEqual('requests in the file', requests, served);
      expectEqual('spans in the file', spans, isAll ? served * SPANS_PER_REQUEST : 0);
      const traces = countWholeTraces(ring);
      return {
        kept: 1,
        verified: `${events} events of ${served} requests in the file; the last ${traces} requests whole in the ring, ${SPANS_PER_REQUEST} spans and ${EVENTS_PER_REQUEST} events each`,
      };
    },
  };
}

/** Of every request whose first event the ring still holds, the whole story has to be there. */
function countWholeTraces(path) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [COMMAND, 'view', path, '--json', '--last', '1000000'],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    },
  );
  if (status !== 0) throw new InvalidRun(`the snapshot cannot be read: ${stderr.trim()}`);
  const traces = new Map();
  for (const text of stdout.trimEnd().split('\n')) {
    const { trace_id, msg, order_id, duration_ms } = JSON.parse(text);
    if (trace_id === undefined) continue;
    if (msg === FIRST_MESSAGE) traces.set(trace_id, { events: 0, spans: 0 });
    const counts = traces.get(trace_id);
    if (counts === undefined) continue;
    if (duration_ms !== undefined) counts.spans += 1;
    else if (order_id !== undefined) counts.events += 1;
  }
  const stories = [...traces.values()];
  const whole = stories.filter(({ events, spans }) => events === EVENTS_PER_REQUEST && spans === SPANS_PER_REQUEST);
  expectEqual('requests in the ring that are not whole', stories.length - whole.length, 0);
  return whole.length;
}
