import { describe, expect, it } from 'vitest';
import {
  greatestDrift,
  layerBlocks,
  provenWords,
  type ProofCount,
} from '../../../../../src/renderer/views/runs/layer-blocks.ts';
import type { LayerGauge } from '../../../../../src/shared/contract/layer-metrics.ts';
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

describe('the drift of layers', () => {
  const gauge = (layer: string, drift: number | null): LayerGauge => ({
    layer,
    state: 'trainable',
    step: 1,
    gradientNorm: 1,
    drift,
  });
  const gauges = new Map(
    [gauge('first', 0.2), gauge('second', 0.5), gauge('third', null)].map((one) => [one.layer, one]),
  );

  it.for<readonly [readonly string[], number | null]>([
    [['first', 'second'], 0.5],
    [['first', 'third'], 0.2],
    [['third'], null],
    [['unknown'], null],
    [[], null],
  ])('of %j is at most %j', ([layers, most]) => {
    expect(greatestDrift(gauges, layers)).toBe(most);
  });
});

it.for<readonly [ProofCount, string]>([
  [{ unchanged: 0, changed: 0 }, ''],
  [{ unchanged: 1, changed: 0 }, '1 tensor unchanged ✓'],
  [{ unchanged: 7, changed: 2 }, '2 tensors changed ✗'],
])('tells the proof %j as "%s"', ([proof, words]) => {
  expect(provenWords(proof)).toBe(words);
});
