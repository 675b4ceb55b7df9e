// A process that logs and ends at once: node log-and-end.mjs LOGGER FILE EVENTS return|exit
//
// What a service does when it stops: nothing is flushed, nothing is awaited.

const [name, path, events, how] = process.argv.slice(2);

/** Only the logger in question is loaded. */
async function openLogger() {
  if (name === 'ttlog fileSink') return (await import('../lib/ttlog-file.mjs')).openTtlogFile(path);
  return (await import('../lib/rival-files.mjs')).rivalFiles[name](path);
}

const logger = await openLogger();
logger.logRange(0, Number(events));
if (how === 'exit') process.exit(0);
