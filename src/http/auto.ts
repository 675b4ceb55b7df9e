/**
 * `node --import ttlog/auto app.js`: ttlog from the first line on, without code. The environment has the options; see docs/http.md.
 * `--require ttlog/auto` does the same.
 */
import { isMainThread } from 'node:worker_threads';
import { reasonOf } from '../core/errors.js';
import { getLogger } from '../core/logger.js';
import { init, runningHandle } from '../runtime/init.js';
import { isRecorderThread, joinThreads } from '../runtime/joined-thread.js';
import { autoOptions } from './auto-options.js';
import { instrumentHttp } from './instrument-http.js';

// What a recorder thread sends is nobody's request.
if (!isRecorderThread()) start();

function start(): void {
  const { ttlog, http, wrong } = autoOptions(process.env);
  try {
    // Workers get Node's options too: they take part in what the main thread has started.
    if (!isMainThread) joinThreads();
    else if (runningHandle() === undefined) init(ttlog);
    instrumentHttp(http);
  } catch (error) {
    process.emitWarning(`ttlog/auto could not start: ${reasonOf(error)}`);
    return;
  }
  if (!isMainThread) return;
  const log = getLogger('ttlog');
  for (const { variable, message } of wrong)
    log.warn(`${variable} in the environment is ignored`, {
      value: process.env[variable]?.slice(0, 200),
      reason: message,
    });
}
