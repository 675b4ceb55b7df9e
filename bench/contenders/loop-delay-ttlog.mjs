// What a timer of the application waits while ttlog delivers to a file.

import { loopDelayContender } from '../lib/loop-delay.mjs';
import { openTtlogFile } from '../lib/ttlog-file.mjs';

export default loopDelayContender('ttlog fileSink', openTtlogFile);
