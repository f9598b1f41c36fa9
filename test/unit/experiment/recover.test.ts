import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { EXPERIMENT_LOG, logPath, openLog } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { listRuns } from '../../../src/engine/experiment/run-list.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { BACKUPS_KEPT, backUp, listBackups } from '../../../src/engine/sqlite/backups.ts';
import { examineFile, recover, type Recovery, type Replacement } from '../../../src/engine/sqlite/recover.ts';
import { killHard, nextMessage, startProcess } from '../../support/child.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

interface Used {
  readonly home: string;
  readonly file: string;
  /** The runs of each backup, the earliest first, and of the log at last. */
  readonly runs: readonly (readonly string[])[];
}

/** A workspace with two backups, each with a run more than the one before, and a log with one more. */
function usedHome(): Used {
  const home = temporaryFolder();
  const log = openLog(home);
  const runs: string[][] = [];
  for (let count = 1; count <= 3; count++) {
    const runId = createRun(log, samplePlan(), null);
    releaseTrainerLock(log, runId);
    runs.push([...(runs.at(-1) ?? []), runId]);
    if (count < 3) backUp(log.path);
  }
  log.close();
  return { home, file: logPath(home), runs };
}

function mend({ file }: Used, replacement: Replacement = 'newest'): Recovery {
  return recover(EXPERIMENT_LOG, file, replacement);
}

async function runsNow({ home }: Used): Promise<string[]> {
  const log = openLog(home);
  try {
    const { runs } = await listRuns(log, { status: 'queued' });
    return runs.map(({ runId }) => runId).toSorted();
  } finally {
    log.close();
  }
}

const DAMAGES: readonly (readonly [string, (file: string) => void])[] = [
  ['is something else', (file) => writeFileSync(file, 'these are my notes, not a database')],
  ['lost its second half', (file) => truncateSync(file, Math.floor(statSync(file).size / 2))],
  [
    'has pages of rubbish',
    (file) => {
      const bytes = readFileSync(file);
      bytes.fill(0x5a, 4096);
      writeFileSync(file, bytes);
    },
  ],
  [
    'belongs to another program',
    (file) => {
      rmSync(file);
      const database = new Database(file);
      database.exec('CREATE TABLE song (title TEXT)');
      database.close();
    },
  ],
];

describe('a damaged log', () => {
  it.each(DAMAGES)(
    'that %s is kept aside byte by byte, and the newest backup comes in its place',
    async (_, damage) => {
      const used = usedHome();
      damage(used.file);
      const damaged = readFileSync(used.file);
      expect(examineFile(EXPERIMENT_LOG, used.file)).not.toEqual([]);
      const { aside, restored } = mend(used);
      expect(restored).toEqual(listBackups(used.file)[0]);
      expect(readFileSync(path.join(aside ?? '', 'thaw.db')).equals(damaged)).toBe(true);
      expect(aside?.startsWith(path.join(used.home, 'log', 'damaged'))).toBe(true);
      expect(await runsNow(used)).toEqual(used.runs[1]?.toSorted());
      expect(listBackups(used.file)).toHaveLength(2);
    },
  );

  it('keeps what waited beside it with it, so that it is never taken for the backup’s', async () => {
    const used = usedHome();
    writeFileSync(used.file, 'no database');
    writeFileSync(`${used.file}-wal`, 'commits');
    writeFileSync(`${used.file}-shm`, 'memory');
    writeFileSync(`${used.file}-journal`, 'pages');
    const { aside } = mend(used);
    expect(readdirSync(aside ?? '').toSorted()).toEqual(['thaw.db', 'thaw.db-journal', 'thaw.db-shm', 'thaw.db-wal']);
    expect(readFileSync(path.join(aside ?? '', 'thaw.db-wal'), 'utf8')).toBe('commits');
    expect(readdirSync(path.dirname(used.file))).toEqual(['backups', 'damaged', 'thaw.db']);
    expect(await runsNow(used)).toHaveLength(2);
  });

  it('is replaced by the newest backup that is sound itself, by one that is named, or by nothing', async () => {
    const used = usedHome();
    const [newest, older] = listBackups(used.file);
    if (!newest || !older) throw new Error('There must be two backups.');
    writeFileSync(newest.path, 'damaged as well');
    const damage = (): void => writeFileSync(used.file, 'no database');
    damage();
    await expectError(() => mend(used, { name: newest.name }), 'log.unreadable', newest.path);
    await expectError(() => mend(used, { name: '../thaw.db' }), 'usage.invalid', older.name);
    expect(mend(used).restored?.name).toBe(older.name);
    expect(await runsNow(used)).toEqual(used.runs[0]);
    damage();
    expect(mend(used, { name: older.name }).restored?.name).toBe(older.name);
    damage();
    expect(mend(used, 'empty').restored).toBeNull();
    expect(await runsNow(used)).toEqual([]);
    expect(readdirSync(path.join(used.home, 'log', 'damaged'))).toHaveLength(3);
  });

  it('stays where it is while no backup is sound', async () => {
    const used = usedHome();
    for (const backup of listBackups(used.file)) rmSync(backup.path);
    writeFileSync(used.file, 'no database');
    await expectError(() => mend(used), 'log.unreadable', 'none is sound', '--empty');
    expect(readFileSync(used.file, 'utf8')).toBe('no database');
    expect(existsSync(path.join(used.home, 'log', 'damaged'))).toBe(false);
  });

  it('is as it was where it cannot be replaced', () => {
    const used = usedHome();
    writeFileSync(used.file, 'no database');
    writeFileSync(`${used.file}-wal`, 'commits');
    // A folder in the way of the copy.
    mkdirSync(`${used.file}.part`);
    expect(() => mend(used)).toThrow();
    expect(readFileSync(used.file, 'utf8')).toBe('no database');
    expect(readFileSync(`${used.file}-wal`, 'utf8')).toBe('commits');
  });

  it.runIf(process.platform === 'linux')('stays where it is while another process has it open', async () => {
    const home = temporaryFolder();
    const child = startProcess('run-and-append', [home]);
    await nextMessage(child);
    const file = logPath(home);
    await expectError(() => recover(EXPERIMENT_LOG, file, 'empty'), 'log.unreadable', String(child.pid), 'Close');
    expect(existsSync(file)).toBe(true);
    await killHard(child);
    writeFileSync(file, 'no database');
    recover(EXPERIMENT_LOG, file, 'empty');
    expect(examineFile(EXPERIMENT_LOG, file)).toEqual([]);
  });
});

