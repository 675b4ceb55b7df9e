import type TransportStream from 'winston-transport';
import { currentScope } from '../../core/current-scope.js';
import { checkOptions, invalidOption } from '../../core/errors.js';
import type { LevelName, LogLevel } from '../../core/level.js';
import { log } from '../../core/log.js';
import { targetOrRoot } from '../../core/state.js';
import { joinThreads } from '../../runtime/joined-thread.js';
import { optionalPeer } from '../../runtime/optional-peer.js';
import { levelMap, levelNamed } from '../shared/level-map.js';
import { levelNameOf, readWinstonInfo } from './winston-call.js';
import type { WinstonInfo } from './winston-call.js';
import { WINSTON_LEVELS } from './winston-levels.js';

// As the face does, for a worker that loads nothing else.
joinThreads();

const Transport = (optionalPeer('winston', 'ttlog/winston') as { Transport: typeof TransportStream }).Transport;

/** What `TtlogTransport` takes: what every transport of winston does, and these. */
export interface TtlogTransportOptions extends TransportStream.TransportStreamOptions {
  /** The target of its events. A field `label` (`format.label()`, `child({ label })`) does not change it. @default the service */
  target?: string;
  /**
   * Names of levels of your own. Those of npm, syslog and cli are known: `emerg`, `alert` and `crit` are fatal, `notice` is info, `http` and `verbose` are debug,
   * `silly` is trace.
   */
  levels?: Readonly<Record<string, LevelName | LogLevel>>;
}

const OPTIONS = [
  'target', 'levels', 'level', 'format', 'silent', 'handleExceptions', 'handleRejections', 'highWaterMark', 'log', 'logv', 'close',
]; // prettier-ignore

/**
 * A transport for winston 3: what is logged through winston is an event of ttlog, with the running context and span, in the ring beside
 * those of `info()`, and delivered by ttlog's sinks.
 *
 * 1. It takes every level, whatever the logger's own: what is delivered is ttlog's to say. `level` is for those who want less recorded.
 * 2. `logger.error('Payment failed', err)` is recorded as that message and `err`, not glued together.
 *
 * @throws TtlogError `ERR_MISSING_PEER` on import where winston is not installed; `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { init, withContext } from 'ttlog';
 * import { memorySink } from 'ttlog/sinks';
 * import { TtlogTransport } from 'ttlog/winston';
 * import winston from 'winston';
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * const logger = winston.createLogger({ transports: [new TtlogTransport({ target: 'orders' })] });
 * withContext('request_id', 'r-1', () => logger.info('Order placed', { order_id: 7 }));
 * await handle.shutdown();
 * const [record] = memory.records;
 * [record?.target, record?.message, record?.values]; // => ['orders', 'Order placed', { order_id: 7, request_id: 'r-1' }]
 */
export class TtlogTransport extends Transport {
  readonly #target: string;
  readonly #levelOf: ReturnType<typeof levelMap>;

  constructor(options: TtlogTransportOptions = {}) {
    checkOptions('TtlogTransport', options, OPTIONS, "Say new TtlogTransport({ target: 'orders' }).");
    const { target = '', levels, ...ofTransport } = options;
    if (typeof target !== 'string') throw invalidOption('target', 'a name', target);
    const levelOf = levelMap(WINSTON_LEVELS, levels);
    super(ofTransport);
    this.#target = target;
    this.#levelOf = levelOf;
    if (ofTransport.level === undefined)
      this.once('pipe', (logger: { levels?: Record<string, number> }) => (this.level = leastImportant(logger.levels)));
  }

  /** Called by winston. Never throws. */
  override log(info: WinstonInfo, next: () => void): void {
    const target = targetOrRoot(this.#target);
    const level = levelNamed(this.#levelOf, levelNameOf(info));
    if (level >= target.recordLevel) {
      const { first, second } = readWinstonInfo(info);
      log(target, level, currentScope(), null, first, second);
    }
    next();
  }
}

/** Winston counts from 0, the most important. */
function leastImportant(levels: Readonly<Record<string, number>> | undefined): string | undefined {
  return Object.entries(levels ?? {}).sort(([, a], [, b]) => b - a)[0]?.[0];
}
