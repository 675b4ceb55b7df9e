// The span subject with @Instrument() on its methods, in the form that a compiler gives `@Instrument()` under
// experimentalDecorators: nothing here needs compiling.

import { Instrument } from 'ttlog/decorators';

import { makePaymentService } from './span-subject.mjs';

export function makeInstrumented() {
  const PaymentService = makePaymentService();
  instrument(PaymentService, 'charge');
  instrument(PaymentService, 'chargeAsync');
  return new PaymentService();
}

function instrument(type, key) {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, key);
  Object.defineProperty(type.prototype, key, Instrument()(type.prototype, key, descriptor) ?? descriptor);
}
