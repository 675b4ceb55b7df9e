// Files that are damaged, or made to do harm: the commands show what can be shown, say what is wrong, and end.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { snapshot } from '../../src/cli/snapshot.js';
import { stats } from '../../src/cli/stats.js';
import { tail } from '../../src/cli/tail.js';
import { UsageError } from '../../src/cli/usage.js';
import { view } from '../../src/cli/view.js';
import { TtlogError } from '../../src/core/errors.js';
import { debug } from '../../src/core/log.js';
import * as F from '../../src/recorder/snapshot-format.js';
import { RingFollower } from '../../src/recorder/ring-follower.js';
import { newRing, temporaryDirectory } from '../snapshot/support.js';
import { fakeTerminal, writeShop } from './support.js';

let dir: string;
let whole: Buffer;
let ring: Buffer;

beforeAll(() => {
  dir = temporaryDirectory();
  whole = readFileSync(writeShop(dir));
  const memory = newRing();
  for (let i = 0; i < 500; i++) debug('In the ring', { i, text: `number ${i % 7}` });
  ring = Buffer.from(new Uint8Array(memory));
});

type Command = typeof view;

/** Whatever the file: it ends, with 0 or 1, or with an error that says what is wrong. Anything else is thrown on. */
async function endOf(command: Command, args: readonly string[]): Promise<number> {
  try {
    return await command(args, fakeTerminal());
  } catch (error) {
    if (error instanceof TtlogError || error instanceof UsageError) return 1;
    // Told by us, not met by accident.
    if (error instanceof Error && error.constructor === Error) return 1;
    throw error;
  }
}

/** Places and what is written there. */
const damages = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 255, 128, 1))), {
  minLength: 1,
  maxLength: 12,
});

function damaged(bytes: Buffer, places: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, value] of places) copy[at % copy.length] = value;
  return copy;
}

/** Every checksum right again: what was changed is told by nothing. */
function sealed(bytes: Buffer): Buffer {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = F.PREAMBLE_BYTES; at + F.FRAME_HEAD_BYTES <= bytes.length;) {
    const length = words.getUint32(at + F.FRAME_LENGTH_OFFSET, true);
    const from = at + F.FRAME_HEAD_BYTES;
    words.setUint32(at + F.FRAME_CRC_OFFSET, crc32(bytes.subarray(from, from + length)), true);
    words.setUint32(at + F.FRAME_HEAD_CRC_OFFSET, crc32(bytes.subarray(at, at + F.FRAME_HEAD_CRC_OFFSET)), true);
    at = from + F.padded(length);
  }
  return bytes;
}

/** Bytes of payloads only: heads of frames stay, so that all of it is looked at. */
function damagedPayloads(places: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(whole);
  const words = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  const payloads: [number, number][] = [];
  for (let at = F.PREAMBLE_BYTES; at + F.FRAME_HEAD_BYTES <= copy.length;) {
    const length = words.getUint32(at + F.FRAME_LENGTH_OFFSET, true);
    if (length > F.RING_PREFIX_BYTES) payloads.push([at + F.FRAME_HEAD_BYTES, length]);
    at += F.FRAME_HEAD_BYTES + F.padded(length);
  }
  for (const [at, value] of places) {
    const [from, length] = payloads[at % payloads.length];
    copy[from + (Math.floor(at / payloads.length) % length)] = value;
  }
  return sealed(copy);
}

