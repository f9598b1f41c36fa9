import path from 'node:path';
import type { Locator, Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { runResult } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const SOME_TIME = 120_000;

describeWith('the searches in the window', await findWeb(), (place) => {
  const home = path.join(temporaryFolder(), 'home');
  let page: Page;
  let dialog: Locator;
  let runId = '';

  beforeAll(async () => {
    const trained = await thaw(['train', '--epochs', '2', '--json'], { home });
    ({ runId } = runResult.parse(JSON.parse(trained.stdout)));
    ({ page } = await launchWeb(place, home));
    dialog = page.getByRole('dialog', { name: 'Try steps of this plan' });
    await page
      .getByText(/stay frozen and are computed once/)
      .first()
      .waitFor();
  }, SOME_TIME);

  it('show the curve of a search for a rate, take one from it by keys and by a click, and put it into the plan', async () => {
    await page.getByRole('button', { name: 'Find rate…' }).click();
    const curve = dialog.getByRole('slider', { name: 'Loss by learning rate' });
    await curve.waitFor({ timeout: SOME_TIME });
    const chosen = () => dialog.getByRole('radio', { checked: true }).last().locator('..').innerText();
    const use = dialog.getByRole('button', { name: /^Use / });
    expect(await chosen()).toContain('Valley');
    const suggested = await use.innerText();
    await takeScreenshots(page, 'find-rate');
    await expectAccessible(page);
    await curve.focus();
    await page.keyboard.press('End');
    expect(await chosen()).toContain('From the curve');
    const last = await curve.getAttribute('aria-valuetext');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => curve.getAttribute('aria-valuetext')).not.toBe(last);
    const { width = 0, height = 0 } = (await curve.boundingBox()) ?? {};
    await curve.click({ position: { x: width * 0.3, y: height / 2 } });
    await expect.poll(() => use.innerText()).not.toBe(suggested);
    const taken = await use.innerText();
    await use.click();
    await dialog.waitFor({ state: 'detached' });
    expect(`Use ${await page.getByLabel('Learning rate').inputValue()}`).toBe(taken);
    await page.getByLabel('Learning rate').fill('');
  });

  it('time batch sizes, and can be cancelled', async () => {
    await page.getByRole('button', { name: 'Find size…' }).click();
    const table = dialog.getByRole('table');
    await table.waitFor({ timeout: SOME_TIME });
    expect(await table.getByRole('row').count()).toBeGreaterThan(3);
    await takeScreenshots(page, 'find-batch-size');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Search again' }).click();
    // It may end before Cancel is reached: then there is nothing to cancel any more.
    const cancelled = dialog.getByText(/was cancelled/);
    const reached = dialog.getByRole('button', { name: 'Cancel' }).click();
    await Promise.race([reached.catch(() => undefined), table.waitFor({ timeout: SOME_TIME })]);
    await cancelled.or(table).first().waitFor({ timeout: SOME_TIME });
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Batch', { exact: true }).inputValue()).toBe('');
  });

  it('rank the blocks of a run, and thaw the next one in a branch', async () => {
    await page.evaluate((hash) => (window.location.hash = hash), `#/runs/${runId}`);
    await page.getByRole('tab', { name: 'Layers' }).click();
    const card = page.getByRole('region', { name: 'Which block next?' });
    await card.getByRole('button', { name: 'Measure' }).click();
    const thaw = card.getByRole('button', { name: /^Thaw it/ });
    await thaw.waitFor({ timeout: SOME_TIME });
    expect(await card.getByRole('row', { name: /block_13/ }).innerText()).toContain('next');
    await takeScreenshots(page, 'next-block');
    await expectAccessible(page);
    await thaw.click();
    await page.getByText(/Branches from .* at step/).waitFor({ timeout: SOME_TIME });
    const state = (block: string) => page.locator(`[role=treeitem][id="block:${block}"]`).getAttribute('aria-checked');
    await expect.poll(() => state('block_13')).toBe('true');
    expect(await state('block_12')).toBe('false');
  });
});
