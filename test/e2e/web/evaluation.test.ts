import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { runResult } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { end, thaw } from '../../support/thaw-command.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, type Web } from '../../support/window/web.ts';

const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 60_000, interval: 100 });

describeWith('how a checkpoint fares, in a browser', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const files = path.join(root, 'files');
  let web: Web;
  let runId = '';

  const region = (name: string) => web.page.getByRole('region', { name, exact: true });
  const images = () => region('Images').getByRole('listbox', { name: 'Images' });
  const choice = () => web.page.getByRole('combobox', { name: 'Evaluation' });

  beforeAll(async () => {
    await writeTinyDataset(path.join(files, 'stripes'), { train: 6, val: 5, test: 4 });
    // Classes of the run, one that it has not, and a file that is no image.
    await cp(path.join(files, 'stripes/val'), path.join(files, 'others'), { recursive: true });
    await cp(path.join(files, 'stripes/val/fine'), path.join(files, 'others/dots'), { recursive: true });
    writeFileSync(path.join(files, 'others/fine/broken.png'), 'not an image');
    const flags = ['--network', 'mobilenet_v1_0.25_32', '--strategy', 'scratch', '--epochs', '2', '--batch', '4'];
    const { stdout } = await thaw(['train', ...flags, '--dataset', 'stripes', '--json'], { home, cwd: files });
    ({ runId } = runResult.parse(JSON.parse(stdout)));
    web = await launchWeb(place, home, '--root', files);
    await web.page.evaluate((hash) => (window.location.hash = hash), `#/runs/${runId}`);
    await web.page.getByRole('tab', { name: 'Evaluation' }).click();
    await images().waitFor({ timeout: 60_000 });
  }, 180_000);

  it('is told of what the run kept at its end, and each figure leads to its images', async () => {
    const { page } = web;
    await eventually(() => choice().locator('option').allTextContents()).toHaveLength(2);
    await choice().selectOption({ label: await optionOf('Validation') });
    await eventually(() => region('Result').textContent()).toMatch(/10 images.*Accuracy \d+\.\d %/);
    // By arrow keys to the cell of fine images that were taken for broad ones.
    const matrix = page.getByRole('table', { name: 'Confusion matrix' });
    const cells = matrix.getByRole('button');
    await cells.first().focus();
    await page.keyboard.press('ArrowDown');
    const wanted = (await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))) ?? '';
    expect(wanted).toMatch(/^\d+ images? of fine taken for broad/);
    await page.keyboard.press('Enter');
    const filter = page.getByRole('button', { name: /^Show images of all kinds again/ });
    await eventually(() => filter.textContent()).toMatch(/fine.*→.*broad/);
    const inCell = Number(/^\d+/.exec(wanted)?.[0]);
    await eventually(() => region('Images').getByRole('status').textContent()).toBe(
      `${inCell} image${inCell === 1 ? '' : 's'}`,
    );
    await filter.click();
    await eventually(() => images().getByRole('option').count()).toBe(10);
    // The page scrolls within the window, which stays where it is.
    expect(await page.evaluate(() => [document.documentElement.scrollHeight - innerHeight, scrollY])).toEqual([0, 0]);
    await expectAccessible(page);
    await takeScreenshots(page, 'evaluation-two-classes');
  });

  it('sorts classes by a figure, and follows a threshold that keys move', async () => {
    const { page } = web;
    const table = region('By class').getByRole('table');
    const recall = table.getByRole('columnheader', { name: 'Recall' });
    await recall.getByRole('button').click();
    expect(await recall.getAttribute('aria-sort')).toBe('ascending');
    await recall.getByRole('button').click();
    expect(await recall.getAttribute('aria-sort')).toBe('descending');
    const slider = page.getByRole('slider', { name: 'Threshold' });
    const counted = page.getByRole('table', { name: 'Images at this threshold' });
    await slider.focus();
    await page.keyboard.press('Home');
    await eventually(() => slider.getAttribute('aria-valuetext')).toBe('0.0 %');
    await eventually(() => counted.textContent()).toMatch(/Is .fine.\s*5true.*0false neg.*5false pos.*0true neg/s);
    await page.keyboard.press('End');
    await eventually(() => counted.getByRole('row').nth(1).textContent()).toMatch(/0true positives\s*5false/);
    await page.getByRole('radio', { name: 'broad', exact: true }).check();
    await eventually(() => counted.textContent()).toContain('Is \u2068broad\u2069');
  });

  it('is found out on another folder, of which is said what was left out', async () => {
    const { page } = web;
    await page.getByRole('button', { name: 'Evaluate…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Evaluate a checkpoint' });
    await dialog.getByRole('radio', { name: /Validation/ }).waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Choose another folder…' }).click();
    await page.getByRole('option', { name: 'files, Folder' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: 'others, Folder' }).waitFor();
    await page.keyboard.press('o');
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: 'dots, Folder' }).waitFor();
    await page.getByRole('button', { name: 'Open this folder' }).click();
    await eventually(() => dialog.getByRole('radio', { name: 'others' }).isChecked()).toBe(true);
    await dialog.getByRole('button', { name: 'Evaluate', exact: true }).click();
    await eventually(() => choice().locator('option:checked').textContent()).toContain('others');
    const notice = region('Before these figures are believed');
    await eventually(() => notice.textContent()).toMatch(/5 images of .dots.*1 image that cannot be read/s);
    await eventually(() => images().getByRole('option').count()).toBe(10);
  });

  it('shows an image, why it was taken for its class, and takes another label for it', async () => {
    const { page } = web;
    await choice().selectOption({ label: await optionOf('Validation') });
    await eventually(() => region('Result').textContent()).toContain('10 images');
    await images().focus();
    await page.keyboard.press('Enter');
    const viewer = page.getByRole('dialog', { name: /^Image / });
    await viewer.getByRole('img').first().waitFor();
    await page.keyboard.press('ArrowRight');
    await eventually(() => viewer.textContent()).toContain('2 of 10');
    await viewer.getByRole('button', { name: 'Why?' }).click();
    await viewer.getByRole('radio', { name: 'Grad-CAM' }).waitFor();
    await expectAccessible(page);
    await takeScreenshots(page, 'evaluation-viewer');
    await viewer.getByRole('button', { name: 'Correct the label…' }).click();
    await viewer.getByRole('combobox', { name: 'The label is' }).fill('dots');
    await page.keyboard.press('Enter');
    await eventually(() => viewer.getByRole('status').first().textContent()).toContain('dots');
    expect(await corrected()).toContain('"className":"dots"');
    await viewer.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => viewer.getByRole('status').count()).toBe(0);
    expect(await corrected()).not.toContain('"className":"dots"');
    await page.keyboard.press('Escape');
  });

  it('has paths where the pictures are gone, and totals where what was made of each image is', async () => {
    renameSync(path.join(files, 'stripes'), path.join(root, 'moved'));
    await web.browser.close();
    await end(web.server);
    web = await launchWeb(place, home, '--root', files);
    const { page } = web;
    await page.evaluate((hash) => (window.location.hash = hash), `#/runs/${runId}`);
    await page.getByRole('tab', { name: 'Evaluation' }).click();
    await choice().selectOption({ label: await optionOf('Test') });
    await eventually(() => region('Images').textContent()).toMatch(/no longer where it was.*test.{1,3}\/.{1,3}fine/);
    await images().focus();
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog', { name: /^Image / })
      .getByText('The image is no longer where it was')
      .waitFor();
    await page.keyboard.press('Escape');
    rmSync(path.join(home, 'runs', runId, 'evaluation'), { recursive: true, force: true });
    await page.reload();
    await page.getByRole('tab', { name: 'Evaluation' }).click();
    await eventually(() => page.getByText('Only the totals of this evaluation are left').count()).toBe(1);
    await expectAccessible(page);
  });

  /** What is decided of the run's images, as another process reads it. */
  const corrected = async (): Promise<string> =>
    (await thaw(['dataset', 'edits', path.join(files, 'stripes'), '--json'], { home })).stdout;

  async function optionOf(name: string): Promise<string> {
    const options = () => choice().locator('option').allTextContents();
    const find = async () => (await options()).find((option) => option.startsWith(name)) ?? '';
    await eventually(find).not.toBe('');
    return find();
  }
});
