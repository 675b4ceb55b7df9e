import { beforeEach, describe, test } from 'vitest';
import { setRecord } from 'ttlog';
import { startRecording } from '../../support/recorded.js';
import { guarantees } from './guarantees.js';
import type { Kind } from './kind.js';

/** A test for each kind and each guarantee that it can have. Their names are the cells of the table in docs/instrument.md. */
export function proveAll(kinds: readonly Kind[]): void {
  beforeEach(() => {
    setRecord('trace');
    startRecording();
  });
  describe.each(kinds.map((kind) => [kind.name, kind] as const))('%s', (_kind, kind) => {
    const its = guarantees.filter(({ appliesTo }) => appliesTo(kind));
    // oxlint-disable-next-line vitest/expect-expect -- the guarantee asserts
    test.each(its.map(({ name, prove }) => [name, prove] as const))('%s', (_guarantee, prove) => prove(kind));
  });
}
