import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createTtlogLogger, type TtlogModuleOptions } from 'ttlog/nestjs';
import { AppModule } from './app.module.js';

/** The shop, ready to listen. The options go to ttlog, on top of the shop's own. */
export async function createShop(options: TtlogModuleOptions = {}): Promise<INestApplication> {
  const app = await NestFactory.create(AppModule.with(options), { logger: createTtlogLogger() });
  return app.init();
}
