// ttlog's spans around the methods that OpenTelemetry's row wraps: @Instrument() with its defaults (the two number
// arguments recorded, start and end written), withSpan() with the same fields, and @Instrument() when nothing is recorded.

import { setRecord, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';

import { loopAsync, loopSync, makePaymentService } from '../lib/span-subject.mjs';
import { countRecords, startRecordOnly, verifyDelivered } from '../lib/ttlog.mjs';
import { expectEqual } from '../lib/verify.mjs';

/** What a compiler makes of `@Instrument()` on a method under experimentalDecorators. */
function instrument(type, key) {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, key);
  Object.defineProperty(type.prototype, key, Instrument()(type.prototype, key, descriptor) ?? descriptor);
}

function makeInstrumented() {
  const PaymentService = makePaymentService();
  instrument(PaymentService, 'charge');
  instrument(PaymentService, 'chargeAsync');
  return new PaymentService();
}

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

function disabledContender(group, run) {
  let handle;
  return {
    name: 'ttlog @Instrument, disabled',
    group,
    setup(settings) {
      handle = startRecordOnly(settings);
      setRecord('off');
    },
    run,
    async verify() {
      handle.setLevel('trace');
      await run(1000);
      await handle.flush();
      expectEqual('records', countRecords(), 0);
      return 'nothing recorded while record was off';
    },
    teardown: () => handle.shutdown(),
  };
}

export default [
  ...Object.entries(calls).flatMap(([name, pair]) => contendersOf(name, pair)),
  disabledContender('spans-sync', (iterations) => loopSync(iterations, calls['ttlog @Instrument'][0])),
  disabledContender('spans-async', (iterations) => loopAsync(iterations, calls['ttlog @Instrument'][1])),
];
