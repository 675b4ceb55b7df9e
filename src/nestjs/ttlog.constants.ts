/**
 * The injection token of the running ttlog: a `TtlogHandle`, for snapshots, counts and levels.
 *
 * @example
 * import { Inject, Injectable, Module } from '@nestjs/common';
 * import { NestFactory } from '@nestjs/core';
 * import type { TtlogHandle } from 'ttlog';
 * import { TTLOG_HANDLE, TtlogModule } from 'ttlog/nestjs';
 *
 * @Injectable()
 * class Support {
 *   constructor(@Inject(TTLOG_HANDLE) readonly ttlog: TtlogHandle) {}
 * }
 * @Module({ imports: [TtlogModule.forRoot({ service: 'shop' })], providers: [Support] })
 * class AppModule {}
 *
 * const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
 * const { service } = app.get(Support).ttlog;
 * await app.close();
 * service; // => 'shop'
 */
export const TTLOG_HANDLE = Symbol.for('ttlog.nestjs/1/handle');

/**
 * The injection token of the options that `TtlogModule` was given, for tests that put others in their place.
 *
 * @example
 * import { Module } from '@nestjs/common';
 * import { Test } from '@nestjs/testing';
 * import { TTLOG_MODULE_OPTIONS, TtlogModule, TtlogTestingModule } from 'ttlog/nestjs';
 * import { fileSink } from 'ttlog/sinks';
 *
 * @Module({ imports: [TtlogModule.forRoot({ service: 'shop', sinks: [fileSink({ path: './shop.ndjson' })] })] })
 * class AppModule {}
 *
 * const testing = await Test.createTestingModule({ imports: [AppModule] })
 *   .overrideProvider(TTLOG_MODULE_OPTIONS)
 *   .useValue(TtlogTestingModule.options)
 *   .compile();
 * await testing.close(); // and there is no shop.ndjson
 */
export const TTLOG_MODULE_OPTIONS = Symbol.for('ttlog.nestjs/1/options');

/** This module's share in the running ttlog. */
export const TTLOG_LEASE = Symbol.for('ttlog.nestjs/1/lease');
