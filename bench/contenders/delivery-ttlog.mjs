// Events to an NDJSON file through ttlog's fileSink.

import { deliveryContenders } from '../lib/delivery.mjs';
import { openTtlogFile } from '../lib/ttlog-file.mjs';

export default deliveryContenders('ttlog fileSink', openTtlogFile);
