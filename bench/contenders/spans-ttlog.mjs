// ttlog's spans around the methods that OpenTelemetry's row wraps: @Instrument() with its defaults (the two number
// arguments recorded, start and end written) and withSpan() with the same fields.
//
// The sink is a file, as services have one: the recorder thread reads the ring, counts the spans and writes the lines. A function
// sink, whose reader runs on the thread that is measured, adds about 60 ns a span in the turns of the event loop.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { init, withSpan } from 'ttlog';
import { fileSink } from 'ttlog/sinks';

import { makeInstrumented } from '../lib/instrumented.mjs';
import { loopAsync, loopSync, makePaymentService } from '../lib/span-subject.mjs';
import { verifyLines } from '../lib/verify.mjs';

const VERIFIED_SPANS = 1000;

/** The line of the i-th span. */
function expected(i) {
  return { level: 20, outcome: 'ok', orderId: i, amount: 9.5 };
}

const plain = new (makePaymentService())();
const instrumented = makeInstrumented();

/** The charge that each row makes; every one returns orderId + amount. */
const calls = {
  'ttlog @Instrument': [(i) => instrumented.charge(i, 9.5), (i) => instrumented.chargeAsync(i, 9.5)],
  'ttlog withSpan': [
    (i) => withSpan('charge', { orderId: i, amount: 9.5 }, () => plain.charge(i, 9.5)),
    (i) => withSpan('chargeAsync', { orderId: i, amount: 9.5 }, () => plain.chargeAsync(i, 9.5)),
  ],
};

function contendersOf(name, [callSync, callAsync]) {
  let handle;
  let path;
  const verify = async (run) => {
    handle.setLevel('debug');
    await run(VERIFIED_SPANS);
    await handle.flush();
    verifyLines(readFileSync(path, 'utf8'), VERIFIED_SPANS, expected, { dropped: handle.stats().dropped });
    return `${VERIFIED_SPANS} spans of the same loop delivered to the file and compared`;
  };
  const lifecycle = {
    name,
    setup({ workDir }) {
      path = join(workDir, 'spans.ndjson');
      handle = init({
        service: 'bench',
        level: 'warn',
        record: 'trace',
        sinks: [fileSink({ path })],
        snapshots: { dir: workDir, crash: false },
      });
    },
    teardown: () => handle.shutdown(),
  };
  const runSync = (iterations) => loopSync(iterations, callSync);
  const runAsync = (iterations) => loopAsync(iterations, callAsync);
  return [
    { ...lifecycle, group: 'spans-sync', run: runSync, verify: () => verify(runSync) },
    { ...lifecycle, group: 'spans-async', run: runAsync, verify: () => verify(runAsync) },
  ];
}

export default Object.entries(calls).flatMap(([name, pair]) => contendersOf(name, pair));
