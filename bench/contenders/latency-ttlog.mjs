// Single calls of ttlog, delivered to a file.

import { latencyContender } from '../lib/latency.mjs';
import { openTtlogFile } from '../lib/ttlog-file.mjs';

export default latencyContender('ttlog fileSink', openTtlogFile);
