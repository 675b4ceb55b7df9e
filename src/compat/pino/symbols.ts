/**
 * The symbols that pino's loggers carry their parts under. Those that pino registers are the same ones, so that what was written for
 * pino (pino-http, pino-pretty, …) finds them; the others are registered under a name of ours, so that an ES module and a CommonJS build
 * are one.
 */
const own = (name: string): symbol => Symbol.for(`ttlog.pino/1.${name}`);

export const setLevelSym: unique symbol = own('setLevel') as never;
export const getLevelSym: unique symbol = own('getLevel') as never;
export const levelValSym: unique symbol = own('levelVal') as never;
export const levelCompSym: unique symbol = own('levelComp') as never;
export const useOnlyCustomLevelsSym: unique symbol = own('useOnlyCustomLevels') as never;
export const mixinSym: unique symbol = own('mixin') as never;
export const mixinMergeStrategySym: unique symbol = own('mixinMergeStrategy') as never;
export const lsCacheSym: unique symbol = own('lsCache') as never;
export const chindingsSym: unique symbol = own('chindings') as never;
export const asJsonSym: unique symbol = own('asJson') as never;
export const writeSym: unique symbol = own('write') as never;
export const timeSym: unique symbol = own('time') as never;
export const timeSliceIndexSym: unique symbol = own('timeSliceIndex') as never;
export const streamSym: unique symbol = own('stream') as never;
export const stringifySafeSym: unique symbol = own('stringifySafe') as never;
export const endSym: unique symbol = own('end') as never;
export const messageKeySym: unique symbol = own('messageKey') as never;
export const errorKeySym: unique symbol = own('errorKey') as never;
export const nestedKeySym: unique symbol = own('nestedKey') as never;
export const nestedKeyStrSym: unique symbol = own('nestedKeyStr') as never;
export const msgPrefixSym: unique symbol = own('msgPrefix') as never;
/** Ours: how the logger and its children record into the ring, with what bindings, which levels, and whether it decides what is delivered. */
export const ringSym: unique symbol = own('ring') as never;
export const ringBindingsSym: unique symbol = own('ringBindings') as never;
export const ringLevelsSym: unique symbol = own('ringLevels') as never;
export const ringDecidesSym: unique symbol = own('ringDecides') as never;
/** Ours: the redaction of the logger, or null. */
export const redactionSym: unique symbol = own('redaction') as never;

export const serializersSym: unique symbol = Symbol.for('pino.serializers') as never;
export const formattersSym: unique symbol = Symbol.for('pino.formatters') as never;
export const hooksSym: unique symbol = Symbol.for('pino.hooks') as never;
export const needsMetadataGsym: unique symbol = Symbol.for('pino.metadata') as never;
export const transportUsesMultistreamSym: unique symbol = Symbol.for('pino.transport.usesMultistream') as never;

/**
 * The symbols under which a logger carries its parts, by pino's names for them.
 *
 * @example
 * import pino, { symbols } from 'ttlog/pino';
 * const log = pino({ messageKey: 'message' });
 * Reflect.get(log, symbols.messageKeySym); // => 'message'
 */
export const symbols = {
  setLevelSym,
  getLevelSym,
  levelValSym,
  levelCompSym,
  useLevelLabelsSym: own('useLevelLabels'),
  useOnlyCustomLevelsSym,
  mixinSym,
  mixinMergeStrategySym,
  lsCacheSym,
  chindingsSym,
  asJsonSym,
  writeSym,
  redactFmtSym: own('redactFmt'),
  timeSym,
  timeSliceIndexSym,
  streamSym,
  stringifySym: own('stringify'),
  stringifySafeSym,
  stringifiersSym: own('stringifiers'),
  endSym,
  formatOptsSym: own('formatOpts'),
  messageKeySym,
  errorKeySym,
  nestedKeySym,
  nestedKeyStrSym,
  wildcardFirstSym: own('wildcardFirst'),
  msgPrefixSym,
  serializersSym,
  formattersSym,
  hooksSym,
  needsMetadataGsym,
  transportUsesMultistreamSym,
} as const;
