import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { DATASET_INDEX, indexPath, openDatasetIndex } from '../../../../src/engine/dataset/index/dataset-index.ts';
import { enterDataset, knownDataset } from '../../../../src/engine/dataset/index/indexed-dataset.ts';
import { DATASETS } from '../../../../src/engine/dataset/index/migrations/0001-datasets.ts';
import { openLog, logPath } from '../../../../src/engine/experiment/log.ts';
import { expectError } from '../../../support/expect-error.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = temporaryFolder();
let homes = 0;
const newHome = (): string => path.join(root, `home-${++homes}`);

function placed(content: Buffer): string {
  const home = newHome();
  mkdirSync(path.dirname(indexPath(home)), { recursive: true });
  writeFileSync(indexPath(home), content);
  return home;
}

/** An index with one dataset, closed, as its file's bytes. */
function usedIndex(): Buffer {
  const home = newHome();
  const index = openDatasetIndex(home);
  enterDataset(index, '/photos');
  index.close();
  return readFileSync(indexPath(home));
}

describe('the index of datasets', () => {
  it('knows a dataset by its root, again after it was closed', () => {
    const home = newHome();
    const index = openDatasetIndex(home);
    expect(knownDataset(index, '/photos')).toBeNull();
    const id = enterDataset(index, '/photos');
    expect(enterDataset(index, '/birds')).not.toBe(id);
    index.close();
    const again = openDatasetIndex(home);
    expect(knownDataset(again, '/photos')).toBe(id);
    expect(enterDataset(again, '/photos')).toBe(id);
    again.close();
  });

  it('of before edits followed contents knows which images they are of', () => {
    const home = newHome();
    mkdirSync(path.dirname(indexPath(home)), { recursive: true });
    const before = new Database(indexPath(home));
    before.exec(DATASETS);
    before.exec(`
      INSERT INTO dataset VALUES (1, '/photos', 0);
      INSERT INTO dataset_file VALUES (1, 'a.png', 1, 1, 1, 'hash of a', NULL);
      INSERT INTO image_edit (dataset_id, path, excluded) VALUES (1, 'a.png', 1), (1, 'gone.png', 1);
    `);
    before.pragma(`application_id = ${DATASET_INDEX.applicationId}`);
    before.pragma('user_version = 1');
    before.close();
    const index = openDatasetIndex(home);
    const known = index.read('look', (database) =>
      database.prepare('SELECT path, content_hash FROM edited_image ORDER BY path').raw().all(),
    );
    expect(known).toEqual([
      ['a.png', 'hash of a'],
      ['gone.png', null],
    ]);
    index.close();
  });

  it('has only strict tables', () => {
    const index = openDatasetIndex(newHome());
    const loose = index.read('look', (database) =>
      database
        .prepare<[], string>(
          "SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND strict = 0",
        )
        .pluck()
        .all(),
    );
    expect(loose).toEqual([]);
    index.close();
  });

  it.each([
    ['text', () => Buffer.from('these are my notes')],
    [
      'the experiment log',
      () => {
        const home = newHome();
        openLog(home).close();
        return readFileSync(logPath(home));
      },
    ],
    ['a damaged index', () => usedIndex().fill(0x5a, 4096)],
  ])('refuses %s, says what to do, and leaves it as it is', async (_, make) => {
    const content = make();
    const home = placed(content);
    const use = (): void => {
      const index = openDatasetIndex(home);
      try {
        knownDataset(index, '/photos');
      } finally {
        index.close();
      }
    };
    await expectError(use, 'index.unreadable', 'untouched', 'Move', indexPath(home), 'edits');
    expect(readFileSync(indexPath(home)).equals(content)).toBe(true);
  });

  it('refuses one of a newer Thaw and changes nothing', async () => {
    const home = placed(usedIndex());
    const database = new Database(indexPath(home));
    database.pragma('user_version = 99');
    database.close();
    const before = readFileSync(indexPath(home));
    await expectError(() => openDatasetIndex(home), 'index.newer', 'version 99');
    expect(readFileSync(indexPath(home)).equals(before)).toBe(true);
  });
});
