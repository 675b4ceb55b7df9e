// At rest: ttlog's recorder thread beside what the rivals keep running. Each process loads its own logger and no other.

import { restContender } from '../lib/rest.mjs';

async function loadTtlog() {
  return (await import('../lib/ttlog-file.mjs')).openTtlogFile;
}

async function loadPino(name) {
  return (await import('../lib/pino-files.mjs')).pinoFiles[name];
}

async function loadWinston(name) {
  return (await import('../lib/winston-files.mjs')).winstonFiles[name];
}

const rivals = {
  'pino to a file (sync, minLength 4096)': loadPino,
  'pino to a file (worker transport)': loadPino,
  'winston to a file': loadWinston,
};

export default [
  restContender('no logger', async () => () => ({ logRange() {}, flush() {} })),
  restContender('ttlog fileSink', loadTtlog),
  ...Object.entries(rivals).map(([name, load]) => restContender(name, () => load(name))),
];
