import type { Network } from '../../src/engine/network/layer.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { initialValues } from '../../src/engine/weights/initialise.ts';

/** Values of which every tensor shows in what a network predicts: initial ones leave BatchNorms and biases without effect. */
export function livelyValues(network: Network): ReadonlyMap<string, Float32Array> {
  let state = 7;
  const draw = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  const initial = new Map(initialValues(network, 3));
  return new Map(
    networkTensors(network).map(({ name, role, layer }) => {
      const own = initial.get(name) ?? new Float32Array(0);
      if (role === 'gamma' || role === 'moving_variance') return [name, own.map(() => 0.7 + 0.6 * draw())];
      if (role === 'beta' || role === 'moving_mean' || role === 'bias')
        return [name, own.map(() => 0.4 * draw() - 0.2)];
      return [name, layer === 'logits' ? own.map(() => 0.5 * draw() - 0.25) : own];
    }),
  );
}
