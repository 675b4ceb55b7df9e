// Follows a ring as the recorder does, without its thread.
import { READER_LOCAL } from '../../src/core/layout.js';
import { RingCursor } from '../../src/recorder/cursor.js';
import { recordOf } from '../../src/recorder/decode-record.js';
import { ByteWriter } from '../../src/recorder/byte-writer.js';
import { LineFormat } from '../../src/recorder/line-format.js';
import { LINE_HOUSES } from '../../src/recorder/line-names.js';
import type { LogRecord } from '../../src/recorder/record.js';

export const FORMAT = new LineFormat(LINE_HOUSES.pino, 1, 'host');

export function follow(buffer: SharedArrayBuffer, reader = READER_LOCAL): RingCursor {
  return new RingCursor(buffer, { reader, service: 'shop', rejudge: undefined });
}

export interface ReadRecord {
  readonly record: LogRecord;
  readonly line: string;
}

/** Everything that the cursor has not read yet, as objects and as lines. */
export function readAll(cursor: RingCursor, format: LineFormat = FORMAT): ReadRecord[] {
  const read: ReadRecord[] = [];
  const out = new ByteWriter(16);
  while (cursor.next()) {
    out.p = 0;
    const isWhole = cursor.encoder(format).write(out);
    const record = recordOf(cursor.decoder);
    if (isWhole && record !== undefined) read.push({ record, line: out.u8.utf8Slice(0, out.p) });
  }
  return read;
}
