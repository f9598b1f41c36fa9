import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

describeWith('the plan', await findWeb(), (place) => {
  const home = path.join(temporaryFolder(), 'home');
  let page: Page;

  beforeAll(async () => {
    ({ page } = await launchWeb(place, home));
    await page
      .getByText(/stay frozen and are computed once/)
      .first()
      .waitFor();
  });

  it('tells what is wrong with a figure at its place, keeps what was typed, and goes there instead of training', async () => {
    const rate = page.getByLabel('Learning rate');
    await rate.fill('quick');
    await page.getByText(/received "quick"/).waitFor();
    await page.getByLabel('Epochs').fill('0');
    await page.getByText(/received 0/).waitFor();
    await takeScreenshots(page, 'plan-problems');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid'))).toBe('true');
    expect(await rate.inputValue()).toBe('quick');
    await rate.fill('');
    await page.getByLabel('Epochs').fill('');
    await expect.poll(() => page.locator('[aria-invalid=true]').count()).toBe(0);
  });

  it('sets the tree by its strategy, with the usual figures of each', async () => {
    const epochs = page.getByLabel('Epochs');
    expect(await epochs.getAttribute('placeholder')).toBe('30');
    await page.getByRole('radio', { name: 'Fine-tune' }).check({ force: true });
    await expect
      .poll(() => page.locator('[role=treeitem][id="block:block_1"]').getAttribute('aria-checked'))
      .toBe('true');
    await expect.poll(() => epochs.getAttribute('placeholder')).toBe('15');
    await page.getByRole('radio', { name: 'Scratch' }).check({ force: true });
    await expect.poll(() => page.getByLabel('Weights').inputValue()).toBe('none');
    await page.getByRole('radio', { name: 'Features' }).check({ force: true });
    await expect.poll(() => page.locator('[data-figure=trainable]').textContent()).toBe('514');
  });

  it('says that augmentation forbids the cache, and shows a field only where it counts', async () => {
    expect(await page.getByLabel('Smallest area').count()).toBe(0);
    await page.getByLabel('Random resized crop').check();
    await page.getByLabel('Smallest area').waitFor();
    await expect.poll(() => page.locator('.boundary').count()).toBe(0);
    await page.getByText(/Nothing is cached/).waitFor();
    await page.getByLabel('Random resized crop').uncheck();
    await expect.poll(() => page.locator('.boundary').count()).toBe(1);
    expect(await page.getByLabel('Patience').count()).toBe(0);
    await page.getByLabel('Early stopping').check();
    await page.getByLabel('Patience').waitFor();
    await page.getByLabel('Early stopping').uncheck();
    await page.getByLabel('Method').selectOption({ label: 'Adam' });
    await expect.poll(() => page.getByLabel('Momentum').count()).toBe(0);
    await expect.poll(() => page.getByLabel('Learning rate').getAttribute('placeholder')).toBe('0.001');
    await page.getByLabel('Method').selectOption({ label: 'SGD' });
  });

  it('begins augmentation with a preset, changes its values, and shows what it makes of training images', async () => {
    const usual = (label: string) => page.getByLabel(label, { exact: true }).getAttribute('placeholder');
    await page.getByLabel('Augmentation', { exact: true }).selectOption({ label: 'Strong' });
    await expect.poll(() => usual('Smallest area')).toBe('0.08');
    expect(await page.getByLabel('Flip left to right').isChecked()).toBe(true);
    await page.getByText('More of augmentation').click();
    expect(await usual('Rotation ±°')).toBe('15');
    await page.getByLabel('Rotation ±°').fill('400');
    await page.getByText(/at most 180; received 400/).waitFor();
    await page.getByLabel('Rotation ±°').fill('30');
    await page.getByLabel('Blur', { exact: true }).uncheck();
    expect(await page.getByLabel('Largest blur').count()).toBe(0);
    await page.getByText('so nothing is computed once').waitFor();

    await page.getByText('Preview', { exact: true }).click();
    const grid = page.getByRole('group', { name: /augmented with seed/ });
    await grid.waitFor();
    expect(await grid.getByRole('img').count()).toBe(12);
    await grid.getByRole('img', { name: /as it is/ }).first().scrollIntoViewIfNeeded(); // prettier-ignore
    const drawn = () =>
      grid.locator('canvas').evaluateAll((canvases) => canvases.map((one) => (one as HTMLCanvasElement).toDataURL()));
    const before = await drawn();
    expect(new Set(before).size).toBe(12);
    await takeScreenshots(page, 'plan-augmentation');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Another' }).click();
    await page.getByText('Seed 43').waitFor();
    const kept = async () => (await drawn()).filter((one, index) => one === before[index]).length;
    await expect.poll(kept, { timeout: 30_000 }).toBe(3);

    // Mixed images cannot be computed once.
    await page.getByLabel('Cached variants').fill('4');
    await page.getByText(/Mixup and cutmix mix the images of a step/).waitFor();
    await page.getByLabel('Augmentation', { exact: true }).selectOption({ label: 'Standard' });
    await page.getByLabel('Cached variants').fill('4');
    await page.getByText(/4 variants of each training image are computed once/).first().waitFor(); // prettier-ignore
    await page.locator('.boundary').first().waitFor();
    await page.getByLabel('Augmentation', { exact: true }).selectOption({ label: 'None' });
    await expect.poll(() => page.getByLabel('Cached variants').count()).toBe(0);
    await page.getByText('More of augmentation').click();
  });

  it('prepares images by a rule, a shorter side, a mean and a deviation that a person gives', async () => {
    await page.getByText('Preparing images', { exact: true }).click();
    const values = page.getByLabel('Values', { exact: true });
    expect(await page.getByLabel('Shorter side').count()).toBe(0);
    await page.getByLabel('Resizing').selectOption({ label: 'Resize, then crop' });
    const side = page.getByLabel('Shorter side');
    // 8/7 of the input, as the usual recipes have it.
    await expect.poll(() => side.getAttribute('placeholder')).toBe('110');
    await side.fill('9');
    await page
      .getByText(/cut out of what the shorter side/)
      .first()
      .waitFor();
    await side.fill('128');
    await values.selectOption({ label: 'Your figures' });
    expect(await page.getByLabel('Mean of red').getAttribute('placeholder')).toBe('0.485');
    await page.getByLabel('Deviation of blue').fill('0');
    await page.getByText(/received 0/).waitFor();
    await page.getByLabel('Deviation of blue').fill('0.3');
    await page.getByLabel('Mean of red').fill('0.5');
    await expect.poll(() => page.locator('[aria-invalid=true]').count()).toBe(0);
    await values.scrollIntoViewIfNeeded();
    await takeScreenshots(page, 'plan-preprocessing');
    await expectAccessible(page);
    await values.selectOption({ label: 'tf: −1 to 1' });
    expect(await page.getByLabel('Mean of red').count()).toBe(0);
    await values.selectOption({ index: 0 });
    await page.getByLabel('Resizing').selectOption({ index: 0 });
    await page.getByText('Preparing images', { exact: true }).click();
  });

  it('balances classes once', async () => {
    await page.getByText('Loss and classes').click();
    await page.getByLabel('Sampling').selectOption({ label: 'Each class alike' });
    await page.getByLabel('Class weights').selectOption({ label: 'Balanced' });
    await page.getByText(/favour rare classes twice/).waitFor();
    await page.getByLabel('Class weights').selectOption({ label: 'All alike' });
    await page.getByLabel('Sampling').selectOption({ label: 'Each image once' });
    await expect.poll(() => page.getByText(/favour rare classes twice/).count()).toBe(0);
    await page.getByText('Loss and classes').click();
  });

  it('offers what an optimizer, a schedule and a limit of gradients ask for, with what is usual', async () => {
    const usual = (label: string) => page.getByLabel(label, { exact: true }).getAttribute('placeholder');
    const choose = (label: string, option: string) => page.getByLabel(label).selectOption({ label: option });
    await choose('Method', 'AdamW');
    await expect.poll(() => usual('Weight decay')).toBe('0.01');
    expect(await usual('Rate below head')).toBe('1');
    await page.getByLabel('Rate below head').fill('0');
    await page.getByText(/Must be more than 0; received 0/).waitFor();
    await page.getByLabel('Rate below head').fill('0.1');
    await choose('Method', 'RMSprop');
    await page.getByLabel('Centered').check();
    await expect.poll(() => usual('Momentum')).toBe('0');
    await choose('Rate over time', 'At plateaus');
    await expect.poll(() => usual('Drop after')).toBe('3');
    await page.getByLabel('Plateau of').waitFor();
    await choose('Rate over time', 'Cosine');
    await expect.poll(() => usual('Floor')).toBe('0');
    expect(await page.getByLabel('Drop after').count()).toBe(0);
    await page.getByLabel('Floor').fill('1');
    await page.getByText(/Must be less than 1; received 1/).waitFor();
    await choose('Clip gradients', 'Norm of all');
    await expect.poll(() => usual('Limit')).toBe('1');
    await takeScreenshots(page, 'plan-optimizer');
    await expectAccessible(page);
    await page.getByLabel('Rate below head').fill('');
    // What is not shown holds nothing up.
    await choose('Rate over time', 'Constant');
    await choose('Clip gradients', 'Off');
    await choose('Method', 'SGD');
    await expect.poll(() => page.locator('[aria-invalid=true]').count()).toBe(0);
    await expect.poll(() => page.getByText(/Must be less than 1/).count()).toBe(0);
  });

  it('folds away what few need, and keeps open what is wrong', async () => {
    await page.getByLabel('Method').selectOption({ label: 'AdamW' });
    expect(await page.getByLabel('Beta 2').count()).toBe(0);
    await page.getByText('More of the optimizer').click();
    await expect.poll(() => page.getByLabel('Beta 2').getAttribute('placeholder')).toBe('0.999');
    await page.getByLabel('Beta 2').fill('1');
    await page.getByText(/Must be less than 1; received 1/).waitFor();
    await page.getByText('More of the optimizer').click();
    await page.getByLabel('Beta 2').waitFor();
    await page.getByLabel('Beta 2').fill('');
    await expect.poll(() => page.locator('[aria-invalid=true]').count()).toBe(0);
    await page.getByText('More of the optimizer').click();
    await expect.poll(() => page.getByLabel('Beta 2').count()).toBe(0);
    await page.getByLabel('Method').selectOption({ label: 'SGD' });
    await page.getByText('Loss and classes').click();
    await page.getByLabel('Class weights').selectOption({ label: 'Balanced' });
    await page.getByLabel('Label smoothing').fill('0.1');
    await takeScreenshots(page, 'plan-folds');
    await expectAccessible(page);
    await page.getByLabel('Class weights').selectOption({ label: 'All alike' });
    await page.getByLabel('Label smoothing').fill('');
    await page.getByText('Loss and classes').click();
  });

  it('weighs each class by name, tells what is no weight, and forgets none', async () => {
    await page.getByText('Loss and classes').click();
    await page.getByLabel('Class weights').selectOption({ label: 'By class' });
    const weights = page.getByRole('group', { name: 'Weight of each class' });
    expect(await weights.getByRole('textbox').count()).toBe(2);
    await weights.getByLabel('fox').focus();
    await page.keyboard.type('heavy');
    await weights.getByText(/received "heavy".*a class left empty counts 1/).waitFor();
    await takeScreenshots(page, 'plan-class-weights');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid'))).toBe('true');
    await weights.getByLabel('fox').fill('2.5');
    await page.keyboard.press('Tab');
    await page.keyboard.type('0.5');
    expect(await weights.getByLabel('owl').inputValue()).toBe('0.5');
    await expect.poll(() => page.locator('[aria-invalid=true]').count()).toBe(0);
    await expectAccessible(page);
    await page.getByLabel('Class weights').selectOption({ label: 'Balanced' });
    await expect.poll(() => weights.count()).toBe(0);
    await page.getByLabel('Class weights').selectOption({ label: 'By class' });
    expect(await weights.getByLabel('fox').inputValue()).toBe('2.5');
  });

  it('trains with Ctrl+Enter, and then ticks the layers that it proved unchanged', async () => {
    await page.getByLabel('Epochs').fill('2');
    await page.keyboard.press('Control+Enter');
    await page.getByText('A run is under way: this one waits in the queue.').waitFor();
    await expect
      .poll(() => page.getByRole('button', { name: 'Train', exact: true }).isEnabled(), { timeout: 90_000 })
      .toBe(true);
    await page.getByRole('button', { name: 'Unfold all blocks' }).click();
    await expect.poll(() => page.locator('[role=treeitem]', { hasText: '✓' }).count()).toBeGreaterThan(40);
    await page.locator('[id="layer:logits"]').hover();
    await page.locator('[id="layer:logits"] [data-act=inspect]').click();
    await page.getByRole('radio', { name: 'After the run' }).check({ force: true });
    await page
      .getByText(/Drift .* % of its norm/)
      .first()
      .waitFor();
    await expectAccessible(page);
  });
});
