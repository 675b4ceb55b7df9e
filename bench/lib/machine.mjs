// What a table has to say about where it was taken: figures without it are gossip.

import { availableParallelism, cpus, release, type } from 'node:os';

export function describeMachine() {
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${type()} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() || 'unknown CPU',
    cores: availableParallelism(),
    date: new Date().toISOString().slice(0, 10),
  };
}
