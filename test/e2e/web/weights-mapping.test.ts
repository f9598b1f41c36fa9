import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { writeRenamedWeights, writeTorchWeights } from '../../support/renamed-weights.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const NETWORK = 'mobilenet_v1_0.25_96';

describeWith("weights under another program's names", await findWeb(), (place) => {
  const root = temporaryFolder();
  const file = path.join(root, 'theirs.safetensors');
  let page: Page;
  const weights = () => page.getByRole('region', { name: 'Weights' });
  const tensors = () => page.getByRole('region', { name: 'What each tensor gets' });
  const rules = () => page.getByRole('region', { name: 'Rules for names' });
  const text = (rule: number) => rules().getByLabel(`Text of rule ${rule}`);

  beforeAll(async () => {
    mkdirSync(path.join(root, 'home'));
    await writeRenamedWeights(file, NETWORK, (name) => `backbone.${name.replace('_bn/', '_norm/')}`);
    ({ page } = await launchWeb(place, path.join(root, 'home')));
    await page.getByRole('link', { name: 'Network', exact: true }).click();
    await weights().waitFor();
    await drag(page, [file]);
  });

  it('are shown to fit nowhere, tensor by tensor', async () => {
    await tensors().getByText('0 of 135 tensors loaded; 135 missing, 135 not used.').waitFor();
    await tensors()
      .getByRole('alert')
      .getByText(/0 of its 135 tensors fit/)
      .waitFor();
    expect(await weights().getByText('Ready to train with it.').count()).toBe(0);
    const grid = tensors().getByRole('grid');
    expect(await grid.getAttribute('aria-rowcount')).toBe('271');
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
    await expectAccessible(page);
    await takeScreenshots(page, 'network-mapping-nothing-fits');
  });

  it('fit better with each rule, tried as it is written', async () => {
    await rules().getByRole('button', { name: 'Strip backbone.' }).click();
    await tensors()
      .getByText(/^27 of 135 tensors loaded; 108 missing, 108 not used\.$/)
      .waitFor();
    expect(await text(1).inputValue()).toBe('backbone.');
    await rules().getByRole('button', { name: 'Add a rule' }).click();
    await rules().getByLabel('Kind of rule 2').selectOption({ label: 'Replace' });
    await text(2).fill('_norm/');
    await rules().getByLabel('What rule 2 puts in its place').fill('_bn/');
    await tensors().getByText('All 135 tensors loaded.').waitFor();
    await rules().getByText('Not in the plan yet.').waitFor();
  });

  it('keep the last table while a rule cannot be tried, which says why in its place', async () => {
    await text(2).fill('(_norm/');
    const problem = rules().getByRole('listitem').nth(1).getByRole('alert');
    await problem.getByText(/Invalid regular expression/).waitFor();
    await tensors().getByText('All 135 tensors loaded.').waitFor();
    expect(await rules().getByRole('button', { name: 'Apply to the plan' }).isDisabled()).toBe(true);
    await text(2).scrollIntoViewIfNeeded();
    await expectAccessible(page);
    await takeScreenshots(page, 'network-mapping-wrong-rule');
    await text(2).fill('[a-z]+');
    await rules()
      .getByText(/would both be/)
      .first()
      .waitFor();
    await text(2).fill('_norm/');
    await expect
      .poll(() =>
        rules()
          .getByText(/would both be/)
          .count(),
      )
      .toBe(0);
  });

  it('are filtered by state and name, and saved as values', async () => {
    await tensors().getByRole('searchbox', { name: 'Find a tensor' }).fill('conv1_');
    await tensors().getByText('4 of 135 tensors').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      tensors().getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toBe('loaded,conv1_bn/gamma,8,backbone.conv1_norm/gamma,8,float32,');
    await tensors().getByRole('radio', { name: 'Missing 0' }).check({ force: true });
    await tensors().getByText('No tensor fits the filter.').waitFor();
    await tensors().getByRole('radio', { name: /^All/ }).check({ force: true });
    await tensors().getByRole('searchbox', { name: 'Find a tensor' }).fill('');
  });

  it('keep rules that were not applied while another view is shown', async () => {
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('link', { name: 'Network', exact: true }).click();
    expect(await text(2).inputValue()).toBe('_norm/');
  });

  it('are worked on from the first rule to the last, whose order can be changed', async () => {
    await rules().getByRole('button', { name: 'Rule 2 earlier' }).click();
    expect(await text(1).inputValue()).toBe('_norm/');
    await rules().getByRole('button', { name: 'Rule 1 later' }).click();
    expect(await text(2).inputValue()).toBe('_norm/');
  });

  it('begin a training once the rules are in the plan, and the run shows that it took them all', async () => {
    await rules().getByRole('button', { name: 'Apply to the plan' }).click();
    await rules().getByText('The plan begins with these rules.').waitFor();
    await weights().getByText('Ready to train with it.').waitFor();
    await takeScreenshots(page, 'network-mapping-applied');
    await weights().getByRole('button', { name: 'Continue to Train' }).click();
    await page.getByLabel('Epochs', { exact: true }).fill('1');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page
      .getByRole('region', { name: 'Run', exact: true })
      .getByText(/Finished/)
      .waitFor({ timeout: 120_000 });
    await page.getByRole('link', { name: 'Network', exact: true }).click();
    const report = page.getByRole('main', { name: 'Network' });
    await report.getByText(/^135 /).first().waitFor();
  });

  it('lead to a run that stands among my models, to begin another from', async () => {
    const models = page.getByRole('list', { name: 'My models' });
    await models.getByRole('button', { name: /^Use/ }).click();
    await models.getByText('In use').waitFor();
    await tensors().getByText('All 137 tensors loaded.').waitFor();
    await tensors().getByText('The head is that of the weights, whose classes are those of the dataset.').waitFor();
    await takeScreenshots(page, 'network-mapping-head');
    expect(await rules().count()).toBe(0);
    await expectAccessible(page);
    await takeScreenshots(page, 'network-my-models');
  });

  it('are told to be transposed where their framework lays them out otherwise, and how', async () => {
    const theirs = path.join(root, 'squeezenet.safetensors');
    await writeTorchWeights(theirs, 'squeezenet1_1_224@torch');
    await page.getByRole('option', { name: /^SqueezeNet 1\.1, PyTorch/ }).click();
    await drag(page, [theirs]);
    await tensors().getByText('All 50 tensors loaded.').waitFor();
    const row = (tensor: string) => tensors().getByRole('row').filter({ hasText: tensor });
    const cells = async (tensor: string) => row(tensor).first().getByRole('gridcell').allInnerTexts();
    // A kernel of [height, width, in, out] is the third, fourth, second and first of the file's axes.
    expect(await cells('features.0/kernel')).toEqual([
      'Loaded',
      'features.0/kernel',
      '3×3×3×64',
      'features.0.weight',
      '64×3×3×3 float32',
      'transposed 2 3 1 0',
    ]);
    expect((await cells('features.0/bias')).at(-1)).toBe('as stored');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      tensors().getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
    expect(lines[1]).toBe('loaded,features.0/kernel,3 3 3 64,features.0.weight,64 3 3 3,float32,2 3 1 0');
  });
});
