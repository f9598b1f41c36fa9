import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { indexPath, openDatasetIndex, type DatasetIndex } from '../../../../src/engine/dataset/index/dataset-index.ts';
import { indexIfAny } from '../../../../src/engine/dataset/index/index-if-any.ts';
import { enterDataset, knownDataset } from '../../../../src/engine/dataset/index/indexed-dataset.ts';
import { readContent } from '../../../../src/engine/dataset/read-content.ts';
import { ThawError } from '../../../../src/shared/errors/thaw-error.ts';
import { expectError } from '../../../support/expect-error.ts';
import { smallPng, writeFiles } from '../../../support/pattern-image.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = temporaryFolder();
let homes = 0;
const newHome = (): string => path.join(root, `home-${++homes}`);

// The superuser may write everywhere: what cannot be written is said as it would be.
const readOnly = (): never => {
  throw new ThawError('disk.readOnly', 'The place cannot be written.', 'Give yourself permission.');
};

function open(home: string): DatasetIndex {
  return indexIfAny(home, readOnly) ?? expect.fail('There is no index.');
}

describe('an index in a place that cannot be written', () => {
  it('is none where there was none', () => {
    expect(indexIfAny(newHome(), readOnly)).toBeNull();
  });

  it('is used in memory where there is one, told with what is read, and left as it is', async () => {
    const home = newHome();
    const photos = path.join(root, 'photos');
    await writeFiles(photos, { 'cat/1.png': smallPng(1), 'cat/2.png': smallPng(2), 'dog/1.png': smallPng(3) });
    const written = openDatasetIndex(home);
    await readContent(photos, { index: written });
    written.close();
    const before = readFileSync(indexPath(home));
    const index = open(home);
    const { indexed, structure } = await readContent(photos, { index });
    expect(indexed?.changes).toEqual({ added: 0, changed: 0, moved: 0, removed: 0 });
    expect(structure.notes).toEqual([expect.stringContaining('is not kept')]);
    expect(enterDataset(index, '/elsewhere')).toBeGreaterThan(0);
    index.close();
    expect(readFileSync(indexPath(home)).equals(before)).toBe(true);
    const again = open(home);
    expect([knownDataset(again, photos) === null, knownDataset(again, '/elsewhere')]).toEqual([false, null]);
    again.close();
  });

  it('is refused where a part of it lies in its log, for that may be edits', async () => {
    const home = newHome();
    const held = openDatasetIndex(home);
    enterDataset(held, '/photos');
    await expectError(() => indexIfAny(home, readOnly), 'disk.readOnly');
    held.close();
  });

  it('says what else is wrong', async () => {
    const home = newHome();
    openDatasetIndex(home).close();
    const newer = (): never => {
      throw new ThawError('index.newer', 'It is of a newer Thaw.', 'Use that one.');
    };
    await expectError(() => indexIfAny(home, newer), 'index.newer');
    rmSync(home, { recursive: true });
  });
});
