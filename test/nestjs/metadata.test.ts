import {
  Controller,
  Get,
  Injectable,
  SetMetadata,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { afterEach, describe, expect, test } from 'vitest';
import { Instrument } from 'ttlog/decorators';
import { closeApps, over, PLATFORMS, startApp } from './support/app.js';

afterEach(closeApps);

const Roles = (...roles: string[]) => SetMetadata('roles', roles);

@Injectable()
class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.get<string[] | undefined>('roles', context.getHandler());
    if (roles === undefined) return true;
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return roles.includes(headers['x-role'] ?? '');
  }
}

@Controller()
@UseGuards(RolesGuard)
class Decorated {
  @Instrument()
  @Get('above')
  @Roles('admin')
  above() {
    return 'secret';
  }

  @Get('below')
  @Roles('admin')
  @Instrument()
  below() {
    return 'secret';
  }

  @Get('between')
  @Instrument()
  @Roles('admin')
  async between() {
    await Promise.resolve();
    return 'secret';
  }
}

@Instrument()
@Controller('class')
@UseGuards(RolesGuard)
class InstrumentedClass {
  @Get('method')
  @Roles('admin')
  method() {
    return 'secret';
  }
}

describe.each(PLATFORMS)('on %s', (platform) => {
  test.each([
    ['above', 'Decorated.above'],
    ['below', 'Decorated.below'],
    ['between', 'Decorated.between'],
    ['class/method', 'InstrumentedClass.method'],
  ])('@Instrument() at %s bypasses neither route nor guard', async (path, name) => {
    const { url, recordsWhen } = await startApp(
      { controllers: [Decorated, InstrumentedClass], providers: [RolesGuard] },
      { platform },
    );
    const refused = await fetch(`${url}/${path}`);
    expect([refused.status, await refused.text()]).toEqual([403, expect.not.stringContaining('secret')]);
    const allowed = await fetch(`${url}/${path}`, { headers: { 'x-role': 'admin' } });
    expect([allowed.status, await allowed.text()]).toEqual([200, 'secret']);
    const spans = (await recordsWhen(over(2))).filter(({ kind }) => kind === 'span');
    // The refused request never got as far as the method.
    expect(
      spans
        .map(({ message, target }) => (message.includes('.') ? message : `${target}.${message}`))
        .filter((one) => one === name),
    ).toHaveLength(1);
  });
});
