import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { setRecord } from 'ttlog';
import { root } from '../../../scripts/entries.mjs';
import { GUARANTEES, PAGE, tableOn, tableRow } from '../../../scripts/instrument-table.mjs';
import { startRecording } from '../../support/recorded.js';
import { guarantees } from './guarantees.js';
import type { Kind } from './kind.js';

/** A test for each kind and each guarantee that it can have. Their names are the cells of the table in docs/instrument.md. */
export function proveAll(kinds: readonly Kind[], file: string, protocols: readonly string[]): void {
  beforeEach(() => {
    setRecord('trace');
    startRecording();
  });
  describe.each(kinds.map((kind) => [kind.name, kind] as const))('%s', (_kind, kind) => {
    const its = guarantees.filter(({ appliesTo }) => appliesTo(kind));
    // oxlint-disable-next-line vitest/expect-expect -- the guarantee asserts
    test.each(its.map(({ name, prove }) => [name, prove] as const))('%s', (_guarantee, prove) => prove(kind));
  });

  test('docs/instrument.md has a row for each kind, a cell for each test; `npm run docs:instrument` writes it', () => {
    const [head, , ...rows] = tableOn(readFileSync(root + PAGE, 'utf8'));
    const columns = head
      .split(' | ')
      .slice(1)
      .map((cell) => cell.replace(' |', ''));
    expect(new Set(columns)).toEqual(new Set(guarantees.map(({ name }) => name)));
    const expected = kinds.map((kind) =>
      tableRow(kind.name, columns, (guarantee) => {
        const isProven = guarantees.some(({ name, appliesTo }) => name === guarantee && appliesTo(kind));
        return isProven ? protocols.map((project) => ({ file: `${GUARANTEES}/${file}`, project })) : [];
      }),
    );
    expect(rows.filter((row) => row.includes(`/${file} `))).toEqual(expected);
  });
}
