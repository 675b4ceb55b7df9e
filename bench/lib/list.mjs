// Lists contenders: node list.mjs FILE…  → JSON on file descriptor 3. A file that cannot be imported (ttlog not
// built yet, an engine without an API) is listed with the reason, and the run goes on without it.

import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const listed = { contenders: [], unavailable: [] };

for (const file of process.argv.slice(2)) {
  const url = pathToFileURL(file).href;
  try {
    const { default: contenders } = await import(url);
    for (const { name, group, maxRounds, slow } of [contenders].flat())
      listed.contenders.push({ file: url, name, group, maxRounds, slow });
  } catch (error) {
    listed.unavailable.push({ file, reason: error.message });
  }
}

writeSync(3, `${JSON.stringify(listed)}\n`);
process.exit(0);
