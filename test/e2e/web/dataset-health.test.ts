import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { patternImage, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { end, type RunningCommand } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const photo = (seed: number, width = 160, height = 120): Promise<Uint8Array> =>
  patternImage(width, height, seed).png().toBuffer();
const shrunk = async (seed: number): Promise<Uint8Array> =>
  sharp(await photo(seed))
    .resize(120, 90)
    .jpeg({ quality: 70 })
    .toBuffer();
const cut = async (seed: number): Promise<Uint8Array> => {
  const whole = await patternImage(300, 200, seed).jpeg().toBuffer();
  return whole.subarray(0, whole.length / 2);
};
const numbered = (folder: string, first: number, count: number): Record<string, Promise<Uint8Array>> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${folder}/${first + index}.png`, photo(first + index)] as const),
  );

/** So many images that are there twice. */
const COPIES = 120;

/** What is wrong with it is known: three copies and one near copy across splits, two copies beside each other, and so on. */
const ILL = {
  ...numbered('train/cat', 0, 12),
  ...numbered('train/dog', 100, 12),
  ...numbered('val/cat', 200, 4),
  ...numbered('val/dog', 300, 4),
  'val/cat/copy of 1.png': photo(1),
  'val/cat/copy of 2.png': photo(2),
  'val/dog/copy of 100.png': photo(100),
  'val/dog/small.jpg': shrunk(105),
  'train/cat/again.png': photo(5),
  'train/dog/damaged.jpg': cut(900),
  'train/dog/tiny.png': photo(901, 24, 24),
  'train/cat/long.png': photo(902, 400, 100),
};

describeWith('what may be wrong with a dataset, in a browser', await findWeb(), (place) => {
  const root = temporaryFolder();
  const files = path.join(root, 'files');
  let page: Page;
  let server: RunningCommand | null = null;
  // Before its folder is removed.
  afterAll(() => end(server));
  const problems: string[] = [];

  beforeAll(async () => {
    mkdirSync(files);
    await writeFiles(path.join(files, 'ill'), ILL);
    await writeFiles(path.join(files, 'well'), { ...numbered('cat', 400, 6), ...numbered('dog', 500, 6) });
    const twice = Array.from({ length: COPIES }, (_, index) => photo(2000 + index, 48, 36));
    await writeFiles(path.join(files, 'copies'), {
      ...Object.fromEntries(
        twice.flatMap((image, index) => [
          [`${index % 2 ? 'cat' : 'dog'}/${index}.png`, image],
          [`${index % 2 ? 'cat' : 'dog'}/${index} again.png`, image],
        ]),
      ),
    });
    await writeFiles(path.join(files, 'names'), {
      ...Object.fromEntries(
        ['cat', 'dog'].flatMap((name, label) =>
          Array.from({ length: 6 }, (_, index) => [
            `${name}.${index}-p${index % 3}.png`,
            photo(600 + label * 50 + index),
          ]),
        ),
      ),
      'holiday.png': photo(700),
    });
    ({ page, server } = await launchWeb(place, path.join(root, 'home'), '--root', files));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 404')) problems.push(message.text());
    });
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'sample' }).waitFor();
  });

  /** Of another name than the one that is open, whose heading would be taken for its own. */
  const open = async (name: string): Promise<void> => {
    await drag(page, [path.join(files, name)]);
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor({ timeout: 60_000 });
  };
  const look = (name: 'Images' | 'Health') => page.getByRole('radio', { name, exact: true }).check({ force: true });
  const findings = () => page.getByRole('listbox', { name: 'Findings' });
  const dialog = () => page.getByRole('dialog');

  it('looks at every image, and lists what was found with the worst first', async () => {
    await open('ill');
    await look('Health');
    await findings().waitFor({ timeout: 60_000 });
    const listed = await findings()
      .getByRole('option')
      .evaluateAll((all) => all.map((one) => one.ariaLabel ?? ''));
    expect(listed.map((label) => label.split(',')[0])).toEqual([
      'Problem: Copies across splits',
      'Problem: Near copies across splits',
      'Warning: Copies',
      'Warning: Images that do not decode',
      'Warning: Tiny images',
      'Note: Elongated images',
    ]);
    expect(listed[0]).toContain('3 groups');
    await page.getByRole('grid', { name: 'Copies across splits' }).waitFor();
    await expect.poll(() => page.locator('.card img.ready').count()).toBeGreaterThan(3);
    await expectAccessible(page);
    await takeScreenshots(page, 'health');
  });

  it('is gone through by keyboard, from finding to group to image, each of which opens', async () => {
    await findings().focus();
    await page.keyboard.press('ArrowDown');
    const near = page.getByRole('grid', { name: 'Near copies across splits' });
    await near.waitFor();
    expect(await near.getByRole('row').first().textContent()).toMatch(/% alike/);
    await page.keyboard.press('ArrowUp');
    const grid = page.getByRole('grid', { name: 'Copies across splits', exact: true });
    await grid.focus();
    const active = () =>
      page.evaluate(() => {
        const id = document.activeElement?.getAttribute('aria-activedescendant');
        return id == null ? null : (document.getElementById(id)?.ariaLabel ?? null);
      });
    await expect.poll(active).toContain('cat');
    const first = await active();
    for (const key of ['ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    await expect.poll(active).toMatch(/copy of \d+\.png/);
    const second = await active();
    expect(second).not.toBe(first);
    await page.keyboard.press('Enter');
    await dialog().getByRole('img').waitFor();
    expect(await dialog().textContent()).toContain('2 of 2');
    await expectAccessible(page);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => dialog().textContent()).toContain('1 of 2');
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog().count()).toBe(0);
    await expect.poll(active).toBe(second);
    await findings()
      .getByRole('option', { name: /Images that do not decode/ })
      .click();
    const damaged = page.getByRole('listbox', { name: 'Images that do not decode' });
    await expect.poll(() => damaged.getByRole('option').getAttribute('aria-label')).toContain('damaged.jpg');
    await expectAccessible(page);
    await takeScreenshots(page, 'health-images');
  });

  it('mends one pair or all of them by a click that says before what it does, and takes that back', async () => {
    const copies = () => findings().getByRole('option', { name: /^Problem: Copies across splits/ });
    const amount = async (): Promise<string> => (await copies().getAttribute('aria-label')) ?? '';
    await copies().click();
    const grid = page.getByRole('grid', { name: 'Copies across splits', exact: true });
    await page.getByText(/To mend it: exclude 3 copies/).waitFor();
    await grid.focus();
    await page.keyboard.press('Home');
    for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
    await expect.poll(amount, { timeout: 20_000 }).toContain('2 groups');
    await page.getByRole('button', { name: 'Mend all 2' }).click();
    await expect.poll(() => copies().count(), { timeout: 20_000 }).toBe(0);
    await takeScreenshots(page, 'health-mended');
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(() => copies().count(), { timeout: 20_000 }).toBe(1);
    expect(await amount()).toContain('2 groups');
    await expectAccessible(page);
  });

  it('has no more of many groups in the page than are in sight, and goes to the last of them', async () => {
    const undone = page.getByText(/^Undone: Exclude/);
    await undone.waitFor();
    await open('copies');
    // A step of another dataset is not to be made again in this one.
    await undone.waitFor({ state: 'detached' });
    const copies = page.getByRole('grid', { name: 'Copies', exact: true });
    const found = findings().getByRole('option', { name: `Warning: Copies, ${COPIES} groups` });
    await found.waitFor({ timeout: 60_000 });
    await found.click();
    expect(await copies.getAttribute('aria-rowcount')).toBe(String(COPIES));
    expect(await copies.getByRole('row').count()).toBeLessThan(COPIES / 4);
    await copies.focus();
    await page.keyboard.press('End');
    await expect.poll(() => copies.locator(`[aria-rowindex="${COPIES}"] .active`).count()).toBe(1);
    await page.keyboard.press('Home');
    await expect.poll(() => copies.locator('[aria-rowindex="1"] .active').count()).toBe(1);
    await expectAccessible(page);
  });

  it('shows a folder of names as it was recognised, and lets another pattern be tried before it is opened so', async () => {
    await open('names');
    await look('Images');
    const strip = page.getByRole('region', { name: 'How the folder is laid out' });
    expect(await strip.textContent()).toContain('Recognised');
    await expectAccessible(page);
    await takeScreenshots(page, 'structure-strip');
    await strip.getByRole('button', { name: 'Change…' }).click();
    await dialog().getByText('2 classes').first().waitFor();
    await expectAccessible(page);
    await dialog().getByLabel('Pattern').fill('*-{class}');
    await dialog().getByText('3 classes').first().waitFor();
    expect(await dialog().getByRole('status').textContent()).toContain('1 image does not fit');
    await takeScreenshots(page, 'structure-chooser');
    await dialog().getByLabel('Pattern').fill('no class');
    await dialog()
      .getByText(/has \{class\} once/)
      .waitFor();
    expect(await dialog().getByRole('button', { name: 'Open it so' }).isDisabled()).toBe(true);
    await dialog().getByLabel('Pattern').fill('*-{class}');
    await dialog().getByRole('button', { name: 'Open it so' }).click();
    await page.getByRole('listbox', { name: 'Classes' }).getByRole('option', { name: /^p2/ }).waitFor();
    expect(await strip.count()).toBe(0);
  });

  it('says that nothing is wrong where nothing is, and remembers a structure that was agreed to', async () => {
    await open('well');
    const strip = page.getByRole('region', { name: 'How the folder is laid out' });
    await strip.getByRole('button', { name: 'That is right' }).click();
    await strip.waitFor({ state: 'detached' });
    await look('Health');
    await page.getByText('Nothing was found to be wrong').waitFor({ timeout: 60_000 });
    await expectAccessible(page);
    await takeScreenshots(page, 'health-nothing');
    await open('ill');
    await strip.waitFor();
    await page.getByRole('button', { name: 'Recent' }).click();
    await page.getByRole('menuitem', { name: /^well/ }).click();
    await page.getByRole('heading', { level: 1, name: 'well' }).waitFor();
    await strip.waitFor({ state: 'detached' });
    await page.getByText('Nothing was found to be wrong').waitFor({ timeout: 60_000 });
  });

  it('says why every image cannot be looked at when the folder has gone, and keeps what was found', async () => {
    const lies = (await page.locator('header .root').getAttribute('title')) ?? '';
    expect(path.basename(lies)).toBe('well');
    rmSync(lies, { recursive: true });
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('The dataset is not there').first().waitFor();
    await page.getByText('Nothing was found to be wrong').waitFor();
    await expectAccessible(page);
  });

  it('divides it as the plan asks, and shows which images a pattern keeps together', async () => {
    await open('names');
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    await page.getByLabel('Split').selectOption({ label: 'In folds' });
    await page.getByLabel('Fold that validates').fill('9');
    await page.getByText(/received fold 9 of 5/).waitFor();
    await page.getByLabel('Fold that validates').fill('1');
    await page.getByText('Keep images together').click();
    await page.getByLabel('Pattern over paths').fill('(');
    await page.getByText(/does not parse/).waitFor();
    await page.getByLabel('Pattern over paths').fill('-(p\\d)');
    await page.getByText('3 groups keep 12 images together.').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Pattern over paths').scrollIntoViewIfNeeded();
    await takeScreenshots(page, 'plan-split');
  });

  it('fits in a narrow window, and where colours are forced', async () => {
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await open('ill');
    await findings().waitFor({ timeout: 60_000 });
    await page.setViewportSize({ width: 720, height: 640 });
    await page.emulateMedia({ forcedColors: 'active' });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(720);
    await expectAccessible(page);
    await page.emulateMedia({ forcedColors: null });
    await takeScreenshots(page, 'health-narrow');
  });

  it('has met no error of its own and broken no rule of its content policy', () => {
    expect(problems).toEqual([]);
  });
});
