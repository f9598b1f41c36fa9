import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../../../src/shared/contract/codec.ts';

describe('messages as MessagePack', () => {
  it.each([
    new Uint8Array([1, 2, 255]),
    new Int8Array([-1, 2]),
    new Int16Array([-300, 300]),
    new Uint16Array([65_535]),
    new Int32Array([-70_000, 70_000]),
    new Uint32Array([4_294_967_295]),
    new Float32Array([1.5, Number.NaN, -0]),
    new Float64Array([Math.PI, Number.POSITIVE_INFINITY]),
    new BigInt64Array([-5n]),
    new BigUint64Array([2n ** 64n - 1n]),
    new Float64Array(0),
  ])('carry %o with its kind', (array) => {
    const { nested } = decodeMessage(encodeMessage({ nested: [array] })) as { nested: unknown[] };
    expect(nested[0]).toStrictEqual(array);
  });

  it('carry a part of a larger buffer as that part', () => {
    const part = new Float64Array([1, 2, 3, 4]).subarray(1, 3);
    expect(decodeMessage(encodeMessage(part))).toStrictEqual(new Float64Array([2, 3]));
  });

  it('leave out what is undefined, so that it stays optional', () => {
    expect(decodeMessage(encodeMessage({ kept: null, absent: undefined }))).toStrictEqual({ kept: null });
  });

  it('carry any plain value back unchanged', () => {
    const plain = fc.jsonValue({ depthSize: 'small' });
    fc.assert(
      fc.property(plain, (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('__proto__'));
        expect(JSON.stringify(decodeMessage(encodeMessage(value)))).toBe(text);
      }),
    );
  });

  it.each([
    ['cut off', encodeMessage(new Float64Array(4)).subarray(0, 9)],
    ['with numbers that are no whole number of bytes', new Uint8Array([0xc7, 0x03, 0x07, 1, 2, 3])],
    ['that claims two billion entries', new Uint8Array([0xdd, 0x7f, 0xff, 0xff, 0xff])],
    ['that claims a map of two billion', new Uint8Array([0xdf, 0x7f, 0xff, 0xff, 0xff])],
    ['with something after its end', new Uint8Array([0x01, 0x02])],
    ['that is empty', new Uint8Array(0)],
  ])('are refused when one comes %s', (_name, bytes) => {
    expect(() => decodeMessage(bytes)).toThrow();
  });

  it('never change the objects of the program', () => {
    // fixmap of one: "__proto__" -> fixmap of one: "polluted" -> true
    const key = new TextEncoder().encode('__proto__');
    const inner = new TextEncoder().encode('polluted');
    const bytes = new Uint8Array([0x81, 0xa0 + key.length, ...key, 0x81, 0xa0 + inner.length, ...inner, 0xc3]);
    expect(() => decodeMessage(bytes)).toThrow();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
