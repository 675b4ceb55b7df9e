// The methods without a span: what the other rows are measured over. And with nothing but the AsyncLocalStorage.run that a
// span cannot do without: a fresh store around the call, the only AsyncLocalStorage in its process.

import { AsyncLocalStorage } from 'node:async_hooks';

import { loopAsync, loopSync, makePaymentService } from '../lib/span-subject.mjs';
import { expectEqual } from '../lib/verify.mjs';

const service = new (makePaymentService())();
const als = new AsyncLocalStorage();

const chargeInScope = (i) => als.run({ order_id: i }, () => service.charge(i, 9.5));
const chargeAsyncInScope = (i) => als.run({ order_id: i }, () => service.chargeAsync(i, 9.5));

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
    name: 'AsyncLocalStorage.run alone',
    group: 'spans-sync',
    run: (iterations) => loopSync(iterations, chargeInScope),
    verify() {
      expectEqual('charge(1, 9.5)', chargeInScope(1), 10.5);
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
  {
    name: 'AsyncLocalStorage.run alone',
    group: 'spans-async',
    run: (iterations) => loopAsync(iterations, chargeAsyncInScope),
    async verify() {
      expectEqual('chargeAsync(1, 9.5)', await chargeAsyncInScope(1), 10.5);
    },
  },
];
