import type { Callsite } from './callsite.js';
import { LogLevel } from './level.js';

/**
 * A named source of records (a module, a class, the service) with the thresholds that hold for it. Calls compare their level with
 * these three numbers and nothing else; `filtersChanged()` rewrites them.
 */
export class Target {
  readonly name: string;
  /** Its spans are those of a library: what is logged inside is not the library's, and has neither its target nor the fields of its spans. */
  readonly isLibrary: boolean;
  /** True where its records are delivered whatever the filter says, false where none is, null where the filter decides. */
  readonly decided: boolean | null;
  /** From here on records reach the ring. */
  recordLevel: number = LogLevel.Trace;
  /** From here on sinks without a level of their own get them. */
  deliverLevel: number = LogLevel.Info;
  /** From here on at least one sink gets them: the recorder is woken, and nothing of it is overwritten unread. */
  owedLevel: number = LogLevel.Info;
  /** Callsites by level, then message. */
  readonly events: readonly Map<string, Callsite>[] = [
    new Map(),
    new Map(),
    new Map(),
    new Map(),
    new Map(),
    new Map(),
  ];
  /** Callsites of spans by level, then name. */
  readonly spans: readonly Map<string, Callsite>[] = [new Map(), new Map(), new Map(), new Map(), new Map(), new Map()];

  constructor(name: string, isLibrary = false, decided: boolean | null = null) {
    this.name = name;
    this.isLibrary = isLibrary;
    this.decided = decided;
  }

  /**
   * After a change of rings: ids of the old dictionary mean nothing in the new one. Callsites of spans are held by open spans and by
   * those who open them, so they stay and start anew. Returns how many stay.
   */
  forgetCallsites(): number {
    let kept = 0;
    for (const sites of this.events) sites.clear();
    for (const sites of this.spans) {
      for (const callsite of sites.values()) callsite.forget();
      kept += sites.size;
    }
    return kept;
  }
}

/**
 * The text as V8 keeps names of properties: flat, one copy. A string cut from another one holds on to the whole of that: messages and
 * names cut from request bodies would keep the bodies.
 */
export function flatCopy(text: string): string {
  return Object.keys({ [text]: 0 })[0];
}
