import path from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { backUp } from '../../../src/engine/sqlite/backups.ts';
import { isBackupDue } from '../../../src/engine/sqlite/due-backup.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY_MILLISECONDS = 24 * 3600 * 1000;

function newDatabase(): string {
  const file = path.join(temporaryFolder(), 'things.db');
  const database = new Database(file);
  database.exec('PRAGMA journal_mode = wal; CREATE TABLE thing (number INTEGER); INSERT INTO thing VALUES (7)');
  database.close();
  return file;
}

it('is due once a day, and again where a clock has put the last one into the future', async () => {
  const file = newDatabase();
  expect(await isBackupDue(file, Date.now())).toBe(true);
  const { takenAt } = backUp(file);
  expect(await isBackupDue(file, takenAt)).toBe(false);
  expect(await isBackupDue(file, takenAt + DAY_MILLISECONDS - 1)).toBe(false);
  expect(await isBackupDue(file, takenAt + DAY_MILLISECONDS)).toBe(true);
  expect(await isBackupDue(file, takenAt - 1)).toBe(true);
});

it('is never due for what is not there', async () => {
  expect(await isBackupDue(path.join(temporaryFolder(), 'none.db'), Date.now())).toBe(false);
});
