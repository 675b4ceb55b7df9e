import { validateHeaderName, type IncomingMessage } from 'node:http';
import { checkOptions, invalidOption } from '../core/errors.js';

/**
 * What is done with each request that a server gets. `R` is the request as its framework hands it on: Node's own, Express's, Fastify's,
 * the context of Koa and of Hono.
 */
export interface RequestScopeOptions<R = IncomingMessage> {
  /**
   * Requests that get no scope and no completion record, such as health checks: nothing of what they cause is recorded below warn level,
   * and no span. Decided once, before anything else has seen the request. What it throws counts as false.
   *
   * @default no request is ignored
   */
  ignore?: (request: R) => boolean;
  /**
   * Fields of your own. Asked twice: when the request comes, for the context of all that it causes, and when it is over, for the completion
   * record; so what is known later only, such as who has logged in, is there at least. What it throws counts as nothing.
   *
   * @default none
   */
  fields?: (request: R) => object | undefined;
  /**
   * The template of a request's route, such as `/orders/:id`, where no framework knows it: the request's span is named by it, and the completion
   * record has it. Asked as `fields` is; what throws or answers no text counts as nothing. Never the path itself: each name of a span is kept.
   *
   * @default what the framework says
   */
  route?: (request: R) => string | undefined;
  /**
   * The header that brings a request id and takes it back; `false` for an id that is neither taken nor sent. An id of other characters than
   * letters, digits and `. _ : + / = @ -`, or longer than 128, is replaced by a new one.
   *
   * @default 'X-Request-Id'
   */
  idHeader?: string | false;
  /** Share of the traces that begin here whose spans are recorded, 0 to 1; events are recorded all the same. @default 1 */
  sample?: number;
  /**
   * Spans are not recorded where the caller says that it does not record its part of the trace (the flag `sampled` of `traceparent`). Else they
   * are: a recorder that costs so little need not look away. The flag is passed on either way.
   *
   * @default false
   */
  followCaller?: boolean;
  /**
   * Names of members of the header `baggage` that become fields of the request's context. What else is in it is passed on, and not recorded:
   * it comes from whoever calls.
   *
   * @default []
   */
  baggage?: readonly string[];
}

/** All of them, checked, with the defaults filled in; questions about a request never throw. */
export interface NormalRequestOptions {
  readonly ignore: (request: object) => boolean;
  readonly fields: ((request: object) => object | undefined) | undefined;
  readonly route: ((request: object) => string | undefined) | undefined;
  readonly idHeader: string | undefined;
  readonly sample: number;
  readonly followCaller: boolean;
  readonly baggage: readonly string[];
}

const KNOWN: readonly (keyof RequestScopeOptions)[] = [
  'ignore',
  'fields',
  'route',
  'idHeader',
  'sample',
  'followCaller',
  'baggage',
];

/** Throws `TtlogError` `ERR_INVALID_OPTION`. `path` is what the options are called: `requests`. */
export function normaliseRequests<R>(options: RequestScopeOptions<R>, path: string): NormalRequestOptions {
  checkOptions(path, options, KNOWN);
  const { ignore, fields, route, idHeader = 'X-Request-Id', sample = 1, followCaller = false, baggage = [] } = options;
  if (ignore !== undefined && typeof ignore !== 'function') throw invalidOption(`${path}.ignore`, 'a function', ignore);
  if (fields !== undefined && typeof fields !== 'function') throw invalidOption(`${path}.fields`, 'a function', fields);
  if (route !== undefined && typeof route !== 'function') throw invalidOption(`${path}.route`, 'a function', route);
  if (idHeader !== false) checkHeaderName(`${path}.idHeader`, idHeader);
  if (!(typeof sample === 'number' && sample >= 0 && sample <= 1))
    throw invalidOption(`${path}.sample`, 'a number from 0 to 1', sample);
  if (typeof followCaller !== 'boolean') throw invalidOption(`${path}.followCaller`, 'a boolean', followCaller);
  if (!Array.isArray(baggage) || !baggage.every((name) => typeof name === 'string'))
    throw invalidOption(`${path}.baggage`, 'a list of names', baggage);
  return {
    ignore: ignore === undefined ? () => false : asked(ignore as (request: object) => boolean, false),
    fields: fields && asked(fields as (request: object) => object | undefined, undefined),
    route: route && asked((request: object) => textOf(route(request as never)), undefined),
    idHeader: idHeader === false ? undefined : idHeader,
    sample,
    followCaller,
    baggage,
  };
}

/** A question of the application's about a request, with an answer also where it throws. */
function asked<T>(question: (request: object) => T, otherwise: T): (request: object) => T {
  return (request) => {
    try {
      return question(request) ?? otherwise;
    } catch {
      return otherwise;
    }
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function checkHeaderName(option: string, name: string): void {
  try {
    validateHeaderName(name);
  } catch {
    throw invalidOption(option, 'the name of a header', name, "Say idHeader: 'X-Request-Id'.");
  }
}
