import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { logPath, openLog } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { setStatus } from '../../../src/engine/experiment/run-life.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, type Web } from '../../support/window/web.ts';

describeWith('a window whose log cannot be read', await findWeb(), (place) => {
  const home = path.join(temporaryFolder(), 'home');
  let web: Web;
  beforeAll(async () => {
    const log = openLog(home);
    const runId = createRun(log, samplePlan(), null);
    setStatus(log, runId, 'running');
    setStatus(log, runId, 'finished');
    releaseTrainerLock(log, runId);
    log.write('name', (database) => database.exec("UPDATE run SET name = 'kept in a backup'"));
    await log.backUp();
    log.close();
    writeFileSync(logPath(home), 'no database');
    web = await launchWeb(place, home);
  });
  afterAll(async () => {
    const { child, done } = web.server;
    child.kill('SIGINT');
    await done;
  });

  it('says what is wrong, leaves the file as it is, and goes on from the newest backup when asked', async () => {
    const { page } = web;
    await page.goto(`${new URL(page.url()).origin}/#/runs`);
    const recover = page.getByRole('button', { name: 'Go on from the newest backup' });
    await recover.first().waitFor();
    await page.getByText('The log cannot be read').first().waitFor();
    expect(readFileSync(logPath(home), 'utf8')).toBe('no database');
    await takeScreenshots(page, 'damaged-log');
    await recover.first().click();
    await page.getByText('What was there before is kept in').first().waitFor();
    await takeScreenshots(page, 'recovered-log');
    const [aside = ''] = readdirSync(path.join(home, 'log', 'damaged'));
    expect(readFileSync(path.join(home, 'log', 'damaged', aside, 'thaw.db'), 'utf8')).toBe('no database');
    await page.getByRole('button', { name: 'Reload' }).first().click();
    await page.getByText('kept in a backup').first().waitFor();
  });
});
