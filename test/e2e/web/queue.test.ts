import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { runDetail, runResult } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, type Web } from '../../support/window/web.ts';

const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 60_000, interval: 200 });
const bar = (page: Page) => page.getByRole('region', { name: 'Run', exact: true });
const queueButton = (page: Page) => page.getByRole('button', { name: /^Queue \(/ });
const waiting = (page: Page) => page.getByRole('list', { name: 'Waiting runs, in order' }).getByRole('listitem');

async function openRun(page: Page, runId: string): Promise<void> {
  await page.evaluate((hash) => (window.location.hash = hash), `#/runs/${runId}`);
  await eventually(() => page.getByRole('tab', { name: 'Overview' }).count()).toBe(1);
}

async function continueWith(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** The run that the bar under the window tells of, once it has ended. */
async function ended(page: Page): Promise<string> {
  await eventually(() => bar(page).textContent()).toContain('Finished');
  await bar(page).getByRole('button', { name: 'Open run' }).click();
  const hash = await page.evaluate(() => window.location.hash);
  return hash.split('/').at(-1) ?? '';
}

describeWith('going on from a run in the workbench', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  let web: Web;
  let runId = '';
  const show = async (id: string) =>
    runDetail.parse(JSON.parse((await thaw(['runs', 'show', id, '--json'], { home })).stdout));

  beforeAll(async () => {
    await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
    const flags = [
      '--network',
      'mobilenet_v1_0.25_32',
      '--strategy',
      'scratch',
      '--freeze',
      'conv_pw_4',
      '--batch',
      '4',
    ];
    const trained = await thaw(['train', ...flags, '--dataset', 'stripes', '--epochs', '2', '--seed', '7', '--json'], {
      home,
      cwd: root,
    });
    ({ runId } = runResult.parse(JSON.parse(trained.stdout)));
    web = await launchWeb(place, home);
  }, 120_000);

  it('continues one for more epochs, as a run of its own that names it', async () => {
    const { page } = web;
    await openRun(page, runId);
    await continueWith(page, 'Continue for more epochs…');
    await page.getByRole('textbox', { name: 'More epochs' }).fill('0');
    await eventually(() => page.getByRole('dialog').getByRole('button', { name: 'Continue' }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'More epochs' }).fill('3');
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    const continued = await ended(page);
    expect(continued).not.toBe(runId);
    const detail = await show(continued);
    expect(detail.parentRunId).toBe(runId);
    expect(detail.result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    await page.getByRole('tab', { name: 'Overview' }).click();
    const related = page.getByRole('region', { name: 'Related runs' });
    await eventually(() => related.textContent()).toMatch(/Continued from .*scratch\s*at step 6/);
    await related.getByRole('link').first().click();
    await eventually(() => page.evaluate(() => window.location.hash)).toContain(runId);
    await eventually(() => related.textContent()).toContain('continued from it');
  });

  it('branches off at a checkpoint with the plan and the freeze mask to be changed', async () => {
    const { page } = web;
    await openRun(page, runId);
    await continueWith(page, 'Branch from a checkpoint…');
    const dialog = page.getByRole('dialog', { name: 'Branch from a checkpoint' });
    await dialog.getByRole('radio', { name: /step 6,/ }).check();
    await expectAccessible(page);
    await takeScreenshots(page, 'branch-dialog');
    await dialog.getByRole('button', { name: 'Open in Train' }).click();
    const parent = page.getByRole('region', { name: 'Where the run comes from' });
    await eventually(() => parent.textContent()).toContain('at step 6');
    await eventually(() => page.getByRole('textbox', { name: 'Epochs' }).inputValue()).toBe('2');
    expect(await page.getByRole('radio', { name: 'Fine-tune' }).isChecked()).toBe(true);
    await page.getByRole('textbox', { name: 'Epochs' }).fill('1');
    await eventually(() => page.getByRole('button', { name: 'Train', exact: true }).isEnabled()).toBe(true);
    await takeScreenshots(page, 'branch-plan');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await eventually(() => parent.count()).toBe(0);
    const branched = await show(await ended(page));
    expect(branched.parentRunId).toBe(runId);
    expect(branched.plan).toMatchObject({
      strategy: 'finetune',
      epochs: 1,
      batchSize: 4,
      seed: 7,
      rules: [{ action: 'freeze', pattern: 'conv_pw_4' }],
      weights: { kind: 'run', runId, checkpoint: { step: 6 } },
    });
    expect(branched.layers.find(({ name }) => name === 'conv_pw_4')?.state).toBe('frozen');
  });

  it('runs one again with the same seed', async () => {
    const { page } = web;
    await openRun(page, runId);
    await continueWith(page, 'Run again with the same seed');
    const again = await show(await ended(page));
    expect(again.parentRunId).toBe(runId);
    const first = await show(runId);
    const curve = ({ result }: typeof first) => result.history.map(({ loss, val_loss }) => [loss, val_loss]);
    expect(curve(again)).toEqual(curve(first));
  });
});

describeWith('the queue in the workbench', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  let web: Web;
  const names = async (page: Page): Promise<string[]> => {
    const texts = await waiting(page).allTextContents();
    return texts.map((text) => /(\d+) epochs/.exec(text)?.[1] ?? text);
  };

  beforeAll(async () => {
    web = await launchWeb(place, home);
  });

  async function add(page: Page, epochs: number): Promise<void> {
    await page.getByRole('textbox', { name: 'Epochs' }).fill(String(epochs));
    await page.getByRole('button', { name: 'More ways to train' }).first().click();
    await page.getByRole('menuitem', { name: 'Add to queue' }).click();
  }

  it('takes plans that wait, and is put into another order by keyboard and pointer', async () => {
    const { page } = web;
    await eventually(() => page.getByRole('button', { name: 'Train', exact: true }).isEnabled()).toBe(true);
    for (const [index, epochs] of [11, 12, 13].entries()) {
      await add(page, epochs);
      await eventually(() => queueButton(page).textContent()).toContain(`(${index + 1})`);
    }
    await queueButton(page).click();
    await eventually(() => names(page)).toEqual(['11', '12', '13']);
    await waiting(page).nth(0).locator('[data-run]').focus();
    await page.keyboard.press('Alt+ArrowDown');
    await eventually(() => names(page)).toEqual(['12', '11', '13']);
    await page.keyboard.press('Alt+ArrowDown');
    await eventually(() => names(page)).toEqual(['12', '13', '11']);
    await waiting(page).nth(0).dragTo(waiting(page).nth(2));
    await eventually(() => names(page)).toEqual(['13', '11', '12']);
    await expectAccessible(page);
    await takeScreenshots(page, 'queue');
    await waiting(page)
      .nth(1)
      .getByRole('button', { name: /^Take .* out of the queue$/ })
      .click();
    await eventually(() => names(page)).toEqual(['13', '12']);
  });

  it('takes all combinations of a sweep, after saying how many they are', async () => {
    const { page } = web;
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More ways to train' }).first().click();
    await page.getByRole('menuitem', { name: 'Sweep or compare strategies…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sweep' });
    await dialog.getByRole('textbox', { name: 'Learning rates' }).fill('0.01, fast');
    await eventually(() => dialog.textContent()).toContain("received 'fast'");
    await dialog.getByRole('textbox', { name: 'Learning rates' }).fill('0.01, 0.001');
    await dialog.getByRole('textbox', { name: 'Seeds' }).fill('1, 2');
    await dialog.getByRole('textbox', { name: 'Name of the group' }).fill('rates and seeds');
    await eventually(() => dialog.getByRole('status').textContent()).toContain('4 runs');
    await expectAccessible(page);
    await takeScreenshots(page, 'sweep');
    await dialog.getByRole('button', { name: 'Add 4 runs to the queue' }).click();
    await eventually(() => queueButton(page).textContent()).toContain('(6)');
    await queueButton(page).click();
    await eventually(async () => (await waiting(page).allTextContents()).join(' ')).toContain('rates and seeds');
  });

  it('begins what waits once it is started, and lets more wait while one is under way', async () => {
    const { page } = web;
    await page.getByRole('button', { name: 'Take all out' }).click();
    await eventually(() => page.getByText('Nothing waits.').count()).toBe(1);
    await page.keyboard.press('Escape');
    await eventually(() => queueButton(page).count()).toBe(0);
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    await add(page, 9000);
    await page.getByRole('button', { name: 'Start the queue' }).click();
    await eventually(() => bar(page).textContent()).toMatch(/Epoch \d+ of 9,000/);
    await page.getByRole('textbox', { name: 'Epochs' }).fill('2');
    await page.getByRole('button', { name: 'Add to queue', exact: true }).first().click();
    await eventually(() => queueButton(page).textContent()).toContain('(1)');
    await bar(page).getByRole('button', { name: 'Stop' }).click();
    await eventually(() => queueButton(page).count()).toBe(0);
    await eventually(() => bar(page).textContent()).toMatch(/Finished.*2 epochs/);
  });
});
