import { describe, expect, it } from 'vitest';
import { oneLine, SetUpError, tellFailure } from '../../../scripts/bootstrap/set-up-error.mjs';

describe('a set-up that fails', () => {
  it.each([
    [
      'with its own reason',
      new SetUpError('Node could not be had.', 'Install Node.'),
      'Node could not be had.\nInstall Node.',
    ],
    [
      'on a disk that cannot be written',
      Object.assign(new Error("EROFS: read-only file system, mkdir '/cache'"), { code: 'EROFS' }),
      "The set-up failed: EROFS: read-only file system, mkdir '/cache'\nTHAW_CACHE and THAW_HOME must name folders that can be written, on a disk with room (1.5 GB for the set-up).",
    ],
    ['with anything else', new Error('two\n  lines'), 'The set-up failed: two | lines'],
  ])('%s says so without a stack trace', (_, error, told) => {
    expect(tellFailure(error)).toBe(told);
  });

  it('tells the reason that a failed request hides', () => {
    const cause = new Error('getaddrinfo ENOTFOUND registry');
    expect(oneLine(new TypeError('fetch failed', { cause }))).toBe('getaddrinfo ENOTFOUND registry');
  });
});
