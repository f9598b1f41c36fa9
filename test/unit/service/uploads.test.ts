import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { Grants } from '../../../src/engine/service/grants.ts';
import { Uploads } from '../../../src/engine/service/uploads.ts';
import { expectError } from '../../support/expect-error.ts';
import { smallPng } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const home = temporaryFolder();
const service = createService({ home, cache: path.join(home, 'cache') });
afterAll(() => service.close());
const text = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content);
const upload = (collection: string, file: string, bytes = text(file)) =>
  service.transport.invoke('files.upload', { collection, path: file, bytes });

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

describe('an upload', () => {
  it('lies at its path, for its owner alone, and is granted', async () => {
    const { file } = await upload('one', 'flowers/rose/1.png');
    const written = path.join(home, 'uploads/one/flowers/rose/1.png');
    expect(file).toMatchObject({ name: '1.png', kind: 'image' });
    expect(readFileSync(written, 'utf8')).toBe('flowers/rose/1.png');
    expect(statSync(written).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(home, 'uploads/one')).mode & 0o777).toBe(0o700);
    expect(await service.grant(written)).toEqual(file);
  });

  it('grants the folder that was dropped, or the collection where it was more than one', async () => {
    expect((await upload('dropped', 'flowers/rose/1.png')).folder.name).toBe('flowers');
    expect((await upload('dropped', 'flowers/tulip/1.png')).folder.name).toBe('flowers');
    expect((await upload('dropped', 'trees/oak/1.png')).folder.name).toBe('dropped');
    expect((await upload('photos', '1.png')).folder.name).toBe('photos');
  });

  it('becomes a dataset that can be opened', async () => {
    let folder = '';
    for (const [index, name] of ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png'].entries()) {
      const bytes = Uint8Array.from(await smallPng(index));
      folder = (await upload('dataset', `pets/${name}`, bytes)).folder.grantId;
    }
    const view = await service.transport.invoke('dataset.open', { dataset: { kind: 'granted', grantId: folder } });
    expect(view).toMatchObject({ name: 'pets', counts: { train: 2, validation: 2 } });
  });

  it('sent again replaces the one before, under the same grant', async () => {
    const first = await upload('again', 'a.txt', text('long before'));
    const second = await upload('again', 'a.txt', text('now'));
    expect(second).toEqual(first);
    expect(filesBelow(path.join(home, 'uploads/again'))).toEqual(['a.txt']);
    expect(readFileSync(path.join(home, 'uploads/again/a.txt'), 'utf8')).toBe('now');
  });

  it('without a collection begins one of its own', async () => {
    const send = () => service.transport.invoke('files.upload', { path: 'a.png', bytes: text('x') });
    const [one, other] = [await send(), await send()];
    expect(one.folder.grantId).not.toBe(other.folder.grantId);
  });

  it('takes names in any script', async () => {
    const names = ['花/菊.png', 'زهور/ورد.png', '🌷/🌹.png', 'a b/c (1).png', '.hidden/.x'];
    for (const name of names) expect((await upload('script', name)).file.name).toBe(path.basename(name));
    expect(filesBelow(path.join(home, 'uploads/script'))).toEqual([...names].sort());
  });

  it.each([
    ['../x.png', "'..' is no name"],
    ['a/../../x.png', "'..' is no name"],
    ['./x.png', "'.' is no name"],
    ['/etc/x.png', 'it is absolute'],
    ['C:/x.png', 'it is absolute'],
    ['c:x.png', 'it is absolute'],
    ['a//x.png', 'an empty name'],
    ['a/', 'an empty name'],
    ['a\\..\\x.png', "not separated by '/'"],
    ['a/x\0.png', 'control characters'],
    ['a/x\n.png', 'control characters'],
    ['a/CON', 'for devices'],
    ['nul.png', 'for devices'],
    ['a/Lpt1.txt', 'for devices'],
    ['a/x.', 'ends in a dot'],
    ['a /x', 'ends in a dot or a space'],
    [`${'a/'.repeat(20)}x.png`, 'more than 16 names'],
    [`${'ä'.repeat(200)}.png`, 'more than 255 bytes'],
    ['a/\ud800.png', 'no Unicode text'],
  ])('may not be called %j', async (name, words) => {
    await expectError(() => upload('names', name), 'usage.invalid', words);
  });

  it('does not follow a link out of its collection, nor replace a folder', async () => {
    const outside = path.join(home, 'outside');
    mkdirSync(outside);
    await upload('linked', 'in/1.png');
    symlinkSync(outside, path.join(home, 'uploads/linked/out'));
    await expectError(() => upload('linked', 'out/1.png'), 'usage.invalid');
    expect(readdirSync(outside)).toEqual([]);
    await expectError(() => upload('linked', 'in'), 'usage.invalid', 'is taken');
    await expectError(() => upload('linked', 'in/1.png/2.png'), 'usage.invalid', 'is taken');
    expect(filesBelow(path.join(home, 'uploads/.incoming'))).toEqual([]);
  });

  it('of more than 64 MiB is refused', async () => {
    const bytes = new Uint8Array(64 * 2 ** 20 + 1);
    await expectError(() => upload('large', 'a.bin', bytes), 'file.tooLarge', '64 MiB', 'a.bin');
  });
});

describe('a collection', () => {
  const limits = { fileBytes: 100, collectionBytes: 250, collectionFiles: 4 };
  const collect = (folder: string) => new Uploads({ home: folder, grants: new Grants(), limits });

  it('takes so many bytes; what was refused leaves its room to others', async () => {
    const uploads = collect(path.join(home, 'bytes'));
    const take = (file: string, bytes: number) =>
      uploads.take({ collection: 'c', path: file, bytes: new Uint8Array(bytes) });
    await Promise.all([take('a', 100), take('b', 100)]);
    await expectError(() => take('c', 51), 'file.tooLarge', 'at once');
    await take('c', 50);
    await expectError(() => take('d', 1), 'file.tooLarge');
    await take('a', 10);
    await take('d', 90);
  });

  it('takes so many files, counted also by the engine that comes after', async () => {
    const folder = path.join(home, 'files');
    const take = (file: string) => collect(folder).take({ collection: 'c', path: file, bytes: text('x') });
    for (const file of ['a', 'b/c', 'b/d', 'e']) await take(file);
    await expectError(() => take('f'), 'file.tooLarge', 'At most 4 files');
    await take('e');
    expect(filesBelow(path.join(folder, 'uploads/c'))).toEqual(['a', 'b/c', 'b/d', 'e']);
  });

  it('cannot be kept where nothing can be written, and says so', async () => {
    const blocked = path.join(home, 'blocked');
    mkdirSync(blocked);
    writeFileSync(path.join(blocked, 'uploads'), 'a file');
    await expectError(() => collect(blocked).take({ collection: 'c', path: 'a', bytes: text('x') }), 'usage.invalid');
  });
});
