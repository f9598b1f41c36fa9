import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { logFinishedRun } from '../../support/logged-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { findDesktop, launchDesktop, type Desktop } from '../../support/window/desktop.ts';
import { describeWith } from '../../support/window/needed.ts';

describeWith('runs of the desktop', await findDesktop(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const saved = path.join(root, 'saved.thaw');
  let desktop: Desktop;
  let runId = '';

  beforeAll(async () => {
    const log = openLog(home);
    runId = logFinishedRun(log);
    log.close();
    desktop = await launchDesktop(place, home);
  });

  it('are saved where the person says', async () => {
    const { app, page } = desktop;
    const done = app.evaluate(
      ({ session }, target) =>
        new Promise<string>((resolve) => {
          session.defaultSession.once('will-download', (_event, item) => {
            // Where the system would ask.
            item.setSavePath(target);
            item.once('done', (_ended, state) => resolve(state));
          });
        }),
      saved,
    );
    await page.evaluate((hash) => (window.location.hash = hash), `#/runs/${runId}`);
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: /^Thaw file/ }).click();
    expect(await done).toBe('completed');
    expect(statSync(saved).size).toBeGreaterThan(20_000);
  });

  it('come in by File > Import from what the dialog chose', async () => {
    const { app, page } = desktop;
    const log = openLog(home);
    // As on a machine that never had it.
    log.write('forget the run', (database) => database.prepare('DELETE FROM run').run());
    log.close();
    rmSync(path.join(home, 'runs', runId), { recursive: true });
    await app.evaluate(({ dialog, Menu }, chosen) => {
      dialog.showOpenDialog = (...[, options]: unknown[]) => {
        const { filters } = options as { filters: { extensions: string[] }[] };
        const asked = filters[0]?.extensions.includes('thaw') === true;
        return Promise.resolve({ canceled: !asked, filePaths: asked ? [chosen] : [] });
      };
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
      items.find(({ label }) => label === 'Import runs…')?.click();
    }, saved);
    await page.getByText('Imported the run').waitFor();
    await page.getByRole('button', { name: 'Show it' }).click();
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toContain('mobilenet_v1_0.25_96');
  });
});
