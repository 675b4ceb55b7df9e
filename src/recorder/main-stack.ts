/**
 * What the main thread is doing while it does not return to its event loop: its JavaScript stack, asked for from another thread through the inspector,
 * which interrupts loops and regular expressions (24-30 ms on Node 20). Native calls (execSync, pbkdf2Sync, JSON.parse, sort) cannot be interrupted.
 */
import type { Debugger } from 'node:inspector';
import { inspector } from './lazy-node.js';

/** Frames of a stack that are kept. */
const MAX_FRAMES = 64;

/**
 * The frames, innermost first; empty where it could not be interrupted within `timeoutMs`. Rejects where there is no inspector, or it may not be
 * used. The main thread stands still while it is looked at, so nothing here waits for anything else.
 */
export async function mainThreadStack(timeoutMs: number): Promise<string[]> {
  const session = new (inspector().Session)();
  session.connectToMainThread();
  let timer: NodeJS.Timeout | undefined;
  try {
    const urls = new Map<string, string>();
    session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
    const paused = new Promise<string[]>((resolve) => {
      session.once('Debugger.paused', ({ params }) => {
        session.post('Debugger.resume');
        resolve(params.callFrames.slice(0, MAX_FRAMES).map((frame) => frameText(frame, urls)));
      });
    });
    session.post('Debugger.enable');
    session.post('Debugger.pause');
    const tooLong = new Promise<string[]>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, []);
    });
    return await Promise.race([paused, tooLong]);
  } finally {
    clearTimeout(timer);
    // A request that has not been carried out yet is withdrawn. A session that stays would have the process wait for it at its end.
    session.post('Debugger.disable');
    session.disconnect();
  }
}

/** As V8 writes it: `at charge (file:///app/payments.js:9:29)`. */
function frameText({ functionName, location }: Debugger.CallFrame, urls: ReadonlyMap<string, string>): string {
  const { scriptId, lineNumber, columnNumber = 0 } = location;
  const place = `${urls.get(scriptId) ?? ''}:${lineNumber + 1}:${columnNumber + 1}`;
  return functionName === '' ? `at ${place}` : `at ${functionName} (${place})`;
}