describe('a snapshot', () => {
  test('with any damage: view ends with 1', async () => {
    const file = join(dir, 'damaged.ttlog');
    await fc.assert(
      fc.asyncProperty(damages, fc.nat(), fc.boolean(), async (places, cut, isCut) => {
        const bytes = damaged(whole, places);
        if (bytes.equals(whole)) return;
        writeFileSync(file, isCut ? bytes.subarray(0, cut % whole.length) : bytes);
        // Padding is under no checksum: changing it costs nothing.
        expect([0, 1]).toContain(await endOf(view, [file]));
      }),
      { numRuns: 150 },
    );
  });

  test('made to do harm, with the right checksums: view and view --json end', async () => {
    const file = join(dir, 'hostile.ttlog');
    await fc.assert(
      fc.asyncProperty(damages, fc.boolean(), async (places, json) => {
        writeFileSync(file, damagedPayloads(places));
        expect([0, 1]).toContain(await endOf(view, json ? [file, '--json'] : [file]));
      }),
      { numRuns: 250 },
    );
  });

  test('of the whole file view ends with 0, of one that is cut with 1, and says what is missing', async () => {
    const file = join(dir, 'cut.ttlog');
    writeFileSync(file, whole);
    expect(await endOf(view, [file])).toBe(0);
    writeFileSync(file, whole.subarray(0, whole.length - 40));
    const terminal = fakeTerminal();
    expect(await view([file], terminal)).toBe(1);
    expect(terminal.warnings).toContain('is damaged: what could be read is shown');
    expect(terminal.output).toContain('Card declined');
  });
});

describe('a ring file', () => {
  test('with any damage: view, tail, stats and snapshot end', async () => {
    const folder = join(dir, 'boxes', 'shop-2026-11-26T01-20-00.123Z-4194306');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 't0-0.ring');
    await fc.assert(
      fc.asyncProperty(damages, fc.constantFrom(64, 4096, 1), fc.nat(3), async (places, within, which) => {
        // Most of a ring is empty: what is in use is at its beginning, and in the first words of everything.
        const near = places.map(([at, value]) => [at % (within * 64), value] as const);
        writeFileSync(file, damaged(ring, near));
        const commands: readonly (readonly [Command, readonly string[]])[] = [
          [view, [file]],
          [tail, [file, '--no-follow', '--all']],
          [stats, [folder]],
          [snapshot, ['4194306', '--dir', join(dir, 'boxes'), '--out', join(dir, 'out')]],
        ];
        const [command, args] = commands[which];
        expect([0, 1]).toContain(await endOf(command, args));
      }),
      { numRuns: 120 },
    );
  }, 60_000);

  test('that is changed in any way while it is followed: what can be read is read', () => {
    const file = join(dir, 'followed.ring');
    fc.assert(
      fc.property(fc.array(damages, { maxLength: 4 }), (rounds) => {
        writeFileSync(file, ring);
        const follower = new RingFollower(file);
        try {
          let records = 0;
          while (follower.cursor.next()) records++;
          for (const places of rounds) {
            writeFileSync(
              file,
              damaged(
                ring,
                places.map(([at, value]) => [at % 8192, value] as const),
              ),
            );
            follower.refresh();
            for (let i = 0; i < 10_000 && follower.cursor.next(); i++) records++;
          }
          expect(records).toBeGreaterThanOrEqual(500);
        } finally {
          follower.close();
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('that is sparse and enormous, or nothing of the kind', async () => {
    const file = join(dir, 't0-0.ring');
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(100), ring.subarray(0, 5000), Buffer.from('TTLR')]) {
      writeFileSync(file, bytes);
      expect(await endOf(stats, [file])).toBe(1);
      expect([0, 1]).toContain(await endOf(tail, [file, '--no-follow']));
    }
    expect(() => new RingFollower('/dev/zero')).toThrow(TtlogError);
  });
});

test('a log file of any bytes and any JSON is shown', async () => {
  const file = join(dir, 'any.log');
  const key = fc.constantFrom(
    'level',
    'time',
    'msg',
    'target',
    'err',
    'trace_id',
    'duration_ms',
    'outcome',
    'severity',
    '__proto__',
  );
  const line = fc.oneof(
    fc.dictionary(key, fc.jsonValue()).map((value) => JSON.stringify(value)),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.string({ unit: 'binary' }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), fc.boolean(), async (lines, json) => {
      writeFileSync(file, lines.join('\n') + '\n');
      const terminal = fakeTerminal();
      expect(await tail([file, '--no-follow', '--all', ...(json ? ['--json'] : [])], terminal)).toBe(0);
      // eslint-disable-next-line no-control-regex
      const hasControls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(terminal.output);
      expect(json || !hasControls).toBe(true);
    }),
    { numRuns: 200 },
  );
});
