import { describe, expect, it } from 'vitest';
import { byteCount } from '../../../src/cli/number-flag.ts';

describe('a size in bytes', () => {
  it.each([
    ['0', 0],
    ['1000000', 1e6],
    ['20GiB', 20 * 2 ** 30],
    ['1.5 TB', 1.5e12],
    ['500mb', 5e8],
    ['3KiB', 3072],
  ])('is read from %j', (text, bytes) => {
    expect(byteCount(text)).toBe(bytes);
  });

  it.each(['', 'GiB', '-1', '1e9', '2 gigabytes', '1.2.3MB', '9999999999TiB'])('is not %j', (text) => {
    expect(() => byteCount(text)).toThrow('20GiB');
  });
});
