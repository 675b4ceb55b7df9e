/** Something that has been taken over. */
export interface Capture {
  /** Puts back what was there before; the second time it does nothing. */
  restore(): void;
  [Symbol.dispose](): void;
}
