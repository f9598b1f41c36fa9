import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeNamedDataset } from '../../support/named-dataset.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { end, type RunningCommand } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const PER_CLASS = 30;
const TOTAL = 3 * PER_CLASS;
const UNSORTED = 12;

describeWith('deciding about the images of a dataset in a browser', await findWeb(), (place) => {
  const root = temporaryFolder();
  const named = path.join(root, 'files/photos');
  const flat = path.join(root, 'files/unsorted');
  const problems: string[] = [];
  let page: Page;
  let server: RunningCommand | null = null;
  // Before its folder is removed.
  afterAll(() => end(server));

  beforeAll(async () => {
    await writeNamedDataset(named, PER_CLASS);
    mkdirSync(flat, { recursive: true });
    for (let place = 0; place < UNSORTED; place += 1) {
      const background = { r: place * 20, g: 90, b: 255 - place * 20 };
      const picture = sharp({ create: { width: 40, height: 40, channels: 3, background } });
      await picture.png().toFile(path.join(flat, `IMG_${place}.png`));
    }
    ({ page, server } = await launchWeb(place, path.join(root, 'home'), '--root', path.join(root, 'files')));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 404')) problems.push(message.text());
    });
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await page.getByRole('listbox', { name: 'Classes' }).getByRole('option', { name: 'fox' }).waitFor();
  });

  /** However busy the machine is. */
  const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 60_000 });
  const grid = (): Locator => page.getByRole('listbox', { name: 'Images' });
  const cell = (index: number): Locator => grid().locator(`[aria-posinset="${index + 1}"]`);
  const classRow = (name: string): Locator =>
    page.getByRole('listbox', { name: 'Classes' }).getByRole('option', { name, exact: false });
  const bar = (): Locator => page.getByRole('group', { name: 'Selected images' });
  const notices = (): Locator => page.getByRole('region', { name: 'Notices' });
  /** How many images pass the filters. */
  const shown = async (): Promise<number> =>
    Number(
      (await grid()
        .getByRole('option')
        .first()
        .getAttribute('aria-setsize', { timeout: 500 })
        .catch(() => '0')) ?? 0,
    );
  const selected = async (): Promise<number[]> =>
    (
      await grid()
        .locator('[aria-selected="true"]')
        .all()
        .then((cells) => Promise.all(cells.map(async (each) => Number(await each.getAttribute('aria-posinset')) - 1)))
    ).sort((one, other) => one - other);
  const expectSelected = (places: number[]) => eventually(selected).toEqual(places);
  const described = (index: number): Promise<string | null> => cell(index).getAttribute('aria-label');

  it('opens a folder that was never decided about', async () => {
    await drag(page, [named]);
    await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('photos');
    await eventually(shown).toBe(TOTAL);
    expect(await bar().getByRole('button', { name: 'Undo (Ctrl+Z)' }).isDisabled()).toBe(true);
  });

  it('selects by mouse: one, another too, up to one, by a mark on it, and none', async () => {
    await cell(1).click();
    await expectSelected([1]);
    await cell(4).click({ modifiers: ['Shift'] });
    await expectSelected([1, 2, 3, 4]);
    await cell(3).click({ modifiers: ['Control'] });
    await expectSelected([1, 2, 4]);
    await cell(6).hover();
    await cell(6).locator('[data-picks]').click();
    await expectSelected([1, 2, 4, 6]);
    expect(await bar().textContent()).toContain('4 selected');
    await expectAccessible(page);
    await takeScreenshots(page, 'dataset-selection');
    await page.keyboard.press('Escape');
    await expectSelected([]);
  });

  it('selects what a rectangle is drawn over, and what is added to it', async () => {
    const [first, second] = [await cell(0).boundingBox(), await cell(9).boundingBox()];
    if (first === null || second === null) throw new Error('no cells to draw over');
    await page.mouse.move(first.x - 8, first.y + 20);
    await page.mouse.down();
    await page.mouse.move(second.x, second.y, { steps: 4 });
    await page.mouse.move(second.x + second.width / 2, second.y + second.height / 2, { steps: 4 });
    await takeScreenshots(page, 'dataset-rectangle');
    await page.mouse.up();
    const columns = await page.evaluate(() => {
      const cells = [...document.querySelectorAll<HTMLElement>('[aria-label="Images"] [role="option"]')];
      return new Set(cells.map((each) => each.style.transform.split(',')[0])).size;
    });
    const drawnOver = Array.from({ length: 3 }, (_, index) => index + (9 % columns) - 2);
    await expectSelected([...[0, 1, 2].slice(0, (9 % columns) + 1), ...drawnOver.map((index) => columns + index)]);
    await page.keyboard.press('Escape');
  });

  it('selects by keyboard: along, further, beside, and all', async () => {
    await cell(0).click();
    await page.keyboard.press('ArrowRight');
    await expectSelected([1]);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await expectSelected([1, 2, 3]);
    await page.keyboard.press('Control+ArrowRight');
    await page.keyboard.press('Control+ArrowRight');
    await page.keyboard.press('Space');
    await expectSelected([1, 2, 3, 5]);
    await page.keyboard.press('Control+a');
    await eventually(() => bar().textContent()).toContain(`${TOTAL} selected`);
    await page.keyboard.press('Escape');
    await bar().getByRole('button', { name: 'Select all (Ctrl+A)' }).click();
    await eventually(() => bar().textContent()).toContain(`${TOTAL} selected`);
    await bar().getByRole('button', { name: 'Select nothing (Esc)' }).click();
    await expectSelected([]);
  });

  it('tags what is selected with a name that is typed, and shows only what has it', async () => {
    await cell(0).click();
    await cell(2).click({ modifiers: ['Shift'] });
    await page.keyboard.press('t');
    const box = page.getByRole('combobox', { name: 'Tags of the selected images' });
    await box.fill('blurred');
    await expectAccessible(page);
    await takeScreenshots(page, 'dataset-tagging');
    await page.keyboard.press('Enter');
    await notices()
      .getByText(/3 images tagged/)
      .waitFor();
    await page
      .getByRole('option', { name: /blurred/ })
      .getByLabel('on all of these')
      .waitFor();
    await page.keyboard.press('Escape');
    await eventually(() => described(0)).toContain('tagged blurred');
    await page.getByRole('button', { name: 'Tag', exact: true }).click();
    await page.getByRole('menuitemradio', { name: /blurred/ }).click();
    await eventually(shown).toBe(3);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await eventually(shown).toBe(TOTAL);
  });

  it('gives images a class that was not there, keeps the focus among them, and takes that back', async () => {
    await classRow('狐狸').click();
    await eventually(shown).toBe(PER_CLASS);
    await cell(0).click();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('l');
    const box = page.getByRole('combobox', { name: 'Class of the selected images' });
    await box.fill('北极狐');
    await page.getByRole('option', { name: /New class/ }).click();
    await eventually(() => classRow('北极狐').getAttribute('aria-label')).toMatch(/^北极狐: /);
    await eventually(shown).toBe(PER_CLASS - 2);
    // The class that is shown stands elsewhere in the list now, and is shown still.
    await eventually(() => described(0)).toContain('狐狸');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Images');
    await takeScreenshots(page, 'dataset-relabelled');
    await page.keyboard.press('Control+z');
    await eventually(shown).toBe(PER_CLASS);
    expect(await classRow('北极狐').count()).toBe(0);
    await page.keyboard.press('Control+Shift+Z');
    await eventually(shown).toBe(PER_CLASS - 2);
    await classRow('北极狐').click();
    await eventually(shown).toBe(2);
    expect(await described(0)).toMatch(/was \u2068狐狸\u2069/);
    await classRow('All classes').click();
    await eventually(shown).toBe(TOTAL);
  });

  it('excludes images, shows them as such, hides them when asked to, and takes that back by its notice', async () => {
    await cell(5).click();
    await page.keyboard.press('x');
    await notices().getByText('1 image excluded').waitFor();
    await eventually(() => described(5)).toContain('excluded');
    await page.getByRole('button', { name: 'Excluded', exact: true }).click();
    await page.getByRole('menuitemradio', { name: 'Hidden' }).click();
    await eventually(shown).toBe(TOTAL - 1);
    await page.getByRole('button', { name: /^Excluded: /u }).click();
    await page.getByRole('menuitemradio', { name: 'Only these' }).click();
    await eventually(shown).toBe(1);
    await takeScreenshots(page, 'dataset-excluded');
    await notices().getByRole('button', { name: 'Undo' }).click();
    await page.getByText('No image passes these filters.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Show all images' }).click();
    await eventually(shown).toBe(TOTAL);
  });

  it('decides nothing without a word, and takes a step back wherever the focus is but behind a dialog', async () => {
    const undo = (): Promise<string | null> => bar().getByRole('button', { name: /^Undo/u }).getAttribute('aria-label');
    const before = await undo();
    await cell(5).click();
    await page.keyboard.press('l');
    const box = page.getByRole('combobox', { name: 'Class of the selected images' });
    await box.waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
    expect(await undo()).toBe(before);
    await page.keyboard.press('x');
    await eventually(() => described(5)).toContain('excluded');
    const excluded = await undo();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect([await described(5), await undo()]).toEqual([expect.stringContaining('excluded'), excluded]);
    await page.getByRole('radio', { name: 'Images', exact: true }).focus();
    await page.keyboard.press('Control+z');
    await eventually(() => described(5)).not.toContain('excluded');
    expect(await undo()).toBe(before);
  });

  it('moves images to another split, which are the edited ones then, and resets them', async () => {
    const before = await described(8);
    const [target, shortly] = before?.includes('Train') === true ? ['Validation', 'Train'] : ['Train', 'Validation'];
    await cell(8).click();
    await page.keyboard.press('m');
    await page.getByRole('menuitem', { name: target, exact: true }).click();
    await eventually(() => described(8)).toContain(target);
    await page.getByRole('button', { name: 'Edited' }).click();
    // Three that were tagged, two of another class, and this one.
    await eventually(shown).toBe(6);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await eventually(shown).toBe(TOTAL);
    await cell(8).click();
    await bar().getByRole('button', { name: 'Reset' }).click();
    await eventually(() => described(8)).toContain(shortly);
  });

  it('shows the images of what was found, once every image was looked at', async () => {
    await page.getByRole('button', { name: 'Problem', exact: true }).click();
    await page.getByRole('menuitem', { name: /Look at every image/ }).click();
    await page.getByRole('option', { name: /Hardly more than one colour/ }).waitFor({ timeout: 60_000 });
    await page.getByRole('radio', { name: 'Images', exact: true }).check({ force: true });
    await page.getByRole('button', { name: 'Problem', exact: true }).click();
    await page.getByRole('menuitemradio', { name: /Hardly more than one colour/ }).click();
    await page.getByRole('button', { name: /^Problem: /u }).waitFor();
    await eventually(shown).toBe(TOTAL);
    await page.getByRole('button', { name: 'Clear filters' }).click();
  });

  it('gives classes to images of a folder that says none, until they are there to be trained on', async () => {
    const back = notices().getByRole('button', { name: 'Undo' });
    expect(await back.count()).toBe(1);
    await drag(page, [flat]);
    await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('unsorted');
    // The step was one of the dataset before.
    await eventually(() => back.count()).toBe(0);
    await eventually(shown).toBe(UNSORTED);
    const give = async (first: number, last: number, name: string): Promise<void> => {
      await cell(first).click();
      await cell(last).click({ modifiers: ['Shift'] });
      await page.keyboard.press('l');
      await page.getByRole('combobox', { name: 'Class of the selected images' }).fill(name);
      await page.keyboard.press('Enter');
    };
    await give(0, UNSORTED / 2 - 1, 'moss');
    await eventually(() => grid().getByRole('option', { name: /moss/ }).count()).toBe(UNSORTED / 2);
    // How far one has come is seen in the list of classes, by which the images are looked through already.
    await classRow('moss').click();
    await eventually(shown).toBe(UNSORTED / 2);
    await classRow('All classes').click();
    await eventually(shown).toBe(UNSORTED);
    await grid()
      .getByRole('option', { name: /^(?!.*moss)/ })
      .first()
      .click();
    await page.keyboard.press('Control+a');
    for (const moss of await grid().getByRole('option', { name: /moss/ }).all())
      await moss.click({ modifiers: ['Control'] });
    await page.keyboard.press('l');
    await page.getByRole('combobox', { name: 'Class of the selected images' }).fill('bark');
    await takeScreenshots(page, 'dataset-unsorted');
    await page.keyboard.press('Enter');
    await eventually(() => classRow('bark').getAttribute('aria-label')).toMatch(/^bark: /);
    expect(await classRow('moss').count()).toBe(1);
    await takeScreenshots(page, 'dataset-sorted');
  });

  it('has thumbnails as large as they are asked for, and remembers it', async () => {
    const width = async (): Promise<number> => (await cell(0).boundingBox())?.width ?? 0;
    const slider = page.getByRole('slider', { name: 'Thumbnail size' });
    await cell(0).click();
    const usual = await width();
    for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press('+');
    await eventually(width).toBeGreaterThan(usual * 1.5);
    await slider.fill('72');
    await eventually(width).toBeLessThan(usual);
    await takeScreenshots(page, 'dataset-small-thumbnails');
    await eventually(() => readFile(path.join(root, 'home/settings.json'), 'utf8')).toMatch(
      /"dataset\.thumbnail":\s*72\b/,
    );
    await page.reload();
    await eventually(() => slider.inputValue()).toBe('72');
  });

  it('has met no error of its own and broken no rule of its content policy', () => {
    expect(problems).toEqual([]);
  });
});
