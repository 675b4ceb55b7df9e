// OpenTelemetry as a service sets it up: NodeTracerProvider (its AsyncLocalStorage context manager, its default
// sampler), BatchSpanProcessor with its defaults, startActiveSpan around the body as its documentation shows, the
// arguments as attributes because @Instrument() records them. The exporter throws its batches away, so nothing is
// serialised or sent. Started and exported spans are compared: a queue that overflowed would have made it faster.

import { SpanStatusCode, trace } from '@opentelemetry/api';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

import { keep } from '../lib/keep.mjs';
import { nextTurn, nsSince, startClock } from '../lib/clock.mjs';
import { SPANS_PER_TURN, makePaymentService } from '../lib/span-subject.mjs';
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
  expectEqual('the last span', { name: lastSpan.name, ended: lastSpan.ended, amount: lastSpan.attributes.amount }, {
    name: spanName,
    ended: true,
    amount: 9.5,
  });
  return `${exported} spans started and exported, the last one read back`;
}

export default [
  {
    name: 'OpenTelemetry startActiveSpan',
    group: 'spans-sync',
    async run(iterations) {
      let sum = 0;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) {
        sum += charge(i, 9.5);
        if (i % SPANS_PER_TURN === 0) await nextTurn();
      }
      const ns = nsSince(start);
      started += iterations;
      keep(sum);
      return ns / iterations;
    },
    verify: () => verify('charge'),
  },
  {
    name: 'OpenTelemetry startActiveSpan',
    group: 'spans-async',
    async run(iterations) {
      let sum = 0;
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) {
        sum += await chargeAsync(i, 9.5);
        if (i % SPANS_PER_TURN === 0) await nextTurn();
      }
      const ns = nsSince(start);
      started += iterations;
      keep(sum);
      return ns / iterations;
    },
    verify: () => verify('chargeAsync'),
  },
];
