import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { runResult } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, type Web } from '../../support/window/web.ts';

const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 30_000, interval: 100 });

describeWith('the histograms of a run', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  let web: Web;
  beforeAll(async () => {
    await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
    const flags = ['--network', 'mobilenet_v1_0.25_32', '--strategy', 'scratch', '--lr', '0.05', '--batch', '4'];
    const steps = ['--steps-per-epoch', '10', '--epochs', '6', '--histograms', '2'];
    const trained = await thaw(['train', ...flags, ...steps, '--dataset', 'stripes', '--json'], { home, cwd: root });
    const { runId, status } = runResult.parse(JSON.parse(trained.stdout));
    expect(status).toBe('finished');
    web = await launchWeb(place, home);
    await web.page.evaluate((hash) => (window.location.hash = hash), `#/runs/${runId}`);
  }, 120_000);

  it('stand with its layers, one chart for each tensor of the head and for the logits', async () => {
    const { page } = web;
    await page.getByRole('tab', { name: 'Layers' }).click();
    await eventually(() => page.getByRole('img', { name: /^Histograms of / }).count()).toBe(3);
    const kernel = page.getByRole('img', { name: /^Histograms of logits\/kernel from step 2 to 60, values from / });
    expect(await kernel.count()).toBe(1);
    await expectAccessible(page);
    await kernel.scrollIntoViewIfNeeded();
    await takeScreenshots(page, 'run-histograms');
  });

  it('tell a step that the keyboard chooses', async () => {
    const { page } = web;
    const slider = page.getByRole('slider', { name: 'Step of logits/kernel' });
    expect(await slider.getAttribute('aria-valuetext')).toBe('Step 60, epoch 6');
    await slider.focus();
    await page.keyboard.press('Home');
    await eventually(() => slider.getAttribute('aria-valuetext')).toBe('Step 2, epoch 1');
    await page.keyboard.press('ArrowRight');
    await eventually(() => page.getByText('Step 4, epoch 1').count()).toBe(1);
  });
});
