import type { HeadDesign } from '../../shared/contract/head-design.ts';
import type { LearningTask } from '../../shared/contract/learning-task.ts';
import type { Head, TrainingPlan } from '../../shared/contract/plan.ts';
import { taskNetwork } from '../network/task-network.ts';
import type { Network } from '../network/layer.ts';
import { findNetwork } from '../network/registry.ts';

const MOST_KEPT = 32;

export interface HeadedNetwork {
  readonly name: string;
  readonly classes: number;
  readonly dropout: number;
  readonly head: Head;
  readonly design: HeadDesign;
  /** To learn classes where it is left out. */
  readonly task?: LearningTask;
}

/** Those used longest ago first. Shapes and tensors are remembered with a network, so every click in a tree asks for the same. */
const kept = new Map<string, Network>();

/** The network of a plan, for so many classes; see `networkWithHead`. */
export function networkOfPlan(
  {
    network,
    dropout,
    head,
    headDesign,
    task,
  }: Pick<TrainingPlan, 'network' | 'dropout' | 'head' | 'headDesign' | 'task'>,
  classes: number,
): Network {
  return networkWithHead({ name: network, classes, dropout, head, design: headDesign, task });
}

/**
 * A network with its new head, the same object for the same question.
 *
 * @throws ThawError `network.unknown`, `usage.invalid` for a head that does not fit the classes or the network
 */
export function networkWithHead({ name, task = { kind: 'classify' }, ...options }: HeadedNetwork): Network {
  const { classes, dropout, head, design } = options;
  const key = JSON.stringify([name, classes, dropout, head, design, task]);
  const network = kept.get(key) ?? taskNetwork(findNetwork(name).build(), { ...options, task });
  kept.delete(key);
  kept.set(key, network);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return network;
}
