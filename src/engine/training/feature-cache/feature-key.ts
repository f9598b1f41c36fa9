import { createHash } from 'node:crypto';
import type { FreezePlan } from '../../freeze/freeze-plan.ts';
import type { Network } from '../../network/layer.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';

/** Raised when the same inputs would give other features than before: part of every key. */
const FEATURES_VERSION = 3;

/** What decides the features of a prefix, the images apart. */
export interface PrefixDescription {
  readonly network: Network;
  readonly plan: Pick<FreezePlan, 'prefix' | 'cut'>;
  readonly preprocessing: Preprocessing;
  /** What the prefix is computed in. */
  readonly precision: string;
  /** SHA-256 of each tensor of the network. */
  readonly tensorHashes: ReadonlyMap<string, string>;
  /** TensorFlow's version and the device: both decide the last bits. */
  readonly runtime: { readonly tensorflow: string; readonly device: string };
}

/** Names and hashes of the tensors of a part of a network. */
function tensorsOf(prefix: readonly string[], tensorHashes: ReadonlyMap<string, string>): readonly [string, string][] {
  const inPrefix = new Set(prefix);
  return [...tensorHashes].filter(([name]) => inPrefix.has(name.slice(0, name.lastIndexOf('/'))));
}

const sha256 = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** SHA-256, in hex, over names and values of all tensors of a prefix: the same for the same weights, from whatever file. */
export function prefixWeightsHash(prefix: readonly string[], tensorHashes: ReadonlyMap<string, string>): string {
  return sha256(tensorsOf(prefix, tensorHashes));
}

/**
 * SHA-256, in hex, over everything that decides a prefix' features, the images apart.
 *
 * @param augmented what is done to the images, and which variant of each it is; left out for images as they are
 */
export function prefixKey(description: PrefixDescription, augmented?: unknown): string {
  const { network, plan, preprocessing, precision, tensorHashes, runtime } = description;
  const inPrefix = new Set(plan.prefix);
  const layers = network.layers.filter((layer) => inPrefix.has(layer.name));
  const weights = tensorsOf(plan.prefix, tensorHashes);
  const version = FEATURES_VERSION;
  // JSON leaves out what is undefined: features of plain images keep the key that they had.
  return sha256({ version, precision, runtime, preprocessing, layers, cut: plan.cut, weights, augmented });
}
