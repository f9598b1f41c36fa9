import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { groupResults } from '../../../src/shared/contract/group-results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, type Web } from '../../support/window/web.ts';

const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 60_000, interval: 200 });
const compared = groupResults.extend({
  thawedFrom: z.string(),
  summaries: z.array(z.object({ category: z.string(), runs: z.number(), mean: z.number() })),
  verdict: z.object({ gain: z.number() }),
});

describeWith('strategies that were compared', await findWeb(), (place) => {
  const home = path.join(temporaryFolder(), 'home');
  const command = ['compare-strategies', '--seeds', '1,2', '--epochs', '2', '--run-group', 'three ways', '--json'];
  let web: Web;
  let results: z.infer<typeof compared>;
  const group = (page: Page) => page.getByRole('region', { name: 'Group: three ways', exact: true });

  beforeAll(async () => {
    const { code, stdout, stderr } = await thaw(command, { home });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    results = compared.parse(JSON.parse(stdout));
    web = await launchWeb(place, home);
  });

  it('are each strategy with each seed, as one group of finished runs', () => {
    expect(results).toMatchObject({ group: { name: 'three ways' }, axis: 'strategy', thawedFrom: 'block_12' });
    expect(results.summaries.map(({ category, runs }) => [category, runs])).toEqual([
      ['features', 2],
      ['finetune', 2],
      ['scratch', 2],
    ]);
    expect(results.points.map(({ category, seed, status }) => [category, seed, status])).toEqual(
      [1, 2].flatMap((seed) => ['features', 'finetune', 'scratch'].map((category) => [category, seed, 'finished'])),
    );
  });

  it('stand on the page of each run as a chart and a table, whose runs can be opened by keyboard', async () => {
    const { page } = web;
    const first = results.points[0]?.runId ?? '';
    await page.evaluate((hash) => (window.location.hash = hash), `#/runs/${first}`);
    await eventually(() => group(page).getByRole('rowheader').allTextContents()).toEqual([
      'Only the head',
      'Fine-tuning',
      'From scratch',
    ]);
    await eventually(() => group(page).locator('svg circle').count()).toBe(6);
    await group(page).scrollIntoViewIfNeeded();
    await expectAccessible(page);
    await takeScreenshots(page, 'group-chart');
    await group(page)
      .getByRole('row', { name: /^From scratch/ })
      .getByRole('link', { name: /^seed 2/ })
      .focus();
    await page.keyboard.press('Enter');
    const scratch = results.points.at(-1)?.runId ?? '';
    await eventually(() => page.evaluate(() => window.location.hash)).toContain(scratch);
    await eventually(() => group(page).locator('[aria-current="page"]').textContent()).toContain('seed 2');
  });

  it('are asked for in the Train view by their seeds alone', async () => {
    const { page } = web;
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: 'More ways to train' }).first().click();
    await page.getByRole('menuitem', { name: 'Sweep or compare strategies…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sweep' });
    await dialog.getByRole('radio', { name: 'The three strategies' }).press('Space');
    await eventually(() => dialog.getByRole('textbox', { name: 'Seeds' }).inputValue()).toBe('1, 2, 3');
    expect(await dialog.getByRole('textbox', { name: 'Learning rates' }).count()).toBe(0);
    await expectAccessible(page);
    await takeScreenshots(page, 'compare-strategies');
    await dialog.getByRole('textbox', { name: 'Seeds' }).fill('4');
    await dialog.getByRole('button', { name: 'Add 3 runs to the queue' }).click();
    await eventually(() => page.getByRole('button', { name: /^Queue \(3\)/ }).count()).toBe(1);
  });
});
