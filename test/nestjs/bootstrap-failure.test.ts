// What Nest says before it gives up must not be lost. As programs of their own, on the built package.
import { afterAll, expect, test } from 'vitest';
import { cleanUpExamples, runProgram } from '../house/support/run-example.js';

afterAll(cleanUpExamples);

const program = (imports: string, create: string) => `
  import { Injectable, Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { createTtlogLogger, TtlogModule } from 'ttlog/nestjs';

  @Injectable()
  class Broken {
    constructor() {
      throw new Error('no database');
    }
  }
  @Module({ imports: [${imports}], providers: [Broken] })
  class AppModule {}
  const logger = createTtlogLogger();
  ${create}`;

const lines = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; level: number; target: string });

test.each([
  ['after TtlogModule has started ttlog', `TtlogModule.forRoot({ service: 'shop' })`],
  ['before anybody has', ''],
])('%s', async (_when, imports) => {
  const { status, stdout, stderr } = await runProgram(
    program(imports, 'await NestFactory.createApplicationContext(AppModule, { logger });'),
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  const seen = lines(stdout);
  expect(seen[0]).toMatchObject({ msg: 'Starting Nest application...', level: 30, target: 'NestFactory' });
  expect(seen.at(-1)).toMatchObject({ level: 50, target: 'ExceptionHandler', err: { message: 'no database' } });
});

test('where the application is not aborted, nothing is written on its behalf', async () => {
  const { status, stdout, stderr } = await runProgram(
    program(
      '',
      `await NestFactory.createApplicationContext(AppModule, { logger, abortOnError: false }).catch(({ message }) => console.log(message));`,
    ),
  );
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'no database\n', stderr: '' });
});
