import { mkdirSync, copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { projectRoot } from '../../support/window/build.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

describeWith('the Network view', await findWeb(), (place) => {
  const root = temporaryFolder();
  const files = path.join(root, 'files');
  let page: Page;
  const weights = () => page.getByRole('region', { name: 'Weights' });

  beforeAll(async () => {
    mkdirSync(files);
    copyFileSync(
      path.join(projectRoot, 'resources/networks/mobilenet_v1_0.25_96/weights.safetensors'),
      path.join(files, 'drawings.safetensors'),
    );
    writeFileSync(path.join(files, 'broken.h5'), 'no weights');
    ({ page } = await launchWeb(place, path.join(root, 'home'), '--root', files));
    await page.getByRole('link', { name: 'Network', exact: true }).click();
    await weights().waitFor();
  });

  async function chooseFile(name: string): Promise<void> {
    await weights().getByRole('button', { name: 'Choose a file…' }).click();
    const dialog = page.getByRole('dialog');
    const option = (named: string) => dialog.getByRole('option', { name: new RegExp(`^${named}`) });
    await option('files').or(option(name)).first().waitFor();
    if ((await option(name).count()) === 0) await option('files').click();
    await option(name).click();
    await expect.poll(() => dialog.count()).toBe(0);
  }

  const chosen = () => page.getByRole('region', { name: 'Chosen network' });
  const family = (name: RegExp) => page.getByRole('option', { name });
  const tensors = () => page.getByRole('region', { name: 'What each tensor gets' });

  it('tells what the network at hand is, and that every tensor gets its value', async () => {
    await chosen().getByText('mobilenet_v1_0.25_96', { exact: true }).waitFor();
    await chosen().getByText('218,544', { exact: true }).waitFor();
    await tensors().getByText('All 135 tensors loaded.').waitFor();
    expect(await tensors().getByRole('region', { name: 'Rules for names' }).count()).toBe(0);
    await expectAccessible(page);
    await takeScreenshots(page, 'network');
  });

  it('finds a family by part of its name and chooses it by keys alone', async () => {
    const search = page.getByRole('searchbox', { name: 'Networks' });
    await search.fill('torch resnet5');
    await page.getByText(/^1 of \d+ families$/).waitFor();
    await search.press('ArrowDown');
    await page.keyboard.press('Enter');
    await chosen().getByText('resnet50_224@torch', { exact: true }).waitFor();
    await weights().getByText('None yet.').waitFor();
    await search.fill('no such thing');
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => page.getByRole('option').count()).toBeGreaterThan(40);
    await page.getByRole('listbox', { name: 'Networks' }).focus();
    for (const key of ['Home', 'ArrowDown', 'ArrowUp', 'Enter']) await page.keyboard.press(key);
    await chosen().getByText('mobilenet_v1_0.25_96', { exact: true }).waitFor();
  });

  it('folds widths and sizes into their family, and says that one without weights of its own needs some', async () => {
    await chosen().getByRole('radio', { name: '128×128' }).check({ force: true });
    await chosen().getByText('mobilenet_v1_0.25_128', { exact: true }).waitFor();
    await chosen().getByRole('radio', { name: '0.75' }).check({ force: true });
    await chosen().getByText('1,832,976', { exact: true }).waitFor();
    await chosen().getByRole('radio', { name: '0.25' }).check({ force: true });
    await weights().getByText('None yet.').waitFor();
    expect(await weights().getByText('Ready to train with it.').count()).toBe(0);
    expect(await family(/^MobileNet v1, Keras/).getAttribute('aria-selected')).toBe('true');
  });

  it('says in place why a file cannot be used, and what to do', async () => {
    await chooseFile('broken.h5');
    // Another one may stand there until the file was read.
    const alert = weights().getByRole('alert').filter({ hasText: 'broken.h5' });
    await alert.waitFor();
    await alert.getByRole('button', { name: 'Copy details' }).waitFor();
    await expectAccessible(page);
    await takeScreenshots(page, 'network-broken-weights');
  });

  it('takes a file that is dropped anywhere, and says as much of one that cannot be used', async () => {
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await drag(page, [path.join(files, 'broken.h5')]);
    await weights().getByRole('alert').filter({ hasText: 'broken.h5' }).waitFor();
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    await drag(page, [path.join(files, 'drawings.safetensors')]);
    await weights().getByText('Ready to train with it.').waitFor();
    await weights().getByText('drawings.safetensors', { exact: true }).first().waitFor();
  });

  it('takes another file, whose values the inspector then shows', async () => {
    await chooseFile('drawings.safetensors');
    await weights().getByText('Ready to train with it.').waitFor();
    expect(await weights().getByRole('alert').count()).toBe(0);
    await weights().getByRole('button', { name: 'Continue to Train' }).click();
    await expect
      .poll(() => page.getByLabel('Weights').evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text))
      .toBe('drawings.safetensors');
    await page.locator('[role=treeitem][tabindex="0"]').focus();
    await page.keyboard.press('End');
    await page.keyboard.type('stem');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByText('drawings.safetensors: conv1/kernel').waitFor();
  });
});
