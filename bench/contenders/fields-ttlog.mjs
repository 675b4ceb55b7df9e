// @Fields() extraction alone: the extractor that a class was given, called the way info(order, '…') calls it, so that no
// recording is in the row. Once with ttlog's own @Field, once over class-transformer's decorators.
//
// class-transformer keeps its metadata in the copy that its decorators came from, so the second contender takes the copy
// that ttlog sees and not the one of this folder.

import 'reflect-metadata';
import { createRequire } from 'node:module';

import { Field, Fields } from 'ttlog/decorators';

import { keep } from '../lib/keep.mjs';
import { nsSince, startClock } from '../lib/clock.mjs';
import { EXPECTED_ORDER, makeClasses, makeOrders } from '../lib/order-classes.mjs';
import { expectEqual } from '../lib/verify.mjs';

/** Where @Fields leaves the extractor of a class. */
const FIELDS = Symbol.for('ttlog.fields/1');

function ownDecorators() {
  const { Customer, Order } = makeClasses();
  Field({ name: 'order_id' })(Order.prototype, 'orderId');
  Field({ name: 'coupon_code' })(Order.prototype, 'couponCode');
  Field({ skip: true })(Customer.prototype, 'password');
  Fields()(Customer);
  Fields()(Order);
  return makeOrders(Order);
}

function classTransformerDecorators() {
  const { Exclude, Expose, Type } = createRequire(import.meta.resolve('ttlog'))('class-transformer');
  const { Customer, Order } = makeClasses();
  Expose({ name: 'order_id' })(Order.prototype, 'orderId');
  Expose({ name: 'coupon_code' })(Order.prototype, 'couponCode');
  Type(() => Customer)(Order.prototype, 'customer');
  Exclude()(Customer.prototype, 'password');
  Fields()(Customer);
  Fields()(Order);
  return makeOrders(Order);
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
      const extract = orders[0][FIELDS];
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) keep(extract(orders[i & 255]));
      return nsSince(start) / iterations;
    },
    verify() {
      // As JSON: an extractor may give its objects another prototype, and class fields may come in another order.
      const extracted = structuredClone(orders[7][FIELDS](orders[7]));
      expectEqual('the fields', JSON.parse(JSON.stringify(extracted)), EXPECTED_ORDER);
      return 'fields compared with those of instanceToPlain';
    },
  };
}

export default [
  contenderOf('ttlog @Fields', ownDecorators),
  contenderOf("ttlog @Fields over class-transformer's decorators", classTransformerDecorators),
];
