import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { findProcess } from '../../support/window/process-tree.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, type Web } from '../../support/window/web.ts';
import { thaw } from '../../support/thaw-command.ts';

const TRAINER = 'training/trainer.ts';
/** On a machine that others use too, an answer may take its time. */
const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 60_000, interval: 200 });

/** Starts a run that lasts until it is stopped. */
async function trainLong(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Train', exact: true }).click();
  await page.getByRole('radio', { name: 'Scratch' }).check();
  await page.getByRole('textbox', { name: 'Epochs' }).fill('9000');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await eventually(() => bar(page).textContent()).toMatch(/Epoch \d+ of 9,000/);
}

const bar = (page: Page) => page.getByRole('region', { name: 'Run', exact: true });
const tile = (page: Page, name: string) => page.locator('.tile', { hasText: name }).locator('b').textContent();

describeWith('a run in the workbench', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  let web: Web;
  beforeAll(async () => {
    web = await launchWeb(place, home);
  });

  it('is followed live to its end by one click, and proves what stayed frozen', async () => {
    const { page } = web;
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await eventually(() => bar(page).textContent()).toContain('Finished');
    await eventually(() => bar(page).textContent()).toMatch(
      /30 epochs, in .* The best validation accuracy is \d+\.\d %, at epoch \d+/,
    );
    await eventually(() => tile(page, 'Frozen tensors')).toBe('135 of 135');
    await eventually(() => tile(page, 'Validation accuracy')).toMatch(/^\d+\.\d %$/);
    await expectAccessible(page);
    await takeScreenshots(page, 'train-finished');
  });

  it('has every chart as a table, with the values of each epoch', async () => {
    const { page } = web;
    await page.getByRole('radio', { name: 'Epochs' }).check();
    const tables = page.getByRole('button', { name: 'Show the values as a table' });
    for (const index of [0, 1, 2]) await tables.nth(index).click();
    for (const title of ['Accuracy', 'Loss', 'Learning rate']) {
      const rows = page.getByRole('table', { name: new RegExp(`^${title}`) }).getByRole('row');
      await eventually(() => rows.count()).toBe(31);
      expect(await rows.last().textContent()).toMatch(/^\s*30\s*\d/);
    }
    await expectAccessible(page);
    for (const index of [0, 1, 2]) await tables.nth(index).click();
    await page.getByRole('radio', { name: 'Steps' }).check();
  });

  it('is read, zoomed and moved in a chart by the keyboard alone', async () => {
    const { page } = web;
    const chart = page.getByRole('application', { name: 'Loss' });
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    const reading = page.locator('section', { has: chart }).last().locator('[aria-live]');
    await eventually(() => reading.textContent()).toMatch(/^step 1 · epoch 1, train \d/);
    const whole = page.getByRole('button', { name: 'Whole run' });
    await page.keyboard.press('+');
    await eventually(() => whole.count()).toBe(1);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('0');
    await eventually(() => whole.count()).toBe(0);
  });

  it('is saved as values and as a picture', async () => {
    const { page } = web;
    const save = async (name: string): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name }).first().click(),
      ]);
      return download.suggestedFilename();
    };
    expect(await save('Save the values (CSV)')).toMatch(/-accuracy\.csv$/);
    expect(await save('Save as a picture (PNG)')).toMatch(/-accuracy\.png$/);
  });

  it('waits when it is paused, goes on, and stops with its checkpoint kept', async () => {
    const { page } = web;
    await trainLong(page);
    await bar(page).getByRole('button', { name: 'Pause' }).click();
    await eventually(() => bar(page).textContent()).toMatch(/Paused in epoch \d+/);
    const held = await bar(page).getByText(/^step/).textContent();
    await page.waitForTimeout(1500);
    expect(await bar(page).getByText(/^step/).textContent()).toBe(held);
    await expectAccessible(page);
    await bar(page).getByRole('button', { name: 'Resume' }).click();
    await eventually(() => bar(page).getByText(/^step/).textContent()).not.toBe(held);
    await bar(page).getByRole('button', { name: 'Stop' }).click();
    await eventually(() => bar(page).textContent()).toContain('Stopped');
    await bar(page).getByRole('button', { name: 'Resume' }).click();
    await eventually(() => bar(page).textContent()).toMatch(/Epoch \d+ of 9,000/);
  });

  it('is still followed by a window that comes in its middle', async () => {
    const { browser, address, server, page } = web;
    const state = await page.context().storageState();
    const context = await browser.newContext({ storageState: state });
    const second = await context.newPage();
    await second.goto(new URL('/', address).href);
    await eventually(() => bar(second).textContent()).toMatch(/Epoch \d+ of 9,000/);
    const held = await bar(second).getByText(/^step/).textContent();
    await eventually(() => bar(second).getByText(/^step/).textContent()).not.toBe(held);
    await context.close();
    expect(findProcess(server.child.pid ?? 0, TRAINER)).not.toBeNull();
  });

  it('is interrupted where its trainer is killed, says so, and offers to go on', async () => {
    const { page, server } = web;
    process.kill(findProcess(server.child.pid ?? 0, TRAINER) ?? 0, 'SIGKILL');
    await eventually(() => bar(page).textContent()).toContain('Interrupted');
    expect(await bar(page).textContent()).toContain('SIGKILL');
    await expectAccessible(page);
    // Whoever opens the window is told of it at once, and may throw it away, or think better of that.
    await page.reload();
    const banner = page.getByRole('region', { name: 'Interrupted runs' });
    await eventually(() => banner.count()).toBe(1);
    await expectAccessible(page);
    await takeScreenshots(page, 'interrupted');
    await banner.getByRole('button', { name: /^Discard/ }).click();
    await eventually(() => banner.count()).toBe(0);
    await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).click();
    await eventually(() => banner.count()).toBe(1);
    await page.evaluate(() => (window.location.hash = '#/runs'));
    await banner.getByRole('button', { name: /^Resume/ }).click();
    await eventually(() => bar(page).textContent()).toMatch(/Epoch \d+ of 9,000/);
    await bar(page).getByRole('button', { name: 'Stop' }).click();
    await eventually(() => bar(page).textContent()).toContain('Stopped');
  });
});

