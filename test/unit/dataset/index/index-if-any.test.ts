import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { DATASETS } from '../../../../src/engine/dataset/index/migrations/0001-datasets.ts';
import {
  DATASET_INDEX,
  indexPath,
  openDatasetIndex,
  type DatasetIndex,
} from '../../../../src/engine/dataset/index/dataset-index.ts';
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

  it('is used with what is still in its log, for that may be edits, and left as it is', () => {
    const home = newHome();
    const held = openDatasetIndex(home);
    const id = enterDataset(held, '/photos');
    const files = [indexPath(home), `${indexPath(home)}-wal`];
    const before = files.map((file) => readFileSync(file));
    expect(before[1]?.length).toBeGreaterThan(0);
    const index = open(home);
    expect(knownDataset(index, '/photos')).toBe(id);
    expect(enterDataset(index, '/elsewhere')).toBeGreaterThan(0);
    index.close();
    expect(files.map((file, place) => before[place]?.equals(readFileSync(file)))).toEqual([true, true]);
    held.close();
  });

  it('is refused where its log cannot be read, told where edits are and what to do', async () => {
    const home = newHome();
    const held = openDatasetIndex(home);
    enterDataset(held, '/photos');
    const nowhere = path.join(root, 'nowhere');
    await expectError(
      () => indexIfAny(home, readOnly, nowhere),
      'disk.readOnly',
      'edits are still in its log',
      'TMPDIR',
    );
    held.close();
  });

  it('is used where it is of an older Thaw, too', () => {
    const home = newHome();
    mkdirSync(path.dirname(indexPath(home)), { recursive: true });
    const older = new Database(indexPath(home));
    older.exec(DATASETS);
    older.pragma(`application_id = ${DATASET_INDEX.applicationId}`);
    older.pragma('user_version = 1');
    older.exec("INSERT INTO dataset (root, opened_at) VALUES ('/photos', 1)");
    older.close();
    const index = open(home);
    expect(knownDataset(index, '/photos')).toBe(1);
    index.close();
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
