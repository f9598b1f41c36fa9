import { readFile } from 'node:fs/promises';
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

describeWith('the page of a run', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  let web: Web;
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
    expect(runResult.parse(JSON.parse(trained.stdout)).status).toBe('finished');
    web = await launchWeb(place, home);
    await web.page.getByRole('link', { name: 'Runs', exact: true }).click();
    await web.page.locator('[role=rowgroup] [role=row]').first().click();
  }, 120_000);

  it('shows what is kept on disk, and stars it', async () => {
    const { page } = web;
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
  });

  it("shows each layer's gradient and drift, and their curves", async () => {
    const { page } = web;
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
});
