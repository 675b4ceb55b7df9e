// Builds dist/: one ES module bundle and one CommonJS bundle over all entries (shared code in shared chunks, so that
// every subpath of a build is one ttlog), and the declarations beside both.
//
// Every file of a graph of ES modules costs its importer 0.4-0.5 ms, whatever is in it: what `ttlog` consists of is in as few as can be.
// Documentation is in the declarations; the code goes without, because whoever imports it has to read it.
//
// The new dist is put together elsewhere and swapped in at the end: a process that runs from dist never sees half of it.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { copyDeclarations } from './declarations.mjs';
import { entries, present, programs, root, workers } from './entries.mjs';
import { asciiOnly } from './ascii.mjs';
import { recorderSource } from './recorder-source.mjs';

const work = `${root}.tmp/build-${process.pid}/`;
/** Everything else that is imported has to be a file of ours, or one of node's modules. */
const peers = Object.keys(JSON.parse(readFileSync(`${root}package.json`, 'utf8')).peerDependencies);
/** Required, these are their default export, which has all the others as properties; the declarations that say so. */
const CALLABLE = new Map([
  ['compat/pino/index', `import { pino } from './pino.js';\nexport = pino;\n`],
  ['compat/pino/browser', `import { pino } from './browser-pino.js';\nexport = pino;\n`],
]);
const startedAt = performance.now();

/**
 * What the face consists of: the core, which other entries need without the rest, and the rest. Everything else is where rolldown puts it.
 *
 * @param {string} id
 * @param {{ getModuleInfo(id: string): import('rolldown').ModuleInfo | null }} context
 */
function chunkOfFace(id, context) {
  const face = new Set([`${root}src/index.ts`]);
  for (const module of face)
    for (const imported of context.getModuleInfo(module)?.importedIds ?? []) face.add(imported);
  if (!face.has(id) || id === `${root}src/index.ts`) return null;
  return id.startsWith(`${root}src/core/`) ? 'core' : 'ttlog';
}

/** The entries that share their code. @param {'esm' | 'cjs'} format */
const bundle = (format) => write([...present(entries), ...present(workers)], format, 'chunks/[name].js');

/** Programs share nothing with what is imported: each is one file. */
async function bundlePrograms() {
  for (const program of present(programs)) await write([program], 'esm', `${program.file}/[name].js`);
}

/**
 * @param {readonly { file: string, source: string }[]} inputs
 * @param {'esm' | 'cjs'} format
 * @param {string} chunkFileNames
 */
async function write(inputs, format, chunkFileNames) {
  const build = await rolldown({
    input: Object.fromEntries(inputs.map(({ file, source }) => [file, root + source])),
    platform: 'node',
    external: peers.map((name) => new RegExp(`^${name}(/|$)`)),
    tsconfig: `${root}tsconfig.build.json`,
    transform: { target: 'es2022' },
    plugins: [recorderSource(), asciiOnly()],
    checks: { bundlerTimings: false },
  });
  const directory = `${work}dist/${format}/`;
  const { output } = await build.write({
    dir: directory,
    format,
    esModule: true,
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames,
    comments: { legal: true, annotation: true, jsdoc: false },
    footer: (chunk) => (format === 'cjs' && CALLABLE.has(chunk.name) ? 'module.exports = exports.default;' : ''),
    codeSplitting: { groups: [{ debugName: 'face', name: chunkOfFace }] },
  });
  await build.close();
  const foreign = output
    .flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
    .filter((id) => id.includes('node_modules'));
  if (foreign.length > 0)
    throw new Error(
      `Expected dist/${format} to hold our own code only, got ${foreign.join(', ')}: make it a peer dependency, or leave it out`,
    );
  writeFileSync(`${directory}package.json`, `${JSON.stringify({ type: format === 'esm' ? 'module' : 'commonjs' })}\n`);
}

/** Emits declarations with tsc. @returns {Promise<boolean>} whether the types were in order */
async function declarations() {
  const project = `${work}tsconfig.json`;
  const ambient = present([{ source: 'src/recorder/recorder-source.d.ts' }]);
  writeFileSync(
    project,
    JSON.stringify({
      extends: `${root}tsconfig.build.json`,
      compilerOptions: { outDir: `${work}types`, rootDir: `${root}src`, typeRoots: [`${root}node_modules/@types`] },
      files: [...present(entries), ...ambient].map(({ source }) => root + source),
    }),
  );
  const tsc = spawn(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', project], { stdio: 'inherit' });
  return new Promise((resolve, reject) => tsc.on('error', reject).on('exit', (code) => resolve(code === 0)));
}

mkdirSync(`${work}dist`, { recursive: true });
try {
  const [typesInOrder] = await Promise.all([declarations(), bundle('esm'), bundle('cjs'), bundlePrograms()]);
  const declared = present(entries).filter(({ file }) => existsSync(`${work}types/${file}.d.ts`));
  const builds = [`${work}dist/esm/`, `${work}dist/cjs/`];
  copyDeclarations(
    `${work}types/`,
    declared.map(({ file }) => file),
    builds,
  );
  for (const [file, text] of CALLABLE) writeFileSync(`${work}dist/cjs/${file}.d.ts`, text);
  for (const { file } of present(programs)) chmodSync(`${work}dist/esm/${file}.js`, 0o755);
  if (existsSync(`${root}dist`)) renameSync(`${root}dist`, `${work}previous`);
  renameSync(`${work}dist`, `${root}dist`);
  for (const { source } of [...entries, ...programs]) {
    if (!existsSync(root + source)) console.warn(`build: ${source} does not exist, left out`);
  }
  console.log(`build: dist/ in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  if (!typesInOrder) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
