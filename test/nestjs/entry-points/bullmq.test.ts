// Jobs of @nestjs/bullmq. A worker of BullMQ's needs a Redis server, so a worker that has none stands in for it, in the place that the package has
// for other workers: Nest finds the processor and binds it as it does to BullMQ's.
import { EventEmitter } from 'node:events';
import { BullModule, Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job as BullJob } from 'bullmq';
import { afterEach, expect, test } from 'vitest';
import { currentContext, addContext, info, LogLevel } from 'ttlog';
import { closeContexts, seen, startContext } from '../support/context.js';

afterEach(closeContexts);

type Job = Pick<BullJob, 'id' | 'name' | 'queueName' | 'attemptsMade' | 'data'>;

/** Runs jobs when it is told to. */
class LocalWorker extends EventEmitter {
  static readonly all: LocalWorker[] = [];
  constructor(
    readonly name: string,
    private readonly processor: (job: Job) => Promise<unknown>,
  ) {
    super();
    LocalWorker.all.push(this);
  }
  work(id: string, data: unknown, attemptsMade = 0): Promise<unknown> {
    return this.processor({ id, name: 'send', queueName: this.name, attemptsMade, data });
  }
  async close(): Promise<void> {}
  async disconnect(): Promise<void> {}
}

class LocalQueue extends EventEmitter {
  readonly opts = { connection: {} };
  async close(): Promise<void> {}
  async disconnect(): Promise<void> {}
}

test('each job is a trace of its own, and says which it is; a failed attempt is one error line', async () => {
  BullModule.workerClass = LocalWorker as never;
  BullModule.queueClass = LocalQueue as never;
  const contexts: object[] = [];
  @Processor('mails')
  class MailsProcessor extends WorkerHost {
    async process(job: Job): Promise<string> {
      contexts.push(currentContext());
      addContext({ customer: job.data });
      await Promise.resolve();
      info('Sending');
      if (job.attemptsMade === 1) throw new Error('mailbox full');
      return 'sent';
    }
  }
  const { recordsWhen } = await startContext({
    imports: [BullModule.registerQueue({ name: 'mails' })],
    providers: [MailsProcessor],
  });
  const [worker] = LocalWorker.all;
  expect(await Promise.all([worker.work('j-1', 'ada'), worker.work('j-2', 'bob')])).toEqual(['sent', 'sent']);
  await expect(worker.work('j-3', 'cyd', 1)).rejects.toThrow('mailbox full');
  const records = await recordsWhen(seen('MailsProcessor.process', 3));
  const spans = records.filter(({ kind }) => kind === 'span');
  expect(spans.map(({ values }) => [values['job_id'], values['attempt'], values['customer']])).toEqual([
    ['j-1', 1, 'ada'],
    ['j-2', 1, 'bob'],
    ['j-3', 2, 'cyd'],
  ]);
  expect(spans[0].values).toMatchObject({ queue: 'mails', job: 'send' });
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(3);
  expect(contexts).toEqual([{}, {}, {}]);
  expect(records.filter(({ level }) => level >= LogLevel.Error)).toMatchObject([
    { message: 'MailsProcessor.process', values: { job_id: 'j-3', err: { message: 'mailbox full' } } },
  ]);
});
