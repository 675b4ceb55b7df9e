/** One call: the ring has its record, and the stream, where there is one, its line. */
import { throwsMark } from '../../core/field.js';
import { mergeFields } from '../../core/plain-fields.js';
import { fieldsOf } from './calls.js';
import type { Fields, Instance } from './instance.js';
import { takeRendered } from './line.js';
import { RingStream } from './ring-stream.js';
import { record } from './ring-side.js';
import * as S from './symbols.js';

export function write(logger: Instance, given: unknown, message: unknown, num: number): void {
  const call = fieldsOf(logger, given, message);
  const { text } = call;
  let obj = call.fields;
  const mixin = logger[S.mixinSym];
  if (mixin) {
    try {
      obj = (logger[S.mixinMergeStrategySym] ?? preferCall)(obj, mixin(obj, num, logger)) as Fields;
    } catch (error) {
      obj = mergeFields(obj, { mixin: throwsMark(error) });
    }
  }
  const stream = logger[S.streamSym];
  if (stream instanceof RingStream) {
    record(logger, num, true, obj, text, null);
    return;
  }
  const time = logger[S.timeSym]();
  const line = logger[S.asJsonSym](obj, text, num, time);
  // Before the stream has it: what a stream throws is the application's, and so it comes to the caller.
  record(logger, num, true, obj, text, takeRendered(logger));
  if (stream[S.needsMetadataGsym] === true) {
    stream.lastLevel = num;
    stream.lastObj = obj;
    stream.lastMsg = text;
    stream.lastTime = time.slice(logger[S.timeSliceIndexSym]);
    stream.lastLogger = logger;
  }
  const hook = logger[S.hooksSym].streamWrite;
  stream.write(hook ? hook(line) : line);
}

/** What was logged beats what the mixin says. */
const preferCall = (call: object, mixed: object): object => Object.assign(mixed, call);
