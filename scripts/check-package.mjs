// Packs the tarball and has it judged: publint (the package's shape) and attw (whether every way of resolving it finds
// types that tell the truth), both without exceptions.
import { rmSync } from 'node:fs';
import { root } from './entries.mjs';
import { pack } from './pack.mjs';
import { runNode } from './run.mjs';

const directory = `${root}.tmp/check-package-${process.pid}`;
try {
  const { tarball, files, bytes } = pack(directory);
  console.log(`check:package: ${files.length} files, ${(bytes / 1024).toFixed(1)} KiB packed`);
  const shape = await runNode([`${root}node_modules/publint/src/cli.js`, 'run', tarball, '--strict']);
  const types = await runNode([`${root}node_modules/@arethetypeswrong/cli/dist/index.js`, tarball]);
  if (!shape || !types) process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
