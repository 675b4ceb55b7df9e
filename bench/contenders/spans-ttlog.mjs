// ttlog's spans around the methods that OpenTelemetry's row wraps: @Instrument() with its defaults (the two number
// arguments recorded, start and end written) and withSpan() with the same fields.

import { withSpan } from 'ttlog';

import { makeInstrumented } from '../lib/instrumented.mjs';
import { loopAsync, loopSync, makePaymentService } from '../lib/span-subject.mjs';
import { startRecordOnly, verifyDelivered } from '../lib/ttlog.mjs';

function expected(i) {
  return { kind: 'span', outcome: 'ok', fields: { orderId: i, amount: 9.5 } };
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
  const runSync = (iterations) => loopSync(iterations, callSync);
  const runAsync = (iterations) => loopAsync(iterations, callAsync);
  const lifecycle = {
    name,
    setup(settings) {
      handle = startRecordOnly(settings);
    },
    teardown: () => handle.shutdown(),
  };
  return [
    { ...lifecycle, group: 'spans-sync', run: runSync, verify: () => verifyDelivered(handle, runSync, expected) },
    { ...lifecycle, group: 'spans-async', run: runAsync, verify: () => verifyDelivered(handle, runAsync, expected) },
  ];
}

export default Object.entries(calls).flatMap(([name, pair]) => contendersOf(name, pair));
