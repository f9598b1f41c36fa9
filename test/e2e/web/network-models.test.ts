import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { smallGraph, writeGraph } from '../../support/graph-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { modelWithCode, smallModel, writeTfjsModel } from '../../support/tfjs-model.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const RIGHT_HALF = { x: 1100, y: 420 };

describeWith('whole models in the Network view', await findWeb(), (place) => {
  const root = temporaryFolder();
  const files = path.join(root, 'files');
  let page: Page;
  const main = () => page.getByRole('main', { name: 'Network' });
  const chosen = () => page.getByRole('region', { name: 'Chosen network' });
  const weights = () => page.getByRole('region', { name: 'Weights' });
  const tensors = () => page.getByRole('region', { name: 'What each tensor gets' });
  const tab = (name: string) => main().getByRole('radio', { name, exact: true });
  const opened = () => page.getByRole('listbox', { name: 'Networks from your files' });
  const size = () => chosen().getByLabel('Input size', { exact: true });

  beforeAll(async () => {
    writeTfjsModel(path.join(files, 'fixed'), smallModel(32));
    writeGraph(path.join(files, 'graph'), smallGraph(24));
    writeTfjsModel(path.join(files, 'open'), smallModel(null));
    writeTfjsModel(path.join(files, 'secretive'), modelWithCode(), false);
    ({ page } = await launchWeb(place, path.join(root, 'home'), '--root', files));
    await page.getByRole('link', { name: 'Network', exact: true }).click();
    await weights().waitFor();
  });

  async function openFile(folder: string, file = 'model.json'): Promise<void> {
    await tab('From files').check({ force: true });
    await main().getByRole('button', { name: 'Open a model file…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Open a whole model as a network' });
    const option = (name: string) => dialog.getByRole('option', { name: new RegExp(`^${name}`) });
    for (const name of ['files', folder]) {
      await option(name).waitFor();
      await option(name).click();
    }
    await option(file).click();
    await expect.poll(() => dialog.count()).toBe(0);
  }

  it('are opened from a file as networks of their own, with their layers and weights', async () => {
    await tab('From files').check({ force: true });
    await main().getByText('What you open stands here, to be chosen again.').waitFor();
    await openFile('fixed');
    await chosen().getByRole('heading', { name: 'stripes_net from your file' }).waitFor();
    await chosen().getByText('3 classes, replaced by a new head').waitFor();
    await tensors()
      .getByText(/^All \d+ tensors loaded; 2 not used\.$/)
      .waitFor();
    await weights().getByText('Ready to train with it.').waitFor();
    expect(await size().count()).toBe(0);
    await main().getByText('Layers', { exact: true }).last().click();
    await main().getByText('stem', { exact: true }).first().click();
    await main().getByRole('rowheader', { name: 'stem_bn' }).waitFor();
    await expectAccessible(page);
    await takeScreenshots(page, 'network-whole-model');
  });

  it('are refused with the layer that is not supported, its place, and the plan stays', async () => {
    await openFile('secretive');
    const alert = main()
      .getByRole('region', { name: /is not opened as a network$/ })
      .getByRole('alert');
    await alert.getByText(/secretive\.block\.code: Lambda is not supported/).waitFor();
    await chosen().getByRole('heading', { name: 'stripes_net from your file' }).waitFor();
    await expectAccessible(page);
    await takeScreenshots(page, 'network-whole-model-refused');
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => alert.count()).toBe(0);
  });

  it('take any size and range of pixels where the file leaves them open, by keys alone', async () => {
    await openFile('open');
    await size().waitFor();
    expect(await size().inputValue()).toBe('224');
    await size().fill('9999');
    await chosen()
      .getByRole('alert')
      .getByText(/whole number from 1 to 1024; received .*9999/)
      .waitFor();
    await size().press('Escape');
    expect(await size().inputValue()).toBe('224');
    await size().fill('48');
    await size().press('Enter');
    await chosen().getByText('48×48×3', { exact: true }).waitFor();
    await chosen()
      .getByText(/^At 48×48, estimated: .* an epoch, .* of memory\.$/)
      .waitFor();
    await chosen().getByLabel('Pixels').selectOption({ label: '0 to 1' });
    await expect
      .poll(() =>
        chosen()
          .getByLabel('Pixels')
          .evaluate((select: HTMLSelectElement) => select.value),
      )
      .toBe('unit');
    await chosen().getByText('48×48×3', { exact: true }).waitFor();
    // One file is one row, however its images are prepared.
    expect(await opened().getByRole('option').count()).toBe(2);
    await opened()
      .getByRole('option', { name: /^stripes_net: open\/model\.json .* 48×48; its file is there$/ })
      .waitFor();
    await takeScreenshots(page, 'network-whole-model-size');
  });

  it('are opened by a drop on the right half of the window; the left half takes weights', async () => {
    const dropped = path.join(root, 'dropped');
    cpSync(path.join(files, 'fixed'), dropped, { recursive: true });
    const both = [path.join(dropped, 'model.json'), path.join(dropped, 'group1-shard1of1.bin')];
    await tab('Families').check({ force: true });
    await page.getByRole('option', { name: /^MobileNet v1, Keras/ }).click();
    await drag(page, both, 'hold', RIGHT_HALF);
    await page.getByText('Drop a whole model as a network of its own').waitFor();
    await takeScreenshots(page, 'network-drop-halves');
    await drag(page, both);
    await weights().getByText('model.json', { exact: true }).waitFor();
    await chosen().getByText('mobilenet_v1_0.25_96', { exact: true }).waitFor();
    await weights().getByRole('button', { name: 'Open as a network' }).click();
    await chosen().getByRole('heading', { name: 'stripes_net from your file' }).waitFor();
    await tab('Families').check({ force: true });
    await page.getByRole('option', { name: /^MobileNet v1, Keras/ }).click();
    await drag(page, both, 'drop', RIGHT_HALF);
    await chosen().getByRole('heading', { name: 'stripes_net from your file' }).waitFor();
    await weights().getByText('Ready to train with it.').waitFor();
  });

  it('are trained on, and stand in the lists when the window is opened again, their files gone or not', async () => {
    await openFile('fixed');
    await weights().getByRole('button', { name: 'Continue to Train' }).click();
    await page.getByRole('treeitem', { name: /^stem/ }).first().waitFor();
    await page.getByLabel('Epochs', { exact: true }).fill('1');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page
      .getByRole('region', { name: 'Run', exact: true })
      .getByText(/Finished/)
      .waitFor({ timeout: 120_000 });
    rmSync(path.join(files, 'open'), { recursive: true });
    await page.reload();
    await page.getByRole('link', { name: 'Network', exact: true }).click();
    await tab('From files').check({ force: true });
    await opened()
      .getByRole('option', { name: /open\/model\.json .*its file is gone$/ })
      .waitFor();
    await opened()
      .getByRole('option', { name: /fixed\/model\.json .*its file is there$/ })
      .click();
    await weights().getByText('Ready to train with it.').waitFor();
    await expectAccessible(page);
    await takeScreenshots(page, 'network-from-files');
  });

  it('begin again from any finished run, which tells where its weights come from', async () => {
    await tab('Families').check({ force: true });
    await page.getByRole('option', { name: /^MobileNet v1, Keras/ }).click();
    await tab('My models').check({ force: true });
    const search = main().getByRole('searchbox', { name: 'Search my models' });
    await search.fill('model_');
    await main().getByText('1 finished run', { exact: true }).waitFor();
    await search.press('ArrowDown');
    await page.keyboard.press('Enter');
    await chosen().getByRole('heading', { name: 'stripes_net from your file' }).waitFor();
    const lineage = main().getByRole('region', { name: 'Where these weights come from' });
    await lineage.getByText(/^Began with the file .*model\.json/).waitFor();
    await tensors()
      .getByText(/^All \d+ tensors loaded/)
      .waitFor();
    await expectAccessible(page);
    await takeScreenshots(page, 'network-my-models-of-all');
  });

  it('of families take any size between their own, with the weights of the nearest', async () => {
    await tab('Families').check({ force: true });
    await page.getByRole('option', { name: /^ResNet50, Keras/ }).click();
    await chosen().getByText('resnet50_224', { exact: true }).waitFor();
    await size().fill('20');
    await chosen().getByRole('alert').waitFor();
    expect(await size().getAttribute('aria-invalid')).toBe('true');
    await size().fill('160');
    await size().press('Enter');
    await chosen().getByText('resnet50_160', { exact: true }).waitFor();
    await chosen()
      .getByText(/^At 160×160, estimated: .* once for features, then .* an epoch/)
      .waitFor();
    await weights().getByText('resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5').first().waitFor();
    expect(await page.getByRole('option', { name: /^ResNet50, Keras/ }).getAttribute('aria-selected')).toBe('true');
    await expectAccessible(page);
    await takeScreenshots(page, 'network-size');
  });

  it('are told to be never trained where they are TensorFlow graphs', async () => {
    await tab('From files').check({ force: true });
    await openFile('graph', 'saved_model.pb');
    await chosen().getByRole('heading', { name: 'graph from your file' }).waitFor();
    await chosen().getByText('none: a TensorFlow graph is computed as it came').waitFor();
    await tensors().getByText('All 1 tensor loaded.').waitFor();
    await weights().getByText('Ready to train with it.').waitFor();
    await takeScreenshots(page, 'network-graph');
  });
});
