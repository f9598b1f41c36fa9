import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

describeWith('the window', await findWeb(), (place) => {
  const home = path.join(temporaryFolder(), 'home');
  let page: Page;
  const go = async (view: string): Promise<void> => {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();
    await page.getByRole('main', { name: view }).waitFor();
  };
  const theme = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset['theme']);

  beforeAll(async () => {
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, 'settings.json'), '{ "theme": ');
    ({ page } = await launchWeb(place, home));
    await page.locator('[role=treeitem]').first().waitFor();
  });

  it('tells that settings could not be read, and where they are kept', async () => {
    const notices = page.getByRole('region', { name: 'Notices' });
    await notices.getByText(/The settings could not be read and were set aside as '.*settings\.json/).waitFor();
    await notices.getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => notices.getByRole('button').count()).toBe(0);
  });

  it.each(['Network', 'Settings', 'Train'])('shows %s accessibly in both themes', async (view) => {
    await go(view);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
    }
    await takeScreenshots(page, view.toLowerCase());
  });

  it("follows the system's theme until one is chosen, and remembers that one", async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(theme).toBe('light');
    await go('Settings');
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    await expect.poll(theme).toBe('dark');
    // The last change is written once nothing has changed for a while.
    await page.waitForTimeout(1000);
    await page.reload();
    await expect.poll(theme).toBe('dark');
    await page.getByRole('radio', { name: 'System' }).check({ force: true });
    await expect.poll(theme).toBe('light');
    await page.emulateMedia({ colorScheme: null });
  });

  it('limits what caches may take, for the command line too', async () => {
    await go('Settings');
    const limit = page.getByRole('combobox', { name: /take at most/ });
    const row = page.getByRole('row').filter({ hasText: 'features' });
    await limit.selectOption({ label: '4.0 GB' });
    await row.getByText('of 4.0 GB').waitFor();
    await go('Train');
    await go('Settings');
    await row.getByText('of 4.0 GB').waitFor();
    expect(JSON.parse(readFileSync(path.join(home, 'settings.json'), 'utf8'))).toMatchObject({ cacheLimitBytes: 4e9 });
  });

  it('resizes panes by keyboard and by mouse, and remembers their widths', async () => {
    await go('Train');
    const handle = page.getByRole('separator', { name: 'Resize Layers' });
    const width = async (): Promise<number> => Number(await handle.getAttribute('aria-valuenow'));
    const before = await width();
    await handle.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(width).toBe(before + 16);
    const box = await handle.boundingBox();
    await page.mouse.move(box?.x ?? 0, 400);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 60, 400, { steps: 4 });
    await page.mouse.up();
    await expect.poll(width).toBe(before + 76);
    await page.waitForTimeout(1000);
    await page.reload();
    await expect.poll(width).toBe(before + 76);
    await go('Settings');
    await page.getByRole('button', { name: 'Reset' }).click();
    await go('Train');
    await expect.poll(width).toBe(before);
  });

  it('goes from view to view by keyboard alone', async () => {
    await page.reload();
    await page.locator('[role=treeitem]').first().waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent.trim())).toBe('Skip to the view');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('view');
    await page.getByRole('link', { name: 'Network', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('main', { name: 'Network' }).waitFor();
  });

  describe('when it is small', () => {
    const sizes = [
      ['1024 pixels wide', 1024, 700],
      ['1440 pixels at 200 %', 720, 450],
      ['1024 pixels at 200 %', 512, 350],
    ] as const;

    it.each(sizes)('%s, scrolls nothing sideways and leaves Train at hand', async (name, width, height) => {
      await page.setViewportSize({ width, height });
      for (const view of ['Train', 'Network', 'Settings']) {
        await go(view);
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(beyond).toBeLessThanOrEqual(0);
      }
      await go('Train');
      expect(await page.getByRole('button', { name: 'Train', exact: true }).isVisible()).toBe(true);
      await takeScreenshots(page, `train-${name.replaceAll(/\W+/g, '-')}`);
      await expectAccessible(page);
    });

    it('folds the plan away and shows it when asked', async () => {
      await page.setViewportSize({ width: 1024, height: 700 });
      await expect.poll(() => page.getByRole('region', { name: 'Plan' }).count()).toBe(0);
      await page.getByRole('button', { name: 'Plan', exact: true }).click();
      await page.getByRole('region', { name: 'Plan' }).waitFor();
      await page.setViewportSize({ width: 1440, height: 900 });
    });
  });

  it.each(['Dataset', 'Network', 'Train', 'Runs', 'Predict', 'Settings'])(
    'shows %s complete in forced colours',
    async (view) => {
      await page.emulateMedia({ forcedColors: 'active' });
      await go(view);
      await expectAccessible(page);
      await takeScreenshots(page, `forced-colours-${view.toLowerCase()}`);
      await page.emulateMedia({ forcedColors: 'none' });
    },
  );

  it('chooses another network, says what it needs, and starts its tree anew', async () => {
    await go('Network');
    await page.getByRole('option', { name: /^ResNet50, Keras/ }).click();
    await page.getByText('None yet.').first().waitFor();
    await go('Train');
    await page.locator('[role=treeitem][id="block:conv4_block2"]').waitFor();
    await page
      .getByText(/needs pretrained weights/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('SELECT');
  });
});
