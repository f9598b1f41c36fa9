import { existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeThawFile } from '../../../src/engine/exchange/thaw-file/write-thaw-file.ts';
import { importThawFile, type ImportedRun } from '../../../src/engine/exchange/thaw-file/import-thaw-file.ts';
import { insertForeignRun, type ForeignRun } from '../../../src/engine/experiment/foreign-run.ts';
import { openLog, type Log } from '../../../src/engine/experiment/log.ts';
import { pointKeys } from '../../../src/engine/experiment/points-reader.ts';
import { readRunDocument } from '../../../src/engine/experiment/run-document.ts';
import { trashedRuns } from '../../../src/engine/experiment/run-edits.ts';
import { logFinishedRun } from '../../support/logged-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { signal } = new AbortController();

function count(log: Log, table: string): unknown {
  return log.read('count', (database) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
}

function foreign(points: number, onPoint: (index: number) => void = () => undefined): ForeignRun {
  const told = Array.from({ length: points }, (_, index) => ({
    position: index,
    get value() {
      onPoint(index);
      return 1;
    },
    time: 1_700_000_000_000,
  }));
  return {
    name: 'large',
    source: '/elsewhere',
    begunAt: 1_700_000_000_000,
    endedAt: 1_700_000_001_000,
    metrics: { step: new Map([['loss', told]]), epoch: new Map() },
    remark: 'Of another program.',
  };
}

describe('a large run that is taken in', () => {
  it('leaves the log to others between its parts, and is seen by nobody before it is whole', async () => {
    const home = temporaryFolder();
    const [log, other] = [openLog(home), openLog(home)];
    other.read('do not wait', (database) => database.pragma('busy_timeout = 0'));
    const seen: unknown[] = [];
    const run = foreign(50_000, (index) => {
      if (index !== 45_000) return;
      // Two parts are written by now.
      other.write('write', (database) => database.exec("INSERT INTO saved_filter VALUES ('mine', '', 1)"));
      seen.push(count(other, 'step_metric'), trashedRuns(other), count(other, 'run WHERE trashed_at IS NULL'));
    });
    const { runId } = await insertForeignRun(log, run, signal);
    expect(seen).toEqual([40_000, [], 0]);
    expect(count(log, 'step_metric')).toBe(50_000);
    expect(pointKeys(log, runId, 'step')).toEqual(['loss']);
    log.close();
    other.close();
  });

  it('leaves nothing where it is cancelled', async () => {
    const log = openLog(temporaryFolder());
    const cancelled = new AbortController();
    const run = foreign(50_000, (index) => {
      if (index === 45_000) cancelled.abort();
    });
    await expect(insertForeignRun(log, run, cancelled.signal)).rejects.toThrow('abort');
    expect([count(log, 'run'), count(log, 'step_metric')]).toEqual([0, 0]);
    log.close();
  });
});

describe('a .thaw file', () => {
  const home = temporaryFolder();
  const log = openLog(home);
  const runId = logFinishedRun(log);
  const write = async (checkpoints: 'best' | 'none'): Promise<string> => {
    const file = path.join(home, `${checkpoints}.thaw`);
    const runDirectory = path.join(home, 'runs', runId);
    await writeThawFile(log, file, { runId, runDirectory, checkpoints, network: null, thaw: '0.1.0', signal });
    return file;
  };
  const take = (into: Log, file: string): Promise<ImportedRun> =>
    importThawFile(into, file, { home: into.home, modelFolder: path.join(into.home, 'models'), signal });

  it('brings a run in where a folder of it was left without it, and keeps that folder', async () => {
    const other = openLog(temporaryFolder());
    const folder = path.join(other.home, 'runs', runId);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'left'), 'x');
    expect(await take(other, await write('best'))).toMatchObject({
      runId,
      known: false,
      warnings: [expect.stringContaining(`${folder}.former-`)],
    });
    expect(existsSync(path.join(folder, 'checkpoints'))).toBe(true);
    expect(globSync(`${folder}.former-*/left`)).toHaveLength(1);
    other.close();
  });

  it.each(['its folder was deleted', 'it came without them'] as const)(
    'gives a run its checkpoints back where %s',
    async (how) => {
      const other = openLog(temporaryFolder());
      const folder = path.join(other.home, 'runs', runId);
      const deleted = how === 'its folder was deleted';
      await take(other, await write(deleted ? 'best' : 'none'));
      if (deleted) rmSync(folder, { recursive: true });
      expect(existsSync(path.join(folder, 'checkpoints'))).toBe(false);
      expect(await take(other, await write('best'))).toMatchObject({ runId, known: true });
      expect(existsSync(path.join(folder, 'checkpoints/index.json'))).toBe(true);
      expect(readRunDocument(other, runId).tables['checkpoint']).toEqual(
        readRunDocument(log, runId).tables['checkpoint'],
      );
      other.close();
    },
  );

  it('is known as well where its run got another id', async () => {
    const other = openLog(temporaryFolder());
    const file = await write('best');
    await take(other, file);
    other.write('go on', (database) => database.exec('UPDATE run SET epochs_done = 9'));
    const copy = await take(other, file);
    expect(copy).toMatchObject({ known: false, formerId: runId });
    expect(await take(other, file)).toMatchObject({ runId: copy.runId, known: true });
    other.close();
  });

  it('holds more metrics than a file has documents', async () => {
    const other = openLog(temporaryFolder());
    const keys = Array.from({ length: 5000 }, (_, index) => `key ${String(index).padStart(4, '0')}`);
    log.write('add metrics', (database) => {
      const add = database.prepare('INSERT INTO metric_key (name) VALUES (?)');
      const point = database.prepare(
        'INSERT INTO step_metric (run, key, step, epoch, value, time) VALUES (1, ?, 1, 1, 1, 1)',
      );
      for (const key of keys) point.run(add.run(key).lastInsertRowid);
    });
    await take(other, await write('none'));
    expect(pointKeys(other, runId, 'step')).toEqual(pointKeys(log, runId, 'step'));
    expect(pointKeys(other, runId, 'step')).toEqual(expect.arrayContaining(keys));
    other.close();
  });
});
