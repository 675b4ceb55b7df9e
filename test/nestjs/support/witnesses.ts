// A guard, an interceptor and a pipe that say where they were, and in which context.
import {
  Injectable,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { currentContext, currentSpan } from 'ttlog';

/** Where, the request id of the context there, and the trace of the active span. */
type Sighting = [where: string, requestId: unknown, traceId: string | undefined];

export function witnesses() {
  const seenBy: Sighting[] = [];
  const note = (where: string) => seenBy.push([where, currentContext()['request_id'], currentSpan()?.traceId]);

  @Injectable()
  class Guard implements CanActivate {
    async canActivate(): Promise<boolean> {
      await Promise.resolve();
      note('guard');
      return true;
    }
  }
  class Interceptor implements NestInterceptor {
    intercept(_context: ExecutionContext, next: CallHandler) {
      note('interceptor');
      return next.handle();
    }
  }
  class Pipe implements PipeTransform {
    transform(value: unknown): unknown {
      note('pipe');
      return value;
    }
  }
  return { seenBy, note, Guard, Interceptor, Pipe };
}
