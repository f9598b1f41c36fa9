import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseDirectories } from '../../../scripts/bootstrap/directories.mjs';

const from = { userHome: '/home/ann', standing: '/photos' };

describe('the folders that Thaw writes to', () => {
  it.each([
    { platform: 'linux', env: {}, cache: '/home/ann/.cache/thaw', home: '/home/ann/.local/share/thaw' },
    {
      platform: 'linux',
      env: { XDG_CACHE_HOME: '/fast', XDG_DATA_HOME: '/big' },
      cache: '/fast/thaw',
      home: '/big/thaw',
    },
    {
      platform: 'linux',
      env: { XDG_CACHE_HOME: 'relative' },
      cache: '/home/ann/.cache/thaw',
      home: '/home/ann/.local/share/thaw',
    },
    {
      platform: 'darwin',
      env: {},
      cache: '/home/ann/Library/Caches/thaw',
      home: '/home/ann/Library/Application Support/thaw',
    },
    {
      platform: 'win32',
      env: { LOCALAPPDATA: '/local', APPDATA: '/roaming' },
      cache: '/local/thaw/cache',
      home: '/roaming/thaw',
    },
    { platform: 'linux', env: { THAW_CACHE: 'c', THAW_HOME: '../h' }, cache: '/photos/c', home: '/h' },
    { platform: 'linux', env: { THAW_CACHE: '', THAW_HOME: '/h' }, cache: '/home/ann/.cache/thaw', home: '/h' },
  ])('on $platform with $env are $cache and $home', ({ platform, env, cache, home }) => {
    const chosen = chooseDirectories({ ...from, platform, env });
    expect(chosen).toMatchObject({ cache, home });
  });

  it('keep the toolchain apart from the data caches', () => {
    const { cache, toolchain } = chooseDirectories({ ...from, platform: 'linux', env: {} });
    expect(path.relative(cache, toolchain)).toBe('toolchain');
  });
});
