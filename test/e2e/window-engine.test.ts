import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../src/engine/service/create-service.ts';
import { windowTransport } from '../../src/engine/service/window-transport.ts';
import type { DatasetView } from '../../src/shared/contract/dataset-view.ts';
import type { ImageReference, Prediction } from '../../src/shared/contract/endpoint.ts';
import type { RunEvent } from '../../src/shared/contract/event.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const EPOCHS = 3;
const home = temporaryFolder();
const service = createService({ home, cache: path.join(home, 'cache') });
afterAll(() => service.close());
const window = windowTransport(service);
const events: RunEvent[] = [];

let photos = '';
let runId = '';
let view: DatasetView;

beforeAll(async () => {
  photos = await writeTinyDataset(path.join(home, 'photos'), { train: 8, val: 4 });
  const { grantId } = await service.grant(photos);
  view = await window.invoke('dataset.open', { dataset: { kind: 'granted', grantId } });
  window.subscribe('run', (event) => events.push(event));
  ({ runId } = await window.invoke('training.start', { dataset: { kind: 'granted', grantId }, epochs: EPOCHS }));
  await window.invoke('training.wait', { runId });
});

const predict = async (images: readonly ImageReference[], of = window): Promise<readonly Prediction[]> =>
  (await of.invoke('predict', { runId, images: [...images], top: 2 })).predictions;

describe('a window that names no path', () => {
  it('trains on what was granted to it, and sees the same images as the trainer', async () => {
    const { plan, result } = await window.invoke('runs.show', { runId });
    expect(result.status).toBe('finished');
    expect(plan.dataset).toEqual({ kind: 'folder', path: photos });
    expect(result.dataset).toMatchObject({ ...view.counts, version: view.version });
  });

  it('knows where the run was whenever it came', async () => {
    const snapshot = await window.invoke('runs.attach', { runId });
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(snapshot).toMatchObject({ sequence: events.length, status: 'finished', epochs: EPOCHS });
    expect(snapshot.history).toEqual(events.flatMap(({ body }) => (body.kind === 'epoch' ? [body.metrics] : [])));
  });

  it('draws the curves that were told', async () => {
    const [loss, validation] = await window.invoke('runs.series', {
      runId,
      by: 'step',
      keys: ['loss', 'val_loss'],
      maxPoints: 100,
    });
    const steps = events.flatMap(({ body }) => (body.kind === 'step' ? [body] : []));
    expect([...(loss?.x ?? [])]).toEqual(steps.map(({ step }) => step));
    expect([...(loss?.y ?? [])]).toEqual(steps.map((step) => step.loss));
    expect(validation?.x.at(-1)).toBe(steps.at(-1)?.step);
    expect(validation?.points).toBe(EPOCHS);
  });

  it('trains again on the dataset of an earlier run, and from the weights that it began with', async () => {
    const again = await window.invoke('training.start', {
      dataset: { kind: 'ofRun', runId },
      weights: { kind: 'ofRun', runId },
      epochs: 1,
    });
    expect(again.plan).toMatchObject({ dataset: { kind: 'folder', path: photos }, weights: { kind: 'shipped' } });
    expect((await window.invoke('training.wait', { runId: again.runId })).status).toBe('finished');
  });

  it('predicts granted folders and images of datasets as the command line predicts their paths', async () => {
    const folder = path.join(home, 'to predict');
    mkdirSync(folder);
    for (const [index, name] of ['broad', 'fine'].entries()) {
      cpSync(path.join(photos, 'val', name, '000.png'), path.join(folder, `${index}.png`));
    }
    const byPath = await predict([path.join(folder, '0.png'), path.join(folder, '1.png')], service.transport);
    const byGrant = await predict([{ grantId: (await service.grant(folder)).grantId }]);
    const { images } = await window.invoke('dataset.images', {
      datasetId: view.datasetId,
      split: 'validation',
      offset: 0,
      limit: 100,
    });
    const ids = images.filter((image) => image.path.endsWith('000.png')).map(({ imageId }) => ({ imageId }));
    const byId = await predict(ids);
    const classes = byPath.map((prediction) => prediction.classes);
    expect(classes.flat().length).toBe(4);
    expect(byGrant.map((prediction) => prediction.classes)).toEqual(classes);
    expect(byId.map((prediction) => prediction.classes)).toEqual(classes);
    expect(byGrant.map((prediction) => prediction.path)).toEqual(['0.png', '1.png']);
  });

  it('finds the dataset of the run among those opened before', async () => {
    const [recent] = await window.invoke('dataset.recent', {});
    expect(recent).toMatchObject({ root: photos, exists: true });
  });
});
