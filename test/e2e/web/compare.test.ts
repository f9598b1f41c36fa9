import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { runComparison, type RunComparison } from '../../../src/shared/contract/compare.ts';
import { ensemble } from '../../../src/shared/contract/ensemble.ts';
import { runResult, type RunResult } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, type Web } from '../../support/window/web.ts';

const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 30_000, interval: 100 });

describeWith('runs side by side', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const results: RunResult[] = [];
  let web: Web;
  let comparison: RunComparison;

  async function train(...parameters: string[]): Promise<RunResult> {
    const plan = ['--network', 'mobilenet_v1_0.25_32', '--dataset', 'stripes', '--batch', '6', '--epochs', '4'];
    const trained = await thaw(['train', ...plan, ...parameters, '--json'], { home, cwd: root });
    const result = runResult.parse(JSON.parse(trained.stdout));
    expect(result.status).toBe('finished');
    results.push(result);
    return result;
  }

  const region = (name: string) => web.page.getByRole('region', { name, exact: true }).first();
  const idOf = (index: number): string => results[index]?.runId ?? '';

  beforeAll(async () => {
    await writeTinyDataset(path.join(root, 'stripes'), { train: 12, val: 8 });
    const first = await train('--strategy', 'scratch', '--seed', '7');
    await train('--strategy', 'features', '--weights', `run:${first.runId}`, '--seed', '7');
    await train('--strategy', 'scratch', '--seed', '9', '--freeze', 'conv_pw_4');
    const ids = results.map(({ runId }) => runId);
    const compared = await thaw(['runs', 'compare', ...ids, '--json'], { home });
    comparison = runComparison.strip().parse(JSON.parse(compared.stdout));
    web = await launchWeb(place, home);
    await web.page.evaluate((hash) => (window.location.hash = hash), `#/runs/compare/${ids.join(',')}`);
  }, 300_000);

  it('have one legend for all charts, by which lines are hidden and shown', async () => {
    const { page } = web;
    await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('3 runs side by side');
    const legend = page.getByRole('list', { name: 'Runs', exact: true });
    expect(await legend.getByRole('listitem').count()).toBe(3);
    const chart = page.getByRole('application', { name: 'Accuracy' });
    const summary = async (): Promise<string> => {
      const ids = (await chart.getAttribute('aria-describedby')) ?? '';
      return (await page.locator(`[id="${ids.split(' ')[0] ?? ''}"]`).textContent()) ?? '';
    };
    await eventually(summary).toMatch(/A mobilenet.*4 points.*B mobilenet.*4 points.*C mobilenet.*4 points/s);
    await legend.getByRole('checkbox').nth(1).uncheck();
    await eventually(summary).not.toContain('B mobilenet');
    await legend.getByRole('checkbox').nth(1).check();
    await eventually(summary).toContain('B mobilenet');
    await page.getByRole('radio', { name: 'Training' }).check();
    await page.getByRole('radio', { name: 'Steps' }).check();
    // How many steps are told depends on how fast they were; that they are steps does not.
    await eventually(async () => {
      await chart.press('ArrowRight');
      return page.locator('section', { has: chart }).locator('[aria-live]').first().textContent();
    }).toMatch(/^step \d+.*A mobilenet.*B mobilenet.*C mobilenet/s);
    await chart.press('Escape');
    await page.getByRole('radio', { name: 'Validation', exact: true }).check();
    await page.getByRole('radio', { name: 'Epochs' }).check();
  });

  it('tell how well they do together, as the command line does', async () => {
    const ids = results.map(({ runId }) => runId);
    const averaged = ensemble.parse(JSON.parse((await thaw(['runs', 'average', ...ids, '--json'], { home })).stdout));
    const card = region('All together');
    const row = (name: string) => card.getByRole('row', { name });
    const share = ({ accuracy }: { readonly accuracy: number }): string => `${(accuracy * 100).toFixed(1)} %`;
    await eventually(() => row('Averaged').textContent()).toContain(share(averaged.mean));
    expect(await card.getByRole('row').count()).toBe(ids.length + 2);
    for (const [index, own] of averaged.runs.entries()) {
      // Below the heads of the columns, in the order of the runs.
      expect(
        await card
          .getByRole('row')
          .nth(index + 1)
          .textContent(),
      ).toContain(share(own));
    }
  });

  it('show what came out with the difference to the first', async () => {
    const row = web.page.getByRole('row', { name: 'Validation accuracy best' });
    const told = (await row.textContent()) ?? '';
    const [first = 0, ...others] = results.map(({ bestValAccuracy }) => bestValAccuracy ?? 0);
    expect(told).toContain(`${(first * 100).toFixed(1)} %`);
    for (const own of others) {
      const difference = own - first;
      if (difference !== 0)
        expect(told).toContain(`${difference > 0 ? '+' : '−'}${(Math.abs(difference) * 100).toFixed(1)} pp`);
    }
  });

  it('show only the parameters that differ, and all of them where that is wanted', async () => {
    const table = region('Parameters').getByRole('table');
    const differing = comparison.parameters.filter(({ differs }) => differs);
    const keys = () => table.locator('tbody th').allTextContents();
    await eventually(keys).toEqual(differing.map(({ key }) => key));
    expect(await table.getByRole('row', { name: /^plan\.strategy/ }).textContent()).toMatch(
      /scratch.*features.*scratch/s,
    );
    await web.page.getByRole('switch', { name: 'Only what differs' }).uncheck();
    await eventually(keys).toEqual(comparison.parameters.map(({ key }) => key));
    await web.page.getByRole('switch', { name: 'Only what differs' }).check();
    await table.scrollIntoViewIfNeeded();
    await takeScreenshots(web.page, 'compare-parameters');
  });

  it('show the same layer in the same row, frozen or trainable in each run', async () => {
    const { page } = web;
    const table = region('Freeze masks').getByRole('table');
    await page.getByRole('button', { name: 'Open all blocks' }).press('Enter');
    const layer = table.getByRole('row', { name: /^conv_pw_4 / });
    await eventually(() => layer.count()).toBe(1);
    const cells = await layer.getByRole('cell').allTextContents();
    expect(cells.map((cell) => cell.trim())).toEqual(['trainable', 'frozen', 'frozen']);
    const logits = table.getByRole('row', { name: /^logits dense/ }).getByRole('cell');
    expect((await logits.allTextContents()).map((cell) => cell.trim())).toEqual([
      'trainable',
      'trainable',
      'trainable',
    ]);
    await expectAccessible(page);
    await table.scrollIntoViewIfNeeded();
    await takeScreenshots(page, 'compare-masks');
    await page.getByRole('button', { name: 'Close all blocks' }).press('Enter');
  });

  it('have matrices whose cells lead to their images, by pointer and by keys', async () => {
    const { page } = web;
    const matrix = page.getByRole('table', { name: 'Confusion matrix A' });
    const [cell] = comparison.runs[0]?.evaluation?.confusion ?? [];
    const classes = comparison.runs[0]?.evaluation?.classes.map(({ name }) => name) ?? [];
    const [label = '', predicted = ''] = [classes[cell?.label ?? -1], classes[cell?.predicted ?? -1]];
    const button = matrix.getByRole('button', { name: new RegExp(` of ${label} taken for ${predicted},`) });
    expect(await button.textContent()).toContain(String(cell?.images));
    await button.click();
    const images = region('Images of the chosen cell').getByRole('table');
    await eventually(() => images.locator('tbody tr').count()).toBe(cell?.images);
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    await eventually(() => images.locator('tbody img.ready').count()).toBe(cell?.images);
    for (const row of await images.locator('tbody tr').all())
      expect(await row.textContent()).toContain(`val/${label}/`);
    await images.scrollIntoViewIfNeeded();
    await takeScreenshots(page, 'compare-images');
    await button.focus();
    await page.keyboard.press(cell?.predicted === 0 ? 'ArrowRight' : 'ArrowLeft');
    await page.keyboard.press('Enter');
    const other = matrix.locator('button[aria-pressed=true]');
    await eventually(() => other.getAttribute('aria-label')).toContain(
      `of ${label} taken for ${classes[cell?.predicted === 0 ? 1 : 0] ?? ''}`,
    );
    await page.getByRole('radio', { name: 'Shares' }).check();
    await eventually(() => button.textContent()).toContain('%');
    await page.getByRole('button', { name: 'Show all that changed' }).click();
    await eventually(() => page.getByRole('heading', { name: 'Images whose prediction changed' }).count()).toBe(1);
  });

  it('can be used in both themes and in a narrow window', async () => {
    const { page } = web;
    const top = () => page.locator('.page').evaluate((element) => element.scrollTo(0, 0));
    for (const [width, name] of [
      [1400, 'compare'],
      [900, 'compare-narrow'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await top();
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        await expectAccessible(page);
      }
      await page.emulateMedia({ colorScheme: null });
      await takeScreenshots(page, name);
      const sideways = () => page.locator('.page').evaluate((element) => element.scrollWidth - element.clientWidth);
      expect(await sideways()).toBe(0);
    }
  });

  it('are compared with the run that one comes from, on whose page its own matrix stands', async () => {
    const { page } = web;
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.evaluate((hash) => (window.location.hash = hash), `#/runs/${idOf(1)}`);
    const matrix = page.getByRole('table', { name: 'Confusion matrix' });
    await eventually(() => matrix.locator('tbody tr').count()).toBe(2);
    const images = comparison.runs[1]?.evaluation?.confusion.map((cell) => String(cell.images)) ?? [];
    const cells = await matrix.locator('td').allTextContents();
    expect(cells.map((cell) => cell.trim()).filter((cell) => cell !== '')).toEqual(images);
    await matrix.scrollIntoViewIfNeeded();
    await expectAccessible(page);
    await takeScreenshots(page, 'run-evaluation');
    await page.getByRole('link', { name: 'Compare with the run it comes from' }).click();
    await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('2 runs side by side');
    expect(page.url()).toContain(`#/runs/compare/${idOf(0)},${idOf(1)}`);
    const ids = results.map(({ runId }) => runId);
    await page.evaluate((hash) => (window.location.hash = hash), `#/runs/compare/${ids.join(',')}`);
    await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('3 runs side by side');
  });

  it('are left out one by one, and say what to do where too few are named', async () => {
    const { page } = web;
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: /^Leave C, / }).click();
    await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('2 runs side by side');
    expect(page.url()).toContain(`#/runs/compare/${idOf(0)},${idOf(1)}`);
    expect(await page.getByRole('button', { name: /^Leave / }).count()).toBe(0);
    await page.evaluate((hash) => (window.location.hash = hash), `#/runs/compare/${idOf(0)}`);
    await eventually(() => page.getByText('Two runs or more are compared').count()).toBe(1);
    await page.evaluate((hash) => (window.location.hash = hash), `#/runs/compare/${idOf(0)},nobody`);
    await eventually(() => page.getByText("no run 'nobody'").count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'All runs' }).click();
    await eventually(() => page.evaluate(() => window.location.hash)).toBe('#/runs');
  });
});
