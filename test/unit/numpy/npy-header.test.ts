import { describe, expect, it, test } from 'vitest';
import { MalformedHeader, npyHeader, readNpyHeader } from '../../../src/engine/numpy/npy-header.ts';

// The bytes as NumPy 2.4 writes them (`numpy.lib.format.write_array`).
test.each([
  ['<f4', [5], "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }"],
  ['<f4', [398, 256], "{'descr': '<f4', 'fortran_order': False, 'shape': (398, 256), }"],
  ['|u1', [55, 224, 224, 3], "{'descr': '|u1', 'fortran_order': False, 'shape': (55, 224, 224, 3), }"],
  ['<U12', [], "{'descr': '<U12', 'fortran_order': False, 'shape': (), }"],
  [
    '<f4',
    [1000000, 1000000, 1000000, 1000000],
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 1000000, 1000000, 1000000), }",
  ],
] as const)('describes %s of %j by version 1.0 of the format, padded to 64 bytes', (type, shape, dictionary) => {
  const header = npyHeader(type, shape);
  expect([...header.subarray(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  expect(header.length % 64).toBe(0);
  expect(header.readUInt16LE(8)).toBe(header.length - 10);
  const text = header.toString('latin1', 10);
  expect(text.trimEnd()).toBe(dictionary);
  expect(text.endsWith('\n')).toBe(true);
  expect(header.length - 10 - dictionary.length).toBeLessThanOrEqual(64);
  expect(readNpyHeader(header)).toEqual({
    description: type,
    fortranOrder: false,
    shape,
    bytes: header.length,
  });
});

describe('a header', () => {
  it('may be longer than it must be, so that another shape can take its place', () => {
    const long = npyHeader('<f4', [1_000_000_000_000, 1000, 1000, 1000, 1000]);
    const short = npyHeader('<f4', [1], long.length);
    expect(short.length).toBe(long.length);
    expect(readNpyHeader(short)).toMatchObject({ shape: [1], bytes: long.length });
  });

  it.each([2, 3])('of version %i is read with its longer length', (version) => {
    const dictionary = "{'descr': '>f8', 'fortran_order': True, 'shape': (2, 3), }\n";
    const preamble = Buffer.from('\x93NUMPY\0\0\0\0\0\0', 'latin1');
    preamble.writeUInt8(version, 6);
    preamble.writeUInt32LE(dictionary.length, 8);
    const header = Buffer.concat([preamble, Buffer.from(dictionary)]);
    const read = { description: '>f8', fortranOrder: true, shape: [2, 3], bytes: header.length };
    expect(readNpyHeader(header)).toEqual(read);
  });

  const whole = npyHeader('<f4', [2, 3]);
  const changed = (at: number, ...bytes: readonly number[]): Buffer => {
    const header = Buffer.from(whole);
    bytes.forEach((byte, index) => header.writeUInt8(byte, at + index));
    return header;
  };
  it.each([
    ['other bytes', Buffer.from('PK not an array at all'), 'does not begin'],
    ['nothing', Buffer.alloc(0), 'does not begin'],
    ['a version of the future', changed(6, 9), 'version 9'],
    ['an end within it', whole.subarray(0, 40), 'ends within'],
    ['a length beyond all that NumPy reads', changed(8, 255, 255), '65535 bytes'],
    ['a structured type', Buffer.from(whole.toString('latin1').replace("'<f4'", "[('a')]"), 'latin1'), 'its header is'],
    ['a negative size', Buffer.from(whole.toString('latin1').replace('(2, 3)', '(-2,3)'), 'latin1'), 'its header is'],
    ['no shape', Buffer.from(whole.toString('latin1').replace('shape', 'sharp'), 'latin1'), 'its header is'],
  ])('that is %s is refused, saying why', (_, bytes, words) => {
    expect(() => readNpyHeader(bytes)).toThrow(MalformedHeader);
    expect(() => readNpyHeader(bytes)).toThrow(words);
  });
});
