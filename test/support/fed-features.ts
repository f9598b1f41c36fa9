import { bitsOf } from '../../src/engine/graph/ops/fed-rows.ts';
import { featureFeed } from '../../src/engine/graph/program.ts';
import type { Feed, Output } from '../../src/engine/runtime/session.ts';

/** What `features` gave of the cut's layers, as `train` and `evaluate` are fed it. */
export function fedFeatures(
  layers: readonly string[],
  outputs: Readonly<Record<string, Output>>,
): Readonly<Record<string, Feed>> {
  return Object.fromEntries(
    layers.map((layer) => {
      const { data, shape } = outputs[featureFeed(layer)] ?? {};
      if (!(data instanceof Float32Array) || !shape) throw new TypeError(`The program gave no features of '${layer}'.`);
      return [featureFeed(layer), bitsOf({ data, shape })];
    }),
  );
}