describeWith('past runs in the workbench', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const dataset = path.join(root, '蜜蜂 🐝');
  let web: Web;
  beforeAll(async () => {
    await writeTinyDataset(dataset, { train: 4, val: 2 });
    for (const parameters of [
      ['--epochs', '2'],
      ['--epochs', '3', '--dataset', dataset],
    ]) {
      expect((await thaw(['train', ...parameters], { home })).code).toBe(0);
    }
    web = await launchWeb(place, home);
    // What is browsed lies on this machine: no other is needed for it.
    await web.page.route(
      (url) => url.hostname !== '127.0.0.1',
      (route) => route.abort(),
    );
    await web.page.evaluate(() => (window.location.hash = '#/runs'));
  });

  it('are a list that arrows move in and Enter opens', async () => {
    const { page } = web;
    const grid = page.getByRole('grid');
    await eventually(() => grid.getByRole('row').count()).toBe(3);
    await expectAccessible(page);
    await takeScreenshots(page, 'runs');
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toContain('mobilenet_v1');
    expect(await page.locator('.sentence').textContent()).toContain('Finished: 2 epochs of a new head');
    await page.getByRole('button', { name: 'All runs' }).click();
  });

  it('are sorted by a column and found by words in any script', async () => {
    const { page } = web;
    const first = () => page.getByRole('grid').getByRole('row').nth(1).textContent();
    await page.getByRole('columnheader', { name: 'Epochs' }).getByRole('button').click();
    await eventually(first).toContain('3 / 3');
    await page.getByRole('columnheader', { name: 'Epochs' }).getByRole('button').click();
    await eventually(first).toContain('2 / 2');
    const query = page.getByRole('combobox', { name: 'Query' });
    await query.fill('dataset ~ "蜜蜂"');
    await query.press('Enter');
    await eventually(() => page.getByRole('grid').getByRole('row').count()).toBe(2);
    expect(await first()).toContain('蜜蜂 🐝');
    await query.fill('dataset ~ "nothing like it"');
    await query.press('Enter');
    await page.getByRole('button', { name: 'Clear the query' }).last().click();
    await eventually(() => page.getByRole('grid').getByRole('row').count()).toBe(3);
  });

  it('tell all the log knows: figures, plan, layers with their proof, and what was loaded', async () => {
    const { page } = web;
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await eventually(() => page.getByRole('region', { name: 'Result' }).textContent()).toContain(
      '135 of 135 unchanged',
    );
    await page.getByRole('tab', { name: 'Layers' }).click();
    await page.locator('summary', { hasText: 'block_5' }).click();
    await eventually(() => page.getByRole('region', { name: /^block_5/ }).textContent()).toContain('unchanged ✓');
    await page.getByRole('tab', { name: 'Plan' }).click();
    await eventually(() => page.getByRole('region', { name: 'Plan' }).textContent()).toContain('as shipped with Thaw');
    await page.locator('summary', { hasText: /\d+ loaded/ }).click();
    await eventually(() => page.getByRole('region', { name: 'loaded', exact: true }).textContent()).toContain('kernel');
    await expectAccessible(page);
    await page.getByRole('tab', { name: 'Overview' }).click();
    await takeScreenshots(page, 'run');
  });

  it('give their best weights to a new plan', async () => {
    const { page } = web;
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Train on from its weights' }).click();
    await eventually(() => page.evaluate(() => window.location.hash)).toBe('#/train');
    await eventually(() => page.getByText('The plan now begins with the best weights of').count()).toBeGreaterThan(0);
    await eventually(() => page.getByRole('button', { name: 'Train', exact: true }).isEnabled()).toBe(true);
  });
});
