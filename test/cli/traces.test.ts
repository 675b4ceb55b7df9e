// What spans say beyond their own: links, what came late, and traces that began elsewhere.
import { expect, test } from 'vitest';
import { info, span, withCarrier, withSpan } from 'ttlog';
import { view } from '../../src/cli/view.js';
import { listOpenSpans, writeSnapshotSync } from '../../src/recorder/snapshot.js';
import { newRing, temporaryDirectory } from '../snapshot/support.js';
import { fakeTerminal } from './support.js';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const LINK = '{trace_id: 4bf92f3577b34da6a3ce929d0e0e4736, span_id: 00f067aa0ba902b7}';

async function shown(record: () => void, args: readonly string[] = []): Promise<string[]> {
  const ring = newRing();
  record();
  const { path } = writeSnapshotSync({
    dir: temporaryDirectory(),
    service: 'shop',
    reason: 'test',
    origin: 'call',
    rings: [ring],
    openSpans: listOpenSpans('shop'),
  });
  const terminal = fakeTerminal();
  expect(await view([path, ...args], terminal)).toBe(0);
  return terminal.output.split('\n');
}
const line = (lines: readonly string[], text: string) => lines.filter((one) => one.includes(text));

test('links of ended and of open spans', async () => {
  let open!: Disposable;
  const lines = await shown(() => {
    span('batch', undefined, { links: [PARENT] }).end();
    open = span('open batch', undefined, { links: [PARENT, PARENT] });
  });
  open[Symbol.dispose]();
  expect(line(lines, 'batch ').filter((one) => one.includes(`span_links=[${LINK}]`))).toHaveLength(1);
  expect(line(lines, `span_links=[${LINK}, ${LINK}]`)).toHaveLength(1);
});

test('what outlived its span is said to be late', async () => {
  const record = () => {
    const work = span('work');
    work.run(() => info('in time'));
    work.end();
    work.run(() => info('afterwards'));
  };
  const lines = await shown(record);
  expect(line(lines, 'in time')[0]).not.toContain('late');
  expect(line(lines, 'afterwards')[0]).toMatch(/ late$/);
  const json = await shown(record, ['--json']);
  expect(JSON.parse(line(json, 'afterwards')[0])).toMatchObject({ span_late: true });
});

test('a span of another process is no span of this one', async () => {
  const lines = await shown(() => {
    withCarrier(PARENT, () => {
      info('of that trace');
      withSpan('child', () => {});
    });
  });
  expect(line(lines, 'of that trace')[0]).toContain('[4bf92f35]');
  expect(line(lines, 'child')[0]).toContain('(its parent is not here)');
  expect(line(lines, 'remote')).toEqual([]);
  expect(line(lines, 'Open spans')).toEqual([]);
});
