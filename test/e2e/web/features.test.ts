import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { writeNumpyFile } from '../../support/features-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 60_000, interval: 200 });

describeWith('features in the workbench', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const files = path.join(root, 'files');
  let page: Page;

  beforeAll(async () => {
    mkdirSync(files);
    const written = await thaw(['features', '--out', 'sample.npz', '--layer', 'conv_pw_12_relu'], { home, cwd: files });
    expect(written.code).toBe(0);
    await writeNumpyFile(path.join(files, 'insects.npz'), {
      floats: {
        features: {
          shape: [30, 4],
          data: Array.from({ length: 120 }, (_, at) => (at % 4) * (Math.floor(at / 4) % 3) + at / 1000),
        },
      },
      texts: { labels: Array.from({ length: 30 }, (_, row) => ['ant', 'bee', 'cat'][row % 3] ?? '') },
    });
    ({ page } = await launchWeb(place, home, '--root', files));
    await page
      .getByText(/stay frozen and are computed once/)
      .first()
      .waitFor();
  });

  const heading = () => page.getByRole('heading', { level: 1 }).textContent();
  const go = (view: string) => page.getByRole('link', { name: view, exact: true }).click();

  it('are chosen as a file in place of a folder, and tell what they are of', async () => {
    await go('Dataset');
    await page.getByRole('button', { name: 'Open features file…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Open a features file' });
    await dialog.getByRole('option', { name: 'files, Folder' }).dblclick();
    await dialog.getByRole('option', { name: 'insects.npz, Features' }).waitFor();
    await takeScreenshots(page, 'features-chooser');
    await dialog.getByRole('option', { name: 'sample.npz, Features' }).dblclick();
    await eventually(heading).toBe('sample.npz');
    const about = page.getByRole('region', { name: 'Features of images, computed before' });
    expect(await about.textContent()).toMatch(/mobilenet_v1.*conv_pw_12_relu.*3×3×256.*140/s);
    await expectAccessible(page);
    await takeScreenshots(page, 'features-dataset');
  });

  it('are planned on without what concerns images, and trained to the end', async () => {
    await page.getByRole('button', { name: 'Train on these features' }).click();
    await page
      .getByText(/what they give was computed before, for 140 images/)
      .first()
      .waitFor();
    for (const label of ['Flip left to right', 'Random resized crop', 'Frozen prefix', 'Validation share'])
      expect(await page.getByLabel(label).count()).toBe(0);
    expect(await page.getByRole('radiogroup', { name: 'Strategy' }).count()).toBe(0);
    expect(await page.getByLabel('Weights').inputValue()).toBe('usual');
    await eventually(() => page.locator('.boundary').textContent()).toContain('features begin here');
    await expectAccessible(page);
    await takeScreenshots(page, 'features-plan');
    await page.getByLabel('Epochs').fill('3');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const bar = page.getByRole('region', { name: 'Run', exact: true });
    await eventually(() => bar.textContent()).toContain('Finished');
  });

  it('of others are dropped, and train a head that is all there is', async () => {
    await drag(page, [path.join(files, 'insects.npz')]);
    await eventually(heading).toBe('insects.npz');
    expect(await page.getByText('ant', { exact: true }).count()).toBe(1);
    await go('Train');
    await eventually(() => page.locator('[data-figure=trainable]').textContent()).toBe('15');
    expect(await page.getByLabel('Weights').count()).toBe(0);
    await page.getByLabel('Validation share').waitFor();
    await takeScreenshots(page, 'features-alone');
    await go('Network');
    expect(await page.getByRole('listbox', { name: 'Networks' }).getAttribute('aria-disabled')).toBe('true');
    expect(await page.getByRole('button', { name: /^Use|^Choose|^Download/ }).count()).toBe(0);
  });

  it('give way to images again, with the network and the settings from before', async () => {
    await go('Dataset');
    await page.getByRole('button', { name: 'Recent' }).click();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining('insects.npz'), expect.stringContaining('sample.npz')]),
    );
    await page.getByRole('menuitem', { name: 'Use the sample' }).click();
    await eventually(heading).toBe('sample');
    await go('Train');
    await page.getByLabel('Random resized crop').waitFor();
    await eventually(() => page.locator('[data-figure=trainable]').textContent()).toBe('514');
  });
});
