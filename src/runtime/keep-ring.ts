/** Puts rings into the files of the black box. */
import { reasonOf } from '../core/errors.js';
import { getLogger } from '../core/logger.js';
import type { BlackBoxFacts } from '../recorder/black-box-facts.js';
import type { Program } from '../recorder/evaluate-program.js';

/** One that finds no room stays an ordinary ring: a warning says so. */
export function keepRing(program: Program, folder: string, ring: SharedArrayBuffer, facts: BlackBoxFacts): void {
  try {
    program.mapRing(folder, program.nativeCalls(), ring, facts);
  } catch (error) {
    tellUnavailable(error);
  }
}

export function tellUnavailable(error: unknown): void {
  getLogger('ttlog').warn('There is no black box: the ring is lost where the process dies without a word', {
    reason: reasonOf(error),
  });
}
