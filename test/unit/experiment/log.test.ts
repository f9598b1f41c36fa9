import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { EXPERIMENT_LOG, logPath, openLog } from '../../../src/engine/experiment/log.ts';
import { MIGRATIONS } from '../../../src/engine/experiment/migrations/all.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { setStatus } from '../../../src/engine/experiment/run-life.ts';
import { listRuns } from '../../../src/engine/experiment/run-list.ts';
import { explainDatabaseError } from '../../../src/engine/sqlite/database-error.ts';
import { assertOurs, migrate } from '../../../src/engine/sqlite/migrate.ts';
import { startProcess } from '../../support/child.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const root = temporaryFolder();
let homes = 0;
function newHome(): string {
  return path.join(root, `home-${++homes}`);
}

/** A workspace whose log holds one run and is closed. */
function usedHome(): string {
  const home = newHome();
  const log = openLog(home);
  createRun(log, samplePlan(), null);
  log.close();
  return home;
}

function placeLog(home: string, content: Buffer): string {
  mkdirSync(path.join(home, 'log'), { recursive: true });
  writeFileSync(logPath(home), content);
  return logPath(home);
}

describe('opening the log', () => {
  it('makes a folder for its owner alone', () => {
    const home = newHome();
    openLog(home).close();
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(home, 'log')).mode & 0o777).toBe(0o700);
  });

  it('writes ahead, holds foreign keys, and has only strict tables', () => {
    const log = openLog(newHome());
    log.read('look', (database) => {
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
      expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
      const tables = database
        .prepare<[], { name: string; strict: number }>(
          "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'",
        )
        .all();
      expect(tables.length).toBeGreaterThan(10);
      expect(tables.filter(({ strict }) => strict === 0)).toEqual([]);
    });
    log.close();
  });

  it('takes a zero-byte file for a new log', async () => {
    const home = newHome();
    placeLog(home, Buffer.alloc(0));
    const log = openLog(home);
    expect(await listRuns(log, { limit: 1 })).toEqual({ total: 0, runs: [] });
    log.close();
  });

  it('lets several processes make the same new log at once', async () => {
    const home = newHome();
    const children = Array.from({ length: 4 }, () => startProcess('open-log', [home]));
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit')) as [number]));
    expect(codes.map(([code]) => code)).toEqual([0, 0, 0, 0]);
  });

  const foreign = [
    { what: 'text', make: () => Buffer.from('these are my notes, not a database') },
    { what: 'a shorter text than a header', make: () => Buffer.from('notes') },
    {
      what: "another program's database",
      make: () => {
        const database = new Database(path.join(root, 'foreign.db'));
        database.exec('CREATE TABLE IF NOT EXISTS song (title TEXT)');
        database.close();
        return readFileSync(path.join(root, 'foreign.db'));
      },
    },
    {
      what: 'half of a log',
      make: () => {
        const home = usedHome();
        truncateSync(logPath(home), Math.floor(statSync(logPath(home)).size / 2));
        return readFileSync(logPath(home));
      },
    },
  ];
  it.each(foreign)('refuses $what and leaves it as it is', async ({ make }) => {
    const home = newHome();
    const content = make();
    const file = placeLog(home, content);
    const use = async (): Promise<void> => {
      const log = openLog(home);
      try {
        log.assertSound();
        await listRuns(log, { limit: 1 });
      } finally {
        log.close();
      }
    };
    await expectError(use, 'log.unreadable', 'untouched', 'Move', file);
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('refuses the log of a newer Thaw, naming its version, and changes nothing', async () => {
    const home = usedHome();
    const database = new Database(logPath(home));
    database.pragma('user_version = 99');
    database.close();
    const before = readFileSync(logPath(home));
    await expectError(() => openLog(home), 'log.newer', 'version 99', `version ${MIGRATIONS.length}`);
    expect(readFileSync(logPath(home)).equals(before)).toBe(true);
  });

  it('says what to do where the workspace is a file', async () => {
    const home = newHome();
    writeFileSync(home, '');
    await expectError(() => openLog(home), 'disk.readOnly', 'THAW_HOME');
  });

  it('says that the disk is full, and keeps what was written before', async () => {
    const home = usedHome();
    const log = openLog(home);
    log.read('limit', (database) => {
      const pages = Number(database.pragma('page_count', { simple: true }));
      database.pragma(`max_page_count = ${pages}`);
    });
    const fill = (): void => {
      for (let count = 0; count < 1000; count++) {
        const id = createRun(log, samplePlan({ rules: [{ action: 'freeze', pattern: 'x'.repeat(5000) }] }), null);
        setStatus(log, id, 'failed');
        log.write('free the place', (database) => database.exec('DELETE FROM trainer_lock'));
      }
    };
    log.write('free the place', (database) => database.exec('DELETE FROM trainer_lock'));
    await expectError(fill, 'disk.full', 'Could not write the new run');
    expect((await listRuns(log, { limit: 10 })).total).toBeGreaterThan(0);
    log.assertSound();
    log.close();
  });

  it('says that the log cannot be written', async () => {
    const log = openLog(usedHome());
    log.read('forbid', (database) => database.pragma('query_only = on'));
    await expectError(() => createRun(log, samplePlan(), null), 'disk.readOnly', 'write permission');
    log.close();
  });

  it.each([
    ['SQLITE_CORRUPT_INDEX', 'log.unreadable'],
    ['SQLITE_BUSY_SNAPSHOT', 'log.unreadable'],
    ['SQLITE_READONLY_DIRECTORY', 'disk.readOnly'],
    ['SQLITE_CANTOPEN_ISDIR', 'disk.readOnly'],
    ['SQLITE_FULL', 'disk.full'],
    ['ENOSPC', 'disk.full'],
  ] as const)('turns %s into %s', async (code, expected) => {
    const error = Object.assign(new Error('refused'), { code });
    await expectError(() => {
      throw explainDatabaseError(error, EXPERIMENT_LOG, logPath(root), 'write');
    }, expected);
  });
});

