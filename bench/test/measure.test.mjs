import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';

import { verifyFile } from '../lib/delivery.mjs';
import { varyingFields } from '../lib/event-data.mjs';
import { runInOwnProcess } from '../lib/spawn.mjs';

const line = (i) => `${JSON.stringify({ msg: 'User logged in', ...varyingFields(i) })}\n`;
const settings = { sampleMs: 2, samples: 3, warmupMs: 5, events: 10 };
const verifyModule = new URL('../lib/verify.mjs', import.meta.url).href;

async function runContender(source, onProgress) {
  const dir = await mkdtemp(join(tmpdir(), 'ttlog-bench-test-'));
  try {
    const path = join(dir, 'contender.mjs');
    await writeFile(path, source);
    return await runInOwnProcess({ file: pathToFileURL(path).href, group: 'g', name: 'it' }, settings, onProgress);
  } finally {
    await rm(dir, { recursive: true });
  }
}

test('a loop is measured in a process of its own, whatever it prints', async () => {
  const { metrics, verified } = await runContender(`export default {
    group: 'g', name: 'it',
    run(n) { console.log('noise'); const end = performance.now() + n * 0.001; while (performance.now() < end); return 1000; },
    verify: () => 'checked',
  }`);
  assert.deepEqual(metrics, { ns: 1000 });
  assert.equal(verified, 'checked');
});

test('of two contenders with one name, the one of the group is measured', async () => {
  const { metrics } = await runContender(`export default [
    { group: 'other', name: 'it', measure: () => ({ ns: 1 }) },
    { group: 'g', name: 'it', measure: () => ({ ns: 2 }) },
  ]`);
  assert.deepEqual(metrics, { ns: 2 });
});

test('a verify() that finds a wrong value makes the row invalid, with what it found', async () => {
  const { invalid, metrics } = await runContender(`import { expectFields } from '${verifyModule}';
  export default {
    group: 'g', name: 'it',
    measure: () => ({ ns: 1 }),
    verify: () => expectFields('record 3', { user_id: 4 }, { user_id: 3 }),
  }`);
  assert.equal(invalid, 'record 3.user_id: expected 3, got 4');
  assert.equal(metrics, undefined);
});

test('a contender that takes long says how far it is', async () => {
  const seen = [];
  const source = `export default {
    group: 'g', name: 'it',
    measure({ progress }) { progress(0.25); return { ns: 1 }; },
  }`;
  const { metrics } = await runContender(source, (done) => seen.push(done));
  assert.deepEqual(metrics, { ns: 1 });
  assert.deepEqual(seen, [0.25]);
});

test('a contender that crashes is a failed row and not the end of the run', async () => {
  const { failed } = await runContender(
    `export default { group: 'g', name: 'it', measure() { throw new RangeError('boom') } }`,
  );
  assert.match(failed, /status 1: RangeError: boom/);
});

test('a file that misses, doubles or changes an event is invalid', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ttlog-bench-test-'));
  const path = join(dir, 'out.ndjson');
  const fileOf = (...indices) => writeFile(path, indices.map(line).join(''));
  try {
    await fileOf(0, 1, 2);
    assert.equal(verifyFile(path, 3), '3 logged, 3 lines, all compared');
    assert.throws(() => verifyFile(path, 4), /lost events: 4 logged, 3 lines/);
    await fileOf(0, 2, 1);
    assert.throws(() => verifyFile(path, 3), /line 1.user_id: expected 1, got 2/);
    await writeFile(path, `${line(0)}{"msg":`);
    assert.throws(() => verifyFile(path, 1), /ends inside a line/);
  } finally {
    await rm(dir, { recursive: true });
  }
});
