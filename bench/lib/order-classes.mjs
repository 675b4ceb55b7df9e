// The object that the field-extraction contenders read: an order of eight fields, two of them in a nested customer,
// renamed to snake_case, with a password that must never come out. Classes are made per contender, so that each
// carries only the decorators of the library under test.

/** What every contender has to produce from `makeOrder(…, 7)`. */
export const EXPECTED_ORDER = {
  order_id: 7,
  amount: 129.5,
  currency: 'EUR',
  paid: true,
  coupon_code: 'SPRING',
  customer: { id: 42, email: 'alice@example.com' },
};

export function makeClasses() {
  class Customer {
    id = 42;
    email = 'alice@example.com';
    password = 'hunter2';
  }
  class Order {
    orderId;
    amount = 129.5;
    currency = 'EUR';
    paid = true;
    couponCode = 'SPRING';
    customer = new Customer();

    constructor(orderId) {
      this.orderId = orderId;
    }
  }
  return { Customer, Order };
}

/** What an extractor for this one class comes down to. */
export function extractByHand(order) {
  return {
    order_id: order.orderId,
    amount: order.amount,
    currency: order.currency,
    paid: order.paid,
    coupon_code: order.couponCode,
    customer: { id: order.customer.id, email: order.customer.email },
  };
}

/** Enough different objects that no value is a constant to the optimiser. */
export function makeOrders(Order, count = 256) {
  return Array.from({ length: count }, (_, i) => new Order(i));
}

/**
 * Orders with class-transformer's decorators, given the copy of it whose metadata is going to be read. Decorators are
 * functions: calling them is what a compiler makes of the @-syntax.
 */
export function makeTransformerOrders({ Exclude, Expose, Type }, decorateClass = () => {}) {
  const { Customer, Order } = makeClasses();
  Expose({ name: 'order_id' })(Order.prototype, 'orderId');
  Expose({ name: 'coupon_code' })(Order.prototype, 'couponCode');
  Type(() => Customer)(Order.prototype, 'customer');
  Exclude()(Customer.prototype, 'password');
  decorateClass(Customer);
  decorateClass(Order);
  return makeOrders(Order);
}
