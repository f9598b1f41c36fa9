import type { Network } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';

/** What of a run is exported: all that it takes to predict as it does. */
export interface ExportedNetwork {
  /** With its head, which ends in logits. */
  readonly network: Network;
  readonly preprocessing: Preprocessing;
  /** In the order of the network's outputs. */
  readonly classes: readonly string[];
  /** By canonical name, in our layout. */
  readonly values: ReadonlyMap<string, Float32Array>;
}
