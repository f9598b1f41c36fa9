import type { LearningRateRule } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Network } from '../network/layer.ts';
import { matchLayers } from './rule.ts';

/**
 * What each layer that trains multiplies the learning rate of a step by; layers that no rule means are left out. The rules
 * go in order, the last one winning.
 *
 * @throws ThawError `usage.noMatch` for a rule that means no layer that trains, `usage.invalid` for what is not a rule
 */
export function rateFactors(
  network: Network,
  trainable: ReadonlySet<string>,
  rules: readonly LearningRateRule[],
): ReadonlyMap<string, number> {
  const factors = new Map<string, number>();
  for (const { pattern, factor } of rules) {
    const meant = [...matchLayers(pattern, network)].filter((name) => trainable.has(name));
    if (meant.length === 0) {
      throw new ThawError(
        'usage.noMatch',
        `A learning rate's rule means layers that train; '${pattern}' means none of them.`,
        'Thaw them as well, or leave the rule out.',
      );
    }
    for (const name of meant) factors.set(name, factor);
  }
  return factors;
}
