import { expect, test } from 'vitest';
import { npyHeader } from '../../../src/engine/cache/npy.ts';

// The bytes as NumPy 2.4 writes them (`numpy.lib.format.write_array`).
test.each([
  ['float32', [5], "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }"],
  ['float32', [398, 256], "{'descr': '<f4', 'fortran_order': False, 'shape': (398, 256), }"],
  ['uint8', [55, 224, 224, 3], "{'descr': '|u1', 'fortran_order': False, 'shape': (55, 224, 224, 3), }"],
  [
    'float32',
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
});
