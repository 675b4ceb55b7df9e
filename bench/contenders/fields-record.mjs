// An object logged directly, extraction and record together: what a service with @Fields on its classes pays for a line,
// against spelling the fields out by hand, and against what pino's users write (instanceToPlain, then the call).

import 'reflect-metadata';

import { Exclude, Expose, Type, instanceToPlain } from 'class-transformer';
import pino from 'pino';
import { info } from 'ttlog';

import { nsSince, startClock } from '../lib/clock.mjs';
import { makeFieldsOrders } from '../lib/fields-orders.mjs';
import {
  EXPECTED_ORDER,
  extractByHand,
  makeClasses,
  makeOrders,
  makeTransformerOrders,
} from '../lib/order-classes.mjs';
import { startRecordOnly, verifyDelivered } from '../lib/ttlog.mjs';
import { expectFields } from '../lib/verify.mjs';

const group = 'fields-record';
const MESSAGE = 'Order placed';

function loop(iterations, orders, logOne) {
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) logOne(orders[i & 255]);
  return nsSince(start) / iterations;
}

function ttlogContender(name, makeDecorated, logOne) {
  let handle;
  let orders;
  const run = (iterations) => loop(iterations, orders, logOne);
  return {
    name,
    group,
    setup(settings) {
      orders = makeDecorated();
      handle = startRecordOnly(settings);
    },
    run,
    verify: () =>
      verifyDelivered(handle, run, (i) => ({
        message: MESSAGE,
        fields: { ...EXPECTED_ORDER, order_id: i & 255 },
      })),
    teardown: () => handle.shutdown(),
  };
}

function pinoContender(name, makeDecorated, extract) {
  let log;
  let orders;
  return {
    name,
    group,
    setup() {
      orders = makeDecorated();
      log = pino(pino.destination({ dest: '/dev/null', sync: true, minLength: 4096 }));
    },
    run: (iterations) => loop(iterations, orders, (order) => log.info(extract(order), MESSAGE)),
    verify() {
      let line = '';
      const readable = pino({}, { write: (text) => (line = text) });
      readable.info(extract(orders[7]), MESSAGE);
      expectFields('the line', JSON.parse(line), { msg: MESSAGE, ...EXPECTED_ORDER });
      return 'a line of the same call read back';
    },
  };
}

const plainOrders = () => makeOrders(makeClasses().Order);
const transformerOrders = () => makeTransformerOrders({ Exclude, Expose, Type });

export default [
  ttlogContender("ttlog info(order, '…') with @Fields", makeFieldsOrders, (order) => info(order, MESSAGE)),
  ttlogContender('ttlog, fields written by hand', plainOrders, (order) => info(MESSAGE, extractByHand(order))),
  pinoContender('pino to /dev/null, fields written by hand', plainOrders, extractByHand),
  pinoContender('pino to /dev/null, instanceToPlain', transformerOrders, (order) => instanceToPlain(order)),
];
