import assert from 'node:assert/strict';
import test from 'node:test';

import { problemsOf, withTables } from '../lib/readme.mjs';

const BEGIN = '<!-- bench:begin, written by `npm run bench:readme` from bench/results: do not edit -->';
const README = `# ttlog\n\n${BEGIN}\n\nof another run\n\n<!-- bench:end -->\n\nlast\n`;

const row = (name, metrics, more = {}) => ({ name, rounds: metrics, tookMs: 1, ...more });

function results(node, { ttlog = 100, pino = 2000, ...more } = {}) {
  return {
    format: 1,
    machine: { node, cpu: 'a CPU', cores: 2, memoryGb: 8, platform: 'Linux x64', date: '2026-01-02' },
    build: 'b1',
    rounds: 3,
    waited: 0.01,
    notRun: [],
    groups: [
      {
        id: 'record-constant',
        rows: [
          row('ttlog info(), outside a context', [{ ns: ttlog }, { ns: ttlog + 2 }, { ns: ttlog + 1 }]),
          row('pino to /dev/null (sync, minLength 4096)', [{ ns: pino }]),
          row('winston to a null stream', [], { invalid: 'lost events' }),
        ],
      },
    ],
    ...more,
  };
}

test('the part between the markers is replaced, the rest stays', () => {
  const text = withTables(README, [results('20.1.0')]);
  assert.ok(text.startsWith(`# ttlog\n\n${BEGIN}\n\n2026-01-02, 2 × a CPU, 8 GiB`));
  assert.ok(text.endsWith('<!-- bench:end -->\n\nlast\n'));
  assert.ok(!text.includes('of another run'));
  assert.equal(withTables(text, [results('20.1.0')]), text);
});

test('a cell has the medians of all versions, the best of a row is bold, an invalid row says so', () => {
  const text = withTables(README, [results('20.1.0'), results('24.2.0', { ttlog: 80, pino: 70 })]);
  assert.match(text, /of\nNode 20\.1\.0 \/ Node 24\.2\.0/);
  assert.match(
    text,
    /\| three fields, literals \| \*\*101\*\* \/ 81\.0 \| – \| 2 000 \/ \*\*70\.0\*\* \| – \| INVALID \/ INVALID \|/,
  );
});

test("a rival's invalid row says why above the tables", () => {
  const text = withTables(README, [results('20.1.0')]);
  assert.match(text, /^- INVALID under Node 20\.1\.0: record-constant\/winston to a null stream: lost events$/m);
});

test('a bar that is missed is in the table, and counted', () => {
  const text = withTables(README, [results('20.1.0', { pino: 1000 })]);
  assert.match(text, /1 of 1 are missed/);
  assert.match(text, /\| pino to \/dev\/null ÷ record \(constant\) \| ≥ 15\.0× \| 9\.90×|10\.0× \*\*missed\*\* \|/);
});

test('results that a README may not show say why', () => {
  assert.deepEqual(problemsOf([results('20.1.0')]), []);
  const lossy = [{ id: 'memory', rows: [row('ttlog, recorded', [], { invalid: 'lost\nevents' })] }];
  assert.deepEqual(problemsOf([results('20.1.0', { groups: lossy })]), [
    'Node 20.1.0: memory/ttlog, recorded: lost events',
  ]);
  const quick = results('20.1.0', { quick: true, groups: [] });
  assert.deepEqual(problemsOf([quick, results('24.2.0', { build: 'b2', rebuilt: true, groups: [] })]), [
    'the results are of different builds of ttlog',
    'Node 20.1.0: taken with --quick',
    'Node 24.2.0: ttlog was built anew during the run',
  ]);
});

test('a README without markers is told which lines it needs', () => {
  assert.throws(() => withTables('# ttlog\n', [results('20.1.0')]), /Expected the README to have the lines/);
});
