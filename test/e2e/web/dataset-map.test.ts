import path from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { end, type RunningCommand } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { clickWhenThere } from '../../support/window/click-when-there.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

describeWith('the map of a dataset in a browser', await findWeb(), (place) => {
  const root = temporaryFolder();
  let page: Page;
  let server: RunningCommand | null = null;
  // Before its folder is removed.
  afterAll(() => end(server));
  const problems: string[] = [];

  beforeAll(async () => {
    ({ page, server } = await launchWeb(place, path.join(root, 'home')));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await page.getByRole('radio', { name: 'Map' }).check();
  });

  const map = () => page.getByRole('application');
  const classes = () => page.getByRole('listbox', { name: 'Classes on the map' });
  const selection = () => page.getByRole('group', { name: 'Selected images' });
  const told = () => map().locator('[aria-live]');
  const chosen = () => page.getByRole('list', { name: 'Selected images' }).getByRole('button');

  it('says what it shows and takes before it is computed, and can be cancelled', async () => {
    const compute = page.getByRole('button', { name: 'Compute map' });
    await compute.waitFor({ timeout: 60_000 });
    await page.getByText('looks at 140 images').waitFor();
    await expectAccessible(page);
    await takeScreenshots(page, 'dataset-map-empty');
    const cancelled = clickWhenThere(page, 'Cancel');
    await compute.click();
    await cancelled;
    await compute.waitFor();
    expect(await map().count()).toBe(0);
  });

  it('shows every image where the network sees it, with a legend', async () => {
    await page.getByRole('button', { name: 'Compute map' }).click();
    await map().waitFor({ timeout: 180_000 });
    expect(await map().getAttribute('aria-label')).toContain('Map of 140 images');
    expect(await classes().getByRole('option').allTextContents()).toEqual([
      expect.stringMatching(/All classes\s*140/),
      expect.stringMatching(/fox\s*70/),
      expect.stringMatching(/owl\s*70/),
    ]);
    await expectAccessible(page);
    await takeScreenshots(page, 'dataset-map');
  });

  it('shows the image that is pointed at', async () => {
    const box = (await map().boundingBox()) ?? expect.fail('The map has no place.');
    const tooltip = map().locator('.tooltip');
    // Where images lie is for the network to say: looked for in steps that pass none by.
    const places = [0.5, 0.4, 0.6, 0.3, 0.7].flatMap((across) =>
      Array.from({ length: 60 }, (_, step) => ({ across, down: (step + 0.5) / 60 })),
    );
    for (const { across, down } of places) {
      await page.mouse.move(box.x + box.width * across, box.y + box.height * down);
      if ((await tooltip.count()) > 0) break;
    }
    await tooltip.locator('img.ready').waitFor();
    expect(await tooltip.textContent()).toMatch(/\d+\.jpg\s*(fox|owl)/);
    await takeScreenshots(page, 'dataset-map-point');
    await page.mouse.move(box.x + 5, box.y + 5);
    await tooltip.waitFor({ state: 'detached' });
  });

  it('selects what is drawn around', async () => {
    await page.getByRole('radio', { name: 'Lasso' }).check();
    const box = (await map().boundingBox()) ?? expect.fail('The map has no place.');
    const [left, right] = [box.x + 4, box.x + box.width - 4];
    const [top, middle] = [box.y + 60, box.y + box.height / 2];
    await page.mouse.move(left, top);
    await page.mouse.down();
    for (const [x, y] of [
      [right, top],
      [right, middle],
      [left, middle],
    ] as const)
      await page.mouse.move(x, y, { steps: 6 });
    await takeScreenshots(page, 'dataset-map-lasso');
    await page.mouse.up();
    const told = /^(\d+) selected/;
    await expect.poll(() => selection().textContent()).toMatch(told);
    const [, selected = ''] = told.exec((await selection().textContent())?.trim() ?? '') ?? [];
    expect(Number(selected)).toBeLessThan(140);
    await page.getByRole('heading', { name: `${selected} images selected` }).waitFor();
    expect(await chosen().count()).toBe(Math.min(Number(selected), 120));
    await expectAccessible(page);
    await takeScreenshots(page, 'dataset-map-selected');
    await page.keyboard.press('Escape');
    await expect.poll(() => chosen().count()).toBe(0);
  });

  it('is used by keyboard alone: from image to image, by class, and what is selected is decided of', async () => {
    await map().focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => told().textContent()).toMatch(/^\d+\.jpg, (fox|owl)$/);
    const first = await told().textContent();
    const arrows = ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown'];
    for (const arrow of arrows) {
      await page.keyboard.press(arrow);
      if ((await told().textContent()) !== first) break;
    }
    await expect.poll(() => told().textContent()).not.toBe(first);
    for (let nearer = 0; nearer < 4; nearer += 1) await page.keyboard.press('+');
    await page.keyboard.press('Space');
    await expect.poll(() => told().textContent()).toMatch(/, selected$/);
    const excluded = await told().textContent();
    await page.keyboard.press('x');
    await map().and(page.getByLabel('Map of 139 images')).waitFor();
    // One of them leads on, and brings what it leads to into sight.
    for (const arrow of arrows) await page.keyboard.press(arrow);
    await expect.poll(() => told().textContent()).toMatch(/^\d+\.jpg, (fox|owl)$/);
    expect(`${await told().textContent()}, selected`).not.toBe(excluded);
    await page.keyboard.press('Control+z');
    await map().and(page.getByLabel('Map of 140 images')).waitFor();
    // What was decided has not moved the map: it is still looked at from near.
    const place = () => map().locator('.tooltip').getAttribute('style');
    const near = await place();
    await page.keyboard.press('0');
    await expect.poll(place).not.toBe(near);
    await classes().focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await expect.poll(() => chosen().count()).toBe(70);
    await takeScreenshots(page, 'dataset-map-class');
  });

  it('is there again at once when it was made before', async () => {
    await page.reload();
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await page.getByRole('radio', { name: 'Map' }).check();
    await map().waitFor({ timeout: 60_000 });
    expect(problems).toEqual([]);
  });
});
