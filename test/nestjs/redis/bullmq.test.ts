// Jobs of @nestjs/bullmq on a real Redis: `npm run test:redis`.
import { InjectQueue, OnWorkerEvent, Processor, BullModule, WorkerHost } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { QueueEvents, type Job, type Queue } from 'bullmq';
import { afterEach, expect, inject, test } from 'vitest';
import { addContext, currentContext, exportContext, info, LogLevel, withContext, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { closeContexts, seen, startContext } from '../support/context.js';

const connection = { path: inject('redisSocket') };

let events: QueueEvents | undefined;
afterEach(async () => {
  await closeContexts();
  await events?.close();
});

interface Mail {
  readonly to: string;
  readonly traceparent?: string;
}

@Injectable()
class Mailer {
  @Instrument()
  async send(to: string): Promise<string> {
    await Promise.resolve();
    if (to === 'cyd') throw new TypeError('mailbox full');
    return `sent to ${to}`;
  }
}

let queues = 0;

async function start() {
  const name = `mails-${++queues}`;
  const contexts: object[] = [];
  @Processor(name)
  class MailsProcessor extends WorkerHost {
    constructor(readonly mailer: Mailer) {
      super();
    }
    async process(job: Job<Mail>): Promise<string> {
      contexts.push(currentContext());
      addContext({ customer: job.data.to });
      info('Sending');
      await new Promise(setImmediate);
      info('Connected');
      return this.mailer.send(job.data.to);
    }
    @OnWorkerEvent('completed')
    completed(job: Job<Mail>) {
      info('Done', { to: job.data.to });
    }
  }
  Reflect.defineMetadata('design:paramtypes', [Mailer], MailsProcessor);
  @Injectable()
  class Orders {
    constructor(@InjectQueue(name) readonly mails: Queue<Mail>) {}
  }
  const { app, recordsWhen } = await startContext({
    imports: [BullModule.forRoot({ connection }), BullModule.registerQueue({ name })],
    providers: [MailsProcessor, Mailer, Orders],
  });
  events = new QueueEvents(name, { connection });
  await events.waitUntilReady();
  return { mails: app.get(Orders).mails, contexts, over: events, recordsWhen, name };
}

test('jobs are traces of their own, what they do is inside, and what they return is what it was', async () => {
  const { mails, contexts, over, recordsWhen, name } = await start();
  const jobs = await withContext({ request_id: 'r-1' }, () =>
    withSpan('enqueue', () => mails.addBulk(['ada', 'bob'].map((to) => ({ name: 'send', data: { to } })))),
  );
  expect(await Promise.all(jobs.map((job) => job.waitUntilFinished(over)))).toEqual(['sent to ada', 'sent to bob']);
  const records = await recordsWhen((all) => seen('MailsProcessor.process', 2)(all) && seen('Done', 2)(all));
  const spans = records.filter(({ message }) => message === 'MailsProcessor.process');
  expect(spans.map(({ values }) => values)).toMatchObject(
    jobs.map(({ id }, at) => ({ queue: name, job: 'send', job_id: id, attempt: 1, customer: ['ada', 'bob'][at] })),
  );
  expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, undefined]);
  expect(contexts).toEqual([{}, {}]);
  for (const [at, span] of spans.entries()) {
    const customer = ['ada', 'bob'][at];
    const inside = records.filter(({ traceId }) => traceId === span.traceId);
    expect(
      inside
        .filter(({ kind }) => kind === 'event')
        .map(({ message, spanId, values }) => [message, spanId, values['customer']]),
    ).toEqual([
      ['Sending', span.spanId, customer],
      ['Connected', span.spanId, customer],
    ]);
    expect(inside.find(({ message }) => message === 'Mailer.send')).toMatchObject({ parentSpanId: span.spanId });
  }
});

test('an attempt that fails is one error line; BullMQ tries again, and fails the job, as without ttlog', async () => {
  const { mails, over, recordsWhen } = await start();
  const job = await mails.add('send', { to: 'cyd' }, { attempts: 2 });
  await expect(job.waitUntilFinished(over)).rejects.toThrow('mailbox full');
  const records = await recordsWhen(seen('MailsProcessor.process', 2));
  const spans = records.filter(({ message }) => message === 'MailsProcessor.process');
  expect(spans.map(({ outcome, level, values }) => [outcome, level, values['attempt'], values['err']])).toEqual([
    ['error', LogLevel.Debug, 1, 'TypeError: mailbox full'],
    ['error', LogLevel.Debug, 2, 'TypeError: mailbox full'],
  ]);
  expect(records.filter(({ level }) => level >= LogLevel.Error).map(({ message }) => message)).toEqual([
    'Mailer.send',
    'Mailer.send',
  ]);
  const failed = await mails.getJob(job.id!);
  expect([failed!.failedReason, failed!.attemptsMade]).toEqual(['mailbox full', 2]);
});

test.each([
  ['the job’s data', (headers: object) => ({ data: { to: 'ada', ...headers }, opts: {} })],
  [
    'the metadata of BullMQ’s telemetry',
    (headers: object) => ({ data: { to: 'ada' }, opts: { telemetry: { metadata: JSON.stringify(headers) } } }),
  ],
])('a job goes on with the trace that is in %s', async (_where, make) => {
  const { mails, over, recordsWhen } = await start();
  const [job, caller] = await withSpan('enqueue', async (span) => {
    const { data, opts } = make(exportContext({ fields: false }));
    return [await mails.add('send', data, opts), span] as const;
  });
  expect(await job.waitUntilFinished(over)).toBe('sent to ada');
  const records = await recordsWhen(seen('MailsProcessor.process'));
  const span = records.find(({ message }) => message === 'MailsProcessor.process')!;
  expect([span.traceId, span.parentSpanId]).toEqual([caller.traceId, caller.spanId]);
  expect(records.find(({ message }) => message === 'Sending')!.traceId).toBe(caller.traceId);
});
