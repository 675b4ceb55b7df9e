// An instance to loggable fields: class-transformer's instanceToPlain, an extractor written by hand for the class,
// and JSON.stringify for scale (it neither renames nor excludes anything).

import 'reflect-metadata';
import { Exclude, Expose, Type, instanceToPlain } from 'class-transformer';

import { keep } from '../lib/keep.mjs';
import { nsSince, startClock } from '../lib/clock.mjs';
import { EXPECTED_ORDER, extractByHand, makeTransformerOrders } from '../lib/order-classes.mjs';
import { expectEqual } from '../lib/verify.mjs';

const group = 'fields';
const orders = makeTransformerOrders({ Exclude, Expose, Type });

export default [
  {
    name: 'written by hand',
    group,
    run(iterations) {
      let last;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) {
        last = extractByHand(orders[i & 255]);
        keep(last);
      }
      return nsSince(start) / iterations;
    },
    verify() {
      expectEqual('the fields', extractByHand(orders[7]), EXPECTED_ORDER);
      return 'fields compared';
    },
  },
  {
    name: 'class-transformer instanceToPlain',
    group,
    run(iterations) {
      let last;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) {
        last = instanceToPlain(orders[i & 255]);
        keep(last);
      }
      return nsSince(start) / iterations;
    },
    verify() {
      expectEqual('the fields', instanceToPlain(orders[7]), EXPECTED_ORDER);
      return 'fields compared';
    },
  },
  {
    name: 'JSON.stringify (no renaming, no exclusion)',
    group,
    run(iterations) {
      let last = '';
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) {
        last = JSON.stringify(orders[i & 255]);
        keep(last);
      }
      return nsSince(start) / iterations;
    },
    verify() {
      expectEqual('the order id', JSON.parse(JSON.stringify(orders[7])).orderId, 7);
    },
  },
];
