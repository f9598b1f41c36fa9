import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, expect, it } from 'vitest';
import { trainingPlan } from '../../../src/shared/contract/plan.ts';
import { runDetail, runResult } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, type Web } from '../../support/window/web.ts';

const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 30_000, interval: 100 });

describeWith('the page of a run', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  let web: Web;
  let runId = '';
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
    const trained = await thaw(
      ['train', ...flags, '--dataset', 'stripes', '--epochs', '8', '--introspect', '2', '--json'],
      { home, cwd: root },
    );
    const result = runResult.parse(JSON.parse(trained.stdout));
    expect(result.status).toBe('finished');
    runId = result.runId;
    web = await launchWeb(place, home);
    await web.page.evaluate((hash) => (window.location.hash = hash), `#/runs/${runId}`);
  }, 120_000);

  it('is named, starred, tagged and noted in place', async () => {
    const { page } = web;
    await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toContain('mobilenet_v1');
    await page.getByRole('button', { name: 'Rename this run' }).click();
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('Stripes <b>from scratch</b>');
    await page.keyboard.press('Enter');
    await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('Stripes <b>from scratch</b>');
    await page.getByRole('button', { name: 'Star this run' }).click();
    await eventually(() => page.getByRole('button', { name: 'Take the star from this run' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await page.keyboard.type('baseline');
    await page.keyboard.press('Enter');
    await page.keyboard.type('small');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    const tags = page.getByRole('list', { name: 'Tags' });
    await eventually(() => tags.getByRole('button', { name: /^Remove the tag/ }).count()).toBe(2);
    await tags.getByRole('button', { name: 'Remove the tag small' }).click();
    await eventually(() => tags.getByRole('button', { name: /^Remove the tag/ }).count()).toBe(1);
    await page.getByRole('button', { name: 'Add a note' }).click();
    await page.keyboard.type('A first try.\nIt is too small.');
    await page.keyboard.press('Control+Enter');
    await eventually(() => page.getByText('It is too small.').count()).toBe(1);
    await expectAccessible(page);
    await page.reload();
    await eventually(() => page.getByText('It is too small.').count()).toBe(1);
    const shown = await thaw(['runs', 'show', runId, '--json'], { home });
    expect(runDetail.parse(JSON.parse(shown.stdout))).toMatchObject({
      summary: { name: 'Stripes <b>from scratch</b>' },
      organisation: { starred: true, tags: ['baseline'], note: 'A first try.\nIt is too small.' },
    });
  });

  it('keeps what is written of it where it cannot be saved', async () => {
    const { page } = web;
    const other = new Database(path.join(home, 'log', 'thaw.db'));
    await page.getByRole('button', { name: 'Edit the note' }).click();
    const note = page.getByRole('textbox', { name: 'Note', exact: true });
    await note.fill('It is too small, and busy.');
    try {
      // As a program that holds the log for longer than the engine waits.
      other.exec('BEGIN IMMEDIATE');
      await note.press('Control+Enter');
      const refused = page.getByText('another program held the');
      await eventually(() => refused.count()).toBe(1);
      await eventually(() => note.getAttribute('readonly')).toBeNull();
    } finally {
      other.close();
    }
    expect(await note.inputValue()).toBe('It is too small, and busy.');
    await note.press('Control+Enter');
    await eventually(() => page.getByText('It is too small, and busy.').count()).toBe(1);
    await eventually(() => note.count()).toBe(0);
  });

  it('goes from one part to the next by the arrow keys', async () => {
    const { page } = web;
    const shown = () => page.getByRole('tab', { selected: true }).textContent();
    await page.getByRole('tab', { name: 'Overview' }).focus();
    await page.keyboard.press('ArrowRight');
    await eventually(shown).toContain('Layers');
    await page.keyboard.press('End');
    await eventually(shown).toContain('Log');
    await page.keyboard.press('Home');
    await eventually(shown).toContain('Overview');
  });

  it('shows what is kept on disk, and stars it', async () => {
    const { page } = web;
    await page.getByRole('tab', { name: 'Files' }).click();
    const table = page.getByRole('region', { name: 'Checkpoints' }).getByRole('table');
    const last = table.getByRole('row').last();
    await eventually(() => last.textContent()).toMatch(/^\s*248\d+\.\d %.*[kM]B.*last/);
    await last.getByRole('button', { name: 'Star the checkpoint of step 24' }).click();
    const unstar = last.getByRole('button', { name: 'Take the star from the checkpoint of step 24' });
    await eventually(() => unstar.getAttribute('aria-pressed')).toBe('true');
    await eventually(() => last.textContent()).toContain('starred');
    await expectAccessible(page);
    await unstar.click();
    await eventually(() => last.textContent()).not.toContain('starred');
    const folder = page.getByRole('region', { name: "The run's folder" }).getByRole('table');
    await eventually(() => folder.getByRole('row', { name: 'step-00000024' }).textContent()).toContain('optimizer');
    expect(await folder.getByRole('row', { name: 'model.json' }).textContent()).toContain('Network, classes');
    await takeScreenshots(page, 'run-page-files');
  });

  it("shows each layer's gradient and drift, and their curves", async () => {
    const { page } = web;
    await page.getByRole('tab', { name: 'Layers' }).click();
    const layer = (name: string) =>
      page.locator('section', { hasText: 'Gradients and drift' }).locator('details', { hasText: name });
    await eventually(() => layer('conv1_bn').textContent()).toMatch(/gradient \d.*drift \d/);
    await eventually(() => layer('conv_pw_4_bn').first().textContent()).toMatch(/drift \d/);
    const head = layer('logits').last();
    await head.locator('summary').click();
    const curve = head.getByRole('img', { name: /^Weight drift of logits at 12 steps, from \d/ });
    await eventually(() => curve.count()).toBe(1);
    // The last of a long list: its curves would lie below the list's end.
    const below = () =>
      curve.evaluate((element) => {
        const list = element.closest('ul')?.getBoundingClientRect();
        return element.getBoundingClientRect().bottom - (list?.bottom ?? 0);
      });
    await eventually(below).toBeLessThanOrEqual(0);
    await expectAccessible(page);
    await takeScreenshots(page, 'run-page-layers');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      head.getByRole('button', { name: 'Save the values (CSV)' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/-logits\.csv$/);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(1 + 12);
    expect(lines[0]).toBe('step,gradient_norm,drift');
    expect(lines.at(-1)).toMatch(/^24,\d[\d.e-]*,\d[\d.e-]*$/);
  });

  it('shows the layers as they were, by block, each with its proof and how far it has gone', async () => {
    const { page } = web;
    const tree = page.getByRole('region', { name: 'Layers', exact: true });
    expect(await tree.getByRole('row').count()).toBe(0);
    await tree.getByRole('button', { name: 'Open all' }).click();
    const layer = (name: string) => tree.getByRole('row', { name: new RegExp(`^${name}\\b`) }).first();
    await eventually(() => layer('conv_pw_4').textContent()).toMatch(/frozen.*1 tensor unchanged ✓.*0\s*$/);
    expect(await layer('conv_pw_5').textContent()).toMatch(/trainable.*\d\.\d+\s*$/);
    await expectAccessible(page);
    await takeScreenshots(page, 'run-page-layer-tree');
    await tree.getByRole('button', { name: 'Close all' }).click();
    await eventually(() => tree.getByRole('row').count()).toBe(0);
  });

  it('gives the plan to be read and copied', async () => {
    const { page } = web;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('tab', { name: 'Plan' }).click();
    const plan = page.getByRole('region', { name: 'Plan' });
    await eventually(() => plan.textContent()).toContain('freeze conv_pw_4');
    await plan.getByRole('button', { name: 'Copy as JSON' }).click();
    const copied = trainingPlan.parse(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())));
    expect(copied).toMatchObject({
      strategy: 'scratch',
      epochs: 8,
      rules: [{ action: 'freeze', pattern: 'conv_pw_4' }],
    });
    await expectAccessible(page);
  });

  it('says that the folder was deleted by hand, and shows all that the log knows', async () => {
    const { page } = web;
    await rm(path.join(home, 'runs', runId), { recursive: true });
    await page.getByRole('tab', { name: 'Files' }).click();
    await eventually(() => page.getByText('The folder is no longer there.').count()).toBe(1);
    await expectAccessible(page);
    await page.getByRole('tab', { name: 'Overview' }).click();
    await eventually(() => page.getByRole('region', { name: 'Result' }).textContent()).toContain('unchanged');
  });
});
