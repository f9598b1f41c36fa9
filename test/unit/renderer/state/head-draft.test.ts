import { describe, expect, it } from 'vitest';
import {
  addLayer,
  EMPTY_HEAD,
  hasWrongLayer,
  moveLayer,
  type TypedLayer,
} from '../../../../src/renderer/state/head-draft.ts';

const layer = (kind: TypedLayer['kind'], size: string, dropout = ''): TypedLayer => ({
  kind,
  size,
  activation: 'relu',
  batchNorm: false,
  dropout,
});
const sizes = (layers: readonly TypedLayer[]): string => layers.map(({ kind, size }) => `${kind} ${size}`).join(', ');

describe('the layers of a head', () => {
  const both = [layer('conv', '8'), layer('dense', '16')];

  it('stand with convolutions below dense layers, whichever is added later', () => {
    expect(addLayer(both, 'conv').map(({ kind }) => kind)).toEqual(['conv', 'conv', 'dense']);
    expect(addLayer(both, 'dense').map(({ kind }) => kind)).toEqual(['conv', 'dense', 'dense']);
  });

  it('are moved among those of their kind alone', () => {
    const three = [...both, layer('dense', '32')];
    expect(sizes(moveLayer(three, 2, 1))).toBe('conv 8, dense 32, dense 16');
    expect(sizes(moveLayer(three, 1, 0))).toBe(sizes(three));
    expect(sizes(moveLayer(three, 2, 3))).toBe(sizes(three));
  });

  it.each<[string, TypedLayer, boolean]>([
    ['128 units', layer('dense', '128'), false],
    ['no size', layer('dense', ''), true],
    ['half a unit', layer('dense', '0.5'), true],
    ['as many filters as a dense layer may have units', layer('conv', '65536'), true],
    ['half of it dropped', layer('dense', '8', '0.5'), false],
    ['all of it dropped', layer('dense', '8', '1'), true],
  ])('with %s can be read or not', (_, typed, wrong) => {
    expect(hasWrongLayer({ ...EMPTY_HEAD, hidden: [typed] })).toBe(wrong);
  });
});
