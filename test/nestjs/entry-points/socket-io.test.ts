// Gateways over socket.io, which is what Nest has where nobody says anything: acknowledgements, namespaces, exceptions.
import {
  Catch,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type WsExceptionFilter,
} from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import {
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WsException,
  type OnGatewayConnection,
} from '@nestjs/websockets';
import { from, map } from 'rxjs';
import { io, type Socket } from 'socket.io-client';
import { afterEach, describe, expect, test } from 'vitest';
import { addContext, info, LogLevel } from 'ttlog';
import { createTtlogLogger } from 'ttlog/nestjs';
import { closeApps, PLATFORMS, startApp, type Platform } from '../support/app.js';
import { seen } from '../support/context.js';
import { witnesses } from '../support/witnesses.js';

const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.disconnect();
  sockets.clear();
  await closeApps();
});

const { seenBy, note, Guard, Interceptor, Pipe } = witnesses();

@Catch(RangeError)
class Filter implements WsExceptionFilter<RangeError> {
  catch(refused: RangeError, host: ArgumentsHost) {
    note('filter');
    host.switchToWs().getClient<{ emit(event: string, data: unknown): void }>().emit('refused', refused.message);
  }
}

@WebSocketGateway({ namespace: 'chat' })
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
    return `you said ${text}`;
  }

  @SubscribeMessage('count')
  count() {
    return from([1, 2]).pipe(
      map((data) => {
        info('Counted', { data });
        return { event: 'counted', data };
      }),
    );
  }

  @SubscribeMessage('refuse')
  @UseFilters(Filter)
  refuse() {
    throw new RangeError('too long');
  }

  @SubscribeMessage('break')
  break() {
    throw new TypeError('broken');
  }

  @SubscribeMessage('answer')
  answer() {
    throw new WsException('not you');
  }
}

async function start(platform: Platform) {
  const { url, recordsWhen } = await startApp(
    { providers: [ChatGateway, Guard] },
    { platform, logger: createTtlogLogger(), before: (app) => app.useWebSocketAdapter(new IoAdapter(app)) },
  );
  const socket = io(`${url}/chat`, { transports: ['websocket'], forceNew: true });
  sockets.add(socket);
  const events: [string, unknown][] = [];
  const waiting: (() => void)[] = [];
  socket.onAny((event: string, data: unknown) => {
    events.push([event, data]);
    for (const go of waiting.splice(0)) go();
  });
  await new Promise<void>((resolve, reject) => socket.on('connect', resolve).on('connect_error', reject));
  const eventsWhen = async (count: number): Promise<[string, unknown][]> => {
    while (events.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return events;
  };
  return { socket, eventsWhen, recordsWhen };
}

describe.each(PLATFORMS)('on %s', (platform) => {
  test('a message that is acknowledged has a scope around guard, interceptor, pipe and handler', async () => {
    const { socket, recordsWhen } = await start(platform);
    seenBy.length = 0;
    expect(await socket.emitWithAck('say', 'hello')).toBe('you said hello');
    const records = await recordsWhen(seen('WS say'));
    const root = records.find(({ message }) => message === 'WS say')!;
    expect(root).toMatchObject({ kind: 'span', outcome: 'ok', values: { said: 'hello', span_kind: 'server' } });
    expect(root.parentSpanId).toBeUndefined();
    expect(new Set(seenBy.map(([where]) => where))).toEqual(new Set(['guard', 'interceptor', 'pipe', 'handler']));
    for (const [, id, trace] of seenBy) expect([id, trace]).toEqual([root.values['request_id'], root.traceId]);
    const span = records.find(({ message }) => message === 'ChatGateway.say')!;
    expect(span.parentSpanId).toBe(root.spanId);
    expect(records.find(({ message }) => message === 'Said')).toMatchObject({
      traceId: root.traceId,
      spanId: span.spanId,
      values: { said: 'hello', request_id: root.values['request_id'] },
    });
  });

  test('messages of one socket are traces of their own, and so is its connection', async () => {
    const { socket, recordsWhen } = await start(platform);
    await Promise.all(['one', 'two', 'three'].map((text) => socket.emitWithAck('say', text)));
    const records = await recordsWhen((all) => seen('WS say', 3)(all) && seen('Connected')(all));
    const traces = records.filter(({ message }) => /^(?:Said|Connected)$/.test(message)).map(({ traceId }) => traceId);
    expect([traces.length, new Set(traces).size, traces.includes(undefined)]).toEqual([4, 4, false]);
    expect(new Set(records.filter(({ message }) => message === 'Said').map(({ values }) => values['said']))).toEqual(
      new Set(['one', 'two', 'three']),
    );
  });

  test('an observable answers inside the scope, and ends it', async () => {
    const { socket, eventsWhen, recordsWhen } = await start(platform);
    socket.emit('count');
    expect(await eventsWhen(2)).toEqual([
      ['counted', 1],
      ['counted', 2],
    ]);
    const records = await recordsWhen(seen('WS count'));
    const root = records.find(({ message }) => message === 'WS count')!;
    expect(records.filter(({ message }) => message === 'Counted').map(({ traceId }) => traceId)).toEqual([
      root.traceId,
      root.traceId,
    ]);
  });

  test('a failure is one error line, whether a filter takes it or not; a WsException is an answer', async () => {
    const { socket, eventsWhen, recordsWhen } = await start(platform);
    seenBy.length = 0;
    for (const event of ['refuse', 'break', 'answer']) socket.emit(event);
    const events = await eventsWhen(3);
    expect(events.map(([event]) => event)).toEqual(['refused', 'exception', 'exception']);
    const records = await recordsWhen((all) => ['WS refuse', 'WS break', 'WS answer'].every((name) => seen(name)(all)));
    expect(records.filter(({ level }) => level >= LogLevel.Error)).toMatchObject([
      { message: 'ChatGateway.refuse', values: { err: { message: 'too long' } } },
      { message: 'ChatGateway.break', values: { err: { message: 'broken' } } },
    ]);
    const outcomeOf = (name: string) => records.find(({ message }) => message === name)!.outcome;
    expect(['WS refuse', 'WS break'].map(outcomeOf)).toEqual(['error', 'error']);
    const { values, traceId } = records.find(({ message }) => message === 'WS refuse')!;
    expect(seenBy).toEqual([['filter', values['request_id'], traceId]]);
  });
});
