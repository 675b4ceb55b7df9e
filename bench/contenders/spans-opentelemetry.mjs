// OpenTelemetry as a service sets it up: NodeTracerProvider (its AsyncLocalStorage context manager, its default
// sampler), BatchSpanProcessor with its defaults, startActiveSpan around the body as its documentation shows, the
// arguments as attributes because @Instrument() records them. The exporter throws its batches away, so nothing is
// serialised or sent. Started and exported spans are compared: a queue that overflowed would have made it faster.

import { SpanStatusCode, trace } from '@opentelemetry/api';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

import { loopAsync, loopSync, makePaymentService } from '../lib/span-subject.mjs';
import { expectEqual } from '../lib/verify.mjs';

let started = 0;
let exported = 0;
let lastSpan;

const noopExporter = {
  export(spans, done) {
    exported += spans.length;
    lastSpan = spans.at(-1);
    done({ code: 0 });
  },
  async forceFlush() {},
  async shutdown() {},
};

const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(noopExporter)] });
provider.register();
const tracer = trace.getTracer('PaymentService');
const service = new (makePaymentService())();

function charge(orderId, amount) {
  return tracer.startActiveSpan('charge', { attributes: { orderId, amount } }, (span) => {
    try {
      return service.charge(orderId, amount);
    } catch (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

function chargeAsync(orderId, amount) {
  return tracer.startActiveSpan('chargeAsync', { attributes: { orderId, amount } }, async (span) => {
    try {
      return await service.chargeAsync(orderId, amount);
    } catch (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

async function verify(spanName) {
  await provider.forceFlush();
  expectEqual('spans exported', exported, started);
  expectEqual(
    'the last span',
    { name: lastSpan.name, ended: lastSpan.ended, amount: lastSpan.attributes.amount },
    {
      name: spanName,
      ended: true,
      amount: 9.5,
    },
  );
  return `${exported} spans started and exported, the last one read back`;
}

export default [
  {
    name: 'OpenTelemetry startActiveSpan',
    group: 'spans-sync',
    run(iterations) {
      started += iterations;
      return loopSync(iterations, (i) => charge(i, 9.5));
    },
    verify: () => verify('charge'),
  },
  {
    name: 'OpenTelemetry startActiveSpan',
    group: 'spans-async',
    run(iterations) {
      started += iterations;
      return loopAsync(iterations, (i) => chargeAsync(i, 9.5));
    },
    verify: () => verify('chargeAsync'),
  },
];
