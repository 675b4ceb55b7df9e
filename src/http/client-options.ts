import { checkOptions, invalidOption } from '../core/errors.js';

/** A request that this process makes. */
export interface OutgoingCall {
  /** `GET` */
  readonly method: string;
  /** `https://api.example.com/orders?page=2` */
  readonly url: string;
}

/** What is done with each request that this process makes. */
export interface ClientOptions {
  /** Calls that get no span and no headers. What it throws counts as false. @default no call is ignored */
  ignore?: (call: OutgoingCall) => boolean;
  /**
   * Which calls are told of the trace: `traceparent`, `tracestate` and `baggage` are sent with them. Say which where you call others than your
   * own services: what is in baggage is told to all of them. What it throws counts as false.
   *
   * @default true
   */
  propagate?: boolean | ((call: OutgoingCall) => boolean);
  /** Names of context fields that are sent as members of the header `baggage`. @default [] */
  baggage?: readonly string[];
}

/** All of them, checked, with the defaults filled in. */
export interface NormalClientOptions {
  readonly ignore: (call: OutgoingCall) => boolean;
  readonly propagate: (call: OutgoingCall) => boolean;
  readonly baggage: readonly string[];
}

const KNOWN: readonly (keyof ClientOptions)[] = ['ignore', 'propagate', 'baggage'];

/** Throws `TtlogError` `ERR_INVALID_OPTION`. */
export function normaliseClient(options: ClientOptions): NormalClientOptions {
  checkOptions('client', options, KNOWN);
  const { ignore, propagate = true, baggage = [] } = options;
  if (ignore !== undefined && typeof ignore !== 'function') throw invalidOption('client.ignore', 'a function', ignore);
  if (typeof propagate !== 'boolean' && typeof propagate !== 'function')
    throw invalidOption('client.propagate', 'a boolean or a function', propagate);
  if (!Array.isArray(baggage) || !baggage.every((name) => typeof name === 'string'))
    throw invalidOption('client.baggage', 'a list of names', baggage);
  return {
    ignore: ignore === undefined ? () => false : asked(ignore),
    propagate: typeof propagate === 'boolean' ? () => propagate : asked(propagate),
    baggage,
  };
}

function asked(question: (call: OutgoingCall) => boolean): (call: OutgoingCall) => boolean {
  return (call) => {
    try {
      return question(call);
    } catch {
      return false;
    }
  };
}
