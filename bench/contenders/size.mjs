// What a bundle carries: `export * from '…'` through esbuild (ESM, minified, node's own modules left out), then
// gzip -9. Deterministic, so it is done once and not in every round.

import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { InvalidRun } from '../lib/verify.mjs';

const BENCH_DIR = fileURLToPath(new URL('..', import.meta.url));

function contenderOf(name, source) {
  return {
    name,
    group: 'size',
    maxRounds: 1,
    async measure() {
      const { outputFiles } = await build({
        stdin: { contents: source, resolveDir: BENCH_DIR },
        bundle: true,
        format: 'esm',
        logLevel: 'silent',
        minify: true,
        platform: 'node',
        write: false,
      }).catch((error) => {
        throw new InvalidRun(error.errors?.[0]?.text ?? error.message);
      });
      const code = outputFiles[0].contents;
      return { minBytes: code.length, gzipBytes: gzipSync(code, { level: 9 }).length };
    },
  };
}

/** What a program carries that logs and nothing else, if its bundler drops what nobody uses. */
const logsOnly = (name) => `export { debug, error, getLogger, info, warn } from '${name}';`;

export default [
  contenderOf('ttlog/core', "export * from 'ttlog/core';"),
  contenderOf('ttlog/core, logs only', logsOnly('ttlog/core')),
  // With it comes what a worker thread needs to join the ttlog of the thread that called init().
  contenderOf('ttlog, logs only', logsOnly('ttlog')),
  ...['ttlog', 'pino', 'winston', '@logtape/logtape'].map((name) => contenderOf(name, `export * from '${name}';`)),
];
