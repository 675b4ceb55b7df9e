// Where a job of a queue comes from: a trace of its own, or that of whoever has put it there, where the job says so.
import { withCarrier } from '../context/carrier.js';
import { runIn, runningScope } from '../context/scope-store.js';
import type { TraceHeaders } from '../context/trace-headers.js';
import { RootScope } from '../core/silence.js';
import type { AnyFunction } from '../decorators/protocol.js';
import { standIn } from '../decorators/wrap.js';
import { traceHeadersIn } from './message-scope.js';

/** What is used of a job of BullMQ or Bull. */
export interface Job {
  readonly id?: unknown;
  readonly name?: unknown;
  readonly queueName?: unknown;
  readonly queue?: { readonly name?: unknown };
  readonly attemptsMade?: number;
  readonly data?: unknown;
  /** BullMQ's telemetry: headers as JSON. */
  readonly opts?: { readonly telemetry?: { readonly metadata?: unknown } };
}

/** A method that is called with a job: what happened to be running, such as the start of the application, is not part of it. */
export function inTraceOfJob(process: AnyFunction): AnyFunction {
  return standIn(process, function (...args) {
    const [job] = args as [Job | undefined];
    return runIn(new RootScope(runningScope()), () => withCarrier(headersOf(job), () => process.apply(this, args)));
  });
}

export const jobFields = (job: Job | undefined): object => ({
  queue: job?.queueName ?? job?.queue?.name,
  job: job?.name,
  job_id: job?.id,
  attempt: (job?.attemptsMade ?? 0) + 1,
});

function headersOf(job: Job | undefined): TraceHeaders {
  try {
    const inData = traceHeadersIn(job?.data);
    const metadata = job?.opts?.telemetry?.metadata;
    return inData.traceparent !== undefined || typeof metadata !== 'string'
      ? inData
      : traceHeadersIn(JSON.parse(metadata));
  } catch {
    return {};
  }
}
