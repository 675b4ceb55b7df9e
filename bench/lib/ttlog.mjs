// ttlog as the record and span groups run it, and how what they recorded is read back.
//
// record 'trace', delivery from 'warn' up: every info() is written into the ring, none is owed to a sink. With the
// default level a loop of a million events measures the file system behind the sink (that is the delivery group).

import { init } from 'ttlog';
import { memorySink } from 'ttlog/sinks';

import { expectEqual, expectFields } from './verify.mjs';

const memory = memorySink();
const VERIFIED_RECORDS = 1000;

/** @returns {import('ttlog').TtlogHandle} */
export function startRecordOnly() {
  return init({ service: 'bench', level: 'warn', record: 'trace', sinks: [memory] });
}

/**
 * Runs the measured loop once more with delivery on, and compares every record that comes out of the ring. Together
 * with the count of records written while the clock ran, this is the code that was measured, doing what it claims.
 *
 * @param {import('ttlog').TtlogHandle} handle
 * @param {(iterations: number) => unknown} run the loop that was measured
 * @param {(i: number) => { message?: string, fields: object }} expected of the i-th record
 */
export async function verifyRecords(handle, run, expected) {
  handle.setLevel('trace');
  memory.clear();
  await run(VERIFIED_RECORDS);
  await handle.flush();
  expectEqual('records delivered', memory.records.length, VERIFIED_RECORDS);
  memory.records.forEach((record, i) => {
    const { fields, ...rest } = expected(i);
    expectFields(`record ${i}`, record, rest);
    expectFields(`record ${i}`, fieldsOf(record), fields);
  });
  handle.setLevel('warn');
  return `${VERIFIED_RECORDS} records of the same loop delivered to a memory sink and compared`;
}

/** Fields as an object, whatever form a record has them in. */
export function fieldsOf({ fields }) {
  return Array.isArray(fields) ? Object.fromEntries(fields.map(({ key, value }) => [key, value])) : fields;
}

/** How many records the memory sink has been given. */
export function countRecords() {
  return memory.records.length;
}
