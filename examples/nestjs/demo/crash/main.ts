// The shop with a nightly job that has a bug. Run by the demo: says where it listens, and starts the job when it is told to.
import 'reflect-metadata';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { createTtlogLogger } from 'ttlog/nestjs';
import { fileSink } from 'ttlog/sinks';
import { NightModule } from './night.module.js';
import { ReconciliationJob, type BankEntry } from './reconciliation.job.js';

const [directory = '.'] = process.argv.slice(2);
const app = await NestFactory.create(
  NightModule.with({
    service: 'shop',
    level: 'info',
    sinks: [fileSink({ path: join(directory, 'shop.log') })],
    snapshots: { dir: directory },
  }),
  { logger: createTtlogLogger() },
);
await app.listen(0, '127.0.0.1');

process.on('message', ({ paid }: { paid: string[] }) => {
  const statement = paid.map((orderId): BankEntry => ({ orderId, amountCents: 8_900 }));
  void app.get(ReconciliationJob).run(statement);
});
process.send?.(await app.getUrl());
