import type { INestApplication } from '@nestjs/common';
import type { LogRecord, Sink, TtlogHandle } from 'ttlog';
import { TTLOG_HANDLE } from 'ttlog/nestjs';
import { consoleSink } from 'ttlog/sinks';
import { createShop } from '../../src/shop.js';
import { say } from '../narrator.js';
import { ShopClient } from '../shop-client.js';

/** What the console shows: Nest's own start is a long list of routes. */
const LEVEL = 'info,InstanceLoader=warn,RoutesResolver=warn,RouterExplorer=warn,NestFactory=warn';

export interface OpenShop {
  readonly client: ShopClient;
  readonly ttlog: TtlogHandle;
  /** Everything that was recorded since `records` was last emptied. */
  readonly records: LogRecord[];
  close(): Promise<void>;
}

/** The shop in this process, its log on the console. */
export async function openShop(): Promise<OpenShop> {
  const records: LogRecord[] = [];
  const everything: Sink = Object.assign((batch: LogRecord[]) => void records.push(...batch), {
    level: 'trace' as const,
  });
  const app = await createShop({ level: LEVEL, sinks: [consoleSink({ format: 'pretty' }), everything] });
  await app.listen(0, '127.0.0.1');
  const ttlog = app.get<TtlogHandle>(TTLOG_HANDLE);
  await ttlog.flush();
  const url = await app.getUrl();
  say(`\nListening on ${url}`);
  return { client: new ShopClient(url), ttlog, records, close: () => close(app) };
}

async function close(app: INestApplication): Promise<void> {
  await app.close();
}
