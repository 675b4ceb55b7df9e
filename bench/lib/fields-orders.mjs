// The orders with @Fields() on their classes, once with ttlog's own @Field and once over class-transformer's decorators.

import { createRequire } from 'node:module';

import { Field, Fields } from 'ttlog/decorators';

import { makeClasses, makeOrders, makeTransformerOrders } from './order-classes.mjs';

export function makeFieldsOrders() {
  const { Customer, Order } = makeClasses();
  Field({ name: 'order_id' })(Order.prototype, 'orderId');
  Field({ name: 'coupon_code' })(Order.prototype, 'couponCode');
  Field({ skip: true })(Customer.prototype, 'password');
  Fields()(Customer);
  Fields()(Order);
  return makeOrders(Order);
}

/** class-transformer keeps its metadata in the copy that the decorators came from: it has to be the one that ttlog sees. */
export function makeFieldsOverTransformerOrders() {
  return makeTransformerOrders(createRequire(import.meta.resolve('ttlog'))('class-transformer'), Fields());
}
