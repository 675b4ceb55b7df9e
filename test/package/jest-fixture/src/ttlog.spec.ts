import 'reflect-metadata';
import { Expose } from 'class-transformer';
import { currentContext, info, init, TtlogError, withContext, type TtlogHandle } from 'ttlog';
import { Fields, Instrument } from 'ttlog/decorators';
import { memorySink } from 'ttlog/sinks';
import { captureLogs, fakeClock, renderSpanTree } from 'ttlog/testing';

@Fields()
class LoginAttempt {
  @Expose({ name: 'user_id' })
  readonly userId: number;

  constructor(userId: number) {
    this.userId = userId;
  }
}

class LoginService {
  @Instrument()
  async login(account: number): Promise<string> {
    await Promise.resolve();
    info(new LoginAttempt(account), 'Login attempt completed');
    return `token-${String(currentContext()['request_id'])}`;
  }
}

describe('ttlog in a CommonJS project under Jest', () => {
  const sink = memorySink();
  let handle: TtlogHandle;

  beforeAll(() => {
    handle = init({ service: 'fixture', level: 'debug', sinks: [sink] });
  });
  afterAll(() => handle.shutdown());

  it('is the CommonJS build', () => {
    expect(require.resolve('ttlog')).toMatch(/dist[\\/]cjs[\\/]index\.js$/);
  });

  it('delivers an instrumented call, its fields and its context', async () => {
    const token = await withContext({ request_id: 'r-1' }, () => new LoginService().login(7));
    await handle.flush();
    expect(token).toBe('token-r-1');
    expect(sink.records.map((record) => record.message)).toEqual(['Login attempt completed', 'LoginService.login']);
    expect(sink.records[0].values).toEqual({ request_id: 'r-1', account: 7, user_id: 7 });
    expect(sink.records[1].values).toMatchObject({ request_id: 'r-1', account: 7 });
  });

  it('captures what a test records, on a clock of its own, beside fake timers', async () => {
    jest.useFakeTimers();
    const clock = fakeClock();
    const logs = await captureLogs(async () => {
      await Promise.all([new LoginService().login(1), new LoginService().login(2)]);
      clock.tick(5);
      info('Done');
    });
    clock.stop();
    jest.useRealTimers();
    expect(renderSpanTree(logs)).toMatchInlineSnapshot(`
      "LoginService.login account=1
      └─ [info] Login attempt completed user_id=1
      LoginService.login account=2
      └─ [info] Login attempt completed user_id=2
      [info] Done"
    `);
    expect(logs.records[4].timestampMs).toBe(Date.UTC(2000, 0, 1) + 5);
    expect(logs.lost).toBe(0);
  });

  it('has one init() until shutdown', () => {
    expect(() => init({ sinks: [] })).toThrow(TtlogError);
  });
});
