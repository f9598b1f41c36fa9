import type { HeadDesign } from '../../shared/contract/head-design.ts';
import type { Head, TrainingPlan } from '../../shared/contract/plan.ts';
import { withHead } from '../network/head.ts';
import type { Network } from '../network/layer.ts';
import { findNetwork } from '../network/registry.ts';

const MOST_KEPT = 32;

export interface HeadedNetwork {
  readonly name: string;
  readonly classes: number;
  readonly dropout: number;
  readonly head: Head;
  readonly design: HeadDesign;
}

/** Those used longest ago first. Shapes and tensors are remembered with a network, so every click in a tree asks for the same. */
const kept = new Map<string, Network>();

/** The network of a plan, for so many classes; see `networkWithHead`. */
export function networkOfPlan(
  { network, dropout, head, headDesign }: Pick<TrainingPlan, 'network' | 'dropout' | 'head' | 'headDesign'>,
  classes: number,
): Network {
  return networkWithHead({ name: network, classes, dropout, head, design: headDesign });
}

/**
 * A network with its new head, the same object for the same question.
 *
 * @throws ThawError `network.unknown`, `usage.invalid` for a head that does not fit the classes or the network
 */
export function networkWithHead({ name, classes, dropout, head, design }: HeadedNetwork): Network {
  const key = JSON.stringify([name, classes, dropout, head, design]);
  const network = kept.get(key) ?? withHead(findNetwork(name).build(), { classes, dropout, head, design });
  kept.delete(key);
  kept.set(key, network);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return network;
}
