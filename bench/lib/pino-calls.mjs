// pino's scenarios as calls of pino's interface, which is bunyan's, too: each makes a loop for a logger.

import { CALLS_PER_CHILD, LONG_TEXT_MASK, deepObject, longText, longTexts } from './scenarios.mjs';

/** @type {Record<string, (log: any) => (iterations: number) => void>} */
export const pinoCalls = {
  basic: (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('hello world');
  },
  object: (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info({ hello: 'world' });
  },
  'deep-object': (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info(deepObject);
  },
  child(parent) {
    const log = parent.child({ a: 'property' });
    return (n) => {
      for (let i = 0; i < n; i += 1) log.info({ hello: 'world' });
    };
  },
  'child-child'(parent) {
    const log = parent.child({ a: 'property' }).child({ sub: 'child' });
    return (n) => {
      for (let i = 0; i < n; i += 1) log.info({ hello: 'world' });
    };
  },
  'child-creation': (parent) => (n) => {
    let log;
    for (let i = 0; i < n; i += 1) {
      if (i % CALLS_PER_CHILD === 0) log = parent.child({ a: 'property' });
      log.info({ hello: 'world' });
    }
  },
  'long-string': (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info(longText);
  },
  interpolate: (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('hello %s', 'world');
  },
  'interpolate-all': (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('hello %s %j %d', 'world', { obj: true }, 4);
  },
  'long-field': (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info({ body: longTexts[i & LONG_TEXT_MASK] }, 'request body');
  },
};
