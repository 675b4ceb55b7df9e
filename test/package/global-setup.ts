import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { pack } from '../../scripts/pack.mjs';
import { plainEnvironment } from '../../scripts/run.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed package. */
    tarball: string;
    /** The paths inside it. */
    packedFiles: string[];
    /** An otherwise empty project, outside the repository, into which the tarball was installed by npm. */
    project: string;
  }
}

/** Packs dist/ once and installs the tarball as a user would. */
export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'ttlog-package-'));
  const project = join(folder, 'project');
  const { tarball, files } = pack(folder);
  mkdirSync(project);
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'empty-project', private: true, type: 'module' }),
  );
  // Offline: the package has no dependency that would have to come from anywhere.
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], {
    cwd: project,
    env: plainEnvironment(),
    stdio: 'pipe',
  });
  provide('tarball', tarball);
  provide('packedFiles', files);
  provide('project', project);
  return () => rmSync(folder, { recursive: true, force: true });
}