describe.each<readonly [string, (file: string) => void]>([
  ['is gone', (file) => rmSync(file)],
  ['has lost all its bytes', (file) => truncateSync(file, 0)],
])('a log that %s', (_, lose) => {
  it('is not begun anew beside its backups, but goes on from the newest', async () => {
    const used = usedHome();
    lose(used.file);
    const wasThere = existsSync(used.file);
    await expectError(() => openLog(used.home), 'log.unreadable', used.file, 'thaw log recover', '--empty');
    expect([existsSync(used.file), statSync(used.file, { throwIfNoEntry: false })?.size ?? 0]).toEqual([wasThere, 0]);
    const { aside, restored } = mend(used);
    expect(restored).toEqual(listBackups(used.file)[0]);
    expect(aside === null).toBe(!wasThere);
    expect(await runsNow(used)).toEqual(used.runs[1]?.toSorted());
  });

  it('is begun anew where that is said, and its backups outlive those of the new one', async () => {
    const used = usedHome();
    const [newest] = listBackups(used.file);
    lose(used.file);
    const { aside } = mend(used, 'empty');
    expect(await runsNow(used)).toEqual([]);
    for (let count = 0; count <= BACKUPS_KEPT; count++) backUp(used.file);
    expect(existsSync(newest?.path ?? '')).toBe(false);
    expect(examineFile(EXPERIMENT_LOG, path.join(aside ?? '', newest?.name ?? ''))).toEqual([]);
  });

  it('is as new where it has no backup', async () => {
    const used = usedHome();
    for (const backup of listBackups(used.file)) rmSync(backup.path);
    lose(used.file);
    await expectError(() => mend(used), 'usage.invalid', 'nor a backup');
    expect(await runsNow(used)).toEqual([]);
  });
});

describe('a log that needs no recovery', () => {
  it('is left alone while another program holds it, as it may be sound', async () => {
    const used = usedHome();
    const other = new Database(used.file);
    other.pragma('locking_mode = exclusive');
    other.exec('BEGIN EXCLUSIVE');
    await expectError(() => mend(used), 'log.unreadable', 'held the experiment log for too long');
    other.exec('COMMIT');
    other.close();
    expect(readdirSync(path.join(used.home, 'log'))).not.toContain('damaged');
    expect(await runsNow(used)).toHaveLength(3);
  });

  it('is left alone where it cannot be looked at', async () => {
    const used = usedHome();
    rmSync(used.file);
    mkdirSync(used.file);
    await expectError(() => mend(used), 'disk.readOnly', 'EISDIR');
    expect(statSync(used.file).isDirectory()).toBe(true);
  });

  it('is left alone where it is sound, of a newer Thaw or not there', async () => {
    const used = usedHome();
    await expectError(() => mend(used), 'usage.invalid', 'nothing wrong');
    const database = new Database(used.file);
    database.pragma('user_version = 99');
    database.close();
    await expectError(() => mend(used, 'empty'), 'log.newer', 'version 99');
    expect(readdirSync(path.join(used.home, 'log'))).not.toContain('damaged');
    const nowhere = { ...used, file: path.join(used.home, 'none.db') };
    await expectError(() => mend(nowhere), 'usage.invalid', 'none.db');
  });
});

describe('a log on a network disk', () => {
  it('is written without write-ahead, also where it was written with it before, and back again', async () => {
    const used = usedHome();
    const journal = (disk: string | null): unknown => {
      const log = openLog(used.home, () => disk);
      try {
        expect(log.networkDisk).toBe(disk);
        releaseTrainerLock(log, createRun(log, samplePlan(), null));
        return log.read('look', (database) => [
          database.pragma('journal_mode', { simple: true }),
          database.pragma('synchronous', { simple: true }),
        ]);
      } finally {
        log.close();
      }
    };
    expect(journal('a network disk (NFS)')).toEqual(['truncate', 2]);
    expect(existsSync(`${used.file}-wal`)).toBe(false);
    expect(journal(null)).toEqual(['wal', 1]);
    expect(await runsNow(used)).toHaveLength(5);
  });
});
