import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const given = path.join(folder, 'given');
mkdirSync(path.join(given, 'more'), { recursive: true });
mkdirSync(path.join(folder, 'other'));
writeFileSync(path.join(given, 'a.jpg'), '');
writeFileSync(path.join(given, 'more/b.png'), '');
writeFileSync(path.join(folder, 'other/secret.jpg'), '');
symlinkSync(path.join(folder, 'other'), path.join(given, 'link'));

const service = createService({ home: path.join(folder, 'home'), cache: path.join(folder, 'cache') });
afterAll(() => service.close());

test('a folder that a person gave can be looked into where no roots are allowed, and is its own root', async () => {
  const { grantId } = await service.grant(given);
  const listing = await service.transport.invoke('files.browse', { grantId });
  expect(listing.parent).toBeNull();
  expect(listing.entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual(['folder more', 'image a.jpg']);
  const [more] = listing.entries;
  const below = await service.transport.invoke('files.browse', { grantId: more?.grantId ?? '' });
  expect(below.entries.map(({ name }) => name)).toEqual(['b.png']);
});

test('the list of roots is still refused where none are allowed', async () => {
  await expectError(() => service.transport.invoke('files.browse', { grantId: null }), 'usage.invalid');
});

test('a given folder that has become a link since leads nowhere', async () => {
  const moved = path.join(folder, 'moved');
  mkdirSync(moved);
  const { grantId } = await service.grant(moved);
  const { rmdirSync } = await import('node:fs');
  rmdirSync(moved);
  symlinkSync(path.join(folder, 'other'), moved);
  await expectError(() => service.transport.invoke('files.browse', { grantId }), 'file.notGranted');
});
