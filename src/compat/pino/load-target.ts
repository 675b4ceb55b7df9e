/** The module of a transport's target: a function that makes a stream. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

type Make = (options: unknown) => unknown;

/** @throws Error where it is none, or cannot be loaded. */
export async function loadTarget(target: string): Promise<Make> {
  const require = createRequire(import.meta.url);
  let loaded: unknown;
  const isUrl = target.startsWith('file://');
  try {
    if (/\.c?ts$/.test(target)) loaded = require(decodeURIComponent(target));
    else loaded = await import(isUrl ? target : pathToFileURL(target).href);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A path inside an archive (yarn's zips, pkg) is for require to find.
    if (code === 'ENOTDIR' || code === 'ERR_MODULE_NOT_FOUND') loaded = require(target);
    else throw error;
  }
  // Compilers put a default export into a default export.
  for (let i = 0; i < 2 && typeof loaded === 'object' && loaded !== null; i++)
    loaded = (loaded as { default?: unknown }).default;
  if (typeof loaded !== 'function') throw new Error('exported worker is not a function');
  return loaded as Make;
}
