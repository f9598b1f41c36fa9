import { expect, it } from 'vitest';
import { provenLayers } from '../../../../src/renderer/state/proven-layers.ts';
import type { FrozenProof, LayerState } from '../../../../src/shared/contract/run.ts';

const layer = (name: string, state: LayerState['state']): LayerState => ({
  name,
  kind: 'conv2d',
  block: 'block',
  outputShape: [1],
  parameters: 1,
  state,
  statistics: null,
});
const proof = (tensor: string, after = 'same'): FrozenProof => ({ tensor, before: 'same', after });

it('are frozen layers of which every tensor came back as it was', () => {
  const layers = [layer('a', 'frozen'), layer('b/1', 'frozen'), layer('c', 'frozen'), layer('d', 'trainable')];
  const proofs = [
    proof('a/kernel'),
    proof('a/bias', 'other'),
    proof('b/1/kernel'),
    proof('b/1/bias'),
    proof('d/kernel'),
  ];
  expect(provenLayers(layers, proofs)).toEqual(new Set(['b/1']));
});

it('are none while nothing was proven', () => {
  expect(provenLayers([layer('a', 'frozen')], [])).toEqual(new Set());
});
