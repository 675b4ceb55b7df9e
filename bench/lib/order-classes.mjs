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

/** Enough different objects that no value is a constant to the optimiser. */
export function makeOrders(Order, count = 256) {
  return Array.from({ length: count }, (_, i) => new Order(i));
}
