import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NAMED_CLASSES, UNUSABLE, writeNamedDataset } from '../../support/named-dataset.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { end, type RunningCommand } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { clickWhenThere } from '../../support/window/click-when-there.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

/** As many as take a second or more to bring in. */
const LARGE_FILES = 24;
const LARGE_BYTES = 8 * 2 ** 20;

describeWith('the Dataset view in a browser', await findWeb(), (place) => {
  const root = temporaryFolder();
  const files = path.join(root, 'files');
  const named = path.join(files, '动物 photos');
  let page: Page;
  let server: RunningCommand | null = null;
  // Before its folder is removed.
  afterAll(() => end(server));
  const problems: string[] = [];

  beforeAll(async () => {
    await writeNamedDataset(named, 40);
    mkdirSync(path.join(files, 'empty'));
    mkdirSync(path.join(files, 'single/only'), { recursive: true });
    writeFileSync(path.join(files, 'report.pdf'), 'no image');
    mkdirSync(path.join(files, 'large/only'), { recursive: true });
    for (let index = 0; index < LARGE_FILES; index += 1)
      writeFileSync(path.join(files, `large/only/${index}.jpg`), Buffer.alloc(LARGE_BYTES, index));
    writeFileSync(path.join(files, 'single/only/notes.txt'), 'no image');
    await writeNamedDataset(path.join(files, 'vanishing'), 3);
    ({ page, server } = await launchWeb(place, path.join(root, 'home'), '--root', files));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 404')) problems.push(message.text());
    });
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await option('fox').waitFor();
  });

  const option = (name: string) => page.getByRole('listbox', { name: 'Classes' }).getByRole('option', { name });
  const grid = () => page.getByRole('listbox', { name: 'Images' });
  const active = () => grid().locator('.active');
  const heading = () => page.getByRole('heading', { level: 1 });
  const dialog = () => page.getByRole('dialog');

  it('shows the sample at first, its classes with their counts, and thumbnails that have loaded', async () => {
    expect(await heading().textContent()).toBe('sample');
    expect(await option('fox').getAttribute('aria-label')).toBe('fox: Train 40, Validation 30');
    await expect.poll(() => grid().locator('img.ready').count()).toBeGreaterThan(20);
    expect(await grid().getByRole('option').first().getAttribute('aria-setsize')).toBe('140');
    await expectAccessible(page);
    await takeScreenshots(page, 'dataset');
  });

  it('is browsed by keyboard, and opens an image that arrows go on from', async () => {
    await grid().focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key);
    expect(await active().getAttribute('aria-posinset')).toBe('3');
    await page.keyboard.press('End');
    await expect.poll(() => active().getAttribute('aria-posinset')).toBe('140');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await dialog().getByRole('img', { name: '000.jpg, fox' }).waitFor();
    await expect.poll(() => dialog().textContent()).toMatch(/192 × 192 px · [\d.]+ kB/);
    expect(await dialog().textContent()).toContain('1 of 140');
    await expectAccessible(page);
    await takeScreenshots(page, 'dataset-viewer');
    await page.keyboard.press('ArrowRight');
    await dialog().getByRole('img', { name: '001.jpg, fox' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog().count()).toBe(0);
    expect(await active().getAttribute('aria-posinset')).toBe('2');
    // The focus is back where it was.
    await page.keyboard.press('ArrowRight');
    expect(await active().getAttribute('aria-posinset')).toBe('3');
  });

  it('shows one class of one split', async () => {
    await page.getByRole('listbox', { name: 'Classes' }).focus();
    for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    await page.getByRole('radio', { name: 'Validation' }).check();
    await expect.poll(() => grid().getByRole('option').first().getAttribute('aria-setsize')).toBe('30');
    expect(await grid().getByRole('option').first().getAttribute('aria-label')).toBe('000.jpg, owl, Validation');
  });

  it('opens a folder dropped on it, whatever its classes and files are called', async () => {
    await drag(page, [named], 'hold');
    await page.getByText('Drop a folder to open it as a dataset').waitFor();
    await drag(page, [named]);
    await expect.poll(() => heading().textContent(), { timeout: 60_000 }).toBe('动物 photos');
    const names = await page.getByRole('listbox', { name: 'Classes' }).getByRole('option').allTextContents();
    // As training sorts them: by code point.
    const sorted = Object.keys(NAMED_CLASSES).sort();
    expect(names.slice(1).map((text) => sorted.find((name) => text.includes(name)))).toEqual(sorted);
    await option('狐狸').click();
    await expect
      .poll(() => grid().getByRole('option').first().getAttribute('aria-label'))
      .toMatch(/^图片 0\.png, 狐狸, (Train|Validation)$/);
    await expect.poll(() => grid().locator('img.ready').count()).toBeGreaterThan(10);
    await takeScreenshots(page, 'dataset-names');
  });

  it('lists the files that it left out, with the reason', async () => {
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const row = dialog().getByRole('row').nth(1);
    expect(await row.textContent()).toContain(UNUSABLE.name);
    expect(await row.textContent()).toContain(UNUSABLE.reason);
    await expectAccessible(page);
    await page.keyboard.press('Escape');
  });

  it.each([
    { dropped: ['empty'], told: 'The dataset has no images' },
    { dropped: ['single'], told: /The dataset (has no images|needs classes)/ },
    { dropped: ['report.pdf'], told: /report\.pdf.* is not something Thaw opens/ },
    { dropped: ['empty', 'single'], told: 'A dataset is one folder' },
    { dropped: ['empty', 'report.pdf'], told: 'Folders and files were dropped together' },
  ])('says what to do when $dropped is dropped, and keeps what was open', async ({ dropped, told }) => {
    await drag(
      page,
      dropped.map((name) => path.join(files, name)),
    );
    await page.getByText(told).first().waitFor({ timeout: 60_000 });
    expect(await heading().textContent()).toBe('动物 photos');
  });

  it('stops bringing in a folder when asked to, and keeps what was open', async () => {
    const cancelled = clickWhenThere(page, 'Cancel');
    await drag(page, [path.join(files, 'large')]);
    await cancelled;
    await page.getByRole('progressbar').waitFor({ state: 'detached' });
    const arrived = (): number =>
      readdirSync(path.join(root, 'home/uploads'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        /only.\d+\.jpg$/.test(name),
      ).length;
    // What was still on its way is let arrive; what was not begun never does.
    let before = -1;
    while (before !== arrived()) {
      before = arrived();
      await page.waitForTimeout(1000);
    }
    expect(arrived()).toBeLessThan(LARGE_FILES);
    expect(await heading().textContent()).toBe('动物 photos');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('finds a folder by keyboard in its own chooser, and remembers it', async () => {
    await page.getByRole('button', { name: 'Open folder…' }).last().click();
    const list = dialog().getByRole('listbox');
    await list.waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await dialog().getByRole('option', { name: 'vanishing, Folder' }).waitFor();
    await page.keyboard.press('v');
    await takeScreenshots(page, 'file-chooser');
    await page.keyboard.press('Enter');
    await dialog().getByRole('option', { name: '狐狸, Folder' }).waitFor();
    await dialog().getByRole('button', { name: 'Open this folder' }).click();
    await expect.poll(() => heading().textContent(), { timeout: 60_000 }).toBe('vanishing');
    await expect.poll(() => grid().locator('img.ready').count()).toBeGreaterThan(5);
  });

  it('says so when the folder that is shown vanishes, and shows it as gone among the recent ones', async () => {
    rmSync(path.join(files, 'vanishing'), { recursive: true });
    // Thumbnails of a size that was not shown yet have to be read.
    await page.getByRole('slider', { name: 'Thumbnail size' }).fill('320');
    await page.getByRole('button', { name: 'Read the folder again' }).click({ timeout: 60_000 });
    await page.getByText('The dataset is not there').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Recent' }).click();
    const gone = page.getByRole('menuitem', { name: /^vanishing/ });
    expect(await gone.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('menuitem', { name: 'Use the sample' }).click();
    await expect.poll(() => heading().textContent()).toBe('sample');
  });

  it('fits at twice the size, where colours are forced and on a narrow window', async () => {
    await page.setViewportSize({ width: 720, height: 450 });
    await page.emulateMedia({ forcedColors: 'active' });
    await grid().waitFor();
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(720);
    await expectAccessible(page);
    await page.emulateMedia({ forcedColors: null });
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('has met no error of its own and broken no rule of its content policy', () => {
    expect(problems).toEqual([]);
  });
});
