import path from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { end, type RunningCommand } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

describeWith('labels that are hard to believe, in a browser', await findWeb(), (place) => {
  const root = temporaryFolder();
  let page: Page;
  let server: RunningCommand | null = null;
  // Before its folder is removed.
  afterAll(() => end(server));

  beforeAll(async () => {
    ({ page, server } = await launchWeb(place, path.join(root, 'home')));
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'sample' }).waitFor();
  });

  const rows = () => page.getByRole('list', { name: 'Labels that are hard to believe' }).getByRole('listitem');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-path') ?? null);

  it('are found, and reviewed one after the other by keys', async () => {
    await page.getByRole('radio', { name: 'Labels', exact: true }).check({ force: true });
    await page.getByRole('button', { name: 'Find label mistakes' }).waitFor({ timeout: 60_000 });
    await takeScreenshots(page, 'label-mistakes-begin');
    await page.getByRole('button', { name: 'Find label mistakes' }).click();
    await rows().first().waitFor({ timeout: 120_000 });
    const total = await rows().count();
    expect(total).toBeGreaterThan(3);
    await expect.poll(() => rows().locator('img.ready').count()).toBeGreaterThan(2);
    await expectAccessible(page);
    await takeScreenshots(page, 'label-mistakes');

    const paths = await rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-path')));
    await rows().first().focus();
    await page.keyboard.press('k');
    await expect.poll(() => rows().count()).toBe(total - 1);
    expect(await focused()).toBe(paths[1]);
    // Nothing was decided of it, and it is not asked again.
    expect(await page.getByText('Undo', { exact: true }).count()).toBe(0);
    await page.keyboard.press('Enter');
    await expect.poll(() => rows().count()).toBe(total - 2);
    await expect.poll(focused).toBe(paths[2]);
    // The space bar shows it large, and the same keys decide there.
    await page.keyboard.press(' ');
    const viewer = page.getByRole('dialog', { name: /^Image / });
    await viewer.getByRole('img').waitFor();
    expect(await viewer.textContent()).toContain(`1 of ${total - 2}`);
    await page.keyboard.press('e');
    await expect.poll(() => viewer.textContent()).toContain(`1 of ${total - 3}`);
    await page.keyboard.press('Escape');
    await expect.poll(focused).toBe(paths[3]);
    await expect.poll(() => rows().count()).toBe(total - 3);
    await page.getByRole('button', { name: 'Undo', exact: true }).waitFor();
    await page.getByText(`${total - 3} labels to review, 3 reviewed`).waitFor();
  });
});
