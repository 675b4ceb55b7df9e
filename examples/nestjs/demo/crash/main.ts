// The shop with a nightly job that has a bug. Run by the demo: says where it listens, and starts the job, or closes, when it is told to.
import 'reflect-metadata';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { TtlogHandle } from 'ttlog';
import { createTtlogLogger, TTLOG_HANDLE } from 'ttlog/nestjs';
import { fileSink } from 'ttlog/sinks';
import { NightModule } from './night.module.js';
import { ReconciliationJob, type BankEntry } from './reconciliation.job.js';

const [directory = '.', ...wanted] = process.argv.slice(2);
const app = await NestFactory.create(
  NightModule.with({
    service: 'shop',
    level: 'info',
    sinks: [fileSink({ path: join(directory, 'shop.log') })],
    snapshots: { dir: directory },
    blackBox: wanted.includes('black-box'),
    promote: wanted.includes('promote'),
  }),
  { logger: createTtlogLogger() },
);
await app.listen(0, '127.0.0.1');

process.on('message', ({ paid }: { paid?: string[] }) => {
  if (paid === undefined) return void app.close().then(() => process.disconnect());
  const statement = paid.map((orderId): BankEntry => ({ orderId, amountCents: 8_900 }));
  return void app.get(ReconciliationJob).run(statement);
});
process.send?.({ url: await app.getUrl(), blackBox: app.get<TtlogHandle>(TTLOG_HANDLE).blackBox });
