// A Nest application over real HTTP, with everything it records in memory.
import 'reflect-metadata';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Module, type INestApplication, type LoggerService, type ModuleMetadata } from '@nestjs/common';
import type { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { LogRecord } from 'ttlog';
import { TtlogModule, type TtlogModuleOptions } from 'ttlog/nestjs';
import { memorySink } from 'ttlog/sinks';

export type Platform = 'express' | 'fastify';
export const PLATFORMS: readonly Platform[] = ['express', 'fastify'];

export interface StartOptions {
  platform?: Platform;
  ttlog?: TtlogModuleOptions;
  /** Nest's own logger. @default false */
  logger?: LoggerService | false;
  instrument?: NestApplicationContextOptions['instrument'];
  /** Between creating the application and starting it. */
  before?: (app: INestApplication) => unknown;
}

export interface RunningApp {
  readonly app: INestApplication;
  readonly url: string;
  /** Everything that was delivered so far. */
  readonly records: () => Promise<readonly LogRecord[]>;
  /** Waits for records that come after their response, such as the completion record. */
  readonly recordsWhen: (isThere: (records: readonly LogRecord[]) => boolean) => Promise<readonly LogRecord[]>;
  readonly close: () => Promise<void>;
}

const running = new Set<INestApplication>();

/** Starts an application of these parts with TtlogModule, everything from trace level on delivered to memory. */
export async function startApp(parts: ModuleMetadata, options: StartOptions = {}): Promise<RunningApp> {
  const memory = memorySink();
  const ttlog = { service: 'test', level: 'trace', sinks: [memory], ...options.ttlog };
  @Module({ ...parts, imports: [TtlogModule.forRoot(ttlog), ...(parts.imports ?? [])] })
  class TestModule {}

  const adapter = options.platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(TestModule, adapter, {
    logger: options.logger ?? false,
    ...(options.instrument !== undefined && { instrument: options.instrument }),
    abortOnError: false,
    forceCloseConnections: true,
  });
  options.before?.(app);
  await app.listen(0, '127.0.0.1');
  running.add(app);
  const { handle } = app.get<{ handle: { flush(): Promise<void> } }>(Symbol.for('ttlog.nestjs/1/lease'));
  const records = async () => {
    await handle.flush();
    return memory.records;
  };
  return {
    app,
    url: await app.getUrl(),
    records,
    async recordsWhen(isThere) {
      for (;;) {
        const seen = await records();
        if (isThere(seen)) return seen;
        await new Promise(setImmediate);
      }
    },
    async close() {
      running.delete(app);
      await app.close();
    },
  };
}

/** For afterEach: what a failed test left open. */
export async function closeApps(): Promise<void> {
  for (const app of running) await app.close();
  running.clear();
}

/** The completion records, oldest first. */
export const completions = (records: readonly LogRecord[]): LogRecord[] =>
  records.filter(({ target, kind }) => target === 'http' && kind === 'event');

/** Waits until so many requests are over. */
export const over = (count: number) => (records: readonly LogRecord[]) => completions(records).length >= count;

/** A request that is never answered: resolves once it has been sent; `abort` hangs up. */
export async function hangUpLater(url: string, headers: Record<string, string> = {}): Promise<{ abort(): void }> {
  const request = httpRequest(url, { headers, agent: false });
  request.on('error', () => {});
  await new Promise<void>((resolve) => request.end(resolve));
  return { abort: () => request.destroy() };
}

/** Sends a body in pieces, so that it cannot have been read by the time that the handler is looked for. */
export async function postInPieces(url: string, headers: Record<string, string>, pieces: string[]): Promise<string> {
  const request = httpRequest(url, { method: 'POST', agent: false, headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    request.on('response', resolve).on('error', reject),
  );
  for (const piece of pieces) {
    await new Promise<void>((resolve) => request.write(piece, () => resolve()));
    await new Promise(setImmediate);
  }
  request.end();
  let text = '';
  for await (const chunk of (await answered).setEncoding('utf8')) text += String(chunk);
  return text;
}
