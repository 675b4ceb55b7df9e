// A fresh application of Nest's command line, moved to ttlog by what README.md says about Nest and nothing else.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { plainEnvironment } from '../../scripts/run.mjs';
import { fencedBlocks } from './support/examples.js';
import { cleanUpExamples, exampleFolder, toJavaScript } from './support/run-example.js';

afterAll(cleanUpExamples);

/** What `nest new` (12.0) writes. */
const TEMPLATE = {
  'src/app.controller.ts': `import { Controller, Get } from '@nestjs/common';
import { AppService } from './app.service.js';

@Controller()
export class AppController {
  constructor(private readonly appService: AppService) {}

  @Get()
  getHello(): string {
    return this.appService.getHello();
  }
}
`,
  'src/app.module.ts': `import { Module } from '@nestjs/common';
import { AppController } from './app.controller.js';
import { AppService } from './app.service.js';

@Module({
  imports: [],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`,
  'src/app.service.ts': `import { Injectable } from '@nestjs/common';

@Injectable()
export class AppService {
  getHello(): string {
    return 'Hello World!';
  }
}
`,
  'src/main.ts': `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT ?? 3000);
}
await bootstrap();
`,
};

/** Applies a block of README.md: its groups of lines, told apart by empty ones, each where it fits. */
function applied(files: Record<string, string>, block: string): Record<string, string> {
  const [first, ...rest] = block.split('\n');
  const file = /^ \/\/ (\S+)$/.exec(first)?.[1] ?? '';
  let text = files[file];
  if (text === undefined) throw new Error(`README.md changes ${file}, which nest new does not write`);
  for (const group of rest.join('\n').split(/\n ?\n/)) {
    const lines = group.split('\n');
    const side = (sign: string) =>
      lines
        .filter((line) => line.startsWith(' ') || line.startsWith(sign))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    if (!text.includes(side('-'))) throw new Error(`README.md expects in ${file}:\n${side('-')}`);
    text = text.replace(side('-'), () => side('+'));
  }
  return { ...files, [file]: text };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('the section on Nest is all it takes', async () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const section = readme.split(/^## /m).find((one) => one.startsWith('Nest\n'))!;
  const blocks = fencedBlocks(section).filter(({ language }) => language === 'diff');
  expect(blocks).toHaveLength(2);
  const files = blocks.reduce<Record<string, string>>((all, { code }) => applied(all, code), TEMPLATE);

  const folder = exampleFolder();
  for (const [name, text] of Object.entries(files))
    writeFileSync(`${folder}/${name.replace(/^src\/(.*)\.ts$/, '$1.js')}`, toJavaScript(text));
  const port = await freePort();
  const { TTLOG: _ttlog, LOG_LEVEL: _level, ...env } = plainEnvironment();
  const child = spawn(process.execPath, ['main.js'], {
    cwd: folder,
    env: { ...env, PORT: String(port), TTLOG: 'debug' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close');
  try {
    while (!output.includes('successfully started')) {
      if (child.exitCode !== null) throw new Error(output);
      await Promise.race([once(child.stdout, 'data'), ended]);
    }
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'X-Request-Id': 'r-1' } });
    expect([response.headers.get('x-request-id'), await response.text()]).toEqual(['r-1', 'Hello World!']);
  } finally {
    // The shutdown hooks end it, and what was recorded is delivered before.
    child.kill('SIGTERM');
  }
  expect(await ended).toEqual([null, 'SIGTERM']);
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; request_id?: string; trace_id?: string });
  expect(lines[0]?.msg).toBe('Starting Nest application...');
  const ofRequest = lines.filter(({ request_id }) => request_id === 'r-1');
  expect(new Set(ofRequest.map(({ msg }) => msg))).toEqual(
    new Set(['AppService.getHello', 'AppController.getHello', 'request completed', 'GET /']),
  );
  expect(new Set(ofRequest.map(({ trace_id }) => trace_id)).size).toBe(1);
});
