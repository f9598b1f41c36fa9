import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { logBackup, logRecovered, logReport, logVacuumed } from '../../src/shared/contract/log-care.ts';
import { logPath, openLog, runDirectory } from '../../src/engine/experiment/log.ts';
import { createRun } from '../../src/engine/experiment/new-run.ts';
import { releaseTrainerLock } from '../../src/engine/experiment/trainer-lock.ts';
import { createService } from '../../src/engine/service/create-service.ts';
import { backUp } from '../../src/engine/sqlite/backups.ts';
import { expectError } from '../support/expect-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { samplePlan } from '../support/training-plan.ts';

function addRuns(home: string, count: number): string[] {
  const log = openLog(home);
  const ids = Array.from({ length: count }, () => {
    const id = createRun(log, samplePlan(), null);
    releaseTrainerLock(log, id);
    return id;
  });
  log.close();
  return ids;
}

function command(home: string): (...parameters: string[]) => Promise<CommandResult> {
  return (...parameters) => thaw(['log', ...parameters], { home });
}

describe('thaw log', () => {
  it('checks, backs up and vacuums, with figures', async () => {
    const home = temporaryFolder();
    addRuns(home, 200);
    const log = command(home);
    const backup = logBackup.parse(JSON.parse((await log('backup', '--json')).stdout));
    expect(existsSync(backup.path)).toBe(true);
    const page = await log('check');
    expect(page).toMatchObject({ code: 0 });
    expect(page.stdout).toContain(backup.name);
    expect(page.stdout).toContain('200 runs');
    const open = openLog(home);
    open.write('delete', (database) => database.exec('DELETE FROM run WHERE number > 1'));
    open.close();
    const vacuumed = logVacuumed.parse(JSON.parse((await log('vacuum', '--json')).stdout));
    expect(vacuumed.bytesAfter).toBeLessThan(vacuumed.bytesBefore / 2);
    const after = logReport.parse(JSON.parse((await log('check', '--json')).stdout));
    expect(after).toMatchObject({ problems: [], figures: { runs: 1, points: 0, freeBytes: 0 }, networkDisk: null });
    expect(after.backups).toEqual([backup]);
  });

  it('says what is wrong with a damaged log, sets it aside and goes on from the newest backup', async () => {
    const home = temporaryFolder();
    const [kept = ''] = addRuns(home, 1);
    const log = command(home);
    await log('backup');
    const [lost = ''] = addRuns(home, 1);
    for (const runId of [kept, lost]) mkdirSync(runDirectory(home, runId), { recursive: true });
    writeFileSync(logPath(home), 'no database');
    const runs = await thaw(['runs', 'list'], { home });
    expect(runs.code).toBe(1);
    expect(runs.stderr).toContain('thaw log recover');
    const check = await log('check', '--json');
    expect(check.code).toBe(1);
    const report = logReport.parse(JSON.parse(check.stdout));
    expect(report.problems.length).toBeGreaterThan(0);
    expect(report.figures).toBeNull();
    expect(readFileSync(logPath(home), 'utf8')).toBe('no database');
    const recovered = logRecovered.parse(JSON.parse((await log('recover', '--json')).stdout));
    expect(recovered).toMatchObject({ restored: { name: report.backups[0]?.name }, unknownRuns: [lost] });
    expect(readFileSync(path.join(recovered.aside ?? '', 'thaw.db'), 'utf8')).toBe('no database');
    expect((await thaw(['runs', 'list'], { home })).stdout).toContain(kept);
    const again = await log('recover');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('nothing wrong');
  });

  it('begins an empty log only where that is said', async () => {
    const home = temporaryFolder();
    addRuns(home, 1);
    writeFileSync(logPath(home), 'no database');
    const log = command(home);
    const refused = await log('recover');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--empty');
    expect((await log('recover', '--empty')).stdout).toContain('is kept in');
    expect(readdirSync(path.join(home, 'log', 'damaged'))).toHaveLength(1);
  });
});

describe('the engine of a window', () => {
  it('goes on with the backup once the damaged log is set aside, without being started again', async () => {
    const home = temporaryFolder();
    const [kept = ''] = addRuns(home, 1);
    const log = openLog(home);
    log.close();
    backUp(logPath(home));
    writeFileSync(logPath(home), 'no database');
    const { transport, close } = createService({ home, cache: path.join(home, 'cache') });
    await expectError(() => transport.invoke('runs.list', {}), 'log.unreadable', 'thaw log recover');
    await transport.invoke('log.recover', {});
    expect((await transport.invoke('runs.list', {})).runs).toMatchObject([{ runId: kept }]);
    await close();
  });

  it('does not vacuum while a run is at work', async () => {
    const home = temporaryFolder();
    const log = openLog(home);
    const runId = createRun(log, samplePlan(), null);
    const { transport, close } = createService({ home, cache: path.join(home, 'cache') });
    await expectError(() => transport.invoke('log.vacuum', {}), 'run.busy', runId);
    await close();
    log.close();
  });
});
