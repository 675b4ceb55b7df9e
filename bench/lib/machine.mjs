// What a table has to say about where it was taken: figures without it are gossip.

import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

export function describeMachine() {
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${type()} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() || 'unknown CPU',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** How many processes wanted a processor, over the last minute: above the number of cores, other programs were in the way. */
export function currentLoad() {
  return Number(loadavg()[0].toFixed(2));
}
