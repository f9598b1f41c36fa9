import { describe, expect, it } from 'vitest';
import { progressLine } from '../../../scripts/bootstrap/progress.mjs';

describe('a line of progress', () => {
  it.each([
    [{ done: 21e6, total: 53e6, bytesPerSecond: 5.2e6 }, 'node.tgz: 21 of 53 MB (39 %), 5.2 MB/s, 6 s left'],
    [{ done: 53e6, total: 53e6, bytesPerSecond: 5.2e6 }, 'node.tgz: 53 of 53 MB (100 %), 5.2 MB/s'],
    [{ done: 0, total: 274e6, bytesPerSecond: 0 }, 'node.tgz: 0.0 of 274 MB (0 %)'],
    [{ done: 4e6, total: 274e6, bytesPerSecond: 1e6 }, 'node.tgz: 4.0 of 274 MB (1 %), 1.0 MB/s, 4 min 30 s left'],
    [{ done: 3.1e6, total: null, bytesPerSecond: 1e6 }, 'node.tgz: 3.1 MB, 1.0 MB/s'],
  ])('shows size, rate and time left: %o', (state, line) => {
    expect(progressLine({ name: 'node.tgz', ...state })).toBe(line);
  });
});
