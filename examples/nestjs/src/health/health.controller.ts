import { Controller, Get } from '@nestjs/common';

/** Asked every few seconds by the orchestrator: the module is told to ignore it. */
@Controller('health')
export class HealthController {
  @Get()
  check(): { status: string } {
    return { status: 'ok' };
  }
}
