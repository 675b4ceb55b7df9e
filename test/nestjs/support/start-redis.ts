import type { TestProject } from 'vitest/node';
import { startRedis } from '../../../scripts/redis-server.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the Redis of `npm run test:redis` listens. */
    redisSocket: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { socket, stop } = await startRedis();
  project.provide('redisSocket', socket);
  return stop;
}
