import { describe, expect, it } from 'vitest';
import { rateFactors } from '../../../src/engine/freeze/rate-factors.ts';
import { expectError } from '../../support/expect-error.ts';
import { branchedNetwork } from '../../support/small-network.ts';

const network = branchedNetwork();
const trainable = new Set(['shortcut', 'branch_a', 'branch_b', 'logits']);

describe('the rates of layers', () => {
  it.each([
    { rules: [], factors: {} },
    { rules: [{ pattern: 'head', factor: 10 }], factors: { logits: 10 } },
    {
      rules: [
        { pattern: '/./', factor: 0.1 },
        { pattern: 'branch_a', factor: 0.5 },
        { pattern: 'last:1', factor: 2 },
      ],
      factors: { shortcut: 0.1, branch_a: 0.5, branch_b: 0.1, logits: 2 },
    },
    {
      rules: [
        { pattern: 'branch_a', factor: 3 },
        { pattern: 'from:branch_a', factor: 0.5 },
      ],
      factors: { branch_a: 0.5, branch_b: 0.5, logits: 0.5 },
    },
  ])('are those of the last rule that means a layer that trains: $rules', ({ rules, factors }) => {
    expect(Object.fromEntries(rateFactors(network, trainable, rules))).toEqual(factors);
  });

  it.each([
    ['means layers that are frozen', 'stem', 'usage.noMatch', 'Thaw'],
    ['means layers without weights', 'sum_relu', 'usage.noMatch', "'sum_relu'"],
    ['means nothing', 'steam', 'usage.noMatch', "'stem'"],
    ['is none', '/(/', 'usage.invalid', 'regex'],
  ] as const)('refuse a rule that %s', async (_, pattern, code, word) => {
    await expectError(() => rateFactors(network, trainable, [{ pattern, factor: 2 }]), code, word);
  });
});
