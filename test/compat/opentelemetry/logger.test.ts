import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { type LogRecord, logs, SeverityNumber } from '@opentelemetry/api-logs';
import { suppressTracing } from '@opentelemetry/core';
import { beforeEach, expect, test } from 'vitest';
import { setRecord, suppress, withContext, withSpan } from 'ttlog';
import { atTheEnd, enable, eventOf, records } from './support.js';

beforeEach(() => void enable());

const logger = () => logs.getLogger('orders', '1.0.0');

test('a record is an event of its logger, in the trace and the context it happens in', async () => {
  withContext({ request_id: 'r-1' }, () =>
    withSpan('work', () =>
      logger().emit({
        severityNumber: SeverityNumber.WARN2,
        body: 'Stock is low',
        attributes: { left: 2, list: [{ a: 1 }] },
      }),
    ),
  );
  const [event, work] = await records();
  expect([event.target, event.level, event.message]).toEqual(['orders', 3, 'Stock is low']);
  expect(event.values).toEqual({ request_id: 'r-1', left: 2, list: [{ a: 1 }] });
  expect([event.traceId, event.spanId]).toEqual([work.traceId, work.spanId]);
});

test.each([
  [1, undefined, 0],
  [4, undefined, 0],
  [5, undefined, 1],
  [9, undefined, 2],
  [13, undefined, 3],
  [20, undefined, 4],
  [24, undefined, 5],
  [0, 'ERROR', 4],
  [undefined, 'Debug', 1],
  [undefined, 'NOTICE', 2],
  [99, undefined, 2],
  [undefined, undefined, 2],
])('severity %s %s is level %s', async (severityNumber, severityText, level) => {
  // As it would come from plain JavaScript.
  const record = JSON.parse(JSON.stringify({ body: 'x', severityNumber, severityText })) as LogRecord;
  logger().emit(record);
  expect((await eventOf('x')).level).toBe(level);
});

test('a body that is no text, the name of an event, an exception', async () => {
  logger().emit({
    eventName: 'order.placed',
    body: { order: 7 },
    attributes: { a: 1 },
    exception: new RangeError('no'),
  });
  logger().emit({ eventName: 'order.lost', body: 'An order is lost' });
  expect((await eventOf('order.placed')).values).toMatchObject({ a: 1, body: { order: 7 }, err: { message: 'no' } });
  expect((await eventOf('An order is lost')).values).toEqual({ event_name: 'order.lost' });
});

test('a record with a time of its own keeps it, and has trace and context all the same', async () => {
  withContext({ request_id: 'r-1', password: 'p' }, () =>
    withSpan('work', () => logger().emit({ timestamp: [1_700_000_000, 5], body: 'then', attributes: { token: 't' } })),
  );
  const event = await eventOf('then');
  const work = (await records()).find(({ kind }) => kind === 'span')!;
  expect(event.timestampNs).toBe(1_700_000_000_000_000_005n);
  expect(event.values).toEqual({ request_id: 'r-1', password: '[Redacted]', token: '[Redacted]' });
  expect([event.traceId, event.spanId]).toEqual([work.traceId, work.spanId]);
});

test('a record of another context', async () => {
  const remote = trace.setSpanContext(ROOT_CONTEXT, {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    traceFlags: 1,
  });
  logger().emit({ body: 'there', context: remote });
  withSpan('here', () => logger().emit({ body: 'then and there', context: remote, timestamp: 1_700_000_000_000 }));
  for (const message of ['there', 'then and there']) {
    const event = await eventOf(message);
    expect([event.traceId, event.spanId]).toEqual(['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']);
  }
});

test('enabled says whether it would be recorded', async () => {
  setRecord('trace,orders=warn');
  atTheEnd(() => setRecord('trace'));
  expect(logger().enabled()).toBe(true);
  expect(logger().enabled({ severityNumber: SeverityNumber.INFO })).toBe(false);
  expect(logger().enabled({ severityNumber: SeverityNumber.WARN })).toBe(true);
  suppress(() => expect(logger().enabled({ severityNumber: SeverityNumber.ERROR })).toBe(false));
  context.with(suppressTracing(context.active()), () => expect(logger().enabled()).toBe(true));
  logger().emit({ severityNumber: SeverityNumber.INFO, body: 'no' });
  suppress(() => logger().emit({ severityNumber: SeverityNumber.ERROR, body: 'no' }));
  expect(await records()).toEqual([]);
});
