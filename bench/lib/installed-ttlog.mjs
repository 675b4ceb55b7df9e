// ttlog as an application has it: a copy of the build inside node_modules, so that it finds the same Nest as the rest of
// the application. (The link that other contenders use finds the one of this repository's own tests.)

import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { buildStamp } from './build-stamp.mjs';

const ROOT_DIR = fileURLToPath(new URL('../..', import.meta.url));
const COPY_DIR = fileURLToPath(new URL('../node_modules/.installed/ttlog', import.meta.url));

/** Copies the build where it is not the one that was copied last. */
export function installTtlog() {
  const stamp = buildStamp() ?? '';
  const stampFile = `${COPY_DIR}/stamp`;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  rmSync(COPY_DIR, { recursive: true, force: true });
  cpSync(`${ROOT_DIR}dist/esm`, `${COPY_DIR}/dist/esm`, { recursive: true });
  cpSync(`${ROOT_DIR}package.json`, `${COPY_DIR}/package.json`);
  writeFileSync(stampFile, stamp);
}

/** @param {'.' | './decorators' | './sinks' | './nestjs'} subpath */
export function importInstalled(subpath) {
  const { exports } = JSON.parse(readFileSync(`${COPY_DIR}/package.json`, 'utf8'));
  return import(pathToFileURL(`${COPY_DIR}/${exports[subpath].import.default}`).href);
}
