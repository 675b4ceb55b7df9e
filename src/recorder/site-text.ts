import { jsonString } from './escape.js';
import type { Layer } from './layer.js';

/** Keys of a line that are ttlog's: a field of that name is written as `fields.<key>`. */
const RESERVED = new Set(['level', 'time', 'pid', 'hostname', 'thread_id', 'target', 'trace_id', 'span_id', 'msg']);

/** Keys that the line of a span has besides. */
export const SPAN_RESERVED: ReadonlySet<string> = new Set(['duration_ms', 'outcome']);

/** `,"user_id":` */
export function keyText(key: string): string {
  return `,${jsonString(RESERVED.has(key) ? `fields.${key}` : key)}:`;
}

/** The parts of an NDJSON line that are the same for all records of a site, made at the first line. */
export class SiteText {
  readonly #target: string;
  readonly #message: string;
  readonly #names: readonly string[];
  #head: string | undefined;
  #tail: string | undefined;
  #keys: string[] | undefined;
  #nameSet: Set<string> | undefined;
  /** What the last record of this site inherited, and its text. */
  inheritedFrom: readonly Layer[] = [];
  inheritedText = '';

  constructor(target: string, message: string, names: readonly string[]) {
    this.#target = target;
    this.#message = message;
    this.#names = names;
  }

  /** `,"target":"shop"` */
  get head(): string {
    return (this.#head ??= `,"target":${jsonString(this.#target)}`);
  }

  /** `,"msg":"User logged in"}` and a newline. */
  get tail(): string {
    return (this.#tail ??= `,"msg":${jsonString(this.#message)}}\n`);
  }

  /** `,"user_id":` for each name. */
  get keys(): readonly string[] {
    return (this.#keys ??= this.#names.map(keyText));
  }

  get nameSet(): ReadonlySet<string> {
    return (this.#nameSet ??= new Set(this.#names));
  }
}
