import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { backupFolder, listBackups } from '../../../src/engine/sqlite/backups.ts';
import { inFileThread } from '../../../src/engine/sqlite/file-thread.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ROWS = 2000;

function newDatabase(): string {
  const file = path.join(temporaryFolder(), 'things.db');
  const database = new Database(file);
  database.exec('PRAGMA journal_mode = wal; PRAGMA user_version = 4; CREATE TABLE thing (number INTEGER, text TEXT)');
  const insert = database.prepare('INSERT INTO thing VALUES (?, ?)');
  database.transaction(() => {
    for (let number = 0; number < ROWS; number++) insert.run(number, 'x'.repeat(100));
  })();
  database.close();
  return file;
}

/** Whether anything else was done before something was. */
async function letsOthersIn(work: Promise<unknown>): Promise<boolean> {
  let othersWereIn = false;
  const other = setImmediate(() => (othersWereIn = true));
  await work;
  clearImmediate(other);
  return othersWereIn;
}

describe('a thread that goes through a database', () => {
  it('copies it while it is written, soundly', async () => {
    const file = newDatabase();
    const writer = new Database(file);
    const copied = inFileThread({ kind: 'backUp', path: file });
    writer.exec("INSERT INTO thing VALUES (-1, 'late')");
    const backup = await copied;
    writer.close();
    expect(backup).toEqual(listBackups(file)[0]);
    const copy = new Database(backup.path, { readonly: true });
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(copy.prepare('SELECT count(*) FROM thing WHERE number >= 0').pluck().get()).toBe(ROWS);
    copy.close();
  });

  it('checks it, counts its rows and writes it anew, and keeps nobody waiting', async () => {
    const file = newDatabase();
    const reader = new Database(file);
    reader.exec('DELETE FROM thing WHERE number > 0');
    const examine = { kind: 'examine', path: file, tables: ['thing'], most: 5 } as const;
    const before = await inFileThread(examine);
    expect(before).toMatchObject({ findings: [], version: 4, rows: { thing: 1 } });
    expect(before.freeBytes).toBeGreaterThan(0);
    expect(await inFileThread({ kind: 'check', path: file })).toBeNull();
    const bytes = statSync(file).size;
    expect(await letsOthersIn(inFileThread({ kind: 'vacuum', path: file }))).toBe(true);
    expect(statSync(file).size).toBeLessThan(bytes);
    expect(await inFileThread(examine)).toEqual({ ...before, freeBytes: 0 });
    reader.close();
  });

  it.each(['backUp', 'check', 'vacuum'] as const)(
    'fails in words with SQLite’s code, and leaves nothing: %s of what is damaged',
    async (kind) => {
      const file = newDatabase();
      writeFileSync(file, 'no database, but longer than the header of one would be, so that it is read as such');
      const failure: unknown = await inFileThread({ kind, path: file }).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'SQLITE_NOTADB',
        message: expect.stringMatching(/not a database/) as string,
      });
      if (kind === 'backUp') expect(readdirSync(backupFolder(file))).toEqual([]);
    },
  );
});
