// ttlog: an event written into the ring of the calling thread, outside and inside a context of one field.

import { info, withContext } from 'ttlog';

import { nsSince, startClock } from '../lib/clock.mjs';
import { CONSTANT_FIELDS, EMAIL_MASK, emails, varyingFields } from '../lib/event-data.mjs';
import { startRecordOnly, verifyDelivered, verifyRing } from '../lib/ttlog.mjs';

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

function contendersOf(group, run, fieldsOf, ringFieldsOf) {
  const contextFields = { request_id: 'r-1' };
  const runInside = (iterations) => withContext(contextFields, () => run(iterations));
  return [
    contenderOf('ttlog info(), outside a context', group, run, fieldsOf, ringFieldsOf, {}),
    contenderOf('ttlog info(), inside a context', group, runInside, fieldsOf, ringFieldsOf, contextFields),
  ];
}

function contenderOf(name, group, run, fieldsOf, ringFieldsOf, contextFields) {
  let handle;
  return {
    name,
    group,
    setup(settings) {
      handle = startRecordOnly(settings);
    },
    run,
    async verify() {
      const inRing = verifyRing(handle, (first, i) => ({ ...ringFieldsOf(first, i), ...contextFields }));
      const delivered = await verifyDelivered(handle, run, (i) => ({
        message: 'User logged in',
        fields: { ...fieldsOf(i), ...contextFields },
      }));
      return `${inRing}; ${delivered}`;
    },
    teardown: () => handle.shutdown(),
  };
}

const constant = () => CONSTANT_FIELDS;

export default [
  ...contendersOf('record-constant', runConstant, constant, constant),
  ...contendersOf('record-varying', runVarying, varyingFields, (first, i) => varyingFields(first + i)),
];
