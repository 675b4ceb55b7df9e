// What a client streams to a method of gRPC comes by events of its call, whose listeners run in the scope of whoever emits: none.
import { bindContext } from '../context/bind-context.js';
import { bindObservable } from '../context/bind-observable.js';
import { isObservable } from '../context/end-observable.js';
import { runningScope } from '../context/scope-store.js';
import type { AnyFunction } from '../decorators/protocol.js';
import { standIn } from '../decorators/wrap.js';

/** What the decorators of @nestjs/microservices say of a method, once for each of its patterns. */
interface GrpcPattern {
  readonly streaming?: unknown;
}

/** `@GrpcStreamMethod()` gets an observable, `@GrpcStreamCall()` the call itself. */
const STREAMING: ReadonlySet<unknown> = new Set(['rx_stream', 'pt_stream']);

export function takesStream(patterns: unknown): boolean {
  return Array.isArray(patterns) && patterns.some((pattern: GrpcPattern | null) => STREAMING.has(pattern?.streaming));
}

/** A method in whose scope its stream arrives. */
export function withBoundStream(method: AnyFunction): AnyFunction {
  return standIn(method, function (stream, ...rest) {
    if (typeof stream === 'object' && stream !== null) {
      if (isObservable(stream)) bindObservable(stream, runningScope());
      else bindContext(stream);
    }
    return method.call(this, stream, ...rest);
  });
}
