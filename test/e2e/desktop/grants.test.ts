import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { writeNumpyFile } from '../../support/features-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { smallModel, writeTfjsModel } from '../../support/tfjs-model.ts';
import { findDesktop, launchDesktop, type Desktop } from '../../support/window/desktop.ts';
import { describeWith } from '../../support/window/needed.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

describeWith('files on the desktop', await findDesktop(), (place) => {
  const root = temporaryFolder();
  const dataset = path.join(root, 'stripes');
  let desktop: Desktop;
  beforeAll(async () => {
    await writeTinyDataset(dataset, { train: 4, val: 2, test: 0 });
    desktop = await launchDesktop(place, path.join(root, 'home'));
  });

  it('become ids when a person chose them, which the window may then name', async () => {
    const { page } = desktop;
    await page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.id = 'chosen-by-test';
      document.body.append(input);
    });
    await page.setInputFiles('#chosen-by-test', path.join(dataset, 'train/broad/000.png'));
    const outcome = await page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>('#chosen-by-test');
      return window.thaw?.grantFiles([...(input?.files ?? [])]);
    });
    expect(outcome).toMatchObject({ kind: 'answer', response: [{ name: '000.png', kind: 'image' }] });
  });

  it('come from the dialog as a folder that opens as a dataset', async () => {
    const { app, page } = desktop;
    // A dialog of the system cannot be clicked from here: its answer is given in its place.
    await app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    }, dataset);
    const outcome = await page.evaluate(async () => {
      const chosen = await window.thaw?.chooseFolder();
      if (chosen?.kind !== 'answer') return chosen;
      const { grantId } = chosen.response as { grantId: string };
      return window.thaw?.invoke('dataset.open', { dataset: { kind: 'granted', grantId } });
    });
    expect(outcome).toMatchObject({
      kind: 'answer',
      response: { name: 'stripes', counts: { train: 8, validation: 4 } },
    });
  });

  it('are offered again by the menu, which opens them in the Dataset view', async () => {
    const { app, page } = desktop;
    const recent = (): Promise<readonly { readonly label: string; readonly enabled: boolean }[]> =>
      app.evaluate(({ Menu }) => {
        const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
        const found = items.find(({ label }) => label === 'Open Recent')?.submenu?.items ?? [];
        return found.map(({ label, enabled }) => ({ label, enabled }));
      });
    await expect.poll(recent).toEqual([{ label: `stripes: ${dataset}`, enabled: true }]);
    await app.evaluate(({ Menu }) => {
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
      items.find(({ label }) => label === 'Open Recent')?.submenu?.items[0]?.click();
    });
    await page.getByRole('heading', { level: 1, name: 'stripes' }).waitFor();
  });

  it('come from the dialog as a whole model that becomes a network of its own', async () => {
    const { app, page } = desktop;
    const [file = ''] = writeTfjsModel(path.join(root, 'model'), smallModel(32));
    await app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = (...[, options]: unknown[]) => {
        const { title } = options as { title: string };
        const asked = title === 'Choose a whole model';
        return Promise.resolve({ canceled: !asked, filePaths: asked ? [chosen] : [] });
      };
    }, file);
    await page.getByRole('link', { name: 'Network', exact: true }).click();
    await page.getByRole('radio', { name: 'From files', exact: true }).check({ force: true });
    await page.getByRole('button', { name: 'Open a model file…' }).click();
    await page.getByRole('heading', { name: 'stripes_net from your file' }).waitFor();
  });

  it('come from the dialog as a features file, asked for by its own ending', async () => {
    const { app, page } = desktop;
    const file = await writeNumpyFile(path.join(root, 'insects.npz'), {
      floats: { features: { shape: [4, 2], data: [1, 2, 3, 4, 5, 6, 7, 8] } },
      integers: { labels: [0, 1, 0, 1] },
    });
    await app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = (...[, options]: unknown[]) => {
        const { filters } = options as { filters: { extensions: string[] }[] };
        const asked = filters[0]?.extensions.includes('npz') === true;
        return Promise.resolve({ canceled: !asked, filePaths: asked ? [chosen] : [] });
      };
    }, file);
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await page.getByRole('button', { name: 'Open features file…' }).click();
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('insects.npz');
  });

  it('are refused in words when they vanished in between', async () => {
    const { app, page } = desktop;
    await app.evaluate(
      ({ dialog }, chosen) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
      },
      path.join(root, 'gone'),
    );
    const outcome = await page.evaluate(() => window.thaw?.chooseFolder());
    expect(outcome).toMatchObject({ kind: 'refusal', error: { code: 'file.notGranted' } });
  });
});
