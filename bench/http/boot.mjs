// A Nest application on Fastify around a shop.

import 'reflect-metadata';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/**
 * @param {{ controllers: Function[], providers: Function[] }} shop
 * @param {{ imports?: any[], options?: object }} [more] modules of the setup, options of NestFactory.create
 */
export async function bootShop({ controllers, providers }, { imports = [], options = {} } = {}) {
  function ShopModule() {}
  Module({ imports, controllers, providers })(ShopModule);
  return NestFactory.create(ShopModule, new FastifyAdapter(), { logger: false, ...options });
}
