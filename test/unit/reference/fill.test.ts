import { describe, expect, it } from 'vitest';
import type { Publisher } from '../../../src/engine/network/family.ts';
import type { TensorRole } from '../../../src/engine/network/layer.ts';
import { filledTensor, referenceInput } from '../../../src/engine/reference/fill.ts';

/** Expected values are those of NumPy. */
const CASES: readonly (readonly [Publisher, string, TensorRole, readonly number[], readonly number[]])[] = [
  ['keras', 'conv1', 'kernel', [2, 2, 1, 1], [-0.67298084, -1.0318923, 1.18250406, 0.62244946]],
  ['keras', 'bn', 'moving_variance', [2], [1.08177304, 1.1332736]],
  ['keras', 'a', 'gamma', [1], [1.23642874]],
  ['keras', 'a', 'beta', [1], [0.02530111]],
  // Stored as [2, 3], and turned round.
  ['torch', 'fc', 'kernel', [3, 2], [-0.96164322, 0.33990306, 0.51603311, -0.86723375, -0.89636421, -0.32026574]],
  ['torch', 'bn1', 'moving_variance', [2], [0.65680802, 0.53519243]],
];

describe('a tensor is filled from the name that its publisher gives it', () => {
  it.each(CASES)('%s %s/%s', (publisher, layer, role, shape, expected) => {
    const tensor = { name: `${layer}/${role}`, layer, role, shape, initializer: { kind: 'zeros' } } as const;
    const values = [...filledTensor(publisher, tensor)];
    expect(values).toHaveLength(expected.length);
    values.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 6));
  });

  it.each([
    ['signed', 0.96072024],
    ['unit', 0.98036012],
  ] as const)('the input, %s', (range, first) => {
    const input = referenceInput(2, range);
    expect(input).toHaveLength(24);
    expect(input[0]).toBeCloseTo(first, 6);
  });
});
