import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { runResult } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { findDesktop, launchDesktop, type Desktop } from '../../support/window/desktop.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';

describeWith('the model of a run on the desktop', await findDesktop(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const models = path.join(root, 'models');
  let desktop: Desktop;

  beforeAll(async () => {
    mkdirSync(models);
    await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
    const plan = [
      '--network',
      'mobilenet_v1_0.25_32',
      '--strategy',
      'scratch',
      '--dataset',
      'stripes',
      '--epochs',
      '1',
    ];
    const { stdout } = await thaw(['train', ...plan, '--json'], { home, cwd: root });
    const { runId } = runResult.parse(JSON.parse(stdout));
    desktop = await launchDesktop(place, home);
    await desktop.page.evaluate((hash) => (window.location.hash = hash), `#/runs/${runId}`);
  }, 180_000);

  it('becomes a folder, by the name that it is given, in the one that the person chooses', async () => {
    const { app, page } = desktop;
    await app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    }, models);
    const dialog = page.getByRole('dialog', { name: 'Export the model' });
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'Export the model…' }).click();
    const name = dialog.getByLabel('Name of the folder');
    await name.fill('../elsewhere');
    const start = dialog.getByRole('button', { name: 'Export into a folder…' });
    expect(await start.isDisabled()).toBe(true);
    await name.fill('stripes-model');
    await takeScreenshots(page, 'export-model-desktop');
    await start.click();
    await dialog.getByRole('heading', { name: 'Exported and tested' }).waitFor({ timeout: 60_000 });
    expect(await dialog.textContent()).toContain('stripes-model');
    expect(readdirSync(models)).toEqual(['stripes-model']);
    expect(readdirSync(path.join(models, 'stripes-model'))).toContain('saved_model.pb');
    // What is there is not written over.
    await dialog.getByRole('button', { name: 'Export another' }).click();
    await start.click();
    await dialog.getByRole('alert').getByText('is not empty').waitFor({ timeout: 60_000 });
  });
});
