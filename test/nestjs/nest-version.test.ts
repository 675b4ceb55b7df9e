// Which Nest these tests run against: all of them run twice, see vitest.config.ts.
import { expect, test } from 'vitest';
import common from '@nestjs/common/package.json' with { type: 'json' };
import core from '@nestjs/core/package.json' with { type: 'json' };
import fastify from '@nestjs/platform-fastify/package.json' with { type: 'json' };

test('is the one that the project is named after', () => {
  const expected = process.env['NEST_MAJOR'] ?? '12';
  for (const { version } of [common, core, fastify]) expect(version.split('.')[0]).toBe(expected);
});
