// ttlog as the record, scenario and span groups run it, and how what they recorded is read back.
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
 * A contender that records in a loop. Afterwards every record of the loop has been counted, all that the ring still holds
 * of it have been compared, and the same loop has been delivered and compared.
 *
 * @param {object} contender
 * @param {string} contender.name
 * @param {string} contender.group
 * @param {(iterations: number) => number} contender.run the loop: one record an iteration
 * @param {(i: number) => object} contender.fieldsOf fields of the i-th record of a loop
 * @param {string} contender.message
 * @param {(line: any, previous: any) => object} [contender.inRing] what a line of the ring has to hold; without it, fieldsOf(0)
 */
export function recordContender({ run, message, fieldsOf, inRing = () => fieldsOf(0), ...contender }) {
  let handle;
  let recorded = 0;
  const counted = (iterations) => {
    recorded += iterations;
    return run(iterations);
  };
  return {
    ...contender,
    setup(settings) {
      handle = startRecordOnly(settings);
    },
    run: counted,
    async verify() {
      const counts = handle.stats();
      expectEqual('records dropped', counts.dropped, 0);
      expectEqual('records that the ring has counted', counts.recorded, recorded);
      const ring = verifyRing(handle, (line, previous) => ({ msg: message, ...inRing(line, previous) }));
      const delivered = await verifyDelivered(handle, run, (i) => ({ message, fields: fieldsOf(i) }));
      return `every record counted; ${ring}; ${delivered}`;
    },
    teardown: () => handle.shutdown(),
    /** Of the records that the ring holds: its bytes in a raw snapshot, dictionary included. */
    ringBytes() {
      const { bytes, records } = handle.snapshotSync('bench');
      return bytes / records;
    },
  };
}

/**
 * The measured loop laps its own ring many times, as a flight recorder does: nobody is owed these records. What the ring
 * holds at the end is read from a snapshot of it, with the command that reads snapshots, and compared record by record.
 */
export function verifyRing(handle, expected) {
  const { path, records } = handle.snapshotSync('bench');
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [commandPath(), 'view', path, '--json', '--last', String(records)],
    { encoding: 'utf8', maxBuffer: 1 << 30 },
  );
  if (status !== 0) throw new InvalidRun(`the snapshot cannot be read: ${stderr.trim()}`);
  const [{ snapshot }, ...lines] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expectEqual('damaged records in the ring', snapshot.damagedRecords, 0);
  expectEqual('records read from the ring', lines.length, records);
  lines.forEach((line, i) => expectFields(`ring record ${i}`, line, expected(line, lines[i - 1])));
  return 'all that the ring holds of the measured loop read from a snapshot and compared';
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
