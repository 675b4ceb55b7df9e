// pino's scenarios through LogTape with its JSON Lines formatter in front of a sink that discards. It interpolates
// properties ({name}) where others interpolate arguments (%s), and writes them as it inspects them; a child is a logger
// with properties of its own. Every message is a template, so the long one has its braces doubled.

import { configure, getJsonLinesFormatter, getLogger } from '@logtape/logtape';

import { nsSince, startClock } from '../lib/clock.mjs';
import { CALLS_PER_CHILD, LONG_TEXT_MASK, deepObject, longText, longTexts, scenarios } from '../lib/scenarios.mjs';
import { verifyLines } from '../lib/verify.mjs';

const longTemplate = longText.replaceAll('{', '{{').replaceAll('}', '}}');
const render = getJsonLinesFormatter();
const seen = { last: '', keepAll: false, all: [] };
function discard(record) {
  const line = render(record);
  seen.last = line;
  if (seen.keepAll) seen.all.push(line);
}

const loops = {
  basic: (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('hello world');
  },
  object: (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('', { hello: 'world' });
  },
  'deep-object': (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('', deepObject);
  },
  child(parent) {
    const log = parent.with({ a: 'property' });
    return (n) => {
      for (let i = 0; i < n; i += 1) log.info('', { hello: 'world' });
    };
  },
  'child-child'(parent) {
    const log = parent.with({ a: 'property' }).with({ sub: 'child' });
    return (n) => {
      for (let i = 0; i < n; i += 1) log.info('', { hello: 'world' });
    };
  },
  'child-creation': (parent) => (n) => {
    let log;
    for (let i = 0; i < n; i += 1) {
      if (i % CALLS_PER_CHILD === 0) log = parent.with({ a: 'property' });
      log.info('', { hello: 'world' });
    }
  },
  'long-string': (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info(longTemplate);
  },
  interpolate: (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('hello {name}', { name: 'world' });
  },
  'interpolate-all': (log) => (n) => {
    for (let i = 0; i < n; i += 1)
      log.info('hello {name} {data} {count}', { name: 'world', data: { obj: true }, count: 4 });
  },
  'long-field': (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('request body', { body: longTexts[i & LONG_TEXT_MASK] });
  },
};

/** How LogTape writes a value into a message is its own; the properties are in the line as they were in the call. */
const interpolatedMessages = { interpolate: 'hello "world"', 'interpolate-all': 'hello "world" {"obj":true} 4' };

function expectedLine(id, i) {
  const { message, fields } = scenarios[id];
  return { message: interpolatedMessages[id] ?? message, properties: fields(i) };
}

export default Object.keys(scenarios).map((id) => {
  let loop;
  return {
    name: 'LogTape as JSON lines to a no-op sink',
    group: `scenario-${id}`,
    maxRounds: 3,
    async setup() {
      await configure({
        sinks: { discard },
        loggers: [
          { category: 'bench', lowestLevel: 'info', sinks: ['discard'] },
          { category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: [] },
        ],
      });
      loop = loops[id](getLogger('bench'));
    },
    run(iterations) {
      const start = startClock();
      loop(iterations);
      return nsSince(start) / iterations;
    },
    verify() {
      seen.keepAll = true;
      loop(1000);
      verifyLines(seen.all.join(''), 1000, (i) => expectedLine(id, i));
      return '1000 lines of the same loop read back from the sink';
    },
  };
});
