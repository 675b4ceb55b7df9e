import {
  Catch,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type WsExceptionFilter,
} from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
} from '@nestjs/websockets';
import { from, map } from 'rxjs';
import { WebSocket } from 'ws';
import { afterEach, describe, expect, test } from 'vitest';
import { addContext, info, LogLevel } from 'ttlog';
import { closeApps, PLATFORMS, startApp, type Platform } from '../support/app.js';
import { seen } from '../support/context.js';
import { witnesses } from '../support/witnesses.js';

const sockets = new Set<WebSocket>();
afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  sockets.clear();
  await closeApps();
});

const { seenBy, note, Guard, Interceptor, Pipe } = witnesses();

@Catch(RangeError)
class Filter implements WsExceptionFilter<RangeError> {
  catch(error: RangeError, host: ArgumentsHost) {
    note('filter');
    host
      .switchToWs()
      .getClient<WebSocket>()
      .send(JSON.stringify({ event: 'refused', data: error.message }));
  }
}

@WebSocketGateway()
class ChatGateway implements OnGatewayConnection {
  handleConnection() {
    info('Connected');
  }

  @SubscribeMessage('say')
  @UseGuards(Guard)
  @UseInterceptors(Interceptor)
  @UsePipes(Pipe)
  async say(@MessageBody() text: string) {
    note('handler');
    addContext({ said: text });
    await Promise.resolve();
    info('Said');
    return { event: 'said', data: text };
  }

  @SubscribeMessage('count')
  count() {
    return from([1, 2]).pipe(map((data) => ({ event: 'counted', data })));
  }

  @SubscribeMessage('refuse')
  @UseFilters(Filter)
  refuse(@ConnectedSocket() _client: WebSocket) {
    throw new RangeError('too long');
  }
}

async function start(platform: Platform) {
  const { url, recordsWhen } = await startApp(
    { providers: [ChatGateway, Guard] },
    { platform, before: (app) => app.useWebSocketAdapter(new WsAdapter(app)) },
  );
  const socket = new WebSocket(url.replace('http', 'ws'));
  sockets.add(socket);
  const answers: unknown[] = [];
  const waiting: (() => void)[] = [];
  socket.on('message', (data: Buffer) => {
    answers.push(JSON.parse(data.toString()));
    for (const go of waiting.splice(0)) go();
  });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  const answersWhen = async (count: number): Promise<unknown[]> => {
    while (answers.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return answers;
  };
  const send = (event: string, data?: unknown) => socket.send(JSON.stringify({ event, data }));
  return { send, answersWhen, recordsWhen };
}

describe.each(PLATFORMS)('on %s', (platform) => {
  test('a message has a scope around guard, interceptor, pipe and handler', async () => {
    const { send, answersWhen, recordsWhen } = await start(platform);
    seenBy.length = 0;
    send('say', 'hello');
    expect(await answersWhen(1)).toEqual([{ event: 'said', data: 'hello' }]);
    const records = await recordsWhen(seen('WS say'));
    const root = records.find(({ message }) => message === 'WS say')!;
    expect(root).toMatchObject({ kind: 'span', outcome: 'ok', values: { said: 'hello' } });
    expect(root.parentSpanId).toBeUndefined();
    expect(root.values['request_id']).toMatch(/^[\da-f-]{36}$/);
    expect(new Set(seenBy.map(([where]) => where))).toEqual(new Set(['guard', 'interceptor', 'pipe', 'handler']));
    for (const [, id, trace] of seenBy) expect([id, trace]).toEqual([root.values['request_id'], root.traceId]);
    expect(records.find(({ message }) => message === 'ChatGateway.say')).toMatchObject({ parentSpanId: root.spanId });
    expect(records.find(({ message }) => message === 'Said')!.traceId).toBe(root.traceId);
  });

  test('messages of one socket are traces of their own, and so is its connection', async () => {
    const { send, answersWhen, recordsWhen } = await start(platform);
    send('say', 'one');
    send('say', 'two');
    await answersWhen(2);
    const records = await recordsWhen(seen('WS say', 2));
    const traces = records.filter(({ message }) => /^(?:Said|Connected)$/.test(message)).map(({ traceId }) => traceId);
    expect([traces.length, new Set(traces).size, traces.includes(undefined)]).toEqual([3, 3, false]);
    expect(records.filter(({ message }) => message === 'Said').map(({ values }) => values['said'])).toEqual(
      expect.arrayContaining(['one', 'two']),
    );
  });

  test('an observable answers, and ends the scope', async () => {
    const { send, answersWhen, recordsWhen } = await start(platform);
    send('count');
    expect(await answersWhen(2)).toEqual([
      { event: 'counted', data: 1 },
      { event: 'counted', data: 2 },
    ]);
    await recordsWhen(seen('WS count'));
  });

  test('a failure that a filter takes is one error line; the filter is inside', async () => {
    const { send, answersWhen, recordsWhen } = await start(platform);
    seenBy.length = 0;
    send('refuse');
    expect(await answersWhen(1)).toEqual([{ event: 'refused', data: 'too long' }]);
    const records = await recordsWhen(seen('WS refuse'));
    const root = records.find(({ message }) => message === 'WS refuse')!;
    expect(root.outcome).toBe('error');
    expect(records.filter(({ level }) => level >= LogLevel.Error)).toMatchObject([
      { message: 'ChatGateway.refuse', values: { err: { message: 'too long' } } },
    ]);
    expect(seenBy).toEqual([['filter', root.values['request_id'], root.traceId]]);
  });
});
