import { describe, expect, it } from 'vitest';
import { layerBlocks } from '../../../../../src/renderer/views/runs/layer-blocks.ts';
import type { LayerState } from '../../../../../src/shared/contract/run.ts';

const layer = (name: string, block: string, state: LayerState['state'], parameters = 10): LayerState => ({
  name,
  kind: 'conv2d',
  block,
  outputShape: [1, 1, 8],
  parameters,
  state,
  statistics: null,
});
const same = (tensor: string) => ({ tensor, before: 'aa', after: 'aa' });

describe('the layers of a run by block', () => {
  const layers = [
    layer('input', 'input', 'frozen', 0),
    layer('conv1', 'stem', 'frozen'),
    layer('bn1', 'stem', 'frozen'),
    layer('conv2', 'block_1', 'frozen'),
    layer('conv3', 'block_1', 'trainable'),
    layer('relu', 'block_1', 'trainable', 0),
    layer('head', 'head', 'trainable'),
  ];
  const proof = [same('conv1/kernel'), same('bn1/gamma'), { tensor: 'conv2/kernel', before: 'aa', after: 'bb' }];
  const blocks = layerBlocks(layers, proof);

  it('keeps the order of the network', () => {
    expect(blocks.map(({ name }) => name)).toEqual(['input', 'stem', 'block_1', 'head']);
  });

  it('tells a state of each block by the layers that have something to train', () => {
    expect(blocks.map(({ state }) => state)).toEqual(['none', 'frozen', 'mixed', 'trainable']);
  });

  it('adds up parameters and proofs, and tells a broken proof', () => {
    expect(blocks.map(({ parameters }) => parameters)).toEqual([0, 20, 20, 10]);
    expect(blocks.map(({ proof: { unchanged, changed } }) => [unchanged, changed])).toEqual([
      [0, 0],
      [2, 0],
      [0, 1],
      [0, 0],
    ]);
    expect(blocks[1]?.rows.map((row) => row.proof.unchanged)).toEqual([1, 1]);
  });

  it('finds the layer of a tensor whose layer is named with a slash', () => {
    const [block] = layerBlocks([layer('scope/conv', 'a', 'frozen')], [same('scope/conv/kernel')]);
    expect(block?.rows[0]?.proof.unchanged).toBe(1);
  });
});
