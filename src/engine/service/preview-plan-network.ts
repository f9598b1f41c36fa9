import type { Head } from '../../shared/contract/plan.ts';
import { withHead } from '../network/head.ts';
import type { Network } from '../network/layer.ts';
import { findNetwork } from '../network/registry.ts';

const MOST_KEPT = 32;

export interface HeadedNetwork {
  readonly name: string;
  readonly classes: number;
  readonly dropout: number;
  readonly head: Head;
}

/** Those used longest ago first. Shapes and tensors are remembered with a network, so every click in a tree asks for the same. */
const kept = new Map<string, Network>();

/**
 * A network with its new head, the same object for the same question.
 *
 * @throws ThawError `network.unknown`, `usage.invalid` for a head that does not fit the classes
 */
export function networkWithHead({ name, classes, dropout, head }: HeadedNetwork): Network {
  const key = `${name} ${classes} ${dropout} ${head}`;
  const network = kept.get(key) ?? withHead(findNetwork(name).build(), { classes, dropout, head });
  kept.delete(key);
  kept.set(key, network);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return network;
}
