import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { entries, exportsMap, programs, root, specifier, typesVersionsMap } from '../../scripts/entries.mjs';
import { publicNames } from './support/public-names.js';
import { readSourceFiles } from './support/source-files.js';

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  exports: Record<string, { import: Target; require: Target } | string>;
  typesVersions: object;
  bin: Record<string, string>;
  main: string;
  types: string;
  dependencies?: object;
};
interface Target {
  types: string;
  default: string;
}

/** What a process of the package itself gets for a subpath, in both module systems. Runs on dist/. */
function loadFromDist(name: string): {
  imported: string;
  required: string;
  importedNames: string[];
  requiredNames: string[];
} {
  const program = `
    import { createRequire } from 'node:module';
    import { fileURLToPath } from 'node:url';
    const require = createRequire(import.meta.url);
    const name = ${JSON.stringify(name)};
    const names = (module) => Object.keys(module).filter((key) => key !== '__esModule' && key !== 'module.exports').sort();
    console.log(JSON.stringify({
      imported: fileURLToPath(import.meta.resolve(name)), importedNames: names(await import(name)),
      required: require.resolve(name), requiredNames: names(require(name)),
    }));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
}

describe('the exports map', () => {
  test('is the list of entries', () => {
    expect(manifest.exports).toEqual(exportsMap());
    expect(manifest.typesVersions).toEqual(typesVersionsMap());
    expect(manifest.main).toBe('./dist/cjs/index.js');
    expect(manifest.types).toBe('./dist/cjs/index.d.ts');
  });

  test('names types first in every condition, for what resolves by it takes the first that fits', () => {
    for (const target of Object.values(manifest.exports)) {
      if (typeof target === 'string') continue;
      expect(Object.keys(target)).toEqual(['import', 'require']);
      expect(Object.keys(target.import)).toEqual(['types', 'default']);
      expect(Object.keys(target.require)).toEqual(['types', 'default']);
    }
  });

  test('has a program for every bin, executable, starting node', () => {
    expect(manifest.bin).toEqual(Object.fromEntries(programs.map(({ name, file }) => [name, `./dist/esm/${file}.js`])));
    for (const file of Object.values(manifest.bin)) {
      expect(readFileSync(root + file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(statSync(root + file).mode & 0o111).toBe(0o111);
    }
  });

  test('brings no run-time dependency', () => {
    expect(manifest.dependencies).toBeUndefined();
  });
});

describe.each(entries.map((entry) => ({ ...entry, name: specifier(entry) })))('$name', ({ name, file, source }) => {
  const names = () => publicNames(source, readSourceFiles('src', '.ts'));

  test('resolves by import and by require, with types beside the code', () => {
    const { imported, required } = loadFromDist(name);
    expect(imported).toBe(`${root}dist/esm/${file}.js`);
    expect(required).toBe(`${root}dist/cjs/${file}.js`);
    expect(existsSync(`${root}dist/esm/${file}.d.ts`)).toBe(true);
    expect(existsSync(`${root}dist/cjs/${file}.d.ts`)).toBe(true);
  });

  test('both builds export what the source does', () => {
    const { importedNames, requiredNames } = loadFromDist(name);
    const values = names()
      .filter((one) => one.isValue)
      .map((one) => one.name);
    expect(importedNames).toEqual(values);
    expect(requiredNames).toEqual(values);
  });

  test('exports these names', () => {
    const listed = names().map((one) => (one.isValue ? one.name : `type ${one.name}`));
    expect(listed).toMatchSnapshot();
  });
});
