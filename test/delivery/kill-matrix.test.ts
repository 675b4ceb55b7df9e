// The kill matrix, in short: every row with few records, right after the start and late; some with very many. The whole of it, many times
// over, is `npm run test:torture`.
import { describe, expect, test, vi } from 'vitest';
import { canBeInitProcess, die } from './kill-matrix.mjs';
import { rows } from './rows.mjs';

// Other work on the machine must not fail them.
vi.setConfig({ testTimeout: 90_000, maxConcurrency: 2 });

const possible = (await canBeInitProcess()) ? rows : rows.filter(({ as }) => as === undefined);
const MANY = new Set([
  'returns',
  'process.exit()',
  'uncaught exception',
  'SIGTERM, named by `signals`',
  'SIGKILL, with the black box',
]);

describe.each([
  [5, 'early'],
  [2000, 'late'],
] as const)('%i records, %s', (count, moment) => {
  test.concurrent.each(possible)('$name: $promise', async (row) => {
    expect((await die(row, count, moment)).miss).toBeUndefined();
  });
});

test.each(possible.filter(({ name }) => MANY.has(name)))('200 000 records, $name: $promise', async (row) => {
  expect((await die(row, 200_000, 'early')).miss).toBeUndefined();
});

test('a promise that is not kept is found out', async () => {
  const lost = {
    name: 'SIGKILL, were everything promised',
    end: `process.kill(process.pid, 'SIGKILL');`,
    promise: 'all',
  } as const;
  expect((await die(lost, 5, 'early')).miss).toMatch(/^\d of 5$/);
  const other = { name: 'another status', end: '', promise: 'all', ends: { status: 1, signal: null } } as const;
  expect((await die(other, 5, 'early')).miss).toMatch(/^ended with 0, not 1/);
  const talks = { name: 'talks', end: `if (log_ !== '') process.stderr.write('x');`, promise: 'all' } as const;
  expect((await die(talks, 5, 'early')).miss).toMatch(/^stderr was not as without ttlog/);
});
