// ttlog: an event written into the ring of the calling thread, outside and inside a context of one field.

import { info, withContext } from 'ttlog';

import { nsSince, startClock } from '../lib/clock.mjs';
import { CONSTANT_FIELDS, EMAIL_MASK, emails, varyingFields } from '../lib/event-data.mjs';
import { startRecordOnly, verifyRecords } from '../lib/ttlog.mjs';

function runConstant(iterations) {
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    info('User logged in', { user_id: 123, attempt: 1.5, email: 'alice@example.com' });
  }
  return nsSince(start) / iterations;
}

function runVarying(iterations) {
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    info('User logged in', { user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] });
  }
  return nsSince(start) / iterations;
}

function contendersOf(group, run, fieldsOf) {
  let handle;
  const runInside = (iterations) => withContext({ request_id: 'r-1' }, () => run(iterations));
  const lifecycle = { group, setup: () => (handle = startRecordOnly()), teardown: () => handle.shutdown() };
  return [
    {
      name: 'ttlog info(), outside a context',
      ...lifecycle,
      run,
      verify: () => verifyRecords(handle, run, (i) => ({ message: 'User logged in', fields: fieldsOf(i) })),
    },
    {
      name: 'ttlog info(), inside a context',
      ...lifecycle,
      run: runInside,
      verify: () =>
        verifyRecords(handle, runInside, (i) => ({
          message: 'User logged in',
          fields: { ...fieldsOf(i), request_id: 'r-1' },
        })),
    },
  ];
}

export default [
  ...contendersOf('record-constant', runConstant, () => CONSTANT_FIELDS),
  ...contendersOf('record-varying', runVarying, varyingFields),
];
