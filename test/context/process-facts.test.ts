// What Node does with signals, rejections and the end of the stack. The same on Node 20, 22, 24 and 26: `npm run test:matrix`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runChild, temporaryPath } from '../support/child.js';

/** A process that works without a pause until a file is there; told what it says, and when. */
async function busy(handler: string, file: string) {
  const code = `
    const { existsSync, writeSync } = require('node:fs');
    ${handler}
    writeSync(1, 'busy\\n');
    while (!existsSync(${JSON.stringify(file)})) {}
    writeSync(1, 'done\\n');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--eval', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  while (!said.includes('busy')) await once(child.stdout, 'data');
  child.kill('SIGTERM');
  return { ended, said: () => said };
}

test('a handler for SIGTERM keeps a busy process alive; without one it ends at once', async () => {
  const without = await busy('', temporaryPath('never'));
  expect(await without.ended).toEqual([null, 'SIGTERM']);
  expect(without.said()).toBe('busy\n');

  const file = temporaryPath('enough');
  const withHandler = await busy("process.on('SIGTERM', () => process.exit(7));", file);
  writeFileSync(file, '');
  expect(await withHandler.ended).toEqual([7, null]);
  expect(withHandler.said()).toBe('busy\ndone\n'); // the signal was there all the time
});

test('a listener that an application added for once is gone when a later one counts', async () => {
  const { stdout } = await runChild(`
    process.once('SIGTERM', () => {});
    process.on('SIGTERM', () => { console.log(process.listenerCount('SIGTERM')); process.exit(); });
    process.kill(process.pid, 'SIGTERM');
    setInterval(() => {}, 1000);
  `);
  expect(stdout).toBe('1\n');
});

test('a then on the side with a handler for rejections hides a rejection that nobody handles', async () => {
  const count = async (side: string): Promise<string> => {
    const { stdout } = await runChild(`
      let unhandled = 0;
      process.on('unhandledRejection', () => unhandled++);
      const promise = Promise.reject(new Error('no'));
      ${side}
      setImmediate(() => console.log(unhandled));
    `);
    return stdout;
  };
  expect(await count('')).toBe('1\n');
  expect(await count('promise.then(() => {}, () => {});')).toBe('0\n');
});

test('at the end of the stack any call throws, also that of a function that catches everything', async () => {
  const { stdout } = await runChild(`
    let escaped = 0;
    function careful() {
      try {
        return 1;
      } catch {
        return 2;
      }
    }
    function dive() {
      try {
        dive();
      } catch {
        try {
          careful();
        } catch (error) {
          if (error instanceof RangeError) escaped++;
        }
      }
    }
    dive();
    console.log(escaped > 0);
  `);
  expect(stdout).toBe('true\n');
});
