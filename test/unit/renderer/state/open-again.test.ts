import { describe, expect, it } from 'vitest';
import { openAgain } from '../../../../src/renderer/state/open-model.ts';
import type { ModelOptions } from '../../../../src/renderer/state/networks.svelte.ts';
import type { Workbench } from '../../../../src/renderer/state/workbench.svelte.ts';
import type { OpenedModel } from '../../../../src/shared/contract/models.ts';

function opened(sizes: OpenedModel['network']['sizes'], asked: Partial<OpenedModel>): OpenedModel {
  return {
    network: {
      name: 'graph_0123456789ab',
      aliases: [],
      family: 'graph',
      inputShape: [48, 48, 3],
      sizes,
      layers: 2,
      blocks: ['input', 'graph'],
      parameters: 108,
      source: 'a graph',
      shipped: null,
    } as unknown as OpenedModel['network'],
    title: 'graph',
    classes: 4,
    file: { grantId: 'g', name: 'graph', path: '/graph', exists: true },
    ...{ pixels: null, size: null, input: null, output: null, openedAt: 1 },
    ...asked,
  };
}

/** What the engine is asked for where a person changes something of an opened model. */
async function asks(model: OpenedModel, change: Parameters<typeof openAgain>[2]): Promise<ModelOptions | undefined> {
  let options: ModelOptions | undefined;
  const networks = {
    open: async (_: unknown, given: ModelOptions) => {
      options = given;
      return Promise.resolve(null);
    },
  };
  await openAgain({ networks } as unknown as Workbench, model, change);
  return options;
}

describe('an opened model, opened again', () => {
  it.each<readonly [string, OpenedModel, Parameters<typeof openAgain>[2], ModelOptions]>([
    [
      'keeps the ends and the size of a graph where its pixels change',
      opened(null, { pixels: 'unit', size: 48, input: 'image', output: 'pool' }),
      { pixels: 'raw' },
      { pixels: 'raw', size: 48, input: 'image', output: 'pool' },
    ],
    ['forgets pixels that are to be as usual', opened(null, { pixels: 'unit' }), { pixels: null }, {}],
    [
      'keeps the size that a model of any size has',
      opened({ least: 1, most: 1024 }, {}),
      { pixels: 'unit' },
      { pixels: 'unit', size: 48 },
    ],
    [
      'keeps its pixels where its size changes',
      opened({ least: 1, most: 1024 }, { pixels: 'caffe', size: 48 }),
      { size: 64 },
      { pixels: 'caffe', size: 64 },
    ],
  ])('%s', async (_, model, change, expected) => {
    expect(await asks(model, change)).toEqual(expected);
  });
});