describe('migrating the log', () => {
  const newest = MIGRATIONS.length;
  const added = { version: newest + 1, statements: 'ALTER TABLE run ADD COLUMN mood TEXT' };

  function contents(database: Database.Database): unknown {
    const names = database
      .prepare<[], string>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .pluck()
      .all();
    return names.map((name) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]);
  }

  function without(tables: unknown, column: string): unknown {
    const drop = (key: string, value: unknown): unknown => (key === column ? undefined : value);
    return JSON.parse(JSON.stringify(tables, drop));
  }

  it('goes from one version to the next, with a backup that is the log as it was', () => {
    const home = usedHome();
    const database = new Database(logPath(home));
    const before = contents(database);
    migrate(database, { ...EXPERIMENT_LOG, migrations: [...MIGRATIONS, added] });
    expect(database.pragma('user_version', { simple: true })).toBe(newest + 1);
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(without(contents(database), 'mood')).toEqual(before);
    database.close();
    const backups = path.join(home, 'log', 'backups');
    const [name = ''] = readdirSync(backups);
    expect(readdirSync(backups)).toHaveLength(1);
    expect(name).toContain(`version-${newest}`);
    const backup = new Database(path.join(backups, name), { readonly: true });
    expect(contents(backup)).toEqual(before);
    backup.close();
  });

  it('names the newest backup when the log is then damaged', async () => {
    const home = usedHome();
    const database = new Database(logPath(home));
    migrate(database, { ...EXPERIMENT_LOG, migrations: [...MIGRATIONS, added] });
    database.close();
    writeFileSync(logPath(home), 'gone');
    await expectError(() => openLog(home), 'log.unreadable', 'newest backup', `version-${newest}`);
  });

  it.each([
    ['fails', 'ALTER TABLE run ADD COLUMN mood TEXT; INSERT INTO nowhere VALUES (1)'],
    ['leaves rows that point nowhere', 'DELETE FROM run'],
  ])('is undone as a whole where a migration %s', (_, statements) => {
    const database = new Database(logPath(usedHome()));
    const before = contents(database);
    expect(() =>
      migrate(database, { ...EXPERIMENT_LOG, migrations: [...MIGRATIONS, { version: newest + 1, statements }] }),
    ).toThrow();
    expect(database.pragma('user_version', { simple: true })).toBe(newest);
    expect(contents(database)).toEqual(before);
    database.close();
  });

  it('does not touch a damaged log', () => {
    const home = usedHome();
    const file = logPath(home);
    const copy = path.join(root, 'damaged.db');
    copyFileSync(file, copy);
    const bytes = readFileSync(copy);
    // Every page but the first, which says how many there are.
    bytes.fill(0x5a, 4096);
    writeFileSync(copy, bytes);
    const database = new Database(copy);
    expect(() => migrate(database, { ...EXPERIMENT_LOG, migrations: [...MIGRATIONS, added] })).toThrow();
    database.close();
    expect(readFileSync(copy).equals(bytes)).toBe(true);
    expect(existsSync(path.join(root, 'backups'))).toBe(false);
  });

  it('numbers its migrations without gaps', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  it('knows its own database by its mark', () => {
    const database = new Database(logPath(usedHome()));
    database.pragma('application_id = 7');
    expect(() => assertOurs(database, EXPERIMENT_LOG)).toThrow(/another program/);
    database.close();
  });
});
