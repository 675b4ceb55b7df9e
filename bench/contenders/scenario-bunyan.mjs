// pino's scenarios through bunyan, as pino's own benchmarks have them, into a stream that discards.

import bunyan from 'bunyan';

import { nextTurn } from '../lib/clock.mjs';
import { createNullStream, loopWithTurns } from '../lib/null-stream.mjs';
import { pinoCalls } from '../lib/pino-calls.mjs';
import { scenarios } from '../lib/scenarios.mjs';
import { verifyLines } from '../lib/verify.mjs';

function expectedLine(id, i) {
  const { message, fields, interpolated } = scenarios[id];
  return interpolated === undefined ? { ...fields(i), msg: message } : { msg: interpolated };
}

export default Object.keys(scenarios).map((id) => {
  const { stream, seen } = createNullStream();
  let loop;
  return {
    name: 'bunyan to a null stream',
    group: `scenario-${id}`,
    maxRounds: 3,
    setup() {
      loop = pinoCalls[id](bunyan.createLogger({ name: 'bench', streams: [{ level: 'trace', stream }] }));
    },
    run: (iterations) => loopWithTurns(loop, iterations),
    async verify() {
      await nextTurn();
      seen.keepAll = true;
      await loopWithTurns(loop, 1024);
      await nextTurn();
      verifyLines(seen.all.join(''), 1024, (i) => expectedLine(id, i % 256));
      return '1024 lines of the same loop read back from the stream';
    },
  };
});
