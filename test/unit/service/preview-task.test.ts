import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { planPreview, type PlanPreview } from '../../../src/shared/contract/preview.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

const home = temporaryFolder();
const service = createService({ home, cache: path.join(home, 'cache') });
afterAll(() => service.close());

async function preview(request: Readonly<Record<string, unknown>>): Promise<PlanPreview> {
  return planPreview.parse(await service.transport.invoke('plan.preview', request));
}

const NETWORK = 'dense_20-10_14';
let unlabelled: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  const folder = await writeTinyDataset(path.join(home, 'stripes'), { train: 6, val: 2 });
  const dataset = { kind: 'folder', path: path.join(folder, 'train'), structure: { kind: 'unlabelled' } } as const;
  unlabelled = { dataset };
  await service.transport.invoke('dataset.open', { dataset });
});

describe('a plan of a task that looks at images alone', () => {
  it.each([
    ['rotation', { kind: 'rotation' }, 'by how many quarters an image was turned'],
    ['pairs', { kind: 'pairs', margin: 2 }, 'by a margin of 2'],
    ['an autoencoder', { kind: 'autoencoder', layerwise: false, noise: 0 }, 'to give the image again'],
  ])('%s is complete on images without classes, and says what it learns', async (_, task, words) => {
    const found = await preview({ ...unlabelled, network: NETWORK, task });
    expect(found).toMatchObject({ problems: [], datasetKnown: true, plan: { task, strategy: 'scratch' } });
    expect(found.sentence).toContain(words);
    expect(found.cost?.stepsPerEpoch).toBeGreaterThan(0);
  });

  it('tells a stage for each layer that is pretrained alone, with what trains in it', async () => {
    const task = { kind: 'autoencoder', layerwise: true, noise: 0.2 };
    const found = await preview({ ...unlabelled, network: NETWORK, task, epochs: 3 });
    expect(found.problems).toEqual([]);
    expect(found.plan?.stages.map(({ name, epochs }) => [name, epochs])).toEqual([
      ['dense_1', 3],
      ['dense_2', 3],
    ]);
    expect(found.warnings).toEqual([]);
    const trains = found.layers.filter(({ state, parameters }) => state === 'trainable' && parameters > 0);
    expect(trains.map(({ name }) => name)).toEqual(['dense_1', 'decode_dense_1']);
  });

  it.each([
    ['images without classes, where classes are learnt', {}, 'dataset'],
    ['a task that does not go with the strategy', { task: { kind: 'rotation' }, strategy: 'features' }, 'task'],
    [
      'a network that is no chain of layers',
      { network: 'resnet50_64', task: { kind: 'autoencoder', layerwise: true, noise: 0 } },
      'task',
    ],
  ])('%s are told at their field', async (_, request, field) => {
    const found = await preview({ ...unlabelled, network: NETWORK, weights: { kind: 'none' }, ...request });
    expect(found.problems.map((problem) => problem.field)).toContain(field);
    expect(found.plan).toBeNull();
  });
});
