import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { expectError } from '../../support/expect-error.ts';
import { writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const home = temporaryFolder();
const allowed = await writeFiles(path.join(home, 'allowed'), {
  'photos/b.jpg': 'x',
  'photos/ä.png': 'x',
  'photos/notes.txt': 'x',
  'photos/model.json': 'x',
  'photos/weights.h5': 'x',
  'photos/Thumbs.db': 'x',
  'photos/.secret': 'x',
  'photos/.git/config': 'x',
  'photos/zebra/1.png': 'x',
  'photos/Ant/1.png': 'x',
});
const outside = await writeFiles(path.join(home, 'outside'), { 'secret.jpg': 'x' });
const service = createService({ home, cache: path.join(home, 'cache'), roots: [allowed] });
afterAll(() => service.close());
const browse = (grantId: string | null) => service.transport.invoke('files.browse', { grantId });

async function enter(...names: readonly string[]) {
  let listing = await browse(null);
  for (const name of ['allowed', ...names]) {
    listing = await browse(listing.entries.find((entry) => entry.name === name)?.grantId ?? '');
  }
  return listing;
}

describe('browsing', () => {
  it('begins at the allowed folders and ends there going up', async () => {
    const roots = await browse(null);
    expect(roots).toMatchObject({ entry: null, parent: null, leftOut: 0 });
    expect(roots.entries.map(({ name, kind }) => [name, kind])).toEqual([['allowed', 'folder']]);
    const root = await enter();
    expect(root.parent).toBeNull();
    const photos = await enter('photos');
    expect(photos.parent).toEqual(root.entry);
    expect(photos.entry?.name).toBe('photos');
  });

  it('shows folders first, each part by code point, and nothing hidden', async () => {
    const { entries, leftOut } = await enter('photos');
    expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
      ['Ant', 'folder'],
      ['zebra', 'folder'],
      ['b.jpg', 'image'],
      ['model.json', 'weights'],
      ['notes.txt', 'other'],
      ['weights.h5', 'weights'],
      ['ä.png', 'image'],
    ]);
    expect(leftOut).toBe(0);
  });

  it('grants what can be opened then', async () => {
    const { entries } = await enter('photos');
    const photo = entries.find(({ name }) => name === 'b.jpg');
    expect(await service.grant(path.join(allowed, 'photos/b.jpg'))).toEqual(photo);
  });

  it('follows links within the allowed folders only, and shows none that lead out', async () => {
    const links = path.join(allowed, 'links');
    mkdirSync(links);
    symlinkSync(path.join(allowed, 'photos'), path.join(links, 'inside'));
    symlinkSync(outside, path.join(links, 'out'));
    symlinkSync(path.join(outside, 'secret.jpg'), path.join(links, 'out.jpg'));
    symlinkSync(path.join(links, 'nothing'), path.join(links, 'broken'));
    symlinkSync('/', path.join(links, 'root'));
    const { entries } = await enter('links');
    expect(entries.map(({ name, kind }) => [name, kind])).toEqual([['inside', 'folder']]);
    expect((await enter('links', 'inside')).entry?.name).toBe('photos');
  });

  it('looks into a folder that was granted elsewhere, but not above it nor out of it by a link', async () => {
    symlinkSync(allowed, path.join(outside, 'inward'));
    for (const folder of [outside, `${allowed}-too`]) {
      mkdirSync(folder, { recursive: true });
      const { grantId } = await service.grant(folder);
      const listing = await browse(grantId);
      expect(listing.parent).toBeNull();
      expect(listing.entries.map(({ name }) => name)).toEqual(folder === outside ? ['secret.jpg'] : []);
    }
  });

  it('does not enter a folder that became a link since', async () => {
    mkdirSync(path.join(allowed, 'turned'));
    const listing = await enter();
    const turned = listing.entries.find(({ name }) => name === 'turned')?.grantId ?? '';
    rmSync(path.join(allowed, 'turned'), { recursive: true });
    symlinkSync(outside, path.join(allowed, 'turned'));
    await expectError(() => browse(turned), 'file.notGranted', 'lies elsewhere');
  });

  it('says what is wrong with a file, and with a folder that has gone', async () => {
    const { entries } = await enter('photos');
    const file = entries.find(({ name }) => name === 'notes.txt')?.grantId ?? '';
    await expectError(() => browse(file), 'file.notGranted', 'notes.txt');
    mkdirSync(path.join(allowed, 'brief'));
    const brief = (await enter()).entries.find(({ name }) => name === 'brief')?.grantId ?? '';
    rmSync(path.join(allowed, 'brief'), { recursive: true });
    await expectError(() => browse(brief), 'file.notGranted', 'gone');
  });

  it('shows two thousand entries at most, and how many it left out', async () => {
    const many = path.join(allowed, 'many');
    mkdirSync(many);
    for (let index = 0; index < 2005; index += 1) {
      writeFileSync(path.join(many, `${String(index).padStart(4, '0')}.png`), '');
    }
    const { entries, leftOut } = await enter('many');
    expect([entries.length, leftOut, entries.at(-1)?.name]).toEqual([2000, 5, '1999.png']);
  });

  it('is refused where the host allows no folders', async () => {
    const closed = createService({ home, cache: path.join(home, 'cache') });
    await expectError(
      () => closed.transport.invoke('files.browse', { grantId: null }),
      'usage.invalid',
      'this one allows none',
    );
    await closed.close();
  });
});
