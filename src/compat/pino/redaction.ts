/**
 * pino's `redact`: paths in the syntax of JavaScript (`a.b`, `a["b-c"]`, `*.password`, `users[*].email`), each segment a name or `*`. What is
 * hidden is hidden in the lines and in the ring; the caller's objects are never changed: what lies on a path is copied.
 */
import type { RedactOptions } from './types.js';

/** How far some paths have been followed: one node for each that still goes on. */
interface Node {
  readonly children: Map<string, Node>;
  any: Node | undefined;
  isEnd: boolean;
}

const CENSOR = '[Redacted]';
/** Stands for a value that is left out, name and all. */
const REMOVED = undefined;

type Censor = (value: unknown, path: string[]) => unknown;

export class Redaction {
  readonly #root = newNode();
  readonly #censor: Censor;
  readonly #removes: boolean;

  /** @throws Error where the paths are none. */
  constructor(options: readonly string[] | RedactOptions) {
    const {
      paths,
      censor = CENSOR,
      remove,
    } = Array.isArray(options)
      ? { paths: options as readonly string[], censor: CENSOR, remove: false }
      : (options as RedactOptions);
    if (!Array.isArray(paths)) throw new Error('pino – redact must contain an array of strings');
    this.#removes = remove === true;
    this.#censor = this.#removes ? () => REMOVED : typeof censor === 'function' ? censor : () => censor;
    for (const path of paths) this.#add(parsePath(path));
  }

  /** True where something under this top-level name may be hidden. */
  concerns(key: string): boolean {
    return this.#root.any !== undefined || this.#root.children.has(key);
  }

  /** A top-level field. */
  field(key: string, value: unknown): unknown {
    return this.#visit(step([this.#root], key), value, [key]);
  }

  /** An object whose properties are top-level fields, as those that are written into a message. */
  object(value: unknown): unknown {
    return this.#visit([this.#root], value, []);
  }

  #add(segments: readonly string[]): void {
    let node = this.#root;
    for (const segment of segments) {
      if (segment === '*') node = node.any ??= newNode();
      else {
        let next = node.children.get(segment);
        if (next === undefined) node.children.set(segment, (next = newNode()));
        node = next;
      }
    }
    node.isEnd = true;
  }

  #visit(nodes: readonly Node[], value: unknown, path: readonly string[]): unknown {
    if (nodes.length === 0) return value;
    if (nodes.some((node) => node.isEnd)) return this.#censor(value, [...path]);
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    if (Array.isArray(value))
      return value.map((item: unknown, i) => this.#visit(step(nodes, String(i)), item, [...path, String(i)]));
    const copy = Object.create(Object.getPrototypeOf(value) as object | null) as Record<string, unknown>;
    for (const key of Object.keys(value)) {
      const shown = this.#visit(step(nodes, key), (value as Record<string, unknown>)[key], [...path, key]);
      const isLeftOut = this.#removes && shown === REMOVED;
      if (!isLeftOut)
        Object.defineProperty(copy, key, { value: shown, enumerable: true, configurable: true, writable: true });
    }
    return copy;
  }
}

const newNode = (): Node => ({ children: new Map(), any: undefined, isEnd: false });

function step(nodes: readonly Node[], key: string): Node[] {
  const next: Node[] = [];
  for (const { children, any } of nodes) {
    const named = children.get(key);
    if (named !== undefined) next.push(named);
    if (any !== undefined) next.push(any);
  }
  return next;
}

/** A segment in brackets (with quotes or without), or a name that ends at a dot or a bracket. */
const SEGMENT = /\.?\[(?:"([^"]*)"|'([^']*)'|`([^`]*)`|([^[\]"'`]*))\]|(?:^|\.)([^.[\]]+)/y;

function parsePath(path: unknown): string[] {
  if (typeof path !== 'string') throw new Error('Paths must be (non-empty) strings');
  if (path === '' || path.includes('..') || path.includes(',')) throw new Error(`Invalid redaction path (${path})`);
  const segments: string[] = [];
  SEGMENT.lastIndex = 0;
  while (SEGMENT.lastIndex < path.length) {
    const found = SEGMENT.exec(path);
    if (found === null) throw new Error(`Invalid redaction path (${path})`);
    segments.push(found.slice(1).find((one) => one !== undefined) ?? '');
  }
  return segments;
}
