import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { BACKUPS_KEPT, backupFolder, backUp, listBackups } from '../../../src/engine/sqlite/backups.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A database with one number in it, at a version. */
function newDatabase(version = 1): { file: string; set: (number: number, at?: number) => void } {
  const file = path.join(temporaryFolder(), 'things.db');
  const database = new Database(file);
  database.exec(`PRAGMA journal_mode = wal; CREATE TABLE thing (number INTEGER); PRAGMA user_version = ${version}`);
  database.close();
  return {
    file,
    set(number, at = version) {
      const open = new Database(file);
      open.exec(`DELETE FROM thing; INSERT INTO thing VALUES (${number}); PRAGMA user_version = ${at}`);
      open.close();
    },
  };
}

function numberIn(file: string): unknown {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare('SELECT number FROM thing').pluck().get();
  } finally {
    database.close();
  }
}

describe('the backups of a database', () => {
  it('are the database as it was, the newest first', () => {
    const { file, set } = newDatabase();
    set(1);
    const first = backUp(file);
    set(2);
    const second = backUp(file);
    expect(listBackups(file)).toEqual([second, first]);
    expect([first, second].map((backup) => numberIn(backup.path))).toEqual([1, 2]);
    expect(first).toMatchObject({ sequence: 1, version: 1 });
    expect(Math.abs(Date.now() - first.takenAt)).toBeLessThan(3600_000);
    expect(readdirSync(backupFolder(file)).toSorted()).toEqual([first.name, second.name]);
  });

  it('are as many as are kept, and one of each earlier version beside them', () => {
    const { file, set } = newDatabase();
    set(0, 1);
    backUp(file);
    set(1, 1);
    backUp(file);
    for (let number = 2; number < BACKUPS_KEPT + 5; number++) {
      set(number, 2);
      backUp(file);
    }
    const kept = listBackups(file);
    expect(kept.map(({ version }) => version)).toEqual([...Array.from({ length: BACKUPS_KEPT }, () => 2), 1]);
    expect(numberIn(kept.at(0)?.path ?? '')).toBe(BACKUPS_KEPT + 4);
    expect(numberIn(kept.at(-1)?.path ?? '')).toBe(1);
  });

  it('are ordered by their count where a clock went back, those of the first Thaw before all others', () => {
    const { file } = newDatabase();
    backUp(file);
    const folder = backupFolder(file);
    const names = [
      'things-000007-20200101T000000000Z-version-1.db',
      'things-000006-20990101T000000000Z-version-1.db',
      'things-20300101T000000000Z-version-1.db',
      'things-20290101T000000000Z-version-1.db',
    ];
    for (const name of [...names, 'things-notes.db', 'other-000009-20990101T000000000Z-version-1.db']) {
      writeFileSync(path.join(folder, name), '');
    }
    const [seventh, sixth, ownFirst, ...old] = listBackups(file).map(({ name }) => name);
    expect([seventh, sixth, ...old]).toEqual(names);
    expect(ownFirst).toMatch(/^things-000001-/);
    expect(backUp(file).sequence).toBe(8);
  });

  it('leave nothing unfinished: not where they fail, nor what a killed process left long ago', () => {
    const { file } = newDatabase();
    const made = backUp(file);
    const abandoned = path.join(backupFolder(file), 'things-000002-20200101T000000000Z-version-1.db.1.part');
    const underWay = path.join(backupFolder(file), 'things-000003-20200101T000000000Z-version-1.db.2.part');
    writeFileSync(abandoned, '');
    writeFileSync(underWay, '');
    utimesSync(abandoned, 0, 0);
    writeFileSync(file, 'not a database any more, of more bytes than a header has');
    expect(() => backUp(file)).toThrow();
    expect(listBackups(file)).toEqual([made]);
    expect(readdirSync(backupFolder(file))).toHaveLength(3);
    const fresh = newDatabase();
    backUp(fresh.file);
    writeFileSync(path.join(backupFolder(fresh.file), path.basename(abandoned)), '');
    utimesSync(path.join(backupFolder(fresh.file), path.basename(abandoned)), 0, 0);
    writeFileSync(path.join(backupFolder(fresh.file), path.basename(underWay)), '');
    backUp(fresh.file);
    expect(existsSync(path.join(backupFolder(fresh.file), path.basename(abandoned)))).toBe(false);
    expect(existsSync(path.join(backupFolder(fresh.file), path.basename(underWay)))).toBe(true);
  });
});
