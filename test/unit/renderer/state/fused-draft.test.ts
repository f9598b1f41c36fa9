import { describe, expect, it } from 'vitest';
import {
  isFused,
  networkOfParts,
  partsOf,
  takesOneMore,
  weightsOfParts,
  type PartDraft,
} from '../../../../src/renderer/state/fused-draft.ts';

const shipped: PartDraft = { network: 'mobilenet_v1_0.25_96', weights: null };
const granted: PartDraft = {
  network: 'squeezenet1_1_96@torch',
  weights: { reference: { kind: 'granted', grantId: 'g1' }, label: 'squeezenet.pth' },
};
const published: PartDraft = {
  network: 'resnet50_224@torch',
  weights: { reference: { kind: 'published', name: 'resnet50-weights' }, label: 'resnet50-weights' },
};

describe('the networks under one classifier', () => {
  it.each([
    ['one with its usual weights', [shipped]],
    ['one with a file', [granted]],
    ['several that all ship', [shipped, shipped]],
    ['several, of which some have weights of their own', [shipped, granted, published]],
  ])('come back from network and weights of the plan: %s', (_, parts) => {
    const network = networkOfParts(parts) ?? '';
    expect(isFused(network)).toBe(parts.length > 1);
    expect(partsOf(network, weightsOfParts(parts))).toEqual(parts);
  });

  it('name the shipped ones too where one has others', () => {
    expect(weightsOfParts([shipped, granted])?.reference).toEqual({
      kind: 'fused',
      parts: [{ kind: 'shipped' }, { kind: 'granted', grantId: 'g1' }],
    });
    expect(weightsOfParts([shipped, shipped])).toBeNull();
  });

  it('are called by what is known of their weights where no words were kept', () => {
    const weights = {
      reference: { kind: 'fused' as const, parts: [published.weights?.reference ?? { kind: 'shipped' as const }, { kind: 'file' as const, path: '/w/own.h5' }] }, // prettier-ignore
      label: '',
    };
    expect(partsOf('fusion_a+b', weights).map((part) => part.weights?.label)).toEqual(['resnet50-weights', 'own.h5']);
  });

  it('are four at most', () => {
    expect([2, 3, 4].map((count) => takesOneMore(Array.from({ length: count }, () => shipped)))).toEqual([true, true, false]); // prettier-ignore
  });
});
