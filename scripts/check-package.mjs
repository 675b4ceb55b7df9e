// Packs the tarball and has it judged: publint (the package's shape) and attw (whether every way of resolving it finds
// types that tell the truth), both without exceptions.
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from './entries.mjs';
import { pack } from './pack.mjs';
import { runNode } from './run.mjs';

const require = createRequire(import.meta.url);
const attw = `${dirname(require.resolve('@arethetypeswrong/cli/package.json'))}/dist/index.js`;
const directory = `${root}.tmp/check-package-${process.pid}`;
try {
  const { tarball, files, bytes } = pack(directory);
  console.log(`check:package: ${files.length} files, ${(bytes / 1024).toFixed(1)} KiB packed`);

  const { messages, pkg } = await publint({
    pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
    strict: true,
  });
  for (const message of messages)
    console.error(`publint: ${message.type}: ${formatMessage(message, pkg, { color: false })}`);
  console.log(`publint: ${messages.length} findings`);

  const typesInOrder = await runNode([attw, tarball]);
  if (messages.length > 0 || !typesInOrder) process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
