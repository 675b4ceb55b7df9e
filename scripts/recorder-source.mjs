// The recorder starts from source that the package carries, so that no bundler can lose a worker file.
// This plugin bundles src/recorder/program.ts into one CommonJS string and serves it as a module; the build
// (rolldown) and the tests (vite, which runs rolldown's plugins) use the same one.
import { builtinModules } from 'node:module';
import { rolldown } from 'rolldown';
import { asciiOf } from './ascii.mjs';
import { root } from './entries.mjs';

const MODULE_ID = 'virtual:ttlog-recorder-source';
const RESOLVED_ID = `\0${MODULE_ID}`;
const ENTRY = `${root}src/recorder/program.ts`;

/** @returns {Promise<{ code: string, files: string[] }>} */
async function bundleRecorder() {
  const bundle = await rolldown({
    input: ENTRY,
    platform: 'node',
    external: [/^node:/, ...builtinModules],
    transform: { target: 'es2022' },
  });
  try {
    const { output } = await bundle.generate({
      format: 'cjs',
      codeSplitting: false,
      // Everybody who imports ttlog reads it, as a string. Names of functions and classes stay, for the stacks of errors.
      minify: { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
    });
    const chunk = output[0];
    if (output.length !== 1 || chunk.imports.some((name) => !name.startsWith('node:'))) {
      throw new Error(
        `The recorder's source must be one chunk that imports only node: modules, got ${output.length} chunks importing ${chunk.imports.join(', ')}`,
      );
    }
    return { code: asciiOf(chunk.code), files: chunk.moduleIds };
  } finally {
    await bundle.close();
  }
}

/** A plugin for rolldown as for vite, which brings a rolldown of its own: hence no plugin type of either. */
export function recorderSource() {
  return {
    name: 'ttlog:recorder-source',
    /** @param {string} id */
    resolveId(id) {
      return id === MODULE_ID ? { id: RESOLVED_ID, moduleSideEffects: false } : null;
    },
    /** @this {{ addWatchFile(file: string): void }} @param {string} id */
    async load(id) {
      if (id !== RESOLVED_ID) return null;
      const { code, files } = await bundleRecorder();
      for (const file of files) this.addWatchFile(file);
      return { code: `export default ${JSON.stringify(code)};\n`, moduleSideEffects: false };
    },
  };
}
