// ttlog: an event written into the ring of the calling thread, outside and inside a context of one field.

import { info, withContext } from 'ttlog';

import { nsSince, startClock } from '../lib/clock.mjs';
import { CONSTANT_FIELDS, EMAIL_MASK, emails, nextVarying, varyingFields } from '../lib/event-data.mjs';
import { recordContender } from '../lib/ttlog.mjs';

const message = 'User logged in';

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

function contendersOf(group, run, fieldsOf, inRing) {
  const inContext = { request_id: 'r-1' };
  return [
    recordContender({ name: 'ttlog info(), outside a context', group, message, run, fieldsOf, inRing }),
    recordContender({
      name: 'ttlog info(), inside a context',
      group,
      message,
      run: (iterations) => withContext(inContext, () => run(iterations)),
      fieldsOf: (i) => ({ ...fieldsOf(i), ...inContext }),
      inRing: (line, previous) => ({ ...inRing(line, previous), ...inContext }),
    }),
  ];
}

const constant = () => CONSTANT_FIELDS;

export default [
  ...contendersOf('record-constant', runConstant, constant, constant),
  ...contendersOf('record-varying', runVarying, varyingFields, nextVarying),
];
