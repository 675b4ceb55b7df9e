// The method that every span contender wraps: two numbers in, one number out. Small on purpose, so that the row
// shows the span and not the work. The class is made anew for each contender; nothing is shared between processes.

/** @returns {new () => { charge(orderId: number, amount: number): number, chargeAsync(orderId: number, amount: number): Promise<number> }} */
export function makePaymentService() {
  return class PaymentService {
    charge(orderId, amount) {
      return orderId + amount;
    }

    async chargeAsync(orderId, amount) {
      return orderId + amount;
    }
  };
}

/** Spans a turn: batch processors work on the event loop, and their share belongs to the cost of a span. */
export const SPANS_PER_TURN = 256;
