import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 60_000, interval: 200 });

describeWith('what a layer makes of an image', await findWeb(), (place) => {
  const home = path.join(temporaryFolder(), 'home');
  let page: Page;

  beforeAll(async () => {
    ({ page } = await launchWeb(place, home));
    await page
      .getByText(/stay frozen and are computed once/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Unfold all blocks' }).click();
  });

  const inspector = () => page.getByRole('complementary', { name: /^Inspector/ });
  const channels = () => inspector().getByRole('listbox', { name: 'Channels' });
  const inspect = async (layer: string) => {
    await page.locator(`[id="layer:${layer}"]`).hover();
    await page.locator(`[id="layer:${layer}"] [data-act=inspect]`).click();
  };
  /** The pixels of the first map, as the browser drew them. */
  const drawn = () =>
    channels()
      .locator('canvas')
      .first()
      .evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return {
          width: canvas.width,
          values: new Set([...data].filter((_, at) => at % 4 === 0)).size,
          sum: [...data].reduce((sum, value) => sum + value, 0),
        };
      });

  it('is computed when it is asked for, and drawn channel by channel', async () => {
    await inspect('conv_pw_3_relu');
    expect(await channels().count()).toBe(0);
    await inspector().getByText('What it makes of an image').click();
    await eventually(() => channels().getByRole('option').count()).toBe(32);
    const { width, values } = await drawn();
    expect(width).toBe(24);
    expect(values).toBeGreaterThan(10);
    await eventually(() => inspector().locator('.image img.ready').count()).toBe(1);
    expect(await inspector().locator('.image').textContent()).toMatch(/000\.jpg.*image 1 of 140/s);
    await expectAccessible(page);
    await takeScreenshots(page, 'layer-maps');
  });

  it('is looked into by arrows, each channel with its figures', async () => {
    await channels().focus();
    for (const key of ['ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
    expect(await channels().getByRole('option', { selected: true }).getAttribute('aria-label')).toMatch(
      /^Channel 7: mean /,
    );
    expect(await inspector().locator('.detail').textContent()).toMatch(/Channel\s*7\s*From.*Mean.*Zeros\s*[\d.]+ %/s);
    const own = await drawn();
    await inspector().getByRole('radio', { name: 'One range' }).check({ force: true });
    await eventually(async () => (await drawn()).sum).not.toBe(own.sum);
    await inspector().getByRole('radio', { name: 'Each its own range' }).check({ force: true });
  });

  it('is another for the next image', async () => {
    const first = await drawn();
    await inspector().getByRole('button', { name: 'Next image' }).click();
    await eventually(() => inspector().locator('.image').textContent()).toMatch(/001\.jpg.*image 2 of 140/s);
    await eventually(async () => (await drawn()).sum).not.toBe(first.sum);
  });

  it('stays in sight from layer to layer, and turns pages where there are many channels', async () => {
    await inspect('conv_pw_11_relu');
    await eventually(() => channels().getByRole('option').count()).toBe(64);
    const next = inspector().getByRole('button', { name: 'Next channels' });
    await inspector().getByText('0 to 63 of 128').waitFor();
    await next.click();
    await inspector().getByText('64 to 127 of 128').waitFor();
    expect(await next.isDisabled()).toBe(true);
    await expectAccessible(page);
    await takeScreenshots(page, 'layer-maps-pages');
  });

  it('is not there for what has learnt nothing yet', async () => {
    await inspect('logits');
    await inspector()
      .getByText(/has no weights before it was trained/)
      .waitFor();
    await inspector().getByRole('button', { name: 'Close the inspector' }).click();
  });

  it('of a run is what it has learnt, with a list of values where there are no places', async () => {
    await page.getByLabel('Epochs').fill('2');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const bar = page.getByRole('region', { name: 'Run', exact: true });
    await eventually(() => bar.textContent()).toContain('Finished');
    await inspect('logits');
    await page.getByRole('radio', { name: 'After the run' }).check({ force: true });
    const shown = inspector().getByText('What it makes of an image');
    if ((await inspector().locator('details.seen[open]').count()) === 0) await shown.click();
    const table = inspector().getByRole('table', { name: 'Values of the layer' });
    await eventually(() => table.getByRole('row').count()).toBe(3);
    await inspect('pooling');
    await eventually(() => table.getByRole('row').count()).toBe(65);
    await expectAccessible(page);
    await takeScreenshots(page, 'layer-maps-values');
  });
});
