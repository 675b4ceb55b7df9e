// A Nest application without HTTP, or with servers of its own, with everything it records in memory.
import 'reflect-metadata';
import { Module, type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { LogRecord, TtlogHandle } from 'ttlog';
import { TTLOG_HANDLE, TtlogModule, type TtlogModuleOptions } from 'ttlog/nestjs';
import { memorySink } from 'ttlog/sinks';

const running = new Set<INestApplicationContext>();

export interface Recorded {
  readonly module: new () => object;
  /** Tells it of the application, once it is there. */
  readonly started: (app: INestApplicationContext) => void;
  /** Waits for records. */
  readonly recordsWhen: (isThere: (records: readonly LogRecord[]) => boolean) => Promise<readonly LogRecord[]>;
}

/** A root module of these parts with TtlogModule, everything from trace level on delivered to memory. */
export function recordedModule(parts: ModuleMetadata, options: TtlogModuleOptions = {}): Recorded {
  const memory = memorySink();
  const ttlog = TtlogModule.forRoot({ service: 'test', level: 'trace', sinks: [memory], ...options });
  @Module({ ...parts, imports: [ttlog, ...(parts.imports ?? [])] })
  class TestModule {}
  let handle: TtlogHandle;
  return {
    module: TestModule,
    started(app) {
      running.add(app);
      handle = app.get<TtlogHandle>(TTLOG_HANDLE);
    },
    async recordsWhen(isThere) {
      for (;;) {
        await handle.flush();
        if (isThere(memory.records)) return memory.records;
        await new Promise(setImmediate);
      }
    },
  };
}

/** Starts an application without servers. */
export async function startContext(parts: ModuleMetadata, options?: TtlogModuleOptions) {
  const { module, started, recordsWhen } = recordedModule(parts, options);
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  started(app);
  return { app, recordsWhen };
}

/** For afterEach. */
export async function closeContexts(): Promise<void> {
  for (const app of running) await app.close();
  running.clear();
}

/** Until so many records have this message. */
export const seen =
  (message: string, count = 1) =>
  (records: readonly LogRecord[]): boolean =>
    records.filter((record) => record.message === message).length >= count;
