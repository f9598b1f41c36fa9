import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import type { PredictResult } from '../../../src/shared/contract/endpoint.ts';
import { runDetail, runResult } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, type Web } from '../../support/window/web.ts';

const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 60_000, interval: 100 });

describeWith('runs that go out of the window and come in', await findWeb(), (place) => {
  const root = temporaryFolder();
  const [here, there] = [path.join(root, 'here'), path.join(root, 'there')];
  const carried = path.join(root, 'carried.thaw');
  let web: Web;
  let runId = '';

  /** Chooses an entry of the menu Export, and keeps the file that comes of it. */
  async function exported(page: Page, entry: string | RegExp, file: string): Promise<string> {
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout: 60_000 }),
      page.getByRole('menuitem', { name: entry }).click(),
    ]);
    await download.saveAs(file);
    return download.suggestedFilename();
  }

  beforeAll(async () => {
    await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
    const plan = [
      '--network',
      'mobilenet_v1_0.25_32',
      '--strategy',
      'scratch',
      '--dataset',
      'stripes',
      '--epochs',
      '2',
    ];
    const trained = await thaw(['train', ...plan, '--json'], { home: here, cwd: root });
    runId = runResult.parse(JSON.parse(trained.stdout)).runId;
    web = await launchWeb(place, here);
    await web.page.evaluate((hash) => (window.location.hash = hash), `#/runs/${runId}`);
  }, 180_000);

  it('are handed over as the files that were asked for', async () => {
    const { page } = web;
    await page.getByRole('button', { name: 'Export' }).click();
    await expectAccessible(page);
    await takeScreenshots(page, 'export-menu');
    await page.keyboard.press('Escape');
    expect(await exported(page, /^Thaw file/, carried)).toBe(`${runId}.thaw`);
    expect(readFileSync(carried).subarray(0, 2).toString()).toBe('PK');
    const report = path.join(root, 'report.html');
    expect(await exported(page, 'Report (HTML)', report)).toBe(`${runId}.html`);
    expect(readFileSync(report, 'utf8')).toContain('</html>');
    const table = path.join(root, 'runs.csv');
    expect(await exported(page, 'Table of runs (CSV)', table)).toBe('runs.csv');
    expect(readFileSync(table, 'utf8')).toContain(`\r\n${runId},`);
  });

  it('are taken in from a file that is brought from this computer, and predict there as before', async () => {
    const { page } = await launchWeb(place, there);
    await page.evaluate(() => (window.location.hash = '#/runs'));
    await page.getByRole('button', { name: 'Import…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import runs' });
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      dialog.getByRole('button', { name: 'Bring in a file…' }).click(),
    ]);
    await chooser.setFiles(carried);
    await eventually(() => page.getByText('Imported the run').count()).toBe(1);
    await takeScreenshots(page, 'imported');
    await page.getByRole('button', { name: 'Show it' }).click();
    await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toContain('mobilenet_v1');
    await expectAccessible(page);
    expect(new URL(page.url()).hash).toBe(`#/runs/${runId}`);

    const shown = await thaw(['runs', 'show', runId, '--json'], { home: there });
    expect(runDetail.parse(JSON.parse(shown.stdout)).result.history).toHaveLength(2);
    const image = path.join(root, 'stripes/val/fine/000.png');
    const predicted = await Promise.all(
      [here, there].map(async (home) => {
        const { stdout } = await thaw(['predict', '--run', runId, image, '--json'], { home });
        return (JSON.parse(stdout) as PredictResult).predictions[0]?.classes;
      }),
    );
    expect(predicted[0]).toHaveLength(2);
    expect(predicted[1]).toEqual(predicted[0]);
  });

  it('are told to be here already where their file is dropped on the window', async () => {
    const { page } = web;
    await drag(page, [carried]);
    await eventually(() => page.getByText('is here already').count()).toBe(1);
    expect(new URL(page.url()).hash).toBe('#/runs');
  });

  it('come from event files too, are shown with what is known of them, and compared in a report', async () => {
    const { page } = web;
    const events = path.join(root, 'events');
    await thaw(['runs', 'export', runId, '--format', 'tensorboard', '--out', events], { home: here });
    const [folder = ''] = readdirSync(events);
    const [name = ''] = readdirSync(path.join(events, folder));
    await drag(page, [path.join(events, folder, name)]);
    await eventually(() => page.getByText(`Imported the run`).count()).toBe(1);
    await page.getByRole('button', { name: 'Show it' }).last().click();
    await eventually(() => page.getByText('hold metrics and no plan').count()).toBeGreaterThan(0);
    await expectAccessible(page);
    await takeScreenshots(page, 'imported-events');
    const foreign = new URL(page.url()).hash.split('/').at(-1) ?? '';
    expect(foreign).not.toBe(runId);
    await page.evaluate((hash) => (window.location.hash = hash), `#/runs/compare/${runId},${foreign}`);
    await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toContain('2 runs');
    const report = path.join(root, 'comparison.html');
    expect(await exported(page, 'Report (HTML)', report)).toBe('comparison.html');
    await takeScreenshots(page, 'compare-export');
    expect(readFileSync(report, 'utf8')).toContain('2 runs compared');
  });

  it('are refused with the reason where a file is no run, and the window goes on', async () => {
    const { page } = web;
    await page.evaluate(() => (window.location.hash = '#/runs'));
    await page.getByRole('button', { name: 'Import…' }).click();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Bring in a file…' }).click(),
    ]);
    await chooser.setFiles({ name: 'broken.thaw', mimeType: '', buffer: readFileSync(carried).subarray(0, 4000) });
    await eventually(() => page.getByText('This cannot be imported').count()).toBe(1);
    await eventually(() => page.getByRole('button', { name: 'Import…' }).isEnabled()).toBe(true);
  });
});
