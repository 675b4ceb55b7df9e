/** Signals that ttlog answers, because somebody asked it to: a handler makes a process unkillable while it is busy, so there is none otherwise. */
import { invalidOption } from '../core/errors.js';
import { os } from '../recorder/lazy-node.js';

/** As process 1 of a container, where a signal's default end does not come. */
const INIT_PID = 1;

/**
 * On one of the signals everything is delivered (`end`), and the process ends by that signal, as it would have. Where the application has a
 * handler of its own, also a `once`, that one decides and nothing is done here. Returns what takes it back.
 */
export function endOnSignals(signals: readonly NodeJS.Signals[], end: (signal: NodeJS.Signals) => void): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return;
    end(signal);
    process.off(signal, onSignal);
    process.kill(process.pid, signal);
    if (process.pid === INIT_PID) process.exit(128 + os().constants.signals[signal]);
  };
  // First, so that a `once` of the application is still there to be counted; also where that one was put first later.
  const putFirst = (signal: NodeJS.Signals): void => {
    if (process.rawListeners(signal)[0] === onSignal) return;
    const isThere = process.listeners(signal).includes(onSignal);
    process.prependListener(signal, onSignal);
    // The later of the two.
    if (isThere) process.off(signal, onSignal);
  };
  const onNewListener = (name: string | symbol, listener: unknown): void => {
    const signal = signals.find((each) => each === name);
    if (signal !== undefined && listener !== onSignal) queueMicrotask(() => putFirst(signal));
  };
  signals.forEach(putFirst);
  if (signals.length > 0) process.on('newListener', onNewListener);
  return () => {
    process.off('newListener', onNewListener);
    for (const signal of signals) process.off(signal, onSignal);
  };
}

/** Calls `act` on each of the signal; the process goes on. */
export function actOnSignal(signal: NodeJS.Signals, act: () => void): () => void {
  process.on(signal, act);
  return () => process.off(signal, act);
}

/** A signal that a process can be asked about: nobody can answer SIGKILL or SIGSTOP. */
export function signalOf(name: string, signal: unknown): NodeJS.Signals {
  const known = typeof signal === 'string' && Object.hasOwn(os().constants.signals, signal);
  if (known && signal !== 'SIGKILL' && signal !== 'SIGSTOP') return signal as NodeJS.Signals;
  throw invalidOption(name, "the name of a signal that can be answered, such as 'SIGTERM'", signal);
}
