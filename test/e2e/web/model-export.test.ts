import { unzipSync } from 'fflate';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { runResult } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { clickWhenThere } from '../../support/window/click-when-there.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, type Web } from '../../support/window/web.ts';

/** An image of the folder by its place in it, and both classes with their probabilities. */
const ROW = /^(?:deep\/)?\d+\.png,(?:broad|fine),[\d.e-]+,(?:broad|fine),[\d.e-]+,$/;

describeWith('what a run has learnt, taken out of the window', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const photos = path.join(root, 'photos');
  const runs = { keras: '', torch: '' };
  let web: Web;

  async function train(network: string): Promise<string> {
    const plan = ['--network', network, '--strategy', 'scratch', '--dataset', 'stripes', '--epochs', '1'];
    const { stdout } = await thaw(['train', ...plan, '--json'], { home, cwd: root });
    return runResult.parse(JSON.parse(stdout)).runId;
  }

  /** By keyboard alone. */
  async function openDialog(runId: string): Promise<void> {
    const { page } = web;
    await page.evaluate((hash) => (window.location.hash = hash), `#/runs/${runId}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const menu = page.getByRole('button', { name: 'Export' });
    await menu.waitFor();
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Export the model…' }).waitFor();
    await page.keyboard.press('E');
    await page.keyboard.press('Enter');
    await page.getByRole('radiogroup', { name: 'Format' }).waitFor({ timeout: 60_000 });
  }

  const dialog = () => web.page.getByRole('dialog', { name: 'Export the model' });

  beforeAll(async () => {
    await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
    runs.keras = await train('mobilenet_v1_0.25_32');
    runs.torch = await train('mobilenet_v1_leaky_0.25_32@torch');
    mkdirSync(path.join(photos, 'deep'), { recursive: true });
    for (const index of [0, 1, 2]) {
      const image = path.join(root, `stripes/val/fine/00${index}.png`);
      copyFileSync(image, path.join(photos, `${index}.png`));
      copyFileSync(image, path.join(photos, `deep/${index}.png`));
    }
    web = await launchWeb(place, home);
  }, 180_000);

  it('is offered in the formats that its network can have, and says why not in others', async () => {
    await openDialog(runs.keras);
    expect(
      await dialog()
        .getByRole('radio', { name: /^TensorFlow SavedModel/ })
        .isChecked(),
    ).toBe(true);
    expect(
      await dialog()
        .getByRole('radio', { name: /^PyTorch/ })
        .isDisabled(),
    ).toBe(true);
    expect(await dialog().textContent()).toContain("this run trained 'mobilenet_v1_0.25_32'");
    await expectAccessible(web.page);
    await takeScreenshots(web.page, 'export-model');
    await web.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  it.each([
    [/^TensorFlow frozen graph/, null, 'pb', 'model.pb', 'Exported and tested'],
    [/^TensorFlow.js graph model/, /^16 bits/, 'tfjs-graph-float16', 'group1-shard1of1.bin', 'Exported and tested'],
    [/^PyTorch/, null, 'torch', 'model.pth', 'Exported and read back'],
  ])('comes as one zip file for %s, with how its test ended', async (format, digits, ending, weights, told) => {
    const { page } = web;
    await openDialog(runs.torch);
    await dialog().getByRole('radio', { name: format }).check();
    if (digits) {
      await dialog().getByRole('radio', { name: digits }).check();
      await expectAccessible(page);
      await takeScreenshots(page, `export-model-${ending}-choice`);
    }
    await dialog().getByRole('button', { name: 'Export', exact: true }).focus();
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout: 60_000 }),
      page.keyboard.press('Enter'),
    ]);
    const folder = `${runs.torch}-${ending}`;
    expect(download.suggestedFilename()).toBe(`${folder}.zip`);
    const file = path.join(root, `${ending}.zip`);
    await download.saveAs(file);
    const names = Object.keys(unzipSync(readFileSync(file)));
    expect(names).toEqual(expect.arrayContaining([`${folder}/${weights}`, `${folder}/MODEL_CARD.md`]));
    await dialog().getByRole('heading', { name: told }).waitFor();
    expect(await dialog().textContent()).toContain(`in ${names.length} files`);
    if (digits) expect(await dialog().textContent()).toMatch(/of a probability \(allowed: 0\.01\)/);
    if (ending === 'pb')
      expect(await dialog().textContent()).toMatch(/\de[-+]\d+ of a probability \(allowed: 0\.0001\)/);
    await expectAccessible(page);
    await takeScreenshots(page, `export-model-${ending}`);
    await dialog().getByRole('button', { name: 'Export another' }).click();
    await dialog().getByRole('radiogroup', { name: 'Format' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('is ended while it is written, and can be begun anew', async () => {
    const { page } = web;
    await openDialog(runs.torch);
    const downloads: string[] = [];
    page.on('download', (download) => downloads.push(download.suggestedFilename()));
    const stopped = clickWhenThere(page, 'Stop');
    await dialog().getByRole('button', { name: 'Export', exact: true }).click();
    await stopped;
    await dialog().getByRole('radiogroup', { name: 'Format' }).waitFor();
    expect(await dialog().getByRole('alert').count()).toBe(0);
    await page.setViewportSize({ width: 900, height: 600 });
    await expectAccessible(page);
    await takeScreenshots(page, 'export-model-narrow');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    expect(downloads).toEqual([]);
  });

  it('predicts a folder into a table that has all of it, as the command line does', async () => {
    const { page } = web;
    await page.evaluate((hash) => (window.location.hash = hash), `#/predict/${runs.torch}`);
    await page.getByText('Drop images here').waitFor({ timeout: 60_000 });
    await drag(page, [photos]);
    const save = page.getByRole('button', { name: 'Save as…' });
    await save.waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Copy as CSV' }).waitFor({ timeout: 60_000 });
    await expectAccessible(page);
    await takeScreenshots(page, 'predict-save');
    await save.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'CSV, for spreadsheets' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout: 60_000 }),
      page.keyboard.press('Enter'),
    ]);
    expect(download.suggestedFilename()).toBe(`predictions-${runs.torch}.csv`);
    const file = path.join(root, 'window.csv');
    await download.saveAs(file);
    await page.getByText('Saved the predictions of 6 images').waitFor();
    const [header, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\r\n');
    expect(header).toBe('path,class_1,probability_1,class_2,probability_2,problem');
    expect(rows).toHaveLength(6);
    for (const row of rows) expect(row).toMatch(ROW);
    const said = path.join(root, 'command.csv');
    const { code } = await thaw(['predict', '--run', runs.torch, photos, '--csv', said], { home });
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(said, 'utf8'));
  });

  it('ends the table while it is written when asked to, and offers it again', async () => {
    const { page } = web;
    const saves = await page.getByText('Saved the predictions').count();
    const cancelled = clickWhenThere(page, 'Cancel');
    await page.getByRole('button', { name: 'Save as…' }).click();
    await page.getByRole('menuitem', { name: 'CSV, for spreadsheets' }).click();
    await cancelled;
    await page.getByRole('button', { name: 'Save as…' }).waitFor();
    expect(await page.getByText('Saved the predictions').count()).toBe(saves);
    await page.setViewportSize({ width: 900, height: 600 });
    await takeScreenshots(page, 'predict-save-narrow');
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});
