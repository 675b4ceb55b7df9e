// Events of 0, 3, 10 and 30 fields whose values change on every call: a third of them integers, a third fractions, a sixth
// each texts (of the table of 4096) and booleans.

import { EMAIL_MASK, emails } from './event-data.mjs';

/** Literals, as an application has them; the same function for every logger. @type {Record<number, (i: number) => object>} */
export const fieldsOf = {
  0: () => ({}),
  3: (i) => ({ user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] }),
  10: (i) => ({
    user_id: i,
    attempt: i * 0.5,
    email: emails[i & EMAIL_MASK],
    paid: (i & 1) === 0,
    items: i + 1,
    total: i * 1.25,
    shelf: i + 2,
    weight: i * 0.75,
    owner: emails[(i + 7) & EMAIL_MASK],
    sent: (i & 2) === 0,
  }),
  30: (i) => ({
    user_id: i,
    attempt: i * 0.5,
    email: emails[i & EMAIL_MASK],
    paid: (i & 1) === 0,
    items: i + 1,
    total: i * 1.25,
    shelf: i + 2,
    weight: i * 0.75,
    owner: emails[(i + 7) & EMAIL_MASK],
    sent: (i & 2) === 0,
    lane: i + 3,
    speed: i * 0.125,
    dock: i + 4,
    height: i * 2.5,
    packer: emails[(i + 11) & EMAIL_MASK],
    fragile: (i & 4) === 0,
    batch: i + 5,
    width: i * 3.5,
    row: i + 6,
    depth: i * 4.5,
    driver: emails[(i + 13) & EMAIL_MASK],
    insured: (i & 8) === 0,
    stop: i + 7,
    price: i * 5.5,
    tour: i + 8,
    tax: i * 6.5,
    clerk: emails[(i + 17) & EMAIL_MASK],
    gift: (i & 16) === 0,
    seal: i + 9,
    fee: i * 7.5,
  }),
};

export const FIELD_COUNTS = [0, 3, 10, 30];
