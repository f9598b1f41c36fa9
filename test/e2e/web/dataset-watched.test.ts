import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeNamedDataset } from '../../support/named-dataset.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { end, type RunningCommand } from '../../support/thaw-command.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const PATIENCE = { timeout: 60_000 };
const IMAGES = 8;

describeWith('the folder of the dataset that is shown', await findWeb(), (place) => {
  const root = temporaryFolder();
  const files = path.join(root, 'files');
  const photos = path.join(files, 'photos');
  let page: Page;
  let server: RunningCommand | null = null;
  // Before its folder is removed.
  afterAll(() => end(server));

  const grid = () => page.getByRole('listbox', { name: 'Images' });
  const total = () => grid().getByRole('option').first().getAttribute('aria-setsize');

  beforeAll(async () => {
    mkdirSync(files);
    await writeNamedDataset(photos, IMAGES);
    await writeNamedDataset(path.join(root, 'more'), IMAGES + 2);
    ({ page, server } = await launchWeb(place, path.join(root, 'home'), '--root', files));
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await page.getByRole('button', { name: 'Open folder…' }).last().click();
    await page.getByRole('dialog').getByRole('listbox').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('option', { name: 'photos, Folder' }).waitFor();
    await page.keyboard.press('p');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('option', { name: '狐狸, Folder' }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Open this folder' }).click();
  });

  it(
    'is shown with the images that come and without those that go, and that it changed is told',
    { timeout: 240_000 },
    async () => {
      await expect.poll(total, PATIENCE).toBe(String(3 * IMAGES));
      for (const added of [IMAGES, IMAGES + 1]) {
        renameSync(path.join(root, 'more/狐狸', `图片 ${added}.png`), path.join(photos, '狐狸', `图片 ${added}.png`));
      }
      await expect.poll(total, PATIENCE).toBe(String(3 * IMAGES + 2));
      await page.getByText('The folder has changed').first().waitFor(PATIENCE);
      await takeScreenshots(page, 'dataset-changed');
      rmSync(path.join(photos, '狐狸/图片 0.png'));
      await expect.poll(total, PATIENCE).toBe(String(3 * IMAGES + 1));
    },
  );
});
