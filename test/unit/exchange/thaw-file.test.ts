import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { readRunDocument } from '../../../src/engine/experiment/run-document.ts';
import { readRun } from '../../../src/engine/experiment/run-reader.ts';
import { writeThawFile } from '../../../src/engine/exchange/thaw-file/write-thaw-file.ts';
import type { CarriedCheckpoints } from '../../../src/shared/contract/run-exchange.ts';
import { runDetail, type RunDetail } from '../../../src/shared/contract/run.ts';
import { expectError } from '../../support/expect-error.ts';
import { everything, exportedRun, exportTo, importInto, listed, type ExportedRun } from '../../support/exported-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeZipFile } from '../../support/zip-file.ts';

const root = temporaryFolder();
let home = '';
let runId = '';
let file = '';
let contents: ExportedRun['contents'] = [];
let homes = 0;
beforeAll(async () => {
  ({ home, runId, file, contents } = await exportedRun(root));
});

function newHome(): string {
  homes += 1;
  return path.join(root, `home-${homes}`);
}

function detailIn(at: string, id: string): RunDetail {
  const log = openLog(at);
  try {
    return runDetail.parse(readRun(log, id));
  } finally {
    log.close();
  }
}

function filesOf(at: string, id: string): readonly (readonly [string, string])[] {
  const folder = path.join(at, 'runs', id);
  return globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((name) => [path.relative(folder, name), readFileSync(name).toString('hex')] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

describe('a run as a .thaw file', () => {
  it('is the same run in another log, with its files, and is not taken in twice', async () => {
    const other = newHome();
    expect(await importInto(other, file)).toMatchObject({ runs: [{ runId, outcome: 'imported', formerId: null }] });
    expect(everything(other, runId)).toEqual(everything(home, runId));
    expect(filesOf(other, runId)).toEqual(filesOf(home, runId));
    const { summary, result, ...rest } = detailIn(other, runId);
    const before = detailIn(home, runId);
    expect({ summary, result }).toEqual({ summary: before.summary, result: before.result });
    expect(rest).toMatchObject({ plan: before.plan, proof: before.proof, layers: before.layers, parentRunId: null });
    expect((await importInto(other, file)).runs).toMatchObject([{ runId, outcome: 'known' }]);
    expect(readdirSync(path.join(other, 'imports'))).toEqual([]);
  });

  it('gets another id where a run that went on differently has its own', async () => {
    const other = newHome();
    await importInto(other, file);
    const log = openLog(other);
    log.write('go on', (database) => database.prepare('UPDATE run SET epochs_done = 9').run());
    log.close();
    const [run] = (await importInto(other, file)).runs;
    expect(run).toMatchObject({ outcome: 'imported', formerId: runId });
    expect(run?.runId).not.toBe(runId);
    expect(run?.runId.slice(0, 15)).toBe(runId.slice(0, 15));
    expect(filesOf(other, run?.runId ?? '')).toEqual(filesOf(home, runId));
  });

  it.each([
    { checkpoints: 'none', folders: 0, rows: 0 },
    { checkpoints: 'all', folders: 2, rows: 2 },
  ] as const)(
    'brings $folders checkpoints along where asked for $checkpoints',
    async ({ checkpoints, folders, rows }) => {
      const target = path.join(root, `${checkpoints}.thaw`);
      await exportTo({ home, runId }, target, checkpoints);
      const other = newHome();
      await importInto(other, target);
      expect(globSync(path.join(other, 'runs', runId, 'checkpoints/step-*'))).toHaveLength(folders);
      const log = openLog(other);
      expect(readRunDocument(log, runId).tables['checkpoint']).toHaveLength(rows);
      log.close();
    },
  );

  it('was interrupted where it was at work when it was written', async () => {
    const running = contents.map(({ name, content }) =>
      name === 'run.json'
        ? { name, content: Buffer.from(content.toString().replace('"status":"finished"', '"status":"running"')) }
        : { name, content },
    );
    const other = newHome();
    await importInto(other, writeZipFile(path.join(root, 'running.thaw'), listed(running)));
    expect(detailIn(other, runId).summary.status).toBe('interrupted');
  });

  it('is not carried with checkpoints that a trainer replaces meanwhile', async () => {
    const other = newHome();
    await importInto(other, file);
    const log = openLog(other);
    log.write('go on', (database) => database.prepare("UPDATE run SET status = 'running'").run());
    const exportIt = (checkpoints: CarriedCheckpoints): Promise<number> =>
      writeThawFile(log, path.join(root, `running-${checkpoints}.thaw`), {
        runId,
        runDirectory: path.join(other, 'runs', runId),
        checkpoints,
        network: null,
        thaw: '0.1.0',
        signal: new AbortController().signal,
      });
    await expectError(() => exportIt('best'), 'run.state', 'at work', '--checkpoints none');
    expect(await exportIt('none')).toBeGreaterThan(1000);
    log.close();
  });

  it('is known where it lies in the trash, and that is told', async () => {
    const other = newHome();
    await importInto(other, file);
    const log = openLog(other);
    log.write('throw it away', (database) => database.prepare('UPDATE run SET trashed_at = 1').run());
    log.close();
    expect(await importInto(other, file)).toMatchObject({
      runs: [{ outcome: 'known' }],
      warnings: [expect.stringContaining('in the trash')],
    });
  });

  it('is told in the log of the machine that wrote it', () => {
    const log = openLog(home);
    const exported = log.read('look', (database) =>
      database.prepare('SELECT format, path FROM run_export WHERE path = ?').all(file),
    );
    log.close();
    expect(exported).toEqual([{ format: 'thaw', path: file }]);
  });
});
