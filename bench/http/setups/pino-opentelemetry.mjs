// What services run today: pino for the lines, the OpenTelemetry SDK for the spans, trace ids in the lines by pino's mixin,
// a line when a request has been answered.
//
// Both as cheap as they come: pino to a file, sync, minLength 4096; startActiveSpan by hand around the methods and in
// Fastify's hooks instead of automatic instrumentation, batches that the exporter throws away.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { SpanStatusCode, context, trace } from '@opentelemetry/api';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import pino from 'pino';

import { expectEqual } from '../../lib/verify.mjs';
import { bootShop } from '../boot.mjs';
import { EVENTS_PER_REQUEST, INFO_EVENTS_PER_REQUEST, SPANS_PER_REQUEST, makeShop } from '../shop.mjs';
import { countLines } from '../count-lines.mjs';

/** Ten times the default: with it the queue overflows at this rate, and spans that were dropped cost nothing. */
const QUEUE = { maxQueueSize: 20_480 };

export async function start({ workIterations, workDir, level }) {
  let exported = 0;
  const exporter = {
    export(spans, done) {
      exported += spans.length;
      done({ code: 0 });
    },
    async forceFlush() {},
    async shutdown() {},
  };
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter, QUEUE)] });
  provider.register();
  const tracer = trace.getTracer('shop');

  const path = join(workDir, 'shop.ndjson');
  const destination = pino.destination({ dest: path, sync: true, minLength: 4096 });
  const log = pino({ level, mixin: traceIds }, destination);

  const shop = makeShop({
    workIterations,
    debug: (message, fields) => log.debug(fields, message),
    info: (message, fields) => log.info(fields, message),
    wrap: (type, method) => wrapInSpan(tracer, type, method),
  });
  const app = await bootShop(shop);
  addRequestHooks(app.getHttpAdapter().getInstance(), tracer, log);

  return {
    app,
    shop,
    async finish(served) {
      await provider.forceFlush();
      log.flush();
      const eventsPerRequest = level === 'info' ? INFO_EVENTS_PER_REQUEST : EVENTS_PER_REQUEST;
      const { events, requests } = countLines(readFileSync(path, 'utf8'));
      expectEqual('events in the file', events, served * eventsPerRequest);
      expectEqual('requests in the file', requests, served);
      expectEqual('spans exported', exported, served * SPANS_PER_REQUEST);
      return { kept: 1, verified: `${events} events and ${exported} spans of ${served} requests counted` };
    },
  };
}

function traceIds() {
  const spanContext = trace.getActiveSpan()?.spanContext();
  return spanContext ? { trace_id: spanContext.traceId, span_id: spanContext.spanId } : {};
}

/** As its documentation has it, the arguments as attributes, because @Instrument() records them. */
function wrapInSpan(tracer, type, method) {
  const original = type.prototype[method];
  const name = `${type.name}.${method}`;
  const isAsync = original.constructor.name === 'AsyncFunction';
  const wrapped = isAsync
    ? function (order_id, amount) {
        return tracer.startActiveSpan(name, { attributes: { order_id, amount } }, async (span) => {
          try {
            return await original.call(this, order_id, amount);
          } catch (error) {
            fail(span, error);
            throw error;
          } finally {
            span.end();
          }
        });
      }
    : function (order_id, amount) {
        return tracer.startActiveSpan(name, { attributes: { order_id, amount } }, (span) => {
          try {
            return original.call(this, order_id, amount);
          } catch (error) {
            fail(span, error);
            throw error;
          } finally {
            span.end();
          }
        });
      };
  Object.defineProperty(type.prototype, method, { value: wrapped, configurable: true, writable: true });
}

function fail(span, error) {
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function addRequestHooks(fastify, tracer, log) {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const attributes = { 'http.request.method': request.method, 'url.path': request.url };
    request.span = tracer.startSpan('GET', { attributes });
    context.with(trace.setSpan(context.active(), request.span), done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { span } = request;
    const { statusCode, elapsedTime } = reply;
    context.with(trace.setSpan(context.active(), span), () => {
      const { method, url } = request;
      log.info({ req: { method, url }, res: { statusCode }, responseTime: elapsedTime }, 'request completed');
    });
    span.setAttribute('http.response.status_code', statusCode);
    span.end();
    done();
  });
}
