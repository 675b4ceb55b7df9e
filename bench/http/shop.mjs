// The service of the http group: one route, one service class of ten methods, 200 µs of work and 20 events a request. How a
// method is wrapped and where an event goes is the setup's.
//
// Decorators are called as functions, which is what a compiler makes of them: nothing here needs compiling.

import 'reflect-metadata';

import { Controller, Get, Inject, Injectable, Param } from '@nestjs/common';

import { keep } from '../lib/keep.mjs';
import { spin } from './work.mjs';

export const ROUTE = '/orders/:id';
export const EVENTS_PER_REQUEST = 20;
/** Of these, at info; the others are at debug. */
export const INFO_EVENTS_PER_REQUEST = 2;
export const METHODS = [
  'place',
  'checkStock',
  'reserve',
  'price',
  'discount',
  'tax',
  'charge',
  'pack',
  'ship',
  'notify',
];
export const SPANS_PER_REQUEST = 1 + METHODS.length;
export const FIRST_MESSAGE = 'Order accepted';

/**
 * @param {object} setup
 * @param {number} setup.workIterations of a whole request
 * @param {(message: string, fields: object) => void} setup.debug
 * @param {(message: string, fields: object) => void} setup.info
 * @param {(type: Function, method: string) => void} [setup.wrap] puts a span around a method
 */
export function makeShop({ workIterations, debug, info, wrap }) {
  const shop = { served: 0 };
  const work = (order_id) => keep(spin(workIterations / METHODS.length, order_id));

  class OrdersService {
    async place(order_id) {
      info('Order accepted', { order_id, items: 3, currency: 'EUR' });
      await this.checkStock(order_id);
      await this.reserve(order_id);
      const total = this.tax(order_id, this.discount(order_id, this.price(order_id)));
      await this.charge(order_id, total);
      const parcel = this.pack(order_id);
      await this.ship(order_id, parcel);
      await this.notify(order_id);
      work(order_id);
      info('Order placed', { order_id, total, parcel });
      return total;
    }

    async checkStock(order_id) {
      debug('Asking for stock', { order_id, sku: 'grinder', wanted: 3 });
      work(order_id);
      debug('Stock is there', { order_id, sku: 'grinder', left: 12 });
    }

    async reserve(order_id) {
      debug('Reserving', { order_id, shelf: 4, wanted: 3 });
      work(order_id);
      debug('Reserved', { order_id, shelf: 4, reservation: 'r-17' });
    }

    price(order_id) {
      debug('Pricing', { order_id, list: 'retail', items: 3 });
      work(order_id);
      debug('Priced', { order_id, currency: 'EUR', amount: 129.5 });
      return 129.5;
    }

    discount(order_id, amount) {
      debug('Looking for a discount', { order_id, code: 'SPRING', amount });
      work(order_id);
      debug('Discounted', { order_id, code: 'SPRING', amount: amount * 0.9 });
      return amount * 0.9;
    }

    tax(order_id, amount) {
      debug('Taxing', { order_id, country: 'DE', amount });
      work(order_id);
      debug('Taxed', { order_id, rate: 0.19, amount: amount * 1.19 });
      return amount * 1.19;
    }

    async charge(order_id, amount) {
      debug('Asking the bank', { order_id, amount, currency: 'EUR' });
      work(order_id);
      debug('Charged', { order_id, amount, receipt: 'b-99' });
    }

    pack(order_id) {
      debug('Packing', { order_id, box: 'M', items: 3 });
      work(order_id);
      debug('Packed', { order_id, box: 'M', grams: 2400 });
      return 7;
    }

    async ship(order_id, parcel) {
      debug('Handing over', { order_id, parcel, carrier: 'DHL' });
      work(order_id);
      debug('Handed over', { order_id, parcel, tracking: 't-4711' });
    }

    async notify(order_id) {
      debug('Writing to the customer', { order_id, channel: 'email', template: 'placed' });
      work(order_id);
      debug('Written', { order_id, channel: 'email', queued: true });
    }
  }
  Injectable()(OrdersService);
  if (wrap) for (const method of METHODS) wrap(OrdersService, method);

  class OrdersController {
    constructor(orders) {
      this.orders = orders;
    }

    async place(id) {
      shop.served += 1;
      return { total: await this.orders.place(Number(id)) };
    }
  }
  const { prototype } = OrdersController;
  Inject(OrdersService)(OrdersController, undefined, 0);
  Param('id')(prototype, 'place', 0);
  Get(':id')(prototype, 'place', Object.getOwnPropertyDescriptor(prototype, 'place'));
  Controller('orders')(OrdersController);

  return Object.assign(shop, { controllers: [OrdersController], providers: [OrdersService] });
}
