import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../src/recorder/byte-writer.js';
import { jsonString } from '../../src/recorder/escape.js';

/** What `write` appends, behind something that must stay. */
function written(write: (out: ByteWriter) => void): string {
  const out = new ByteWriter(8);
  out.text('before:');
  write(out);
  const text = out.u8.utf8Slice(0, out.p);
  expect(text.startsWith('before:')).toBe(true);
  return text.slice('before:'.length);
}

const number = (value: number): string => written((out) => out.number(value));
const int = (value: number): string => written((out) => out.int(value));

describe('numbers', () => {
  it.each([
    0,
    -0,
    1,
    -1,
    9,
    10,
    99,
    100,
    12_345,
    -2_147_483_648,
    2_147_483_647,
    2_147_483_648,
    4_294_967_296,
    999_999_999,
    1_000_000_000,
    999_999_999_999_999,
    1e15,
    1e16,
    123_456_789_012_345,
    Number.MAX_SAFE_INTEGER,
    Number.MAX_VALUE,
    Number.MIN_VALUE,
    Number.EPSILON,
    0.1,
    0.2,
    0.1 + 0.2,
    0.5,
    -0.5,
    1.005,
    0.000001,
    0.0000001,
    1.5e-7,
    123.456,
    999_999_999.999999,
    1_000_000_000.5,
    1e21,
    1e-7,
    5e-324,
    1 / 3,
    100.01,
    4.35,
    0.07,
    1_735_689_600_123,
  ])('%d is written as String() has it', (value) => {
    expect(number(value)).toBe(String(value));
  });

  it('of all kinds are written as String() has them', () => {
    const decimal = fc.tuple(fc.integer(), fc.nat(9)).map(([digits, places]) => digits / 10 ** places);
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      decimal,
      fc.integer(),
      fc.maxSafeInteger(),
    );
    fc.assert(
      fc.property(value, (one) => {
        expect(number(one)).toBe(String(one));
      }),
      { numRuns: 20_000 },
    );
  });

  it('of 32 bits are written by their digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: -0x80000000, max: 0x7fffffff }), (value) => {
        expect(int(value)).toBe(String(value));
      }),
      { numRuns: 5000 },
    );
    for (let power = 1; power < 1e10; power *= 10) {
      const near = [power - 1, power, 1 - power].filter((value) => value < 0x80000000);
      expect(near.map(int)).toEqual(near.map(String));
    }
  });
});

/** A string as JSON from bytes that have others around them, which must not matter; undefined where it is refused. */
function json(bytes: Uint8Array, isUtf8: boolean, offset = 0): string | undefined {
  const memory = Buffer.alloc(offset + bytes.length + 8, 0x22);
  memory.set(bytes, offset);
  const view = new DataView(memory.buffer, memory.byteOffset, memory.length);
  let isText = true;
  const text = written((out) => {
    isText = out.json(memory, view, offset, offset + bytes.length, isUtf8);
  });
  return isText ? text : undefined;
}

describe('strings', () => {
  const offset = fc.nat(7);

  it('of latin1 bytes are JSON', () => {
    const latin1 = fc.string({ unit: fc.nat(255).map((unit) => String.fromCharCode(unit)), maxLength: 40 });
    fc.assert(
      fc.property(latin1, offset, (text, at) => {
        expect(json(Buffer.from(text, 'latin1'), false, at)).toBe(jsonString(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('of UTF-8 are JSON', () => {
    const unsafe = fc.constantFrom(
      '\u0000', '\n', '"', '\\', '\u007f', '\u0080', '\u009f', '\u00a0', '\u061b', '\u061c', '\u200d', '\u200e', '\u2028', '\u202e', '\u2030', '\u2066', '\u2069',
      '\u206a', '\ud7ff', '\ue000', '\ufffd', '\u{10ffff}',
    ); // prettier-ignore
    const any = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 });
    const text = fc.string({ unit: fc.oneof(any, unsafe, fc.constantFrom('a', 'bcdef', '日')), maxLength: 40 });
    fc.assert(
      fc.property(text, offset, (whole, at) => {
        const bytes = Buffer.from(whole);
        expect(json(bytes, true, at)).toBe(jsonString(bytes.toString()));
      }),
      { numRuns: 5000 },
    );
  });

  it('that are no UTF-8 are refused', () => {
    const lead = fc.constantFrom(0x80, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe4, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff);
    const some = fc.array(fc.oneof(lead, fc.nat(255)), { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes));
    fc.assert(
      fc.property(some, offset, (bytes, at) => {
        // What is no UTF-8 becomes a replacement character, which takes other bytes.
        const isUtf8 = Buffer.from(Buffer.from(bytes).toString()).equals(bytes);
        expect(json(bytes, true, at)).toBe(isUtf8 ? jsonString(Buffer.from(bytes).toString()) : undefined);
      }),
      { numRuns: 10_000 },
    );
  });

  it('each character is looked at wherever it stands', () => {
    for (let code = 0; code < 256; code++) {
      for (let at = 0; at < 13; at++) {
        const text = `${'abcdefghijklm'.slice(0, at)}${String.fromCharCode(code)}${'nopqrstuvwxyz'.slice(at)}`;
        expect(json(Buffer.from(text, 'latin1'), false)).toBe(jsonString(text));
        expect(json(Buffer.from(text), true)).toBe(jsonString(text));
      }
    }
  });

  it('of any text are UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(written((out) => out.text(text))).toBe(text);
      }),
    );
  });
});

it('copies any bytes of UTF-8, also of itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(20), (text, before) => {
      const from = new ByteWriter(8);
      from.text('x'.repeat(before));
      from.text(text);
      const copied = written((out) => out.copy(from, before, from.p));
      expect(copied).toBe(text);
      const twice = written((out) => {
        const start = out.p;
        out.text(text);
        out.copy(out, start, out.p);
      });
      expect(twice).toBe(text + text);
    }),
  );
});

it('writes bytes as hexadecimal digits', () => {
  const bytes = Buffer.from([0x00, 0x0f, 0xa5, 0xff]);
  expect(written((out) => out.hex(bytes, 0, 4))).toBe('000fa5ff');
});
