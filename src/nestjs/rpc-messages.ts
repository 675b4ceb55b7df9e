// Messages of microservices, by the hooks that Nest's servers have for it: each message or event runs inside the start hook.
import type { ModulesContainer } from '@nestjs/core';
import { runIn } from '../context/scope-store.js';
import { currentScope } from '../core/current-scope.js';
import type { TraceHeaders } from '../context/trace-headers.js';
import type { Scope } from '../core/scope.js';
import type { Span } from '../core/span.js';
import { endMessage, openMessage, traceHeadersIn } from './message-scope.js';
import { nestState } from './nest-state.js';

/** Characters of a pattern that are recorded. */
const MAX_PATTERN = 128;
/** Spans of a server that are named by their patterns; topics with wildcards have patterns without end. */
const MAX_NAMES = 256;

type StartHook = (transport: unknown, context: unknown, done: () => Promise<unknown>) => unknown;
type EndHook = (transport: unknown, context: unknown) => void;

/** A server of Nest's, as far as it has to do with hooks. Strategies of applications may have none. */
interface RpcTarget {
  setOnProcessingStartHook?(hook: StartHook): void;
  setOnProcessingEndHook?(hook: EndHook): void;
  /** Nest 12. */
  readonly handleRequest?: unknown;
  send?: Send;
}

/** What Nest sends of an answer; the last one says so. */
interface AnswerPacket {
  readonly isDisposed?: boolean;
}
type Send = (this: unknown, answers: unknown, respond: (packet: AnswerPacket) => unknown) => unknown;

/** What is used of the contexts of Nest's transports. */
interface RpcContext {
  getPattern?(): unknown;
  getTopic?(): unknown;
  getSubject?(): unknown;
  getChannel?(): unknown;
  getMetadata?(): unknown;
  getHeaders?(): unknown;
  getMessage?(): { readonly headers?: unknown; readonly properties?: { readonly headers?: unknown } } | undefined;
  /** gRPC: the call, without its methods. `/shop.Orders/Find`; the name of Nest's handler, which is mostly none. */
  readonly path?: unknown;
  readonly operationId?: unknown;
  readonly request?: unknown;
  readonly metadata?: { getMap?(): unknown };
}

/** Gives the messages of every server of the application a scope, of those that are connected later, too. Returns what ends that. */
export function observeRpc(modules: ModulesContainer): () => void {
  const targets = modules.getRpcTargetRegistry?.<RpcTarget>();
  if (targets === undefined) return () => {};
  const subscription = targets.subscribe(hookRpcTarget);
  return () => subscription.unsubscribe();
}

function hookRpcTarget(target: RpcTarget): void {
  if (typeof target.setOnProcessingStartHook !== 'function' || nestState.hookedMessages.has(target)) return;
  nestState.hookedMessages.add(target);
  // There is room for one hook only: the one that is there runs inside the scope.
  const { onProcessingStartHook: start, onProcessingEndHook: end } = target as {
    onProcessingStartHook?: StartHook;
    onProcessingEndHook?: EndHook;
  };
  /** By the context of the message, and by its scope where a transport's end hook is given something else. */
  const open = new WeakMap<object, Span>();
  const names = new Set<string>();
  const answering = endWithLastAnswer(target, () => messageAround(currentScope(), open));
  target.setOnProcessingStartHook((transport, context, done) => {
    const message = openRpc(transport, context, names);
    open.set(message, message);
    if (typeof context === 'object' && context !== null) open.set(context, message);
    return runIn(message, async () => {
      try {
        const result = await (start === undefined ? done() : start.call(target, transport, context, done));
        if (isClientStream(context)) endMessage(message);
        return result;
      } catch (error) {
        message.fail(error);
        throw error;
      }
    });
  });
  target.setOnProcessingEndHook?.((transport, context) => {
    const message = open.get(context as object) ?? messageAround(currentScope(), open);
    try {
      end?.call(target, transport, context);
    } finally {
      if (message !== undefined && !answering.has(message)) endMessage(message);
    }
  });
}

/** Nest 11 says that a message is over with each of its answers. Returns those that are over with their last one. */
function endWithLastAnswer(target: RpcTarget, messageOf: () => Span | undefined): WeakSet<Span> {
  const answering = new WeakSet<Span>();
  const { send, handleRequest } = target;
  if (typeof send !== 'function' || handleRequest !== undefined) return answering;
  target.send = function (answers, respond) {
    const message = messageOf();
    if (message === undefined) return send.call(this, answers, respond);
    answering.add(message);
    return send.call(this, answers, (packet) => {
      const isLast = packet.isDisposed === true;
      try {
        return respond(packet);
      } finally {
        if (isLast) endMessage(message);
      }
    });
  };
  return answering;
}

function openRpc(transport: unknown, context: unknown, names: Set<string>): Span {
  const by = nameOf(transport);
  // A caller waits at the other end of these; the others have a broker in between.
  const kind = by === 'TCP' || by === 'GRPC' ? 'server' : 'consumer';
  const pattern = patternOf(context);
  if (names.size < MAX_NAMES) names.add(pattern);
  return names.has(pattern)
    ? openMessage(`RPC ${pattern}`, { transport: by }, headersOf(context), kind)
    : openMessage('RPC message', { transport: by, pattern }, headersOf(context), kind);
}

/**
 * A call of gRPC whose messages come as a stream has no request. Nest 11 says that it is over when the client has sent its last message, in the scope
 * of nobody; it is when it has been answered.
 */
function isClientStream(context: unknown): boolean {
  const { path, request } = (context ?? {}) as RpcContext;
  return typeof path === 'string' && request === undefined;
}

function messageAround(scope: Scope | undefined, open: WeakMap<object, Span>): Span | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const message = open.get(at);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** What kind of message it is. A pattern is the client's word: it is cut. */
function patternOf(context: unknown): string {
  try {
    const rpc = context as RpcContext;
    const pattern =
      rpc.getTopic?.() ??
      rpc.getSubject?.() ??
      rpc.getChannel?.() ??
      rpc.getPattern?.() ??
      pathOf(rpc) ??
      rpc.operationId;
    if (pattern === undefined || pattern === '') return 'message';
    return (typeof pattern === 'string' ? pattern : JSON.stringify(pattern)).slice(0, MAX_PATTERN);
  } catch {
    return 'message';
  }
}

/** As OpenTelemetry's conventions for RPC name it: `shop.Orders/Find`. */
function pathOf({ path }: RpcContext): string | undefined {
  return typeof path === 'string' ? path.replace(/^\//, '') : undefined;
}

/** The headers of the message, wherever its transport keeps them. */
function headersOf(context: unknown): TraceHeaders {
  try {
    const rpc = context as RpcContext;
    const message = rpc.getMessage?.();
    return traceHeadersIn(
      rpc.getMetadata?.() ??
        rpc.getHeaders?.() ??
        message?.headers ??
        message?.properties?.headers ??
        rpc.metadata?.getMap?.(),
    );
  } catch {
    return {};
  }
}

const TRANSPORTS = ['TCP', 'REDIS', 'NATS', 'MQTT', 'GRPC', 'RMQ', 'KAFKA'];

function nameOf(transport: unknown): string {
  if (typeof transport === 'number') return TRANSPORTS[transport] ?? String(transport);
  return typeof transport === 'symbol' ? (transport.description ?? 'custom') : 'custom';
}
