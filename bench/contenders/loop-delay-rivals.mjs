// What a timer of the application waits while a rival writes to a file, and while nobody logs anything.

import { loopDelayContender } from '../lib/loop-delay.mjs';
import { rivalFiles } from '../lib/rival-files.mjs';

const nothing = () => ({ logRange() {}, flush() {} });

export default [
  loopDelayContender('no logger', nothing),
  ...Object.entries(rivalFiles).map(([name, open]) => loopDelayContender(name, open)),
];
