import {
  Controller,
  Get,
  Injectable,
  Post,
  Req,
  UnauthorizedException,
  UseGuards,
  type INestApplication,
} from '@nestjs/common';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import type { IncomingMessage } from 'node:http';
import { Strategy as BearerStrategy } from 'passport-http-bearer';
import { Strategy as LocalStrategy } from 'passport-local';
import { afterEach, describe, expect, test } from 'vitest';
import { addContext, currentContext, currentSpan, info, LogLevel } from 'ttlog';
import { instrumentProviders } from 'ttlog/nestjs';
import { closeApps, completions, over, PLATFORMS, startApp } from './support/app.js';

afterEach(closeApps);

const USERS = new Map([['t-ada', { id: 'ada', roles: ['admin'] }]]);

@Injectable()
class Bearer extends PassportStrategy(BearerStrategy) {
  async validate(token: string) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    const user = USERS.get(token);
    info('Checked', { trace: currentSpan()?.traceId });
    if (user === undefined) throw new UnauthorizedException();
    addContext({ user_id: user.id });
    return user;
  }
}

@Injectable()
class Local extends PassportStrategy(LocalStrategy) {
  async validate(username: string, password: string) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    info('Checked', { trace: currentSpan()?.traceId });
    if (password !== 'hunter2') throw new UnauthorizedException();
    addContext({ user_id: username });
    return { id: username };
  }
}

@Controller()
class Root {
  @Get('me')
  @UseGuards(AuthGuard('bearer'))
  me(@Req() request: { user: object }) {
    return { user: request.user, context: currentContext() };
  }
  @Post('login')
  @UseGuards(AuthGuard('local'))
  login(@Req() request: { user: object }) {
    return { user: request.user, context: currentContext() };
  }
}

const parts = { imports: [PassportModule], controllers: [Root], providers: [Bearer, Local] };

describe.each(PLATFORMS)('on %s', (platform) => {
  const start = (requests = {}) =>
    startApp(parts, { platform, ttlog: { requests }, instrument: instrumentProviders() });

  test('a strategy is inside of the request: what it logs, and what it adds', async () => {
    const { url, recordsWhen } = await start();
    const asked = ['r-1', 'r-2', 'r-3'].map((id) =>
      fetch(`${url}/me`, { headers: { authorization: 'Bearer t-ada', 'x-request-id': id } }),
    );
    const answers = await Promise.all((await Promise.all(asked)).map((response) => response.json()));
    expect(answers).toEqual(
      ['r-1', 'r-2', 'r-3'].map((request_id) => ({
        user: { id: 'ada', roles: ['admin'] },
        context: { request_id, user_id: 'ada' },
      })),
    );
    const records = await recordsWhen(over(3));
    for (const completion of completions(records)) {
      expect(completion.values).toMatchObject({ user_id: 'ada', route: '/me', res: { statusCode: 200 } });
      const own = records.filter(({ traceId }) => traceId === completion.traceId);
      expect(own.find(({ message }) => message === 'Checked')!.values['trace']).toBe(completion.traceId);
      expect(own.some(({ message }) => message === 'Bearer.validate')).toBe(true);
    }
    // What the strategy is called with is a secret.
    expect(JSON.stringify(records.map(({ values }) => values))).not.toContain('t-ada');
  });

  test('one that refuses is an answer, and no error', async () => {
    const { url, recordsWhen } = await start();
    expect((await fetch(`${url}/me`, { headers: { authorization: 'Bearer nobody' } })).status).toBe(401);
    expect((await fetch(`${url}/me`)).status).toBe(401);
    const records = await recordsWhen(over(2));
    expect(records.filter(({ level }) => level >= LogLevel.Error)).toEqual([]);
    expect(completions(records).map(({ level }) => level)).toEqual([LogLevel.Warn, LogLevel.Warn]);
  });

  test('a body that has to be parsed first: passport-local', async () => {
    const { url, recordsWhen } = await start();
    const login = (password: string) =>
      fetch(`${url}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-id': 'r-1' },
        body: JSON.stringify({ username: 'bob', password }),
      });
    const allowed = await login('hunter2');
    expect(await allowed.json()).toEqual({ user: { id: 'bob' }, context: { request_id: 'r-1', user_id: 'bob' } });
    expect((await login('wrong')).status).toBe(401);
    const records = await recordsWhen(over(2));
    expect(completions(records).map(({ values }) => values['user_id'])).toEqual(['bob', undefined]);
    expect(JSON.stringify(records.map(({ values }) => values))).not.toContain('hunter2');
  });

  test('`requests.fields` says more on the completion record, from the platform’s own request', async () => {
    const fields = (request: { user?: { id: string }; method: string }) => ({
      user: request.user?.id,
      verb: request.method,
      req: 'is the record’s own',
    });
    const { url, recordsWhen } = await start({ fields });
    await fetch(`${url}/me`, { headers: { authorization: 'Bearer t-ada' } });
    const [completion] = completions(await recordsWhen(over(1)));
    expect(completion.values).toMatchObject({ user: 'ada', verb: 'GET', req: { method: 'GET', url: '/me' } });
  });

  test('`requests.fields` that throws leaves its fields out', async () => {
    const fields = () => {
      throw new Error('no');
    };
    const { url, recordsWhen } = await start({ fields });
    await fetch(`${url}/me`, { headers: { authorization: 'Bearer t-ada' } });
    expect(completions(await recordsWhen(over(1)))[0].values).toMatchObject({ res: { statusCode: 200 } });
  });
});

test('middleware of the application’s own, before everything, is inside too', async () => {
  const seen: unknown[] = [];
  const { url, recordsWhen } = await startApp(parts, {
    before: (app: INestApplication) =>
      app.use((_request: IncomingMessage, _response: unknown, next: () => void) => {
        seen.push(currentContext()['request_id']);
        next();
      }),
  });
  await fetch(`${url}/me`, { headers: { authorization: 'Bearer t-ada', 'x-request-id': 'r-1' } });
  await recordsWhen(over(1));
  expect(seen).toEqual(['r-1']);
});
