import { Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, CronExpression, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { afterEach, expect, test } from 'vitest';
import { addContext, currentContext, currentSpan, info, LogLevel } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { instrumentProviders } from 'ttlog/nestjs';
import { closeContexts, recordedModule, seen, startContext } from '../support/context.js';

afterEach(closeContexts);

test('each run of an interval is a trace of its own, with a context of its own', async () => {
  const before: object[] = [];
  @Injectable()
  class Reports {
    private runs = 0;
    @Interval('refresh', 1)
    async refresh() {
      before.push(currentContext());
      addContext({ run: ++this.runs });
      await Promise.resolve();
      info('Refreshed');
    }
  }
  const { recordsWhen } = await startContext({ imports: [ScheduleModule.forRoot()], providers: [Reports] });
  const records = await recordsWhen(seen('Reports.refresh', 3));
  const refreshed = records.filter(({ message }) => message === 'Refreshed').slice(0, 3);
  expect(refreshed.map(({ values }) => values['run'])).toEqual([1, 2, 3]);
  expect(new Set(refreshed.map(({ traceId }) => traceId)).size).toBe(3);
  expect(refreshed[0].traceId).toMatch(/^[\da-f]{32}$/);
  expect(before.slice(0, 3)).toEqual([{}, {}, {}]); // nothing of an earlier run
  const [span] = records.filter(({ kind }) => kind === 'span');
  expect(span).toMatchObject({ message: 'Reports.refresh', target: 'Reports', values: { job: 'refresh' } });
  expect(span.parentSpanId).toBeUndefined();
});

test('a timeout, and a cron job that fails: one error line, with the stack', async () => {
  @Injectable()
  class Night {
    @Timeout(1)
    once() {
      info('Once', { in_span: currentSpan()?.name });
    }
    @Cron(CronExpression.EVERY_YEAR, { name: 'reconcile' })
    reconcile() {
      throw new Error('books do not balance');
    }
  }
  const { app, recordsWhen } = await startContext({ imports: [ScheduleModule.forRoot()], providers: [Night] });
  await app.get(SchedulerRegistry).getCronJob('reconcile').fireOnTick();
  const records = await recordsWhen((all) => seen('Night.reconcile')(all) && seen('Night.once')(all));
  expect(records.find(({ message }) => message === 'Once')!.values).toMatchObject({ in_span: 'Night.once' });
  const errors = records.filter(({ level }) => level >= LogLevel.Error);
  expect(errors).toMatchObject([
    { message: 'Night.reconcile', values: { job: 'reconcile', err: { message: 'books do not balance' } } },
  ]);
});

test('a method with an @Instrument() of its own keeps it, one that is not wanted is left alone', async () => {
  @Injectable()
  class Own {
    @Interval(1)
    @Instrument({ name: 'own name' })
    work() {}
  }
  @Injectable()
  class Bare {
    @Interval(1)
    work() {
      info('Bare', { span: currentSpan()?.name });
    }
  }
  const imports = () => [ScheduleModule.forRoot()];
  const own = await startContext({ imports: imports(), providers: [Own] });
  const records = await own.recordsWhen(seen('own name'));
  expect(records.some(({ message }) => message === 'Own.work')).toBe(false);
  await closeContexts();
  const bare = await startContext({ imports: imports(), providers: [Bare] }, { entryPoints: false });
  const [record] = await bare.recordsWhen(seen('Bare'));
  expect([record.values['span'], record.traceId]).toEqual([undefined, undefined]);
});

test('beside instrumentProviders() it is the same, and one span', async () => {
  @Injectable()
  class Both {
    @Interval('refresh', 1)
    refresh() {
      this.read();
    }
    read() {}
  }
  const { module, started, recordsWhen } = recordedModule({ imports: [ScheduleModule.forRoot()], providers: [Both] });
  const app = await NestFactory.createApplicationContext(module, {
    logger: false,
    abortOnError: false,
    instrument: instrumentProviders(),
  });
  started(app);
  const records = await recordsWhen(seen('Both.refresh'));
  const [read, refresh] = records;
  expect(refresh).toMatchObject({ message: 'Both.refresh', values: { job: 'refresh' } });
  expect(refresh.parentSpanId).toBeUndefined();
  expect(read).toMatchObject({ message: 'Both.read', parentSpanId: refresh.spanId });
});
