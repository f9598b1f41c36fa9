import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { projectRoot } from '../../support/window/build.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const NETWORK = 'mobilenet_v1_0.25_96';
const FUSED = `fusion_${NETWORK}+${NETWORK}`;
const PATIENCE = { timeout: 120_000 };

describeWith('several networks under one classifier, in the window', await findWeb(), (place) => {
  const folder = temporaryFolder();
  const files = path.join(folder, 'files');
  let page: Page;

  const parts = () => page.getByRole('group', { name: 'Networks side by side' });
  const weightsOf = (part: number) => parts().getByLabel(new RegExp(`^Weights of network ${part},`));
  const crumbs = () => page.getByRole('navigation', { name: 'Breadcrumb' }).or(page.locator('header nav')).first();
  const noProblem = () => expect.poll(() => page.locator('[aria-invalid=true], [role=alert]').count()).toBe(0);
  const menu = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'More ways to train' }).click();
    await page.getByRole('menuitem', { name }).click();
  };

  beforeAll(async () => {
    mkdirSync(files);
    copyFileSync(
      path.join(projectRoot, `resources/networks/${NETWORK}/weights.safetensors`),
      path.join(files, 'drawings.safetensors'),
    );
    ({ page } = await launchWeb(place, path.join(folder, 'home'), '--root', files));
    await page.getByText(/stay frozen and are computed once/).first().waitFor(); // prettier-ignore
  });

  it('sets a second network beside the first, each with its own weights', async () => {
    await page.getByText('More of the weights').click();
    await page.getByLabel('Add a second network').selectOption({ label: NETWORK });
    await parts().waitFor();
    await expect.poll(() => crumbs().textContent()).toContain(FUSED);
    await expect.poll(() => page.locator('[role=treeitem]').allTextContents()).toContainEqual(expect.stringContaining(`${NETWORK}_2`)); // prettier-ignore
    await noProblem();

    await weightsOf(2).selectOption({ label: 'Choose a file…' });
    const dialog = page.getByRole('dialog');
    const file = dialog.getByRole('option', { name: /^drawings/ });
    await dialog.getByRole('option', { name: /^files/ }).or(file).first().waitFor(); // prettier-ignore
    if ((await file.count()) === 0) await dialog.getByRole('option', { name: /^files/ }).click();
    await file.click();
    await expect.poll(() => weightsOf(2).locator('option:checked').textContent()).toBe('drawings.safetensors');
    expect(await weightsOf(1).locator('option:checked').textContent()).toBe('Shipped');
    await noProblem();
    await parts().scrollIntoViewIfNeeded();
    await takeScreenshots(page, 'plan-fusion');
    await expectAccessible(page);
  });

  it('says which network has no weights yet, and takes it away again', async () => {
    await page.getByLabel('Add another network').selectOption({ label: 'resnet50_224@torch' });
    await parts().getByRole('alert').getByText(/resnet50_224@torch/).waitFor(); // prettier-ignore
    expect(await weightsOf(3).locator('option:checked').textContent()).toBe('None chosen yet');
    await takeScreenshots(page, 'plan-fusion-missing');
    await parts().getByRole('button', { name: /^Remove network 3/ }).click(); // prettier-ignore
    await noProblem();
    expect(await weightsOf(2).locator('option:checked').textContent()).toBe('drawings.safetensors');
  });

  it('shows the networks where networks are chosen, and fits a narrow window', async () => {
    await page.getByRole('link', { name: 'Network', exact: true }).click();
    await parts().waitFor();
    await takeScreenshots(page, 'network-fusion');
    await expectAccessible(page);
    await page.setViewportSize({ width: 900, height: 800 });
    await takeScreenshots(page, 'network-fusion-narrow');
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    await page.getByRole('radio', { name: 'Plan', exact: true }).or(page.getByRole('button', { name: 'Plan', exact: true })).first().click({ force: true }); // prettier-ignore
    await parts().waitFor();
    await parts().scrollIntoViewIfNeeded();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await takeScreenshots(page, 'plan-fusion-narrow');
    await expectAccessible(page);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('keeps both networks and their weights in a plan file', async () => {
    const download = page.waitForEvent('download');
    await menu('Save as a plan file');
    const written = readFileSync(await (await download).path(), 'utf8');
    expect(written).toContain(FUSED);
    expect(written).toContain('drawings.safetensors');
    await parts().getByRole('button', { name: /^Remove network 2/ }).click(); // prettier-ignore
    await expect.poll(() => parts().count()).toBe(0);
    await expect.poll(() => crumbs().textContent()).not.toContain(FUSED);
    const text = `dataset: sample\nnetwork: ${FUSED}\nweights:\n  kind: fused\n  parts: [shipped, shipped]\nepochs: 1\n`;
    writeFileSync(path.join(folder, 'fused.yaml'), text);
    const chooser = page.waitForEvent('filechooser');
    await menu('Open a plan file…');
    await (await chooser).setFiles(path.join(folder, 'fused.yaml'));
    await parts().waitFor();
    expect(await parts().getByRole('combobox').count()).toBe(2);
  });

  it('trains them, and offers what they learnt to the same networks', async () => {
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const weights = page.getByLabel('Weights', { exact: true });
    await expect.poll(() => weights.locator('option').count(), PATIENCE).toBe(2);
    await weights.selectOption({ index: 1 });
    await expect.poll(() => parts().getByRole('combobox').count()).toBe(0);
    await noProblem();
  });
});
