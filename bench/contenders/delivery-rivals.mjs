// Events to an NDJSON file through the rivals' own file destinations.

import { deliveryContenders } from '../lib/delivery.mjs';
import { rivalFiles } from '../lib/rival-files.mjs';

export default Object.entries(rivalFiles).flatMap(([name, open]) => deliveryContenders(name, open));
