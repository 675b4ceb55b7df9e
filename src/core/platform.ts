/**
 * What the core uses of the platform beyond the language, so that it typechecks and runs in Node, Bun, Deno, a browser or an edge
 * worker. `process` and `Buffer` are used where they are there.
 */
export interface Platform {
  readonly performance: { now(): number; readonly timeOrigin: number };
  readonly crypto?: { getRandomValues(words: Int32Array): unknown };
  readonly URL?: new (url: string) => { readonly href: string };
  /** Browsers have it only in pages that are isolated from others. */
  readonly SharedArrayBuffer?: SharedArrayBufferConstructor;
  readonly process?: {
    readonly pid?: number;
    readonly arch?: string;
    readonly env?: Record<string, string | undefined>;
    readonly hrtime?: { bigint?: () => bigint };
    readonly versions?: { readonly node?: string };
  };
  readonly Buffer?: { from(buffer: SharedArrayBuffer, offset: number, length: number): TextWriter };
}

/** What Node's Buffer does for longer strings: writes UTF-8, returns the bytes written. */
export interface TextWriter {
  utf8Write(text: string, offset: number, length: number): number;
}

export const platform: Platform = globalThis as object as Platform;

/**
 * Processors that make a thread's stores visible in the order they were made, as x86 does. There a plain store publishes as well as an
 * atomic one, which is a locked exchange on x86: 12-18 ns.
 */
export const ordersStores = platform.process?.arch === 'x64' || platform.process?.arch === 'ia32';

/** null where there is none: the core then encodes texts itself. */
export function textWriter(buffer: SharedArrayBuffer, length: number): TextWriter | null {
  const writer = platform.Buffer?.from(buffer, 0, length);
  return typeof writer?.utf8Write === 'function' ? writer : null;
}

/** From Node 24 on writing a text into a Buffer is not a call out of V8's hands: 23 ns instead of 42, whatever its length. */
export const writesTextsFast = Number.parseInt(platform.process?.versions?.node ?? '0', 10) >= 24;

export function isUrl(value: object): boolean {
  return platform.URL !== undefined && value instanceof platform.URL;
}

/** Memory that threads share; where none can be shared, there is no other thread to share it with either. */
export function newMemory(bytes: number): SharedArrayBuffer {
  const Memory = platform.SharedArrayBuffer ?? (ArrayBuffer as unknown as SharedArrayBufferConstructor);
  return new Memory(bytes);
}

type GrowableConstructor = new (bytes: number, options: { maxByteLength: number }) => SharedArrayBuffer;

/**
 * Memory for a ring. Growable, though it never grows: only such memory has pages of its own, over which a file can be mapped (the black
 * box). All views of it have to be of fixed length: those that track the length cost 39-84 ns a write instead of 2.5-4.
 */
export function newRingMemory(bytes: number): SharedArrayBuffer {
  const Growable = platform.SharedArrayBuffer as GrowableConstructor | undefined;
  return Growable === undefined ? newMemory(bytes) : new Growable(bytes, { maxByteLength: bytes });
}
