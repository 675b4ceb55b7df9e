// What cannot be read must not be thrown at whoever records it.
import type { Link, TimeInput } from '@opentelemetry/api';
import { trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { enable, spanOf } from './support.js';

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test('revoked proxies as times, links and attributes: the span is there all the same', async () => {
  enable();
  const nothing = revoked();
  const tracer = trace.getTracer('library');
  const span = tracer.startSpan('query', {
    startTime: nothing as TimeInput,
    links: nothing as Link[],
    attributes: nothing as never,
  });
  span.addEvent('cached', nothing as never).addEvent('cached', {}, nothing as TimeInput);
  span.recordException('gone', nothing as TimeInput);
  span.addLinks(nothing as Link[]).addLinks([nothing as Link]);
  span.setAttributes({ rows: 3 });
  span.end(nothing as TimeInput);
  expect((await spanOf('query')).values).toMatchObject({ rows: 3 });
});
