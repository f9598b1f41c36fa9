import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const RECIPES = path.join(import.meta.dirname, '../../../docs/recipes');
/** So many epochs that the stage is under way while it is being looked at. */
const ENDLESS = '90000';
const PATIENCE = { timeout: 120_000 };

describeWith('strategies in the window', await findWeb(), (place) => {
  const folder = temporaryFolder();
  let page: Page;

  const card = (name: string) => page.locator('[data-stage]').filter({ hasText: name });
  const row = (key: string) => page.locator(`[role=treeitem][id="${key}"]`);
  const epochs = () => page.getByRole('textbox', { name: 'Epochs', exact: true });
  const names = () => page.locator('[data-stage] b').allTextContents();
  const openFile = async (name: string, text: string): Promise<void> => {
    writeFileSync(path.join(folder, name), text);
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'More ways to train' }).click();
    await page.getByRole('menuitem', { name: 'Open a plan file…' }).click();
    await (await chooser).setFiles(path.join(folder, name));
  };

  beforeAll(async () => {
    ({ page } = await launchWeb(place, path.join(folder, 'home')));
    await page.getByText(/stay frozen and are computed once/).first().waitFor(); // prettier-ignore
  });

  it('designs a head, which the layer tree shows, on any layer of the network', async () => {
    await page.getByText('Design of the head').click();
    await page.getByRole('button', { name: 'Add dense' }).click();
    const layer = page.getByRole('group', { name: 'Dense, layer 1' });
    await layer.getByLabel('Units').fill('24');
    await layer.getByLabel('BatchNorm').check();
    await page.getByLabel('Initialiser').selectOption({ label: 'Truncated normal' });
    await page.getByLabel('Standard deviation').fill('0.001');
    await row('block:head').click({ position: { x: 12, y: 14 } });
    await expect
      .poll(() =>
        page
          .locator('[role=treeitem]')
          .filter({ hasText: /\b24\b/ })
          .count(),
      )
      .toBeGreaterThan(0);
    await layer.getByLabel('Units').fill('none');
    await expect.poll(() => layer.getByLabel('Units').getAttribute('aria-invalid')).toBe('true');
    await layer.getByLabel('Units').fill('24');
    await layer.scrollIntoViewIfNeeded();
    await takeScreenshots(page, 'plan-head');
    await expectAccessible(page);

    await row('block:block_5').click({ position: { x: 12, y: 14 } });
    await row('block:block_5').focus();
    await page.keyboard.press('ArrowDown');
    const stand = page.getByRole('button', { name: /Let the head stand on/ });
    const base = /stand on (\S+)$/.exec((await stand.getAttribute('aria-label')) ?? '')?.[1];
    await stand.click();
    await expect.poll(() => page.getByLabel('Stands on').inputValue()).toBe(base);
    await expect.poll(() => row('block:block_13').count()).toBe(0);
    await page.getByRole('button', { name: 'Let it stand on the last layer again' }).click();
    await row('block:block_13').waitFor();
    await page.getByRole('button', { name: 'Remove Dense, layer 1' }).click();
    await page.getByLabel('Initialiser').selectOption({ label: 'Glorot uniform' });
  });

  it('takes another task, epochs of steps and fewer images', async () => {
    await page.getByLabel('Learns').selectOption({ label: 'Autoencoder' });
    await page.getByLabel('One layer after the other').waitFor();
    await page.getByLabel('Inputs set to zero').fill('2');
    await expect.poll(() => page.getByLabel('Inputs set to zero').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Inputs set to zero').fill('');
    await page.getByLabel('Learns').selectOption({ label: 'Classes' });
    await page.getByLabel('An epoch is').selectOption({ label: 'So many steps' });
    await page.getByLabel('Steps of an epoch').fill('2');
    await page.getByText('Validation and log').click();
    await page.getByLabel('Validation images').fill('20');
    await page.getByText('Which images').click();
    await page.getByLabel('Training images a class').fill('10');
    await expect.poll(() => page.locator('[aria-invalid=true]').count()).toBe(0);
    await page.getByLabel('Training images a class').scrollIntoViewIfNeeded();
    await takeScreenshots(page, 'plan-task');
    await expectAccessible(page);
  });

  it('writes the plan as a file and opens it again, with what was changed in it', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'More ways to train' }).click();
    await page.getByRole('menuitem', { name: 'Save as a plan file' }).click();
    const written = readFileSync(await (await download).path(), 'utf8');
    expect(written).toContain('stepsPerEpoch: 2');
    await openFile('changed.yaml', written.replace('stepsPerEpoch: 2', 'stepsPerEpoch: 3\nl1: 0.125'));
    await expect.poll(() => page.getByLabel('Steps of an epoch').inputValue()).toBe('3');
    await page.getByText('More of the optimizer').click();
    await expect.poll(() => page.getByLabel('L1 penalty').inputValue()).toBe('0.125');

    await openFile('wrong.yaml', 'dataset: sample\nepoch: 3\n');
    const problem = page.getByRole('region', { name: /wrong\.yaml.* cannot be opened/ });
    await expect.poll(() => problem.textContent()).toMatch(/line 2/);
    expect(await problem.textContent()).toMatch(/epochs/);
    await takeScreenshots(page, 'plan-file-problem');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Dismiss', exact: true }).first().click();

    await openFile(
      'several.yaml',
      'runs:\n  - name: first\n    dataset: sample\n    epochs: 4\n  - name: second\n    dataset: sample\n    epochs: 5\n',
    );
    await page.getByRole('radio', { name: 'second' }).check();
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expect.poll(() => epochs().inputValue()).toBe('5');
  });

  it('opens a plan whose weights it must be given, and says at Weights that they are missing', async () => {
    const recipe = readFileSync(path.join(RECIPES, 'torch-transfer-learning.yaml'), 'utf8');
    await openFile('torch-transfer-learning.yaml', recipe);
    const weights = page.getByRole('combobox', { name: 'Weights', exact: true });
    await expect.poll(() => weights.getAttribute('aria-invalid')).toBe('true');
    expect(await weights.locator('option:checked').textContent()).toBe('None chosen yet');
    expect(await epochs().inputValue()).toBe('10');
    const told = await page.getByRole('region', { name: 'Notices' }).textContent();
    expect(told).toMatch(/hymenoptera_data.*mobilenetV1X0\.25_pretrain\.tar/);
    await weights.scrollIntoViewIfNeeded();
    await takeScreenshots(page, 'plan-file-weights-missing');
    await expectAccessible(page);

    // What the form has no field for is not left out unseen.
    await openFile('contradiction.yaml', 'dataset: sample\noptimizer: { kind: adam, momentum: 0.9 }\n');
    const problem = page.getByRole('region', { name: /contradiction\.yaml.* cannot be opened/ });
    await expect.poll(() => problem.textContent()).toMatch(/momentum/i);
    await problem.getByRole('button', { name: 'Dismiss', exact: true }).click();
    await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Dismiss' }).first().click();
    await openFile('usual.yaml', 'dataset: sample\nepochs: 5\n');
    await expect.poll(() => epochs().inputValue()).toBe('5');
  });

  it('plans stages: each card says what trains, and chooses whose mask the tree edits', async () => {
    await page.getByRole('button', { name: 'Train in stages' }).click();
    await page.getByRole('menuitem', { name: 'Head, then last blocks, then all' }).click();
    await card('Only head trains').waitFor();
    await card('Everything trains').waitFor();
    expect(await row('block:block_13').getAttribute('aria-checked')).toBe('false');
    await page.locator('[data-stage="1"]').click();
    await expect.poll(() => row('block:block_13').getAttribute('aria-checked')).toBe('true');
    // A click in the tree changes the mask of this stage, and of no other.
    await row('block:block_1').click();
    await expect.poll(() => page.locator('[data-stage="1"]').textContent()).toMatch(/4 of 15 blocks train/);
    await page.locator('[data-stage="0"]').click();
    await expect.poll(() => row('block:block_1').getAttribute('aria-checked')).toBe('false');
    await page.locator('[data-stage="1"]').click();
    await expect.poll(() => row('block:block_1').getAttribute('aria-checked')).toBe('true');
    await takeScreenshots(page, 'plan-stages');
    await expectAccessible(page);
  });

  it('moves, removes and names stages by the keyboard too', async () => {
    const before = await names();
    const first = page.locator('[data-stage="0"]');
    await first.focus();
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(names).toEqual([before[1], before[0], before[2]]);
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(names).toEqual(before);
    await page.keyboard.press('Delete');
    await expect.poll(names).toEqual(before.slice(1));
    await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).click();
    await expect.poll(names).toEqual(before);
    await page.locator('[data-stage="0"]').click();
    await page.getByRole('button', { name: 'Add a stage' }).click();
    await expect.poll(names).toEqual([...before, 'Stage 4']);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('once more');
    await page.locator('[data-stage="3"]').focus();
    await page.keyboard.press('Delete');
    await expect.poll(names).toEqual(before);
    await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Dismiss' }).first().click();
  });

  it('says of a stage what is wrong with it, on its card', async () => {
    await page.locator('[data-stage="1"]').click();
    await page.getByRole('button', { name: 'Freeze all' }).click();
    await row('block:head').click();
    const wrong = page.getByRole('listitem').filter({ has: page.locator('[data-stage="1"]') });
    // That nothing trains is told by the mask; what is wrong with that, by the engine.
    await expect.poll(() => page.locator('[data-stage="1"][aria-describedby]').count()).toBe(1);
    expect(await wrong.locator('.problems').textContent()).toMatch(/train/i);
    await takeScreenshots(page, 'plan-stage-problem');
    await page.getByRole('button', { name: 'Thaw from here up' }).click();
    await expect.poll(() => page.locator('[data-stage][aria-describedby]').count()).toBe(0);
  });

  it('trains the stages, and lets those to come be changed while it does', async () => {
    await page.locator('[data-stage="0"]').click();
    await epochs().fill(ENDLESS);
    await page
      .getByText(/90,0\d\d epochs/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText('Stage 1 of 3 trains').waitFor(PATIENCE);
    await page.getByRole('button', { name: 'Edit the stages to come' }).click();
    await page.locator('[data-stage="0"]').filter({ hasText: 'under way' }).waitFor();
    await page.locator('[data-stage="0"]').click();
    await page.getByText('it stays as it is').waitFor();
    expect(await epochs().isDisabled()).toBe(true);
    // What cannot move keeps the focus.
    await page.locator('[data-stage="1"]').focus();
    await page.keyboard.press('Alt+ArrowUp');
    await page.evaluate(async () => new Promise((resolve) => requestAnimationFrame(resolve)));
    expect(await page.locator('[data-stage="1"]:focus').count()).toBe(1);
    await page.locator('[data-stage="2"]').click();
    await epochs().fill('7');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('the whole of it');
    await expect.poll(() => page.getByRole('button', { name: 'Give them to the run' }).isEnabled()).toBe(true);
    await takeScreenshots(page, 'stages-edited');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Give them to the run' }).click();
    await page.getByRole('button', { name: 'Edit the stages to come' }).click();
    await page.locator('[data-stage="2"]').filter({ hasText: 'the whole of it' }).waitFor();
    expect(await page.locator('[data-stage="2"]').textContent()).toMatch(/7 epochs/);
    await page.getByRole('button', { name: 'Leave them as they were' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor(PATIENCE);
  });

  it('shows on the page of a run what came of each stage', async () => {
    for (const [stage, count] of ['3', '1', '1'].entries()) {
      await page.locator(`[data-stage="${stage}"]`).click();
      await epochs().fill(count);
    }
    await expect.poll(() => page.getByRole('button', { name: 'Train', exact: true }).isEnabled()).toBe(true);
    const run = page.getByText(/^run \d{8}-/).first();
    const stopped = await run.textContent();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    // The stopped run is shown until the new one is.
    await expect.poll(() => run.textContent(), PATIENCE).not.toBe(stopped);
    await page.getByRole('button', { name: 'Open run' }).click(PATIENCE);
    const stages = page.getByRole('region', { name: 'Stages', exact: true });
    await expect.poll(() => stages.getByRole('listitem').count(), PATIENCE).toBe(3);
    await expect.poll(() => stages.getByText('ran to its last epoch').count(), PATIENCE).toBe(3);
    await stages.scrollIntoViewIfNeeded();
    await takeScreenshots(page, 'run-stages');
    await expectAccessible(page);
    await page.setViewportSize({ width: 900, height: 800 });
    await takeScreenshots(page, 'run-stages-narrow');
    await page.setViewportSize({ width: 1440, height: 900 });

    await page.getByRole('tab', { name: 'Plan' }).click();
    await page.getByRole('button', { name: 'Train again with changes' }).click();
    await expect.poll(names).toHaveLength(3);
    await page.setViewportSize({ width: 900, height: 800 });
    await page.getByRole('radio', { name: 'Plan', exact: true }).or(page.getByRole('button', { name: 'Plan', exact: true })).first().click({ force: true }); // prettier-ignore
    await takeScreenshots(page, 'plan-stages-narrow');
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
