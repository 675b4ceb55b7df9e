// The methods without a span: what the other rows are measured over.

import { loopAsync, loopSync, makePaymentService } from '../lib/span-subject.mjs';
import { expectEqual } from '../lib/verify.mjs';

const service = new (makePaymentService())();

export default [
  {
    name: 'bare method',
    group: 'spans-sync',
    run: (iterations) => loopSync(iterations, (i) => service.charge(i, 9.5)),
    verify() {
      expectEqual('charge(1, 9.5)', service.charge(1, 9.5), 10.5);
    },
  },
  {
    name: 'bare async method',
    group: 'spans-async',
    run: (iterations) => loopAsync(iterations, (i) => service.chargeAsync(i, 9.5)),
    async verify() {
      expectEqual('chargeAsync(1, 9.5)', await service.chargeAsync(1, 9.5), 10.5);
    },
  },
];
