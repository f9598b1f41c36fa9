import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { withSearchFolder } from '../../../src/engine/service/search-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const cache = path.join(temporaryFolder(), 'cache');

describe('the folder of a search', () => {
  it('is there while it searches, and gone with what is in it, also where the search fails', async () => {
    let folder = '';
    const searched = withSearchFolder(cache, (given) => {
      folder = given;
      writeFileSync(path.join(given, 'program'), 'x');
      return Promise.reject(new RangeError('no'));
    });
    await expect(searched).rejects.toThrow('no');
    expect([path.dirname(folder), existsSync(folder)]).toEqual([cache, false]);
  });

  it('takes away those that ended searches left long ago, and nothing else', async () => {
    const made = ['search-old', 'search-new', 'features'].map((name) => path.join(cache, name));
    for (const folder of made) mkdirSync(folder, { recursive: true });
    const before = new Date(Date.now() - 3 * 24 * 60 * 60 * 1000);
    utimesSync(path.join(cache, 'search-old'), before, before);
    utimesSync(path.join(cache, 'features'), before, before);
    expect(await withSearchFolder(cache, () => Promise.resolve(7))).toBe(7);
    expect(readdirSync(cache).sort()).toEqual(['features', 'search-new']);
  });
});
