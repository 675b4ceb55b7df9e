// @Fields() extraction alone: the extractor that a class was given, called the way info(order, '…') calls it, so that no
// recording is in the row. Once with ttlog's own @Field, once over class-transformer's decorators. A nested object of a
// @Fields class is asked for its fields when the record is written; here it is asked on the spot, so that every row of
// the group does the whole object.

import 'reflect-metadata';

import { keep } from '../lib/keep.mjs';
import { nsSince, startClock } from '../lib/clock.mjs';
import { makeFieldsOrders, makeFieldsOverTransformerOrders } from '../lib/fields-orders.mjs';
import { EXPECTED_ORDER } from '../lib/order-classes.mjs';
import { expectEqual } from '../lib/verify.mjs';

/** Where @Fields leaves the extractor of a class. */
const FIELDS = Symbol.for('ttlog.fields/1');

function extractWhole(order) {
  const fields = order[FIELDS](order);
  const { customer } = fields;
  if (customer[FIELDS] !== undefined) fields.customer = customer[FIELDS](customer);
  return fields;
}

function contenderOf(name, makeDecoratedOrders) {
  let orders;
  return {
    name,
    group: 'fields',
    setup() {
      orders = makeDecoratedOrders();
    },
    run(iterations) {
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) keep(extractWhole(orders[i & 255]));
      return nsSince(start) / iterations;
    },
    verify() {
      // Through JSON: an extractor may give its objects another prototype.
      expectEqual('the fields', JSON.parse(JSON.stringify(extractWhole(orders[7]))), EXPECTED_ORDER);
      return 'fields compared with those of instanceToPlain';
    },
  };
}

export default [
  contenderOf('ttlog @Fields', makeFieldsOrders),
  contenderOf("ttlog @Fields over class-transformer's decorators", makeFieldsOverTransformerOrders),
];
