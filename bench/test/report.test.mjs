import assert from 'node:assert/strict';
import test from 'node:test';

import { formatNs, timesUnder, value } from '../lib/columns.mjs';
import { renderReport, toJson, validResults } from '../lib/report.mjs';
import { selectContenders } from '../lib/select.mjs';
import { painter } from '../lib/table.mjs';

const plain = (_style, text) => text;
const groups = [
  {
    id: 'record',
    title: 'Record',
    notes: [],
    columns: [value('ns', 'ns', formatNs), timesUnder('record/pino', 'pino ÷ this')],
  },
  { id: 'other', title: 'Other', notes: [], columns: [value('ns', 'ns', formatNs)] },
];
const row = (name, ns, more = {}) => ({ id: `record/${name}`, name, group: 'record', rounds: [{ ns }], ...more });
const contender = (name, group = 'record') => ({ file: `${name}.mjs`, name, group });
const run = {
  machine: { node: '20.0.0', platform: 'Linux', cpu: 'a CPU', cores: 2 },
  rounds: 1,
  quick: false,
  settings: {},
  groups,
  bars: [{ text: 'pino ÷ record', required: '≥ 15.0×', measured: '0.50×', spread: '0.50× … 0.50×', met: false }],
  unavailable: [],
};

test('a row that loses is printed like the others, a missed bar too', () => {
  const text = renderReport({ ...run, rows: [row('ttlog', 200, { verified: '9 records' }), row('pino', 100)] }, plain);
  assert.match(text, /ttlog +200 +0\.50×/);
  assert.match(text, /pino ÷ record +≥ 15\.0× +0\.50× .*missed/);
  assert.match(text, /ttlog checked: 9 records\./);
});

test('an invalid row says why, enters no ratio, and is counted', () => {
  const rows = [row('ttlog', 100), row('pino', 100, { invalid: 'lost events' })];
  const text = renderReport({ ...run, rows }, plain);
  assert.match(text, /pino +INVALID: lost events/);
  assert.match(text, /ttlog +100 +–/);
  assert.match(text, /2 rows, 0 with output read back and compared, 1 invalid or failed/);
  assert.equal(validResults(rows).has('record/pino'), false);
  assert.equal(toJson({ ...run, rows }).groups[0].rows[1].invalid, 'lost events');
});

test('--only brings along what the selected rows are compared with, ttlog first', () => {
  const all = [contender('pino'), contender('winston'), contender('ttlog info()'), contender('x', 'other')];
  const names = (only) => selectContenders(all, groups, { only }).map((one) => one.name);
  assert.deepEqual(names(/ttlog/), ['ttlog info()', 'pino']);
  assert.deepEqual(names(undefined), ['ttlog info()', 'pino', 'winston', 'x']);
});

test('colours only on a terminal; NO_COLOR beats FORCE_COLOR', () => {
  assert.equal(painter({ isTTY: true }, {})('bold', 'x'), '\u001b[1mx\u001b[22m');
  assert.equal(painter({ isTTY: false }, {})('bold', 'x'), 'x');
  assert.equal(painter({ isTTY: false }, { FORCE_COLOR: '1' })('bold', 'x'), '\u001b[1mx\u001b[22m');
  assert.equal(painter({ isTTY: true }, { NO_COLOR: '1', FORCE_COLOR: '1' })('bold', 'x'), 'x');
});
