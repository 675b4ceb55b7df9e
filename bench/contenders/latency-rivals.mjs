// Single calls of the rivals, writing to a file; and an empty call: what the clock adds.

import { keep } from '../lib/keep.mjs';
import { latencyContender } from '../lib/latency.mjs';
import { rivalFiles } from '../lib/rival-files.mjs';

const nothing = () => ({ logRange: (i) => keep(i), flush() {} });

export default [
  latencyContender('empty call (what the clock adds)', nothing),
  ...Object.entries(rivalFiles).map(([name, open]) => latencyContender(name, open)),
];
