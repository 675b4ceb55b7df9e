// ttlog as the record and span groups run it, and how what they recorded is read back.
//
// record 'trace', delivery from 'warn' up: every info() is written into the ring, none is owed to a sink. With the
// default level a loop of a million events measures the file system behind the sink (that is the delivery group).

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { init } from 'ttlog';
import { memorySink } from 'ttlog/sinks';

import { InvalidRun, expectEqual, expectFields } from './verify.mjs';

const memory = memorySink();
const DELIVERED_RECORDS = 1000;
const RING_RECORDS = 1000;

/** @param {{ workDir: string }} settings @returns {import('ttlog').TtlogHandle} */
export function startRecordOnly({ workDir }) {
  return init({
    service: 'bench',
    level: 'warn',
    record: 'trace',
    sinks: [memory],
    snapshots: { dir: workDir, crash: false },
  });
}

/**
 * The records that the measured loop itself has left in the ring (it laps itself many times: nobody is owed them) are
 * read from a snapshot of it, with the command that reads snapshots.
 *
 * @param {import('ttlog').TtlogHandle} handle
 * @param {(line: any) => object} expected what a line of the ring has to hold, from the line's own index
 */
export function verifyRing(handle, expected) {
  const { path } = handle.snapshotSync('bench');
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [commandPath(), 'view', path, '--json', '--last', String(RING_RECORDS)],
    { encoding: 'utf8', maxBuffer: 64 << 20 },
  );
  if (status !== 0) throw new InvalidRun(`the snapshot cannot be read: ${stderr.trim()}`);
  const [{ snapshot }, ...lines] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const events = lines.filter((line) => line.msg === 'User logged in');
  expectEqual('damaged records in the ring', snapshot.damagedRecords, 0);
  expectEqual('events read from the ring', events.length, RING_RECORDS);
  const first = events[0].user_id;
  events.forEach((event, i) => expectFields(`ring record ${i}`, event, expected(first, i)));
  return `the last ${RING_RECORDS} records of the measured loop read from a snapshot of the ring and compared`;
}

/**
 * Runs the measured loop once more with delivery on, and compares every record that comes out at the sink: how many
 * there are, what they hold, in which order.
 *
 * @param {import('ttlog').TtlogHandle} handle
 * @param {(iterations: number) => unknown} run the loop that was measured
 * @param {(i: number) => { fields: object, [key: string]: unknown }} expected of the i-th record
 */
export async function verifyDelivered(handle, run, expected) {
  await handle.flush();
  handle.setLevel('trace');
  memory.clear();
  await run(DELIVERED_RECORDS);
  await handle.flush();
  handle.setLevel('warn');
  expectEqual('records delivered', memory.records.length, DELIVERED_RECORDS);
  memory.records.forEach((record, i) => {
    const { fields, ...rest } = expected(i);
    expectFields(`record ${i}`, record, rest);
    expectFields(`record ${i}`, record.values, fields);
  });
  return `${DELIVERED_RECORDS} records of the same loop delivered to a memory sink and compared`;
}

function commandPath() {
  const manifest = fileURLToPath(import.meta.resolve('ttlog/package.json'));
  return fileURLToPath(new URL(JSON.parse(readFileSync(manifest, 'utf8')).bin.ttlog, `file://${manifest}`));
}
