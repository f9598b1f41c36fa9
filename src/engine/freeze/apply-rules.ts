import type { FreezeRule, Strategy } from '../../shared/contract/plan.ts';
import { assertNever, ThawError } from '../../shared/errors/thaw-error.ts';
import type { Network } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import { matchLayers } from './rule.ts';

/** What training may change, by layer. */
export interface Moving {
  /** Layers whose weights, or BatchNorm's gamma and beta, train. */
  readonly trainable: ReadonlySet<string>;
  /** BatchNorms that use the batch's statistics and move their averages, whether gamma and beta train or not. */
  readonly movingStatistics: ReadonlySet<string>;
}

/** The layers that a rule changes, of those that its pattern means. */
function changed(
  rule: FreezeRule,
  network: Network,
  able: ReadonlySet<string>,
  needed: 'parameters' | 'statistics',
): readonly string[] {
  const matched = [...matchLayers(rule.pattern, network)].filter((name) => able.has(name));
  if (matched.length > 0) return matched;
  throw needed === 'parameters'
    ? new ThawError(
        'usage.noMatch',
        `A rule freezes or thaws layers with parameters; '${rule.pattern}' matches only layers without any.`,
        'Name the convolution, BatchNorm or dense layer, or its block.',
      )
    : new ThawError(
        'usage.noMatch',
        `Only a BatchNorm has statistics to keep or to move; '${rule.pattern}' matches no BatchNorm.`,
        'Name the BatchNorm, or its block.',
      );
}

function neverTrained(layer: string): ThawError {
  return new ThawError(
    'usage.invalid',
    `A graph from elsewhere is computed as it came, op by op; '${layer}' has no layers of Thaw's that could be trained.`,
    'Train a head upon it, or open the Keras file of the same model, whose layers can be thawed.',
  );
}

/**
 * The strategy first (`features`: only layers without pretrained weights; else all), then the rules in order, the last one
 * winning. Freezing and thawing take a BatchNorm's statistics along; the rules of statistics change nothing else.
 *
 * @throws ThawError `usage.noMatch` or `usage.invalid` for a rule
 */
export function applyRules(network: Network, strategy: Strategy, rules: readonly FreezeRule[]): Moving {
  const withTensors = new Set(networkTensors(network).map((tensor) => tensor.layer));
  const batchNorms = new Set(network.layers.filter(({ kind }) => kind === 'batchNorm').map(({ name }) => name));
  const foreign = new Set(network.layers.filter(({ kind }) => kind === 'foreignGraph').map(({ name }) => name));
  const able = [...withTensors].filter((name) => !foreign.has(name));
  const initial = able.filter((name) => strategy !== 'features' || !network.pretrained.has(name));
  const trainable = new Set(initial);
  const movingStatistics = new Set(initial.filter((name) => batchNorms.has(name)));
  for (const rule of rules) {
    switch (rule.action) {
      case 'freeze':
        for (const name of changed(rule, network, withTensors, 'parameters')) {
          trainable.delete(name);
          movingStatistics.delete(name);
        }
        break;
      case 'thaw':
        for (const name of changed(rule, network, withTensors, 'parameters')) {
          if (foreign.has(name)) {
            // Whoever thaws everything means what can be.
            if ([...matchLayers(rule.pattern, network)].some((other) => able.includes(other))) continue;
            throw neverTrained(name);
          }
          trainable.add(name);
          if (batchNorms.has(name)) movingStatistics.add(name);
        }
        break;
      case 'freezeStatistics':
        for (const name of changed(rule, network, batchNorms, 'statistics')) movingStatistics.delete(name);
        break;
      case 'thawStatistics':
        for (const name of changed(rule, network, batchNorms, 'statistics')) movingStatistics.add(name);
        break;
      default:
        assertNever(rule.action);
    }
  }
  return { trainable, movingStatistics };
}
